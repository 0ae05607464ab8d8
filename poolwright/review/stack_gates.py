"""Gates about the stack that is changed: its lock, its cost, and what the engine would do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from poolwright.checks.report import CheckReport
from poolwright.checks.stack import DIFFERENCES
from poolwright.review.gate import Found, NotAsked
from poolwright.review.gate_facts import Facts, QuotaUse
from poolwright.review.review import Caution
from solver.quantity import cents, format_usd

IN_USE = frozenset({"change.machines", "change.replicas", "change.services"})
"""Checks that capacity which is in use stays: a gate of their own."""
_NO_PREVIEW = NotAsked("no engine was asked what the change would do")


def lock(facts: Facts) -> Found:
    """The locks are made from today's files; the target's own is made by the promotion."""
    own = f"made from today's files, {facts.lock_digest[:19]}"
    moved = facts.promotion
    if moved is None:
        return Found(passed=True, evidence=own)
    name = f"stacks/{moved.source}.lock.yaml"
    if moved.source_stale:
        return Found(
            passed=False,
            evidence=f"{name} is stale: {'; '.join(moved.source_stale)}. "
            f"Run: poolwright plan {moved.source} --write, and let it soak",
        )
    details = tuple(f"stacks/{moved.target}.lock.yaml was stale: {each}" for each in moved.target_stale)
    return Found(passed=True, evidence=f"{name} is of its files; {moved.target}'s is {own}", details=details)


def proof(facts: Facts) -> Found:
    found = facts.lock.proof
    return Found(
        passed=found.proven, evidence=f"at most {found.gap * 100:.2f} % above the least possible; {found.witness}"
    )


def prices(facts: Facts) -> Found | NotAsked:
    if facts.max_age_days is None:
        return NotAsked("no age is set: max_price_age_days")
    ages = [age for table in facts.lock.inputs.prices if (age := age_days(table.dated, facts.on)) is not None]
    if not ages:
        return NotAsked("the plan has no price table with a date")
    return Found(
        passed=max(ages) <= facts.max_age_days,
        evidence=f"the oldest table is {max(ages)} days old; {facts.max_age_days} are allowed",
        details=tuple(f"{table.region}: {table.dated}" for table in facts.lock.inputs.prices),
    )


def checks(facts: Facts) -> Found | NotAsked:
    if facts.checked is None:
        return _NO_PREVIEW
    checked = facts.checked
    elsewhere = IN_USE if facts.promotion is None else IN_USE | {DIFFERENCES}
    refused = [each for each in checked.findings if each.severity.value == "refuse" and each.check not in elsewhere]
    warnings = sum(each.severity.value == "warn" for each in checked.findings)
    return Found(
        passed=not refused and not checked.expired,
        evidence=f"{len(checked.judged)} checks: {_counted(checked, len(refused), warnings)}",
        details=tuple(f"{each.check} {each.resource}: {each.text}" for each in refused),
    )


def _counted(checked: CheckReport, refused: int, warnings: int) -> str:
    """`1 refusal, 2 waived`; what there is none of is left out."""
    waived, ended = len(checked.waived), len(checked.expired)
    numbers = (
        (refused, _of(refused, "refusal")),
        (warnings, _of(warnings, "warning")),
        (waived, f"{waived} waived"),
        (ended, f"{_of(ended, 'waiver')} that ended"),
    )
    return ", ".join(words for number, words in numbers if number) or "nothing found"


def budget(facts: Facts) -> Found | NotAsked:
    limit, moved = facts.demand.limits.budget_usd_per_month, facts.promotion
    cost = facts.lock.proof.cost_usd_per_month
    said: list[str] = []
    passed = True
    if limit is not None:
        left = cents(float(limit) - cost)
        words = f"{format_usd(left)} left" if left >= 0 else f"{format_usd(-left)} above"
        said.append(f"{format_usd(float(limit))} a month, {words}")
        passed = left >= 0
    before = None if moved is None else moved.standing_usd_per_month
    if moved is not None and before:
        rise = cents(cost - before)
        percent = 100 * rise / before
        if moved.rise_percent is not None:
            passed = passed and percent <= moved.rise_percent
            said.append(f"{percent:+.1f} % against what stands, +{moved.rise_percent:g} % are allowed")
        if moved.rise_usd_per_month is not None:
            passed = passed and rise <= moved.rise_usd_per_month
            sign = "+" if rise >= 0 else "−"
            allowed = format_usd(float(moved.rise_usd_per_month))
            said.append(f"{sign}{format_usd(abs(rise))} against what stands, +{allowed} are allowed")
    if not said:
        return NotAsked("the stack has no limits.budget_usd_per_month")
    return Found(passed=passed, evidence="; ".join(said))


def replacements(facts: Facts) -> Found | NotAsked:
    """Each replacement and deletion of what holds data or serves requests is known by name."""
    if facts.cautions is None:
        return _NO_PREVIEW
    weighty = [each for each in facts.cautions if not each.setting]
    if not weighty:
        return Found(passed=True, evidence="none, but settings")
    unknown = [each for each in weighty if not is_named(each.resource, facts.acknowledged)]
    data = sum(each.holds_data for each in weighty)
    known = f", {len(weighty) - len(unknown)} of them acknowledged" if facts.acknowledged else ""
    return Found(
        passed=not unknown,
        evidence=f"{_of(len(weighty), 'resource')} replaced or deleted, {data} with data{known}",
        details=tuple(map(_caution, unknown)),
    )


def _caution(caution: Caution) -> str:
    data = ", with its data" if caution.holds_data else ""
    because = f", because {', '.join(caution.because)} changes" if caution.because else ""
    return f"{caution.word} {caution.resource} ({caution.type}){data}{because}"


def is_named(resource: str, names: Sequence[str]) -> bool:
    """Whether a resource is one of those named; `old-*` names all that begin with `old-`."""
    return any(resource == name or (name.endswith("*") and resource.startswith(name[:-1])) for name in names)


def in_use(facts: Facts) -> Found | NotAsked:
    if facts.checked is None or facts.cautions is None:
        return _NO_PREVIEW
    found = [each for each in facts.checked.findings if each.check in IN_USE]
    if not found:
        return Found(passed=True, evidence="no machine and no replica that is in use has to go")
    return Found(
        passed=False,
        evidence=f"{len(found)} changes would end capacity that is in use",
        details=tuple(f"{each.resource}: {each.text}" for each in found),
    )


def quotas(facts: Facts) -> Found | NotAsked:
    if not facts.quotas:
        return NotAsked("nobody says how many vCPUs the account may run: sites.….quotas, or promote's --ask-account")
    above = [each for each in facts.quotas if each.planned > each.quota]
    tight = [each for each in facts.quotas if each.planned <= each.quota < each.most]
    closest = max(facts.quotas, key=lambda each: each.planned / each.quota if each.quota else each.planned)
    evidence = f"{len(facts.quotas)} quotas hold; the fullest: {_quota(closest)}"
    if above:
        evidence = f"{len(above)} of {len(facts.quotas)} quotas are too small: {_quota(above[0])}"
    return Found(
        passed=not above,
        evidence=evidence,
        details=(
            *map(_quota, above[1:]),
            *(f"{_quota(each)}; autoscaling may ask for {each.most} and not get them" for each in tight),
        ),
    )


def _quota(use: QuotaUse) -> str:
    return f"{use.planned} of {use.quota} {use.purchase} {use.family} vCPUs at {use.site} ({use.told_by})"


def _of(number: int, what: str) -> str:
    """`1 refusal`, `2 refusals`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def age_days(dated: str, on: date) -> int | None:
    """Days from a table's date; None for one that has none."""
    try:
        return (on - date.fromisoformat(dated)).days
    except ValueError:
        return None
