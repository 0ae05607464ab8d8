"""Whether the catalog has what a demand names: regions, zones, machines, accelerators, controls; all mistakes at once.

A variant that fits no machine of its region is no mistake by itself, since one demand serves several regions; it is one
where no machine of any region fits it, or where no other variant of the workload fits one either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from solver.catalog.catalog import Catalog
from solver.catalog.machines import MachineType, QuotaFamily, allocatable
from solver.demand.demand import AwsSite, Demand, Limits
from solver.demand.loader import LoadedDemand
from solver.demand.purchase import HeldInstancePlan, HeldReservation
from solver.demand.workloads import Service, Variant, Workload
from solver.errors import DemandError, Problem
from solver.model.daemons import kept_back
from solver.model.owned.hosts import hosts_of, hosts_words
from solver.model.owned.rest import shares_of
from solver.model.reserved import with_reserved
from solver.quantity import format_cpu, format_gib, format_memory_mib

Path = tuple[str | int, ...]
_MOST_LISTED = 20


def check_regions(loaded: LoadedDemand, known: Collection[str]) -> None:
    """DemandError when a site is in a region of which the catalog has no tables."""
    problems = [
        _unknown(loaded, ("sites", name, "region"), site.region, known, "region of the catalog")
        for name, site in loaded.demand.aws_sites.items()
        if site.region not in known
    ]
    if problems:
        raise DemandError(problems)


def check_against_catalog(loaded: LoadedDemand, catalog: Catalog, waivable: Collection[str] | None = ()) -> None:
    """DemandError with every name of the demand that the catalog does not have and every workload that fits nowhere.

    `waivable` is what waivers may name beside the catalog's controls; None: anything.
    """
    check_regions(loaded, catalog.regions)
    problems = [
        *_site_problems(loaded, catalog),
        *_compliance_problems(loaded, catalog, waivable),
        *_filter_problems(loaded, catalog),
        *_held_problems(loaded, catalog),
        *_capacity_problems(loaded, catalog),
        *_accelerator_problems(loaded, catalog),
    ]
    if not problems:
        reserved = with_reserved(loaded.demand, catalog)
        problems += _fit_problems(replace(loaded, demand=reserved.demand), reserved.catalog)
    if problems:
        raise DemandError(problems)


def matches(machine: str, patterns: Sequence[str]) -> bool:
    """Whether a machine type's name matches one of the patterns: * is any text, ? one character."""
    return any(fnmatchcase(machine, pattern) for pattern in patterns)


def _unknown(
    loaded: LoadedDemand, path: Path, name: str, known: Collection[str], what: str, *, as_key: bool = False
) -> Problem:
    names = sorted(known)
    wanted = f"{'an' if what[0] in 'aeiou' else 'a'} {what} is allowed"
    if len(names) <= _MOST_LISTED:
        allowed = f"{wanted}: {', '.join(names)}" if names else f"{wanted}; there is none"
    else:
        allowed = f"{wanted}, one of {len(names)}"
    near = get_close_matches(name, names, n=1)
    hint = f"Did you mean {near[0]}?" if near else None
    return loaded.problem(path, allowed, found=f'the key "{name}"' if as_key else None, hint=hint)


def _site_problems(loaded: LoadedDemand, catalog: Catalog) -> Iterator[Problem]:
    for name, site in loaded.demand.aws_sites.items():
        zones = catalog.region(site.region).zone_ids
        path: Path = ("sites", name, "zones")
        if isinstance(site.zones, tuple):
            for index, zone in enumerate(site.zones):
                if zone not in zones:
                    yield _unknown(loaded, (*path, index), zone, zones, f"zone of {site.region}")
        elif site.zones > len(zones):
            allowed = f"at most {len(zones)} is allowed, as many zones as {site.region} has"
            yield loaded.problem(path, allowed, found=str(site.zones))
        groups = [str(group) for group in QuotaFamily]
        for group in site.quotas:
            if group not in groups:
                yield _unknown(
                    loaded, ("sites", name, "quotas", group), group, groups, "family group of AWS", as_key=True
                )


def _compliance_problems(loaded: LoadedDemand, catalog: Catalog, waivable: Collection[str] | None) -> Iterator[Problem]:
    wish = loaded.demand.compliance
    services = catalog.services
    if wish.profile not in services.profiles:
        yield _unknown(loaded, ("compliance", "profile"), wish.profile, services.profiles, "profile of the catalog")
    known = services.controls if not waivable else {*services.controls, *waivable}
    what = "control or check" if waivable else "control of the catalog"
    for index, waiver in enumerate(wish.waivers if waivable is not None else ()):
        if waiver.control not in known:
            path: Path = ("compliance", "waivers", index, "control")
            yield _unknown(loaded, path, waiver.control, known, what)
    for index, measure in enumerate(wish.existing):
        if measure not in services.measures:
            path = ("compliance", "existing", index)
            yield _unknown(loaded, path, measure, services.measures, "measure of the catalog")


def _held_problems(loaded: LoadedDemand, catalog: Catalog) -> Iterator[Problem]:
    """Held commitments of types and families that the region has not, or for whose term nobody knows a rate."""
    demand = loaded.demand
    for index, held in enumerate(demand.purchase.held):
        region = demand.aws_sites[demand.site_of(held)].region
        path: Path = ("purchase", "held", index)
        offers = catalog.purchasable(region)
        if isinstance(held, HeldReservation):
            names = {offer.machine.name for offer in offers}
            if held.machine_type not in names:
                yield _unknown(loaded, (*path, "machine_type"), held.machine_type, names, f"machine type of {region}")
            continue
        if isinstance(held, HeldInstancePlan):
            families = {offer.machine.family for offer in offers}
            if held.family not in families:
                yield _unknown(loaded, (*path, "family"), held.family, families, f"machine family of {region}")
                continue
            offers = tuple(offer for offer in offers if offer.machine.family == held.family)
        terms = {term for offer in offers for term in offer.commitments if term.kind is held.kind}
        if not any((term.years, term.payment) == (held.years, held.payment) for term in terms):
            known = ", ".join(f"{term.years} {term.payment}" for term in sorted(terms, key=str)) or "none"
            allowed = f"years and payment for which the catalog has rates are allowed: {known}"
            yield loaded.problem((*path, "kind"), allowed, found=f"{held.kind}, {held.years} {held.payment}")


def _capacity_problems(loaded: LoadedDemand, catalog: Catalog) -> Iterator[Problem]:
    """Kept machines of types that the region has not, in zones that are none of the site's, or without an image."""
    demand = loaded.demand
    for key, each in demand.purchase.capacity.items():
        site = demand.aws_sites[demand.site_of(each)]
        path: Path = ("purchase", "capacity", key)
        zones = catalog.region(site.region).zone_ids
        used = site.zones if isinstance(site.zones, tuple) else zones[: site.zones]
        for number, zone in enumerate(each.zones):
            if zone not in used:
                hint = f"Name it among sites.{demand.site_of(each)}.zones" if zone in zones else None
                allowed = f"a zone that the site uses is allowed: {', '.join(used)}"
                yield loaded.problem((*path, "zones", number), allowed, hint=hint)
        offers = {offer.machine.name: offer for offer in catalog.offerings(site.region)}
        offer = offers.get(each.machine_type)
        if offer is None:
            yield _unknown(loaded, (*path, "machine_type"), each.machine_type, offers, f"machine type of {site.region}")
        elif missing := [zone for zone in each.zones if zone in zones and zone not in offer.zones]:
            allowed = f"a type that {', '.join(missing)} has is allowed; {each.machine_type} is in"
            yield loaded.problem((*path, "machine_type"), f"{allowed} {', '.join(offer.zones)}")
        elif not catalog.has_image(site.region, offer.machine.architecture, offer.machine.image_flavour):
            allowed = "a type for which the catalog has a machine image is allowed"
            yield loaded.problem((*path, "machine_type"), allowed)


def _filter_problems(loaded: LoadedDemand, catalog: Catalog) -> Iterator[Problem]:
    limits = loaded.demand.limits
    filters: list[tuple[Path, tuple[str, ...]]] = [
        (("limits", "machines"), limits.machines),
        (("limits", "exclude_machines"), limits.exclude_machines),
    ]
    for name, workload in loaded.demand.workloads.items():
        for key, variant in workload.variants.items():
            filters.append((("workloads", name, "variants", key, "machines"), variant.machines))
    for path, patterns in filters:
        for index, pattern in enumerate(patterns):
            if not any(fnmatchcase(machine, pattern) for machine in catalog.machines):
                yield _unknown(
                    loaded,
                    (*path, index),
                    pattern,
                    {machine.family + ".*" for machine in catalog.machines.values()},
                    "pattern that matches a machine type",
                )


def _accelerator_problems(loaded: LoadedDemand, catalog: Catalog) -> Iterator[Problem]:
    models = {machine.accelerator.model for machine in catalog.machines.values() if machine.accelerator is not None}
    hosts = hosts_of(loaded.demand).values()
    models |= {host.accelerators.model for host in hosts if host.accelerators is not None}
    for name, workload in loaded.demand.workloads.items():
        for key, variant in workload.variants.items():
            if variant.accelerator is not None and variant.accelerator.model not in models:
                path: Path = ("workloads", name, "variants", key, "accelerator", "model")
                what = "accelerator of the catalog or of a host" if hosts else "accelerator of the catalog"
                yield _unknown(loaded, path, variant.accelerator.model, models, what)


@dataclass(frozen=True, slots=True)
class _Shortfall:
    """One dimension in which a machine is too small for a variant."""

    dimension: str
    has: str
    ratio: float
    """Asked for each unit that the machine has; infinite where it has none."""


def _fit_problems(loaded: LoadedDemand, catalog: Catalog) -> Iterator[Problem]:
    demand = loaded.demand
    everywhere = list(catalog.machines.values())
    allowed = {
        name: tuple(site for site in sites if site in demand.aws_sites) for name, sites in demand.sites_of().items()
    }
    hosted = frozenset(shares_of(demand).services if demand.docker_sites else ())
    for name, workload in demand.workloads.items():
        if name in hosted:
            continue
        if not allowed[name]:
            yield _no_host(loaded, name)
            continue
        sites = [demand.aws_sites[site] for site in allowed[name]]
        on_sale = {site: _on_sale(workload, demand, site, catalog) for site in allowed[name]}
        some_fit = any(
            _any_fits(workload, key, machines, site)
            for site, by_variant in zip(sites, on_sale.values(), strict=True)
            for key, machines in by_variant.items()
        )
        for key in workload.variants:
            variant = workload.replica(key)
            # Without the stack's own limits, which may well leave out machines that some variants need.
            anywhere = _candidates(variant, everywhere, None, services=False)
            if not some_fit:
                burstable = not demand.limits.burstable and any(machine.burstable for machine in anywhere)
                yield _fit_problem(loaded, name, key, allowed[name], on_sale[allowed[name][0]][key], burstable)
            elif not any(_any_fits(workload, key, anywhere, site) for site in sites):
                yield _fit_problem(loaded, name, key, allowed[name], anywhere)


def _no_host(loaded: LoadedDemand, name: str) -> Problem:
    """A workload that may run on Docker sites only, whose hosts are all too small or of another kind."""
    told = hosts_words(loaded.demand, loaded.demand.workloads[name])
    found = ", ".join(loaded.demand.workloads[name].variants)
    allowed = f"a variant that one host can hold is allowed: {told}"
    return loaded.problem(("workloads", name, "variants"), allowed, found=found)


def _on_sale(workload: Workload, demand: Demand, site_key: str, catalog: Catalog) -> dict[str, list[MachineType]]:
    """Machines of a site's zones that the filters let through, by variant."""
    site = demand.aws_sites[site_key]
    zones = catalog.region(site.region).zone_ids
    used = set(site.zones if isinstance(site.zones, tuple) else zones[: site.zones])
    offered = [offering.machine for offering in catalog.purchasable(site.region) if used.intersection(offering.zones)]
    return {
        key: _candidates(variant, offered, demand.limits, services=isinstance(workload, Service))
        for key, variant in workload.variants.items()
    }


def _any_fits(workload: Workload, key: str, machines: Sequence[MachineType], site: AwsSite) -> bool:
    return any(not _shortfalls(workload, key, machine, site) for machine in machines)


def _candidates(
    variant: Variant, machines: Sequence[MachineType], limits: Limits | None, *, services: bool
) -> list[MachineType]:
    """Machines of the variant's architecture and accelerator that its own filter and the stack's let through."""
    model = variant.accelerator.model if variant.accelerator is not None else None
    return [
        machine
        for machine in machines
        if machine.architecture is variant.architecture
        and (model is None or (machine.accelerator is not None and machine.accelerator.model == model))
        and (not variant.machines or matches(machine.name, variant.machines))
        and (limits is None or _within(machine, limits, services=services))
    ]


def _within(machine: MachineType, limits: Limits, *, services: bool) -> bool:
    return (
        (not limits.machines or matches(machine.name, limits.machines))
        and not matches(machine.name, limits.exclude_machines)
        and (limits.burstable or not machine.burstable or not services)
    )


def _shortfalls(workload: Workload, key: str, machine: MachineType, site: AwsSite) -> list[_Shortfall]:
    variant, services = workload.replica(key), isinstance(workload, Service)
    has = allocatable(machine, eni_trunking=site.eni_trunking, reserved=kept_back(site, services=services))
    devices = variant.accelerator.count if variant.accelerator is not None else 0
    amounts = (
        ("cpu", variant.cpu, has.cpu_millis, format_cpu),
        ("memory", variant.memory, has.memory_mib, format_memory_mib),
        ("accelerator.count", devices, has.accelerators, str),
        ("disk", variant.disk, site.root_volume, format_gib),
        ("network_mbps", variant.network_mbps, has.network_mbps, str),
    )
    return [
        _Shortfall(dimension, shown(there), asked / there if there else float("inf"))
        for dimension, asked, there, shown in amounts
        if asked > there
    ]


def _filters(variant: Variant, limits: Limits, path: str, burstable: bool) -> list[str]:
    """The filters that are set, as the file has them; with the one of T types where it leaves some out."""
    given = [
        (f"{path}.machines", variant.machines),
        ("limits.machines", limits.machines),
        ("limits.exclude_machines", limits.exclude_machines),
    ]
    found = [f"{name} ({', '.join(patterns)})" for name, patterns in given if patterns]
    return [*found, "limits.burstable (false)"] if found and burstable else found


def _fit_problem(
    loaded: LoadedDemand,
    name: str,
    key: str,
    sites: Sequence[str],
    candidates: Sequence[MachineType],
    burstable: bool = False,
) -> Problem:
    demand = loaded.demand
    workload = demand.workloads[name]
    variant = workload.replica(key)
    site = demand.aws_sites[sites[0]]
    regions = " or ".join(dict.fromkeys(demand.aws_sites[each].region for each in sites))
    path: Path = ("workloads", name, "variants", key)
    if not candidates:
        asked = [f"architecture {variant.architecture}"]
        asked += [f"accelerator {variant.accelerator.model}"] if variant.accelerator is not None else []
        filters = _filters(variant, demand.limits, f"workloads.{name}.variants.{key}", burstable)
        asked += [f"a type that {' and '.join(filters)} let{'s' if len(filters) == 1 else ''} through"] * bool(filters)
        either = " and ".join(asked)
        allowed = f"a request that a machine in the zones of {regions} can hold is allowed; none has {either}"
        return loaded.problem(path, allowed)
    ranked = [(_shortfalls(workload, key, machine, site), machine.name) for machine in candidates]
    missing, nearest = min(ranked, key=lambda each: (max(lack.ratio for lack in each[0]), len(each[0]), each[1]))
    worst = max(missing, key=lambda lack: lack.ratio)
    others = "".join(f" and {lack.dimension} {lack.has}" for lack in missing if lack is not worst)
    allowed = (
        f"at most {worst.has} is allowed: {nearest}, the nearest machine, has {worst.dimension} {worst.has}{others}"
    )
    field = (*path, *worst.dimension.split("."))
    hint = f"Raise sites.{sites[0]}.root_volume" if worst.dimension == "disk" else None
    return loaded.problem(field, allowed, hint=hint)
