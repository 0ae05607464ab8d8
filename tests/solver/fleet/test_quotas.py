"""Shared quotas: never exceeded, the cheapest choice of ways, and a conflict in the file's own words."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.fleet.plan import Fleet, plan_fleet, settle
from solver.fleet.quotas import SharedQuota, is_within
from solver.model.backend import backend
from solver.model.fleet.choice import Way, cheapest_ways
from tests.solver.fleet.small import PLAN, day, service, stack


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


def _either(loads: list[float]) -> dict[str, Any]:
    """A service that is cheaper on machines with a T4, and runs without one."""
    found = service(loads)
    found["variants"] = {
        "cpu": {"cpu": "3500m", "memory": "6Gi", "throughput_per_second": 10, "source": "test"},
        "gpu": {
            "cpu": "3",
            "memory": "8Gi",
            "accelerator": {"model": "t4"},
            "throughput_per_second": 60,
            "source": "test",
        },
    }
    return found


@pytest.fixture(scope="module")
def stacks() -> dict[str, Demand]:
    machines = ["c7i.*", "g4dn.xlarge"]
    return {
        "one": stack("one", {"web": _either(day(60, 200, 8, 20))}, machines=machines),
        "two": stack("two", {"web": _either(day(60, 200, 8, 20))}, machines=machines),
    }


def _quota(vcpus: int, family: str = "g") -> SharedQuota:
    return SharedQuota(
        words=f"fleet.yaml:9 accounts.main.quotas.us-east-1.{family}: {vcpus}",
        region="us-east-1",
        family=family,
        vcpus=vcpus,
        stacks=("one", "two"),
    )


def test_a_shared_quota_is_kept_in_every_hour_for_as_little_as_it_takes(
    stacks: dict[str, Demand], catalog: Catalog
) -> None:
    free = settle(Fleet(stacks=stacks, catalog=catalog, terms=(PLAN,)))
    most = max(map(sum, zip(*(each.vcpus["us-east-1/g"] for each in free.settled.answers.values()), strict=True)))
    quota = _quota(int(most * 0.75))
    assert not is_within([quota], free.settled.answers)
    kept = settle(Fleet(stacks=stacks, catalog=catalog, terms=(PLAN,), quotas=(quota,)))
    assert is_within([quota], kept.settled.answers)
    assert kept.settled.usd_per_month >= free.settled.usd_per_month
    assert kept.bound_usd_per_month <= kept.settled.usd_per_month
    enough = settle(Fleet(stacks=stacks, catalog=catalog, terms=(PLAN,), quotas=(_quota(most),)))
    assert enough.settled.usd_per_month == free.settled.usd_per_month


def test_a_quota_that_holds_nothing_is_told_in_the_files_words(stacks: dict[str, Demand], catalog: Catalog) -> None:
    quotas = (_quota(8, "standard"), _quota(4))
    with pytest.raises(InfeasibleError) as refused:
        plan_fleet(Fleet(stacks=stacks, catalog=catalog, terms=(PLAN,), quotas=quotas), again=False)
    text = str(refused.value)
    assert "fleet.yaml:9 accounts.main.quotas.us-east-1.g: 4: one " in text
    assert ", two " in text
    assert refused.value.exit_code == 3


@settings(max_examples=30, deadline=None)
@given(
    ways=st.lists(
        st.lists(
            st.tuples(st.integers(1, 50), st.lists(st.integers(0, 9), min_size=3, max_size=3)), min_size=1, max_size=3
        ),
        min_size=1,
        max_size=3,
    ),
    limit=st.integers(0, 20),
)
def test_ways_are_the_cheapest_of_all_choices(ways: list[list[tuple[int, list[int]]]], limit: int) -> None:
    options = {
        f"s{place}": [Way(float(usd), {0: amounts * 56}) for usd, amounts in mine] for place, mine in enumerate(ways)
    }
    picked = cheapest_ways(options, [limit], backend("highs"))
    least = min(
        (
            sum(usd for usd, _ in choice)
            for choice in product(*ways)
            if all(sum(amounts[hour] for _, amounts in choice) <= limit for hour in range(3))
        ),
        default=None,
    )
    if least is None:
        assert picked is None
        return
    assert picked is not None
    assert sum(options[name][number].usd for name, number in picked.items()) == pytest.approx(least)
    for hour in range(3):
        assert sum(options[name][number].amounts[0][hour] for name, number in picked.items()) <= limit
