"""The witness: an independent check that a plan holds what was asked for and costs what it says.

It shares no code with the models. It reads the plan, the demand and the tables, counts every replica of every hour, and
adds up the bill itself. A plan that it refutes is never shown: that is a defect of the models, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import PoolwrightError
from solver.plan.plan import Plan
from solver.proofs.addresses import address_faults
from solver.proofs.backups import backup_faults
from solver.proofs.beside import Beside
from solver.proofs.bill import bill_faults
from solver.proofs.carbon import carbon_faults
from solver.proofs.coverage import coverage_faults
from solver.proofs.deployments import deployment_faults
from solver.proofs.jobs import job_faults
from solver.proofs.machines import machine_faults
from solver.proofs.neighbours import neighbour_faults
from solver.proofs.owned import owned_faults
from solver.proofs.services import service_faults
from solver.proofs.site_survival import losses_of, survival_faults
from solver.proofs.sites import site_faults
from solver.proofs.view import HOURS, SiteView

_MOST_SHOWN = 12


class RefutedError(PoolwrightError):
    """A plan breaks a promise: a defect of the models, found before anyone saw the plan."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        shown = "".join(f"\n  - {fault}" for fault in faults[:_MOST_SHOWN])
        more = f"\n  … and {len(faults) - _MOST_SHOWN} more" if len(faults) > _MOST_SHOWN else ""
        super().__init__(
            f"the plan breaks {len(faults)} promises, so it is not shown:{shown}{more}",
            hint="This is a defect of Poolwright; please report it with the demand file.",
        )
        self.faults = faults

    def __reduce__(self) -> tuple[type[RefutedError], tuple[tuple[str, ...]]]:
        """Made anew from the faults where a process hands it to another."""
        return (type(self), (self.faults,))


@dataclass(frozen=True, kw_only=True)
class Witness:
    """What the check counted."""

    machine_hours: int
    """In a week, all sites."""
    replica_hours: int
    """Placed, in a week, all sites."""
    zones_lost: int
    """Losses of a zone for which the rest was shown to meet the load."""
    sites_lost: int = 0
    """Losses of a whole site, of services that outlive it, for which the others were shown to meet the load."""

    @property
    def text(self) -> str:
        """For the plan's proof."""
        zones = f", {self.zones_lost} losses of a zone survived" if self.zones_lost else ""
        sites = f", {self.sites_lost} losses of a site survived" if self.sites_lost else ""
        placed = f"{self.replica_hours:,} replica-hours of a week placed on {self.machine_hours:,} machine-hours"
        return f"{placed}{zones}{sites}, bill recomputed"


def check_plan(plan: Plan, demand: Demand, catalog: Catalog) -> Witness:
    """What was counted; RefutedError when the plan breaks a promise or its bill is not that of the tables."""
    faults = tuple(plan_faults(plan, demand, catalog))
    if faults:
        raise RefutedError(faults)
    beside = Beside(demand, plan.docker_sites)
    left = beside.demand_left()
    views = [SiteView(key, left, catalog, site) for key, site in plan.aws_sites.items()]
    machines = replicas = zones = 0
    for hosts in (site.hosts for site in plan.docker_sites.values()):
        used = [host for host in hosts if host.replicas]
        machines += HOURS * len(used)
        replicas += HOURS * sum(sum(host.replicas.values()) for host in used)
    for view in views:
        for hour in range(HOURS):
            machines += sum(placed.machines for placed in view.placed[hour])
            replicas += sum(placed.machines * sum(placed.replicas.values()) for placed in view.placed[hour])
        if any(service.survives_zone_of(view.site.zone_count) for _, service in view.services()):
            zones += len(view.plan.network.zones)
    sites = len({lost for _, lost in losses_of(beside)})
    return Witness(machine_hours=machines, replica_hours=replicas, zones_lost=zones, sites_lost=sites)


def plan_faults(plan: Plan, demand: Demand, catalog: Catalog) -> Iterator[str]:
    """Everything that is wrong with a plan, in words."""
    yield from owned_faults(plan, demand)
    yield from survival_faults(plan, demand)
    left = Beside(demand, plan.docker_sites).demand_left()
    if not set(plan.aws_sites) <= set(left.sites) or len(left.sites) > 1:
        yield from site_faults(plan, left, catalog)
    if not set(plan.aws_sites) <= set(left.sites):
        return
    if len(left.sites) == 1 and (left.workloads or left.storage) and not plan.aws_sites:
        yield "the plan has no site"
    for key, site in plan.aws_sites.items():
        view = SiteView(key, left, catalog, site)
        faults = list(machine_faults(view))
        yield from faults
        # The other checks read the placement by node group; a placement that is none would only confuse them.
        if not any("is no node group" in fault for fault in faults):
            yield from neighbour_faults(view)
            yield from service_faults(view)
            yield from deployment_faults(view)
            yield from job_faults(view)
            yield from bill_faults(view, plan.cost_lines)
            yield from carbon_faults(view, plan.cost_lines)
        yield from address_faults(view)
        yield from coverage_faults(view)
        yield from backup_faults(view)
