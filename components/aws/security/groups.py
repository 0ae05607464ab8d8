"""SecurityGroups: a group for each workload and file system, and one rule for each planned flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.naming import SiteNames
from components.options import child_of
from components.outputs import NetworkOutputs, SecurityGroupsOutputs
from solver.errors import PoolwrightError
from solver.plan.compute import ComputePlan
from solver.plan.security import FlowPlan
from solver.plan.storage import StoragePlan

INTERNET = "0.0.0.0/0"
INTERNET_IPV6 = "::/0"
_HTTPS = 443


@dataclass(frozen=True, kw_only=True)
class SecurityGroupsArgs:
    """What the groups are built from."""

    flows: tuple[FlowPlan, ...]
    """Allowed connections of the plan."""
    compute: ComputePlan
    """Workloads; gangs talk among themselves."""
    storage: StoragePlan
    """File systems."""
    internet: bool
    """Private subnets reach the internet through NAT."""
    names: SiteNames
    """Names and tags of the site."""
    network: NetworkOutputs
    """VPC, and the groups of load balancers and endpoints."""


class SecurityGroups(pulumi.ComponentResource):
    """Who may talk to whom: incoming rules are the plan's flows, one each; outgoing rules follow from them.

    Outgoing rules name a port and the VPC, not the other group: the other side's incoming rule decides, and one rule
    serves all targets of a port. HTTPS may leave the VPC where NAT exists, since registries and AWS's interfaces are
    called by it. File systems and endpoints answer and never call; Lustre's servers and their clients call each other.
    """

    outputs: SecurityGroupsOutputs

    def __init__(self, name: str, args: SecurityGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:aws:SecurityGroups", name, None, opts)
        self._name = name
        self._args = args
        vpc_ipv6 = args.network.vpc_ipv6_cidr
        self._ipv6: Mapping[str, pulumi.Input[str]] = (
            {} if vpc_ipv6 is None else {"internet": INTERNET_IPV6, "vpc": vpc_ipv6}
        )
        workloads = sorted([*(s.key for s in args.compute.services), *(j.key for j in args.compute.jobs)])
        own = {f"workload {key}": self._group(key, f"Replicas of {key}", workload=key) for key in workloads}
        shared = {
            f"file-system {plan.key}": self._group(f"file-system-{plan.key}", f"Mount targets of {plan.key}")
            for plan in args.storage.file_systems
        }
        fast = {
            f"lustre {plan.key}": self._group(f"lustre-{plan.key}", f"Servers of {plan.key}")
            for plan in args.storage.lustre
        }
        machines = self._group("machines", "Machines that run services: nothing comes in")
        balancers = {f"load-balancer {key}": group for key, group in args.network.load_balancer_group_ids.items()}
        self._ids: Mapping[str, pulumi.Input[str]] = {**own, **shared, **fast, **balancers, "machines": machines}
        if args.network.endpoint_group_id is not None:
            self._ids = {**self._ids, "endpoints": args.network.endpoint_group_id}
        self._lustre_rules: list[pulumi.Resource] = []
        for flow in self._flows():
            if flow.target in args.network.ranges_beyond:
                continue  # its own groups decide there
            if flow.source in args.network.ranges_beyond:
                self._from_beyond(flow)
                continue
            rule = self._ingress(flow)
            if flow.target.startswith("lustre "):
                self._lustre_rules.append(rule)
        for source in (*own, *fast, *balancers, "machines"):
            self._egress(source)
        for job in args.compute.jobs:
            if job.kind == "training" and job.workers > 1:
                self._gang(f"workload {job.key}")
        self.outputs = SecurityGroupsOutputs(
            workloads={key: own[f"workload {key}"] for key in workloads},
            load_balancers=args.network.load_balancer_group_ids,
            file_systems={
                **{plan.key: shared[f"file-system {plan.key}"] for plan in args.storage.file_systems},
                **{plan.key: fast[f"lustre {plan.key}"] for plan in args.storage.lustre},
            },
            endpoints=args.network.endpoint_group_id,
            machines=machines,
            lustre_rules=tuple(self._lustre_rules),
        )
        self.register_outputs({"workloads": dict(self.outputs.workloads), "machines": machines})

    def _flows(self) -> list[FlowPlan]:
        """The plan's flows, and the one that machines always need: to AWS's interfaces where these are in the VPC."""
        flows = list(self._args.flows)
        to_endpoints = {flow.source for flow in flows if flow.target == "endpoints"}
        if "endpoints" in self._ids and not to_endpoints & {"machines", "vpc"}:
            reason = "agents of machines call AWS"
            flows.append(FlowPlan(source="machines", target="endpoints", port=_HTTPS, reason=reason))
        return flows

    def _group(self, key: str, description: str, workload: str | None = None) -> pulumi.Output[str]:
        return aws.ec2.SecurityGroup(
            f"{self._name}-{key}",
            description=description,
            vpc_id=self._args.network.vpc_id,
            tags=self._args.names.tags(key, workload=workload),
            opts=child_of(self),
        ).id

    def _id(self, who: str, flow: FlowPlan) -> pulumi.Input[str]:
        if who not in self._ids:
            raise PoolwrightError(
                f"the flow from {flow.source} to {flow.target} names {who}, which the plan does not have",
                hint=f"it has {', '.join(sorted(self._ids))}",
            )
        return self._ids[who]

    def _ingress(self, flow: FlowPlan) -> aws.vpc.SecurityGroupIngressRule:
        """The one rule of a flow, on the side that is called; of a range one for each protocol of the internet."""
        cidr = {"internet": INTERNET, "vpc": self._args.network.vpc_cidr}.get(flow.source)
        ipv6 = self._ipv6.get(flow.source)
        name = f"{self._name}-{_slug(flow.target)}-from-{_slug(flow.source)}-{flow.port}"
        rule = aws.vpc.SecurityGroupIngressRule(
            name,
            security_group_id=self._id(flow.target, flow),
            description=f"From {flow.source}",
            ip_protocol="tcp",
            from_port=flow.port,
            to_port=flow.to_port or flow.port,
            cidr_ipv4=cidr,
            referenced_security_group_id=None if cidr is not None else self._id(flow.source, flow),
            opts=child_of(self),
        )
        if ipv6 is not None and flow.target.startswith("load-balancer "):
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-ipv6",
                security_group_id=self._id(flow.target, flow),
                description=f"From {flow.source}",
                ip_protocol="tcp",
                from_port=flow.port,
                to_port=flow.port,
                cidr_ipv6=ipv6,
                opts=child_of(self),
            )
        return rule

    def _from_beyond(self, flow: FlowPlan) -> None:
        """A rule for each range of a network beyond the VPC."""
        for block in self._args.network.ranges_beyond[flow.source]:
            aws.vpc.SecurityGroupIngressRule(
                f"{self._name}-{_slug(flow.target)}-from-{_slug(flow.source)}-{flow.port}-{_slug(block)}",
                security_group_id=self._id(flow.target, flow),
                description=f"From {flow.source}",
                ip_protocol="tcp",
                from_port=flow.port,
                to_port=flow.port,
                cidr_ipv4=block,
                opts=child_of(self),
            )

    def _egress(self, source: str) -> None:
        own = [flow for flow in self._flows() if flow.source == source]
        beyond = self._args.network.ranges_beyond
        ports = {flow.port: flow.to_port or flow.port for flow in own if flow.target not in beyond}
        for flow in own:
            for block in beyond.get(flow.target, ()):
                self._egress_rule(source, flow.port, flow.target, block, end=f"-{_slug(block)}")
        calls_aws = not source.startswith(("load-balancer ", "lustre "))
        if calls_aws and self._args.internet:
            # The internet's range holds the VPC's, so this rule serves endpoints too.
            self._egress_rule(source, _HTTPS, "internet", INTERNET)
            ports.pop(_HTTPS, None)
        elif calls_aws:
            if "endpoints" in self._ids:
                ports[_HTTPS] = _HTTPS
            for service, prefix_list_id in self._args.network.gateway_prefix_list_ids.items():
                self._egress_rule(source, _HTTPS, service, None, prefix_list_id)
        for port, last in sorted(ports.items()):
            rule = self._egress_rule(source, port, "vpc", self._args.network.vpc_cidr, to_port=last)
            if source.startswith("lustre "):
                self._lustre_rules.append(rule)

    def _egress_rule(
        self,
        source: str,
        port: int,
        to: str,
        cidr: str | None,
        prefix_list_id: pulumi.Input[str] | None = None,
        *,
        to_port: int | None = None,
        end: str = "",
    ) -> aws.vpc.SecurityGroupEgressRule:
        rule = aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-{_slug(source)}-to-{_slug(to)}-{port}{end}",
            security_group_id=self._ids[source],
            description=f"To {to}",
            ip_protocol="tcp",
            from_port=port,
            to_port=to_port or port,
            cidr_ipv4=cidr,
            prefix_list_id=prefix_list_id,
            opts=child_of(self),
        )
        ipv6 = self._ipv6.get(to)
        # Load balancers reach replicas by IPv4, whichever way a request came, and Lustre knows nothing else.
        if ipv6 is not None and not source.startswith(("load-balancer ", "lustre ")):
            aws.vpc.SecurityGroupEgressRule(
                f"{self._name}-{_slug(source)}-to-{_slug(to)}-{port}-ipv6",
                security_group_id=self._ids[source],
                description=f"To {to}",
                ip_protocol="tcp",
                from_port=port,
                to_port=to_port or port,
                cidr_ipv6=ipv6,
                opts=child_of(self),
            )
        return rule

    def _gang(self, workload: str) -> None:
        """Workers of a gang reach each other on ports that their framework picks; EFA wants every protocol."""
        slug = _slug(workload)
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-{slug}-from-itself",
            security_group_id=self._ids[workload],
            description="From other workers of the gang",
            ip_protocol="-1",
            referenced_security_group_id=self._ids[workload],
            opts=child_of(self),
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-{slug}-to-itself",
            security_group_id=self._ids[workload],
            description="To other workers of the gang",
            ip_protocol="-1",
            referenced_security_group_id=self._ids[workload],
            opts=child_of(self),
        )


def _slug(who: str) -> str:
    """`workload fraud` → `workload-fraud`: a part of a logical name."""
    return who.replace(" ", "-").replace(".", "-").replace("/", "-")
