"""Alternatives: a stack's plan with other values of some keys, or at other prices, solved as `poolwright plan` would.

The approved plan is taken into account for both, so that what `plan` prints after the same change of the files is what
an alternative costs. A budget is left out: what is over it is to be seen, not refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from solver.catalog.catalog import Catalog
from solver.catalog.digest import catalog_digest, region_names
from solver.catalog.price_edits import is_price_key, price_edit, with_prices
from solver.demand.demand import Demand
from solver.demand.edits import split_argument, with_edits, without_place
from solver.errors import InputError
from solver.inputs import StackInputs
from solver.model.known_names import check_regions
from solver.model.requirements import check_against_catalog
from solver.plan.plan import Plan, PlanInputs
from solver.solve import solve


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """Another demand and catalog for a stack."""

    demand: Demand
    catalog: Catalog
    inputs: PlanInputs
    """Their digests."""


def alternative(inputs: StackInputs, catalog: Catalog, arguments: Sequence[str]) -> Alternative:
    """What `key=value` arguments ask for; `catalog` has the stack's regions. InputError names every mistake."""
    pairs = [split_argument(argument) for argument in arguments]
    edited = replace(inputs, loaded=with_edits(inputs.loaded, [pair for pair in pairs if not is_price_key(pair[0])]))
    try:
        check_regions(edited.loaded, region_names(edited.catalog_path))
        counted = edited.loaded.demand.carbon is not None
        if edited.regions != inputs.regions or counted != (inputs.loaded.demand.carbon is not None):
            digest = catalog_digest(edited.catalog_path, edited.regions, carbon=counted)
            edited = replace(edited, catalog_digest=digest)
            catalog = edited.catalog()
        # The waivers were judged when the demand was read.
        check_against_catalog(edited.loaded, catalog, waivable=None)
    except InputError as error:
        raise without_place(error) from None
    prices = [price_edit(key, value, catalog) for key, value in pairs if is_price_key(key)]
    digests = edited.plan_inputs(catalog)
    if prices:
        text = " ".join([digests.catalog, *(f"{key}={value}" for key, value in pairs if is_price_key(key))])
        digests = digests.model_copy(update={"catalog": sha256(text.encode()).hexdigest()})
    return Alternative(demand=edited.loaded.demand, catalog=with_prices(catalog, prices), inputs=digests)


def solve_without_budget(
    demand: Demand, catalog: Catalog, *, previous: Plan | None, inputs: PlanInputs | None = None, reasons: bool = True
) -> Plan:
    """The plan of a demand whatever it costs, if wanted without reasons; InfeasibleError where promises can't hold
    together."""
    limits = demand.limits.model_copy(update={"budget_usd_per_month": None})
    asked = demand.model_copy(update={"limits": limits})
    return solve(asked, catalog, previous=previous, inputs=inputs, reasons=reasons)
