"""Rules about load: more than the plan holds, less than the demand says, latency that is missed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from poolwright.checks.check import Severity
from poolwright.observe.findings.observation import Found, Observation, Rule, hours_words, nice, share_words
from poolwright.observe.forecast.forecaster import WEEK
from poolwright.observe.utilisation import ServiceUse

LOW_PEAK = 0.7
"""A measured peak below this part of the demand's is worth a change."""
_LATE_HOURS = 0.01
"""The part of all hours above the latency target that is worth a look."""
_FAILED = 0.01


def more_than_planned(seen: Observation) -> Iterator[Found]:
    """Hours in which the load was above what the demand asks the plan to hold: its load and its headroom."""
    for each in seen.use.services:
        if each.load is None:
            continue
        ceiling = each.of_plan(each.planned.load_per_second) * (1 + each.planned.headroom)
        over = each.usual & (each.load > ceiling * (1 + 1e-9))
        if not over.any():
            continue
        worst = int(np.argmax(np.where(over & (ceiling > 0), each.load / np.maximum(ceiling, 1e-9), 0)))
        beyond = over & (each.load > each.of_plan(each.planned.held_per_second))
        key = each.planned.workload
        yield Found(
            subject=f"workloads.{key}",
            evidence=f"load above the demand's with its headroom in "
            f"{hours_words(int(over.sum()), int(each.usual.sum()))}, "
            f"most on {seen.when(worst)}: {nice(each.load[worst])} against {nice(ceiling[worst])} a second; "
            f"longest from "
            f"{seen.longest(over)}",
            cause=f"the load of {key} has grown or has another shape"
            + (
                f"; in {int(beyond.sum()):,} of these hours the schedule's replicas hold less than was asked for"
                if beyond.any()
                else "; what zone survival and whole machines add has held it"
            ),
            act=f"poolwright suggest {seen.stack} --from with the same measurements says how far to raise "
            f"workloads.{key}.load, and what that costs",
            severity=Severity.REFUSE if beyond.any() else Severity.WARN,
        )


def less_than_planned(seen: Observation) -> Iterator[Found]:
    """Services whose highest usual hour of two weeks or more is far below the demand's."""
    for each in seen.use.services:
        if each.load is None or int(each.usual.sum()) < 2 * WEEK:
            continue
        planned = float(each.planned.load_per_second.max())
        peak = float(each.load[each.usual].max())
        if peak >= LOW_PEAK * planned:
            continue
        yield Found(
            subject=f"workloads.{each.planned.workload}",
            evidence=f"highest of {int(each.usual.sum()):,} hours {nice(peak)} a second, "
            f"{share_words(peak / planned)} of the "
            f"demand's peak of {nice(planned)}",
            cause="the demand's load is older than what customers do, or a guess",
            act=_whatif_load(seen, each, peak),
        )


def _whatif_load(seen: Observation, each: ServiceUse, peak: float) -> str:
    key = each.planned.workload
    entry = seen.demand.workloads[key]
    field = "peak_per_second"
    load = getattr(entry, "load", None)
    if load is not None and load.constant_per_second is not None:
        field = "constant_per_second"
    elif load is None or load.peak_per_second is None:
        return f"lower workloads.{key}.load.hourly_per_second, then poolwright plan {seen.stack}"
    return f"poolwright whatif {seen.stack} workloads.{key}.load.{field}={float(f'{peak:.3g}'):g}"


def latency_missed(seen: Observation) -> Iterator[Found]:
    """Services that were above their latency target in more than one hour of a hundred."""
    for each in seen.use.services:
        target = each.planned.latency_ms
        if each.latency is None or target is None:
            continue
        known = ~np.isnan(each.latency)
        late = known & (each.latency > target)
        if not known.any() or late.sum() <= _LATE_HOURS * known.sum():
            continue
        worst = int(np.nanargmax(each.latency))
        busy = _held_in(each, late)
        yield Found(
            subject=f"workloads.{each.planned.workload}",
            evidence=f"above {nice(target)} ms in {hours_words(int(late.sum()), int(known.sum()))}, most on "
            f"{seen.when(worst)}: {nice(each.latency[worst])} ms; longest from {seen.longest(late)}",
            cause="replicas were asked for more than they hold"
            if busy
            else "replicas were not full: the service itself, or what it calls, has become slower",
            act=f"lower workloads.{each.planned.workload}.max_utilisation, or measure the throughput anew; "
            f"poolwright explain {seen.stack} {each.planned.workload}",
        )


def _held_in(each: ServiceUse, hours: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    """Whether in most of these hours the load was above what the replicas that ran were asked for."""
    if each.load is None or each.replicas is None:
        return False
    asked = each.replicas * each.of_plan(each.planned.load_per_replica)
    return int((hours & (each.load > asked)).sum()) * 2 > int(hours.sum())


def requests_failed(seen: Observation) -> Iterator[Found]:
    """Services of which a part of the requests failed in some hour."""
    for each in seen.use.services:
        if each.errors is None:
            continue
        bad = ~np.isnan(each.errors) & (each.errors > _FAILED)
        if not bad.any():
            continue
        worst = int(np.nanargmax(each.errors))
        yield Found(
            subject=f"workloads.{each.planned.workload}",
            evidence=f"more than {share_words(_FAILED)} failed in {hours_words(int(bad.sum()), len(bad))}, most on "
            f"{seen.when(worst)}: {share_words(each.errors[worst])}; longest from {seen.longest(bad)}",
            cause="a release, a dependency, or replicas that were overloaded",
            act=f"poolwright history {seen.stack}; poolwright rollback {seen.stack} when a release began it",
        )


RULES = (
    Rule("load-above-plan", "load above what the demand asks for", more_than_planned),
    Rule("load-below-plan", "load far below what the demand asks for", less_than_planned),
    Rule("latency-missed", "the latency target is missed", latency_missed),
    Rule("requests-failed", "requests fail", requests_failed),
)
