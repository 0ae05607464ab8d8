"""Alone: what can be told of a workload without planning it.

A service runs on machines of one type, as many as wanted, where one of its variants fits them: then one node group
holds it, unless a quota limits the type. A job is done where one of its sizes fits its window and the quota.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.workloads import Service, TrainingJob, Variant
from solver.errors import InfeasibleError
from solver.model.compute.jobs import shapes, whole_vcpus
from solver.model.compute.needs import needs_of, volume_claims
from solver.model.compute.replicas import usable_variants
from solver.model.compute.supply import Machine, Market, capacity, fits, market_of, offered, request, undivided
from solver.model.surcharge import Surcharge
from solver.model.zones import zones_of


class Told(Enum):
    """What is known of a workload."""

    FREE = auto()
    """It can be planned, whatever else runs, with a node group of its own."""
    POSSIBLE = auto()
    """It can be planned alone, within the quotas."""
    IMPOSSIBLE = auto()
    UNKNOWN = auto()


@dataclass
class Alone:
    """Answers about one site."""

    site: str
    catalog: Catalog
    _fitting: dict[str, frozenset[int]] = field(default_factory=dict[str, "frozenset[int]"])

    def told(self, demand: Demand) -> Told:
        """Of the only workload that the demand has."""
        try:
            zones = zones_of(demand, self.site, self.catalog)
        except InfeasibleError:
            return Told.IMPOSSIBLE
        ((_, workload),) = demand.workloads.items()
        if not isinstance(workload, Service):
            return self._job(demand)
        return self._service(demand, market_of(demand, demand.aws_sites[self.site], zones, Surcharge(), services=True))

    def machines(self, market: Market) -> tuple[Machine, ...]:
        """Machine types that the rules allow, on demand."""
        return offered(self.catalog, market)

    def fitting(self, variant: Variant, market: Market) -> frozenset[int]:
        """Positions of the machine types that hold a replica; of one variant and market they are looked for once."""
        key = f"{_rules(market)} {market.site.root_volume} {variant.model_dump_json()}"
        if key not in self._fitting:
            every = enumerate(self.machines(market))
            self._fitting[key] = frozenset(place for place, machine in every if fits(variant, machine, market))
        return self._fitting[key]

    def _service(self, demand: Demand, market: Market) -> Told:
        needs = needs_of(demand, self.site)
        (service,) = needs.services
        limited = False
        machines = self.machines(market)
        for number in usable_variants(needs, service):
            for place in sorted(self.fitting(needs.runnables[number].variant, market)):
                machine = machines[place]
                if service.survives_zone and len(machine.zones) < 2:
                    continue
                if machine.machine.quota not in market.site.quotas:
                    return Told.FREE
                limited = True
        return Told.UNKNOWN if limited else Told.IMPOSSIBLE

    def _job(self, demand: Demand) -> Told:
        quotas = demand.aws_sites[self.site].quotas
        least: dict[str, int] = {}
        for machine, vcpus in self.vcpus(demand):
            family = str(machine.machine.quota)
            if family not in quotas:
                return Told.FREE
            least[family] = min(vcpus, least.get(family, vcpus))
        within = any(vcpus <= quotas[family] for family, vcpus in least.items())
        return Told.POSSIBLE if within else Told.IMPOSSIBLE

    def vcpus(self, demand: Demand) -> Iterator[tuple[Machine, int]]:
        """Machine types on which the only workload, a job, is done in its window, and the fewest vCPUs that it takes
        of each."""
        ((_, job),) = demand.workloads.items()
        assert not isinstance(job, Service)
        zones = zones_of(demand, self.site, self.catalog)
        market = market_of(demand, demand.aws_sites[self.site], zones, Surcharge(), services=False)
        _, by_replica = volume_claims(demand, job.uses)
        for variant in (whole_vcpus(each) for each in job.variants.values()):
            workers = [count for _, count in shapes(job, variant)]
            for place in sorted(self.fitting(variant, market)) if workers else ():
                machine = self.machines(market)[place]
                asked = request(variant, undivided=undivided(variant, machine))
                apart = isinstance(job, TrainingJob) or bool(by_replica)
                each = 1 if apart else int((capacity(machine, market)[asked > 0] // asked[asked > 0]).min())
                yield machine, -(-min(workers) // each) * machine.machine.vcpus


def _rules(market: Market) -> str:
    """What tells which machine types a market has."""
    site = market.site
    filters = (market.zones, market.machines, market.excluded, market.burstable)
    return repr((site.region, site.eni_trunking, *filters, sorted(site.quotas.items())))
