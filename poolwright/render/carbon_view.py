"""What the electricity of a plan's machines emits, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from poolwright.render.parts import heading
from solver.plan.carbon import CarbonPlan
from solver.plan.cost import Billing
from solver.plan.plan import Plan
from solver.quantity import format_usd


def carbon_view(plan: Plan) -> Iterator[RenderableType]:
    """A line for each site; nothing where the demand does not ask."""
    found = {key: site.carbon for key, site in plan.aws_sites.items() if site.carbon is not None}
    if not found:
        return
    yield Text()
    yield heading("Carbon of the machines' electricity, a month")
    for key, carbon in found.items():
        yield Text(f"  {key}: {_words(carbon)}")
    prices = {line.usd_per_unit for line in plan.cost_lines if line.billing is Billing.INTERNAL}
    for price in sorted(prices):
        yield Text(f"  A tonne counts as {format_usd(price)} (`internal` above): on no bill of AWS.")


def _words(carbon: CarbonPlan) -> str:
    """`210.9 kg CO2e, of 502.3 kWh at 365.1 g`."""
    words = f"{carbon.kg_per_month:,.1f} kg CO2e, of {carbon.kwh_per_month:,.1f} kWh at {carbon.grams_per_kwh:g} g"
    if carbon.not_counted:
        words += f"; not counted: what {', '.join(carbon.not_counted)} draw, of which the catalog has no figures"
    return words
