"""Standing: what each workload needs, what the planned machines hold of it, and which promises bind.

A promise binds in an hour when one machine less, of the group whose machines matter least to it, would break it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import floor

from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.model.compute.capacity import capacity_row
from solver.model.compute.hours import exact
from solver.model.compute.needs import Needs, ServiceNeed, needs_of
from solver.model.compute.replicas import floor_rows
from solver.model.compute.rows import Counted, Row, counted
from solver.model.compute.spot import steady_rows
from solver.model.compute.survival import survival_rows
from solver.model.standby import standby_of
from solver.plan.compute import ComputePlan, NodeGroup
from solver.plan.explanation import Bind, JobStanding, ServiceStanding
from solver.plan.schedule import format_days
from solver.plan.shares import sharing
from solver.plan.sharing import Shared, shared_machines
from solver.quantity import HOURS_PER_WEEK, format_clock
from solver.vocabulary import PurchaseOption, Weekday

_DAYS = tuple(Weekday)
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Standing:
    """The services of one site against the machines of its plan."""

    site: str
    needs: Needs
    groups: tuple[tuple[NodeGroup, tuple[int, ...]], ...]
    """Node groups of services with their machines in each of the 168 hours."""
    plan: ComputePlan
    """Whose groups they are."""

    def services(self) -> Iterator[ServiceStanding]:
        """One for each service, by key."""
        for need in self.needs.services:
            hour = self.peak_hour(need)
            number = self.needs.hour_of_week[hour]
            everything = Row("capacity", need.number, Counted.ALL, capacity_row(self.needs, need).worth, ())
            left = Row("survival", need.number, Counted.SURVIVING, everything.worth, ())
            yield ServiceStanding(
                site=self.site,
                workload=need.key,
                peak=f"{format_days((_DAYS[hour // 24],))} {format_clock(hour % 24)}",
                load_per_second=float(need.load[number] / need.grain),
                need_per_second=float(need.needed[number] / need.grain),
                have_per_second=float(self._have(everything, hour) / need.grain),
                after_zone_loss_per_second=float(self._have(left, hour) / need.grain),
                binds=tuple(self._binds(need)),
            )

    def peak_hour(self, need: ServiceNeed) -> int:
        """First hour of the week of the hours with the highest planned load."""
        number = max(range(len(self.needs.hours)), key=lambda each: (need.load[each], -each))
        return self.needs.hours[number].hours[0]

    def room(self, need: ServiceNeed, hours: Sequence[int]) -> Fraction:
        """Load a second, on top of the demand's own, that the machines still hold in each of these hours; exact."""
        week = [exact(load) for load in need.service.load.week_per_second()]
        rows = [row for row in self._rows(need) if row.promise != "replicas"]
        room: list[Fraction] = []
        for hour in hours:
            number = self.needs.hour_of_week[hour]
            # Each requirement is a share of the planned load, rounded up to the grain.
            most = [
                Fraction(need.load[number] * self._have(row, hour), row.required[number])
                for row in rows
                if row.required[number]
            ]
            if most:
                room.append(floor(min(most)) / need.grain - week[hour])
        return max(Fraction(0), min(room, default=Fraction(0)))

    def _binds(self, need: ServiceNeed) -> Iterator[Bind]:
        found: list[Bind] = []
        for row in self._rows(need):
            hours = sum(self._is_tight(row, hour) for hour in range(HOURS_PER_WEEK))
            if hours:
                found.append(Bind(promise=_words(row, need.service), hours_per_week=hours))
        yield from sorted(found, key=lambda bind: -bind.hours_per_week)

    def _is_tight(self, row: Row, hour: int) -> bool:
        required = row.required[self.needs.hour_of_week[hour]]
        if not required:
            return False
        have = self._have(row, hour)
        losses = [
            have - self._have(row, hour, without=group.key)
            for group, machines in self.groups
            if machines[hour] and self._worth(row, group)
        ]
        least = min((loss for loss in losses if loss), default=0)
        return have - least < required

    def _rows(self, need: ServiceNeed) -> list[Row]:
        return [
            *survival_rows(self.needs, need),
            capacity_row(self.needs, need),
            *steady_rows(self.needs, need),
            *floor_rows(self.needs, need),
        ]

    def _have(self, row: Row, hour: int, *, without: str | None = None) -> int:
        """What the row counts in an hour, with one machine less of one group."""
        return sum(
            self._of_shared(row, group, hour, machines[hour] - (group.key == without))
            if group.shared is not None
            else self._worth(row, group)
            * counted(
                row.counted,
                machines[hour] - (group.key == without),
                len(group.zones),
                on_demand=group.purchase is PurchaseOption.ON_DEMAND,
            )
            for group, machines in self.groups
            if machines[hour]
        )

    def _of_shared(self, row: Row, group: NodeGroup, hour: int, machines: int) -> int:
        """What the row counts of slots that services share, beside what the others run."""
        assert group.shared is not None
        if row.counted is Counted.ON_DEMAND and group.purchase is not PurchaseOption.ON_DEMAND:
            return 0
        here = {name: week[hour] for name, week in self._sharing[group.key].items()}
        shared = Shared(shared_machines(group, hour), here, group.shared.each)
        found = 0
        for worth, each in zip(row.worth, self.needs.runnables, strict=True):
            if worth and each.name in group.slots:
                left = row.counted is Counted.SURVIVING
                count = shared.left_at_most if left else shared.places_for
                found += worth * count(each.name, machines)
        return found

    @cached_property
    def _sharing(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """Node group → `workload.variant` → replicas by hour, where services share slots."""
        return {group.key: sharing(self.plan, group) for group, _ in self.groups if group.shared is not None}

    def _worth(self, row: Row, group: NodeGroup) -> int:
        return sum(
            worth * group.slots.get(each.name, 0) for worth, each in zip(row.worth, self.needs.runnables, strict=True)
        )


def standing(demand: Demand, site_key: str, plan: ComputePlan) -> Standing:
    """The services of a site against its plan."""
    groups = tuple((group, group.machines.hourly()) for group in plan.node_groups if group.runtime == "ecs")
    return Standing(site_key, needs_of(demand, site_key), tuple(each for each in groups if each[0].slots), plan)


def job_standings(demand: Demand, site_key: str, plan: ComputePlan) -> Iterator[JobStanding]:
    """One for each job, by key."""
    for job in plan.jobs:
        wish = demand.workloads[job.key]
        if isinstance(wish, Service):
            continue
        rate = wish.variants[job.variant.key].throughput_per_second
        yield JobStanding(
            site=site_key,
            workload=job.key,
            work=wish.work,
            can_do=rate * job.workers * job.hours * _SECONDS_PER_HOUR,
            hours=job.hours,
            window_hours=wish.window.hours,
        )


def _words(row: Row, service: Service) -> str:
    match row.promise:
        case "survival":
            return "zone loss"
        case "spot":
            return "spot share"
        case "replicas":
            return "min replicas"
        case _:
            if standby_of(service) is not None:
                return "headroom or site loss"
            return "headroom" if service.headroom else "load"
