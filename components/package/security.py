"""Security: a site's keys, secrets, roles and detection, as a component of the package."""

# No `from __future__ import annotations` in this module: Pulumi reads the schema from annotations that are types.

from typing import Any, NotRequired, TypedDict

import pulumi

from components.aws.of_site import security_args
from components.aws.security.pool import SecurityPool
from components.package.approved import approved_site
from components.package.handover import hand_over, together


class SecurityArgs(TypedDict):
    """What the component is built from."""

    lock: str
    """Text of the stack's lock (`stacks/<stack>.lock.yaml`): the approved plan, from which all sizes come."""
    site: NotRequired[str]
    """Key of the site in the lock; it may be left out where the lock has one site."""
    account_id: str
    """The account, 12 digits: names of buckets and ARNs in policies contain it."""


class Security(pulumi.ComponentResource):
    """Keys by purpose, secrets without values, roles with least rights, and what watches over the account."""

    handover: pulumi.Output[dict[str, Any]]
    """All that was made, for the `security` input of the other components."""
    key_arns: pulumi.Output[dict[str, str]]
    """Keys, by purpose."""
    task_role_arns: pulumi.Output[dict[str, str]]
    """What each workload's code acts as; one without rights in AWS has none."""
    secret_arns: pulumi.Output[dict[str, str]]
    """Secrets to fill, by name."""

    def __init__(self, name: str, args: SecurityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:index:Security", name, None, opts)
        approved = approved_site(name, lock=args["lock"], site=args.get("site"), account_id=args["account_id"])
        site = approved.site
        made = SecurityPool(name, security_args(site, approved.names), approved.options(self, name)).outputs
        self.handover = hand_over(security=made)
        self.key_arns = together({purpose.value: arn for purpose, arn in made.key_arns.items()})
        self.task_role_arns = together(made.task_role_arns)
        self.secret_arns = together(made.secret_arns)
        self.register_outputs({"keyArns": self.key_arns})
