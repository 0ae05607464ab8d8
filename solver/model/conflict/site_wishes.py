"""The wishes of a stack and of one of its sites: limits, quotas, zones, root volumes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.workloads import Service, Variant, Workload
from solver.model.compute.supply import fits, market_of, offered
from solver.model.compute.type_patterns import matches
from solver.model.conflict.apart_wishes import apart_wishes
from solver.model.conflict.wish import Change, Figures, Wish, with_limits, with_quota, with_site
from solver.model.conflict.workload_wishes import workload_wishes
from solver.model.reserved import is_reserved, taken_vcpus
from solver.model.surcharge import Surcharge
from solver.quantity import format_gib

_MOST_GROUPS = 100
_MOST_QUOTA = 10_000_000
_MOST_ROOT_GIB = 65_536
"""What a gp3 volume has at most."""
_MOST_OF_A_FAMILY = 8
"""Machine types of a quota family that are tried in the stack's filter, the cheapest first."""


def wishes_of(demand: Demand, site_key: str, catalog: Catalog) -> list[Wish]:
    """All wishes that the compute pool of a site has to keep, those of the stack first, then of the site, then of its
    workloads by name."""
    found = [*_stack_wishes(demand, site_key, catalog), *_site_wishes(demand, site_key, catalog)]
    for key, workload in sorted(demand.workloads.items()):
        if demand.site_of(workload) == site_key:
            found += apart_wishes(demand, key)
            found += workload_wishes(key, workload, partial(_types, demand, site_key, catalog, workload))
    return found


def _stack_wishes(demand: Demand, site_key: str, catalog: Catalog) -> Iterator[Wish]:
    limits = demand.limits
    groups = Figures(limits.node_groups, _MOST_GROUPS, lambda most: with_limits(node_groups=most), str)
    yield Wish(f"limits.node_groups: {limits.node_groups}", with_limits(node_groups=_MOST_GROUPS), groups)
    if limits.machines:
        adding = tuple(
            (f"limits.machines: add {name} would do", with_limits(machines=(*limits.machines, name)))
            for name in _left_out(demand, site_key, catalog)
        )
        yield Wish(f"limits.machines: {', '.join(limits.machines)}", with_limits(machines=()), others=adding)
    if limits.exclude_machines:
        patterns = limits.exclude_machines
        words = f"limits.exclude_machines: {', '.join(patterns)}"
        less: list[tuple[str, Change]] = []
        for pattern in patterns if len(patterns) > 1 else ():
            rest = tuple(each for each in patterns if each != pattern)
            less.append((f"without {pattern} there", with_limits(exclude_machines=rest)))
        yield Wish(words, with_limits(exclude_machines=()), others=less)
    if not limits.burstable:
        allowed = with_limits(burstable=True)
        words = "limits.burstable"
        yield Wish(f"{words}: false", allowed, others=((f"{words}: true would do", allowed),), is_fact=True)


def _site_wishes(demand: Demand, key: str, catalog: Catalog) -> Iterator[Wish]:
    site, name = demand.aws_sites[key], f"sites.{key}"
    for family, most in sorted(site.quotas.items()):
        if is_reserved(family):
            continue
        taken = taken_vcpus(site.quotas, family)
        figures = Figures(most, _MOST_QUOTA, _quota(key, family), _vcpus_besides(taken))
        yield Wish(f"{name}.quotas.{family}: {most + taken}", with_quota(key, family, None), figures)
    zones = len(catalog.region(site.region).zone_ids)
    if site.zone_count < zones:
        shown = str(site.zones) if isinstance(site.zones, int) else ", ".join(site.zones)
        figures = Figures(site.zone_count, zones, lambda count: with_site(key, zones=count), str)
        yield Wish(
            f"{name}.zones: {shown}",
            with_site(key, zones=zones),
            figures if isinstance(site.zones, int) else None,
            others=((f"{name}.zones: {zones} would do", with_site(key, zones=zones)),),
        )
    if any(variant.disk for workload in demand.workloads.values() for variant in workload.variants.values()):
        figures = Figures(site.root_volume, _MOST_ROOT_GIB, lambda gib: with_site(key, root_volume=gib), format_gib)
        words = f"{name}.root_volume: {format_gib(site.root_volume)}"
        yield Wish(words, with_site(key, root_volume=_MOST_ROOT_GIB), figures)
    if not site.eni_trunking:
        trunking = with_site(key, eni_trunking=True)
        words = f"{name}.eni_trunking"
        yield Wish(f"{words}: false", trunking, others=((f"{words}: true would do", trunking),))


def _vcpus_besides(taken: int) -> Callable[[int], str]:
    return lambda vcpus: f"{vcpus + taken} vCPU"


def _quota(key: str, family: str) -> Callable[[int], Change]:
    return lambda most: with_quota(key, family, most)


def _left_out(demand: Demand, site_key: str, catalog: Catalog) -> list[str]:
    """Machine types that limits.machines leaves out and that hold what none of those it names holds; or any variant."""
    free = with_limits(machines=())(demand)
    patterns = demand.limits.machines
    needed: dict[str, None] = {}
    useful: dict[str, None] = {}
    for workload in demand.workloads.values():
        if demand.site_of(workload) != site_key:
            continue
        names = [
            each
            for variant in workload.variants.values()
            for each in _types(free, site_key, catalog, workload, variant)
        ]
        held = any(matches(name, patterns) for name in names)
        (useful if held else needed).update((name, None) for name in names if not matches(name, patterns))
    # A type of another family may be within its quota where all cheaper ones are not.
    by_family: dict[str, list[str]] = {}
    for name in needed or useful:
        by_family.setdefault(str(catalog.machines[name].quota), []).append(name)
    listed = {name for names in by_family.values() for name in names[:_MOST_OF_A_FAMILY]}
    return [name for name in needed or useful if name in listed]


def _types(demand: Demand, site_key: str, catalog: Catalog, workload: Workload, variant: Variant) -> list[str]:
    """Machine types that the stack allows and that hold a replica but for the variant's own filter; those that the
    demand names come first, then the cheapest."""
    site = demand.aws_sites[site_key]
    zones = site.zones if isinstance(site.zones, tuple) else catalog.region(site.region).zone_ids[: site.zones]
    market = market_of(demand, site, tuple(sorted(zones)), Surcharge(), services=isinstance(workload, Service))
    asked = variant.model_copy(update={"machines": ()})
    names = [each.machine.name for each in offered(catalog, market) if fits(asked, each, market)]
    # What the demand names elsewhere comes first: a type that is used already needs no node group of its own.
    patterns = [each for other in demand.workloads.values() for one in other.variants.values() for each in one.machines]
    return sorted(names, key=lambda name: not matches(name, patterns))
