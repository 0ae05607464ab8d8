"""ControlsReport: each control of a stack's profile with what covers it, what shows that, and what it costs."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from poolwright.checks.report import WaiverRecord
from solver.schema import Schema


class Standing(StrEnum):
    """How a control or measure stands."""

    BUILT = "built"
    """The program builds it."""
    BY_CONSTRUCTION = "by construction"
    """The pools have it, whatever the profile."""
    EXISTING = "existing"
    """The account has it already: `compliance.existing` of the demand."""
    NOT_BUILT_HERE = "not built here"
    """It is about the VPC, which exists: whoever runs that answers for it."""
    WAIVED = "waived"
    """It is not asked for."""
    OPEN = "open"
    """Nothing covers it."""


class EvidenceRecord(Schema):
    """Resources of one type that show that a control holds."""

    type: str
    """Type token, `aws:cloudtrail/trail:Trail`."""
    names: tuple[str, ...]
    """Logical names in the program, in order."""


class MeasureRecord(Schema):
    """A measure of the plan."""

    name: str
    """As the catalog names it."""
    title: str
    """What it is, in the catalog's words."""
    standing: Standing
    """built, by construction or existing."""
    builder: str
    """File or folder of the project that builds it; empty for what the account has already."""
    controls: tuple[str, ...]
    """Controls of the profile that it covers; empty where another measure needs it."""


class CostRecord(Schema):
    """One security item of the plan's bill that pays for measures."""

    item: str
    """As the plan has it: `measure cloudtrail`, `customer keys`."""
    usd_per_month: float
    """What it costs."""
    measures: tuple[str, ...]
    """Measures that it pays for."""
    counted_at: str
    """The control that bears it below, the first of those that it serves; empty where it serves none."""


class ControlRecord(Schema):
    """One control of the profile."""

    id: str
    """Its id in the catalog."""
    title: str
    """What it asks for."""
    references: tuple[str, ...]
    """Where the standards have it."""
    standing: Standing
    """built, by construction, existing, not built here, waived or open."""
    measures: tuple[str, ...]
    """Measures that cover it."""
    evidence: tuple[EvidenceRecord, ...]
    """What the program builds that shows it; empty where nothing of the kind is built, or the account has it."""
    checks: tuple[str, ...]
    """Checks that look at this evidence: `poolwright check` runs them."""
    usd_per_month: float
    """Of the costs that are counted at this control."""
    shares_with: tuple[str, ...]
    """Controls at which costs of its measures are counted instead."""
    except_for: tuple[str, ...]
    """What of the stack it leaves out, in words."""
    waiver: WaiverRecord | None
    """Who answers where it is waived."""


class SiteControls(Schema):
    """The profile at one site."""

    site: str
    """Its key."""
    profile: str
    """Compliance profile."""
    profile_title: str
    """In the catalog's words."""
    controls: tuple[ControlRecord, ...]
    """In the catalog's order."""
    measures: tuple[MeasureRecord, ...]
    """By name."""
    costs: tuple[CostRecord, ...]
    """By item."""
    usd_per_month: float
    """Sum of the costs, and of what the controls bear."""


class ControlsReport(Schema):
    """The compliance profile of a stack, control by control."""

    schema_version: Literal[1] = 1
    """Of this format."""
    stack: str
    """Its name."""
    on: date
    """The day that waivers were compared with."""
    passed: bool
    """No control is open, and no waiver has ended."""
    sites: tuple[SiteControls, ...]
    """By key; sites in AWS alone."""
    waivers: tuple[WaiverRecord, ...]
    """All of the demand, those of checks too."""
    ended: tuple[WaiverRecord, ...]
    """Those past their last day."""
    usd_per_month: float
    """Sum over the sites."""
