"""PurchaseWish: what may be bought besides on-demand hours, and the commitments that are held already."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from solver.demand.names import Key, MachineFamily, MachineTypeName
from solver.schema import Schema
from solver.vocabulary import CommitmentKind, Payment

Machines = Annotated[int, Field(ge=1, le=1_000_000)]
"""A number of machines."""
UsdPerHour = Annotated[float, Field(gt=0, le=1e6)]
"""What a savings plan commits to."""


class CommitmentWish(Schema):
    """A kind of commitment that the pre-solve may buy."""

    kind: CommitmentKind
    """What is bought."""
    years: Literal[1, 3]
    """For how long."""
    payment: Payment = Payment.NO_UPFRONT
    """How it is paid."""


class HeldBase(Schema):
    """What all held commitments have."""

    site: Key | None = None
    """The site whose machines it covers; the stack's only site when there is one."""
    ends: date | None = None
    """When it runs out, for people: a plan reads no clock and counts on it until it is taken out of the file."""


class HeldReservation(HeldBase):
    """Regional reserved machines: Linux, shared tenancy."""

    kind: Literal[CommitmentKind.STANDARD_RESERVED, CommitmentKind.CONVERTIBLE_RESERVED]
    """standard-reserved or convertible-reserved: they cover alike"""
    machine_type: MachineTypeName
    """The reserved type; other sizes of its family are covered too where AWS lets reservations flex."""
    count: Machines
    """How many of them this stack may count on."""


class HeldSavings(HeldBase):
    """A savings plan; its rates are those of its term in the catalog."""

    usd_per_hour: UsdPerHour
    """The part of the hourly commitment that this stack may count on."""
    years: Literal[1, 3] = 1
    """Its term."""
    payment: Payment = Payment.NO_UPFRONT
    """How it is paid."""


class HeldInstancePlan(HeldSavings):
    """An EC2 instance savings plan."""

    kind: Literal[CommitmentKind.INSTANCE_SAVINGS_PLAN]
    """instance-savings-plan"""
    family: MachineFamily
    """The family that it covers."""


class HeldComputePlan(HeldSavings):
    """A compute savings plan."""

    kind: Literal[CommitmentKind.COMPUTE_SAVINGS_PLAN]
    """compute-savings-plan"""


Held = Annotated[HeldReservation | HeldInstancePlan | HeldComputePlan, Field(discriminator="kind")]
"""A commitment that is paid for already."""


class PurchaseWish(Schema):
    """How machine hours may be bought."""

    spot: bool = True
    """Spot machines for the interruptible share of workloads."""
    commitments: tuple[CommitmentWish, ...] = ()
    """Commitments that may be bought; none when empty."""
    held: tuple[Held, ...] = ()
    """Commitments that are held: their fees are paid whatever is planned, so what they cover is free."""
