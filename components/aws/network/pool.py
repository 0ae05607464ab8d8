"""NetworkPool: the VPC of a site with its ways in and out."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.aws.network.acls import data_acl
from components.aws.network.dns import domain
from components.aws.network.egress import egress
from components.aws.network.endpoints import endpoints
from components.aws.network.flow_logs import flow_logs
from components.aws.network.load_balancers import load_balancers
from components.aws.network.routed import beyond
from components.aws.network.subnets import addresses
from components.naming import SiteNames
from components.outputs import NetworkOutputs, SecurityOutputs
from solver.plan.network import NetworkPlan
from solver.plan.security import FlowPlan


@dataclass(frozen=True, kw_only=True)
class NetworkPoolArgs:
    """What the pool is built from."""

    plan: NetworkPlan
    """Its part of the plan."""
    names: SiteNames
    """Names and tags of the site."""
    security: SecurityOutputs
    """Key of the flow logs."""
    flows: tuple[FlowPlan, ...]
    """Allowed connections of the plan: those to file systems are what the data tier lets in."""
    buckets: tuple[str, ...]
    """Keys of the site's buckets: the endpoint of S3 leads to these, and to AWS's own."""
    protect: bool
    """Load balancers and the zone can't be deleted by mistake."""


class NetworkPool(pulumi.ComponentResource):
    """VPC, subnets, network ACL, routes, NAT, endpoints, flow logs, load balancers, name and certificate.

    The security groups of load balancers and endpoints are made here, since AWS wants them at birth; who may talk to
    whom is decided by SecurityGroups, which adds their rules.
    """

    outputs: NetworkOutputs

    def __init__(self, name: str, args: NetworkPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:aws:NetworkPool", name, None, opts)
        plan, names = args.plan, args.names
        held = addresses(name, plan, names, self)
        data_acl(name, plan, args.flows, held, names, self)
        others = beyond(name, plan, held, names, self)
        ways = egress(name, plan, held, others, names, self)
        private = endpoints(name, plan, held, ways, names, buckets=args.buckets, parent=self)
        flow_log_group_name: str | None = None
        if plan.flow_logs:
            flow_log_group_name = flow_logs(
                name,
                held.vpc_id,
                names,
                retention_days=plan.flow_log_retention_days,
                key_arn=args.security.log_key_arn,
                parent=self,
            )
        dns = domain(name, plan, names, protect=args.protect, parent=self)
        balancing = load_balancers(
            name,
            plan.load_balancers,
            held,
            ways,
            dns,
            names,
            protect=args.protect,
            log_bucket=args.security.access_log_bucket if "load-balancer-logs" in args.security.measures else None,
            parent=self,
        )
        self.outputs = NetworkOutputs(
            vpc_id=held.vpc_id,
            vpc_cidr=str(plan.cidr),
            vpc_ipv6_cidr=held.ipv6_block,
            ranges_beyond={each.name: tuple(map(str, each.ranges)) for each in plan.routed},
            subnet_ids=held.by_tier,
            zone_names={subnet.zone: held.subnets[subnet.key].availability_zone for subnet in plan.subnets},
            load_balancer_group_ids=balancing.group_ids,
            endpoint_group_id=private.group_id,
            gateway_prefix_list_ids=private.prefix_list_ids,
            load_balancers=balancing.outputs,
            target_groups=balancing.target_groups,
            hosted_zone_id=None if dns is None else dns.zone_id,
            name_servers=None if dns is None else dns.name_servers,
            flow_log_group_name=flow_log_group_name,
            egress_ready=(*ways.ready, *private.ready),
        )
        self.register_outputs(
            {
                "vpcId": held.vpc_id,
                "urls": {key: balancer.url for key, balancer in balancing.outputs.items()},
            }
        )
