"""WhatIf: all that a plan for another demand, or at other prices, has otherwise than the plan of the stack."""

from __future__ import annotations

from math import fsum

from solver.plan.comparison import Comparison, compared
from solver.plan.cost import Pool
from solver.plan.difference import Change, difference
from solver.plan.lock import lock_of
from solver.plan.plan import Plan, Proof
from solver.quantity import cents
from solver.schema import Schema


class PoolMoney(Schema):
    """Cost of one pool of one site in both plans."""

    site: str
    """The site."""
    pool: Pool
    """The pool."""
    now_usd_per_month: float
    """In the stack's plan."""
    then_usd_per_month: float
    """In the other one."""


class WhatIf(Schema):
    """What changes when keys of the demand, or prices, have other values."""

    stack: str
    """The stack."""
    comparison: Comparison
    """Difference of the costs."""
    now: Proof
    """Cost and bound of the stack's plan."""
    then: Proof
    """Cost and bound of the other one."""
    over_budget_usd_per_month: float | None = None
    """What the other plan costs above the budget; None within it, and without one."""
    pools: tuple[PoolMoney, ...]
    """By site and pool."""
    changes: tuple[Change, ...]
    """Decisions that differ, as between two locks."""


def what_if(now: Plan, then: Plan, arguments: tuple[str, ...], *, budget_usd_per_month: float | None) -> WhatIf:
    """All that differs between the stack's plan and another one."""
    over = None if budget_usd_per_month is None else cents(then.proof.cost_usd_per_month - budget_usd_per_month)
    return WhatIf(
        stack=now.stack,
        comparison=compared(arguments, costs(now.proof), costs(then.proof)),
        now=now.proof,
        then=then.proof,
        over_budget_usd_per_month=over if over is not None and over > 0 else None,
        pools=tuple(
            PoolMoney(
                site=site,
                pool=pool,
                now_usd_per_month=_usd(now, site, pool),
                then_usd_per_month=_usd(then, site, pool),
            )
            for site in sorted({*now.sites, *then.sites})
            for pool in Pool
        ),
        changes=difference(lock_of(now), lock_of(then)).changes,
    )


def _usd(plan: Plan, site: str, pool: Pool) -> float:
    return cents(fsum(line.usd_per_month for line in plan.cost_lines if (line.site, line.pool) == (site, pool)))


def costs(proof: Proof) -> tuple[float, float]:
    """Cost and lower bound of a plan."""
    return proof.cost_usd_per_month, proof.bound_usd_per_month
