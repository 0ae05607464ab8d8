"""Options of children."""

from __future__ import annotations

import pulumi
import pytest

from components.options import child_of, keeper_of_data
from tests.recorder import record


class Parent(pulumi.ComponentResource):
    def __init__(self, *, protect: bool) -> None:
        super().__init__("test:index:Parent", "parent")
        first = pulumi.CustomResource("test:index:Thing", "first", {}, child_of(self))
        pulumi.CustomResource("test:index:Thing", "second", {}, child_of(self, depends_on=[first]))
        pulumi.CustomResource("test:index:Thing", "kept", {}, keeper_of_data(self, protect=protect))
        self.register_outputs({})


@pytest.mark.parametrize("protect", [True, False])
def test_what_holds_data_is_guarded_when_the_plan_says_so(protect: bool) -> None:
    recorded = record(lambda: Parent(protect=protect))
    kept = recorded.one(":Thing", "kept")
    assert (kept.protect, kept.retain_on_delete) == (protect, protect)
    first = recorded.one(":Thing", "first")
    assert not (first.protect or first.retain_on_delete)
    assert first.parent.endswith("test:index:Parent::parent")


def test_an_order_that_no_input_shows_can_be_asked_for() -> None:
    recorded = record(lambda: Parent(protect=False))
    assert recorded.one(":Thing", "first").urn in recorded.one(":Thing", "second").depends_on
