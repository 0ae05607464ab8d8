"""Prices of one site: what an amount of something that the catalog sells costs, as a number and as a cost line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum

from solver.catalog.catalog import Catalog
from solver.catalog.prices import Price
from solver.plan.cost import Billing, CostLine, Pool, cost_line


@dataclass(frozen=True, kw_only=True)
class Charge:
    """An amount of something that the catalog sells."""

    subject: str
    """What is paid for, by its key: `nat`, `bucket documents`."""
    detail: str
    """Which part of it: `hours`, `bytes`."""
    service: str
    item: str
    """Both as in the catalog's price tables."""
    amount_per_month: float
    """In the price's unit."""
    billing: Billing
    whole_per_month: float | None = None
    """The amount that goes through the price's tiers together, where this is a part of it."""


@dataclass(frozen=True)
class SitePrices:
    """The catalog's prices in the region of one site, and the pool that pays them."""

    catalog: Catalog
    region: str
    site: str
    pool: Pool

    def price(self, service: str, item: str) -> Price:
        """The price as the catalog has it, by tiers."""
        return self.catalog.price(self.region, service, item)

    def mean_usd(self, charge: Charge) -> float:
        """Dollars of one unit: the mean price that the tiers come to."""
        price = self.price(charge.service, charge.item)
        whole = charge.amount_per_month if charge.whole_per_month is None else charge.whole_per_month
        end = price.tiers[0].to_amount
        return price.usd_first if end is None or whole <= end else price.cost(whole) / whole

    def usd(self, charges: Iterable[Charge]) -> float:
        """Dollars of all charges, not rounded."""
        return fsum(charge.amount_per_month * self.mean_usd(charge) for charge in charges)

    def lines(self, charges: Iterable[Charge]) -> tuple[CostLine, ...]:
        """One line for each charge that costs something, in their order."""
        return tuple(
            cost_line(
                self.pool,
                self.site,
                charge.subject,
                charge.detail,
                billing=charge.billing,
                amount_per_month=charge.amount_per_month,
                unit=self.price(charge.service, charge.item).unit,
                usd_per_unit=self.mean_usd(charge),
            )
            for charge in charges
            if charge.amount_per_month > 0 and self.mean_usd(charge) > 0
        )
