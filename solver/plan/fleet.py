"""FleetPlan: what many stacks cost together, what the organisation buys for them, and what nothing costs less than."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from solver.plan.plan import PriceTable
from solver.schema import Schema, is_empty
from solver.vocabulary import CommitmentKind, Payment


class StackShare(Schema):
    """What a stack has of a commitment."""

    stack: str
    """The stack."""
    usd_per_hour: float
    """The part of what is paid each hour that its machines use, with as much of what is lost."""
    machines: float = 0.0
    """Of a reservation: how many of its machines that is, in the mean."""


class FleetCommitment(Schema):
    """A commitment that the organisation buys, for all of its stacks."""

    kind: CommitmentKind
    """What is bought."""
    years: Literal[1, 3]
    """For how long."""
    payment: Payment
    """How it is paid."""
    region: str | None = None
    """The region that it covers; None: all regions."""
    scope: str | None = None
    """The machine type or family that it covers; None: all."""
    machines: int = 0
    """Of reservations."""
    usd_per_hour: float
    """What is paid each hour, used or not."""
    used: float
    """Part of it that the planned week uses; the rest is lost."""
    saved_usd_per_month: float
    """What the same machines would cost more without it."""
    shares: tuple[StackShare, ...]
    """By stack, where a stack uses any."""


class FleetHeld(Schema):
    """A commitment that is paid for already; its fees are no part of the cost."""

    kind: CommitmentKind
    """What is held."""
    region: str | None = None
    """The region that it covers; None: all regions."""
    scope: str | None = None
    """The machine type or family that it covers; None: all."""
    machines: int = 0
    """Of reservations."""
    usd_per_hour: float
    """Of savings plans."""
    used: float
    """Part of it that the planned week uses; the rest is lost."""
    saved_usd_per_month: float
    """What the same machines would cost more without it."""
    shares: tuple[StackShare, ...]
    """By stack, where a stack uses any."""


class FleetStack(Schema):
    """One stack of a fleet."""

    stack: str
    """Its name in the fleet."""
    cost_usd_per_month: float
    """What it costs: its share of commitments, and all that is its own."""
    alone_usd_per_month: float
    """What it would cost with commitments of its own."""
    commitments_usd_per_month: float
    """Its share of what is bought, in `cost_usd_per_month`."""
    on_demand_usd_per_month: float
    """Machine hours that nothing covers, in `cost_usd_per_month`."""
    asked_again: bool
    """Its machines are those of the organisation's prices, not those that it would have by itself."""


class FleetProof(Schema):
    """How good a fleet's plan is."""

    solver: str
    """HiGHS or CBC, with version."""
    cost_usd_per_month: float
    """Sum over the stacks."""
    bound_usd_per_month: float
    """No plan of these stacks, whatever is shared, costs less."""
    gap: float
    """(cost − bound) / cost, rounded up to six decimals."""


class FleetScenarios(Schema):
    """What the fleet comes to in many weeks of other loads and losses, with the commitments of the plan."""

    scenarios: int
    """How many."""
    seed: int
    """What they were drawn from."""
    mean_usd_per_month: float
    """In the mean, when machines follow the load."""
    low_usd_per_month: float
    """One in twenty costs less."""
    median_usd_per_month: float
    """Half of them cost less."""
    high_usd_per_month: float
    """One in twenty costs more."""
    regret_usd_per_month: float
    """What the commitments cost more, in the mean, than those that would have been best in each scenario."""
    best_part: float
    """So much of what is bought costs least in the mean."""
    best_mean_usd_per_month: float
    """The mean with that."""
    unserved: float
    """Part of the services' hours in which the planned machines don't serve all."""
    unserved_grown: float
    """The same when autoscaling has grown."""


class FleetPlan(Schema):
    """Many stacks planned together."""

    schema_version: Literal[1] = 1
    """Of this format."""
    prices: tuple[PriceTable, ...]
    """By region: which prices it was made with."""
    proof: FleetProof
    """How good it is."""
    separate_usd_per_month: float
    """What the stacks cost when each buys commitments by itself, and none covers another one's machines."""
    shared: bool
    """Whether what is bought covers the machines of all stacks. False where the order in which AWS applies several
    kinds of commitments makes that dearer than each stack's own: then sharing is to be turned off for the accounts."""
    stacks: tuple[FleetStack, ...]
    """By name."""
    commitments: tuple[FleetCommitment, ...] = ()
    """To buy; nothing is bought silently."""
    held: tuple[FleetHeld, ...] = ()
    """What is made of those that are held."""
    scenarios: FleetScenarios | None = Field(default=None, exclude_if=is_empty)
    """Where scenarios were asked for."""
