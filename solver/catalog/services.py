"""NetworkService, SecurityMeasure: services beside machines and disks, their cost terms and the controls they cover."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from solver.catalog.entry import Entry
from solver.vocabulary import EndpointKind

ControlId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{1,31}$")]
_Name = Annotated[str, Field(min_length=1)]


class CostTerm(Entry):
    """A part of a cost: price(service, item) of `amount` × the driver's value, in a month."""

    driver: _Name
    """What the amount depends on: a key of `drivers` in services.yaml."""
    service: _Name
    item: _Name
    amount: Annotated[float, Field(gt=0)] = 1
    """Units of the price for each unit of the driver."""


class NetworkService(Entry):
    """Something the network pool can have."""

    name: str = ""
    """Its key in the file."""
    title: str
    costs: tuple[CostTerm, ...]
    limits: Mapping[str, float] = {}
    """Default quotas."""
    capacity_unit: Mapping[str, float] = {}
    """What one capacity unit of a load balancer carries; the highest need in an hour is billed."""


class EndpointService(Entry):
    """An AWS service that a VPC endpoint can lead to."""

    name: str = ""
    """Its key in the file: the last part of the endpoint's service name, com.amazonaws.<region>.<name>."""
    kind: EndpointKind
    used_for: str


class MeasureScope(StrEnum):
    """Whose a security measure is."""

    ACCOUNT = "account"
    """One for the account and region, whoever asks for it; another stack may have it already."""
    STACK = "stack"


class SecurityMeasure(Entry):
    """Something the security pool can have, to cover controls."""

    name: str = ""
    """Its key in the file."""
    title: str
    scope: MeasureScope
    covers: Annotated[tuple[ControlId, ...], Field(min_length=1)]
    requires: tuple[str, ...] = ()
    """Measures that must be chosen with it."""
    excludes: tuple[str, ...] = ()
    """Measures that can't be chosen with it."""
    costs: tuple[CostTerm, ...] = ()
    """None: it is free."""


class Control(Entry):
    """One demand of a standard."""

    id: str = ""
    """Its key in the file: the id of AWS's Foundational Security Best Practices where these have it."""
    title: str
    references: Annotated[tuple[str, ...], Field(min_length=1)]
    """Where the standards have it."""


class ComplianceProfile(Entry):
    """A set of controls that a stack can ask for."""

    name: str = ""
    """Its key in the file."""
    title: str
    includes: str | None = None
    """A profile whose controls this one adds to."""
    controls: tuple[ControlId, ...]
    """Once loaded: all of them, also those of the profile that it includes, in order of their ids."""
