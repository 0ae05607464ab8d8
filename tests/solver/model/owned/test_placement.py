"""Owned hosts hold what must run on them at the least cost: against counting out every placement of small sites."""

from __future__ import annotations

from itertools import product
from math import inf
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.demand.demand import Demand
from solver.model.backend import backend
from solver.model.owned.hosts import HostKey
from solver.model.owned.placement import Placement
from solver.model.owned.rest import shares_of

_SPARE = 1.25


def demand_of(hosts: list[tuple[int, int]], services: list[tuple[int, int, int]], *, survive: bool) -> Demand:
    """Hosts of (vCPU, cents an hour); services of (vCPU of a replica, its rate, load)."""
    return Demand.model_validate(
        {
            "stack": "small",
            "owner": "me@example.com",
            "sites": {
                "plant": {
                    "kind": "docker",
                    "hosts": {
                        f"h{number}": {
                            "docker_host": f"ssh://h{number}",
                            "cpu": cpu,
                            "memory": "64Gi",
                            "usd_per_hour": cents / 100,
                        }
                        for number, (cpu, cents) in enumerate(hosts)
                    },
                }
            },
            "workloads": {
                f"s{number}": {
                    "kind": "service",
                    "image": {},
                    "headroom": 0.25,
                    "max_utilisation": 1.0,
                    "survive": "zone" if survive and number == 0 else "none",
                    "load": {"constant_per_second": load},
                    "variants": {"cpu": {"cpu": cpu, "memory": "1Gi", "throughput_per_second": rate, "source": "x"}},
                }
                for number, (cpu, rate, load) in enumerate(services)
            },
        }
    )


def cheapest(hosts: list[tuple[int, int]], services: list[tuple[int, int, int]], *, survive: bool) -> float:
    """USD an hour of the cheapest placement, by trying all; infinite where there is none."""
    least = inf
    ranges = [range(hosts[host][0] // cpu + 1) for cpu, _, _ in services for host in range(len(hosts))]
    for counts in product(*ranges):
        rows = [counts[number * len(hosts) : (number + 1) * len(hosts)] for number in range(len(services))]
        full = all(
            sum(row[host] * cpu for row, (cpu, _, _) in zip(rows, services, strict=True)) <= hosts[host][0]
            for host in range(len(hosts))
        )
        served = all(sum(row) * rate >= load * _SPARE for row, (_, rate, load) in zip(rows, services, strict=True))
        kept = not survive or (sum(rows[0]) - max(rows[0])) * services[0][1] >= services[0][2]
        if full and served and kept:
            used = [any(row[host] for row in rows) for host in range(len(hosts))]
            least = min(least, sum(cents for (_, cents), use in zip(hosts, used, strict=True) if use) / 100)
    return least


@settings(max_examples=25, deadline=None)
@given(
    hosts=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 9)), min_size=2, max_size=3),
    services=st.lists(
        st.tuples(st.integers(1, 2), st.sampled_from([4, 10]), st.integers(1, 16)), min_size=1, max_size=2
    ),
    survive=st.booleans(),
)
def test_the_cheapest_placement_is_found_and_proved(
    hosts: list[tuple[int, int]], services: list[tuple[int, int, int]], survive: bool
) -> None:
    least = cheapest(hosts, services, survive=survive)
    demand = demand_of(hosts, services, survive=survive)
    held = Placement(shares_of(demand), backend("highs")).held({})
    if least == inf:
        assert held is None
        return
    assert held is not None
    assert abs(held.usd_per_month - least * 730) < 1e-3
    assert abs(held.bound_usd_per_month - least * 730) < 1e-3


def test_of_equal_placements_the_approved_one_stays() -> None:
    demand = demand_of([(4, 0), (4, 0)], [(1, 10, 8), (1, 10, 8)], survive=False)
    shares = shares_of(demand)
    for first, second in (("h0", "h1"), ("h1", "h0")):
        approved: dict[HostKey, dict[str, int]] = {
            HostKey("plant", first): {"s0.cpu": 1},
            HostKey("plant", second): {"s1.cpu": 1},
        }
        held = Placement(shares, backend("highs"), approved).held({})
        assert held is not None
        assert {host: dict(counts) for host, counts in held.replicas.items()} == approved


def test_the_same_demand_gives_the_same_placement_with_every_solver() -> None:
    demand = demand_of([(4, 5), (3, 2), (4, 3)], [(1, 10, 30), (2, 10, 12)], survive=True)
    shares = shares_of(demand)
    found = [Placement(shares, backend(name)).held({}) for name in ("highs", "highs", "cbc")]
    costs: list[Any] = [each.usd_per_month if each is not None else None for each in found]
    assert found[0] == found[1]
    assert costs[0] == costs[2]
