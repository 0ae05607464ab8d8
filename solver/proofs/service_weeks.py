"""What a service's machines on one site of AWS hold in every hour of a week, for each thing that may be lost there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, fsum

from solver.demand.workloads import Service
from solver.plan.compute import ServicePlan
from solver.proofs.growth import Growing, Lost, SiteGrowth
from solver.proofs.served import HAIR, Growth, Served, served_week


class ServiceWeek:
    """One service's capacity in every hour of a week, for each thing that may be lost; filled when it is asked for."""

    def __init__(self, growth: SiteGrowth, plan: ServicePlan | None, service: Service, tries: list[Lost]) -> None:
        self.growth = growth
        self.plan = plan
        self.service = service
        self.tries = tries
        self._held: dict[tuple[int, ...], dict[Lost, tuple[float, float]]] = {}

    def in_hour(self, hour: int) -> Mapping[Lost, tuple[float, float]]:
        """Capacity as planned and grown, units a second, for each thing that may be lost."""
        if self.plan is None:
            return dict.fromkeys(self.tries, (0.0, 0.0))
        state = self.growth.state(self.plan, hour)
        if state not in self._held:
            self._held[state] = {
                lost: (
                    fsum(each.replicas * each.variant.load_per_replica_per_second for each in variants),
                    fsum(each.most * each.variant.load_per_replica_per_second for each in variants),
                )
                for lost in self.tries
                for variants in [list(self.growth.variants(self.plan, hour, lost))]
            }
        return self._held[state]

    def served(self, load: Sequence[float], held: Sequence[float], lost: Lost, *, grown: bool) -> Served:
        """What is served of a week's load by what is held of it after a loss, and what would serve the rest."""
        return served_week(load, held, lambda hour, missing: self._next(hour, missing, lost, grown=grown))

    def _next(self, hour: int, missing: float, lost: Lost, *, grown: bool) -> Growth | None:
        if self.plan is None:
            return None
        plan = self.plan
        variants = list(self.growth.variants(plan, hour, lost))
        # Where nothing of the workload runs in this hour, any of its groups will have to.
        pairs = [(each, key) for each in variants for key in each.groups] or [
            (each, key) for each in variants for key in each.variant.node_groups
        ]
        if not pairs:
            return None
        first, key = max(
            pairs,
            key=lambda pair: (
                self.growth.can_start(pair[1], plan, hour, lost),
                self.growth.replicas(plan, pair[0].variant, pair[1], hour) * _rate(pair[0]),
            ),
        )
        more = ceil(missing / _rate(first) - HAIR)
        slots = self.growth.group(key).slots.get(f"{plan.key}.{first.variant.key}", 0) or 1
        if not grown:
            machines = -(-max(0, more - first.free) // slots)
            return Growth(node_group=key, machines=machines, variant=first.variant.key, replicas=more)
        machines = -(-max(0, first.most + more - first.places) // slots)
        total = sum(each.most for each in variants) + more
        return Growth(
            node_group=key,
            machines=machines,
            variant=first.variant.key,
            replicas=more,
            over=tuple(self._ceilings(first, key, hour, machines, first.most + more, total)),
            but=self._obstacle(plan, first, key, hour, lost, machines),
        )

    def _ceilings(self, first: Growing, key: str, hour: int, machines: int, replicas: int, total: int) -> Iterator[str]:
        if total > self.service.replicas.max:
            yield f"replicas.max {self.service.replicas.max} of the demand ({total} are needed)"
        elif replicas > first.variant.max_replicas:
            yield f"max_replicas {first.variant.max_replicas} of the plan ({replicas} are needed)"
        if machines and self.growth.is_held_by_quota(key, hour):
            family = self.growth.family_of[key]
            yield f"the quota of {self.growth.quotas[family]:,} {family} vCPUs"
        elif machines:
            yield f"max_machines {self.growth.group(key).max_machines} of {key}"

    def _obstacle(
        self, plan: ServicePlan, first: Growing, key: str, hour: int, lost: Lost, machines: int
    ) -> str | None:
        if not first.scales:
            return "nothing tells how loaded an accelerator without a load balancer is, so it follows the plan's hours"
        if machines and not self.growth.can_start(key, plan, hour, lost):
            return "no group of its hour has a zone or capacity pool left"
        return None


def _rate(growing: Growing) -> float:
    return growing.variant.load_per_replica_per_second
