"""solve_network: subnets, ways out, load balancers and what they cost, exactly."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.errors import InfeasibleError
from solver.model.answer import PoolAnswer
from solver.model.network.addressing import SubnetKey, ipv6_index, subnet_blocks, usable_addresses
from solver.model.network.charges import (
    balancer_charges,
    dns_not_priced,
    dns_plan,
    name_charges,
    routed_not_priced,
    transfer_charges,
    transit_gateway_charges,
)
from solver.model.network.egress import (
    Egress,
    EgressChoice,
    EgressWish,
    choose_egress,
    egress_charges,
    endpoint_against_nat,
)
from solver.model.network.existing import solve_existing
from solver.model.network.load_balancers import (
    CATALOG_NAME,
    load_balancers,
)
from solver.model.network.needs import address_needs
from solver.model.network.routed import peer_plans, transit_gateway_plan
from solver.model.network.traffic import Crossing, least_traffic, traffic_of
from solver.model.priced import SitePrices
from solver.model.zones import zones_of
from solver.plan.compute import ComputePlan
from solver.plan.cost import CostLine, Pool, total_usd_per_month
from solver.plan.explanation import Reason, RejectedMove, too_small
from solver.plan.network import EndpointPlan, NatPlan, NetworkPlan, SubnetPlan
from solver.plan.storage import StoragePlan
from solver.quantity import cents, format_usd
from solver.vocabulary import EndpointKind, NatMode, Termination

GATEWAY_ENDPOINT = EndpointPlan(
    service="s3",
    kind=EndpointKind.GATEWAY,
    reason="free: image layers, objects and system packages pass no NAT gateway",
)
_MODE_WORDS = {
    NatMode.NONE: "no NAT gateway",
    NatMode.SINGLE: "one NAT gateway",
    NatMode.PER_ZONE: "a NAT gateway in each zone",
}


def solve_network(
    demand: Demand,
    site_key: str,
    catalog: Catalog,
    *,
    compute: ComputePlan,
    storage: StoragePlan,
    crossing: Crossing | None = None,
    previous: NetworkPlan | None = None,
) -> PoolAnswer[NetworkPlan]:
    """The network of one site, around the machines and file systems that are decided.

    It is exact and needs no search, so it takes no backend. An approved choice of NAT and endpoints is kept while it
    costs no more than `limits.gap` above the best. Flow logs are off: the security pool's measures turn them on.
    """
    site = demand.aws_sites[site_key]
    wish = site.network
    if wish.existing is not None:
        return solve_existing(demand, site_key, catalog, compute=compute, storage=storage, crossing=crossing)
    prices = SitePrices(catalog, site.region, site_key, Pool.NETWORK)
    traffic = traffic_of(demand, site_key, compute, crossing)
    survivors = {
        key: entry.survive
        for key, entry in sorted(demand.workloads.items())
        if isinstance(entry, Service) and entry.survives_zone_of(site.zone_count) and demand.site_of(entry) == site_key
    }
    egress_wish = EgressWish(
        site=site_key,
        zones=zones_of(demand, site_key, catalog),
        traffic=traffic,
        nat=wish.nat,
        survivors=survivors,
    )
    before = previous if previous is not None and previous.cidr == wish.cidr else None
    if before is not None and before.dual_stack and not wish.dual_stack:
        raise InfeasibleError(
            "IPv6 can't be taken from a network that has it: AWS keeps the range while subnets have parts of it",
            conflict=(f"sites.{site_key}.network.dual_stack: false", "the approved plan has IPv6"),
            hint="dual_stack: true stays as it is, or another cidr makes another network; where the lock was never "
            "built, delete it",
        )
    choice = choose_egress(egress_wish, prices, previous=_egress_of(before), gap=demand.limits.gap)
    least = choose_egress(replace(egress_wish, traffic=least_traffic(traffic, demand)), prices)
    balancer_kind = catalog.network_service(CATALOG_NAME)
    balancers = load_balancers(demand, site_key, balancer_kind)
    needs = address_needs(
        egress_wish.zones,
        compute,
        storage,
        balancers,
        # All that might be asked for: a choice that changes with prices must not change the subnets.
        interface_endpoints=len(traffic.aws_api_gib),
        nat_zones=choice.egress.nat_zones,
        growth=wish.growth,
    )
    blocks = subnet_blocks(wish.cidr, needs, previous=_blocks_of(before), path=f"sites.{site_key}.network.cidr")
    lines = prices.lines(
        [
            *egress_charges(choice.egress, egress_wish),
            *balancer_charges(demand, site_key, balancers, balancer_kind, len(egress_wish.zones)),
            *transfer_charges(demand, traffic, len(egress_wish.zones)),
            *name_charges(demand, site_key),
            *transit_gateway_charges(demand, site_key),
        ]
    )
    plan = NetworkPlan(
        cidr=wish.cidr,
        zones=egress_wish.zones,
        subnets=tuple(
            SubnetPlan(
                key=str(key),
                tier=key.tier,
                zone=key.zone,
                cidr=block,
                ipv6_index=ipv6_index(key) if wish.dual_stack else None,
            )
            for key, block in blocks.items()
        ),
        nat=NatPlan(mode=choice.egress.mode, zones=choice.egress.nat_zones, reason=_nat_text(choice, egress_wish)),
        endpoints=_endpoints(choice.egress, egress_wish, prices),
        load_balancers=balancers,
        flow_logs=False,
        flow_log_retention_days=wish.flow_log_retention_days,
        dns=dns_plan(demand, site_key, balancers),
        dual_stack=wish.dual_stack,
        peers=peer_plans(wish),
        transit_gateway=transit_gateway_plan(wish),
    )
    return PoolAnswer(
        plan=plan,
        lines=lines,
        bound_usd_per_month=_bound(lines, choice, least),
        termination=Termination.OPTIMAL,
        reasons=_reasons(choice, egress_wish, blocks, needs),
        rejected=_rejected(choice, demand.limits.gap),
        not_priced=(
            *dns_not_priced(demand, site_key, balancers),
            *_ipv6_not_priced(wish.dual_stack),
            *routed_not_priced(demand, site_key),
        ),
    )


def _ipv6_not_priced(dual_stack: bool) -> tuple[str, ...]:
    if not dual_stack:
        return ()
    return ("what goes out by IPv6 and so past NAT, whose bytes are free: all is counted as if it went by IPv4",)


def _bound(lines: tuple[CostLine, ...], choice: EgressChoice, least: EgressChoice) -> float:
    """With the ways out that would be cheapest for the bytes that no choice of machines avoids."""
    saved = choice.usd_per_month - min(choice.least_usd_per_month, least.least_usd_per_month)
    return cents(total_usd_per_month(lines) - saved)


def _egress_of(plan: NetworkPlan | None) -> Egress | None:
    if plan is None:
        return None
    interfaces = {each.service: each.zones for each in plan.endpoints if each.kind is EndpointKind.INTERFACE}
    return Egress(mode=plan.nat.mode, nat_zones=plan.nat.zones, endpoint_zones=interfaces)


def _blocks_of(plan: NetworkPlan | None) -> dict[SubnetKey, IPv4Network]:
    return {} if plan is None else {SubnetKey(subnet.tier, subnet.zone): subnet.cidr for subnet in plan.subnets}


def _endpoints(egress: Egress, wish: EgressWish, prices: SitePrices) -> tuple[EndpointPlan, ...]:
    found = [GATEWAY_ENDPOINT]
    for service, zones in egress.endpoint_zones.items():
        own, nat = endpoint_against_nat(service, egress, wish, prices)
        reason = (
            f"{format_usd(own)} a month; without NAT there is no other way"
            if egress.mode is NatMode.NONE
            else f"{format_usd(own)} a month against {format_usd(nat)} through NAT"
        )
        kind = prices.catalog.endpoint_service(service).kind
        found.append(EndpointPlan(service=service, kind=kind, zones=zones, reason=reason))
    return tuple(sorted(found, key=lambda endpoint: endpoint.service))


def _nat_text(choice: EgressChoice, wish: EgressWish) -> str:
    cost = f"ways out cost {format_usd(choice.usd_per_month)} a month"
    if wish.nat != "auto":
        return f"the demand asks for it; {cost}"
    if choice.egress.mode is NatMode.PER_ZONE and wish.survivors:
        return f"{', '.join(wish.survivors)} must survive the loss of a zone; {cost}"
    if choice.others and choice.usd_per_month > choice.least_usd_per_month:
        return f"kept as approved; {cost}, the cheapest {format_usd(choice.least_usd_per_month)}"
    if choice.others:
        mode, usd = choice.others[0]
        return f"{cost}; {_MODE_WORDS[mode]} {format_usd(usd)}"
    return f"{cost}; nothing else is allowed"


def _rejected(choice: EgressChoice, gap: float) -> tuple[RejectedMove, ...]:
    saving = cents(choice.usd_per_month - choice.least_usd_per_month)
    if saving <= 0:
        return ()
    reason = too_small("the ways out", choice.least_usd_per_month, gap)
    return (RejectedMove(subject="nat", change=choice.least_words, saving_usd_per_month=saving, reason=reason),)


def _reasons(
    choice: EgressChoice, wish: EgressWish, blocks: dict[SubnetKey, IPv4Network], needs: dict[SubnetKey, int]
) -> tuple[Reason, ...]:
    other = choice.others[0] if choice.others else None
    by_endpoint = len(choice.egress.endpoint_zones)
    reasons = [
        Reason(
            subject="nat",
            text=f"{_MODE_WORDS[choice.egress.mode]} and {by_endpoint} interface endpoints: {_nat_text(choice, wish)}.",
            next_best=None if other is None else _MODE_WORDS[other[0]],
            extra_usd_per_month=None if other is None else cents(other[1] - choice.usd_per_month),
        )
    ]
    for tier in dict.fromkeys(key.tier for key in blocks):
        own = {key.zone: (block, needs[key]) for key, block in blocks.items() if key.tier is tier}
        least = min(usable_addresses(block.prefixlen) for block, _ in own.values())
        most = max(need for _, need in own.values())
        reasons.append(
            Reason(
                subject=f"subnets {tier}",
                text=f"Each of {len(own)} holds {least} addresses or more; the peak in a rolling release, after the "
                f"loss of a zone and with growth needs {most}.",
            )
        )
    return tuple(reasons)
