"""A review adds up to the cent, names what can't be undone first, and is quiet when nothing changes."""

from __future__ import annotations

from math import fsum

import pytest

from poolwright.engine.preview import Operation, ResourceChange
from poolwright.review.review import Word
from solver.quantity import cents
from tests.poolwright.review.reviews import happening, lock_of_shipped, review

BUCKET = "aws:s3/bucket:Bucket"
SCHEDULE = "aws:autoscaling/schedule:Schedule"
REVISION = "aws:ecs/taskDefinition:TaskDefinition"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_resources_and_what_none_of_them_stands_for_are_the_bill(stack: str) -> None:
    found = review(stack)
    by_resources = fsum(row.usd_per_month for row in found.resources)
    elsewhere = fsum(found.billed_elsewhere.values())
    assert cents(by_resources + elsewhere) == found.money.new == lock_of_shipped(stack).proof.cost_usd_per_month
    assert cents(fsum(item.money.new for item in found.items)) == found.money.new
    assert cents(fsum(pool.money.new for pool in found.pools)) == found.money.new
    assert by_resources > elsewhere, "most of the bill has a resource that it belongs to"
    assert all(row.reason for row in found.resources)


def test_nothing_that_changes_is_quiet() -> None:
    found = review()
    assert found.quiet
    assert found.passed
    assert (found.counts, found.cautions, found.drivers, found.decisions.number) == ({}, (), (), 0)
    assert found.unchanged == len(found.resources) > 100


def test_data_is_warned_of_first_and_settings_by_type() -> None:
    def edit(change: ResourceChange) -> ResourceChange:
        edited = happening(Operation.DELETE, SCHEDULE)(change)
        edited = happening(Operation.REPLACE, BUCKET, BALANCER, because="name")(edited)
        return happening(Operation.REPLACE, REVISION, because="containerDefinitions")(edited)

    found = review("prod", edit)
    first, *others = found.cautions
    assert (first.type, first.holds_data, first.because) == (BUCKET, True, ("name",))
    last = others[-1]
    assert (last.type, last.setting, last.word) == (SCHEDULE, True, Word.DELETE)
    assert last.others + 1 == found.counts[Word.DELETE]
    assert not any(each.type == REVISION for each in found.cautions), "a revision takes nothing away"
    gate = next(gate for gate in found.gates if gate.id == "replacements")
    assert not gate.passed
    assert found.resources[0].word is Word.REPLACE


def test_settings_alone_say_no_to_nothing() -> None:
    found = review("prod", happening(Operation.DELETE, SCHEDULE))
    assert found.passed
    assert not found.quiet


def test_prices_that_are_too_old_say_no() -> None:
    assert review("prod", max_age_days=365).passed
    found = review("prod", max_age_days=10)
    assert [gate.id for gate in found.gates if not gate.passed] == ["prices"]
