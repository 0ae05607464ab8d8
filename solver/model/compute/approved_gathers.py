"""Approved gathers: those of the approved plan, as they may be had again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solver.model.compute.gather_choices import parted, whole
from solver.model.compute.gathers import Gather
from solver.model.compute.hourly import Floats, Hourly
from solver.model.compute.site_search import Site
from solver.plan.compute import ComputePlan
from solver.plan.sharing import shared_machines
from solver.vocabulary import PurchaseOption


@dataclass(frozen=True)
class Before:
    """A gather of the approved plan."""

    services: frozenset[int]
    """By number."""
    machine_type: str
    """That of the machines that have most of its units."""
    spot: bool
    """Whether these are spot machines."""


def approved_gathers(site: Site, approved: ComputePlan) -> list[Before]:
    """The approved gathers: groups of one purchase option that share services are of one gather."""
    numbers = {runnable.name: runnable.service for runnable in site.needs.runnables}
    found: list[Before] = []
    shared = [group for group in approved.node_groups if group.shared is not None and group.slots]
    for group in sorted(shared, key=lambda each: (-shared_machines(each, 0).units_of_week, each.key)):
        services = frozenset(numbers[name] for name in group.slots if name in numbers)
        spot = group.purchase is PurchaseOption.SPOT
        mine = next((place for place, each in enumerate(found) if each.spot is spot and each.services & services), None)
        if mine is None:
            found.append(Before(services, group.machine_types[0], spot))
        else:
            found[mine] = Before(found[mine].services | services, found[mine].machine_type, spot)
    return found


def gathered_again(hourly: Hourly, usd_per_hour: Floats, before: Sequence[Before]) -> list[Gather]:
    """Gathers of the same services as far as they may still be gathered, with others that have become like them.

    Services on shared spot machines have their interruptible part there; others that may be interrupted join them with
    theirs, where there are such machines.
    """
    on_spot = frozenset[int]().union(*(each.services for each in before if each.spot))
    taken = frozenset[int]().union(*(each.services for each in before))
    services = hourly.needs.services
    others = [each.number for each in services if each.number not in taken]
    steady = [number for number in others if services[number].spot_share == 0]
    more = [number for number in others if services[number].spot_share > 0] if on_spot else []
    split = [each.number for each in services if each.number in {*on_spot, *more} and each.spot_share > 0]
    mine, theirs = (
        [(sorted(each.services), each.machine_type) for each in before if each.spot is spot] for spot in (False, True)
    )
    while split:
        way = parted(hourly, usd_per_hour, split)
        if way is None or way.spot is None:
            break
        split = sorted(way.spot.clusters.split)
        joining = [number for number in more if number in split]
        found = way.on_demand.again(mine, [*steady, *joining])
        on_machines = way.spot.again(theirs, joining)
        kept = [
            number
            for number in split
            if _holds(on_machines, number) and (_holds(found, number) or way.on_demand.clusters.has_none_of(number))
        ]
        if kept == split:
            return [*found, *on_machines]
        split = kept
    return whole(hourly, usd_per_hour).again(mine, steady)


def _holds(gathers: Sequence[Gather], number: int) -> bool:
    return any(member.service == number for gather in gathers for member in gather.members)
