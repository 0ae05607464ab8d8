"""Gates about the way of a release: where it was before, for how long, and who let it go on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import floor

from poolwright.review.gate import Found, NotAsked
from poolwright.review.gate_facts import Facts
from solver.quantity import format_clock
from solver.vocabulary import Weekday

_REVIEW = NotAsked("this is no promotion")
_DAYS = tuple(Weekday)


def order(facts: Facts) -> Found | NotAsked:
    """Every stack before the target has had the release."""
    moved = facts.promotion
    if moved is None:
        return _REVIEW
    before = moved.order[: moved.order.index(moved.target)] if moved.target in moved.order else ()
    missing = [stack for stack in before if stack not in moved.proven]
    way = " → ".join(moved.order)
    if missing:
        return Found(passed=False, evidence=f"{' and '.join(missing)} had not this release; the way is {way}")
    return Found(passed=True, evidence=f"{', '.join(before) or moved.source} had it; the way is {way}")


def differences(facts: Facts) -> Found | NotAsked:
    """What stacks' own files say of shared keys is the same, but for what is declared."""
    moved = facts.promotion
    if moved is None:
        return _REVIEW
    if not moved.differences:
        return Found(passed=True, evidence="the stacks' own files say the same of all shared keys")
    names = f"{moved.source} and {moved.target}"
    return Found(
        passed=False,
        evidence=f"{len(moved.differences)} shared keys differ between the files of {names}. Write each where all "
        f"stacks inherit it, or declare it under `own` in stacks/promotion.yaml",
        details=tuple(
            f"{each.place} {each.key}: {moved.source} has {each.source or 'nothing'}, "
            f"{moved.target} {each.target or 'nothing'}"
            for each in moved.differences
        ),
    )


def source(facts: Facts) -> Found | NotAsked:
    """The source runs what is promoted, and is healthy."""
    moved = facts.promotion
    if moved is None:
        return _REVIEW
    if moved.runs is None:
        return NotAsked(f"no engine was asked what {moved.source} runs")
    runs = moved.runs
    if runs.lock_digest is None:
        return Found(passed=False, evidence=f"{moved.source} is not built: poolwright up {moved.source}")
    if runs.lock_digest != moved.source_lock:
        return Found(
            passed=False,
            evidence=f"{moved.source} runs lock {runs.lock_digest[:19]}, not {moved.source_lock[:19]}, which is "
            f"promoted: poolwright up {moved.source}",
        )
    if runs.healthy is False:
        return Found(
            passed=False, evidence=f"{moved.source} runs {moved.source_lock[:19]} and is not healthy{runs.words}"
        )
    health = runs.words or "; it has no smoke tests"
    return Found(passed=True, evidence=f"{moved.source} runs {moved.source_lock[:19]}{health}")


def soak(facts: Facts) -> Found | NotAsked:
    """The source has had the release for long enough."""
    moved = facts.promotion
    if moved is None:
        return _REVIEW
    if not moved.soak_hours:
        return NotAsked("no time is set: soak_hours")
    if moved.since is None:
        return Found(
            passed=False,
            evidence=f"nobody knows since when {moved.source} has it: stacks/{moved.source}.lock.yaml is in no commit",
        )
    hours = (moved.moment - moved.since).total_seconds() / 3600
    return Found(
        passed=hours >= moved.soak_hours,
        evidence=f"{moved.source} has had it for {_hours(hours)}; {moved.soak_hours:g} hours are asked",
        details=(f"since {moved.since.isoformat(timespec='minutes')}",),
    )


def _hours(hours: float) -> str:
    return f"{max(0, floor(hours))} hours" if hours < 72 else f"{floor(hours / 24)} days"


def images(facts: Facts) -> Found | NotAsked:
    """Each image is named by its digest, and nothing is known against it."""
    moved = facts.promotion
    if moved is None:
        return _REVIEW
    if not moved.images:
        return NotAsked("the release has no image")
    loose = [each for each in moved.images if each.digest is None]
    refused = [each for each in moved.images if each.refused]
    bare = [
        f"{each.name}: no {proof} is known of it, which is asked for"
        for each in moved.images
        for proof in moved.image_proofs
        if each.own and proof not in each.proofs
    ]
    parts = [f"{len(moved.images) - len(loose)} of {len(moved.images)} images by digest"]
    if refused:
        parts.append(f"{len(refused)} refused")
    known = sum(bool(each.evidence) for each in moved.images)
    parts.append(f"scans or signatures known of {known}" if known else "nothing is known of scans and signatures")
    return Found(
        passed=not loose and not refused and not bare,
        evidence=", ".join(parts),
        details=(
            *(f"{each.name}: {each.refused}" for each in refused),
            *bare,
            *(f"{each.name}: {each.image} is named by no digest: what it is may change" for each in loose),
            *(f"{each.name}: {each.evidence}" for each in moved.images if each.evidence and not each.refused),
        ),
    )


def window(facts: Facts) -> Found | NotAsked:
    """The target may be changed at this hour."""
    moved = facts.promotion
    if moved is None:
        return _REVIEW
    wanted = moved.window
    if wanted is None:
        return NotAsked("no window is set")
    now = moved.moment
    is_open = _DAYS[now.weekday()] in wanted.days and wanted.opens <= now.hour < wanted.closes
    days = ", ".join(day.value for day in _DAYS if day in wanted.days)
    return Found(
        passed=is_open,
        evidence=f"{moment_words(now)} is {'inside' if is_open else 'outside'} {days} "
        f"{format_clock(wanted.opens)}–{format_clock(wanted.closes)}",
    )


def moment_words(now: datetime) -> str:
    """`fri 10:05 (America/New_York)`."""
    return f"{_DAYS[now.weekday()].value} {now:%H:%M} ({now.tzinfo})"


def approvals(facts: Facts) -> Found | NotAsked:
    """As many as are asked have approved, and none of them is who promotes."""
    moved = facts.promotion
    if moved is None:
        return _REVIEW
    if not moved.approvals:
        return NotAsked("none is asked for; the pull request's own rules count")
    found = approved(moved.approvals, moved.approvers, given=moved.approved_by, promoters=(moved.by or "",))
    if moved.approvals_later and not found.passed:
        return NotAsked(f"{found.evidence}; the others are asked for before `up`: poolwright approvals {moved.target}")
    return found


def approved(asked: int, approvers: Sequence[str], *, given: Sequence[str], promoters: Sequence[str]) -> Found:
    """Whether as many have approved as are asked, of those who may, and none of those who promote.

    No forge tells names apart by the case of their letters, nor by spaces around them. What is blank, as a job's
    variable that nobody set, is nobody.
    """
    given = [name.strip() for name in given if name.strip()]
    approvers, promoters = [name.strip() for name in approvers], [name.strip() for name in promoters]
    may, moving = {name.casefold() for name in approvers}, {name.casefold() for name in promoters}
    names = {name.casefold(): name for name in reversed(given)}
    once = [names[key] for key in dict.fromkeys(name.casefold() for name in given)]
    wrong = [name for name in once if may and name.casefold() not in may]
    own = [name for name in once if name.casefold() in moving]
    counted = [name for name in once if name not in wrong and name not in own]
    return Found(
        passed=len(counted) >= asked,
        evidence=f"{len(counted)} of {asked}" + (f": {', '.join(counted)}" if counted else ""),
        details=(
            *(f"{name} is none of the approvers: {', '.join(approvers)}" for name in wrong),
            *(f"{name} promotes, and can't approve" for name in own),
        ),
    )
