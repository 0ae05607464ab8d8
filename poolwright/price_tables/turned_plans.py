"""Whose plan other prices turn: each stack's approved plan at the new prices, and the plan that is best then."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from solver.alternatives import solve_without_budget
from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.errors import PoolwrightError
from solver.inputs import StackInputs, read_inputs
from solver.plan.difference import Change, difference
from solver.plan.lock import Lock, lock_of, read_lock
from solver.plan.plan import Plan
from solver.proofs.bill import machine_usd_per_month
from solver.proofs.view import SiteView
from solver.quantity import cents
from solver.schema import Schema
from solver.vocabulary import PurchaseOption


class Verdict(StrEnum):
    """What the new prices do to a plan."""

    UNTOUCHED = "untouched"
    """No price of the stack's regions differs."""
    UNCHANGED = "unchanged"
    """Sizes stay: no other plan is cheaper by more than the gap."""
    TURNS = "turns"
    """Sizes change."""
    NOT_KNOWN = "not-known"
    """The stack has no lock that can be read, or no plan."""


class TurnedPlan(Schema):
    """One stack at the old prices and at the new ones."""

    stack: str
    """The stack."""
    verdict: Verdict
    """What becomes of its plan."""
    note: str = ""
    """Why it is not known, or what to bear in mind."""
    old_usd_per_month: float | None = None
    """The plan at the old prices."""
    kept_usd_per_month: float | None = None
    """The same sizes at the new prices of machines."""
    new_usd_per_month: float | None = None
    """The plan that is made from the lock at the new prices."""
    gap: float | None = None
    """How far that plan is from the least possible cost at most."""
    changes: tuple[Change, ...] = ()
    """Decisions that differ between the two plans."""

    saves_usd_per_month: float | None = None
    """What the new sizes save of what the old ones would cost then."""


def turned_plan(root: Path, stack: str, *, old: Path, new: Path, moved: Mapping[str, bool]) -> TurnedPlan:
    """The stack's plan from its lock at the prices of the catalog `new`.

    `moved` has the regions that differ from the catalog `old`, True where prices of services do too.
    """
    try:
        inputs = read_inputs(root, stack, catalog_path=new)
        lock = read_lock(inputs.lock_path, shown_as=inputs.lock_path.name)
        touched = [region for region in inputs.regions if region in moved]
        if not touched:
            usd = lock.proof.cost_usd_per_month
            return TurnedPlan(stack=stack, verdict=Verdict.UNTOUCHED, old_usd_per_month=usd)
        return _solved(stack, inputs, lock, load_catalog(old, inputs.regions), services=any(moved[r] for r in touched))
    except PoolwrightError as error:
        return TurnedPlan(stack=stack, verdict=Verdict.NOT_KNOWN, note=str(error).splitlines()[0])


def _solved(stack: str, inputs: StackInputs, lock: Lock, old: Catalog, *, services: bool) -> TurnedPlan:
    approved, catalog, demand = lock.as_plan(), inputs.catalog(), inputs.loaded.demand
    then = solve_without_budget(demand, catalog, previous=approved, inputs=inputs.plan_inputs(catalog))
    notes: list[str] = []
    if lock.inputs.demand != inputs.loaded.digest:
        notes.append("the demand changed since the lock was written: both plans are of today's")
    cost, changes = approved.proof.cost_usd_per_month, difference(lock, lock_of(then)).changes
    kept: float | None = then.proof.cost_usd_per_month
    if changes:
        # The lock has no hours of machines; the plan that is made from it at the old prices has, and today's demand.
        now = solve_without_budget(demand, old, previous=approved)
        cost, changes = now.proof.cost_usd_per_month, difference(lock_of(now), lock_of(then)).changes
        if changes and _has_its_prices(now, catalog):
            kept = cost + _machine_bill(now, demand, catalog) - _machine_bill(now, demand, old)
        elif changes:
            kept = None
            notes.append("some of the machines have no price any more")
    if services and changes:
        notes.append("services or storage moved too, which the cost of the kept sizes leaves out")
    return TurnedPlan(
        stack=stack,
        verdict=Verdict.TURNS if changes else Verdict.UNCHANGED,
        note="; ".join(notes),
        old_usd_per_month=cost,
        kept_usd_per_month=None if kept is None else cents(kept),
        new_usd_per_month=then.proof.cost_usd_per_month,
        saves_usd_per_month=None if kept is None else cents(kept - then.proof.cost_usd_per_month),
        gap=then.proof.gap,
        changes=changes,
    )


def _machine_bill(plan: Plan, demand: Demand, catalog: Catalog) -> float:
    return sum(machine_usd_per_month(SiteView(name, demand, catalog, site)) for name, site in plan.aws_sites.items())


def _has_its_prices(plan: Plan, catalog: Catalog) -> bool:
    """Whether each machine of the plan can be bought as planned."""
    for site in plan.aws_sites.values():
        offered = {offering.machine.name: offering for offering in catalog.purchasable(site.region)}
        for group in site.compute.node_groups:
            for name in group.machine_types:
                offering = offered.get(name)
                if offering is None or not set(group.zones) <= set(offering.zones):
                    return False
                if group.purchase is PurchaseOption.SPOT and not set(group.zones) <= set(offering.spot_usd_per_hour):
                    return False
    return True
