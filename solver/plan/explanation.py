"""Reason and Explanation: why this size and not the next cheaper one, in words and money."""

from __future__ import annotations

from typing import Literal

from solver.plan.comparison import Comparison
from solver.quantity import format_usd
from solver.schema import Schema


class Reason(Schema):
    """One decision with its cause and its runner-up."""

    subject: str
    """What was decided, by key: `workload assistant`, `node-group g6-xlarge-on-demand`, `nat`, `bucket documents`."""
    text: str
    """One sentence: what binds."""
    next_best: str | None = None
    """The runner-up."""
    extra_usd_per_month: float | None = None
    """What the runner-up would cost more."""


class RejectedMove(Schema):
    """A change of the approved plan that would save something and is not made."""

    subject: str
    """What would move: `workloads assistant, fraud`, `commitments`; with several sites the site stands before it."""
    change: str
    """From what to what: `m7i.large spot → m7g.large spot`."""
    saving_usd_per_month: float
    """What the plan would cost less, were this move made alone."""
    reason: str
    """Why it is not made."""


def too_small(what: str, usd_per_month: float, gap: float) -> str:
    """The reason of a move that saves less than the gap, of what costs so much."""
    return f"a change of {what} has to save {format_usd(usd_per_month * gap)}, {gap * 100:g} % of what it costs"


class Bind(Schema):
    """A promise that one machine less of some node group would break."""

    promise: str
    """`headroom`, `load`, `zone loss`, `headroom or site loss`, `spot share`, `min replicas`."""
    hours_per_week: int
    """In how many hours of the week."""


class ServiceStanding(Schema):
    """What a service needs in its highest hour, and what the planned machines hold of it."""

    site: str
    """The site."""
    workload: str
    """The service."""
    peak: str
    """Its highest hour, `mon 18:00`."""
    load_per_second: float
    """The load that is planned for in that hour."""
    need_per_second: float
    """Load with headroom."""
    have_per_second: float
    """What the machines hold."""
    after_zone_loss_per_second: float
    """What they hold after the loss of any one zone."""
    binds: tuple[Bind, ...]
    """Most hours first."""


class JobStanding(Schema):
    """What a job has to do, and what its machines can do in the planned hours."""

    site: str
    """The site."""
    workload: str
    """The job."""
    work: float
    """Units of one run."""
    can_do: float
    """Units in the planned hours."""
    hours: int
    """Planned."""
    window_hours: int
    """Allowed."""


class Limit(Schema):
    """A limit of the whole stack, and how much of it the plan uses."""

    key: str
    """As the demand has it: `limits.node_groups`, `sites.main.quotas.g`."""
    used: int
    """At most, in any hour."""
    most: int
    """Allowed."""
    binds: bool
    """Another node group, or another machine, would be too many."""


class LoadPrice(Schema):
    """What more load costs in the hours in which a service's load is dearest."""

    site: str
    """The site."""
    workload: str
    """The service."""
    hours: str
    """The hours that share the plan of its peak, `mon-fri 16:00-20:00`."""
    room_per_second: float
    """Load on top that the planned machines still hold in these hours."""
    more_per_second: float
    """Load on top that was solved for: the first whole unit that does not fit."""
    comparison: Comparison | None
    """With that load on top in these hours; None where it was not solved, or nothing holds it."""
    impossible: str | None = None
    """Why nothing holds it."""

    @property
    def usd_per_month_for_each(self) -> float | None:
        """USD a month for each unit a second on top, on average."""
        return None if self.comparison is None else self.comparison.usd_per_month / self.more_per_second


class PriceBracket(Schema):
    """Prices of a machine type, as a part more than today's, between which plans turn away from it."""

    kept_at: float
    """At this much more it still runs as many hours."""
    left_at: float | None
    """At this much more it runs fewer; None where it does not up to `kept_at`."""


class MachineChoice(Schema):
    """A machine type of the plan, and the plan that would do without it."""

    site: str
    """The site."""
    machine_type: str
    """The type."""
    node_groups: tuple[str, ...]
    """Its node groups."""
    holds: tuple[str, ...]
    """`workload.variant` of each that it holds."""
    full_in: tuple[str, ...]
    """Dimensions in which no other replica fits on it: cpu, memory, accelerators, …; empty where one would."""
    machine_hours_per_week: int
    """How much it runs."""
    comparison: Comparison | None
    """Without it; None where that was not solved, or nothing holds the demand then."""
    impossible: str | None = None
    """Why there is no plan without it."""
    instead: tuple[str, ...] = ()
    """What runs more in the plan without it, `g6.2xlarge on-demand`, most important first."""
    no_turn_below: float | None = None
    """Proven: as long as its prices rise by less than this part, no plan without it costs less than this one."""
    turns_by: float | None = None
    """From this part on, the plan without it costs less than these machines; None where no rise does that."""
    bracket: PriceBracket | None = None
    """The turn as plans solved at other prices show it."""


class GuaranteeCost(Schema):
    """What a promise, a limit or a permission of the demand costs."""

    name: str
    """`zone survival`, `headroom`, …"""
    kept: str
    """What the demand says, `assistant, fraud`, `8`."""
    without: str
    """What it was solved with instead."""
    comparison: Comparison | None
    """Without it: what costs money is a negative difference."""
    impossible: str | None = None
    """Why there is no plan without it."""


class ControlCost(Schema):
    """What one compliance control costs: the cheapest measures for all controls, less those for all others.

    Exact, with the machines, the network and the storage as planned.
    """

    site: str
    """The site."""
    control: str
    """Its id."""
    usd_per_month: float
    """Of the control alone: 0 where others need the same measures."""
    measures: tuple[str, ...]
    """Measures that go with it alone."""
    together_with: tuple[str, ...]
    """Controls that its measures cover too, or that need these measures."""
    together_usd_per_month: float
    """Of the control and these together."""


class Explanation(Schema):
    """Why a plan is as it is."""

    schema_version: Literal[1] = 1
    """Of this format."""
    stack: str
    """The stack."""
    workload: str | None
    """The workload that was asked about; None for all of them."""
    cost_usd_per_month: float
    """Of the plan."""
    bound_usd_per_month: float
    """No plan costs less."""
    solved: int
    """Plans that were solved for these answers."""
    services: tuple[ServiceStanding, ...]
    """By site and key."""
    jobs: tuple[JobStanding, ...]
    """By site and key."""
    limits: tuple[Limit, ...]
    """Of the stack."""
    load_prices: tuple[LoadPrice, ...]
    """By site and service."""
    machines: tuple[MachineChoice, ...]
    """By site and type."""
    guarantees: tuple[GuaranteeCost, ...]
    """In a fixed order."""
    profile: str
    """The compliance profile."""
    controls: tuple[ControlCost, ...]
    """By site, dearest first."""
    reasons: tuple[Reason, ...]
    """The plan's own, of the workload and its machines where one was asked about."""
