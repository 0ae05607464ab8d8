"""The pools of one site.

The order is that of the arrows between the pools: storage says what volumes cost, compute chooses machines with those
and with what security measures cost for each machine, network is built around the machines, security around all three,
monitoring around all that runs. These four are solved exactly, given the machines. The bound is the sum of the pools'
own: compute's has what security measures cost for each machine-hour, and the others' count the least of what depends on
machines: no start of one, no byte that a starting machine pulls. What images cost least is found with the machines
(`registry`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import fsum

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.answer import PoolAnswer
from solver.model.backend import Backend
from solver.model.carbon import carbon_lines, carbon_of
from solver.model.compute.deployments import refuse_undeployable
from solver.model.compute.model import least_compute_usd_per_month, solve_compute
from solver.model.compute.replan import Standing
from solver.model.compute.undivided import undivided
from solver.model.conflict.network_wishes import network_wishes
from solver.model.conflict.pools import pool_or_explain
from solver.model.conflict.storage_wishes import storage_wishes
from solver.model.deadline import AT_ONCE, NEVER, Deadline
from solver.model.infeasibility import solve_or_explain
from solver.model.monitoring.model import solve_monitoring
from solver.model.network.model import solve_network
from solver.model.registry import image_lines, least_images_usd_per_month
from solver.model.retired import with_retired, without_retired
from solver.model.security.effects import with_log_retention, with_measures
from solver.model.security.model import solve_security
from solver.model.sites.search import SiteTask
from solver.model.storage.model import solve_storage, volume_usd_per_month
from solver.model.surcharge import Surcharge, machine_surcharge
from solver.model.utilisation import utilisation_reasons
from solver.plan.compute import ComputePlan
from solver.plan.cost import CostLine, gap_of, total_usd_per_month
from solver.plan.explanation import Reason, RejectedMove
from solver.plan.monitoring import MonitoringPlan
from solver.plan.network import NetworkPlan
from solver.plan.plan import SitePlan
from solver.plan.security import KeyPurpose, SecurityPlan
from solver.plan.storage import StoragePlan
from solver.vocabulary import Termination


@dataclass(frozen=True, kw_only=True)
class SiteAnswer:
    """The pools of one site, decided."""

    key: str
    plan: SitePlan
    storage: PoolAnswer[StoragePlan]
    compute: PoolAnswer[ComputePlan]
    surcharge_usd_per_month: float
    """What security measures and carbon cost for the machines and for starts: the compute pool's bound has it, not its
    lines."""
    network: PoolAnswer[NetworkPlan]
    security: PoolAnswer[SecurityPlan]
    monitoring: PoolAnswer[MonitoringPlan | None]
    images: tuple[CostLine, ...]
    """Storage of the site's container images."""
    images_bound_usd_per_month: float
    carbon: tuple[CostLine, ...]
    """At the organisation's own price."""

    @property
    def lines(self) -> tuple[CostLine, ...]:
        return (
            *self.network.lines,
            *self.security.lines,
            *self.storage.lines,
            *self.compute.lines,
            *self.images,
            *self.carbon,
            *self.monitoring.lines,
        )

    @property
    def bound_usd_per_month(self) -> float:
        return (
            self.network.bound_usd_per_month
            + self.security.bound_usd_per_month
            + self.storage.bound_usd_per_month
            + self.compute.bound_usd_per_month
            + self.images_bound_usd_per_month
            + self.monitoring.bound_usd_per_month
        )

    @property
    def usd_per_month(self) -> float:
        return total_usd_per_month(self.lines)

    @property
    def besides_compute_usd_per_month(self) -> float:
        others = (self.network, self.security, self.storage, self.monitoring)
        return fsum(answer.bound_usd_per_month for answer in others)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return (
            *self.network.reasons,
            *self.security.reasons,
            *self.storage.reasons,
            *self.compute.reasons,
            *self.monitoring.reasons,
        )

    @property
    def rejected(self) -> tuple[RejectedMove, ...]:
        return (*self.network.rejected, *self.storage.rejected, *self.compute.rejected)

    @property
    def not_priced(self) -> tuple[str, ...]:
        return (*self.network.not_priced, *self.security.not_priced, *self.storage.not_priced, *self.compute.not_priced)


def solve_site(
    task: SiteTask,
    catalog: Catalog,
    engine: Backend,
    *,
    previous: SitePlan | None,
    unchanged: bool,
    standing: Standing | None = None,
    alone: bool = False,
    told: bool = True,
    deadline: Deadline = NEVER,
) -> SiteAnswer:
    """The pools of one site; `alone` solves each by itself. InfeasibleError names what can't be met.

    Where it is not `told` why, the compute pool has no reasons.
    """
    demand, key = task.demand, task.site
    site = demand.aws_sites[key]

    def stored(wanted: Demand) -> PoolAnswer[StoragePlan]:
        return solve_storage(wanted, key, catalog, previous=previous.storage if previous is not None else None)

    storage = pool_or_explain(demand, key, storage_wishes, stored) if task.explain else stored(demand)
    volumes = {each.key: volume_usd_per_month(each, catalog, site.region) for each in storage.plan.volumes}
    surcharge = machine_surcharge(demand, key, catalog)

    def computed(wanted: Demand) -> PoolAnswer[ComputePlan]:
        return solve_compute(
            wanted,
            key,
            catalog,
            engine,
            storage=storage.plan,
            volume_usd_per_month=volumes,
            surcharge=surcharge,
            previous=without_retired(previous.compute) if previous is not None else None,
            standing=standing,
            alone=alone,
            told=told,
            deadline=deadline,
        )

    def attempted(wanted: Demand) -> object:
        return solve_compute(
            wanted,
            key,
            catalog,
            engine,
            storage=storage.plan,
            volume_usd_per_month=volumes,
            surcharge=Surcharge(),
            told=False,
            deadline=AT_ONCE,
        )

    wanted = task.compute
    compute = solve_or_explain(wanted, key, catalog, computed, attempted) if task.explain else computed(wanted)

    def more_without(fewer: Demand) -> float:
        # As long a search as that for the plan, to raise the bound by some dollars: not where time is up. Where nothing
        # but the first answer is asked for, no clock is read, and bounds are as good as ever.
        if deadline != AT_ONCE and deadline.has_passed():
            return 0.0
        usd = least_compute_usd_per_month(
            fewer, key, catalog, engine, volume_usd_per_month=volumes, surcharge=surcharge, deadline=deadline
        )
        return max(0.0, usd - compute.bound_usd_per_month)

    compute = undivided(wanted, compute, computed)
    refuse_undeployable(key, compute.plan)

    def connected(wanted: Demand) -> PoolAnswer[NetworkPlan]:
        return solve_network(
            wanted,
            key,
            catalog,
            compute=compute.plan,
            storage=storage.plan,
            crossing=task.crossing,
            previous=previous.network if previous is not None else None,
        )

    network = pool_or_explain(demand, key, network_wishes, connected) if task.explain else connected(demand)
    security = solve_security(
        demand, key, catalog, engine, network=network.plan, compute=compute.plan, storage=storage.plan
    )
    monitoring = solve_monitoring(
        demand, key, catalog, compute=compute.plan, log_key=KeyPurpose.LOGS in security.plan.keys
    )
    carbon = carbon_of(demand, key, catalog, compute.plan)
    images = image_lines(demand, key, catalog, compute.plan)
    plan = SitePlan(
        kind=site.kind,
        region=site.region,
        network=with_measures(network.plan, security.plan),
        security=security.plan,
        storage=storage.plan,
        compute=with_retired(
            with_log_retention(compute.plan, security.plan),
            previous.compute if previous is not None else None,
            network.plan.zones,
            same_inputs=unchanged,
        ),
        monitoring=monitoring.plan,
        carbon=carbon,
    )
    answer = SiteAnswer(
        key=key,
        plan=plan,
        storage=storage,
        compute=replace(compute, reasons=(*compute.reasons, *utilisation_reasons(demand, compute.plan))),
        surcharge_usd_per_month=surcharge.usd_per_month(compute.plan) + surcharge.starts_usd_per_month(compute.plan),
        network=network,
        security=security,
        monitoring=monitoring,
        images=images,
        images_bound_usd_per_month=total_usd_per_month(images),
        carbon=carbon_lines(demand, key, carbon),
    )
    return replace(answer, images_bound_usd_per_month=_least_images(answer, wanted, catalog, more_without))


def _least_images(
    answer: SiteAnswer, demand: Demand, catalog: Catalog, more_without: Callable[[Demand], float]
) -> float:
    """What images cost in any plan, USD a month; `answer` has what they cost in its own as their bound.

    How much dearer machines get without an image takes about as long to ask as the plan's own bound: it is asked only
    where it may decide whether the gap that is asked for is kept, or the plan is an optimum.
    """
    compute, cost, bound = answer.plan.compute, answer.usd_per_month, answer.bound_usd_per_month
    asked = demand.limits.gap
    least = least_images_usd_per_month(demand, answer.key, catalog, compute, lambda fewer: 0.0)
    sure = bound - answer.images_bound_usd_per_month + least
    if Termination.of(gap_of(cost, bound), asked) is Termination.of(gap_of(cost, sure), asked):
        return least
    return least_images_usd_per_month(demand, answer.key, catalog, compute, more_without)
