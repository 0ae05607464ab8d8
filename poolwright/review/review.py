"""Review: all that a reviewer is told of one stack; what prints it computes nothing."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from poolwright.review.gate import GateAnswer
from poolwright.review.shape import FlowRow, GuaranteeRow, NetworkRow, PlacementRow, UtilisationRow
from solver.plan.cost import Billing
from solver.quantity import cents
from solver.schema import Schema

NO_CLOUD = "none"
"""As a review's cloud: neither a state nor a cloud was asked."""
DRIVERS = 5
"""How many causes of a change of the cost are told one by one."""


class Word(StrEnum):
    """What happens to a resource."""

    CREATE = "create"
    CHANGE = "change"
    REPLACE = "replace"
    DELETE = "delete"
    FORGET = "forget"
    """Leaves the state and stays in the cloud."""
    IMPORT = "import"


class Money(Schema):
    """A cost before and after, USD a month."""

    old: float | None
    """None where there was nothing to compare with."""
    new: float
    """After."""

    @property
    def change(self) -> float:
        """New less old; all of it where there was nothing."""
        return cents(self.new - (self.old or 0.0))


class Caution(Schema):
    """A resource that is replaced or deleted; of settings, those of one type together."""

    resource: str
    """Logical name; of settings the first one's."""
    others: int = 0
    """How many more settings of the type."""
    setting: bool = False
    """Neither data nor requests go through it: a schedule, a policy, a rule."""
    type: str
    """The engine's name of its type."""
    word: Word
    """replace, delete or forget."""
    because: tuple[str, ...]
    """Properties that force a replacement."""
    holds_data: bool
    """Whether data goes with it."""
    protected: bool
    """The engine would refuse it."""


class Need(Schema):
    """One service on one site in the hour in which least is spare."""

    site: str
    """The site."""
    workload: str
    """The service."""
    hour: int
    """Of the week; 0 is Monday 00:00."""
    need_per_second: float
    """Load."""
    have_per_second: float
    """What the planned replicas can do."""
    runs_on: tuple[str, ...]
    """What holds its replicas then: `3 × g6.xlarge on-demand`, `host line-1`."""

    @property
    def spare(self) -> float:
        """Part of the need that is there besides it."""
        return self.have_per_second / self.need_per_second - 1 if self.need_per_second else 0.0


class Driver(Schema):
    """A cause of the cost's change."""

    subject: str
    """A workload, or an item of the bill."""
    text: str
    """What moved, in words."""
    usd_per_month: float
    """New less old."""


class Choice(Schema):
    """The next best choice, and why it was not made."""

    subject: str
    """What is decided."""
    text: str
    """What binds, or why it was not made."""
    next_best: str
    """The other choice."""
    extra_usd_per_month: float | None
    """What it would cost more; less than 0: what it would save."""


class Item(Schema):
    """One item of the bill."""

    site: str
    """The site."""
    pool: str
    """network, security, compute or storage."""
    item: str
    """As the plan names it."""
    money: Money
    """Before and after."""


class PoolMoney(Schema):
    """What one pool costs."""

    pool: str
    """network, security, compute or storage."""
    money: Money
    """Before and after."""
    by_billing: dict[Billing, float]
    """After: fixed, by use, committed."""


class ResourceRow(Schema):
    """One resource of the preview."""

    pool: str
    """The pool that makes it, or `stack`."""
    type: str
    """The engine's name of its type."""
    name: str
    """Logical name."""
    word: Word | None
    """What happens to it; None: nothing."""
    reason: str
    """Why it is there, or what of it changes, in a line."""
    usd_per_month: float
    """Its part of the bill; 0 where AWS bills nothing for it, or where it stands in the figures of another."""
    properties: tuple[str, ...] = ()
    """What changes: `desiredCapacity: 2 → 3`."""
    forces: tuple[str, ...] = ()
    """Properties that force a replacement."""


class FindingRow(Schema):
    """One finding of the checks."""

    check: str
    """Id of the check."""
    refused: bool
    """Whether it stops the change."""
    resource: str
    """Logical name, or `stack`."""
    text: str
    """What was found."""
    remedy: str
    """What to do."""
    place: str
    """File and line of the demand, where there is one."""
    waived: str = ""
    """Who waives it, why and until when; empty: it stands."""


class InputRow(Schema):
    """Something that the plan was made from."""

    name: str
    """Demand, tables, prices of a region."""
    value: str
    """Digest or date."""
    age_days: int | None = None
    """Of prices."""


class Decisions(Schema):
    """Decisions of the lock that differ."""

    number: int
    """All of them."""
    lines: tuple[str, ...]
    """One for each: `~ main.compute.…: 2 → 3`."""


class Review(Schema):
    """What a reviewer is told of a stack."""

    schema_version: Literal[1] = 1
    """Of this format."""
    stack: str
    """Its name."""
    cloud: str
    """sandbox or aws: where the preview ran; none: nothing was compared with what runs."""
    on: date
    """The day that ages and waivers were counted on."""
    against: str
    """What the change is compared with, in words."""
    lock_digest: str
    """Of the lock that is reviewed."""
    counts: dict[Word, int]
    """Resources by what happens to them; what does not happen is absent."""
    unchanged: int
    """Resources to which nothing happens."""
    money: Money
    """Of the whole stack."""
    bound_usd_per_month: float
    """No plan that holds the demand can cost less."""
    gap: float
    """How far above that the plan is at most, as part of its cost."""
    gates: tuple[GateAnswer, ...]
    """In their order."""
    cautions: tuple[Caution, ...]
    """Replacements and deletions, data first."""
    needs: tuple[Need, ...]
    """By site and service."""
    drivers: tuple[Driver, ...]
    """The greatest causes of the cost's change, and what the others come to together: they add up to it."""
    choices: tuple[Choice, ...]
    """Next best choices, the nearest in money first."""
    decisions: Decisions
    """What of the lock differs."""
    pools: tuple[PoolMoney, ...]
    """By pool."""
    items: tuple[Item, ...]
    """The bill, item by item; they add up to the cost."""
    not_priced: tuple[str, ...]
    """What costs money and is in no figure."""
    resources: tuple[ResourceRow, ...]
    """Those that change first: replacements, deletions, changes, creations; then the others."""
    billed_elsewhere: dict[str, float]
    """Items that no resource of the preview stands for, as bytes and requests: with the resources they add up."""
    placements: tuple[PlacementRow, ...]
    """Which replicas share which machine."""
    utilisation: tuple[UtilisationRow, ...]
    """By site and dimension; a plan that was read from a lock has none for sites in AWS."""
    networks: tuple[NetworkRow, ...]
    """By site."""
    flows: tuple[FlowRow, ...]
    """Who may reach whom; everything else is refused."""
    guarantees: tuple[GuaranteeRow, ...] | None
    """What each promise and control costs; None where `explain` has not worked it out for this lock."""
    findings: tuple[FindingRow, ...]
    """Refusals, warnings, then what is waived."""
    inputs: tuple[InputRow, ...]
    """What the plan was made from."""

    @property
    def passed(self) -> bool:
        """Whether all gates say yes."""
        return all(gate.passed for gate in self.gates)

    @property
    def quiet(self) -> bool:
        """Nothing changes: neither a resource, nor a decision, nor the cost."""
        return not self.counts and not self.decisions.number and self.money.old is not None and not self.money.change
