// Package gcsblob stands for gocloud.dev/blob/gcsblob in a build without Google Cloud.
package gcsblob

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/blob"
)

// Scheme is that of URLs which this build does not open.
const Scheme = "gs"

func init() { blob.DefaultURLMux().RegisterBucket(Scheme, opener{}) }

type opener struct{}

func (opener) OpenBucketURL(context.Context, *url.URL) (*blob.Bucket, error) {
	return nil, errors.New("this Pulumi CLI was built by poolwright, without gs://: install the official one")
}
