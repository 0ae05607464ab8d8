"""Site: all pools of one site of a lock, as one component of the package."""

# No `from __future__ import annotations` in this module: Pulumi reads the schema from annotations that are types.

from typing import Any, NotRequired, TypedDict, cast

import pulumi

from components.package.approved import approved_site
from stacks.program import pools_in_order


class SiteArgs(TypedDict):
    """What the component is built from."""

    lock: str
    """Text of the stack's lock (`stacks/<stack>.lock.yaml`): the approved plan, from which all sizes come."""
    site: NotRequired[str]
    """Key of the site in the lock; it may be left out where the lock has one site."""
    account_id: str
    """The account, 12 digits: names of buckets and ARNs in policies contain it."""


class Site(pulumi.ComponentResource):
    """Security, network, storage and compute of a site, each with what it needs of the others."""

    exports: pulumi.Output[dict[str, Any]]
    """What people and other stacks need of the site: URLs, ids, names, by the keys of the plan."""

    def __init__(self, name: str, args: SiteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:index:Site", name, None, opts)
        approved = approved_site(name, lock=args["lock"], site=args.get("site"), account_id=args["account_id"])
        made = pools_in_order(
            name, approved.site, approved.names, time_zone=approved.plan.time_zone, opts=approved.options(self, name)
        )
        self.exports = pulumi.Output.from_input(cast("Any", made))
        self.register_outputs({"exports": self.exports})
