"""Gathers: services whose replicas may take each other's places on the machines of their node groups.

Resources of a machine and replicas are measured in units, so that any replicas fit together whose units are no more
than the machine's. With one size q of a unit in each resource, in whole numbers

    units of a replica  =  max over resources ⌈request / q⌉,        units of a machine  =  min over resources ⌊room / q⌋

A machine has no room for a replica of u units only when more than its units less u are taken. So with

    Σ over its services  u · replicas  ≤  machines · (units of a machine − largest u + 1)

all replicas find a place, in whatever order they come and wherever others went. Services that ask for the same have one
unit each, and nothing is lost. A gather's machines hold nothing else.

Where one of its services must survive the loss of a zone, every service runs so many replicas, evenly over Z zones,
that the load is met without the zone that has most of them, and each zone has room for all that come to it:

    r − ⌈r / Z⌉  ≥  replicas for the load,      Σ over its services u · ⌈r / Z⌉  ≤  ⌊machines / Z⌋ · (units − most + 1)

A service that may be interrupted can be in two gathers with its two parts (`gather_replicas`): with what must not rest
on spot machines in one on demand, with the rest in one of spot machines alone.

In the search a gather is one service, whose load is units: what it needs in all, and as what must be left of whole
rounds of machines after the loss of a zone (Z − 1) · Σ u · ⌈r / Z⌉.

Services that ask for just the same may be gathered for a lower bound too (`alike`): however they are placed, so many
replicas of them stand on machines, and what one machine holds of them it could hold of any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from solver.demand.workloads import Variant
from solver.model.compute.hours import Hours
from solver.model.compute.needs import Needs, Runnable, ServiceNeed
from solver.model.compute.patterns import Pattern
from solver.plan.compute import NodeGroup
from solver.vocabulary import PurchaseOption

ANY = "any"
"""The one variant of a gather, in the search."""


@dataclass(frozen=True)
class Member:
    """One service of a gather."""

    service: int
    """Its number in the plain needs."""
    variant: int
    """The number of the variant that runs, there too."""
    replicas: tuple[int, ...]
    """That run, by hour class of the plain needs."""
    units: int = 1
    """Of one replica."""


@dataclass(frozen=True)
class Gather:
    """Services that share the slots of their node groups."""

    members: tuple[Member, ...]
    """By service."""
    zones: int
    """Zones of its machines."""
    units: Mapping[str, int]
    """Of one machine, by the types that it may have."""
    spot: bool = False
    """Whether its machines are spot machines, and its replicas the interruptible part of its services."""
    companions: tuple[str, ...] = ()
    """Types that its spot machines may be of besides."""

    @property
    def most(self) -> int:
        """Units of its largest replica."""
        return max(member.units for member in self.members)

    def filled(self, machine_type: str) -> int:
        """Units that are planned on a machine."""
        return self.units[machine_type] - self.most + 1

    def useful(self, machine_type: str) -> int:
        """Units on a machine of which more would never be needed."""
        most = max(self.needed(number) for number in range(len(self.members[0].replicas)))
        return min(self.filled(machine_type), max(1, most))

    def needed(self, number: int) -> int:
        """Units that run in an hour class of the plain needs."""
        return sum(member.units * member.replicas[number] for member in self.members)

    def in_each_zone(self, number: int) -> int:
        """Units that an hour class takes in each zone, where every service is spread evenly."""
        return sum(member.units * -(-member.replicas[number] // self.zones) for member in self.members)


@dataclass(frozen=True)
class Gathered:
    """The needs of a site, and its services with gathers in the place of some."""

    plain: Needs
    gathers: tuple[Gather, ...]
    """By their first service."""
    needs: Needs
    """Each gather is one service, in the place of its first one; nothing else shares its machines."""
    gather_of: Mapping[int, Gather]
    """By runnable variant of `needs`."""

    def at(self, hours: Sequence[Hours]) -> Needs:
        """The plain needs in hour classes that cut the plain ones further."""
        origin = [self.plain.hour_of_week[each.hours[0]] for each in hours]
        return replace(
            self.plain,
            hours=tuple(hours),
            services=tuple(
                replace(
                    service,
                    load=tuple(service.load[number] for number in origin),
                    needed=tuple(service.needed[number] for number in origin),
                )
                for service in self.plain.services
            ),
        )

    def gather_at(self, gather: Gather, hours: Sequence[Hours]) -> Gather:
        """A gather in these hour classes."""
        origin = [self.plain.hour_of_week[each.hours[0]] for each in hours]
        members = tuple(
            replace(member, replicas=tuple(member.replicas[number] for number in origin)) for member in gather.members
        )
        return replace(gather, members=members)

    def names(self, gather: Gather) -> list[str]:
        """`workload.variant` of each member."""
        return [self.plain.runnables[member.variant].name for member in gather.members]

    def pattern_of(self, group: NodeGroup) -> Pattern:
        """What a machine of a node group has of each variant of `needs`: replicas, or units of a gather.

        Machines of a gather's services are its own, whatever they held before.
        """
        found: list[int] = []
        for number, each in enumerate(self.needs.runnables):
            gather = self.gather_of.get(number)
            if gather is None:
                found.append(0 if group.shared is not None else group.slots.get(each.name, 0))
            else:
                same = gather.spot == (group.purchase is PurchaseOption.SPOT)
                mine = same and any(group.slots.get(name) for name in self.names(gather))
                found.append(gather.useful(name) if mine and (name := group.machine_types[0]) in gather.units else 0)
        return tuple(found)

    def slots_of(self, pattern: Pattern) -> tuple[Pattern, Gather | None]:
        """The slots of each plain variant on a machine with this pattern of `needs`, and whose they all are.

        Of a gather: 1 for each of its services.
        """
        slots = [0] * len(self.plain.runnables)
        mine = {each.name: number for number, each in enumerate(self.plain.runnables)}
        for number, count in enumerate(pattern):
            gather = self.gather_of.get(number)
            if count and gather is not None:
                for member in gather.members:
                    slots[member.variant] = 1
                return tuple(slots), gather
            if count:
                slots[mine[self.needs.runnables[number].name]] = count
        return tuple(slots), None


def gathered(plain: Needs, gathers: Sequence[Gather]) -> Gathered:
    """The needs with each gather as one service, which shares no machine with others."""
    return _gathered(plain, gathers, alike=False)


def alike(plain: Needs, gathers: Sequence[Gather]) -> Needs:
    """The needs with services that ask for the same as one, for a lower bound: it may share, on any machine."""
    return _gathered(plain, gathers, alike=True).needs


def _gathered(plain: Needs, gathers: Sequence[Gather], *, alike: bool) -> Gathered:
    firsts: dict[int, list[Gather]] = {}
    for gather in sorted(gathers, key=lambda each: each.spot):
        firsts.setdefault(gather.members[0].service, []).append(gather)
    inside = {member.service for gather in gathers for member in gather.members}
    left: list[tuple[ServiceNeed, Gather | None]] = []
    for service in plain.services:
        left += [(service, None)] if service.number not in inside else []
        left += [(service, gather) for gather in firsts.get(service.number, ())]
    number_of = {service.number: number for number, (service, gather) in enumerate(left) if gather is None}
    number_of |= {service.number: number for number, (service, gather) in enumerate(left) if gather and alike}
    alone = set[int]() if alike else {number for number, (_, gather) in enumerate(left) if gather is not None}
    services: list[ServiceNeed] = []
    runnables: list[Runnable] = []
    gather_of: dict[int, Gather] = {}
    for number, (service, gather) in enumerate(left):
        first = len(runnables)
        if gather is None:
            runnables += [replace(plain.runnables[variant], service=number) for variant in service.variants]
            strangers = {number_of[other] for other in service.strangers if other in number_of} | alone
            need = replace(service, number=number, strangers=frozenset(strangers))
        else:
            need = _as_service(plain, gather, number)
            if alike:
                need = replace(need, load=_least_left(plain, gather), in_rounds=False)
            else:
                need = replace(need, strangers=frozenset(range(len(left))) - {number})
            units = None if alike else {name: gather.useful(name) for name in gather.units}
            variant = _stand_in(plain, gather, alike=alike)
            runnables.append(Runnable(number, need.key, ANY, variant, 1, units, only_spot=gather.spot))
            gather_of[first] = gather
        services.append(replace(need, variants=tuple(range(first, len(runnables)))))
    needs = replace(plain, services=tuple(services), runnables=tuple(runnables))
    ordered = [gather for key in sorted(firsts) for gather in firsts[key]]
    return Gathered(plain, tuple(ordered), needs, gather_of)


def _as_service(plain: Needs, gather: Gather, number: int) -> ServiceNeed:
    members = [plain.services[member.service] for member in gather.members]
    needed = tuple(gather.needed(each) for each in range(len(plain.hours)))
    left = [(gather.zones - 1) * gather.in_each_zone(each) for each in range(len(plain.hours))]
    survives = any(member.survives_zone for member in members)
    first = members[0].service
    most = sum(member.units * plain.services[member.service].service.replicas.max for member in gather.members)
    return ServiceNeed(
        number=number,
        key=f"{members[0].key} and {len(members) - 1} more{' on spot' if gather.spot else ''}",
        service=first.model_copy(
            update={
                "replicas": first.replicas.model_copy(update={"min": 0, "max": most}),
                "interruptible_share": 1.0 if gather.spot else 0.0,
                "spot_pools": max(member.service.spot_pools for member in members) if gather.spot else first.spot_pools,
            }
        ),
        grain=Fraction(1),
        variants=(),
        load=tuple(left) if survives else needed,
        needed=needed,
        machine_volumes=(),
        replica_volumes=(),
        survives_zone=survives,
        in_rounds=survives,
    )


def _least_left(plain: Needs, gather: Gather) -> tuple[int, ...]:
    """Replicas for the load alone, by hour class: what any plan has left of alike services without a zone."""
    found = [0] * len(plain.hours)
    for member in gather.members:
        each = plain.runnables[member.variant].capacity
        for number, load in enumerate(plain.services[member.service].load):
            found[number] += -(-load // each) if load else 0
    return tuple(found)


def _stand_in(plain: Needs, gather: Gather, *, alike: bool) -> Variant:
    """A replica that is no larger than any of the gather's; for the gather's machines alone, if not for a bound."""
    variants = [plain.runnables[member.variant].variant for member in gather.members]
    return variants[0].model_copy(
        update={
            "cpu": min(each.cpu for each in variants),
            "memory": min(each.memory for each in variants),
            "disk": min(each.disk for each in variants),
            "network_mbps": min(each.network_mbps for each in variants),
            "machines": variants[0].machines if alike else (*gather.units, *gather.companions),
        }
    )
