"""The explicit AWS provider of a site: its region, the only account it may touch, and what every resource carries."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_aws import Provider

ACCOUNT_LOOKUP = "aws:index/getCallerIdentity:getCallerIdentity"
"""The one look-up of a program whose configuration names no account."""


def site_provider(
    site: str, *, region: str, account_id: str | None, tags: Mapping[str, str], parent: pulumi.Resource | None = None
) -> Provider:
    """The provider of a site; with an account id it refuses to work in any other account.

    Default tags are set here once, so that no resource can be without them.
    """
    return Provider(
        f"{site}-aws",
        region=region,
        allowed_account_ids=None if account_id is None else [account_id],
        default_tags={"tags": dict(tags)},
        opts=pulumi.ResourceOptions(parent=parent),
    )


def account_of(provider: Provider) -> str:
    """Id of the account behind the provider: one look-up, only needed when the configuration does not name it."""
    # get_caller_identity of pulumi_aws would load the whole index module's machinery for one string.
    answer = pulumi.runtime.invoke(
        "aws:index/getCallerIdentity:getCallerIdentity", {}, pulumi.InvokeOptions(provider=provider)
    ).value
    return str(answer["accountId"])
