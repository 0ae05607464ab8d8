"""Rebuy: the same machines with the commitments that are best for them at the catalog's prices."""

from __future__ import annotations

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.backend import Backend
from solver.model.compute.held import held_of
from solver.model.compute.purchase import best_commitments, week_of
from solver.model.compute.site_search import goods_of
from solver.plan.compute import Commitment, ComputePlan
from solver.quantity import HOURS_PER_WEEK
from solver.vocabulary import PurchaseOption


def with_best_commitments(
    demand: Demand, site_key: str, catalog: Catalog, plan: ComputePlan, backend: Backend
) -> ComputePlan:
    """A plan whose commitments are bought anew for its machines."""
    goods = goods_of(demand, site_key, catalog)
    usage: list[dict[str, int]] = [{} for _ in range(HOURS_PER_WEEK)]
    for group in plan.node_groups:
        if group.purchase is PurchaseOption.ON_DEMAND:
            name = group.machine_types[0]
            for hour, count in enumerate(group.machines.hourly()):
                usage[hour][name] = usage[hour].get(name, 0) + count
    prices = {
        offering.machine.name: offering.on_demand_usd_per_hour
        for offering in catalog.purchasable(demand.aws_sites[site_key].region)
        if offering.on_demand_usd_per_hour is not None
    }
    bought = best_commitments(week_of(usage, prices), goods, backend, held_of(demand, site_key, catalog))
    commitments = tuple(
        Commitment(
            kind=each.good.term.kind,
            years=each.good.term.years,
            payment=each.good.term.payment,
            machine_type=each.good.scope or None,
            machines=each.machines,
            usd_per_hour=each.usd_per_hour,
        )
        for each in bought
    )
    return plan.model_copy(update={"commitments": commitments})
