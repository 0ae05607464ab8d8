"""Usage of several stacks: on-demand machines by region and type in each hour of the week, and what they cost.

A machine type has another price in another region, and a compute savings plan covers both. So what is used, and what
commitments cover, is named by region and type, `eu-west-1/m7g.large`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from solver.catalog.catalog import Catalog
from solver.catalog.prices import CommitmentTerm
from solver.model.compute.commitments import Good, goods_for
from solver.model.compute.purchase import Bought
from solver.quantity import HOURS_PER_WEEK

HourUsage = Mapping[str, int]
"""Machines by region and type."""


def place(region: str, machine_type: str) -> str:
    """How usage names machines of a type in a region."""
    return f"{region}/{machine_type}"


def on_demand_prices(catalog: Catalog, regions: Iterable[str]) -> dict[str, float]:
    """USD an hour of everything on sale, by region and type."""
    return {
        place(region, offering.machine.name): offering.on_demand_usd_per_hour
        for region in sorted(set(regions))
        for offering in catalog.purchasable(region)
        if offering.on_demand_usd_per_hour is not None
    }


def shared_goods(terms: Sequence[CommitmentTerm], catalog: Catalog, regions: Iterable[str]) -> tuple[Good, ...]:
    """Commitments that an organisation may buy: savings plans for all regions, the others for one each."""
    everywhere: dict[CommitmentTerm, Good] = {}
    found: list[Good] = []
    for region in sorted(set(regions)):
        for good in goods_for(terms, catalog.purchasable(region)) if terms else ():
            here = in_region(good, region)
            if good.scope:
                found.append(here)
            else:
                known = everywhere.get(good.term)
                everywhere[good.term] = here if known is None else replace(known, rates={**known.rates, **here.rates})
    return (*(everywhere[term] for term in sorted(everywhere, key=str)), *found)


def in_region(good: Good, region: str) -> Good:
    """The commitment with its machines named by region and type."""
    return Good(
        term=good.term,
        scope=place(region, good.scope) if good.scope else "",
        rates={place(region, name): rate for name, rate in good.rates.items()},
        units={place(region, name): units for name, units in good.units.items()},
    )


def bought_in(bought: Bought, region: str) -> Bought:
    """What a stack bought in a region, as the organisation sees it."""
    return replace(bought, good=in_region(bought.good, region))


def total_usage(weeks: Iterable[Sequence[HourUsage]]) -> list[dict[str, int]]:
    """Of all stacks together, in each hour of the week."""
    found: list[dict[str, int]] = [{} for _ in range(HOURS_PER_WEEK)]
    for week in weeks:
        for total, here in zip(found, week, strict=True):
            for name, count in here.items():
                total[name] = total.get(name, 0) + count
    return found
