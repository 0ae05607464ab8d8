"""ComplianceWish: the profile that a stack must satisfy, and what was waived."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from solver.demand.names import Distinct, Text
from solver.quantity import Written
from solver.schema import Schema, is_empty
from solver.vocabulary import LockMode

ControlId = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{1,31}$"), Written("a control's id in the catalog")
]
ProfileName = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,31}$"), Written("a profile of the catalog, like baseline,")
]
TicketId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/#-]{0,63}$"),
    Written("a ticket's id like SEC-123, of letters, digits and ._/#-,"),
]


class Waiver(Schema):
    """One control that is not asked for, with who answers for that and until when."""

    control: ControlId
    """The control's id in the catalog."""
    reason: Text
    """Why it does not apply, or what replaces it."""
    owner: Text
    """Who answers for it."""
    expires: Annotated[date, Written("a date like 2027-06-30")]
    """Last day on which the waiver counts."""
    id: Annotated[TicketId | None, Field(exclude_if=is_empty)] = None
    """The ticket in which it was decided, `SEC-123`; each only once."""


class ComplianceWish(Schema):
    """A compliance profile of the catalog, less what was waived."""

    profile: ProfileName = "baseline"
    """Name of a profile in catalog/controls.yaml."""
    waivers: tuple[Waiver, ...] = ()
    """Controls not asked for."""
    trail_lock: Annotated[LockMode | None, Field(exclude_if=is_empty)] = None
    """The trail's files are locked for as long as they are kept, a year. governance: roles with
    s3:BypassGovernanceRetention may end it; compliance: nobody. None: they are not locked."""
    existing: Annotated[tuple[str, ...], Distinct] = ()
    """Measures that the account already has, by the catalog's name: they cost nothing and are not built again."""
