"""Rates of savings plans: own ones go before derived ones, and broken rows are named."""

from __future__ import annotations

import pytest

from solver.catalog.prices import CommitmentTerm
from solver.catalog.savings_plan_tables import SAVINGS_PLAN_COLUMNS
from solver.vocabulary import CommitmentKind, Payment
from tests.solver.catalog.small_catalog import REGION, SmallCatalog

FILE = f"regions/{REGION}/savings_plan_prices.csv"


def write(small: SmallCatalog, *rows: str) -> None:
    """Rows of a type and the one-year no-upfront rate of instance savings plans."""
    lines = [f"{row}{',' * (len(SAVINGS_PLAN_COLUMNS) - 2)}" for row in rows]
    (small.root / FILE).write_text("\n".join([",".join(SAVINGS_PLAN_COLUMNS), *lines, ""]))


def test_a_row_replaces_all_derived_rates_of_its_type_and_no_other(small_catalog: SmallCatalog) -> None:
    before = small_catalog.load()
    write(small_catalog, "c7g.large,0.0512")
    after = small_catalog.load()
    own = CommitmentTerm(CommitmentKind.INSTANCE_SAVINGS_PLAN, 1, Payment.NO_UPFRONT)
    plans = (CommitmentKind.INSTANCE_SAVINGS_PLAN, CommitmentKind.COMPUTE_SAVINGS_PLAN)
    rates = after.offering(REGION, "c7g.large").commitments
    assert {term: usd for term, usd in rates.items() if term.kind in plans} == {own: 0.0512}
    assert after.offering(REGION, "c7g.xlarge") == before.offering(REGION, "c7g.xlarge")
    assert after.digest([REGION]) != before.digest([REGION])


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (("c7g.lage,0.05",), "Did you mean c7g.large"),
        (("c7g.large,0.05", "c7g.large,0.05"), "each machine type once"),
        (("c7g.large,0",), 'found "0"'),
        (("c7g.large,free",), 'found "free"'),
    ],
)
def test_broken_rows_are_named(small_catalog: SmallCatalog, rows: tuple[str, ...], told: str) -> None:
    write(small_catalog, *rows)
    assert told in str(small_catalog.problem())
