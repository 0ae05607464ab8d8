"""Held commitments of an organisation: those of its fleet file, or all that its stacks' files state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from solver.catalog.catalog import Catalog
from solver.catalog.prices import CommitmentTerm
from solver.demand.demand import Demand
from solver.demand.fleet import SharedComputePlan, SharedHeld, SharedInstancePlan, SharedReservation
from solver.demand.purchase import HeldComputePlan, HeldInstancePlan, HeldReservation
from solver.errors import ConfigError, Problem
from solver.model.compute.commitments import Good, by_family, units_covered
from solver.model.compute.purchase import Bought
from solver.model.fleet.usage import bought_in, place
from solver.vocabulary import Payment


def held_by(shared: Iterable[SharedHeld], catalog: Catalog, regions: Iterable[str]) -> tuple[Bought, ...]:
    """As the bill of all stacks sees them, in the file's order; ConfigError where the catalog has no rates."""
    found: list[Bought] = []
    for number, each in enumerate(shared):
        path = f"purchase.held.{number}"
        match each:
            case SharedReservation():
                found.append(_reservation(each, catalog))
            case SharedInstancePlan():
                found.append(_savings_plan(each, catalog, (each.region,), each.family, path))
            case SharedComputePlan():
                found.append(_savings_plan(each, catalog, regions, "", path))
    return tuple(found)


def held_of_stacks(stacks: Mapping[str, Demand]) -> tuple[SharedHeld, ...]:
    """What the stacks' files state, each its part; equal ones of several stacks are added up."""
    found: dict[SharedHeld, float] = {}
    for _, demand in sorted(stacks.items()):
        for each in demand.purchase.held:
            region = demand.aws_sites[demand.site_of(each)].region
            match each:
                case HeldReservation():
                    one = SharedReservation(
                        kind=each.kind, region=region, machine_type=each.machine_type, count=1, ends=each.ends
                    )
                    found[one] = found.get(one, 0.0) + each.count
                case HeldInstancePlan():
                    one = SharedInstancePlan(
                        kind=each.kind,
                        region=region,
                        family=each.family,
                        usd_per_hour=1.0,
                        years=each.years,
                        payment=each.payment,
                        ends=each.ends,
                    )
                    found[one] = found.get(one, 0.0) + each.usd_per_hour
                case HeldComputePlan():
                    one = SharedComputePlan(
                        kind=each.kind, usd_per_hour=1.0, years=each.years, payment=each.payment, ends=each.ends
                    )
                    found[one] = found.get(one, 0.0) + each.usd_per_hour
    return tuple(
        each.model_copy(update={"count": int(amount)})
        if isinstance(each, SharedReservation)
        else each.model_copy(update={"usd_per_hour": round(amount, 6)})
        for each, amount in found.items()
    )


def _reservation(each: SharedReservation, catalog: Catalog) -> Bought:
    region = each.region
    units = units_covered(catalog.offering(region, each.machine_type), by_family(catalog.purchasable(region)))
    # Rates of a reservation that is paid for are of no consequence; its units say what it covers.
    good = Good(CommitmentTerm(each.kind, 1, Payment.NO_UPFRONT), each.machine_type, units, units)
    return bought_in(Bought(good, each.count, 0.0), region)


def _savings_plan(
    each: SharedInstancePlan | SharedComputePlan, catalog: Catalog, regions: Iterable[str], family: str, path: str
) -> Bought:
    term = CommitmentTerm(each.kind, each.years, each.payment)
    rates = {
        place(region, offering.machine.name): offering.commitments[term]
        for region in sorted(set(regions))
        for offering in catalog.purchasable(region)
        if term in offering.commitments and family in ("", offering.machine.family)
    }
    if not rates:
        allowed = "a term for which the catalog has rates of machines in the stacks' regions is allowed"
        raise ConfigError([Problem(file="", path=path, found=f"{term} {family}".strip(), allowed=allowed)])
    scope = "" if isinstance(each, SharedComputePlan) else place(each.region, family)
    return Bought(Good(term, scope, rates), 0, each.usd_per_hour)
