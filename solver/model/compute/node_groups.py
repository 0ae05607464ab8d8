"""Node groups: keys, pinned images, schedules and ceilings of what the search chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from solver.catalog.catalog import Catalog
from solver.catalog.machines import MachineType
from solver.demand.demand import Demand
from solver.model.compute.ceilings import Growing, max_machines
from solver.model.compute.deployments import machines_for_both_versions
from solver.model.compute.gathers import Gather
from solver.model.compute.jobs import JobRun
from solver.model.compute.needs import Needs
from solver.model.compute.purchase import Bought
from solver.model.compute.supply import Machine
from solver.model.compute.upkeep import warm_machines
from solver.plan.compute import ComputePlan, MachineImagePlan, NodeGroup
from solver.plan.schedule import week_schedule
from solver.plan.shared_slots import SharedSlots
from solver.plan.sharing import SharedMachines
from solver.quantity import HOURS_PER_WEEK
from solver.vocabulary import PurchaseOption

_LONGEST_KEY, _DIGITS = 60, 6
"""Characters of a key, and of the digest that ends a shortened one. A key of YAML may have 128."""


@dataclass(frozen=True)
class ServiceGroup:
    """A node group of services, as the search left it."""

    key: str
    machine: Machine
    slots: tuple[int, ...]
    """By runnable variant."""
    machines: tuple[int, ...]
    """By hour class."""
    gather: Gather | None = None
    """Whose slots they are: any so many replicas of its services."""

    def shared_in(self, needs: Needs, hour: int) -> SharedMachines:
        """The machines of a gather in an hour class."""
        assert self.gather is not None
        name, zones = self.machine.machine.name, len(self.machine.zones)
        filled = self.gather.filled(name)
        week = sum(self.machines[number] for number in needs.hour_of_week)
        return SharedMachines(self.key, self.gather.units[name], filled, self.machines[hour], zones, filled * week)

    def held(self, needs: Needs) -> dict[str, int]:
        """Most replicas of each `workload.variant` on one machine: of all together, or of each by itself."""
        if self.gather is None:
            return {needs.runnables[variant].name: count for variant, count in enumerate(self.slots) if count}
        units = self.gather.units[self.machine.machine.name]
        return {needs.runnables[member.variant].name: units // member.units for member in self.gather.members}

    def shared(self, needs: Needs) -> SharedSlots | None:
        """How a gather's services share a machine."""
        if self.gather is None:
            return None
        name = self.machine.machine.name
        each = {needs.runnables[member.variant].name: member.units for member in self.gather.members}
        units = self.gather.units[name]
        return SharedSlots(units=units, filled=self.gather.filled(name), each=dict(sorted(each.items())))


def pools_of(groups: Sequence[ServiceGroup]) -> list[tuple[Gather, list[ServiceGroup]]]:
    """Gathers with their node groups."""
    found: list[tuple[Gather, list[ServiceGroup]]] = []
    for group in groups:
        if group.gather is not None:
            mine = next((pool for gather, pool in found if gather == group.gather), None)
            if mine is None:
                found.append((group.gather, [group]))
            else:
                mine.append(group)
    return found


@dataclass(frozen=True)
class Decided:
    """All that was decided for a site."""

    groups: tuple[ServiceGroup, ...]
    """By key."""
    runs: Mapping[str, JobRun]
    """By job."""
    bought: tuple[Bought, ...]
    """Commitments, with the hours planned."""
    reasons_of_bought: tuple[str, ...]
    """For each commitment."""


def approved_keys(
    needs: Needs,
    groups: Sequence[tuple[Machine, tuple[int, ...]]],
    approved: ComputePlan | None,
    gathers: Mapping[int, Gather] | None = None,
) -> dict[int, str]:
    """Keys that groups have in the approved plan, by place: a group with the same machines and replicas is the same.

    So is a gather of some of the same services on the same machines: `gathers` has those of groups, by place.
    """
    groups_before = [
        group for group in (approved.node_groups if approved is not None else ()) if group.runtime == "ecs"
    ]
    # Of two that are alike, which no plan has made, the one that is named after its machine.
    groups_before.sort(key=lambda group: group.key.startswith(group.machine_types[0].replace(".", "-")))
    known = {
        (group.machine_types, group.purchase, group.zones, tuple(sorted(group.slots.items()))): group.key
        for group in groups_before
    }
    found: dict[int, str] = {}
    for place, (machine, slots) in enumerate(groups):
        held = tuple(sorted((needs.runnables[variant].name, count) for variant, count in enumerate(slots) if count))
        key = known.get((machine.types, machine.purchase, machine.zones, held))
        if place in (gathers or {}):
            key = _approved_gather({name for name, _ in held}, machine, groups_before, set(found.values()))
        if key is not None:
            found[place] = key
    return found


def _approved_gather(names: set[str], machine: Machine, before: Sequence[NodeGroup], taken: set[str]) -> str | None:
    """The approved group of the same machines that shares its slots among most of these services."""
    same = (machine.types, machine.purchase, machine.zones)
    alike = [
        (len(names & group.slots.keys()), group.key)
        for group in before
        if group.shared is not None
        and group.key not in taken
        and (group.machine_types, group.purchase, group.zones) == same
    ]
    shared, key = max(alike, default=(0, ""))
    return key if shared else None


def group_keys(
    needs: Needs, groups: Sequence[tuple[Machine, tuple[int, ...]]], kept: Mapping[int, str] | None = None
) -> list[str]:
    """Keys of node groups: `g6-xlarge-on-demand`.

    Where several groups have one machine and purchase option, each key has the workloads that the group holds, and
    where these are the same too, their replicas: `g6-xlarge-on-demand-2-assistant`. Never a position. A key that
    would be longer than 60 characters ends with a digest of what it stands for.
    Groups that are `kept` have the keys that they had, whatever came beside them: another key is another group.
    """
    plain = [machine.name for machine, _ in groups]
    held = [
        "-".join(sorted({needs.runnables[variant].workload for variant, count in enumerate(slots) if count}))
        for _, slots in groups
    ]
    named = [f"{name}-{names}" for name, names in zip(plain, held, strict=True)]
    counted = [
        f"{name}-"
        + "-".join(
            f"{count}-{needs.runnables[variant].workload}-{needs.runnables[variant].key}"
            for variant, count in enumerate(slots)
            if count
        )
        for name, (_, slots) in zip(plain, groups, strict=True)
    ]
    typed = [
        "-".join((name, *(other.replace(".", "-") for other in machine.types[1:])))
        for name, (machine, _) in zip(counted, groups, strict=True)
    ]
    known = kept or {}
    named, counted, typed = ([_readable(name) for name in names] for names in (named, counted, typed))
    taken = set(known.values())
    keys: list[str] = []
    for place in range(len(groups)):
        free = (names[place] for names in (plain, named, counted) if names.count(names[place]) == 1)
        keys.append(known.get(place) or next((name for name in free if name not in taken), typed[place]))
    return keys


def _readable(name: str) -> str:
    """The name, or where it is too long to be read, its beginning and a digest of all of it."""
    if len(name) <= _LONGEST_KEY:
        return name
    end = sha256(name.encode()).hexdigest()[:_DIGITS]
    return f"{name[: _LONGEST_KEY - _DIGITS - 1].rpartition('-')[0]}-{end}"


def _image(catalog: Catalog, region: str, machine: MachineType) -> MachineImagePlan:
    image = catalog.image(region, machine.architecture, machine.image_flavour)
    return MachineImagePlan(
        image_id=image.id,
        name=image.name,
        flavour=machine.image_flavour,
        architecture=machine.architecture,
    )


def _node_group(
    demand: Demand,
    site_key: str,
    catalog: Catalog,
    machine: Machine,
    *,
    key: str,
    services: bool,
    week: Sequence[int],
    most: int,
    slots: Mapping[str, int],
    shared: SharedSlots | None = None,
) -> NodeGroup:
    site = demand.aws_sites[site_key]
    kind = machine.machine
    return NodeGroup(
        key=key,
        runtime="ecs" if services else "batch",
        machine_types=machine.types,
        purchase=PurchaseOption.ON_DEMAND if machine.on_demand else PurchaseOption.SPOT,
        architecture=kind.architecture,
        vcpus=kind.vcpus,
        accelerator_kind=kind.accelerator.kind if kind.accelerator is not None else None,
        accelerator_model=kind.accelerator.model if kind.accelerator is not None else None,
        accelerator_count=kind.accelerator.count if kind.accelerator is not None else 0,
        image=_image(catalog, site.region, kind),
        zones=machine.zones,
        machines=week_schedule(week),
        max_machines=most,
        root_volume_gib=site.root_volume,
        slots=dict(sorted(slots.items())),
        shared=shared,
        warm_machines=warm_machines(demand, site_key, machine, {name.partition(".")[0] for name in slots})
        if services
        else 0,
    )


def service_groups(demand: Demand, site_key: str, catalog: Catalog, needs: Needs, decided: Decided) -> list[NodeGroup]:
    growing = [
        Growing(
            key=group.key,
            peak=max(group.machines),
            zones=len(group.machine.zones),
            vcpus=group.machine.machine.vcpus,
            family=str(group.machine.machine.quota),
            useful=_useful(needs, group),
            deploying=machines_for_both_versions(needs, group.slots, max(group.machines)),
        )
        for group in decided.groups
    ]
    taken: dict[str, int] = {}
    for run in decided.runs.values():
        family = str(run.size.machine.machine.quota)
        taken[family] = taken.get(family, 0) + run.size.machines * run.size.machine.machine.vcpus
    most = max_machines(growing, demand.aws_sites[site_key].quotas, taken)
    return [
        _node_group(
            demand,
            site_key,
            catalog,
            group.machine,
            key=group.key,
            services=True,
            week=[group.machines[hour] for hour in needs.hour_of_week],
            most=most[group.key],
            slots=group.held(needs),
            shared=group.shared(needs),
        )
        for group in decided.groups
    ]


def _useful(needs: Needs, group: ServiceGroup) -> int:
    """Machines on which all services of a group run as many replicas as they may."""
    if group.gather is not None:
        most = [member.units * needs.services[member.service].service.replicas.max for member in group.gather.members]
        return -(-sum(most) // group.gather.filled(group.machine.machine.name))
    return max(
        -(-needs.services[needs.runnables[variant].service].service.replicas.max // count)
        for variant, count in enumerate(group.slots)
        if count
    )


def job_groups(demand: Demand, site_key: str, catalog: Catalog, decided: Decided) -> list[NodeGroup]:
    found: list[NodeGroup] = []
    for key, run in sorted(decided.runs.items()):
        busy = set(run.busy)
        size = run.size
        found.append(
            _node_group(
                demand,
                site_key,
                catalog,
                size.machine,
                key=job_group_key(run),
                services=False,
                week=[size.machines if hour in busy else 0 for hour in range(HOURS_PER_WEEK)],
                most=size.machines,
                slots={f"{key}.{size.variant}": size.slots},
            )
        )
    return found


def job_group_key(run: JobRun) -> str:
    """`g6-xlarge-spot-trainer`: a job's machines are its own."""
    return f"{run.size.machine.name}-{run.size.job}"
