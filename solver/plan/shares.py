"""Shares: how many of a variant's replicas each of its node groups holds, hour by hour.

A lock has replicas by variant and machines by group. Where a variant has several groups, its replicas go to on-demand
groups first, so that no more than the interruptible share rests on spot; each is filled in proportion to its slots.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from solver.plan.compute import ComputePlan, NodeGroup, VariantPlan
from solver.plan.schedule import WeekSchedule, week_schedule
from solver.plan.sharing import Shared, filled, shared_machines
from solver.quantity import HOURS_PER_WEEK
from solver.vocabulary import PurchaseOption


@dataclass(frozen=True)
class Held:
    """A variant's replicas on one of its node groups."""

    group: NodeGroup
    replicas: WeekSchedule
    """By hour: the floor that the schedule sets."""
    most: int
    """Ceiling for autoscaling; those of all its groups are together the variant's, or its highest hours."""
    places: int
    """Replicas for which the group's ceiling has room."""
    is_first: bool
    """The first of the variant's groups: that which held most in the peak hour when the variant was approved first."""


def held_replicas(compute: ComputePlan, service: str, variant: VariantPlan) -> tuple[Held, ...]:
    """A variant's replicas on each of its groups, in the order that the variant has them."""
    by_key = {group.key: group for group in compute.node_groups}
    if len(variant.node_groups) == 1:
        most = max(variant.max_replicas, variant.replicas.high)
        group = by_key[variant.node_groups[0]]
        places = places_at_most(compute, group, f"{service}.{variant.key}")
        return (Held(group, variant.replicas, most, places, is_first=True),)
    weeks = replicas_by_group(compute, service, variant)
    slot = f"{service}.{variant.key}"
    places = {key: places_at_most(compute, by_key[key], slot) for key in weeks}
    peaks = {key: max(week) for key, week in weeks.items()}
    spare = {key: max(0, places[key] - peaks[key]) for key in weeks}
    more = min(sum(spare.values()), max(0, variant.max_replicas - sum(peaks.values())))
    extra = _in_proportion(more, {key: room for key, room in spare.items() if room})
    return tuple(
        Held(by_key[key], week_schedule(week), peaks[key] + extra.get(key, 0), places[key], is_first=place == 0)
        for place, (key, week) in enumerate(weeks.items())
    )


def replicas_by_group(compute: ComputePlan, service: str, variant: VariantPlan) -> dict[str, tuple[int, ...]]:
    """168 numbers of replicas for each group of the variant, in the order of the groups' keys in the variant.

    Their sum in an hour is the variant's replicas, or all slots of the hour's machines where these are fewer.
    """
    slot = f"{service}.{variant.key}"
    by_key = {group.key: group for group in compute.node_groups}
    groups = [by_key[key] for key in variant.node_groups]
    if any(group.shared is not None for group in groups):
        weeks = _weeks_of_pool(compute, variant.node_groups)
        return {group.key: weeks[group.key][slot] for group in groups}
    machines = {group.key: group.machines.hourly() for group in groups}
    found: dict[str, list[int]] = {group.key: [] for group in groups}
    for hour, count in enumerate(variant.replicas.hourly()):
        here = _in_hour(groups, {key: week[hour] for key, week in machines.items()}, slot, count)
        for key, shares in found.items():
            shares.append(here.get(key, 0))
    return {key: tuple(shares) for key, shares in found.items()}


def sharing(compute: ComputePlan, group: NodeGroup) -> dict[str, tuple[int, ...]]:
    """`workload.variant` → 168 numbers of replicas, of all services that share a group's slots."""
    weeks = _weeks_of_pool(compute, {group.key})
    return {slot: week for slot, week in weeks[group.key].items() if slot in group.slots}


def places_at_most(compute: ComputePlan, group: NodeGroup, name: str) -> int:
    """Replicas of a variant for which a group's ceiling has room, beside the highest hours of those it shares with."""
    if group.shared is None:
        return group.max_machines * group.slots.get(name, 0)
    peaks = {slot: max(week) for slot, week in sharing(compute, group).items()}
    return Shared(shared_machines(group, 0), peaks, group.shared.each).places_for(name, group.max_machines)


def _weeks_of_pool(compute: ComputePlan, keys: Collection[str]) -> dict[str, dict[str, tuple[int, ...]]]:
    """Group → `workload.variant` → replicas by hour, for groups with shared slots and all whose services they share.

    What a service has on spot machines shares these, and what it has on demand the others.
    """
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for purchase in (PurchaseOption.ON_DEMAND, PurchaseOption.SPOT):
        there = {group.key: group for group in compute.node_groups if group.purchase is purchase}
        allowed = {
            f"{service.key}.{variant.key}": (
                [key for key in variant.node_groups if key in there],
                _replicas_on(variant, purchase),
            )
            for service in compute.services
            for variant in service.variants
        }
        pool = set(keys) & there.keys()
        while more := {key for groups, _ in allowed.values() if pool & set(groups) for key in groups} - pool:
            pool |= more
        members = {slot: each for slot, each in allowed.items() if pool & set(each[0])}
        found |= _filled_weeks([group for key, group in there.items() if key in pool], members)
    return found


def _replicas_on(variant: VariantPlan, purchase: PurchaseOption) -> tuple[int, ...]:
    """A week's replicas on shared machines that are bought so."""
    every = variant.replicas.hourly()
    spot = (0,) * HOURS_PER_WEEK if variant.spot_replicas is None else variant.spot_replicas.hourly()
    if purchase is PurchaseOption.SPOT:
        return spot
    return tuple(count - less for count, less in zip(every, spot, strict=True))


def _filled_weeks(
    groups: Sequence[NodeGroup], members: Mapping[str, tuple[Collection[str], Sequence[int]]]
) -> dict[str, dict[str, tuple[int, ...]]]:
    """The groups of a pool and their replicas, of services with their groups and replicas."""
    machines = [group.machines.hourly() for group in groups]
    units = {slot: each for group in groups if group.shared is not None for slot, each in group.shared.each.items()}
    hours_of: dict[tuple[tuple[int, ...], tuple[int, ...]], list[int]] = {}
    for hour in range(HOURS_PER_WEEK):
        state = (tuple(week[hour] for _, week in members.values()), tuple(week[hour] for week in machines))
        hours_of.setdefault(state, []).append(hour)
    found = {group.key: {slot: [0] * HOURS_PER_WEEK for slot in members} for group in groups}
    for hours in hours_of.values():
        here = {slot: week[hours[0]] for slot, (_, week) in members.items() if week[hours[0]]}
        places = [shared_machines(group, hours[0]) for group in groups]
        for key, mine in filled(places, here, units, {slot: keys for slot, (keys, _) in members.items()}).items():
            for slot, count in mine.items():
                for hour in hours:
                    found[key][slot][hour] = count
    return {key: {slot: tuple(week) for slot, week in mine.items()} for key, mine in found.items()}


def _in_hour(groups: list[NodeGroup], machines: Mapping[str, int], slot: str, count: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for purchase in (PurchaseOption.ON_DEMAND, PurchaseOption.SPOT):
        room = {
            group.key: group.slots.get(slot, 0) * machines[group.key] for group in groups if group.purchase is purchase
        }
        here = min(count, sum(room.values()))
        found |= _in_proportion(here, {key: size for key, size in room.items() if size})
        count -= here
    return found


def _in_proportion(count: int, room: Mapping[str, int]) -> dict[str, int]:
    """Whole parts of `count`, none above its room; larger remainders are rounded up first, then by key."""
    total = sum(room.values())
    if not total:
        return {}
    parts = {key: count * size // total for key, size in room.items()}
    order = sorted(room, key=lambda key: (-(count * room[key] % total), key))
    for key in order[: count - sum(parts.values())]:
        parts[key] += 1
    return parts
