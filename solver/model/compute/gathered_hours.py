"""Gathered hours: the replicas of a gather's services in one hour, and the machines on which they are put."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from solver.model.compute.gathers import Gather
from solver.model.compute.kept_replicas import approved_number, approved_parts, approved_replicas
from solver.model.compute.needs import Needs
from solver.plan.compute import ComputePlan
from solver.plan.sharing import SharedMachines, filled, have_even_room, have_room


def gathered_replicas(
    needs: Needs,
    gather: Gather,
    hour: int,
    groups: Sequence[SharedMachines],
    weeks: Mapping[int, Sequence[int]],
    most: Mapping[int, int],
) -> dict[str, dict[int, int]]:
    """By node group and runnable variant: what must run in an hour class, or what is approved where it has room.

    `weeks` has what is approved, and `most` what may run here.
    """
    survives = any(needs.services[member.service].survives_zone for member in gather.members)
    has_room = have_even_room if survives else have_room
    units = {member.variant: member.units for member in gather.members}
    found = {member.variant: member.replicas[hour] for member in gather.members}
    for variant in units:
        kept = approved_number(needs, hour, weeks.get(variant)) or 0
        more = found | {variant: kept}
        if found[variant] < kept <= most[variant] and has_room(groups, [(units[each], n) for each, n in more.items()]):
            found = more
    name_of = {variant: needs.runnables[variant].name for variant in found}
    number_of = {name: variant for variant, name in name_of.items()}
    shares = filled(
        groups,
        {name_of[variant]: count for variant, count in found.items() if count},
        {name_of[variant]: each for variant, each in units.items()},
    )
    return {key: {number_of[name]: count for name, count in mine.items()} for key, mine in shares.items()}


def approved_here(
    needs: Needs, gather: Gather, gathers: Sequence[Gather], approved: ComputePlan | None
) -> dict[int, tuple[int, ...]]:
    """By runnable variant, the approved replicas of a gather's services in the 168 hours: of those that have a part in
    another gather too, the approved part."""
    every = approved_replicas(needs, approved)
    parts = approved_parts(needs, approved, spot=gather.spot)
    found: dict[int, tuple[int, ...]] = {}
    for member in gather.members:
        of = parts if any(_has(other, member.variant) for other in gathers if other is not gather) else every
        if member.variant in of:
            found[member.variant] = of[member.variant]
    return found


def most_here(
    needs: Needs, gather: Gather, hour: int, here: Mapping[int, int], others: Sequence[Gather]
) -> dict[int, int]:
    """By runnable variant, the most replicas that a gather's services may have in an hour class, beside those that they
    have elsewhere already and must have in other gathers."""
    beside = {each.variant: each.replicas[hour] for other in others for each in other.members}
    return {
        member.variant: needs.services[member.service].service.replicas.max
        - here.get(member.variant, 0)
        - beside.get(member.variant, 0)
        for member in gather.members
    }


def _has(gather: Gather, variant: int) -> bool:
    return any(member.variant == variant for member in gather.members)


def gathered_placement(
    group: SharedMachines, replicas: Mapping[int, int], units: Mapping[int, int]
) -> list[tuple[int, dict[int, int]]]:
    """Equal machines and the replicas on each: every service even over the zones, full machines in each zone.

    Without a service that must survive the loss of a zone there may be fewer machines than that takes: then full
    machines, wherever they are. `units` are those of a replica.
    """
    in_a_zone = sum(units[variant] * -(-count // group.zones) for variant, count in replicas.items())
    # The last replica may take a part more than is planned.
    even = in_a_zone < group.units_in_a_zone(group.zones) + max(units.values())
    zones = group.zones if even else 1
    contents: list[dict[int, int]] = []
    for zone in range(zones):
        here = {variant: count // zones + (zone < count % zones) for variant, count in replicas.items()}
        contents += _full(here, group.machines // zones + (zone < group.machines % zones), group.units, units)
    merged: dict[tuple[tuple[int, int], ...], int] = {}
    for content in contents:
        key = tuple(sorted(content.items()))
        merged[key] = merged.get(key, 0) + 1
    return [(count, dict(content)) for content, count in merged.items()]


def _full(
    replicas: Mapping[int, int], machines: int, units_of_machine: int, units: Mapping[int, int]
) -> list[dict[int, int]]:
    """What each machine holds when the largest replicas come first, each on the first machine with room for it."""
    found: list[dict[int, int]] = [{} for _ in range(machines)]
    free = [units_of_machine] * machines
    for variant, count in sorted(replicas.items(), key=lambda each: (-units[each[0]], each[0])):
        left = count
        for place in range(machines):
            taken = min(left, free[place] // units[variant])
            if taken:
                found[place][variant] = taken
            free[place] -= taken * units[variant]
            left -= taken
        assert not left, "whatever order replicas come in, a gather's machines have room for them"
    return found
