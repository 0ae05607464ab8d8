"""A real catalog of one region, and makers of small demands and machine plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.plan.compute import (
    ComputePlan,
    JobPlan,
    MachineImagePlan,
    NodeGroup,
    ServicePlan,
    VariantPlan,
)
from solver.plan.schedule import week_schedule
from solver.vocabulary import (
    Architecture,
    Framework,
    ImageFlavour,
    Protocol,
    PurchaseOption,
    Weekday,
)

DemandMaker = Callable[..., Demand]
ComputeMaker = Callable[..., ComputePlan]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The real tables of us-east-1."""
    return load_catalog(None, ["us-east-1"])


@pytest.fixture(scope="session")
def make_demand() -> DemandMaker:
    """A demand of one site `main` in us-east-1; `network`, `workloads` and `storage` are merged into defaults."""

    def make(
        workloads: dict[str, dict[str, Any]] | None = None,
        storage: dict[str, dict[str, Any]] | None = None,
        network: dict[str, Any] | None = None,
        **rest: Any,
    ) -> Demand:
        default: dict[str, Any] = {
            "kind": "service",
            "image": {},
            "load": {"constant_per_second": 10},
            "variants": {"cpu": {"cpu": 1, "memory": "1Gi", "throughput_per_second": 10, "source": "measured"}},
        }
        zones = rest.pop("zones", 3)
        return Demand.model_validate(
            {
                "stack": "test",
                "owner": "tests",
                "sites": {
                    "main": {
                        "kind": "aws",
                        "region": "us-east-1",
                        "zones": zones,
                        "network": {"cidr": "10.0.0.0/16", "dns": {"domain": "api.example.com"}, **(network or {})},
                    }
                },
                "workloads": {key: default | each for key, each in (workloads or {"app": {}}).items()},
                "storage": storage or {},
                **rest,
            }
        )

    return make


@pytest.fixture(scope="session")
def make_compute() -> ComputeMaker:
    """A machine plan with one node group, whose services have `replicas` each, day and night unless given hourly."""

    def make(
        demand: Demand,
        *,
        replicas: int = 4,
        machines: list[int] | None = None,
        image_reference: str | None = None,
        zones: tuple[str, ...] = ("use1-az2", "use1-az4", "use1-az6"),
    ) -> ComputePlan:
        group = NodeGroup(
            key="m7g-large-on-demand",
            runtime="ecs",
            machine_types=("m7g.large",),
            purchase=PurchaseOption.ON_DEMAND,
            architecture=Architecture.ARM64,
            vcpus=2,
            image=MachineImagePlan(
                image_id="ami-0123456789abcdef0",
                name="al2023",
                flavour=ImageFlavour.STANDARD,
                architecture=Architecture.ARM64,
            ),
            zones=zones,
            machines=week_schedule(machines or [3] * 168),
            max_machines=6,
            root_volume_gib=40,
            slots={},
        )
        variant = VariantPlan(
            key="cpu",
            image_reference=image_reference,
            image_digest=None,
            framework=Framework.OTHER,
            architecture=Architecture.ARM64,
            cpu_millis=1000,
            memory_mib=1024,
            replicas=week_schedule([replicas] * 168),
            max_replicas=2 * replicas,
            node_groups=(group.key,),
            weights=(replicas,),
            load_per_replica_per_second=7.0,
        )
        services = [
            ServicePlan(
                key=key,
                port=8080,
                protocol=Protocol.HTTP,
                load_balancers=(),
                secrets=dict(entry.secrets),
                discovery=False,
                calls=entry.calls,
                health_path="/healthz",
                health_grace_seconds=60,
                max_utilisation=0.7,
                log_retention_days=entry.log_retention_days,
                variants=(variant,),
            )
            for key, entry in sorted(demand.workloads.items())
            if entry.kind.value == "service"
        ]
        jobs = [
            JobPlan(
                key=key,
                kind="batch",
                days=(Weekday.MON,),
                start_hour=1,
                hours=2,
                timeout_hours=4,
                attempts=1,
                workers=2,
                log_retention_days=entry.log_retention_days,
                variant=variant,
            )
            for key, entry in sorted(demand.workloads.items())
            if entry.kind.value != "service"
        ]
        return ComputePlan(
            eni_trunking=True,
            node_groups=(group,),
            services=tuple(services),
            jobs=tuple(jobs),
            repositories=tuple(sorted(demand.workloads)) if image_reference is None else (),
        )

    return make
