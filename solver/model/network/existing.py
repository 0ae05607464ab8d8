"""solve_existing: what a site adds to a VPC that exists, and whether that VPC has what the site needs.

Its subnets, ways out and endpoints are there and paid for by whoever runs it: they cost the stack nothing. Addresses
are checked where the demand gives a subnet's range.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.existing import ExistingVpc
from solver.errors import InfeasibleError
from solver.model.answer import PoolAnswer
from solver.model.network.addressing import SubnetKey, usable_addresses
from solver.model.network.charges import (
    balancer_charges,
    dns_not_priced,
    dns_plan,
    name_charges,
    transfer_charges,
)
from solver.model.network.load_balancers import CATALOG_NAME, load_balancers
from solver.model.network.needs import address_needs
from solver.model.network.routed import peer_plans, transit_gateway_plan
from solver.model.network.traffic import Crossing, traffic_of
from solver.model.priced import SitePrices
from solver.model.zones import zones_of
from solver.plan.compute import ComputePlan
from solver.plan.cost import Pool, total_usd_per_month
from solver.plan.explanation import Reason
from solver.plan.network import ExistingPlan, NatPlan, NetworkPlan, SourceStackPlan
from solver.plan.storage import StoragePlan
from solver.vocabulary import Exposure, NatMode, Termination, Tier

_FEWEST_OF_A_LOAD_BALANCER = 2
"""Zones in which AWS wants subnets of an application load balancer."""


def solve_existing(
    demand: Demand,
    site_key: str,
    catalog: Catalog,
    *,
    compute: ComputePlan,
    storage: StoragePlan,
    crossing: Crossing | None = None,
) -> PoolAnswer[NetworkPlan]:
    """The network of a site in an existing VPC; InfeasibleError, by path, for what the VPC lacks."""
    site = demand.aws_sites[site_key]
    existing = site.network.existing
    if existing is None:
        raise ValueError(f"site {site_key} has no existing VPC")
    zones = zones_of(demand, site_key, catalog)
    kind = catalog.network_service(CATALOG_NAME)
    balancers = load_balancers(demand, site_key, kind)
    exposures = {balancer.exposure for balancer in balancers}
    needs = address_needs(
        zones,
        compute,
        storage,
        balancers,
        interface_endpoints=0,
        nat_zones=(),
        growth=site.network.growth,
    )
    path = f"sites.{site_key}.network.existing"
    used = {
        tier: {zone: subnet for zone, subnet in sorted(existing.subnets.of(tier).items()) if zone in zones}
        for tier in Tier
    }
    source = existing.stack
    planned = ExistingPlan(
        vpc_id=existing.vpc_id,
        subnets={tier: subnets for tier, subnets in used.items() if subnets},
        stack=None if source is None else SourceStackPlan(kind=source.kind, name=source.name),
    )
    for missing in _missing(existing, planned.words, zones, exposures, storage, path):
        raise missing
    _check_addresses(existing, needs, path)
    traffic = traffic_of(demand, site_key, compute, crossing)
    lines = SitePrices(catalog, site.region, site_key, Pool.NETWORK).lines(
        [
            *balancer_charges(demand, site_key, balancers, kind, len(used[Tier.PUBLIC])),
            *transfer_charges(demand, traffic, len(zones)),
            *name_charges(demand, site_key),
        ]
    )
    plan = NetworkPlan(
        cidr=site.network.cidr,
        zones=zones,
        subnets=(),
        nat=NatPlan(mode=NatMode.NONE, zones=(), reason=f"{planned.words} exists: its ways out are its own"),
        endpoints=(),
        load_balancers=balancers,
        flow_logs=False,
        flow_log_retention_days=site.network.flow_log_retention_days,
        dns=dns_plan(demand, site_key, balancers),
        peers=peer_plans(site.network),
        transit_gateway=transit_gateway_plan(site.network),
        existing=planned,
    )
    return PoolAnswer(
        plan=plan,
        lines=lines,
        bound_usd_per_month=total_usd_per_month(lines),
        termination=Termination.OPTIMAL,
        reasons=(_reason(existing, planned.words, needs),),
        rejected=(),
        not_priced=(
            f"NAT, endpoints and other ways out of {planned.words}: whoever runs that VPC pays for them",
            *dns_not_priced(demand, site_key, balancers),
        ),
    )


def _missing(
    existing: ExistingVpc, vpc: str, zones: tuple[str, ...], exposures: set[Exposure], storage: StoragePlan, path: str
) -> Iterator[InfeasibleError]:
    subnets = existing.subnets
    without = [zone for zone in zones if zone not in subnets.private]
    if without:
        yield InfeasibleError(
            f"{vpc} has no private subnet in {', '.join(without)}",
            conflict=(f"{path}.subnets.private: {', '.join(subnets.private)}",),
            hint="name a subnet of each zone, or leave the zone out of the site's zones",
        )
    public = [zone for zone in zones if zone in subnets.public]
    if Exposure.PUBLIC in exposures and len(public) < _FEWEST_OF_A_LOAD_BALANCER:
        yield InfeasibleError(
            f"a public load balancer needs public subnets in {_FEWEST_OF_A_LOAD_BALANCER} zones; "
            f"{vpc} has {len(public)}",
            conflict=(f"{path}.subnets.public: {', '.join(public) or 'nothing'}",),
            hint="name the subnets that lead to the internet",
        )
    for file_system in storage.file_systems:
        if file_system.zone is not None:
            yield InfeasibleError(
                f"file system {file_system.key} is in one zone, which EFS asks for by the account's own name of it; "
                "only a subnet that the stack makes tells that name",
                conflict=(f"{path}.vpc_id: {existing.vpc_id}", f"storage.{file_system.key}"),
                hint="let it survive the loss of a zone, or leave network.existing out",
            )
        lacking = [zone for zone in zones if zone not in subnets.data]
        if lacking:
            yield InfeasibleError(
                f"file system {file_system.key} needs a data subnet in each zone; {vpc} has none in "
                f"{', '.join(lacking)}",
                conflict=(f"{path}.subnets.data: {', '.join(subnets.data) or 'nothing'}",),
                hint="name a subnet for its mount target in each zone; the private ones will do",
            )


def _check_addresses(existing: ExistingVpc, needs: Mapping[SubnetKey, int], path: str) -> None:
    """Subnets that hold two tiers have the needs of both."""
    wanted: dict[str, int] = {}
    for key, addresses in needs.items():
        subnet = existing.subnets.of(key.tier).get(key.zone)
        if subnet is not None:
            wanted[subnet] = wanted.get(subnet, 0) + addresses
    for subnet, addresses in wanted.items():
        block = existing.ranges.get(subnet)
        if block is not None and usable_addresses(block.prefixlen) < addresses:
            raise InfeasibleError(
                f"subnet {subnet} is too small: {block} has {max(0, usable_addresses(block.prefixlen))} addresses, "
                f"{addresses} are needed at the peak",
                conflict=(f"{path}.ranges.{subnet}: {block}",),
                hint="fewer replicas, less network.growth or a larger subnet is needed",
            )


def _reason(existing: ExistingVpc, vpc: str, needs: Mapping[SubnetKey, int]) -> Reason:
    by_tier: dict[Tier, int] = {}
    for key, addresses in needs.items():
        by_tier[key.tier] = max(by_tier.get(key.tier, 0), addresses)
    asked = ", ".join(f"{tier} {addresses}" for tier, addresses in by_tier.items())
    checked = "all are checked" if _all_known(existing, needs) else "not all are checked: network.existing.ranges"
    text = f"{vpc} exists. Free addresses that each of its subnets needs: {asked}; {checked}."
    return Reason(subject="network", text=text)


def _all_known(existing: ExistingVpc, needs: Mapping[SubnetKey, int]) -> bool:
    found = [existing.subnets.of(key.tier).get(key.zone) for key in needs]
    return all(subnet in existing.ranges for subnet in found if subnet is not None)
