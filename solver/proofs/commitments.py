"""Commitments: what of an hour's machines nothing covers, counted by the rules of the bill and nothing of the models.

AWS applies reservations first, then EC2 instance savings plans, then compute savings plans, in each group the highest
saving first (https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-applying.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from solver.catalog.catalog import Catalog
from solver.catalog.prices import CommitmentTerm
from solver.catalog.reservations import reserved_units
from solver.vocabulary import CommitmentKind, Payment


@dataclass(frozen=True)
class Pool:
    """A commitment as the bill sees it: it can take so much, and takes so much for an hour of each usage."""

    group: Literal[0, 1, 2, 3]
    """Applied in this order: exact reservations, flexible ones, instance savings plans, compute savings plans."""
    holds: float
    """Normalised units, or USD."""
    takes: Mapping[str, float] = field(default_factory=dict[str, float])
    """By usage."""


def reservation(catalog: Catalog, region: str, machine_type: str, machines: int) -> Pool:
    """Reserved machines of a type."""
    machine = catalog.machine(machine_type)
    units = reserved_units(machine)
    if units is None:
        return Pool(0, float(machines), {machine_type: 1.0})
    takes: dict[str, float] = {}
    for offering in catalog.offerings(region):
        other = reserved_units(offering.machine)
        if offering.machine.family == machine.family and other is not None:
            takes[offering.machine.name] = other
    return Pool(1, machines * units, takes)


def savings_plan(
    catalog: Catalog,
    region: str,
    kind: CommitmentKind,
    years: int,
    payment: Payment,
    *,
    family: str | None,
    usd_per_hour: float,
) -> Pool:
    """A savings plan of a family, or of all."""
    term = CommitmentTerm(kind, 1 if years == 1 else 3, payment)
    takes: dict[str, float] = {}
    for offering in catalog.offerings(region):
        rate = offering.commitments.get(term)
        if rate is not None and family in (None, offering.machine.family):
            takes[offering.machine.name] = rate
    return Pool(2 if kind is CommitmentKind.INSTANCE_SAVINGS_PLAN else 3, usd_per_hour, takes)


def uncovered(hours: Mapping[str, float], prices: Mapping[str, float], pools: list[Pool]) -> dict[str, float]:
    """Machine hours of an hour that are billed on demand, by type."""
    left = dict(hours)
    free = [each.holds for each in pools]
    claims: list[tuple[int, float, float, str, int]] = []
    for number, each in enumerate(pools):
        for name in left:
            if name in each.takes:
                # Reservations fill small machines first, savings plans what saves most.
                first = each.takes[name] if each.group < 2 else each.takes[name] / prices[name]
                claims.append((each.group, first, each.takes[name], name, number))
    for _, _, price, name, number in sorted(claims):
        part = min(left[name], free[number] / price)
        left[name] -= part
        free[number] -= part * price
    return left
