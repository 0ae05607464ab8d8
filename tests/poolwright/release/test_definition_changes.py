"""Code apart from sizes: what of a lock's difference follows from the definitions, and what of them changed."""

from __future__ import annotations

import pytest

from poolwright.release.definition_changes import definition_changes, is_size
from solver.plan.difference import Change, ChangeKind


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("main.compute.node_groups.g6-xlarge-spot.machines", True),
        ("main.compute.services.shop.variants.cpu.replicas", True),
        ("main.compute.services.shop.variants.cpu", True),
        ("main.compute.services.shop", True),
        ("main.compute.services.shop.variants.cpu.image_reference", False),
        ("main.compute.services.shop.variants.cpu.environment.LOG", False),
        ("main.compute.services.shop.port", False),
        ("main.compute.jobs.train.start_hour", True),
        ("main.compute.jobs.train.variant.image_digest", False),
        ("main.compute.jobs.train.variant.replicas", True),
        ("desk.services.shop.variants.cpu.image_digest", False),
        ("desk.hosts.here.replicas.shop.cpu", True),
        ("main.network.nat", True),
    ],
)
def test_a_decision_is_a_size_unless_the_definition_says_it(path: str, size: bool) -> None:
    assert is_size(Change(kind=ChangeKind.CHANGED, path=path)) is size


def test_a_part_that_comes_or_goes_whole_is_one_change() -> None:
    before = {"workloads": {"a": {"port": 1, "environment": {"X": "1"}}, "old": {"port": 2}}}
    after = {"workloads": {"a": {"port": 1, "environment": {"X": "2", "Y": "3"}}, "new": {"port": 4}}, "storage": {}}
    assert [(each.kind.value, each.key, each.old, each.new) for each in definition_changes(before, after)] == [
        ("changed", "workloads.a.environment.X", "1", "2"),
        ("added", "workloads.a.environment.Y", "", "3"),
        ("added", "workloads.new", "", "{port: 4}"),
        ("removed", "workloads.old", "{port: 2}", ""),
    ]
