"""The wishes of one workload: what it asks of its machines, how many replicas, when, and what it survives.

Loads, measured throughputs and the amount of work are no wishes: they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import assert_never

from solver.demand.demand import Demand
from solver.demand.serving import MOST_REPLICAS
from solver.demand.workloads import (
    MOST_PARALLEL,
    MOST_WORKERS,
    BatchJob,
    Service,
    TrainingJob,
    Variant,
    Window,
    Workload,
)
from solver.model.compute.type_patterns import matches
from solver.model.conflict.wish import Change, Figures, Wish, survive_wish, with_twin, with_variant, with_workload
from solver.quantity import format_clock, format_cpu, format_gib, format_memory_mib
from solver.vocabulary import Architecture, Survive, WorkloadKind

_MOST_SIZES = 40
"""Of a gang that are tried."""
_WHOLE_DAY = 24
_PERCENT = 100
_MOST_TYPES = 16

Types = Callable[[Variant], Sequence[str]]
"""Machine types that hold a replica but for the filters, cheapest first."""


def workload_wishes(key: str, workload: Workload, types: Types) -> list[Wish]:
    """All of one workload, those of its variants last."""
    match workload:
        case Service():
            found = list(_service_wishes(key, workload))
        case BatchJob():
            found = [*_window_wishes(key, workload), *_batch_wishes(key, workload)]
        case TrainingJob():
            found = [*_window_wishes(key, workload), *_gang_wishes(key, workload)]
        case _:
            assert_never(workload)
    for name, variant in sorted(workload.variants.items()):
        found += _variant_wishes(key, name, variant, types)
    return found


def _service_wishes(key: str, service: Service) -> Iterator[Wish]:
    name = f"workloads.{key}"
    if service.survive is not Survive.NONE:
        yield survive_wish(key, service)
    if service.max_per_machine is not None:
        figures = Figures(service.max_per_machine, MOST_REPLICAS, _field(key, "max_per_machine"), str)
        words = f"{name}.max_per_machine: {service.max_per_machine}"
        yield Wish(words, with_workload(key, {"max_per_machine": None}), figures)
    bounds = service.replicas
    if bounds.max < MOST_REPLICAS:

        def most(count: int) -> Change:
            return lambda demand: _with_replicas(demand, key, "max", count)

        figures = Figures(bounds.max, MOST_REPLICAS, most, str)
        yield Wish(f"{name}.replicas.max: {bounds.max}", most(MOST_REPLICAS), figures)
    if bounds.min > 1:

        def least(count: int) -> Change:
            return lambda demand: _with_replicas(demand, key, "min", count)

        yield Wish(f"{name}.replicas.min: {bounds.min}", least(0), Figures(bounds.min, 0, least, str))
    if service.headroom > 0:
        now = -int(-service.headroom * _PERCENT // 1)
        figures = Figures(now, 0, _hundredths(key, "headroom"), _shown_hundredths)
        yield Wish(f"{name}.headroom: {service.headroom:g}", with_workload(key, {"headroom": 0.0}), figures)
    if service.max_utilisation == "auto":
        yield Wish(f"{name}.max_utilisation: auto", with_workload(key, {"max_utilisation": 1.0}), is_fact=True)
    elif service.max_utilisation < 1:
        now = int(service.max_utilisation * _PERCENT)
        figures = Figures(now, _PERCENT, _hundredths(key, "max_utilisation"), _shown_hundredths)
        words = f"{name}.max_utilisation: {service.max_utilisation:g}"
        yield Wish(words, with_workload(key, {"max_utilisation": 1.0}), figures, is_fact=True)


def _with_replicas(demand: Demand, key: str, bound: str, count: int) -> Demand:
    workload = demand.workloads.get(key)
    if not isinstance(workload, Service):
        return demand
    return with_workload(key, {"replicas": workload.replicas.model_copy(update={bound: count})})(demand)


def _window_wishes(key: str, job: BatchJob | TrainingJob) -> Iterator[Wish]:
    window = job.window
    if window.hours >= _WHOLE_DAY:
        return

    def longer(hours: int) -> Change:
        deadline = (window.opens + hours) % _WHOLE_DAY
        return with_workload(key, {"window": window.model_copy(update={"deadline": deadline})})

    def words(hours: int) -> str:
        return f"{hours} h, until {format_clock((window.opens + hours) % _WHOLE_DAY)},"

    figures = Figures(window.hours, _WHOLE_DAY, longer, words)
    all_day = Window.model_construct(days=window.days, opens=0, deadline=_WHOLE_DAY)
    yield Wish(f"workloads.{key}.window: {window.hours} h", with_workload(key, {"window": all_day}), figures)


def _batch_wishes(key: str, job: BatchJob) -> Iterator[Wish]:
    if job.max_parallel < MOST_PARALLEL:
        figures = Figures(job.max_parallel, MOST_PARALLEL, _field(key, "max_parallel"), str)
        words = f"workloads.{key}.max_parallel: {job.max_parallel}"
        yield Wish(words, with_workload(key, {"max_parallel": MOST_PARALLEL}), figures)


def _gang_wishes(key: str, job: TrainingJob) -> Iterator[Wish]:
    path = f"workloads.{key}.workers"
    # More of them are done sooner; fewer ask for less of a quota.
    figures = Figures(job.workers, MOST_WORKERS, _field(key, "workers"), str)
    sizes = [*range(job.workers + 1, 2 * job.workers), *range(job.workers - 1, 0, -1)][:_MOST_SIZES]
    others = [(f"{path}: {count} would do", with_workload(key, {"workers": count})) for count in sizes]
    yield Wish(f"{path}: {job.workers}", _any_number(key), figures, others)


def _any_number(key: str) -> Change:
    """A gang as a batch job, which is done by any number of replicas: whatever holds a gang of some size holds it."""

    def changed(demand: Demand) -> Demand:
        job = demand.workloads.get(key)
        if not isinstance(job, TrainingJob):
            return demand
        batch = BatchJob.model_construct(kind=WorkloadKind.BATCH, max_parallel=MOST_WORKERS)
        same = {name: getattr(job, name) for name in TrainingJob.model_fields if name not in ("kind", "workers")}
        batch = batch.model_copy(update=same)
        return demand.model_copy(update={"workloads": {**demand.workloads, key: batch}})

    return changed


def _variant_wishes(key: str, name: str, variant: Variant, types: Types) -> Iterator[Wish]:
    path = f"workloads.{key}.variants.{name}"

    def to(field: str) -> Callable[[int], Change]:
        return lambda value: with_variant(key, name, **{field: value})

    if variant.machines:
        left_out = [each for each in types(variant) if not matches(each, variant.machines)][:_MOST_TYPES]
        others = [
            (f"{path}.machines: add {each} would do", with_variant(key, name, machines=(*variant.machines, each)))
            for each in left_out
        ]
        yield Wish(
            f"{path}.machines: {', '.join(variant.machines)}", with_variant(key, name, machines=()), others=others
        )
    if variant.accelerator is not None:
        wanted = variant.accelerator
        words = f"{path}.accelerator.model: {wanted.model}"
        yield Wish(words, with_variant(key, name, accelerator=None), is_fact=True)
        if wanted.count > 1:

            def devices(count: int) -> Change:
                return lambda demand: _with_devices(demand, key, name, count)

            figures = Figures(wanted.count, 1, devices, str)
            yield Wish(f"{path}.accelerator.count: {wanted.count}", devices(1), figures, is_fact=True)
    for field, least, words in _REQUESTS:
        asked: int = getattr(variant, field)
        if asked > least:
            figures = Figures(asked, least, to(field), words)
            yield Wish(f"{path}.{field}: {words(asked)}", to(field)(least), figures, is_fact=True)
    for other in Architecture:
        if other is not variant.architecture:
            change = with_variant(key, name, architecture=other)
            yield Wish(
                f"{path}.architecture: {variant.architecture}",
                with_twin(key, name, other),
                others=((f"{path}.architecture: {other} would do", change),),
                is_fact=True,
            )


_REQUESTS: tuple[tuple[str, int, Callable[[int], str]], ...] = (
    ("cpu", 1, format_cpu),
    ("memory", 1, format_memory_mib),
    ("disk", 0, format_gib),
    ("network_mbps", 0, str),
)
"""Fields of a request, the least that may stand there, and how it is written."""


def _with_devices(demand: Demand, key: str, name: str, count: int) -> Demand:
    workload = demand.workloads.get(key)
    accelerator = workload.variants[name].accelerator if workload is not None else None
    if accelerator is None:
        return demand
    return with_variant(key, name, accelerator=accelerator.model_copy(update={"count": count}))(demand)


def _field(key: str, name: str) -> Callable[[int], Change]:
    return lambda value: with_workload(key, {name: value})


def _hundredths(key: str, name: str) -> Callable[[int], Change]:
    return lambda value: with_workload(key, {name: value / _PERCENT})


def _shown_hundredths(value: int) -> str:
    return f"{value / _PERCENT:g}"
