"""Loads: how many replicas of each variant run in an hour, and on which machines they are put.

The machines of an hour hold more slots than the hour needs. Replicas are taken away from full machines, slowest
variant first, as long as every promise still holds: capacity, floor, what is left after the loss of a zone, where a
variant keeps at most as many replicas as the surviving slots, and what does not rest on spot, where a variant keeps at
most as many as its on-demand slots. What is left goes to on-demand groups first and is spread evenly over the machines
of each group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from solver.model.compute.needs import Needs, ServiceNeed
from solver.model.compute.rows import surviving


@dataclass(frozen=True)
class RunningGroup:
    """A node group in one hour."""

    key: str
    slots: tuple[int, ...]
    """By runnable variant."""
    machines: int
    zones: int
    on_demand: bool


def replicas_needed(needs: Needs, hour: int, groups: Sequence[RunningGroup]) -> dict[int, int]:
    """Replicas of each runnable variant that run, at most its slots."""
    found: dict[int, int] = {}
    for service in needs.services:
        full = {variant: sum(group.slots[variant] * group.machines for group in groups) for variant in service.variants}
        left = {
            variant: sum(
                group.slots[variant] * surviving(group.machines, group.zones) for group in groups if group.machines
            )
            for variant in service.variants
        }
        steady = {
            variant: sum(group.slots[variant] * group.machines for group in groups if group.on_demand)
            for variant in service.variants
        }
        running = {variant: count for variant, count in full.items() if count}
        for variant in sorted(running, key=lambda each: (needs.runnables[each].capacity, needs.runnables[each].key)):
            least, most = 0, running[variant]
            while least < most:
                middle = (least + most) // 2
                if _holds(needs, service, hour, running | {variant: middle}, left, steady):
                    most = middle
                else:
                    least = middle + 1
            running[variant] = least
        found |= {variant: count for variant, count in running.items() if count}
    return dict(sorted(found.items()))


def _holds(
    needs: Needs,
    service: ServiceNeed,
    hour: int,
    running: Mapping[int, int],
    left: Mapping[int, int],
    steady: Mapping[int, int],
) -> bool:
    capacity = {variant: needs.runnables[variant].capacity for variant in running}
    if sum(running.values()) < service.service.replicas.min:
        return False
    if sum(capacity[variant] * count for variant, count in running.items()) < service.needed[hour]:
        return False
    off_spot = sum(capacity[variant] * min(count, steady[variant]) for variant, count in running.items())
    if off_spot < service.needed[hour] * (1 - service.spot_share):
        return False
    if not service.survives_zone:
        return True
    kept = sum(capacity[variant] * min(count, left[variant]) for variant, count in running.items())
    return kept >= service.load[hour]


def spread(replicas: Mapping[int, int], groups: Sequence[RunningGroup]) -> dict[str, dict[int, int]]:
    """Replicas of each variant in each group: on-demand groups first, each filled in proportion to its slots."""
    found: dict[str, dict[int, int]] = {group.key: {} for group in groups}
    for variant, count in replicas.items():
        rest = count
        for on_demand in (True, False):
            members = [
                group for group in groups if group.on_demand is on_demand and group.slots[variant] * group.machines
            ]
            room = {group.key: group.slots[variant] * group.machines for group in members}
            here = min(rest, sum(room.values()))
            for key, share in _shares(here, room).items():
                if share:
                    found[key][variant] = share
            rest -= here
    return found


def _shares(count: int, room: Mapping[str, int]) -> dict[str, int]:
    """Whole parts of `count` in proportion to the room, none above it; larger remainders are rounded up first."""
    total = sum(room.values())
    if total == 0:
        return {}
    parts = {key: count * size // total for key, size in room.items()}
    order = sorted(room, key=lambda key: (-(count * room[key] % total), key))
    for key in order[: count - sum(parts.values())]:
        parts[key] += 1
    return parts


def placement(group: RunningGroup, replicas: Mapping[int, int]) -> list[tuple[int, dict[int, int]]]:
    """Equal machines and the replicas on each: every variant as even as whole numbers allow."""
    ends = sorted({0, group.machines, *(count % group.machines for count in replicas.values())})
    found: list[tuple[int, dict[int, int]]] = []
    for first, last in pairwise(ends):
        each = {
            variant: count // group.machines + (first < count % group.machines) for variant, count in replicas.items()
        }
        found.append((last - first, {variant: count for variant, count in each.items() if count}))
    return found
