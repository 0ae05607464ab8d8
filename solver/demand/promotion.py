"""PromotionRules: `stacks/promotion.yaml`, the way from stack to stack and what is asked on it.

It is no input of any plan: what of it a promoted stack needs, the keys of its own, its release file has.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from solver.demand.compliance import TicketId
from solver.demand.file_format import read_record
from solver.demand.located import Located
from solver.demand.names import Distinct, Key, Text
from solver.quantity import ClockHour, Written
from solver.schema import Schema, is_empty
from solver.vocabulary import GateId, ImageProof, Weekday

FILE = "promotion.yaml"
"""Its name in the folder of the stacks."""

ReleaseId = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{12}$"), Written("the first 12 digits of a release's digest")
]
KeyPattern = Annotated[
    str,
    StringConstraints(pattern=r"^(workloads|storage)(\.(\*|[A-Za-z0-9_-]+))+$"),
    Written("a key like workloads.search.environment.LOG_LEVEL, with * for any name,"),
]
ResourceName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+*-]{0,199}$"),
    Written("a resource's logical name, with * at its end for all that begin so,"),
]
Day = Annotated[date, Written("a date like 2027-06-30")]
ImageProofName = Annotated[ImageProof, Written(f"one of {', '.join(ImageProof)}")]
GateName = Annotated[GateId, Written(f"one of {', '.join(GateId)}")]


class OwnKeys(Schema):
    """Keys that would be shared, and that each stack has its own of."""

    keys: Annotated[tuple[KeyPattern, ...], Distinct, Field(min_length=1, max_length=200)]
    """Which; `*` stands for any one name, and what lies below a key goes with it."""
    reason: Text
    """Why stacks differ in them."""


class GateOff(Schema):
    """A gate that is not asked before this stack."""

    gate: GateName
    """Which."""
    reason: Text
    """Why."""


class GateOverride(Schema):
    """A gate that may say no, with who answers for that and until when."""

    gate: GateName
    """Which."""
    reason: Text
    """Why the change is built all the same."""
    owner: Text
    """Who answers for it."""
    expires: Day
    """Last day on which it counts."""
    release: Annotated[ReleaseId | None, Field(exclude_if=is_empty)] = None
    """Only for this release; None: for any."""
    id: Annotated[TicketId | None, Field(exclude_if=is_empty)] = None
    """The ticket in which it was decided."""


class Acknowledged(Schema):
    """A resource of which somebody knows that it is replaced or deleted."""

    resource: ResourceName
    """Its logical name, as the preview has it; `main-storage-old*` is all whose names begin so."""
    reason: Text
    """Why that is right."""
    owner: Text
    """Who answers for it."""
    expires: Day
    """Last day on which it counts."""


class ChangeWindow(Schema):
    """When changes may be made, in the stack's time zone."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7), Distinct] = (
        Weekday.MON,
        Weekday.TUE,
        Weekday.WED,
        Weekday.THU,
        Weekday.FRI,
    )
    """Days on which it opens."""
    opens: ClockHour
    """First hour."""
    closes: ClockHour
    """The hour at which it has ended, on the same day."""

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("a window that closes after it opens, on the same day, is allowed")
        return self


class StackRules(Schema):
    """What is asked before a release comes to one stack."""

    soak_hours: Annotated[float, Field(ge=0, le=8760)] = 0
    """Hours for which the stack before must have had the release."""
    max_price_age_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    """Days that the price tables of its regions may be old; None: any."""
    budget_rise_percent: Annotated[float, Field(ge=0, le=1000)] | None = None
    """Percent by which its cost may rise with one promotion; None: up to `limits.budget_usd_per_month` of the stack."""
    budget_rise_usd_per_month: Annotated[float, Field(ge=0, le=1e9)] | None = None
    """Dollars a month by which its cost may rise with one promotion."""
    window: ChangeWindow | None = None
    """When it may be changed; None: at any time."""
    images: Annotated[tuple[ImageProofName, ...], Distinct, Field(max_length=len(ImageProof))] = ()
    """What must be known of each image that the project makes: that its registry has scanned it, that it is signed."""
    approvals: Annotated[int, Field(ge=0, le=20)] = 0
    """People other than whoever promotes who must approve: `promote` is told of them (`--approved-by`), or `approvals`
    asks the forge before `up`; 0: none is asked for, the pull request's own rules count."""
    approvers: Annotated[tuple[Text, ...], Distinct, Field(max_length=200)] = ()
    """Whose approval counts, by their names on the forge; anybody's when empty."""
    off: Annotated[tuple[GateOff, ...], Field(max_length=50)] = ()
    """Gates that are not asked."""
    overrides: Annotated[tuple[GateOverride, ...], Field(max_length=100)] = ()
    """Gates that may say no."""
    acknowledged: Annotated[tuple[Acknowledged, ...], Field(max_length=500)] = ()
    """Replacements and deletions that are known."""

    @model_validator(mode="after")
    def _enough_approvers(self) -> Self:
        if self.approvers and len(self.approvers) < self.approvals:
            raise ValueError(f"at least {self.approvals} approvers are allowed with approvals: {self.approvals}")
        return self


class PromotionRules(Schema):
    """The file."""

    schema_version: Literal[1] = 1
    """Of this format."""
    order: Annotated[tuple[Key, ...], Field(min_length=2, max_length=50), Distinct]
    """Stacks in the order in which a release moves; what the first one has in its files is the next release."""
    own: Annotated[tuple[OwnKeys, ...], Field(max_length=200)] = ()
    """Keys that releases leave out."""
    off: Annotated[tuple[GateOff, ...], Field(max_length=50)] = ()
    """Gates that are asked before no stack."""
    stacks: dict[Key, StackRules] = Field(default_factory=dict[str, StackRules])
    """What is asked before a release comes to a stack."""

    @model_validator(mode="after")
    def _rules_of_the_order(self) -> Self:
        others = [name for name in self.stacks if name not in self.order[1:]]
        if others:
            raise ValueError(
                f"stacks that a release comes to, {', '.join(self.order[1:])}, are allowed in stacks; "
                f"{', '.join(others)} is none"
            )
        return self

    @property
    def own_keys(self) -> tuple[str, ...]:
        """All keys that releases leave out, in order."""
        return tuple(sorted({key for each in self.own for key in each.keys}))

    def of(self, stack: str) -> StackRules:
        """What is asked before a stack."""
        return self.stacks.get(stack, StackRules())


def read_rules(root: Path) -> tuple[PromotionRules, Located] | None:
    """The file of a project, and the same with the line of each value; None where there is none."""
    path = root / "stacks" / FILE
    return read_record(path, PromotionRules) if path.is_file() else None
