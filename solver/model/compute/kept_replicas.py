"""Kept replicas: the approved numbers of replicas stay where they are enough, and the machines have room for them.

Machines cost money, replicas on them don't: a service whose load fell by a little needs a replica less in most hours,
and each hour in which its number changes is a resource of the cloud. So an hour keeps its approved number while that is
at least what is needed and at most what the hour's machines hold. Services whose replicas have volumes of their own are
left out: there each replica costs money.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from solver.model.compute.loads import RunningGroup
from solver.model.compute.needs import Needs
from solver.plan.compute import ComputePlan


def approved_replicas(needs: Needs, approved: ComputePlan | None) -> dict[int, tuple[int, ...]]:
    """By number of a runnable variant, the approved replicas in the 168 hours."""
    if approved is None:
        return {}
    weeks = {
        f"{service.key}.{variant.key}": variant.replicas.hourly()
        for service in approved.services
        for variant in service.variants
    }
    return {number: weeks[each.name] for number, each in enumerate(needs.runnables) if each.name in weeks}


def approved_parts(needs: Needs, approved: ComputePlan | None, *, spot: bool) -> dict[int, tuple[int, ...]]:
    """The same of what is on shared spot machines, or of the rest, of variants that have a part there."""
    if approved is None:
        return {}
    weeks: dict[str, tuple[int, ...]] = {}
    for service in approved.services:
        for variant in service.variants:
            if variant.spot_replicas is not None:
                part, every = variant.spot_replicas.hourly(), variant.replicas.hourly()
                rest = tuple(count - less for count, less in zip(every, part, strict=True))
                weeks[f"{service.key}.{variant.key}"] = part if spot else rest
    return {number: weeks[each.name] for number, each in enumerate(needs.runnables) if each.name in weeks}


def kept_replicas(
    needs: Needs,
    hour: int,
    needed: Mapping[int, int],
    groups: Sequence[RunningGroup],
    weeks: Mapping[int, Sequence[int]],
) -> dict[int, int]:
    """Replicas by runnable variant in an hour class: the approved ones or those that are needed.

    Those of a service are kept together, so that they are never more than it may have.
    """
    found = dict(needed)
    for service in needs.services:
        if service.replica_volumes:
            continue
        mine = {number: count for number, count in needed.items() if number in service.variants}
        kept = {
            number: max(count, _approved(needs, hour, weeks.get(number), groups, number))
            for number, count in mine.items()
        }
        if sum(kept.values()) <= service.service.replicas.max:
            found |= kept
    return found


def approved_number(needs: Needs, hour: int, week: Sequence[int] | None) -> int | None:
    """The approved number of replicas, if it is one number in all hours of the class."""
    before = {week[each] for each in needs.hours[hour].hours} if week is not None else set[int]()
    return before.pop() if len(before) == 1 else None


def _approved(needs: Needs, hour: int, week: Sequence[int] | None, groups: Sequence[RunningGroup], number: int) -> int:
    """The approved number, if it is one number in all hours of the class and the machines hold it; else none."""
    count = approved_number(needs, hour, week) or 0
    return count if count <= sum(group.slots[number] * group.machines for group in groups) else 0
