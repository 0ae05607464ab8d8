"""Workloads that fit nowhere: on no machine of their regions and on no host, each with what is too small."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from solver.catalog.catalog import Catalog
from solver.catalog.machines import MachineType, allocatable
from solver.demand.demand import AwsSite, Demand, Limits
from solver.demand.loader import LoadedDemand
from solver.demand.workloads import Service, Variant, Workload
from solver.errors import Problem
from solver.model.daemons import kept_back
from solver.model.owned.hosts import hosts_words
from solver.model.owned.rest import shares_of
from solver.quantity import format_cpu, format_gib, format_memory_mib

Path = tuple[str | int, ...]


def matches(machine: str, patterns: Sequence[str]) -> bool:
    """Whether a machine type's name matches one of the patterns: * is any text, ? one character."""
    return any(fnmatchcase(machine, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class _Shortfall:
    """One dimension in which a machine is too small for a variant."""

    dimension: str
    has: str
    ratio: float
    """Asked for each unit that the machine has; infinite where it has none."""


def fit_problems(loaded: LoadedDemand, catalog: Catalog) -> Iterator[Problem]:
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
