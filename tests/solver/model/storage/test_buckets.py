"""Buckets: the answer costs what a day-by-day bill comes to, and no other way through the classes is cheaper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import exp
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.catalog.prices import Price
from solver.catalog.storage import ObjectClass
from solver.demand.storage import AgeBand, Bucket
from solver.model.storage.buckets import BucketAnswer, bucket_charges, bucket_plan, solve_buckets
from solver.plan.storage import StorageClassName, TransitionPlan

MONTH = 365 / 12
Stays = Sequence[tuple[int, ObjectClass]]


def bucket(**values: Any) -> Bucket:
    default: dict[str, Any] = {
        "kind": "bucket",
        "written_gib_per_month": 100,
        "object_mib": 4,
        "retention_days": 180,
        "access": [{"from_days": 0, "reads_per_object_month": 1, "retrieved_share_per_month": 1}],
        "versioned": False,
    }
    return Bucket.model_validate(default | values)


def price(catalog: Catalog, item: str) -> Price:
    return catalog.price("us-east-1", "s3", item)


def solve_one(need: Bucket, catalog: Catalog) -> BucketAnswer:
    answers = solve_buckets({"only": need}, catalog.object_classes("us-east-1"), lambda item: price(catalog, item))
    answer = answers["only"]
    assert answer is not None
    return answer


def usd_of(answers: dict[str, BucketAnswer], catalog: Catalog) -> float:
    charges = bucket_charges({key: answer.plan for key, answer in answers.items()})
    total = 0.0
    for charge in charges:
        assert charge.whole_per_month is not None
        found = price(catalog, charge.item)
        mean = found.cost(charge.whole_per_month) / charge.whole_per_month if charge.whole_per_month else 0.0
        total += mean * charge.amount_per_month
    return total


def band_at(need: Bucket, age: float) -> AgeBand | None:
    if age >= need.retention_days:
        return None
    return [band for band in need.access if band.from_days <= age][-1]


def daily_bill(need: Bucket, stays: Stays, catalog: Catalog) -> float | None:
    """Dollars a month, one day of age after the other, at first-tier prices; None when S3's rules forbid it."""

    def usd(item: str) -> float:
        return price(catalog, item).usd_first

    objects = need.written_gib_per_month * 1024 / need.object_mib
    kib = need.object_mib * 1024
    end = need.retention_days + (need.noncurrent_days if need.versioned else 0)
    total = objects * usd(stays[0][1].put)
    for index, (start, kind) in enumerate(stays):
        last = index + 1 == len(stays)
        stop = end if last else stays[index + 1][0]
        if index:
            before = stays[index - 1][1]
            if kind.name not in before.transitions_to or kind.transition_in is None or kib < 128:
                return None
            if start < kind.earliest_transition_days:
                return None
            total += objects * usd(kind.transition_in)
        if not last and stop - start < kind.minimum_days:
            return None
        gib_a_day = objects * max(kib, kind.minimum_object_kib) / 2**20 / MONTH
        for day in range(start, max(stop, start + kind.minimum_days)):
            rate = usd(kind.storage)
            if day < stop and kind.monitoring is not None and kib >= kind.monitored_from_kib:
                total += objects / MONTH * usd(kind.monitoring)
                shares = unread_shares(need, kind, day - start, day)
                rate = rate * (1 - sum(shares.values())) + sum(usd(item) * part for item, part in shares.items())
            total += gib_a_day * rate
            total += objects / MONTH * kind.overhead_kib / 2**20 * usd(kind.storage)
            total += objects / MONTH * kind.standard_overhead_kib / 2**20 * usd("standard_storage")
        for day in range(start, stop):
            band = band_at(need, day)
            if band is None:
                continue
            ways = [way for way in kind.retrievals if way.hours <= band.retrieval_within_hours]
            if not ways:
                return None
            cheapest = min(usd(way.item) if way.item else 0.0 for way in ways)
            total += need.written_gib_per_month / MONTH * band.retrieved_share_per_month * cheapest
            if kind.get is not None:
                total += objects / MONTH * band.reads_per_object_month * usd(kind.get)
    return total


def unread_shares(need: Bucket, kind: ObjectClass, in_class_days: int, day: int) -> dict[str, float]:
    """Part of the objects in each tier for unread ones, by the chance that no read came."""
    reached: list[float] = []
    for tier in kind.unread_tiers:
        if in_class_days < tier.after_days:
            reached.append(0.0)
            continue
        steps = 20 * tier.after_days
        expected = 0.0
        for step in range(steps):
            band = band_at(need, day + 0.5 - tier.after_days + (step + 0.5) / 20)
            expected += 0.0 if band is None else band.reads_per_object_month / MONTH / 20
        reached.append(exp(-expected))
    own = [share - later for share, later in zip(reached, [*reached[1:], 0.0], strict=True)]
    return {tier.storage: share for tier, share in zip(kind.unread_tiers, own, strict=True)}


needs = st.builds(
    bucket,
    written_gib_per_month=st.sampled_from([1, 300]),
    object_mib=st.sampled_from([0.02, 0.3, 8]),
    retention_days=st.sampled_from([20, 75, 200]),
    versioned=st.booleans(),
    noncurrent_days=st.sampled_from([7, 45]),
    zone_loss_tolerant=st.booleans(),
    access=st.lists(
        st.tuples(
            st.sampled_from([0.0, 0.05, 2.0]), st.sampled_from([0.0, 0.1, 3.0]), st.sampled_from([0.0, 6.0, 48.0])
        ),
        min_size=1,
        max_size=2,
    ).map(
        lambda bands: [
            {
                "from_days": 15 * index,
                "reads_per_object_month": reads,
                "retrieved_share_per_month": share,
                "retrieval_within_hours": hours,
            }
            for index, (reads, share, hours) in enumerate(bands)
        ]
    ),
)


def ways(need: Bucket, catalog: Catalog, ages: Sequence[int]) -> Iterator[Stays]:
    """Every way with at most two moves, at these ages."""
    kinds = [
        kind for kind in catalog.object_classes("us-east-1") if kind.zone_loss_tolerant or not need.zone_loss_tolerant
    ]
    usable = [age for age in ages if age < need.retention_days]
    for moves in range(3):
        for when in combinations(usable, moves):
            yield from named(kinds, (0, *when))


def named(kinds: Sequence[ObjectClass], ages: Sequence[int]) -> Iterator[Stays]:
    if len(ages) == 1:
        yield from ([(ages[0], kind)] for kind in kinds)
        return
    for before in named(kinds, ages[:-1]):
        yield from ([*before, (ages[-1], kind)] for kind in kinds if kind.name in before[-1][1].transitions_to)


@settings(max_examples=40, deadline=None)
@given(need=needs)
def test_no_way_through_the_classes_is_cheaper(catalog: Catalog, need: Bucket) -> None:
    answer = solve_one(need, catalog)
    own = daily_bill(need, answer.plan.stays, catalog)
    assert own == pytest.approx(usd_of({"only": answer}, catalog), rel=1e-6)
    # Intelligent-Tiering's chances are slow to simulate: its ways are compared by the next test alone.
    for way in ways(need, catalog, (15, 30, 45, 105, 120)):
        if not any(kind.monitoring for _, kind in way):
            other = daily_bill(need, way, catalog)
            assert other is None or own is None or own <= other + 1e-6


def test_intelligent_tiering_costs_what_the_chance_of_no_read_says(catalog: Catalog) -> None:
    need = bucket(
        retention_days=150,
        access=[{"from_days": 0, "reads_per_object_month": 0.3, "retrieved_share_per_month": 9}],
    )
    answer = solve_one(need, catalog)
    assert [kind.lifecycle_name for _, kind in answer.plan.stays] == ["INTELLIGENT_TIERING"]
    assert daily_bill(need, answer.plan.stays, catalog) == pytest.approx(usd_of({"only": answer}, catalog), rel=1e-3)


def test_buckets_fill_the_tiers_of_standard_together(catalog: Catalog) -> None:
    hot = [{"from_days": 0, "reads_per_object_month": 50, "retrieved_share_per_month": 50}]
    need = bucket(written_gib_per_month=40_000, retention_days=30, access=hot)
    answers = solve_buckets(
        {"first": need, "second": need}, catalog.object_classes("us-east-1"), lambda item: price(catalog, item)
    )
    found = {key: answer.plan for key, answer in answers.items() if answer is not None}
    stored = [charge for charge in bucket_charges(found) if charge.item == "standard_storage"]
    whole = sum(charge.amount_per_month for charge in stored)
    assert whole > 51_200
    assert [charge.whole_per_month for charge in stored] == [pytest.approx(whole)] * 2


def test_small_objects_are_never_moved(catalog: Catalog) -> None:
    need = bucket(
        object_mib=0.05,
        retention_days=2_000,
        access=[
            {"from_days": 0, "reads_per_object_month": 0, "retrieved_share_per_month": 0, "retrieval_within_hours": 48}
        ],
    )
    assert len(solve_one(need, catalog).plan.stays) == 1


def test_objects_that_must_be_read_at_once_are_not_archived(catalog: Catalog) -> None:
    cold = {"from_days": 0, "reads_per_object_month": 0.01, "retrieved_share_per_month": 0.01}
    at_once = bucket(retention_days=720, access=[cold])
    patient = bucket(retention_days=720, access=[cold | {"retrieval_within_hours": 48}])
    archives = {"GLACIER", "DEEP_ARCHIVE"}
    assert not archives & {kind.lifecycle_name for _, kind in solve_one(at_once, catalog).plan.stays}
    assert archives & {kind.lifecycle_name for _, kind in solve_one(patient, catalog).plan.stays}


def test_the_plan_says_what_the_next_best_would_cost(catalog: Catalog) -> None:
    need = bucket(
        retention_days=400,
        access=[
            {"from_days": 0, "reads_per_object_month": 5, "retrieved_share_per_month": 5},
            {"from_days": 60, "reads_per_object_month": 0, "retrieved_share_per_month": 0},
        ],
    )
    answer = solve_one(need, catalog)
    plan = bucket_plan("documents", need, answer)
    assert plan.transitions
    assert answer.next_best is not None
    assert answer.extra_usd_per_month is not None
    assert answer.extra_usd_per_month > 0
    assert answer.next_best.words in plan.reason


def test_an_approved_way_is_kept_while_it_costs_little_more(catalog: Catalog) -> None:
    need = bucket(retention_days=400)
    classes = catalog.object_classes("us-east-1")
    best = solve_one(need, catalog)
    approved = bucket_plan("only", need, best).model_copy(
        update={"storage_class": StorageClassName.STANDARD, "transitions": ()}
    )
    kept: dict[float, BucketAnswer] = {}
    for gap in (0.0, 10.0):
        answer = solve_buckets(
            {"only": need}, classes, lambda item: price(catalog, item), previous={"only": approved}, gap=gap
        )["only"]
        assert answer is not None
        kept[gap] = answer
    assert kept[0.0].plan == best.plan
    assert [kind.lifecycle_name for _, kind in kept[10.0].plan.stays] == ["STANDARD"]
    assert kept[10.0].least == best.plan


def test_an_approved_way_that_the_rules_forbid_now_is_left(catalog: Catalog) -> None:
    need = bucket(retention_days=40)
    approved = bucket_plan("only", need, solve_one(need, catalog)).model_copy(
        update={
            "storage_class": StorageClassName.STANDARD,
            "transitions": (TransitionPlan(days=90, storage_class=StorageClassName.GLACIER_IR),),
        }
    )
    answer = solve_buckets(
        {"only": need},
        catalog.object_classes("us-east-1"),
        lambda item: price(catalog, item),
        previous={"only": approved},
        gap=10.0,
    )["only"]
    assert answer is not None
    assert answer.plan == answer.least
