"""Rules about what a replica asks for: too much, too little, and a throughput that is no longer what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import numpy as np

from poolwright.observe.findings.observation import Found, Observation, Rule, hours_words, nice, share_words
from poolwright.observe.metrics import Metric
from poolwright.observe.utilisation import DIMENSIONS, ServiceUse, quantile
from solver.demand.workloads import Service

_FULL = {Metric.CPU: 0.95, Metric.MEMORY: 0.9}
"""Above that a processor throttles, and memory is one allocation away from a kill."""
_TOO_MUCH = 0.5
"""A request is too large when one hour in a hundred needs less than this part of it."""
_GOAL = 0.8
"""The part of a request that the busiest hours should use."""
_LEAST_HOURS = 72
_CHANGED = 0.15
"""A throughput that differs by more is another one."""
_STEP_MIB, _STEP_MILLIS = 256, 250


def too_small(seen: Observation) -> Iterator[Found]:
    """Dimensions of which the highest moments use nearly all."""
    for each in seen.use.services:
        for metric, full in _FULL.items():
            peaks = each.used_peak.get(metric)
            level = None if peaks is None else quantile(peaks, 0.99)
            if peaks is None or level is None or level <= full:
                continue
            over = ~np.isnan(peaks) & (peaks > full)
            yield Found(
                subject=f"workloads.{each.planned.workload}",
                evidence=f"{DIMENSIONS[metric]} above {share_words(full)} of the request in "
                f"{hours_words(int(over.sum()), int((~np.isnan(peaks)).sum()))}; longest from {seen.longest(over)}",
                cause="the request is smaller than what a replica takes"
                + ("" if metric is Metric.CPU else ": it may be ended for it"),
                act=_whatif(seen, each, metric, level),
            )


def too_large(seen: Observation) -> Iterator[Found]:
    """Dimensions of which even the busiest hours leave half. What a processor without an accelerator beside it leaves
    is the load's: it is used in proportion, and `throughput_changed` tells where that is no longer so."""
    for each in seen.use.services:
        for metric in (Metric.CPU, Metric.MEMORY):
            peaks = each.used_peak.get(metric)
            if peaks is None or int((~np.isnan(peaks)).sum()) < _LEAST_HOURS:
                continue
            level = quantile(peaks, 0.99)
            if (
                level is None
                or level <= 0
                or level >= _TOO_MUCH
                or (metric is Metric.CPU and each.planned.driver is not Metric.ACCELERATOR)
            ):
                continue
            yield Found(
                subject=f"workloads.{each.planned.workload}",
                evidence=f"{DIMENSIONS[metric]}: 99 of 100 hours never above {share_words(level)} of the request",
                cause="the request is larger than what a replica takes",
                act=_whatif(seen, each, metric, level),
            )


def _whatif(seen: Observation, each: ServiceUse, metric: Metric, level: float) -> str:
    key = each.planned.workload
    entry = seen.demand.workloads[key]
    assert isinstance(entry, Service)
    if not each.planned.variants:
        return f"change the requests of workloads.{key}"
    changes: list[str] = []
    for name in each.planned.variants:
        variant = entry.variants[name]
        path = f"workloads.{key}.variants.{name}"
        if metric is Metric.CPU:
            millis = max(ceil(variant.cpu * level / _GOAL / _STEP_MILLIS) * _STEP_MILLIS, _STEP_MILLIS)
            changes.append(f"{path}.cpu={millis}m")
        else:
            mib = max(ceil(variant.memory * level / _GOAL / _STEP_MIB) * _STEP_MIB, _STEP_MIB)
            changes.append(f"{path}.memory={mib}Mi")
    return f"poolwright whatif {seen.stack} {' '.join(changes)}"


def throughput_changed(seen: Observation) -> Iterator[Found]:
    """Services whose replicas do more or less than the demand says, by load, replicas and use."""
    for each in seen.use.services:
        found = each.throughput
        if found is None:
            continue
        said = each.of_plan(each.planned.throughput_per_replica)
        counted = ~np.isnan(found) & (said > 0)
        if int(counted.sum()) < _LEAST_HOURS:
            continue
        ratio = float(np.median(found[counted] / said[counted]))
        if abs(ratio - 1) <= _CHANGED:
            continue
        names = ", ".join(each.planned.variants)
        slower = ratio < 1
        yield Found(
            subject=f"workloads.{each.planned.workload}",
            evidence=f"{share_words(ratio)} of the stated throughput ({nice(float(np.median(found[counted])))} a "
            f"second and "
            f"replica when full, by {int(counted.sum()):,} hours with a third in use or more)",
            cause="the model, the requests or the machines are not those that were measured"
            + ("" if slower else ", or what limits a replica is not among the measured dimensions"),
            act=f"measure {names} again and set throughput_per_second, with its source, in "
            f"workloads.{each.planned.workload}",
        )


RULES = (
    Rule("request-too-small", "replicas use all that they ask for", too_small),
    Rule("request-too-large", "replicas use half of what they ask for at most", too_large),
    Rule("throughput-changed", "the throughput is no longer what was measured", throughput_changed),
)
