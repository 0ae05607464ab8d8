"""Drivers: what moved the cost, in words and money; the greatest ones, and what the others come to together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from poolwright.review.review import DRIVERS, Driver
from solver.catalog.catalog import Catalog
from solver.errors import PoolwrightError
from solver.plan.compute import NodeGroup
from solver.plan.lock import Lock
from solver.plan.schedule import format_days
from solver.plan.shares import sharing
from solver.quantity import HOURS_PER_WEEK, cents, format_clock
from solver.vocabulary import PurchaseOption, Weekday

OTHERS = "everything else"
"""The subject of the last one: what is not told one by one."""
_LEAST_SHOWN = 0.005
"""Part by which a load has to differ to be told."""
Loads = Mapping[str, tuple[float, ...]]
"""Service → load of each hour of the week, units a second."""


ListPrice = Callable[[str, str], float]
"""Region and machine type → on-demand price, USD an hour."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of two states of a stack."""

    lock: Lock
    loads: Loads | None
    """None where the demand of that time is not at hand."""


def list_prices(catalog: Catalog) -> ListPrice:
    """Of a type that the tables no longer have, 0."""

    def price(region: str, machine: str) -> float:
        try:
            return catalog.offering(region, machine).on_demand_usd_per_hour or 0.0
        except PoolwrightError:
            return 0.0

    return price


def drivers_of(old: Side | None, new: Side, list_price: ListPrice) -> tuple[Driver, ...]:
    """The greatest differences first; together they are the difference of the two costs, to the cent.

    What a commitment costs is shared by the on-demand machines of its site as their list prices are: it pays for
    whichever of them run.
    """
    before = {} if old is None else _by_subject(old.lock, list_price)
    after = _by_subject(new.lock, list_price)
    moved = {
        subject: change
        for subject in before.keys() | after.keys()
        if (change := cents(after.get(subject, 0.0) - before.get(subject, 0.0)))
    }
    order = sorted(moved, key=lambda subject: (-abs(moved[subject]), subject))
    shown = [
        Driver(subject=subject, text=_words(subject, old, new, before, after), usd_per_month=moved[subject])
        for subject in order[:DRIVERS]
    ]
    whole = cents(new.lock.proof.cost_usd_per_month - (old.lock.proof.cost_usd_per_month if old else 0.0))
    rest = cents(whole - fsum(driver.usd_per_month for driver in shown))
    if len(order) > DRIVERS or rest:
        names = ", ".join(order[DRIVERS : 2 * DRIVERS])
        shown.append(Driver(subject=OTHERS, text=names or "rounding", usd_per_month=rest))
    return tuple(shown)


def _by_subject(lock: Lock, list_price: ListPrice) -> dict[str, float]:
    """The cost by workload, where an item is one workload's or shared by some, and by item elsewhere."""
    several = len(lock.sites) > 1
    found: dict[str, list[float]] = {}
    for pool, items in lock.cost_usd_per_month.items():
        site = pool.partition(" ")[0] if several else next(iter(lock.sites))
        for item, usd in items.items():
            for subject, part in _parts(lock, site, item, list_price).items():
                found.setdefault(subject, []).append(usd * part)
    return {subject: fsum(parts) for subject, parts in found.items()}


def _parts(lock: Lock, site: str, item: str, list_price: ListPrice) -> dict[str, float]:
    """Whom an item is for: parts of 1."""
    kind, _, key = item.partition(" ")
    if kind == "node-group" and site in lock.aws_sites:
        group = next((each for each in lock.aws_sites[site].compute.node_groups if each.key == key), None)
        if group is not None:
            return _parts_of_group(lock, site, group)
    if kind in ("logs", "repository"):
        return {key: 1.0}
    if kind == "commitment" and site in lock.aws_sites:
        return _parts_of_commitment(lock, site, list_price) or {item: 1.0}
    return {item: 1.0}


def _parts_of_commitment(lock: Lock, site: str, list_price: ListPrice) -> dict[str, float]:
    groups = {group.key: group for group in lock.aws_sites[site].compute.node_groups}
    found: dict[str, float] = {}
    for key, share in covered_shares(lock, site, list_price).items():
        for workload, part in _parts_of_group(lock, site, groups[key]).items():
            found[workload] = found.get(workload, 0.0) + part * share
    return found


def covered_shares(lock: Lock, site: str, list_price: ListPrice) -> dict[str, float]:
    """On-demand node group → its part of what a commitment on its site pays for: as its machines' list prices are."""
    plan = lock.aws_sites[site]
    groups = [each for each in plan.compute.node_groups if each.purchase is PurchaseOption.ON_DEMAND]
    worth = [group.machines.mean * list_price(plan.region, group.machine_types[0]) for group in groups]
    whole = fsum(worth)
    return {group.key: usd / whole for group, usd in zip(groups, worth, strict=True) if usd}


def _parts_of_group(lock: Lock, site: str, group: NodeGroup) -> dict[str, float]:
    """By how much of a full machine each workload's replicas ask for, the mean of vCPU and memory."""
    requests = _requests(lock, site)
    known: dict[str, float] = {slot: count for slot, count in group.slots.items() if slot in requests}
    if group.shared is not None:
        # What each has of the machines is what it runs there.
        weeks = {slot: fsum(week) for slot, week in sharing(lock.aws_sites[site].compute, group).items()}
        known = {slot: weeks[slot] for slot in known if weeks.get(slot)}
    cpu = fsum(count * requests[slot][0] for slot, count in known.items())
    memory = fsum(count * requests[slot][1] for slot, count in known.items())
    if not cpu or not memory:
        return {group.key: 1.0}
    found: dict[str, float] = {}
    for slot, count in known.items():
        workload = slot.partition(".")[0]
        part = (count * requests[slot][0] / cpu + count * requests[slot][1] / memory) / 2
        found[workload] = found.get(workload, 0.0) + part
    return found


def _requests(lock: Lock, site: str) -> dict[str, tuple[int, int]]:
    compute = lock.aws_sites[site].compute
    of_services = {
        f"{service.key}.{variant.key}": (variant.cpu_millis, variant.memory_mib)
        for service in compute.services
        for variant in service.variants
    }
    of_jobs = {f"{job.key}.{job.variant.key}": (job.variant.cpu_millis, job.variant.memory_mib) for job in compute.jobs}
    return {**of_services, **of_jobs}


def _words(subject: str, old: Side | None, new: Side, before: Mapping[str, float], after: Mapping[str, float]) -> str:
    if old is None or subject not in before:
        return "new"
    if subject not in after:
        return "gone"
    causes = [*_load_words(subject, old, new), *_machine_words(subject, old.lock, new.lock)]
    if causes:
        return " → ".join(causes)
    if old.lock.inputs.prices != new.lock.inputs.prices:
        return "other prices"
    if old.lock.inputs.discounts != new.lock.inputs.discounts:
        return "other discounts"
    if subject in _workloads(new.lock):
        return "other machines are cheapest together"
    moved = ", ".join(f"{key} {part:+.0%}".replace("%", " %") for key, part in _moved_loads(old, new))
    return f"its use, with the load of {moved}" if moved else "its use"


def _moved_loads(old: Side, new: Side) -> Iterator[tuple[str, float]]:
    """Services whose load is another one, with the greatest difference as a part of what it was."""
    for key in sorted((old.loads or {}).keys() & (new.loads or {}).keys()):
        before, after = (old.loads or {})[key], (new.loads or {})[key]
        hour = _hour_of_change(before, after)
        if before[hour] and abs(after[hour] / before[hour] - 1) >= _LEAST_SHOWN:
            yield key, after[hour] / before[hour] - 1


def _hour_of_change(before: Sequence[float], after: Sequence[float]) -> int:
    """The first hour in which the difference is greatest."""
    return max(range(HOURS_PER_WEEK), key=lambda at: (abs(after[at] - before[at]), -at))


def _load_words(subject: str, old: Side, new: Side) -> Iterator[str]:
    """`load +18 % at mon 20:00`: the hour in which the difference is greatest."""
    if old.loads is None or new.loads is None or subject not in old.loads or subject not in new.loads:
        return
    before, after = old.loads[subject], new.loads[subject]
    hour = _hour_of_change(before, after)
    if before[hour] and abs(after[hour] / before[hour] - 1) >= _LEAST_SHOWN:
        yield f"load {after[hour] / before[hour] - 1:+.0%} at {hour_words(hour)}".replace("%", " %")
    elif not before[hour] and after[hour]:
        yield f"load {after[hour]:,.4g}/s where there was none, at {hour_words(hour)}"


def _machine_words(subject: str, old: Lock, new: Lock) -> Iterator[str]:
    """`2 more g6.xlarge on-demand, 1 less c7g.large spot`: machines at the busiest hour that hold it."""
    before, after = _machines(subject, old), _machines(subject, new)
    moved = [
        f"{abs(change)} {'more' if change > 0 else 'fewer'} {name}"
        for name in sorted(before.keys() | after.keys())
        if (change := after.get(name, 0) - before.get(name, 0))
    ]
    if moved:
        yield ", ".join(moved)


def _machines(subject: str, lock: Lock) -> dict[str, int]:
    found: dict[str, int] = {}
    for site in lock.aws_sites.values():
        for group in site.compute.node_groups:
            if any(slot.partition(".")[0] == subject for slot in group.slots):
                name = f"{group.machine_types[0]} {group.purchase}"
                found[name] = found.get(name, 0) + group.machines.high
    return found


def _workloads(lock: Lock) -> set[str]:
    aws = {each.key for site in lock.aws_sites.values() for each in (*site.compute.services, *site.compute.jobs)}
    return aws | {each.key for site in lock.docker_sites.values() for each in site.services}


def hour_words(hour: int) -> str:
    """`mon 20:00`."""
    return f"{format_days((tuple(Weekday)[hour // 24],))} {format_clock(hour % 24)}"
