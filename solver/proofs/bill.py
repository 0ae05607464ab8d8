"""Bill: what the machines cost, from the tables, hour by hour, with commitments applied as AWS applies them."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from solver.demand.purchase import Held, HeldInstancePlan, HeldReservation
from solver.plan.compute import Commitment, NodeGroup
from solver.plan.cost import CostLine
from solver.proofs.commitments import Pool, reservation, savings_plan, uncovered
from solver.proofs.view import HOURS, SiteView
from solver.vocabulary import PurchaseOption

_MONTH_HOURS = 730
_CENT = 0.01


def bill_faults(view: SiteView, lines: tuple[CostLine, ...]) -> Iterator[str]:
    """A difference between the plan's lines for machines and the tables, beyond the rounding of each line."""
    mine = [line for line in lines if line.site == view.key and _is_machine_line(line)]
    stated = fsum(line.usd_per_month for line in mine)
    found = machine_usd_per_month(view)
    if abs(stated - found) > _CENT * max(1, len(mine)):
        yield f"the lines say {stated:.2f} USD a month for machines, the tables {found:.2f}"


def _is_machine_line(line: CostLine) -> bool:
    return line.item.startswith(("node-group ", "commitment "))


def machine_usd_per_month(view: SiteView) -> float:
    """Machine hours, commitments and root volumes of a site, also of machines that wait, USD a month."""
    pools = _pools(view)
    week = fsum(_hour_usd(view, pools, hour) for hour in range(HOURS))
    root_gib = view.catalog.price(view.plan.region, "ebs", "gp3_storage").usd_first
    waiting = fsum(group.warm_machines * group.root_volume_gib for group in view.groups.values()) * root_gib
    promised = HOURS * fsum(commitment.usd_per_hour for commitment in view.plan.compute.commitments)
    return (week + promised) * _MONTH_HOURS / HOURS + waiting


def _hour_usd(view: SiteView, pools: list[Pool], hour: int) -> float:
    usd: list[float] = []
    machines: dict[str, int] = {}
    root_gib = view.catalog.price(view.plan.region, "ebs", "gp3_storage").usd_first / _MONTH_HOURS
    for placed in view.placed[hour]:
        group = view.groups[placed.node_group]
        usd.append(placed.machines * group.root_volume_gib * root_gib)
        if group.capacity is not None:
            # Paid for whatever is planned, as `capacity_faults` has shown.
            continue
        if group.purchase is PurchaseOption.SPOT:
            usd.append(placed.machines * _spot_usd(view, group))
        else:
            first = group.machine_types[0]
            machines[first] = machines.get(first, 0) + placed.machines
    return fsum(usd) + _uncovered_usd(view, pools, machines)


def _spot_usd(view: SiteView, group: NodeGroup) -> float:
    """The dearest of the group's types, each at the mean of its zones."""
    means: list[float] = []
    for name in group.machine_types:
        prices = view.catalog.offering(view.plan.region, name).spot_usd_per_hour
        means.append(fsum(prices.get(zone, 0.0) for zone in group.zones) / len(group.zones))
    return max(means)


def _uncovered_usd(view: SiteView, pools: list[Pool], machines: dict[str, int]) -> float:
    """On-demand cost of what no commitment covers."""
    prices = {name: _on_demand(view, name) for name in machines}
    left = uncovered({name: float(count) for name, count in machines.items()}, prices, pools)
    return fsum(hours * prices[name] for name, hours in left.items())


def _pools(view: SiteView) -> list[Pool]:
    """What the demand holds, which costs nothing here, and what the plan buys."""
    mine = [each for each in view.demand.purchase.held if view.demand.site_of(each) == view.key]
    bought = [_bought(view, commitment) for commitment in view.plan.compute.commitments]
    return [*(_held(view, each) for each in mine), *bought]


def _held(view: SiteView, each: Held) -> Pool:
    region = view.plan.region
    if isinstance(each, HeldReservation):
        return reservation(view.catalog, region, each.machine_type, each.count)
    family = each.family if isinstance(each, HeldInstancePlan) else None
    return savings_plan(
        view.catalog, region, each.kind, each.years, each.payment, family=family, usd_per_hour=each.usd_per_hour
    )


def _bought(view: SiteView, each: Commitment) -> Pool:
    region = view.plan.region
    if each.machines and each.machine_type is not None:
        return reservation(view.catalog, region, each.machine_type, each.machines)
    return savings_plan(
        view.catalog,
        region,
        each.kind,
        each.years,
        each.payment,
        family=each.machine_type,
        usd_per_hour=each.usd_per_hour,
    )


def _on_demand(view: SiteView, name: str) -> float:
    price = view.catalog.offering(view.plan.region, name).on_demand_usd_per_hour
    return 0.0 if price is None else price
