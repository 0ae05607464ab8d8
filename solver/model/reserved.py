"""Reserved: machines that AWS keeps for the account, as machine types of their own that cost nothing and are few.

What is kept is paid for whatever is planned, so its machines are free; there are `count` of them, and no commitment is
spent on them. They become a type `g5.xlarge.team-a` beside `g5.xlarge`, on sale where it is at no price,
in a quota family of its own whose quota is their number. The models know no more of it. Of a finished plan
`with_targets` makes node groups of the real type, which name the reservation.

AWS counts a capacity reservation against the quota of its machines' family, used or not: that quota is lower by it. A
capacity block has no part in quotas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from solver.catalog.catalog import Catalog
from solver.catalog.machines import MachineType
from solver.demand.demand import Demand
from solver.demand.purchase import Capacity
from solver.demand.workloads import Workload
from solver.plan.compute import CapacityTarget, CapacityUse, NodeGroup
from solver.plan.plan import SitePlan
from solver.quantity import HOURS_PER_WEEK
from solver.vocabulary import CapacityKind

FEES_NOT_PRICED = "machines that AWS keeps for the account (purchase.capacity): paid for whatever is planned"
FREE_USD_PER_HOUR = 1e-9
"""What the models take for no price: some of them divide by prices. A million such machines cost a dollar a month."""
_TAKEN = "taken of "
"""Of a quota family: vCPUs that reservations take, as another family, of which no machine is."""
_KINDS = {CapacityKind.RESERVATION: "reservation ", CapacityKind.BLOCK: "block "}


@dataclass(frozen=True)
class Reserved:
    """A demand and a catalog in which reserved machines are types of their own."""

    demand: Demand
    catalog: Catalog
    capacity: Mapping[str, Capacity]
    """As the demand has it, by key."""

    def with_types(self, plan: SitePlan) -> SitePlan:
        """An approved plan in the same names; a reservation that is gone leaves machines of the plain type."""
        return _with_groups(plan, self._typed)

    def with_targets(self, site: str, plan: SitePlan) -> SitePlan:
        """A site's plan that was made from these, with real types, whose node groups name their reservations."""
        if not self.capacity:
            return plan
        found = _with_groups(plan, self._targeting)
        kept = tuple(self._use(key, each, found) for key, each in self.capacity.items() if self._site(each) == site)
        return found.model_copy(update={"compute": found.compute.model_copy(update={"kept": kept})})

    def _site(self, each: Capacity) -> str:
        return self.demand.site_of(each)

    def _use(self, key: str, each: Capacity, plan: SitePlan) -> CapacityUse:
        inside = [group for group in plan.compute.node_groups if group.capacity and group.capacity.key == key]
        hours = sum(sum(group.machines.hourly()) for group in inside)
        return CapacityUse(
            key=key,
            machine_type=each.machine_type,
            count=each.count,
            zones=tuple(sorted(each.zones)),
            ends=each.ends,
            used=round(hours / (each.count * HOURS_PER_WEEK), 6),
        )

    def _typed(self, group: NodeGroup) -> NodeGroup:
        target = group.capacity
        known = None if target is None else self.capacity.get(target.key)
        if target is None or known is None or known.machine_type != group.machine_types[0]:
            return group.model_copy(update={"capacity": None})
        return group.model_copy(update={"machine_types": (type_name(known, target.key),), "capacity": None})

    def _targeting(self, group: NodeGroup) -> NodeGroup:
        for key, each in self.capacity.items():
            if group.machine_types == (type_name(each, key),):
                target = CapacityTarget(key=key, kind=each.kind, id=each.id, resource_group=each.resource_group)
                return group.model_copy(update={"machine_types": (each.machine_type,), "capacity": target})
        return group


def with_reserved(demand: Demand, catalog: Catalog) -> Reserved:
    """The demand and the catalog themselves where nothing is reserved."""
    capacity = demand.purchase.capacity
    if not capacity:
        return Reserved(demand, catalog, capacity)
    names = [(each.machine_type, type_name(each, key)) for key, each in capacity.items()]
    limits = demand.limits
    changed = demand.model_copy(
        update={
            "sites": dict(demand.sites)
            | {
                key: demand.aws_sites[key].model_copy(update={"quotas": _quotas(demand, key, catalog)})
                for key in demand.aws_sites
            },
            "workloads": {key: _workload(each, names) for key, each in demand.workloads.items()},
            "purchase": demand.purchase.model_copy(update={"capacity": {}}),
            "limits": limits.model_copy(
                update={
                    "machines": _patterns(limits.machines, names),
                    "exclude_machines": _patterns(limits.exclude_machines, names),
                }
            ),
        }
    )
    return Reserved(changed, _catalog(demand, catalog), capacity)


def type_name(each: Capacity, key: str) -> str:
    """`g5.xlarge.team-a`."""
    return f"{each.machine_type}.{key}"


def is_reserved(family: str) -> bool:
    """Whether a quota family is none of AWS's, but one of this module's."""
    return family.startswith((*_KINDS.values(), _TAKEN))


def taken_vcpus(quotas: Mapping[str, int], family: str) -> int:
    """What reservations take of the quota that AWS gives for a family; the rest is what stands under its name."""
    return quotas.get(f"{_TAKEN}{family}", 0)


def is_block(machine: MachineType) -> bool:
    """Whether machines of the type are those of a capacity block, which AWS Batch starts none of."""
    return machine.quota.startswith(_KINDS[CapacityKind.BLOCK])


def _family(each: Capacity, key: str) -> str:
    return f"{_KINDS[each.kind]}{key}"


def _catalog(demand: Demand, catalog: Catalog) -> Catalog:
    machines = dict(catalog.machines)
    tables = dict(catalog.tables)
    carbon = catalog.carbon
    for key, each in demand.purchase.capacity.items():
        region = demand.aws_sites[demand.site_of(each)].region
        offering = catalog.offering(region, each.machine_type)
        name = type_name(each, key)
        machine = replace(offering.machine, name=name, family=name, quota=_family(each, key))
        machines[name] = machine
        carbon = carbon.with_family(name, offering.machine.family)
        kept = replace(
            offering,
            machine=machine,
            zones=tuple(sorted(each.zones)),
            on_demand_usd_per_hour=FREE_USD_PER_HOUR,
            spot_usd_per_hour={},
            commitments={},
            purchasable=True,
        )
        tables[region] = replace(tables[region], offerings={**tables[region].offerings, name: kept})
    return replace(catalog, machines=machines, tables=tables, carbon=carbon)


def _quotas(demand: Demand, site_key: str, catalog: Catalog) -> dict[str, int]:
    """Of a site: of each reservation as many vCPUs as its machines have; none of those of other sites."""
    quotas = dict(demand.aws_sites[site_key].quotas)
    given = dict(quotas)
    for key, each in demand.purchase.capacity.items():
        machine = catalog.machine(each.machine_type)
        vcpus = each.count * machine.vcpus if demand.site_of(each) == site_key else 0
        quotas[_family(each, key)] = vcpus
        if each.kind is CapacityKind.RESERVATION and machine.quota in given:
            taken = min(given[machine.quota], taken_vcpus(quotas, machine.quota) + vcpus)
            quotas[machine.quota] = given[machine.quota] - taken
            quotas[f"{_TAKEN}{machine.quota}"] = taken
    return quotas


def _workload(workload: Workload, names: list[tuple[str, str]]) -> Workload:
    variants = {
        key: variant.model_copy(update={"machines": _patterns(variant.machines, names)})
        for key, variant in workload.variants.items()
    }
    return workload.model_copy(update={"variants": variants})


def _patterns(patterns: tuple[str, ...], names: list[tuple[str, str]]) -> tuple[str, ...]:
    """The patterns, and the reserved types whose plain type they let through."""
    added = (name for real, name in names if any(fnmatchcase(real, pattern) for pattern in patterns))
    return (*patterns, *added)


def _with_groups(plan: SitePlan, changed: Callable[[NodeGroup], NodeGroup]) -> SitePlan:
    groups = tuple(changed(group) for group in plan.compute.node_groups)
    return plan.model_copy(update={"compute": plan.compute.model_copy(update={"node_groups": groups})})
