"""Single: whether one node group can hold the services of a site, told exactly without planning them.

One node group is machines of one type that all hold the same. So each service needs, on each of n machines, a fixed
number of replicas, the fewer the more machines there are: what holds at the most machines that a quota allows tells
whether any number does. On demand, since a spot group holds nothing that one on demand does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from solver.demand.demand import Demand
from solver.demand.workloads import Service, Variant
from solver.errors import InfeasibleError
from solver.model.compute.needs import Needs, ServiceNeed, needs_of
from solver.model.compute.neighbours import may_share
from solver.model.compute.replicas import usable_variants
from solver.model.compute.rows import Row, counted
from solver.model.compute.services import promise_rows
from solver.model.compute.supply import Machine, Market, capacity, fits, market_of, request, undivided
from solver.model.conflict.alone import Alone
from solver.model.surcharge import Surcharge
from solver.model.zones import zones_of

_AMPLE = 10**7
"""Machines, where no quota limits them."""
_MOST_STEPS = 200_000
"""Of one question; beyond them it is left open."""

Amounts = tuple[int, ...]


@dataclass
class Single:
    """Answers about one site."""

    alone: Alone

    def told(self, demand: Demand) -> bool | None:
        """Whether one node group holds the services, beside the jobs; None where more are allowed, or it is not known.

        All hours of the demand count as one, which has the highest load of each service: the group has as many machines
        as the hour takes that needs most.
        """
        if demand.limits.node_groups != 1:
            return None
        try:
            zones = zones_of(demand, self.alone.site, self.alone.catalog)
        except InfeasibleError:
            return False
        needs = needs_of(demand, self.alone.site)
        rows = promise_rows(needs, len(zones))
        asking = [each for each in needs.services if any(row.service == each.number for row in rows)]
        if not may_share(needs.strangers, [each.number for each in asking]):
            return False
        market = market_of(demand, demand.aws_sites[self.alone.site], zones, Surcharge(), services=True)
        steps = _Steps()
        try:
            least = self._least(_Asked(self.alone, needs, rows, asking, market, steps))
        except _TooManyError:
            return None
        if not least:
            return False
        return True if self._leaves_room(demand, market, least) else None

    def _least(self, asked: _Asked) -> dict[str, int]:
        """By quota family, the fewest vCPUs of a group that holds the services; nothing where none does.

        Where nothing else is limited with it, any group will do.
        """
        found: dict[str, int] = {}
        every = self.alone.machines(asked.market)
        for machine in (every[place] for place in sorted(asked.candidates)):
            family, vcpus = str(machine.machine.quota), machine.machine.vcpus
            quota = asked.market.site.quotas.get(family, _AMPLE * vcpus)
            # Fewer than of the best machine type so far, or it is of no use.
            most = min(quota, found.get(family, quota + 1) - 1) // vcpus
            if most < 1 or not asked.held_by(machine, most):
                continue
            if not asked.needs.jobs or family not in asked.market.site.quotas:
                return {family: vcpus}
            low, high = 1, most
            while low < high:
                middle = (low + high) // 2
                low, high = (low, middle) if asked.held_by(machine, middle) else (middle + 1, high)
            found[family] = low * vcpus
        return found

    def _leaves_room(self, demand: Demand, market: Market, least: dict[str, int]) -> bool:
        """Whether the quotas have room for all jobs at once beside the group."""
        quotas = market.site.quotas
        jobs = [key for key, entry in demand.workloads.items() if not isinstance(entry, Service)]
        taken = [self._job(demand, key) for key in jobs]
        for family, vcpus in least.items():
            used = {family: vcpus}
            for mine in taken:
                free = [each for each, many in mine.items() if used.get(each, 0) + many <= quotas.get(each, _AMPLE)]
                if not free:
                    break
                used[free[0]] = used.get(free[0], 0) + mine[free[0]]
            else:
                return True
        return False

    def _job(self, demand: Demand, key: str) -> dict[str, int]:
        """By quota family, the fewest vCPUs on which a job is done; families without a quota first."""
        single = demand.model_copy(update={"workloads": {key: demand.workloads[key]}})
        found: dict[str, int] = {}
        for machine, vcpus in self.alone.vcpus(single):
            family = str(machine.machine.quota)
            found[family] = min(vcpus, found.get(family, vcpus))
        quotas = demand.aws_sites[self.alone.site].quotas
        return dict(sorted(found.items(), key=lambda each: (each[0] in quotas, each)))


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


@dataclass(frozen=True)
class _Asked:
    """What the machines of the group have to hold."""

    alone: Alone
    needs: Needs
    rows: Sequence[Row]
    services: Sequence[ServiceNeed]
    market: Market
    steps: _Steps

    @cached_property
    def variants(self) -> dict[int, list[tuple[Variant, int]]]:
        """Variants that carry the peak, with their numbers, by service."""
        return {
            each.number: [
                (self.needs.runnables[number].variant, number) for number in usable_variants(self.needs, each)
            ]
            for each in self.services
        }

    @cached_property
    def candidates(self) -> frozenset[int]:
        """Positions of the machine types that hold a replica of every service."""
        every = frozenset(range(len(self.alone.machines(self.market))))
        for variants in self.variants.values():
            every &= frozenset[int]().union(*(self.alone.fitting(each, self.market) for each, _ in variants))
        return every

    def held_by(self, machine: Machine, machines: int) -> bool:
        """Whether so many machines of the type, all filled alike, hold the services."""
        room = tuple(capacity(machine, self.market).tolist())
        ways: list[list[Amounts]] = []
        for service in self.services:
            mine = list(self._ways(service, machine, machines, room))
            if not mine:
                return False
            ways.append(mine)
        # Those with the least choice first.
        return self._placed(room, sorted(ways, key=len))

    def _placed(self, room: Amounts, ways: Sequence[Sequence[Amounts]]) -> bool:
        self.steps.one_more()
        if not ways:
            return True
        for asked in ways[0]:
            left = tuple(has - wanted for has, wanted in zip(room, asked, strict=True))
            if min(left) >= 0 and self._placed(left, ways[1:]):
                return True
        return False

    def _ways(self, service: ServiceNeed, machine: Machine, machines: int, room: Amounts) -> Iterator[Amounts]:
        """What the replicas of a service take of each machine, in every way that has none too many."""
        zones = len(machine.zones)
        asked: list[tuple[Row, int]] = []
        for row in self.rows:
            if row.service != service.number or row.required[0] <= 0:
                continue
            many = counted(row.counted, machines, zones, on_demand=True)
            if many == 0:
                return
            asked.append((row, -(-row.required[0] // many)))
        variants = [
            (number, tuple(request(each, undivided=undivided(each, machine)).tolist()))
            for each, number in self.variants[service.number]
            if fits(each, machine, self.market)
        ]
        most = service.service.max_per_machine
        yield from self._filled(variants, asked, room, tuple(0 for _ in room), most if most is not None else _AMPLE)

    def _filled(
        self,
        variants: Sequence[tuple[int, Amounts]],
        asked: Sequence[tuple[Row, int]],
        room: Amounts,
        taken: Amounts,
        most: int,
    ) -> Iterator[Amounts]:
        self.steps.one_more()
        if all(required <= 0 for _, required in asked):
            yield taken
            return
        if not variants:
            return
        (number, request_), rest = variants[0], variants[1:]
        enough = max(
            (-(-required // row.worth[number]) if row.worth[number] else _AMPLE for row, required in asked), default=0
        )
        fitting = min((has - used) // each for has, used, each in zip(room, taken, request_, strict=True) if each)
        for count in range(min(enough, fitting, most), -1, -1):
            left = [(row, required - count * row.worth[number]) for row, required in asked]
            used = tuple(before + count * each for before, each in zip(taken, request_, strict=True))
            yield from self._filled(rest, left, room, used, most - count)
            if not rest:
                # The last variant has as many as are needed, or too few.
                return
