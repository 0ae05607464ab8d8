"""Together: whether as few node groups as allowed can hold the services of a site, told without planning them.

A node group is a machine type with one filling. It serves a set of services only where one machine of the type holds a
replica of each of them at once. Where the services can't be divided into as many such sets as there may be node groups,
there is no plan, whatever the quotas. The other way round it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.compute.needs import Needs, ServiceNeed, needs_of
from solver.model.compute.replicas import usable_variants
from solver.model.compute.supply import Market, capacity, market_of, request, undivided
from solver.model.conflict.alone import Alone
from solver.model.surcharge import Surcharge
from solver.model.zones import zones_of

_MOST_STEPS = 100_000
"""Replicas that are put on machines, and sets that are tried, before the question is left open."""


@dataclass
class Together:
    """Answers about one site."""

    alone: Alone

    def too_few_groups(self, demand: Demand) -> bool:
        """Whether `limits.node_groups` is certainly too few; False where it is enough, or can't be told."""
        try:
            zones = zones_of(demand, self.alone.site, self.alone.catalog)
        except InfeasibleError:
            return False
        needs = needs_of(demand, self.alone.site)
        asking = [each for each in needs.services if max(each.needed) > 0 or each.service.replicas.min > 0]
        if len(asking) <= demand.limits.node_groups:
            return False
        market = market_of(demand, demand.aws_sites[self.alone.site], zones, Surcharge(), services=True)
        try:
            sets = self._sets(needs, asking, market)
            return not _covered(frozenset(each.number for each in asking), sets, demand.limits.node_groups, _Steps())
        except _TooManyError:
            return False

    def _sets(self, needs: Needs, asking: Sequence[ServiceNeed], market: Market) -> list[frozenset[int]]:
        """Sets of services of which some machine holds a replica each; sets within another one are left out."""
        machines: set[tuple[_Room, _Ways]] = set()
        usable = {each.number: usable_variants(needs, each) for each in asking}
        held_by = {
            number: self.alone.fitting(needs.runnables[number].variant, market)
            for numbers in usable.values()
            for number in numbers
        }
        for place, machine in enumerate(self.alone.machines(market)):
            ways = tuple(
                (service.number, requests)
                for service in asking
                if not service.survives_zone or len(machine.zones) > 1
                if (
                    requests := tuple(
                        tuple(request(variant, undivided=undivided(variant, machine)).tolist())
                        for number in usable[service.number]
                        if place in held_by[number]
                        for variant in (needs.runnables[number].variant,)
                    )
                )
            )
            if ways:
                machines.add((tuple(capacity(machine, market).tolist()), ways))
        steps = _Steps()
        found: list[frozenset[int]] = []
        # The largest first, since what they hold is not looked for again.
        for room, ways in sorted(machines, key=lambda each: (-len(each[1]), [-has for has in each[0]], each[1])):
            for held in _held(needs, room, ways, frozenset(), found, steps):
                found[:] = [*(known for known in found if not known <= held), held]
        return found


class _TooManyError(Exception):
    """The question is left open."""


@dataclass
class _Steps:
    """Work that was done."""

    done: int = 0

    def one_more(self) -> None:
        self.done += 1
        if self.done > _MOST_STEPS:
            raise _TooManyError


_Room = tuple[int, ...]
_Ways = tuple[tuple[int, tuple[_Room, ...]], ...]


def _held(
    needs: Needs, room: _Room, ways: _Ways, chosen: frozenset[int], known: Sequence[frozenset[int]], steps: _Steps
) -> Iterator[frozenset[int]]:
    """Sets of services with a replica each in a machine's room, those chosen and more, that are within no known one."""
    steps.one_more()
    most = chosen.union(service for service, _ in ways)
    if any(most <= each for each in known):
        return
    if not ways:
        yield chosen
        return
    (service, requests), rest = ways[0], ways[1:]
    if not needs.strangers[service] & chosen:
        for asked in requests:
            left = tuple(has - wanted for has, wanted in zip(room, asked, strict=True))
            if min(left) >= 0:
                yield from _held(needs, left, rest, chosen | {service}, known, steps)
    yield from _held(needs, room, rest, chosen, known, steps)


def _covered(wanted: frozenset[int], sets: Sequence[frozenset[int]], most: int, steps: _Steps) -> bool:
    """Whether at most so many of the sets have all that is wanted."""
    steps.one_more()
    if not wanted:
        return True
    if most == 0:
        return False
    hardest = min(wanted, key=lambda service: (sum(service in each for each in sets), service))
    return any(_covered(wanted - each, sets, most - 1, steps) for each in sets if hardest in each)
