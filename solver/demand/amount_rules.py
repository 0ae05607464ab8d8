"""Loads and work that the most replicas of the format can't carry."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import ROUND_FLOOR, Context, Decimal
from fractions import Fraction

from solver.demand.contradiction import Contradiction
from solver.demand.load import FORMS
from solver.demand.serving import MOST_REPLICAS
from solver.demand.workloads import (
    MOST_PARALLEL,
    MOST_WORKERS,
    BatchJob,
    Service,
    TrainingJob,
    Workload,
)

_SECONDS_PER_HOUR = 3600
_DOWN = Context(prec=6, rounding=ROUND_FLOOR)


def amount_contradictions(sites: Collection[str], workloads: Mapping[str, Workload | None]) -> Iterator[Contradiction]:
    """The highest load of each service and the work of each job, where the format's most replicas can't do it."""
    for key, entry in workloads.items():
        if isinstance(entry, Service):
            yield from _load(key, entry, len(sites))
        elif entry is not None:
            yield from _work(key, entry)


def _load(key: str, service: Service, sites: int) -> Iterator[Contradiction]:
    profile = service.load
    form = next(name for name in FORMS if getattr(profile, name) is not None)
    path: tuple[str | int, ...] = ("workloads", key, "load", form)
    peak = profile.peak_per_second or profile.constant_per_second
    if profile.hourly_per_second is not None:
        peak = max(profile.hourly_per_second)
        path = (*path, profile.hourly_per_second.index(peak))
    if profile.service_level is not None:
        peak = max(profile.week_per_second())
    assert peak is not None
    rate, fastest = max(
        (_exact(each.throughput_per_second) * _exact(service.utilisation(name)), name)
        for name, each in service.variants.items()
    )
    replicas = MOST_REPLICAS * sites
    most = rate * replicas / (1 + _exact(service.headroom))
    if _exact(peak) > most:
        yield Contradiction(
            path=path,
            allowed=f"at most {_shown(most)} is allowed: {replicas:,} replicas of {fastest}, the fastest variant, "
            "carry no more with the headroom and the utilisation asked for",
            hint=f"A variant of {key} with more throughput_per_second carries more",
        )


def _work(key: str, job: BatchJob | TrainingJob) -> Iterator[Contradiction]:
    replicas, words = (MOST_WORKERS, "workers") if isinstance(job, TrainingJob) else (MOST_PARALLEL, "replicas")
    rate, fastest = max((_exact(each.throughput_per_second), name) for name, each in job.variants.items())
    most = rate * replicas * job.window.hours * _SECONDS_PER_HOUR
    if _exact(job.work) > most:
        yield Contradiction(
            path=("workloads", key, "work"),
            allowed=f"at most {_shown(most)} is allowed: {replicas:,} {words} of {fastest}, the fastest variant, do no "
            f"more in the window of {job.window.hours} h",
            hint="A longer window, or a variant with more throughput_per_second, does more",
        )


def _exact(number: float) -> Fraction:
    return Fraction(repr(number))


def _shown(amount: Fraction) -> str:
    """Six digits, never more than the amount."""
    return f"{float(_DOWN.divide(Decimal(amount.numerator), Decimal(amount.denominator))):g}"
