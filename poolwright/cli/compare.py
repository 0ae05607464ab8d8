"""`poolwright compare STACK`: what the same demand costs in other regions and on other clouds. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from poolwright.cli.console import data_alone, say
from poolwright.cli.whatif import approved, solved_as_it_is
from poolwright.engine.project import find_project
from solver.catalog.loader import load_catalog
from solver.catalog.tables import near_miss
from solver.demand.workloads import Service
from solver.errors import ConfigError, Problem
from solver.inputs import StackInputs, read_inputs

if TYPE_CHECKING:
    from poolwright.price_tables.comparison_tables import Clouds
    from poolwright.price_tables.elsewhere import Elsewhere, Place


def run(
    stack: str,
    *,
    clouds: Sequence[str] = (),
    regions: Sequence[str] = (),
    countries: Sequence[str] = (),
    site: str | None = None,
    as_json: bool = False,
    catalog: Path | None = None,
) -> None:
    """Prints one table of places; ConfigError (2) for a cloud, region, country or site that there is not."""
    from poolwright.checks.waivers import more_waivable
    from poolwright.price_tables.comparison_lines import comparison_lines
    from poolwright.price_tables.comparison_tables import AWS, read_clouds
    from poolwright.price_tables.elsewhere import Comparison, Elsewhere, Question, compared
    from solver.model.requirements import check_against_catalog

    inputs = read_inputs(find_project().root, stack, catalog_path=catalog)
    tables = read_clouds(inputs.catalog_path)
    everywhere = load_catalog(inputs.catalog_path)
    wanted_countries = tuple(country.upper() for country in countries)
    _check(tables, everywhere.regions, clouds, regions, wanted_countries)
    moved = _site(inputs, site)
    wanted = tuple(clouds) or tuple(tables.entries)
    asked = Question(
        site=moved,
        clouds=[cloud for cloud in wanted if cloud != AWS],
        regions=frozenset(regions),
        countries=frozenset(wanted_countries),
    )
    with data_alone():
        own = inputs.catalog()
        check_against_catalog(inputs.loaded, own, more_waivable(inputs.loaded.demand))
        say(f"solving {stack} as it is")
        home = solved_as_it_is(inputs, own, approved(inputs))
        compare = Elsewhere(inputs, home, everywhere, tables, asked)
        found = compare.home_places() + _elsewhere(compare, aws=AWS in wanted)
    answer = Comparison(
        stack=stack,
        site=moved,
        kept_gib=compare.kept_gib,
        notes=_notes(inputs, tables, found, discounted=own.discounts is not None),
        places=compared(found),
    )
    if as_json:
        print(answer.model_dump_json(indent=2))
        return
    for line in comparison_lines(answer):
        print(line)


def _elsewhere(compare: Elsewhere, *, aws: bool) -> list[Place]:
    found: list[Place] = []
    for region in compare.regions() if aws else ():
        say(f"solving it in {region}")
        found.append(compare.aws_place(region))
    say("packing plain machines")
    return [*found, *compare.cloud_places()]


def _site(inputs: StackInputs, named: str | None) -> str:
    """The site that is moved: the one named, or the stack's only one on AWS."""
    known = list(inputs.loaded.demand.aws_sites)
    if named is None and len(known) == 1:
        return known[0]
    if named in known:
        return named
    allowed = f"one of {', '.join(known)} is needed" if known else "a stack with a site on AWS is needed"
    raise ConfigError([Problem(file="", path="--site", found=named or "none", allowed=allowed)])


def _check(
    tables: Clouds, aws_regions: Sequence[str], clouds: Sequence[str], regions: Sequence[str], countries: Sequence[str]
) -> None:
    places = sorted({*aws_regions, *(region for _, region in tables.machines)})
    codes = sorted({code for entry in tables.entries.values() for code in entry.regions.values() if code})
    problems: list[Problem] = []
    for path, named, known in (
        ("--cloud", clouds, sorted(tables.entries)),
        ("--region", regions, places),
        ("--country", countries, codes),
    ):
        allowed = f"one of {', '.join(known)} is allowed"
        problems += [
            Problem(file="", path=path, found=name, allowed=allowed, hint=near_miss(name, known))
            for name in named
            if name not in known
        ]
    if problems:
        raise ConfigError(problems)


def _notes(inputs: StackInputs, tables: Clouds, places: Sequence[Place], *, discounted: bool) -> tuple[str, ...]:
    """Of which day the figures are, and what the plain ones leave out."""
    from poolwright.price_tables.comparison_tables import AWS

    shown = dict.fromkeys(place.cloud for place in places if place.cloud != AWS)
    notes = [
        "plain: on demand and spot, with zone survival; without commitments, disks, rules of company and quotas. "
        "Compare plain with plain.",
        "Other pools of other clouds are counted as at home: their prices are in no table.",
    ]
    if any(place.kg_per_month is not None for place in places):
        notes.append(
            "kg CO2e: of the plan's machines, a month, by the yearly mean of the region's grid (docs/carbon.md)."
        )
    if (carbon := inputs.loaded.demand.carbon) is not None and carbon.usd_per_tonne:
        notes.append(f"Machines of plans include carbon at {carbon.usd_per_tonne:g} USD a tonne, plain ones don't.")
    if discounted:
        notes.append("The catalog's discounts are taken off AWS's prices; other clouds have their list prices.")
    patterns = sorted(
        {
            f"{key}.{name}"
            for key, workload in inputs.loaded.demand.workloads.items()
            for name, variant in workload.variants.items()
            if variant.machines and any(place.cloud != AWS and place.variants.get(key) == name for place in places)
        }
    )
    if patterns:
        named = ", ".join(patterns)
        notes.append(f"Measured on machine types of AWS, and taken to be as fast elsewhere: {named}; measure there.")
    workloads = inputs.loaded.demand.workloads.values()
    if any(isinstance(each, Service) and each.max_latency_ms for each in workloads):
        notes.append("Latencies from users to a place elsewhere are not known: max_latency_ms is judged as at home.")
    for cloud in shown:
        entry = tables.entries[cloud]
        dated = f" of {entry.prices.date}" if entry.prices.date else ""
        notes.append(f"{entry.title}: prices{dated}, {entry.prices.title} ({entry.prices.licence}).")
    return tuple(notes)
