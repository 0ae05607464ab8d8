"""Network: a site's VPC, its ways in and out, who may talk to whom, as a component of the package."""

# No `from __future__ import annotations` in this module: Pulumi reads the schema from annotations that are types.

from typing import Any, NotRequired, TypedDict, cast

import pulumi

from components.aws.network.pool import NetworkPool
from components.aws.of_site import groups_args, guards_args, network_args
from components.aws.security.groups import SecurityGroups
from components.aws.security.guards import Guards
from components.package.approved import approved_site
from components.package.handover import hand_over, security_from, together


class NetworkArgs(TypedDict):
    """What the component is built from."""

    lock: str
    """Text of the stack's lock (`stacks/<stack>.lock.yaml`): the approved plan, from which all sizes come."""
    site: NotRequired[str]
    """Key of the site in the lock; it may be left out where the lock has one site."""
    account_id: str
    """The account, 12 digits: names of buckets and ARNs in policies contain it."""
    security: pulumi.Input[dict[str, pulumi.Input[Any]]]
    """`handover` of a Security component of the same lock and site."""


class Network(pulumi.ComponentResource):
    """VPC, subnets, NAT, endpoints, load balancers with their firewalls, name and certificate, security groups."""

    handover: pulumi.Output[dict[str, Any]]
    """All that was made, for the `network` input of the other components."""
    vpc_id: pulumi.Output[str]
    """The VPC."""
    subnet_ids: pulumi.Output[dict[str, dict[str, str]]]
    """Subnets, by tier (public, private, data), then zone id."""
    urls: pulumi.Output[dict[str, str]]
    """How load balancers are called, by key."""
    workload_group_ids: pulumi.Output[dict[str, str]]
    """Security group of each workload."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:index:Network", name, None, opts)
        approved = approved_site(name, lock=args["lock"], site=args.get("site"), account_id=args["account_id"])
        site, names, options = approved.site, approved.names, approved.options(self, name)
        security = security_from(args["security"], site)
        made = NetworkPool(name, network_args(site, names, security), options).outputs
        groups = SecurityGroups(f"{name}-groups", groups_args(site, names, made), options).outputs
        Guards(f"{name}-guards", guards_args(site, names, security, made), options)
        self.handover = hand_over(network=made, groups=groups)
        self.vpc_id = made.vpc_id
        self.subnet_ids = pulumi.Output.from_input(
            cast("Any", {tier.value: dict(ids) for tier, ids in made.subnet_ids.items()})
        )
        self.urls = together({key: balancer.url for key, balancer in made.load_balancers.items()})
        self.workload_group_ids = together(groups.workloads)
        self.register_outputs({"vpcId": self.vpc_id, "urls": self.urls})
