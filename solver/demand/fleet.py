"""FleetFile: `fleet.yaml`, which stacks one organisation runs, in which accounts, and what they share."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from solver.demand.file_format import read_record
from solver.demand.located import Located
from solver.demand.names import Distinct, Key, MachineFamily, MachineTypeName, QuotaGroup, RegionName
from solver.demand.purchase import CommitmentWish, Machines, UsdPerHour
from solver.quantity import Written
from solver.schema import Schema
from solver.vocabulary import CommitmentKind, Payment

FILE = "fleet.yaml"
"""Its usual name, beside `Pulumi.yaml` or in a repository of its own."""

StackPath = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_./-]{1,400}\.yaml$"),
    Written("a stack file like stacks/prod.yaml or ../shop/stacks/prod.yaml"),
]


class SharedReservation(Schema):
    """Regional reserved machines of the organisation: Linux, shared tenancy."""

    kind: Literal[CommitmentKind.STANDARD_RESERVED, CommitmentKind.CONVERTIBLE_RESERVED]
    """standard-reserved or convertible-reserved: they cover alike"""
    region: RegionName
    """The region that they cover."""
    machine_type: MachineTypeName
    """The reserved type; other sizes of its family are covered too where AWS lets reservations flex."""
    count: Machines
    """How many the organisation holds."""
    ends: date | None = None
    """When they run out, for people: a plan reads no clock and counts on them until they are taken out of the file."""


class SharedSavings(Schema):
    """A savings plan of the organisation; its rates are those of its term in the catalog."""

    usd_per_hour: UsdPerHour
    """The hourly commitment."""
    years: Literal[1, 3] = 1
    """Its term."""
    payment: Payment = Payment.NO_UPFRONT
    """How it is paid."""
    ends: date | None = None
    """When it runs out, for people."""


class SharedInstancePlan(SharedSavings):
    """An EC2 instance savings plan."""

    kind: Literal[CommitmentKind.INSTANCE_SAVINGS_PLAN]
    """instance-savings-plan"""
    region: RegionName
    """The region that it covers."""
    family: MachineFamily
    """The family that it covers."""


class SharedComputePlan(SharedSavings):
    """A compute savings plan: all regions."""

    kind: Literal[CommitmentKind.COMPUTE_SAVINGS_PLAN]
    """compute-savings-plan"""


SharedHeld = Annotated[SharedReservation | SharedInstancePlan | SharedComputePlan, Field(discriminator="kind")]
"""A commitment that the organisation has paid for."""


class SharedPurchase(Schema):
    """What the organisation buys for all of its stacks."""

    commitments: Annotated[tuple[CommitmentWish, ...], Distinct] = ()
    """Commitments that may be bought; none when empty."""
    held: tuple[SharedHeld, ...] = ()
    """Commitments that are held: their fees are paid whatever is planned."""


class FleetAccount(Schema):
    """An AWS account, for what its stacks share."""

    stacks: Annotated[tuple[Key, ...], Field(min_length=1), Distinct]
    """Stacks of the fleet that run in it."""
    quotas: dict[RegionName, dict[QuotaGroup, Annotated[int, Field(ge=0, le=10_000_000)]]] = Field(
        default_factory=dict[str, dict[str, int]]
    )
    """By region: vCPUs by family group (standard, g, p, …) that its stacks may run together, on demand and on spot."""


class FleetFile(Schema):
    """The file."""

    schema_version: Literal[1] = 1
    """Of this format."""
    stacks: Annotated[dict[Key, StackPath], Field(min_length=1, max_length=5000)]
    """Stack files by a name of your own, relative to this file; also those of other projects."""
    accounts: Annotated[dict[Key, FleetAccount], Field(max_length=1000)] = Field(
        default_factory=dict[str, FleetAccount]
    )
    """Accounts by a name of your own; a stack is in one at most."""
    purchase: SharedPurchase | None = None
    """What may be bought and what is held; None: all that any of the stacks' files allows, and all that they hold."""
    budget_usd_per_month: Annotated[float, Field(gt=0, le=1e12)] | None = None
    """The stacks together may not cost more."""

    @model_validator(mode="after")
    def _each_stack_once(self) -> Self:
        names: dict[str, str] = {}
        for name, path in self.stacks.items():
            other = names.setdefault(str(Path(path)), name)
            if other != name:
                raise ValueError(f"stacks with a file of their own are allowed; {name} has the one of {other}")
        return self

    @model_validator(mode="after")
    def _stacks_of_accounts(self) -> Self:
        seen: dict[str, str] = {}
        for account, each in self.accounts.items():
            for name in each.stacks:
                if name not in self.stacks:
                    raise ValueError(f"stacks of the fleet are allowed in accounts.{account}; {name} is none")
                if name in seen:
                    raise ValueError(f"a stack in one account is allowed; {name} is in {seen[name]} and {account}")
                seen[name] = account
        return self


def read_fleet(path: Path) -> tuple[FleetFile, Located]:
    """What the file says, and the same with the line of each value; ConfigError names every mistake."""
    return read_record(path, FleetFile)
