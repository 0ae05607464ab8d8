"""Growth: what one site's machines can serve when some are lost, as planned and when autoscaling has done all it may.

A replica serves at most its throughput times its highest utilisation: what is above that is answered too late, or not
at all, and counts as not served.

* **As planned**: the machines of the schedule that are left; replicas of lost machines start on free slots of others.
* **Grown**: machines up to `max_machines` in what is left of zones and capacity pools, replicas up to `max_replicas`.
  Autoscaling multiplies what runs: a variant has more replicas only on groups on which the plan has some in that hour,
  and one that nothing scales (an accelerator without a load balancer) keeps the plan's number. Where the ceilings of a
  family are together above its quota, each group gets the same part of what its ceiling allows above the schedule.

An Auto Scaling group keeps its zones within one machine of each other; whichever zone is lost is taken to have the
extra one. In a zone all spot machines may be of one type, so the loss of any of a group's capacity pools (machine type
× zone) is taken to be the loss of all its machines there. The pools that are lost are those that hold most of the
service, found one after the other; that is exact where its spot groups have no machine type in common.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.plan.compute import ComputePlan, NodeGroup, ServicePlan, VariantPlan
from solver.plan.shares import held_replicas, replicas_by_group
from solver.plan.sharing import Shared, shared_machines
from solver.proofs.view import HOURS
from solver.vocabulary import PurchaseOption


@dataclass(frozen=True)
class Lost:
    """What a site is without."""

    zone: str | None = None
    """A zone id."""
    pools: int = 0
    """How many spot capacity pools, the largest."""


@dataclass(frozen=True)
class _Hit:
    gone: Mapping[str, frozenset[str | None]]
    """Node group → zones in which it has no machine left that can be counted on."""
    closed: frozenset[str]
    """Groups that can start no machine anywhere."""


@dataclass(frozen=True)
class Growing:
    """One variant of a service in one hour, with nothing or something lost."""

    variant: VariantPlan
    replicas: int
    """As planned, on the machines that are left."""
    most: int
    """When autoscaling has done all it may."""
    free: int
    """Empty slots of the machines that are left."""
    groups: tuple[str, ...]
    """Groups on which the plan has replicas of it in this hour, most first."""
    places: int
    """Slots on these groups at their ceilings, in what is left."""
    scales: bool
    """Whether anything changes the number of replicas beyond the plan's hours."""


@dataclass(frozen=True)
class SiteGrowth:
    """One site's machines."""

    compute: ComputePlan
    family_of: Mapping[str, str]
    """Node group → quota family."""
    quotas: Mapping[str, int]
    """Family → vCPUs."""

    def variants(self, service: ServicePlan, hour: int, lost: Lost) -> Iterator[Growing]:
        """Every variant of a service in one hour of the week."""
        hit = self._hit(service, hour, lost)
        for variant in service.variants:
            slot = f"{service.key}.{variant.key}"
            shares = {key: week[hour] for key, week in self._shares[slot].items()}
            left = grown = reach = 0
            active = sorted((key for key, count in shares.items() if count), key=lambda key: (-shares[key], key))
            for key in variant.node_groups:
                group = self._groups[key]
                slots = group.slots.get(slot, 0)
                counts = _by_zone(group, self._machines[key][hour], lost.zone)
                machines = sum(count for zone, count in counts.items() if zone not in hit.gone[key])
                places = slots * self._ceilings[hour][key]
                if group.shared is not None:
                    shared = Shared(shared_machines(group, hour), self._sharing(key, hour), group.shared.each)
                    places = shared.part_of(slot, self._ceilings[hour][key])
                    gone = len([zone for zone in hit.gone[key] if zone is not None])
                    left += shared.left_for(slot, gone, machines) if gone else shared.places_for(slot)
                else:
                    left += slots * machines
                if key in active and key not in hit.closed:
                    grown += places
                    reach += min(self._most[slot][key], places)
            planned = min(variant.replicas.hourly()[hour], left)
            scales = is_scaled(service, variant)
            # What the plan has no replica of, autoscaling can't multiply.
            grows = reach if scales else min(reach, variant.replicas.hourly()[hour])
            yield Growing(
                variant=variant,
                replicas=planned,
                most=max(planned, grows),
                free=left - planned,
                groups=tuple(active),
                places=grown,
                scales=scales,
            )

    def state(self, service: ServicePlan, hour: int) -> tuple[int, ...]:
        """Numbers that two hours share when the service is held alike in both."""
        keys = sorted({key for variant in service.variants for key in variant.node_groups})
        return (
            *(variant.replicas.hourly()[hour] for variant in service.variants),
            *(self._machines[key][hour] for key in keys),
            *(self._ceilings[hour][key] for key in keys),
            *(
                count
                for key in keys
                if self._groups[key].shared is not None
                for count in self._sharing(key, hour).values()
            ),
        )

    @property
    def has_spot(self) -> bool:
        """Whether a service may lose spot machines."""
        return any(group.purchase is PurchaseOption.SPOT and group.runtime == "ecs" for group in self._groups.values())

    def is_held_by_quota(self, group: str, hour: int) -> bool:
        """Whether a group's quota keeps it below its own ceiling in an hour."""
        return self._ceilings[hour][group] < self._groups[group].max_machines

    def replicas(self, service: ServicePlan, variant: VariantPlan, group: str, hour: int) -> int:
        """Replicas of a variant that the plan has on a group in an hour."""
        return self._shares[f"{service.key}.{variant.key}"][group][hour]

    def can_start(self, group: str, service: ServicePlan, hour: int, lost: Lost) -> bool:
        """Whether a group can still start machines somewhere."""
        return group not in self._hit(service, hour, lost).closed

    def group(self, key: str) -> NodeGroup:
        """A node group by key."""
        return self._groups[key]

    def _sharing(self, group: str, hour: int) -> dict[str, int]:
        """Replicas of all services of a group in an hour."""
        return {
            slot: self._shares[slot][group][hour]
            for slot in self._groups[group].slots
            if group in self._shares.get(slot, {})
        }

    @cached_property
    def _groups(self) -> dict[str, NodeGroup]:
        return {group.key: group for group in self.compute.node_groups}

    @cached_property
    def _machines(self) -> dict[str, tuple[int, ...]]:
        return {group.key: group.machines.hourly() for group in self.compute.node_groups}

    @cached_property
    def _shares(self) -> dict[str, dict[str, tuple[int, ...]]]:
        return {
            f"{service.key}.{variant.key}": replicas_by_group(self.compute, service.key, variant)
            for service in self.compute.services
            for variant in service.variants
        }

    @cached_property
    def _most(self) -> dict[str, dict[str, int]]:
        return {
            f"{service.key}.{variant.key}": {
                held.group.key: held.most for held in held_replicas(self.compute, service.key, variant)
            }
            for service in self.compute.services
            for variant in service.variants
        }

    @cached_property
    def _ceilings(self) -> list[dict[str, int]]:
        """By hour, machines of each group of services that its ceiling and the quotas allow."""
        week: list[dict[str, int]] = []
        for hour in range(HOURS):
            here = {
                key: max(group.max_machines, self._machines[key][hour])
                for key, group in self._groups.items()
                if group.runtime == "ecs"
            }
            for family, quota in self.quotas.items():
                members = [group for key, group in self._groups.items() if self.family_of[key] == family]
                running = sum(self._machines[group.key][hour] * group.vcpus for group in members)
                extra = {
                    group.key: (here[group.key] - self._machines[group.key][hour])
                    for group in members
                    if group.runtime == "ecs"
                }
                wanted = sum(count * self._groups[key].vcpus for key, count in extra.items())
                room = max(0, quota - running)
                if wanted > room:
                    here |= {key: self._machines[key][hour] + count * room // wanted for key, count in extra.items()}
            week.append(here)
        return week

    def _hit(self, service: ServicePlan, hour: int, lost: Lost) -> _Hit:
        """What the loss takes from the groups of a service."""
        keys = sorted({key for variant in service.variants for key in variant.node_groups})
        gone = {key: {lost.zone} & set(self._groups[key].zones) for key in keys}
        spot = [self._groups[key] for key in keys if self._groups[key].purchase is PurchaseOption.SPOT]
        rates = {f"{service.key}.{variant.key}": variant.load_per_replica_per_second for variant in service.variants}
        of_machine = {group.key: sum(rate * group.slots.get(slot, 0) for slot, rate in rates.items()) for group in spot}
        held = {
            group.key: {
                zone: count * of_machine[group.key]
                for zone, count in _by_zone(group, self._machines[group.key][hour], lost.zone).items()
            }
            for group in spot
        }
        pools = sorted(
            {
                (name, zone)
                for group in spot
                for name in group.machine_types
                for zone in group.zones
                if zone != lost.zone
            }
        )
        taken: set[tuple[str, str]] = set()
        for _ in range(min(lost.pools, len(pools))):
            losses = {
                (name, zone): sum(
                    held[group.key][zone]
                    for group in spot
                    if name in group.machine_types and zone in group.zones and zone not in gone[group.key]
                )
                for name, zone in pools
                if (name, zone) not in taken
            }
            worst = max(losses, key=lambda pool: losses[pool])
            taken.add(worst)
            for group in spot:
                if worst[0] in group.machine_types and worst[1] in group.zones:
                    gone[group.key].add(worst[1])
        closed = {
            key
            for key in keys
            if all(
                zone == lost.zone or (self._groups[key] in spot and (name, zone) in taken)
                for name in self._groups[key].machine_types
                for zone in self._groups[key].zones
            )
        }
        return _Hit({key: frozenset(zones) for key, zones in gone.items()}, frozenset(closed))


def growth_of(compute: ComputePlan, site: str, demand: Demand, catalog: Catalog) -> SiteGrowth:
    """A site's machines under the quotas that the demand says."""
    return SiteGrowth(
        compute=compute,
        family_of={group.key: catalog.machine(group.machine_types[0]).quota for group in compute.node_groups},
        quotas=demand.aws_sites[site].quotas if site in demand.aws_sites else {},
    )


def is_scaled(service: ServicePlan, variant: VariantPlan) -> bool:
    """Whether the number of a variant's replicas follows its load: requests, or cpu where it has no accelerator."""
    return bool(service.load_balancers) or variant.accelerator_kind is None


def _by_zone(group: NodeGroup, machines: int, lost: str | None) -> dict[str, int]:
    """Machines by zone; the extra ones are in the zone that is lost, then in the first of the others."""
    whole, extra = divmod(machines, max(1, len(group.zones)))
    zones = sorted(group.zones, key=lambda zone: (zone != lost, zone))
    return {zone: whole + (place < extra) for place, zone in enumerate(zones)}
