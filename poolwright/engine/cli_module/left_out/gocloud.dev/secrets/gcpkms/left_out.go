// Package gcpkms stands for gocloud.dev/secrets/gcpkms in a build without Google Cloud.
package gcpkms

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/secrets"
)

// Scheme is that of URLs which this build does not open.
const Scheme = "gcpkms"

var errLeftOut = errors.New("this Pulumi CLI was built by poolwright, without gcpkms://: install the official one")

// Dial connects to nothing.
func Dial(context.Context, any) (client any, cleanUp func(), err error) { return nil, nil, errLeftOut }

// URLOpener opens nothing.
type URLOpener struct{ Client any }

// OpenKeeperURL tells what to do instead.
func (*URLOpener) OpenKeeperURL(context.Context, *url.URL) (*secrets.Keeper, error) {
	return nil, errLeftOut
}
