"""PurchaseWish: what may be bought besides on-demand hours, and what is held already: commitments and capacity."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from solver.demand.names import Key, MachineFamily, MachineTypeName, ReservationId, ResourceGroupArn, ZoneIds
from solver.schema import Schema, is_empty
from solver.vocabulary import CapacityKind, CommitmentKind, Payment

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


class Capacity(Schema):
    """Machines that AWS keeps for the account: a capacity reservation, a capacity block, or a group of reservations."""

    kind: CapacityKind = CapacityKind.RESERVATION
    """reservation: for as long as it is kept; block: for machine learning, from a day to a day."""
    id: ReservationId | None = None
    """The reservation or the block; either this or `resource_group`."""
    resource_group: ResourceGroupArn | None = None
    """A resource group of reservations of this type, as many machines in each of the zones."""
    machine_type: MachineTypeName
    """What is reserved; AWS starts no other type in it."""
    count: Machines
    """How many of its machines this stack may use, in all zones together."""
    zones: ZoneIds
    """Where they are; a reservation is in one zone."""
    site: Key | None = None
    """The site that uses it; the stack's only site when there is one."""
    starts: date | None = None
    """From when on it can be used, for people: a plan reads no clock."""
    ends: date | None = None
    """When it ends, for people: a plan counts on it until it is taken out of the file. A block has an end."""


class PurchaseWish(Schema):
    """How machine hours may be bought."""

    spot: bool = True
    """Spot machines for the interruptible share of workloads."""
    commitments: tuple[CommitmentWish, ...] = ()
    """Commitments that may be bought; none when empty."""
    held: tuple[Held, ...] = ()
    """Commitments that are held: their fees are paid whatever is planned, so what they cover is free."""
    capacity: dict[Key, Capacity] = Field(default_factory=dict[str, Capacity], max_length=100, exclude_if=is_empty)
    """Machines that AWS keeps for the account, by names of your own: paid for already, so they are free."""
