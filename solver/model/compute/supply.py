"""Machines for sale to one site: what is offered, fits something, passes the filters and is not dominated.

A machine that is at least as good in every respect (capacity, variants that it can run, zones, price, each allowed
commitment, quota) as another of the same price or a higher one replaces it in every plan, so the other is dropped:
neither the best plan nor any bound changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver.catalog.catalog import Catalog
from solver.catalog.machines import Allocatable, MachineType, Reserved, allocatable
from solver.catalog.prices import Offering
from solver.demand.demand import AwsSite, Demand
from solver.demand.workloads import Variant
from solver.model.compute.type_patterns import matches
from solver.model.daemons import kept_back
from solver.model.reserved import is_block
from solver.model.surcharge import Surcharge
from solver.vocabulary import AcceleratorKind, PurchaseOption

Vector = NDArray[np.int64]


@dataclass(frozen=True)
class Market:
    """What the site's rules say about machines."""

    zones: tuple[str, ...]
    """Zone ids of the site, in order."""
    site: AwsSite
    """Root volume, trunking, quotas."""
    rates: tuple[Mapping[str, float], ...]
    """Of each kind of commitment that may be bought: USD an hour by machine type."""
    held: tuple[Mapping[str, float], ...]
    """Of each commitment that is held: what of it a machine hour takes, by machine type."""
    machines: tuple[str, ...]
    """Patterns of the types that may be used; empty for all."""
    excluded: tuple[str, ...]
    """Patterns of the types that may not be used."""
    burstable: bool
    """T types may run this."""
    blocks: bool = True
    """Machines of capacity blocks may run this."""
    reserved: Reserved = field(default_factory=Reserved)
    """What daemons keep back."""
    surcharge: Surcharge = field(default_factory=Surcharge)
    """What a machine costs besides its price and its volumes."""


@dataclass(frozen=True)
class Machine:
    """One way to get a machine: types, zones, price."""

    offering: Offering
    """The type that is priced and whose capacity counts."""
    types: tuple[str, ...]
    """The type first; a spot group's other types hold at least as much and cost at most as much."""
    purchase: PurchaseOption
    """On demand or spot."""
    zones: tuple[str, ...]
    """Zones of the site in which all its types are offered, in order."""
    usd_per_hour: float
    """On-demand price, or the mean of the zones' spot prices of the dearest type."""
    holds: Allocatable
    """What tasks can have of it."""

    @property
    def machine(self) -> MachineType:
        """The priced type."""
        return self.offering.machine

    @property
    def name(self) -> str:
        """`g6-xlarge-on-demand`: the node group's key."""
        return f"{self.machine.name.replace('.', '-')}-{self.purchase}"

    @property
    def on_demand(self) -> bool:
        """Commitments apply to it."""
        return self.purchase is PurchaseOption.ON_DEMAND


def market_of(
    demand: Demand,
    site: AwsSite,
    zones: tuple[str, ...],
    surcharge: Surcharge,
    *,
    services: bool,
    rates: tuple[Mapping[str, float], ...] = (),
    held: tuple[Mapping[str, float], ...] = (),
) -> Market:
    """The rules for the site's services, or for its jobs: the limit on T types is for services, and so are blocks."""
    limits = demand.limits
    return Market(
        zones=zones,
        site=site,
        rates=rates,
        held=held,
        machines=limits.machines,
        excluded=limits.exclude_machines,
        burstable=limits.burstable or not services,
        blocks=services,
        reserved=kept_back(site, services=services),
        surcharge=surcharge,
    )


def offered(catalog: Catalog, market: Market) -> tuple[Machine, ...]:
    """On-demand machines that the rules allow, cheapest first."""
    site = market.site
    quotas = tuple(sorted(site.quotas.items()))
    rules = (market.zones, market.machines, market.excluded, market.burstable, market.blocks, market.reserved)
    key = ("offered", site.region, site.eni_trunking, quotas, rules)
    return catalog.once(key, lambda: tuple(sorted(_offered(catalog, market), key=preference)))


def _offered(catalog: Catalog, market: Market) -> Iterator[Machine]:
    for offering in catalog.purchasable(market.site.region):
        machine = offering.machine
        zones = tuple(zone for zone in market.zones if zone in offering.zones)
        if not zones or offering.on_demand_usd_per_hour is None or not _allowed(machine, market):
            continue
        yield Machine(
            offering=offering,
            types=(machine.name,),
            purchase=PurchaseOption.ON_DEMAND,
            zones=zones,
            usd_per_hour=offering.on_demand_usd_per_hour,
            holds=allocatable(machine, eni_trunking=market.site.eni_trunking, reserved=market.reserved),
        )


def preference(machine: Machine) -> tuple[float, bool, str]:
    """The cheapest first, then a fixed order."""
    return (machine.usd_per_hour, machine.machine.bare_metal, machine.machine.name)


def _allowed(machine: MachineType, market: Market) -> bool:
    return (
        machine.vcpus <= market.site.quotas.get(str(machine.quota), machine.vcpus)
        and (market.blocks or not is_block(machine))
        and (market.burstable or not machine.burstable)
        and (not market.machines or matches(machine.name, market.machines))
        and not matches(machine.name, market.excluded)
    )


def capacities(holds: Allocatable) -> tuple[int, ...]:
    """What tasks can have, resource by resource."""
    return (holds.cpu_millis, holds.memory_mib, holds.accelerators, holds.network_mbps, holds.task_slots)


def capacity(machine: Machine, market: Market) -> Vector:
    """What one machine holds: cpu, memory, accelerators, network, task slots, scratch disk, undivided devices.

    Scratch space is on the root volume. ECS and Batch count GPUs; Neuron and FPGA devices they can't divide among
    replicas, so at most one replica that uses such devices runs on a machine.
    """
    return np.array(_room(machine, market), dtype=np.int64)


def _room(machine: Machine, market: Market) -> tuple[int, ...]:
    return (*capacities(machine.holds), market.site.root_volume, 1)


def request(variant: Variant, *, undivided: bool = False) -> Vector:
    """What one replica needs, in the order of `capacity`; `undivided` for one that uses Neuron or FPGA devices."""
    return np.array(_request(variant, undivided=undivided), dtype=np.int64)


def _request(variant: Variant, *, undivided: bool) -> tuple[int, ...]:
    devices = 0 if variant.accelerator is None else variant.accelerator.count
    return (variant.cpu, variant.memory, devices, variant.network_mbps, 1, variant.disk, int(undivided))


def undivided(variant: Variant, machine: Machine) -> bool:
    """Whether a replica uses devices of the machine that only one replica can have."""
    accelerator = machine.machine.accelerator
    return variant.accelerator is not None and accelerator is not None and accelerator.kind is not AcceleratorKind.GPU


def fits(variant: Variant, machine: Machine, market: Market) -> bool:
    """Whether all types of the machine can run at least one replica."""
    types = machine.machine
    if types.architecture is not variant.architecture:
        return False
    if variant.machines and not all(matches(name, variant.machines) for name in machine.types):
        return False
    wanted, there = variant.accelerator, types.accelerator
    if wanted is not None and (there is None or there.model != wanted.model):
        return False
    asked, room = _request(variant, undivided=False), _room(machine, market)
    return all(need <= has for need, has in zip(asked, room, strict=True))


def undominated(machines: Sequence[Machine], variants: Sequence[Variant], market: Market) -> list[Machine]:
    """Machines that run something and that no other replaces, cheapest first."""
    # Variants that ask for the same run on the same machines.
    variants = list({_asked(each): each for each in variants}.values())
    running = [[fits(variant, machine, market) for variant in variants] for machine in machines]
    useful = [number for number, row in enumerate(running) if any(row)]
    if not useful:
        return []
    requests = np.array([request(variant) for variant in variants])
    room = _usable(np.array([capacity(machines[number], market) for number in useful]), requests)
    others = np.array([_merits(machines[number], running[number], market) for number in useful], dtype=np.float64)
    merits = np.hstack([room, others])
    kept: list[int] = []
    for place in range(len(useful)):
        if not kept or not np.any(np.all(merits[kept] >= merits[place], axis=1)):
            kept.append(place)
    return [machines[useful[place]] for place in kept]


def _asked(variant: Variant) -> tuple[object, ...]:
    """What `fits` and `request` look at."""
    model = None if variant.accelerator is None else variant.accelerator.model
    return (*_request(variant, undivided=False), model, variant.architecture, tuple(variant.machines))


def _usable(room: Vector, requests: Vector) -> NDArray[np.float64]:
    """Capacity that replicas can use: what is left of one resource when another one is full is worth nothing.

    A machine holds at most r_e / q_e replicas of each kind, so it uses of resource d at most r_e × max(q_d / q_e), over
    all variants, for each resource e that all of them need.
    """
    asked = requests.astype(np.float64)
    usable = room.astype(np.float64)
    for other in range(asked.shape[1]):
        if np.all(asked[:, other] > 0):
            most = (asked / asked[:, [other]]).max(axis=0)
            usable = np.minimum(usable, np.floor(room[:, [other]] * most[np.newaxis, :] + 1e-6))
    return usable


def _merits(machine: Machine, running: Sequence[bool], market: Market) -> list[float]:
    """Numbers of which more is better; the machine with no less of any replaces the other."""
    types = machine.machine
    quota = [float(-types.vcpus if types.quota == family else 0) for family in sorted(market.site.quotas)]
    more = market.surcharge.usd_per_hour(types)
    return [
        *(float(runs) for runs in running),
        float(len(machine.zones)),
        -machine.usd_per_hour - more,
        *(-min(rate, machine.usd_per_hour) - more for rate in rates_of(machine, market)),
        *(-each for each in held_rank(machine, market)),
        *quota,
    ]


def rates_of(machine: Machine, market: Market) -> list[float]:
    """USD an hour with each commitment that may be bought; infinite where it does not cover the machine."""
    return [each.get(machine.machine.name, np.inf) if machine.on_demand else np.inf for each in market.rates]


def held_rank(machine: Machine, market: Market) -> list[float]:
    """What a machine takes of each held commitment, and what it costs where one covers it: less is better."""
    if not market.held:
        return []
    takes = [each.get(machine.machine.name, np.inf) if machine.on_demand else 0.0 for each in market.held]
    return [*takes, market.surcharge.usd_per_hour(machine.machine)]
