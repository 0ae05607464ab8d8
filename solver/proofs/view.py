"""What the checks look at: one site of a plan, with the demand and the catalog it must answer to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from solver.catalog.catalog import Catalog
from solver.catalog.machines import Allocatable, Reserved, allocatable
from solver.demand.containers import Sidecar
from solver.demand.demand import AwsSite, Demand
from solver.demand.storage import StorageClaim, Volume
from solver.demand.workloads import BatchJob, Service, TrainingJob, Variant, Workload
from solver.plan.compute import NodeGroup, PlacedMachines
from solver.plan.plan import SitePlan
from solver.proofs.residency import goes_along, kept_on, may_run

HOURS = 168


def exactly(number: float) -> Fraction:
    """The decimal number that stands in the file."""
    return Fraction(Decimal(repr(number)))


@dataclass(frozen=True)
class SiteView:
    """One site of a plan."""

    key: str
    demand: Demand
    catalog: Catalog
    plan: SitePlan

    @property
    def site(self) -> AwsSite:
        """As the demand has it."""
        return self.demand.aws_sites[self.key]

    @cached_property
    def running(self) -> frozenset[str]:
        """Keys of the workloads of the site: those that can be nowhere else, and those that the plan has here."""
        jobs = {job.key for job in self.plan.compute.jobs}
        return frozenset(
            key
            for key, places in may_run(self.demand).items()
            if places == {self.key} or key in self.plan.serves or (key in jobs and len(places) > 1)
        )

    def workloads(self) -> Iterator[tuple[str, Workload]]:
        """Workloads of the site, by key."""
        for key, workload in sorted(self.demand.workloads.items()):
            if key in self.running:
                yield key, workload

    def part(self, service: str) -> Fraction:
        """Part of a service's load that the site serves."""
        parts = self.plan.serves.get(service)
        return Fraction(1) if parts is None else sum((exactly(part) for part in parts.values()), Fraction(0))

    def services(self) -> Iterator[tuple[str, Service]]:
        """Services of the site, by key."""
        for key, workload in self.workloads():
            if isinstance(workload, Service):
                yield key, workload

    def jobs(self) -> Iterator[tuple[str, BatchJob | TrainingJob]]:
        """Batch and training jobs of the site, by key."""
        for key, workload in self.workloads():
            if not isinstance(workload, Service):
                yield key, workload

    def claims(self) -> Iterator[tuple[str, StorageClaim]]:
        """Storage claims of the site, by key."""
        for key, claim in sorted(self.demand.storage.items()):
            places = kept_on(self.demand, claim)
            used = any(key in workload.uses for _, workload in self.workloads())
            if self.key in places and (used or not goes_along(claim)):
                yield key, claim

    def volumes_of(self, workload: Workload, attach: str) -> list[str]:
        """Claims of which each machine, or each replica, of a workload gets a volume."""
        used = ((claim, self.demand.storage[claim]) for claim in sorted(workload.uses))
        return [claim for claim, entry in used if isinstance(entry, Volume) and entry.attach == attach]

    @cached_property
    def groups(self) -> dict[str, NodeGroup]:
        """Node groups by key."""
        return {group.key: group for group in self.plan.compute.node_groups}

    @cached_property
    def placed(self) -> list[tuple[PlacedMachines, ...]]:
        """The placement of each of the 168 hours; empty where no hour class has the hour."""
        week: list[tuple[PlacedMachines, ...]] = [()] * HOURS
        for hours in self.plan.compute.hour_classes:
            for hour in hours.hours:
                week[hour] = hours.placement
        return week

    def variant(self, name: str) -> Variant | None:
        """The demand's variant that `workload.variant` names."""
        workload, _, key = name.partition(".")
        found = self.demand.workloads.get(workload)
        return None if found is None else found.variants.get(key)

    def sidecars(self, name: str) -> list[Sidecar]:
        """What runs beside each replica of `workload.variant`."""
        found = self.demand.workloads.get(name.partition(".")[0])
        return list(found.sidecars.values()) if isinstance(found, Service) else []

    def holds(self, machine_type: str, runtime: str) -> Allocatable:
        """What tasks can have of a machine; daemons run beside services alone."""
        machine = self.catalog.machine(machine_type)
        daemons = self.site.daemons.values() if runtime == "ecs" else ()
        reserved = Reserved(
            cpu_millis=sum(each.cpu for each in daemons), memory_mib=sum(each.memory for each in daemons)
        )
        return allocatable(machine, eni_trunking=self.plan.compute.eni_trunking, reserved=reserved)
