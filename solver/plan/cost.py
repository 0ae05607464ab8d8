"""CostLine: the only place where a price meets an amount."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from math import fsum

from solver.quantity import cents
from solver.schema import Schema


class Pool(StrEnum):
    """Which pool a cost belongs to."""

    NETWORK = "network"
    SECURITY = "security"
    COMPUTE = "compute"
    STORAGE = "storage"
    MONITORING = "monitoring"


class Billing(StrEnum):
    """How a cost comes about."""

    FIXED = "fixed"
    """By the hour or month, whatever is used."""
    USAGE = "usage"
    """By bytes, requests, events: an estimate from the demand file's figures."""
    COMMITMENT = "commitment"
    """Promised for a term, whatever is used."""
    INTERNAL = "internal"
    """A price of the organisation's own, as of carbon: on no bill of a provider."""


class CostLine(Schema):
    """One amount at one price: `usd_per_month` is `amount_per_month × usd_per_unit`, rounded to cents.

    A tiered price has the mean price that the amount comes to.
    """

    pool: Pool
    """Which pool."""
    site: str
    """Which site."""
    item: str
    """What is paid for, by its key: `node-group g6-xlarge-on-demand`, `nat-gateway`, `bucket documents`."""
    detail: str = ""
    """Which part of it: `machine hours`, `bytes processed`."""
    billing: Billing
    """How it comes about."""
    amount_per_month: float
    """How much, in `unit`."""
    unit: str
    """`machine-hour`, `GiB`, `request`."""
    usd_per_unit: float
    """Price of one unit."""
    usd_per_month: float
    """Rounded to cents."""


def cost_line(
    pool: Pool,
    site: str,
    item: str,
    detail: str,
    *,
    billing: Billing,
    amount_per_month: float,
    unit: str,
    usd_per_unit: float,
) -> CostLine:
    """The line for an amount at a unit price."""
    return CostLine(
        pool=pool,
        site=site,
        item=item,
        detail=detail,
        billing=billing,
        amount_per_month=amount_per_month,
        unit=unit,
        usd_per_unit=usd_per_unit,
        usd_per_month=cents(amount_per_month * usd_per_unit),
    )


def billed_usd_per_month(lines: Iterable[CostLine]) -> float:
    """What providers bill of them."""
    return total_usd_per_month(line for line in lines if line.billing is not Billing.INTERNAL)


def gap_of(cost: float, bound: float) -> float:
    """The part of a cost that a lower bound of it leaves open; 0 where nothing costs anything."""
    return (cost - bound) / cost if cost > 0 else 0.0


def total_usd_per_month(lines: Iterable[CostLine]) -> float:
    """Sum of the lines as printed: a reader who adds them up comes to the same cent."""
    return cents(fsum(line.usd_per_month for line in lines))
