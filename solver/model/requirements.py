"""Whether the catalog has what a demand names: regions, zones, machines, accelerators, controls; all mistakes at once.

A variant that fits no machine of its region is no mistake by itself, since one demand serves several regions; it is one
where no machine of any region fits it, or where no other variant of the workload fits one either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from solver.catalog.catalog import Catalog
from solver.catalog.machines import QuotaFamily
from solver.demand.loader import LoadedDemand
from solver.demand.purchase import HeldInstancePlan, HeldReservation
from solver.errors import DemandError, Problem
from solver.model.fitting import fit_problems
from solver.model.known_names import check_regions, unknown_name
from solver.model.owned.hosts import hosts_of
from solver.model.reserved import with_reserved

Path = tuple[str | int, ...]


def check_against_catalog(loaded: LoadedDemand, catalog: Catalog, waivable: Collection[str] | None = ()) -> None:
    """DemandError with every name of the demand that the catalog does not have and every workload that fits nowhere.

    `waivable` is what waivers may name beside the catalog's controls; None: anything.
    """
    check_regions(loaded, catalog.regions)
    problems = [
        *_site_problems(loaded, catalog),
        *_compliance_problems(loaded, catalog, waivable),
        *_filter_problems(loaded, catalog),
        *held_problems(loaded, catalog),
        *_capacity_problems(loaded, catalog),
        *_accelerator_problems(loaded, catalog),
        *_carbon_problems(loaded, catalog),
    ]
    if not problems:
        reserved = with_reserved(loaded.demand, catalog)
        problems += fit_problems(replace(loaded, demand=reserved.demand), reserved.catalog)
    if problems:
        raise DemandError(problems)


def _site_problems(loaded: LoadedDemand, catalog: Catalog) -> Iterator[Problem]:
    for name, site in loaded.demand.aws_sites.items():
        zones = catalog.region(site.region).zone_ids
        path: Path = ("sites", name, "zones")
        if isinstance(site.zones, tuple):
            for index, zone in enumerate(site.zones):
                if zone not in zones:
                    yield unknown_name(loaded, (*path, index), zone, zones, f"zone of {site.region}")
        elif site.zones > len(zones):
            allowed = f"at most {len(zones)} is allowed, as many zones as {site.region} has"
            yield loaded.problem(path, allowed, found=str(site.zones))
        groups = [str(group) for group in QuotaFamily]
        for group in site.quotas:
            if group not in groups:
                yield unknown_name(
                    loaded, ("sites", name, "quotas", group), group, groups, "family group of AWS", as_key=True
                )


def _compliance_problems(loaded: LoadedDemand, catalog: Catalog, waivable: Collection[str] | None) -> Iterator[Problem]:
    wish = loaded.demand.compliance
    services = catalog.services
    if wish.profile not in services.profiles:
        yield unknown_name(loaded, ("compliance", "profile"), wish.profile, services.profiles, "profile of the catalog")
    known = services.controls if not waivable else {*services.controls, *waivable}
    what = "control or check" if waivable else "control of the catalog"
    for index, waiver in enumerate(wish.waivers if waivable is not None else ()):
        if waiver.control not in known:
            path: Path = ("compliance", "waivers", index, "control")
            yield unknown_name(loaded, path, waiver.control, known, what)
    for index, measure in enumerate(wish.existing):
        if measure not in services.measures:
            path = ("compliance", "existing", index)
            yield unknown_name(loaded, path, measure, services.measures, "measure of the catalog")


def _carbon_problems(loaded: LoadedDemand, catalog: Catalog) -> Iterator[Problem]:
    if loaded.demand.carbon is None:
        return
    regions = sorted({site.region for site in loaded.demand.aws_sites.values()} - set(catalog.carbon.grids))
    if regions:
        allowed = f"a catalog with the carbon of {', '.join(regions)} is needed: rows of carbon/regions.csv"
        yield loaded.problem(("carbon",), allowed, found="no figures")


def held_problems(loaded: LoadedDemand, catalog: Catalog) -> Iterator[Problem]:
    """Held commitments of types and families that the region has not, or for whose term nobody knows a rate."""
    demand = loaded.demand
    for index, held in enumerate(demand.purchase.held):
        region = demand.aws_sites[demand.site_of(held)].region
        path: Path = ("purchase", "held", index)
        offers = catalog.purchasable(region)
        if isinstance(held, HeldReservation):
            names = {offer.machine.name for offer in offers}
            if held.machine_type not in names:
                yield unknown_name(
                    loaded, (*path, "machine_type"), held.machine_type, names, f"machine type of {region}"
                )
            continue
        if isinstance(held, HeldInstancePlan):
            families = {offer.machine.family for offer in offers}
            if held.family not in families:
                yield unknown_name(loaded, (*path, "family"), held.family, families, f"machine family of {region}")
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
            yield unknown_name(
                loaded, (*path, "machine_type"), each.machine_type, offers, f"machine type of {site.region}"
            )
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
                yield unknown_name(
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
                yield unknown_name(loaded, path, variant.accelerator.model, models, what)
