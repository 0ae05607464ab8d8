"""Shares: how many of a variant's replicas each of its node groups holds, hour by hour.

A lock has replicas by variant and machines by group. Where a variant has several groups, its replicas go to on-demand
groups first, so that no more than the interruptible share rests on spot; each is filled in proportion to its slots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from solver.plan.compute import ComputePlan, NodeGroup, VariantPlan
from solver.plan.schedule import WeekSchedule, week_schedule
from solver.vocabulary import PurchaseOption


@dataclass(frozen=True)
class Held:
    """A variant's replicas on one of its node groups."""

    group: NodeGroup
    replicas: WeekSchedule
    """By hour: the floor that the schedule sets."""
    most: int
    """Ceiling for autoscaling; those of all its groups are together the variant's, or its highest hours."""
    is_first: bool
    """The first of the variant's groups: that which held most in the peak hour when the variant was approved first."""


def held_replicas(compute: ComputePlan, service: str, variant: VariantPlan) -> tuple[Held, ...]:
    """A variant's replicas on each of its groups, in the order that the variant has them."""
    by_key = {group.key: group for group in compute.node_groups}
    if len(variant.node_groups) == 1:
        most = max(variant.max_replicas, variant.replicas.high)
        return (Held(by_key[variant.node_groups[0]], variant.replicas, most, is_first=True),)
    weeks = replicas_by_group(compute, service, variant)
    slot = f"{service}.{variant.key}"
    peaks = {key: max(week) for key, week in weeks.items()}
    spare = {key: max(0, by_key[key].max_machines * by_key[key].slots.get(slot, 0) - peaks[key]) for key in weeks}
    more = min(sum(spare.values()), max(0, variant.max_replicas - sum(peaks.values())))
    extra = _in_proportion(more, {key: room for key, room in spare.items() if room})
    return tuple(
        Held(by_key[key], week_schedule(week), peaks[key] + extra.get(key, 0), is_first=place == 0)
        for place, (key, week) in enumerate(weeks.items())
    )


def replicas_by_group(compute: ComputePlan, service: str, variant: VariantPlan) -> dict[str, tuple[int, ...]]:
    """168 numbers of replicas for each group of the variant, in the order of the groups' keys in the variant.

    Their sum in an hour is the variant's replicas, or all slots of the hour's machines where these are fewer.
    """
    slot = f"{service}.{variant.key}"
    by_key = {group.key: group for group in compute.node_groups}
    groups = [by_key[key] for key in variant.node_groups]
    machines = {group.key: group.machines.hourly() for group in groups}
    found: dict[str, list[int]] = {group.key: [] for group in groups}
    for hour, count in enumerate(variant.replicas.hourly()):
        here = _in_hour(groups, {key: week[hour] for key, week in machines.items()}, slot, count)
        for key, shares in found.items():
            shares.append(here.get(key, 0))
    return {key: tuple(shares) for key, shares in found.items()}


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
