"""Utilisation: what each service's replicas are asked for, against what its latency target allows, in words.

The safe utilisation comes from a queue (`solver/queueing.py`); where a number of the demand is above it, the reason
says so. Nothing is refused: a throughput that was measured with random arrivals has the waiting in it already.
"""

from __future__ import annotations

from collections.abc import Iterator

from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.plan.compute import ComputePlan
from solver.plan.explanation import Reason


def utilisation_reasons(demand: Demand, plan: ComputePlan) -> Iterator[Reason]:
    """One for each service that has a latency target, about the variants that run."""
    for service in plan.services:
        wish = demand.workloads[service.key]
        if isinstance(wish, Service) and wish.latency is not None:
            variants = [variant.key for variant in service.variants]
            yield Reason(subject=f"workload {service.key}", text=_text(wish, variants))


def _text(wish: Service, variants: list[str]) -> str:
    assert wish.latency is not None
    target = f"{wish.latency.percentile:g} % within {wish.latency.milliseconds:g} ms"
    safe = {key: wish.safe_utilisation(key) or 0.0 for key in variants}
    limits = " and ".join(f"{key} up to {share:g}" for key, share in safe.items() if share)
    verb = "is" if sum(1 for share in safe.values() if share) == 1 else "are"
    text = f"utilisation for {target}: {limits} {verb} safe" if limits else f"utilisation for {target}"
    if wish.max_utilisation == "auto":
        return f"{text}, and asked for."
    asked = wish.max_utilisation
    slow = [key for key, share in safe.items() if not share]
    above = [key for key, share in safe.items() if 0 < share < asked]
    found = [f"{asked:g} is asked for"]
    if above:
        found.append(f"above what is safe for {' and '.join(above)}")
    for key in slow:
        variant = wish.variants[key]
        alone = 1000 * variant.concurrency / variant.throughput_per_second
        found.append(
            f"{key} can't keep it by its own figures: "
            f"{variant.throughput_per_second:g}/s, {variant.concurrency} at once, are "
            f"{alone:.3g} ms a request, spread by service_cv {wish.latency.service_cv:g}"
        )
    return f"{text}; {'; '.join(found)}."
