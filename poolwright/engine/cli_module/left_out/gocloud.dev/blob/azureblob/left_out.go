// Package azureblob stands for gocloud.dev/blob/azureblob in a build without Azure.
package azureblob

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/blob"
)

// Scheme is that of URLs which this build does not open.
const Scheme = "azblob"

func init() { blob.DefaultURLMux().RegisterBucket(Scheme, &URLOpener{}) }

// ServiceURLOptions has nothing to say here.
type ServiceURLOptions struct{}

// NewDefaultServiceURLOptions returns the only options there are.
func NewDefaultServiceURLOptions() *ServiceURLOptions { return &ServiceURLOptions{} }

// NewDefaultClient makes no client.
func NewDefaultClient() error { return errors.New("no client of Azure in this build") }

// URLOpener opens nothing.
type URLOpener struct {
	MakeClient        func() error
	ServiceURLOptions ServiceURLOptions
}

// OpenBucketURL tells what to do instead.
func (*URLOpener) OpenBucketURL(context.Context, *url.URL) (*blob.Bucket, error) {
	return nil, errors.New("this Pulumi CLI was built by poolwright, without azblob://: install the official one")
}
