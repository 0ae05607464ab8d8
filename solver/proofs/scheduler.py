"""Scheduler check: whether ECS, which places tasks one by one as they come, finds room for all of a plan's replicas.

A model of what ECS documents of its scheduler, for services on one capacity provider each: a task goes to a machine of
its service's provider that has the cpu, memory, counted accelerators and addresses for it and that no constraint
forbids; of these the placement strategies choose, one after the other; what they leave equal is decided by chance, here
by a seed. A task without such a machine waits, and the provider adds machines, up to the group's ceiling.

Arrivals are tried in order, in reverse and shuffled by seeds, on machines whose zones are balanced within one. After
that every service is deployed anew, as ECS does it: new tasks start while no more than the greatest percentage runs,
old ones stop while no fewer than the least percentage is healthy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

_MOST_ROUNDS = 10_000
"""Of one deployment; each must start or stop a task, so a deployment that can end does so long before."""

_NEW = " (new)"
"""Behind a service's name: its tasks of a deployment that is under way."""


class Strategy(StrEnum):
    """How ECS chooses among machines that can hold a task."""

    SPREAD_ZONES = "spread over zones"
    SPREAD_MACHINES = "spread over machines"
    PACK_MEMORY = "pack by memory"


@dataclass(frozen=True, kw_only=True)
class Group:
    """A node group as the scheduler sees it."""

    zones: tuple[str, ...]
    machines: int
    """That run."""
    most: int
    """That autoscaling may run."""
    holds: tuple[int, ...]
    """What one machine registers: cpu, memory, accelerators, addresses."""


@dataclass(frozen=True, kw_only=True)
class TaskSet:
    """One ECS service: equal tasks on one node group."""

    name: str
    group: str
    desired: int
    asks: tuple[int, ...]
    """Of each task, as a group holds it."""
    strategies: tuple[Strategy, ...]
    distinct: bool = False
    """No two tasks on one machine."""
    least_percent: int = 100
    """Healthy during a deployment, of the desired number, rounded up."""
    most_percent: int = 200
    """Running during a deployment, rounded down."""
    moves_requests: bool = False
    """A deployment stops no old task before all new ones run."""


@dataclass(frozen=True)
class Machine:
    """One machine with its tasks."""

    group: str
    zone: str
    free: list[int]
    tasks: dict[str, int] = field(default_factory=dict[str, int])
    """ECS service → tasks, old and new."""


@dataclass(frozen=True)
class Found:
    """What came of one run of the scheduler."""

    waiting: Mapping[str, int]
    """ECS service → tasks that found no room on the machines that run."""
    added: Mapping[str, int]
    """Group → machines that autoscaling added for them, and for the deployment."""
    stuck: tuple[str, ...]
    """Services with a task that never runs, or a deployment that never ends."""
    most_on_a_machine: Mapping[str, int]
    """ECS service → most of its tasks on one machine, deployments apart."""
    together: frozenset[tuple[str, str]]
    """Pairs of services, by name, that had tasks on one machine at some time, deployments included."""


def arrivals(services: Sequence[TaskSet], seeds: int = 3) -> Iterator[list[TaskSet]]:
    """Orders in which tasks may come: by service, in reverse, in turn, and shuffled."""
    in_order = [service for service in services for _ in range(service.desired)]
    yield in_order
    yield in_order[::-1]
    for seed in range(seeds):
        shuffled = list(in_order)
        Random(seed).shuffle(shuffled)
        yield shuffled


def schedule(groups: Mapping[str, Group], services: Sequence[TaskSet], order: Sequence[TaskSet], seed: int) -> Found:
    """Places every task of `order`, lets autoscaling help those that wait, then deploys every service anew."""
    cluster = _Cluster(groups, Random(seed))
    late = [service for service in order if not cluster.place(service)]
    waiting = {service.name: late.count(service) for service in dict.fromkeys(late)}
    stuck = [service.name for service in late if not cluster.place_growing(service)]
    most = {
        service.name: max((machine.tasks.get(service.name, 0) for machine in cluster.machines), default=0)
        for service in services
    }
    if not stuck:
        stuck = [service.name for service in services if not cluster.deploy(service)]
    return Found(waiting, cluster.added, tuple(dict.fromkeys(stuck)), most, frozenset(cluster.together))


class _Cluster:
    """Machines with tasks on them."""

    def __init__(self, groups: Mapping[str, Group], chance: Random) -> None:
        self.groups = groups
        self.chance = chance
        self.machines: list[Machine] = []
        self.added: dict[str, int] = {}
        self.together: set[tuple[str, str]] = set()
        for key, group in groups.items():
            for _ in range(group.machines):
                self._start(key)

    def place(self, service: TaskSet) -> bool:
        """Puts one task on a machine; False where none has room."""
        group = [machine for machine in self.machines if machine.group == service.group]
        fitting = [machine for machine in group if self._fits(machine, service)]
        if not fitting:
            return False
        for strategy in service.strategies:
            fitting = self._best(strategy, service, group, fitting)
        machine = self.chance.choice(fitting)
        machine.tasks[service.name] = machine.tasks.get(service.name, 0) + 1
        mine = service.name.removesuffix(_NEW)
        here = {name.removesuffix(_NEW) for name, count in machine.tasks.items() if count} - {mine}
        self.together |= {(min(mine, other), max(mine, other)) for other in here}
        for place, asked in enumerate(service.asks):
            machine.free[place] -= asked
        return True

    def place_growing(self, service: TaskSet) -> bool:
        """Puts one task on a machine, on a new one where none has room and the ceiling allows it."""
        if self.place(service):
            return True
        running = sum(machine.group == service.group for machine in self.machines)
        if running >= self.groups[service.group].most:
            return False
        self._start(service.group)
        self.added[service.group] = self.added.get(service.group, 0) + 1
        return self.place(service)

    def deploy(self, service: TaskSet) -> bool:
        """Replaces every task; False where that comes to a halt."""
        new = TaskSet(
            name=f"{service.name}{_NEW}",
            group=service.group,
            desired=service.desired,
            asks=service.asks,
            strategies=service.strategies,
            distinct=service.distinct,
        )
        old_running, new_running = service.desired, 0
        least = -(-service.desired * service.least_percent // 100)
        most = service.desired * service.most_percent // 100
        for _ in range(_MOST_ROUNDS):
            if not old_running and new_running == service.desired:
                break
            if new_running < service.desired and old_running + new_running < most and self.place_growing(new):
                new_running += 1
            elif service.moves_requests and new_running < service.desired:
                return False
            elif old_running and old_running + new_running > least:
                self._stop(service)
                old_running -= 1
            else:
                return False
        for machine in self.machines:
            machine.tasks[service.name] = machine.tasks.get(service.name, 0) + machine.tasks.pop(new.name, 0)
        return not old_running and new_running == service.desired

    def _start(self, key: str) -> None:
        """A machine in the zone that has fewest, whichever that is by chance."""
        group = self.groups[key]
        count = {zone: sum(each.group == key and each.zone == zone for each in self.machines) for zone in group.zones}
        fewest = min(count.values())
        zone = self.chance.choice([zone for zone in group.zones if count[zone] == fewest])
        self.machines.append(Machine(key, zone, list(group.holds)))

    def _stop(self, service: TaskSet) -> None:
        machine = self.chance.choice([machine for machine in self.machines if machine.tasks.get(service.name)])
        machine.tasks[service.name] -= 1
        for place, asked in enumerate(service.asks):
            machine.free[place] += asked

    def _fits(self, machine: Machine, service: TaskSet) -> bool:
        # A service's own old tasks count against it: distinctInstance knows no versions.
        same = service.name.removesuffix(_NEW)
        if service.distinct and machine.tasks.get(same, 0) + machine.tasks.get(f"{same}{_NEW}", 0):
            return False
        return all(asked <= free for asked, free in zip(service.asks, machine.free, strict=True))

    @staticmethod
    def _best(strategy: Strategy, service: TaskSet, here: list[Machine], fitting: list[Machine]) -> list[Machine]:
        if strategy is Strategy.PACK_MEMORY:
            least = min(machine.free[1] for machine in fitting)
            return [machine for machine in fitting if machine.free[1] == least]
        if strategy is Strategy.SPREAD_MACHINES:
            fewest = min(machine.tasks.get(service.name, 0) for machine in fitting)
            return [machine for machine in fitting if machine.tasks.get(service.name, 0) == fewest]
        count: dict[str, int] = {}
        for machine in here:
            count[machine.zone] = count.get(machine.zone, 0) + machine.tasks.get(service.name, 0)
        fewest = min(count[machine.zone] for machine in fitting)
        return [machine for machine in fitting if count[machine.zone] == fewest]
