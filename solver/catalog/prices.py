"""What a machine hour, a gigabyte or a request costs, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from solver.catalog.machines import MachineType
from solver.vocabulary import CommitmentKind, Payment


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from."""

    name: str
    title: str
    licence: str
    date: date | None
    """Day of the figures, not of the copy; None where nobody knows."""
    verified: bool
    """False for figures of public price pages without a file to check them against."""


class CommitmentTerm(NamedTuple):
    """What is committed to, for how long, and when it is paid."""

    kind: CommitmentKind
    years: Literal[1, 3]
    payment: Payment

    def __str__(self) -> str:
        return f"{self.kind} {self.years}y {self.payment}"


@dataclass(frozen=True, slots=True)
class Offering:
    """One machine type in one region: where it is offered, and what its hour costs: Linux, shared tenancy, no tax."""

    machine: MachineType
    zones: tuple[str, ...]
    """Zone ids (use1-az4), in the region's default order."""
    on_demand_usd_per_hour: float | None
    """None where no source has a price."""
    spot_usd_per_hour: Mapping[str, float]
    """By zone id; empty where no source has a price. Never above the on-demand price."""
    interruption_band: str | None
    """How often spot machines of this type were taken back in a month: <5%, 5-10%, 10-15%, 15-20%, >20%."""
    commitments: Mapping[CommitmentTerm, float]
    """Effective USD an hour: upfront / hours of the term + hourly fee. Always below the on-demand price."""
    source: Source | None
    """Of the on-demand price."""
    purchasable: bool
    """False for types without any price, without a machine image in the region, or sold as capacity blocks only."""

    @property
    def best_commitment(self) -> Mapping[int, float]:
        """The lowest effective USD an hour by years; a year is missing where no commitment is offered."""
        best: dict[int, float] = {}
        for term, rate in self.commitments.items():
            best[term.years] = min(rate, best.get(term.years, rate))
        return best


@dataclass(frozen=True, slots=True)
class PriceTier:
    """Each unit between `from_amount` and `to_amount` of a month costs `usd`."""

    from_amount: float
    to_amount: float | None
    """None: no upper end."""
    usd: float


@dataclass(frozen=True, slots=True)
class Price:
    """A price by amount; the first tier starts at 0 and the tiers follow each other without gaps."""

    unit: str
    """What is counted: hour, GiB, request, …"""
    tiers: tuple[PriceTier, ...]
    source: str
    source_date: date | None
    verified: bool

    @property
    def usd_first(self) -> float:
        """Dollars of a unit in the first tier."""
        return self.tiers[0].usd

    def cost(self, amount_per_month: float) -> float:
        """Dollars for the amount: Σ over tiers of (part of the amount in the tier) × its price; ValueError below zero.

        AWS bills tiers cumulatively: a larger amount never lowers what the first units cost, so the cost never falls.
        """
        if not amount_per_month >= 0:
            raise ValueError(f"an amount is 0 or more, not {amount_per_month}")
        total = 0.0
        for tier in self.tiers:
            if amount_per_month <= tier.from_amount:
                break
            end = amount_per_month if tier.to_amount is None else min(amount_per_month, tier.to_amount)
            total += (end - tier.from_amount) * tier.usd
        return total

    def marginal(self, amount_per_month: float) -> float:
        """Dollars for one more unit after the amount."""
        for tier in self.tiers:
            if tier.to_amount is None or amount_per_month < tier.to_amount:
                return tier.usd
        return self.tiers[-1].usd


@dataclass(frozen=True, slots=True)
class PriceTableRef:
    """Which table a price came from and how old its newest figures are; a lock keeps it."""

    region: str
    table: str
    """Path inside the catalog folder."""
    source: str
    source_date: date | None
