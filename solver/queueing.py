"""Queueing: the part of a replica's throughput that may be used while its response time keeps a target.

A replica is a queue of its own: c servers (the requests that it works on at once), first come, first served, with
service time S of mean E[S] = c / throughput and coefficient of variation cs, and arrivals at rate λ whose gaps have the
coefficient of variation ca. With a = λ·E[S] and utilisation ρ = a / c:

    B(0) = 1,  B(n) = a·B(n−1) / (n + a·B(n−1))                      Erlang B, n = 1 … c
    C = B(c) / (1 − ρ·(1 − B(c)))                                    Erlang C: the part of requests that wait
    P(W > t) = C · exp(−θt),   θ = (c / E[S]) · (1 − ρ) · 2 / (ca² + cs²)
    P(R > t) = (1 − C)·P(S > t) + C · ∫₀^∞ e^(−y) · P(S > t − y/θ) dy     response R = W + S, S of a gamma distribution

For ca = cs = 1 this is M/M/c, exact (D. Gross, J. Shortle, J. Thompson, C. Harris, Fundamentals of Queueing Theory,
4th ed., 2008, §2.3). Otherwise it is the approximation of Allen and Cunneen: what waits, waits (ca² + cs²) / 2 times as
long as in M/M/c (A. O. Allen, Probability, Statistics, and Queueing Theory, 2nd ed., 1990, ch. 5; W. Whitt,
Approximations for the GI/G/m queue, 1993). Its mean is exact for M/G/1 (Pollaczek and Khinchine), and all of it in
heavy traffic (Kingman).

It holds for steady Poisson-like arrivals within an hour and service times that don't depend on each other. Simulated
with 1 to 16 servers, cs from 0 to 2 and Poisson arrivals, where it promises 1 % of late requests 0.1 to 1.8 % are late,
most below 1 %; with heavier tails, or bursts that last, it may be too hopeful. A server that works in batches has no
place of its own for each request: two batches, the one that runs and the one that waits, counted as `concurrency` are
on the safe side.

Replicas are not pooled: requests that are sent to replicas at random
reach each as Poisson arrivals, so each is such a queue by itself; a load balancer that looks for the least busy replica
only shortens the waits, by an amount that depends on how much it knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import exp, lgamma, log

_STEPS = 1000
"""Utilisations are told apart by thousandths; the one that is given is safe, the next is not."""
_LEAST_CV = 0.01
"""Variation below it is counted as this much: nothing that runs is steadier."""
_ACCURACY = 1e-8
_MOST_HALVINGS = 24


@dataclass(frozen=True, kw_only=True)
class Replica:
    """What a replica is to its queue."""

    throughput_per_second: float
    """Requests a second when all its servers are busy."""
    concurrency: int = 1
    """Requests that it works on at once."""
    service_cv: float = 1.0
    """Standard deviation of the service time / its mean; 0 where all take the same time."""
    arrival_cv: float = 1.0
    """The same of the gaps between arrivals; 1 for Poisson arrivals."""

    @property
    def service_seconds(self) -> float:
        """Mean time of one request without waiting."""
        return self.concurrency / self.throughput_per_second


def erlang_c(servers: int, offered: float) -> float:
    """The part of requests that find all servers busy, M/M/c; `offered` is λ·E[S], below the number of servers.

    0 where nothing is offered, 1 where it is as much as the servers can do, or more.
    """
    if offered >= servers:
        return 1.0
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = offered * blocked / (number + offered * blocked)
    return blocked / (1 - offered / servers * (1 - blocked))


def late_share(replica: Replica, utilisation: float, seconds: float) -> float:
    """P(R > seconds): the part of requests that take longer, at a utilisation from 0 to 1."""
    waits = erlang_c(replica.concurrency, utilisation * replica.concurrency)
    if utilisation >= 1:
        return 1.0
    spread = (replica.arrival_cv**2 + replica.service_cv**2) / 2
    alone = _service_tail(replica)
    if waits == 0 or spread == 0:
        return alone(seconds)
    decay = replica.throughput_per_second * (1 - utilisation) / spread
    if replica.service_cv == 0:
        left = seconds - replica.service_seconds
        return waits * exp(-decay * left) if left >= 0 else 1.0
    # With u = e^(−y) the integral runs from 0 to 1; up to e^(−θt) the wait alone is longer than t.
    surely = exp(-min(700.0, decay * seconds))
    shared = surely + _integral(lambda u: alone(seconds + log(u) / decay), surely, 1.0)
    return min(1.0, (1 - waits) * alone(seconds) + waits * shared)


@lru_cache(maxsize=4096)
def highest_utilisation(replica: Replica, *, percentile: float, seconds: float) -> float:
    """The highest utilisation, in thousandths, at which `percentile` percent of requests take at most `seconds`.

    0.0 where even an idle replica is too slow, and never 1: a queue at full use grows without end.
    """
    allowed = 1 - percentile / 100
    low, high = -1, _STEPS - 1
    while low < high:
        middle = (low + high + 1) // 2
        if late_share(replica, middle / _STEPS, seconds) <= allowed:
            low = middle
        else:
            high = middle - 1
    return max(0, low) / _STEPS


def _service_tail(replica: Replica) -> Callable[[float], float]:
    """P(S > t) as a function of t."""
    mean = replica.service_seconds
    if replica.service_cv == 0:
        return lambda t: 1.0 if t < mean else 0.0
    variance = max(_LEAST_CV, replica.service_cv) ** 2
    return lambda t: _gamma_tail(1 / variance, t / (mean * variance)) if t > 0 else 1.0


def _gamma_tail(shape: float, x: float) -> float:
    """Q(a, x), the upper incomplete gamma function over the complete one.

    Below a + 1 by the series of the lower one, above it by a continued fraction, evaluated by Lentz's method (NIST
    Digital Library of Mathematical Functions, 8.7.1 and 8.9.2).
    """
    scale = exp(shape * log(x) - x - lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        number = shape
        while term > total * 1e-15:
            number += 1
            term *= x / number
            total += term
        return max(0.0, 1 - scale * total)
    tiny = 1e-300
    below = x + 1 - shape
    c, d = 1 / tiny, 1 / below
    fraction = d
    for number in range(1, 100_000):
        step = -number * (number - shape)
        below += 2
        d = 1 / (step * d + below or tiny)
        c = below + step / c or tiny
        fraction *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return min(1.0, scale * fraction)


def _integral(value: Callable[[float], float], low: float, high: float) -> float:
    """Of a smooth function, by Simpson's rule on halves until two estimates agree."""

    def part(a: float, at_a: float, b: float, at_b: float, middle: float, whole: float, depth: int) -> float:
        centre = (a + b) / 2
        quarters = value((a + centre) / 2), value((centre + b) / 2)
        first = (centre - a) / 6 * (at_a + 4 * quarters[0] + middle)
        second = (b - centre) / 6 * (middle + 4 * quarters[1] + at_b)
        if depth == 0 or abs(first + second - whole) <= 15 * _ACCURACY * (b - a):
            return first + second
        return part(a, at_a, centre, middle, quarters[0], first, depth - 1) + part(
            centre, middle, b, at_b, quarters[1], second, depth - 1
        )

    # Eight pieces to begin with, so that no step hides between the first points.
    total = 0.0
    for piece in range(8):
        a = low + (high - low) * piece / 8
        b = low + (high - low) * (piece + 1) / 8
        at_a, at_b, middle = value(a), value(b), value((a + b) / 2)
        total += part(a, at_a, b, at_b, middle, (b - a) / 6 * (at_a + 4 * middle + at_b), _MOST_HALVINGS)
    return total
