"""WatchedSite: what of a site alarms and dashboards are about, by the names that metrics have for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pulumi

from components.aws.compute.service import service_name
from components.naming import SiteNames
from components.outputs import ComputeOutputs, NetworkOutputs
from solver.plan.compute import ComputePlan, ServicePlan
from solver.plan.schedule import WeekSchedule
from solver.plan.shares import held_replicas

Dimensions = dict[str, pulumi.Input[str]]
"""Of one resource, by name."""


@dataclass(frozen=True, kw_only=True)
class EcsService:
    """One ECS service, which holds replicas of one variant on one node group."""

    name: str
    replicas: WeekSchedule
    """The plan's, by hour."""


@dataclass(frozen=True, kw_only=True)
class WatchedSite:
    """A site's services and machines."""

    names: SiteNames
    compute: ComputePlan
    network: NetworkOutputs
    built: ComputeOutputs
    check_ids: Mapping[str, pulumi.Output[str]] = field(default_factory=dict[str, pulumi.Output[str]])
    """Health checks of public paths, by service."""

    @property
    def cluster(self) -> Dimensions:
        """Of the cluster of services; it is there where services are."""
        return {"ClusterName": self.built.cluster_name or ""}

    def check(self, key: str) -> Dimensions:
        """Of the health check of a service's public path."""
        return {"HealthCheckId": self.check_ids[key]}

    def services(self) -> Iterator[ServicePlan]:
        """Services, by key."""
        yield from sorted(self.compute.services, key=lambda service: service.key)

    def service(self, key: str) -> ServicePlan:
        """A service by its key."""
        return next(service for service in self.compute.services if service.key == key)

    def targets(self, service: ServicePlan) -> list[Dimensions]:
        """Of each target group of a service; two where its deployments move requests."""
        return [
            {"LoadBalancer": self.network.load_balancers[key].arn_suffix, "TargetGroup": suffix}
            for key in service.load_balancers
            for suffix in self.network.target_groups[key, service.key].arn_suffixes
        ]

    def parts(self, service: ServicePlan) -> Iterator[EcsService]:
        """The ECS services that hold its replicas."""
        for variant in service.variants:
            for held in held_replicas(self.compute, service.key, variant):
                yield EcsService(name=service_name(service, variant, held), replicas=held.replicas)

    def has_spot(self) -> bool:
        """Whether machines of it may be taken away."""
        return any(group.purchase == "spot" for group in self.compute.node_groups)
