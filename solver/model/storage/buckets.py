"""Buckets: each gets the cheapest way through S3's classes, all of a site together.

S3 Standard is sold in tiers that all buckets of a region fill together. A tiered price is the lowest of its tiers'
lines (solver.model.tiers), so the best is the least, over the combinations of one line for each tiered price, of the
sum of each bucket's cheapest path at those rates: exact for all buckets at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import fsum

from solver.catalog.prices import Price
from solver.catalog.storage import ObjectClass
from solver.demand.storage import Bucket
from solver.model.priced import Charge
from solver.model.storage.lifecycle import Lifecycle, LifePlan
from solver.model.storage.object_life import ObjectLife
from solver.model.tiers import tier_lines
from solver.plan.cost import Billing
from solver.plan.explanation import Reason, RejectedMove, too_small
from solver.plan.storage import BucketPlan, ObjectLockPlan, StorageClassName, TransitionPlan
from solver.quantity import cents, format_usd

S3 = "s3"
PriceOf = Callable[[str], Price]
"""The region's price of an S3 item."""


@dataclass(frozen=True, kw_only=True)
class BucketAnswer:
    """The plan of one bucket, and the best that does without one of its classes."""

    plan: LifePlan
    """The best, or the approved one where that costs little more."""
    least: LifePlan
    """The best."""
    usd_per_month: float
    """Of the plan."""
    least_usd_per_month: float
    next_best: LifePlan | None
    extra_usd_per_month: float | None


def solve_buckets(
    needs: Mapping[str, Bucket],
    classes: Sequence[ObjectClass],
    price: PriceOf,
    *,
    previous: Mapping[str, BucketPlan] | None = None,
    gap: float = 0.0,
) -> dict[str, BucketAnswer | None]:
    """The best plan for each bucket; None for one that no class can hold.

    A bucket's `previous` plan is kept where it still may be and costs at most (1 + gap) times as much as the best.
    """
    ways = {key: Lifecycle(ObjectLife(need=need), _allowed(need, classes)) for key, need in needs.items()}
    items = sorted({item for each in ways.values() for item in each.items})
    most_gib = fsum(each.most_gib for each in ways.values())
    tiered = [item for item in items if len(price(item).tiers) > 1]
    lines = [_reachable_lines(price(item), most_gib) for item in tiered]
    best: tuple[float, dict[str, float], dict[str, LifePlan]] | None = None
    for combination in product(*lines):
        rates = {item: price(item).usd_first for item in items}
        rates.update({item: rate for item, (_, rate) in zip(tiered, combination, strict=True)})
        plans = {key: plan for key, each in ways.items() if (plan := each.cheapest(rates)) is not None}
        usd = fsum([*(base for base, _ in combination), *(plan.usd(rates) for plan in plans.values())])
        if best is None or usd < best[0] - 1e-9:
            best = usd, rates, plans
    _, rates, plans = best if best is not None else (0.0, {}, {})
    return {
        key: _answer(ways[key], plans[key], rates, (previous or {}).get(key), gap) if key in plans else None
        for key in needs
    }


def _allowed(need: Bucket, classes: Sequence[ObjectClass]) -> tuple[ObjectClass, ...]:
    return tuple(each for each in classes if each.zone_loss_tolerant or not need.zone_loss_tolerant)


def _reachable_lines(price: Price, most: float) -> list[tuple[float, float]]:
    return [line for line, tier in zip(tier_lines(price), price.tiers, strict=True) if tier.from_amount <= most]


def _answer(
    ways: Lifecycle, least: LifePlan, rates: Mapping[str, float], previous: BucketPlan | None, gap: float
) -> BucketAnswer:
    plan = least
    if previous is not None:
        moves = [(each.days, each.storage_class.value) for each in previous.transitions]
        kept = ways.follow([(0, previous.storage_class.value), *moves])
        if kept is not None and kept.usd(rates) <= least.usd(rates) * (1 + gap) + 1e-9:
            plan = kept
    others = [ways.cheapest(rates, without=used.name) for _, used in plan.stays]
    found = [other for other in others if other is not None]
    next_best = min(found, key=lambda other: other.usd(rates), default=None)
    extra = None if next_best is None else next_best.usd(rates) - plan.usd(rates)
    return BucketAnswer(
        plan=plan,
        least=least,
        usd_per_month=plan.usd(rates),
        least_usd_per_month=least.usd(rates),
        next_best=next_best,
        extra_usd_per_month=extra,
    )


def bucket_plan(key: str, need: Bucket, answer: BucketAnswer) -> BucketPlan:
    """The answer as the plan has it."""
    (_, first), *rest = answer.plan.stays
    lock = need.object_lock
    return BucketPlan(
        key=key,
        storage_class=StorageClassName(first.lifecycle_name),
        transitions=tuple(
            TransitionPlan(days=age, storage_class=StorageClassName(each.lifecycle_name)) for age, each in rest
        ),
        expiration_days=need.retention_days,
        versioned=need.versioned,
        noncurrent_days=need.noncurrent_days,
        object_lock=None if lock is None else ObjectLockPlan(mode=lock.mode, days=lock.days),
        reason=_text(answer),
    )


def bucket_reason(key: str, answer: BucketAnswer) -> Reason:
    """Why these classes, and the next best."""
    return Reason(
        subject=f"bucket {key}",
        text=_text(answer).partition("; ")[0] + ".",
        next_best=None if answer.next_best is None else answer.next_best.words,
        extra_usd_per_month=None if answer.extra_usd_per_month is None else cents(answer.extra_usd_per_month),
    )


def bucket_moves(answers: Mapping[str, BucketAnswer], gap: float) -> tuple[RejectedMove, ...]:
    """Cheaper classes of buckets whose approved ones stay."""
    return tuple(
        RejectedMove(
            subject=f"bucket {key}",
            change=f"{answer.plan.words} → {answer.least.words}",
            saving_usd_per_month=saving,
            reason=too_small("its classes", answer.least_usd_per_month, gap),
        )
        for key, answer in answers.items()
        if (saving := cents(answer.usd_per_month - answer.least_usd_per_month)) > 0
    )


def bucket_charges(plans: Mapping[str, LifePlan]) -> list[Charge]:
    """What each bucket's objects cost in a month; what is stored goes through the tiers together."""
    whole: dict[str, float] = defaultdict(float)
    for plan in plans.values():
        for item, amount in plan.amounts.items():
            whole[item] += amount
    return [
        Charge(
            subject=f"bucket {key}",
            detail=item.replace("_", " "),
            service=S3,
            item=item,
            amount_per_month=amount,
            billing=Billing.USAGE,
            whole_per_month=whole[item],
        )
        for key, plan in plans.items()
        for item, amount in plan.amounts.items()
    ]


def _text(answer: BucketAnswer) -> str:
    if answer.plan.stays != answer.least.stays:
        return f"{answer.plan.words} is kept as approved; {answer.least.words} costs hardly less"
    text = f"{answer.plan.words} is the cheapest way that reads fast enough"
    if answer.next_best is None or answer.extra_usd_per_month is None:
        return f"{text}; no other does"
    return f"{text}; {answer.next_best.words} costs {format_usd(answer.extra_usd_per_month)} a month more"
