"""Nothing that the lock doesn't list: what the plan of a site accounts for, by type and logical name.

Logical names are made from the plan's keys (components/naming.py, the parts of components/aws), so a resource that has
none of these names is none of the plan's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from poolwright.checks.check import Fault, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.hosted_names import hosted_names, is_hosted
from poolwright.checks.resource import Resource
from solver.plan.plan import SitePlan
from solver.plan.security import CI_UP_POLICIES
from solver.vocabulary import EndpointKind, Tier

AUDIT_MEASURES = frozenset({"cloudtrail", "config", "load-balancer-logs", "s3-access-logs"})
"""Measures that write to the audit bucket."""
SERVICE = "aws:ecs/service:Service"


def listed_names(key: str, site: SitePlan) -> Mapping[str, frozenset[str]]:
    """By type token, the names that a site's resources may have: of what costs, holds data, runs or lets in."""
    found: dict[str, list[str]] = {}

    def add(type_: str, *names: str) -> None:
        found.setdefault(type_, []).extend(f"{key}-{name}" for name in names)

    _of_network(site, add)
    _of_security(site, add)
    _of_storage(site, add)
    _of_compute(site, add)
    _of_monitoring(site, add)
    return {type_: frozenset(names) for type_, names in found.items()}


class _Add(Protocol):
    """What the parts below are given: a type and names without the site's key."""

    def __call__(self, type_: str, *names: str) -> None: ...


def _of_network(site: SitePlan, add: _Add) -> None:
    network = site.network
    add("aws:ec2/vpc:Vpc", *(["network-vpc"] if network.existing is None else []))
    add("aws:ec2/subnet:Subnet", *(f"network-subnet-{subnet.key}" for subnet in network.subnets))
    data = any(subnet.tier is Tier.DATA for subnet in network.subnets)
    add("aws:ec2/networkAcl:NetworkAcl", *(["network-acl-data"] if data else []))
    add("aws:ec2/natGateway:NatGateway", *(f"network-nat-{zone}" for zone in network.nat.zones))
    add("aws:ec2/eip:Eip", *(f"network-nat-address-{zone}" for zone in network.nat.zones))
    endpoints = (endpoint.service.replace(".", "-") for endpoint in network.endpoints)
    add("aws:ec2/vpcEndpoint:VpcEndpoint", *(f"network-endpoint-{service}" for service in endpoints))
    add("aws:lb/loadBalancer:LoadBalancer", *(f"network-{balancer.key}" for balancer in network.load_balancers))
    for balancer in network.load_balancers:
        add("aws:lb/targetGroup:TargetGroup", *(f"network-{balancer.key}-{each.workload}" for each in balancer.targets))
        moving = (each.workload for each in balancer.targets if each.moves_requests)
        add("aws:lb/targetGroup:TargetGroup", *(f"network-{balancer.key}-{workload}-second" for workload in moving))
    own = network.existing is None
    peers = [f"network-peer-{peer.key}" for peer in network.peers] if own else []
    add("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", *peers)
    attached = ["network-transit-gateway"] if own and network.transit_gateway is not None else []
    add("aws:ec2transitgateway/vpcAttachment:VpcAttachment", *attached)
    leads_out = network.dual_stack and network.nat.zones
    add(
        "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
        *(["network-egress-only-gateway"] if leads_out else []),
    )
    makes_zone = network.dns is not None and network.dns.hosted_zone_id is None
    add("aws:route53/zone:Zone", *(["network-zone"] if makes_zone else []))
    add("aws:ec2/flowLog:FlowLog", *(["network-flow-log"] if network.flow_logs else []))


def _of_security(site: SitePlan, add: _Add) -> None:
    security = site.security
    beyond = {each.name: tuple(f"-{_slug(str(block))}" for block in each.ranges) for each in site.network.routed}
    has_interfaces = any(endpoint.kind is EndpointKind.INTERFACE for endpoint in site.network.endpoints)
    add("aws:kms/key:Key", *(f"security-key-{purpose}" for purpose in security.keys))
    add("aws:secretsmanager/secret:Secret", *(f"security-secret-{secret}" for secret in security.secrets))
    issuer = ["security-ci-issuer"] if security.ci is not None and security.ci.builds_issuer else []
    add("aws:iam/openIdConnectProvider:OpenIdConnectProvider", *issuer)
    add("aws:iam/policy:Policy", *(["security-ci-preview"] if security.ci is not None else []))
    applied = security.ci is not None and security.ci.up is not None
    add("aws:iam/policy:Policy", *(f"security-ci-up-{subject}" for subject in CI_UP_POLICIES if applied))
    add("aws:wafv2/webAcl:WebAcl", *(f"guards-waf-{waf.load_balancer}" for waf in security.waf))
    add(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        *(
            f"groups-{_slug(flow.target)}-from-{_slug(flow.source)}-{flow.port}{end}"
            for flow in security.flows
            if flow.target not in beyond
            for end in beyond.get(flow.source, ("",))
        ),
        *(
            f"groups-{_slug(flow.target)}-from-{_slug(flow.source)}-{flow.port}-ipv6"
            for flow in security.flows
            if site.network.dual_stack and flow.source in ("internet", "vpc") and flow.target.startswith("load-")
        ),
        *(
            f"groups-workload-{job.key}-from-itself"
            for job in site.compute.jobs
            if job.kind == "training" and job.workers > 1
        ),
        # Agents of machines call AWS, where its interfaces are in the VPC.
        *(["groups-endpoints-from-machines-443"] if has_interfaces else []),
    )


def _of_storage(site: SitePlan, add: _Add) -> None:
    storage = site.storage
    built = {measure.name for measure in site.security.measures if measure.build}
    add(
        "aws:s3/bucket:Bucket",
        *(f"storage-bucket-{bucket.key}" for bucket in storage.buckets),
        *(["security-audit"] if built & AUDIT_MEASURES else []),
        *(["security-trail"] if site.security.trail_lock is not None else []),
    )
    add("aws:efs/fileSystem:FileSystem", *(f"storage-file-system-{plan.key}" for plan in storage.file_systems))
    add("aws:fsx/lustreFileSystem:LustreFileSystem", *(f"storage-lustre-{plan.key}" for plan in storage.lustre))
    backup = storage.backup
    add("aws:backup/vault:Vault", *(["storage-vault"] if backup is not None else []))
    add("aws:backup/plan:Plan", *(["storage-backup"] if backup is not None and backup.claims else []))


def _of_compute(site: SitePlan, add: _Add) -> None:
    compute = site.compute
    services = [group.key for group in compute.node_groups if group.runtime == "ecs"]
    jobs = [group.key for group in compute.node_groups if group.runtime == "batch"]
    add("aws:autoscaling/group:Group", *(f"compute-machines-{key}" for key in services))
    add("aws:ecs/capacityProvider:CapacityProvider", *(f"compute-machines-{key}-provider" for key in services))
    add("aws:batch/computeEnvironment:ComputeEnvironment", *(f"compute-batch-{key}" for key in jobs))
    add(
        "aws:ec2/launchTemplate:LaunchTemplate",
        *(f"compute-machines-{key}-template" for key in services),
        *(f"compute-batch-{key}-template" for key in jobs),
    )
    add("aws:ecr/repository:Repository", *(f"compute-images-{workload}" for workload in compute.repositories))
    add(
        "aws:ecs/taskDefinition:TaskDefinition",
        *(f"compute-task-{each.key}-{variant.key}" for each in compute.services for variant in each.variants),
        *(f"compute-daemon-{daemon.key}-task" for daemon in compute.daemons),
    )
    add("aws:batch/jobDefinition:JobDefinition", *(f"compute-job-{job.key}-definition" for job in compute.jobs))
    add("aws:batch/jobQueue:JobQueue", *(f"compute-job-{job.key}-queue" for job in compute.jobs))


def _of_monitoring(site: SitePlan, add: _Add) -> None:
    plan = site.monitoring
    dashboards = [] if plan is None else [f"monitoring-dashboard-{key}" for key in plan.dashboards]
    if plan is not None and plan.site_dashboard:
        dashboards.append("monitoring-dashboard")
    add("aws:cloudwatch/dashboard:Dashboard", *dashboards)
    checks = () if plan is None else plan.synthetic_checks
    add("aws:route53/healthCheck:HealthCheck", *(f"monitoring-check-{check.workload}" for check in checks))
    add("aws:kms/key:Key", *(["monitoring-checks-key"] if plan is not None and plan.checks_key else []))
    add("aws:budgets/budget:Budget", *(["monitoring-budget"] if plan is not None and plan.budget is not None else []))


def _slug(party: str) -> str:
    return party.replace(" ", "-").replace(".", "-").replace("/", "-")


def _is_listed(resource: Resource, key: str, site: SitePlan, names: Mapping[str, frozenset[str]]) -> bool:
    if resource.type == SERVICE:
        # A variant on several node groups is a service for each: the first bears the variant's name alone.
        begins = [f"{key}-compute-service-{each.key}-{v.key}" for each in site.compute.services for v in each.variants]
        if resource.name in {f"{key}-compute-daemon-{daemon.key}" for daemon in site.compute.daemons}:
            return True
        return any(resource.name == begin or resource.name.startswith(f"{begin}-") for begin in begins)
    return resource.type not in names or resource.name in names[resource.type]


@on_stack(
    id="plan.unlisted",
    title="Nothing is built that the lock doesn't list",
    remedy="Ask for it in stacks/ and plan again, or remove it: nobody planned, priced or reviewed it",
)
def nothing_is_unlisted(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        names = listed_names(key, site)
        for resource in evidence.resources:
            if evidence.site_of(resource.name) == key and not _is_listed(resource, key, site, names):
                yield Fault(text="is nowhere in the lock", resource=resource)
    for resource in evidence.resources if evidence.lock is not None else ():
        if resource.type.startswith(("pulumi:", "docker:")):
            continue
        if not resource.pool:
            yield Fault(text="belongs to no pool", resource=resource)
        elif evidence.site_of(resource.name) is None:
            yield Fault(text="belongs to no site of the lock", resource=resource)
    yield from _unlisted_on_hosts(evidence)


def _unlisted_on_hosts(evidence: Evidence) -> Iterator[Fault]:
    if evidence.lock is None:
        return
    names = {key: hosted_names(evidence.lock.stack, key, hosted) for key, hosted in evidence.hosted()}
    for resource in evidence.resources:
        if not resource.type.startswith("docker:"):
            continue
        key = evidence.hosted_site_of(resource)
        if not resource.pool:
            yield Fault(text="belongs to no pool", resource=resource)
        elif key is None:
            yield Fault(text="belongs to no site of the lock", resource=resource)
        elif resource.type in names[key] and not is_hosted(resource, names[key]):
            yield Fault(text="is nowhere in the lock", resource=resource)


@on_stack(
    id="plan.missing",
    title="Everything that the lock lists is built",
    remedy="Build it in components/aws or components/docker, or plan again: the lock and the program have gone apart",
)
def nothing_is_missing(evidence: Evidence) -> Iterator[Fault]:
    if not evidence.resources:
        return
    for key, site in evidence.sites():
        for type_, names in listed_names(key, site).items():
            built = {resource.name for resource in evidence.at_site(key, type_)}
            for name in sorted(names - built):
                yield Fault(text=f"is in the lock, and no {type_} of this name is built", subject=name)
    for key, hosted in evidence.hosted():
        for type_, names in hosted_names(evidence.lock.stack, key, hosted).items() if evidence.lock is not None else ():
            built = {resource.name for resource in evidence.of_type(type_)}
            for name in sorted(names - built):
                yield Fault(text=f"is in the lock, and no {type_} of this name is built", subject=name)
