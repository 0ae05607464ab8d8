// Package azurekeyvault stands for gocloud.dev/secrets/azurekeyvault, whose URLs this build does not open.
package azurekeyvault

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/secrets"
)

const scheme = "azurekeyvault"

func init() { secrets.DefaultURLMux().RegisterKeeper(scheme, opener{}) }

type opener struct{}

func (opener) OpenKeeperURL(context.Context, *url.URL) (*secrets.Keeper, error) {
	return nil, errors.New("this Pulumi CLI was built by poolwright, without " + scheme + "://: install the official one")
}
