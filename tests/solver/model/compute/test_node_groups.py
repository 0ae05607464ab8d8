"""Keys of node groups: short enough to be read and written, one for each group, whatever the order of groups."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from solver.model.compute.node_groups import group_keys

_NEEDS: Any = SimpleNamespace(
    runnables=[
        SimpleNamespace(workload=f"service-{number:02d}", key=key, name=f"service-{number:02d}.{key}")
        for number in range(20)
        for key in ("cpu", "l4")
    ]
)
_MACHINES: Any = st.sampled_from(
    [
        SimpleNamespace(name=f"{kind}-{purchase}", types=(kind.replace("-", ".", 1),))
        for kind in ("c6a-8xlarge", "m7g-large")
        for purchase in ("on-demand", "spot")
    ]
)
_GROUPS = st.lists(
    st.tuples(_MACHINES, st.lists(st.integers(0, 3), min_size=40, max_size=40).filter(any).map(tuple)),
    min_size=1,
    max_size=8,
    unique_by=lambda group: (group[0].name, group[1]),
)


@given(_GROUPS)
def test_every_group_has_a_key_of_its_own_that_fits_a_line(groups: list[tuple[Any, tuple[int, ...]]]) -> None:
    keys = group_keys(_NEEDS, groups)
    assert len(set(keys)) == len(keys)
    assert all(len(key) <= 60 and not key.endswith("-") for key in keys)


@given(_GROUPS)
def test_the_order_of_groups_says_nothing(groups: list[tuple[Any, tuple[int, ...]]]) -> None:
    keys = group_keys(_NEEDS, groups)
    assert group_keys(_NEEDS, groups[::-1]) == keys[::-1]


def test_a_short_key_says_what_the_group_holds() -> None:
    machine: Any = SimpleNamespace(name="g6-xlarge-spot", types=("g6.xlarge",))
    one, two = (1, *[0] * 39), (0, 0, 1, *[0] * 37)
    assert group_keys(_NEEDS, [(machine, one), (machine, two)]) == [
        "g6-xlarge-spot-service-00",
        "g6-xlarge-spot-service-01",
    ]
