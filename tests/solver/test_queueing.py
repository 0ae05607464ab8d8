"""Queues: closed forms where there are some, a simulation where there are none, and what must rise or fall."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import pairwise
from math import exp, factorial, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.queueing import Replica, erlang_c, highest_utilisation, late_share

REPLICAS = st.builds(
    Replica,
    throughput_per_second=st.floats(0.1, 1e4),
    concurrency=st.integers(1, 64),
    service_cv=st.floats(0, 3),
    arrival_cv=st.floats(0.1, 3),
)


def erlang_c_by_its_sum(servers: int, offered: float) -> float:
    """C = (aᶜ/c! · c/(c − a)) / (Σ aⁿ/n! + aᶜ/c! · c/(c − a))."""
    last = offered**servers / factorial(servers) * servers / (servers - offered)
    return last / (sum(offered**number / factorial(number) for number in range(servers)) + last)


def late_in_mmc(servers: int, utilisation: float, times: float) -> float:
    """P(R > times · E[S]) in M/M/c: e^(−t) · (1 + C · (1 − e^(−t·d)) / d), d = c − 1 − a."""
    offered = utilisation * servers
    gap = servers - 1 - offered
    waits = erlang_c_by_its_sum(servers, offered)
    more = times if abs(gap) < 1e-9 else (1 - exp(-times * gap)) / gap
    return exp(-times) * (1 + waits * more)


@pytest.mark.parametrize("servers", [1, 2, 5, 20])
@pytest.mark.parametrize("utilisation", [0.1, 0.5, 0.9])
def test_the_part_that_waits_is_that_of_the_sum(servers: int, utilisation: float) -> None:
    offered = utilisation * servers
    assert erlang_c(servers, offered) == pytest.approx(erlang_c_by_its_sum(servers, offered), rel=1e-12)


def test_ten_servers_for_eight_erlangs_are_the_textbooks_forty_one_percent() -> None:
    assert erlang_c(10, 8) == pytest.approx(0.4092, abs=5e-5)
    assert (erlang_c(3, 0), erlang_c(3, 3), erlang_c(3, 4)) == (0.0, 1.0, 1.0)


@pytest.mark.parametrize("servers", [1, 2, 5, 20])
@pytest.mark.parametrize("utilisation", [0.05, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("times", [0.1, 1.0, 4.6, 12.0])
def test_response_times_of_m_m_c_are_exact(servers: int, utilisation: float, times: float) -> None:
    replica = Replica(throughput_per_second=servers / 0.02, concurrency=servers)
    assert late_share(replica, utilisation, 0.02 * times) == pytest.approx(
        late_in_mmc(servers, utilisation, times), abs=1e-7
    )


def test_one_server_with_exponential_times_has_a_closed_form() -> None:
    """R is exponential with rate μ − λ, so ρ = 1 − ln(1/(1 − p)) / (μ · t)."""
    replica = Replica(throughput_per_second=100.0)
    for seconds in (0.05, 0.1, 0.4):
        exact = 1 - log(100) / (100 * seconds)
        assert 0 <= exact - highest_utilisation(replica, percentile=99, seconds=seconds) < 0.001 + 1e-9


def test_the_mean_wait_of_one_server_is_that_of_pollaczek_and_khinchine() -> None:
    """Where service takes no time worth speaking of against the wait, the mean of P(R > t) over t is E[S] + E[W]."""
    utilisation, variation = 0.7, 0.6
    replica = Replica(throughput_per_second=1.0, service_cv=variation)
    step = 0.1
    mean = step * sum(late_share(replica, utilisation, step * (number + 0.5)) for number in range(400))
    waits = utilisation / (1 - utilisation) * (1 + variation**2) / 2
    assert mean == pytest.approx(1 + waits, rel=2e-3)


def simulated_late_share(servers: int, service_cv: float, utilisation: float, seconds: float, requests: int) -> float:
    """First come, first served, Poisson arrivals, service times of mean 1 and a gamma distribution; seed 7."""
    numbers = np.random.default_rng(7)
    shape = 1 / service_cv**2 if service_cv else 0.0
    service = numbers.gamma(shape, 1 / shape, requests) if service_cv else np.ones(requests)
    arrivals = np.cumsum(numbers.exponential(1 / (servers * utilisation), requests))
    free = [0.0] * servers
    late = 0
    for arrival, taken in zip(arrivals.tolist(), service.tolist(), strict=True):
        done = max(arrival, heappop(free)) + taken
        heappush(free, done)
        late += done - arrival > seconds
    return late / requests


@pytest.mark.parametrize(
    ("servers", "service_cv", "seconds"),
    [(1, 0.0, 6), (1, 0.5, 6), (1, 1.5, 12), (4, 0.2, 3), (4, 0.5, 4), (16, 0.5, 2.5)],
)
def test_what_is_called_safe_is_safe_in_a_simulation(servers: int, service_cv: float, seconds: float) -> None:
    replica = Replica(throughput_per_second=float(servers), concurrency=servers, service_cv=service_cv)
    safe = highest_utilisation(replica, percentile=95, seconds=seconds)
    assert 0.1 < safe < 0.98
    assert simulated_late_share(servers, service_cv, safe, seconds, 40_000) <= 0.058
    # And not safe by refusing everything: a good deal more is not.
    more = min(0.99, safe + 0.6 * (1 - safe))
    assert simulated_late_share(servers, service_cv, more, seconds, 40_000) > 0.05


@given(replica=REPLICAS, seconds=st.floats(1e-4, 100), utilisations=st.lists(st.floats(0, 1), min_size=2, max_size=5))
def test_more_load_is_never_faster(replica: Replica, seconds: float, utilisations: list[float]) -> None:
    shares = [late_share(replica, each, seconds) for each in sorted(utilisations)]
    assert all(0 <= share <= 1 + 1e-9 for share in shares)
    assert all(first <= second + 1e-6 for first, second in pairwise(shares))


@given(replica=REPLICAS, seconds=st.floats(1e-3, 50), percentile=st.floats(50, 99.9), more=st.floats(1, 4))
def test_a_looser_target_allows_no_less(replica: Replica, seconds: float, percentile: float, more: float) -> None:
    safe = highest_utilisation(replica, percentile=percentile, seconds=seconds)
    assert highest_utilisation(replica, percentile=percentile, seconds=seconds * more) >= safe
    assert highest_utilisation(replica, percentile=percentile / more, seconds=seconds) >= safe
    allowed = 1 - percentile / 100
    if safe:
        assert late_share(replica, safe, seconds) <= allowed
    if safe < 0.999:
        assert late_share(replica, safe + 0.001, seconds) > allowed - 1e-6


@given(replica=REPLICAS, more=st.floats(1, 5))
def test_more_variation_of_arrivals_allows_no_more(replica: Replica, more: float) -> None:
    seconds = 3 * replica.service_seconds
    burst = Replica(
        throughput_per_second=replica.throughput_per_second,
        concurrency=replica.concurrency,
        service_cv=replica.service_cv,
        arrival_cv=replica.arrival_cv * more,
    )
    allowed = highest_utilisation(replica, percentile=90, seconds=seconds)
    assert highest_utilisation(burst, percentile=90, seconds=seconds) <= allowed


def test_a_replica_that_is_too_slow_alone_is_never_safe() -> None:
    slow = Replica(throughput_per_second=12.5, service_cv=0)
    assert highest_utilisation(slow, percentile=99, seconds=0.03) == 0.0
    assert highest_utilisation(slow, percentile=99, seconds=0.079) == 0.0
    assert highest_utilisation(slow, percentile=99, seconds=0.16) > 0.0


def test_many_small_servers_may_be_busier_than_one_fast_one_for_the_same_wait() -> None:
    one = Replica(throughput_per_second=100.0)
    eight = Replica(throughput_per_second=100.0, concurrency=8)
    assert erlang_c(8, 6.4) < erlang_c(1, 0.8)
    assert highest_utilisation(eight, percentile=99, seconds=1.0) > highest_utilisation(one, percentile=99, seconds=0.2)
