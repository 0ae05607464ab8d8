"""CarbonWish: whether the carbon of machines is counted, and what a tonne of it weighs beside their price."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from solver.schema import Schema


class CarbonWish(Schema):
    """The carbon of the machines' electricity, by the figures of the catalog."""

    usd_per_tonne: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    """What the organisation reckons a tonne of CO2 equivalent with: a cost line of the plan, on no bill of a provider;
    0: carbon is counted and decides nothing."""
