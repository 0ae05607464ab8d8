"""Guards: what stands in front of the other pools' resources and so comes after them: web application firewalls."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.aws.security.waf import web_acl
from components.naming import SiteNames
from components.outputs import NetworkOutputs, SecurityOutputs
from solver.plan.security import SecurityPlan

_WAF_LOG_DAYS = 365
"""How long blocked requests are kept: what PCI DSS 10.5.1 asks for."""


@dataclass(frozen=True, kw_only=True)
class GuardsArgs:
    """What the guards are built from."""

    plan: SecurityPlan
    """Firewalls and measures."""
    names: SiteNames
    """Names and tags of the site."""
    security: SecurityOutputs
    """Keys, the audit bucket."""
    network: NetworkOutputs
    """Load balancers."""


class Guards(pulumi.ComponentResource):
    """A web ACL for each load balancer that the plan names, with the log of what it blocks where that was chosen."""

    def __init__(self, name: str, args: GuardsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:aws:Guards", name, None, opts)
        logged = "waf-logs" in args.security.measures
        for plan in args.plan.waf:
            web_acl(
                name,
                plan,
                args.names,
                load_balancer_arn=args.network.load_balancers[plan.load_balancer].arn,
                log_key_arn=args.security.log_key_arn,
                log_retention_days=_WAF_LOG_DAYS if logged else None,
                parent=self,
            )
        self.register_outputs({})
