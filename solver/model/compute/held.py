"""Held: commitments that are paid for already, and what a plan makes of them.

Their fees are paid whatever is planned, so they are no part of a plan's cost: machines that they cover cost nothing but
their volumes. What of them no machine uses is lost, and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from solver.catalog.catalog import Catalog
from solver.catalog.prices import CommitmentTerm
from solver.demand.demand import Demand
from solver.demand.purchase import Held, HeldComputePlan, HeldInstancePlan, HeldReservation
from solver.errors import DemandError, Problem
from solver.model.compute.commitments import Good, by_family, units_covered
from solver.model.compute.purchase import Bought, Week, usd_per_week
from solver.plan.billing import bill_hour
from solver.plan.compute import HeldUse
from solver.quantity import WEEKS_PER_MONTH, cents
from solver.vocabulary import Payment


def held_of(demand: Demand, site_key: str, catalog: Catalog) -> tuple[Bought, ...]:
    """The commitments that cover a site's machines, in the file's order.

    DemandError for a savings plan for which the catalog has no rates; CatalogError for a machine type that it lacks.
    """
    region = demand.aws_sites[site_key].region
    return tuple(
        _reservation(each, region, catalog)
        if isinstance(each, HeldReservation)
        else _savings_plan(each, region, catalog, f"purchase.held.{number}")
        for number, each in _of_site(demand, site_key)
    )


def _of_site(demand: Demand, site_key: str) -> list[tuple[int, Held]]:
    return [(number, each) for number, each in enumerate(demand.purchase.held) if demand.site_of(each) == site_key]


def _reservation(each: HeldReservation, region: str, catalog: Catalog) -> Bought:
    units = units_covered(catalog.offering(region, each.machine_type), by_family(catalog.purchasable(region)))
    # Rates of a reservation that is paid for are of no consequence; its units say what it covers.
    good = Good(CommitmentTerm(each.kind, 1, Payment.NO_UPFRONT), each.machine_type, units, units)
    return Bought(good, each.count, 0.0)


def _savings_plan(each: HeldInstancePlan | HeldComputePlan, region: str, catalog: Catalog, path: str) -> Bought:
    term = CommitmentTerm(each.kind, each.years, each.payment)
    family = each.family if isinstance(each, HeldInstancePlan) else ""
    rates = {
        offering.machine.name: offering.commitments[term]
        for offering in catalog.purchasable(region)
        if term in offering.commitments and family in ("", offering.machine.family)
    }
    if not rates:
        of = f" of family {family}" if family else ""
        raise DemandError(
            [
                Problem(
                    file="",
                    path=path,
                    found=f"{term}{of}",
                    allowed=f"a term for which the catalog has rates of machines in {region} is allowed",
                )
            ]
        )
    return Bought(Good(term, family, rates), 0, each.usd_per_hour)


def held_uses(
    demand: Demand, site_key: str, held: Sequence[Bought], bought: Sequence[Bought], week: Week
) -> tuple[HeldUse, ...]:
    """What the planned week makes of each held commitment."""
    promises = [each.promise for each in (*held, *bought)]
    lost = [0.0] * len(held)
    for usage, hours in week.usages:
        unused = bill_hour(usage, week.prices, promises).unused
        lost = [total + hours * mine for total, mine in zip(lost, unused, strict=False)]
    whole = usd_per_week(week, bought, held)
    found: list[HeldUse] = []
    for place, ((_, wish), each) in enumerate(zip(_of_site(demand, site_key), held, strict=True)):
        others = [other for number, other in enumerate(held) if number != place]
        amount = float(each.machines) if each.good.by_machine else each.usd_per_hour
        found.append(
            HeldUse(
                kind=wish.kind,
                machine_type=each.good.scope or None,
                machines=each.machines,
                usd_per_hour=each.usd_per_hour,
                ends=wish.ends,
                used=round(1 - lost[place] / (amount * week.hours), 6),
                saved_usd_per_month=cents((usd_per_week(week, bought, others) - whole) * WEEKS_PER_MONTH),
            )
        )
    return tuple(found)


def free_of_charge(held: Sequence[Bought]) -> Good:
    """What covers all that these cover, for next to nothing: less where less of them is taken."""
    rates: dict[str, float] = {}
    for each in held:
        for name, takes in each.takes.items():
            rates[name] = min(takes / each.holds / 1000, rates.get(name, inf))
    return Good(held[0].good.term, "", dict(sorted(rates.items())))


def fees_not_priced(held: Sequence[Bought]) -> tuple[str, ...]:
    """What a reader of the money must know."""
    return ("commitments that are held: their fees are paid whatever is planned",) if held else ()
