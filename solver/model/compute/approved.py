"""Approved: the node groups of the approved plan as columns of today's problem.

A search drops what another machine replaces at today's prices, and lists full machines only. What is approved may be
neither, and still hold: so its machines are looked up among all that is for sale, and its patterns are added.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solver.model.compute.columns import Columns, Fixed, with_machines, with_patterns
from solver.model.compute.needs import Needs
from solver.model.compute.neighbours import companies
from solver.model.compute.patterns import Pattern
from solver.model.compute.spot_machines import spot_machine
from solver.model.compute.supply import Machine, Market
from solver.plan.compute import ComputePlan, NodeGroup
from solver.vocabulary import PurchaseOption

_Name = tuple[tuple[str, ...], PurchaseOption, tuple[str, ...]]


@dataclass(frozen=True)
class Approved:
    """What of an approved plan can still be had."""

    plan: ComputePlan
    columns: Columns
    """Those of the search, and after them the approved ones that it did not have."""
    weeks: Mapping[int, tuple[int, ...]]
    """Machines of each approved column in the 168 hours."""


def approved_columns(
    plan: ComputePlan,
    needs: Needs,
    columns: Columns,
    on_sale: Sequence[Machine],
    market: Market,
    fixed: Fixed,
    *,
    spot: bool,
    pattern_of: Callable[[NodeGroup], Pattern] | None = None,
) -> Approved:
    """The approved groups that still fit: each machine is for sale, and has as many of its replicas as it still holds.

    `on_sale` are all on-demand machines; `spot` says whether spot machines may be bought. Replicas of what the demand
    no longer has are left out of a group; where it keeps apart services that share one, the company
    with most replicas stays. `pattern_of` says what a group holds of each runnable variant: its slots of that name, by
    default.
    """
    wanted: list[tuple[NodeGroup, _Name, Pattern]] = []
    known = {_name(machine): machine for machine in columns.machines}
    new: list[Machine] = []
    names = [each.name for each in needs.runnables]
    for group in plan.node_groups:
        slots = tuple(group.slots.get(name, 0) for name in names) if pattern_of is None else pattern_of(group)
        if group.runtime != "ecs" or not any(slots):
            continue
        if group.purchase is PurchaseOption.SPOT and not (spot and _may_be_interrupted(needs, group, slots)):
            continue
        name = (group.machine_types, group.purchase, group.zones)
        if name not in known:
            machine = machine_again(group, on_sale)
            if machine is None:
                continue
            known[name] = machine
            new.append(machine)
        wanted.append((group, name, _allowed(needs, slots)))
    more = with_machines(columns, needs, market, fixed, new)
    numbers = {_name(machine): number for number, machine in enumerate(more.machines)}
    held = [(group, numbers[name], slots) for group, name, slots in wanted]
    grown = _grown(plan, needs)
    held = [(group, number, _fitting(more, number, slots, grown)) for group, number, slots in held]
    held = [each for each in held if any(each[2]) and needs.may_hold(each[2])]
    more, placed = with_patterns(more, [(number, slots) for _, number, slots in held])
    weeks: dict[int, tuple[int, ...]] = {}
    for column, (group, _, _) in zip(placed, held, strict=True):
        week = group.machines.hourly()
        weeks[column] = tuple(a + b for a, b in zip(weeks.get(column, (0,) * len(week)), week, strict=True))
    return Approved(plan, more, weeks)


def _allowed(needs: Needs, slots: Pattern) -> Pattern:
    """The slots, or where some of them may not be together any more those of the company with most replicas."""
    held = {needs.runnables[variant].service for variant, count in enumerate(slots) if count}
    left = [
        tuple(count if each.service in mine else 0 for count, each in zip(slots, needs.runnables, strict=True))
        for mine in companies(needs.strangers, held) or [held]
    ]
    return max(left, key=sum)


def _name(machine: Machine) -> _Name:
    return (machine.types, machine.purchase, machine.zones)


def _may_be_interrupted(needs: Needs, group: NodeGroup, slots: Pattern) -> bool:
    """Whether all services of a spot group may, and it draws on as many pools (type × zone) as they ask for."""
    held = {needs.runnables[variant].service for variant, count in enumerate(slots) if count}
    services = [needs.services[number] for number in sorted(held)]
    pools = max(each.service.spot_pools for each in services)
    return all(each.spot_share > 0 for each in services) and len(group.machine_types) * len(group.zones) >= pools


def machine_again(group: NodeGroup, on_sale: Sequence[Machine]) -> Machine | None:
    """The machine of an approved group at today's prices; None when it is not for sale as it was."""
    by_name = {machine.machine.name: machine for machine in on_sale}
    types = [by_name[name] for name in group.machine_types if name in by_name]
    if len(types) < len(group.machine_types) or not all(set(group.zones) <= set(each.zones) for each in types):
        return None
    if group.purchase is PurchaseOption.SPOT:
        return spot_machine(types, group.zones)
    return types[0] if types[0].zones == group.zones else None


def _fits(columns: Columns, machine: int, slots: Pattern) -> bool:
    held = np.array(slots, dtype=np.int64)
    if bool((held[~columns.fitting[machine]] > 0).any()):
        return False
    return bool((held @ columns.requests[machine] <= columns.room[machine]).all())


def _grown(plan: ComputePlan, needs: Needs) -> frozenset[int]:
    """Numbers of the variants whose replicas are larger than the approved ones."""
    before = {
        f"{service.key}.{variant.key}": (variant.cpu_millis, variant.memory_mib)
        for service in plan.services
        for variant in service.variants
    }
    found: set[int] = set()
    for number, each in enumerate(needs.runnables):
        cpu, memory = before.get(each.name, (each.variant.cpu, each.variant.memory))
        if each.variant.cpu > cpu or each.variant.memory > memory:
            found.add(number)
    return frozenset(found)


def _fitting(columns: Columns, machine: int, slots: Pattern, grown: Collection[int]) -> Pattern:
    """The replicas; where they no longer fit together, those that grew leave one by one, then the most numerous."""
    left = [count if columns.fitting[machine, variant] else 0 for variant, count in enumerate(slots)]
    while any(left) and not _fits(columns, machine, tuple(left)):
        leaving = [variant for variant in sorted(grown) if left[variant]] or range(len(left))
        left[max(leaving, key=lambda variant: left[variant])] -= 1
    return tuple(left)
