// Package authhelpers stands for Pulumi's in a build without Google Cloud.
package authhelpers

import (
	"context"
	"errors"

	"gocloud.dev/blob"
)

var errLeftOut = errors.New(
	"this Pulumi CLI was built by poolwright, without gs:// and gcpkms://: install the official one")

// Credentials are never had.
type Credentials struct{ TokenSource any }

// ResolveGoogleCredentials finds none.
func ResolveGoogleCredentials(context.Context, string) (*Credentials, error) { return nil, errLeftOut }

// GoogleCredentialsMux makes none.
func GoogleCredentialsMux(context.Context) (*blob.URLMux, error) { return nil, errLeftOut }
