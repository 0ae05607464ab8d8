"""What gates decide by: of one stack what a review knows too, and of a promotion what it was told and looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from poolwright.checks.evidence import Undeclared
from poolwright.checks.report import CheckReport
from poolwright.review.review import Caution
from solver.demand.demand import Demand
from solver.demand.promotion import ChangeWindow
from solver.plan.lock import Lock
from solver.vocabulary import ImageProof


@dataclass(frozen=True, kw_only=True)
class QuotaUse:
    """vCPUs of one family that a site may run, and how many of them the plan runs."""

    site: str
    family: str
    """standard, g, p, …"""
    purchase: str
    """on-demand or spot: AWS counts them apart."""
    planned: int
    """vCPUs in the plan's highest hour."""
    most: int
    """vCPUs where every node group of it is at its ceiling."""
    quota: int
    """vCPUs that may run."""
    told_by: str
    """`sites.main.quotas` or `the account`."""


@dataclass(frozen=True, kw_only=True)
class ImageUse:
    """What one variant runs."""

    name: str
    """`workload.variant`."""
    image: str
    """Its address, or what holds it."""
    digest: str | None
    """None: whatever the tag means on the day."""
    evidence: str = ""
    """What is known of scans and signatures."""
    refused: str = ""
    """Why it must not be promoted; empty: nothing is known against it."""
    own: bool = False
    """Whether the project makes it."""
    proofs: frozenset[ImageProof] = frozenset()
    """What its registry says of it."""


@dataclass(frozen=True, kw_only=True)
class Runs:
    """What a stack's state says."""

    lock_digest: str | None
    """Of the lock that it was built from; None: it was not built."""
    healthy: bool | None = None
    """Whether its last smoke tests passed; None: there are none."""
    words: str = ""
    """What is known of its health."""


@dataclass(frozen=True, kw_only=True)
class PromotionFacts:
    """What is known of a promotion."""

    source: str
    target: str
    release: str
    """Its id."""
    order: tuple[str, ...]
    """Stacks that a release passes."""
    proven: tuple[str, ...]
    """Stacks that have had the release, the source among them."""
    differences: tuple[Undeclared, ...]
    source_lock: str
    """Digest of the source's lock."""
    source_stale: tuple[str, ...]
    """What changed since the source's lock was written."""
    target_stale: tuple[str, ...]
    """What changed since the target's lock was written, beside the release."""
    runs: Runs | None
    """What the source's state says; None: no engine was asked."""
    since: datetime | None
    """When the source got its lock; None: nobody knows."""
    soak_hours: float
    """For which it must have had it."""
    moment: datetime
    """In the target's time zone."""
    standing_usd_per_month: float | None
    """Cost of the target's lock before; None: it has none."""
    rise_percent: float | None
    rise_usd_per_month: float | None
    images: tuple[ImageUse, ...]
    image_proofs: tuple[ImageProof, ...]
    """What must be known of those that the project makes."""
    window: ChangeWindow | None
    approvals: int
    approvers: tuple[str, ...]
    approved_by: tuple[str, ...]
    by: str | None
    """Who promotes."""
    approvals_later: bool = False
    """Whether approvals that are missing are asked for once more, before `up`."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What gates decide by."""

    lock: Lock
    """That is to be approved."""
    lock_digest: str
    demand: Demand
    on: date
    checked: CheckReport | None = None
    """None: no engine was asked what the change would do."""
    cautions: Sequence[Caution] | None = None
    acknowledged: Sequence[str] = ()
    """Names of resources whose replacement or deletion is known, with `*` at the end for all that begin so."""
    max_age_days: int | None = None
    quotas: tuple[QuotaUse, ...] | None = None
    """None: neither the demand nor the account says how many vCPUs may run."""
    promotion: PromotionFacts | None = None
    """None: a review of one stack."""
