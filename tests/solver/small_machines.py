"""Small compute plans: node groups and services with the numbers that a test is about."""

from __future__ import annotations

from collections.abc import Sequence

from solver.plan.compute import ComputePlan, MachineImagePlan, NodeGroup, ServicePlan, VariantPlan
from solver.plan.schedule import week_schedule
from solver.vocabulary import (
    AcceleratorKind,
    Architecture,
    Framework,
    ImageFlavour,
    Protocol,
    PurchaseOption,
)

ZONES = ("use1-az2", "use1-az4", "use1-az6")


def node_group(
    key: str,
    machines: int | Sequence[int],
    slots: dict[str, int],
    *,
    most: int | None = None,
    zones: tuple[str, ...] = ZONES,
    types: tuple[str, ...] = ("m7i.large",),
    spot: bool = False,
    runtime: str = "ecs",
) -> NodeGroup:
    """Machines of 2 vCPUs; the ceiling is the schedule's highest hour unless given."""
    week = [machines] * 168 if isinstance(machines, int) else list(machines)
    return NodeGroup(
        key=key,
        runtime="batch" if runtime == "batch" else "ecs",
        machine_types=types,
        purchase=PurchaseOption.SPOT if spot else PurchaseOption.ON_DEMAND,
        architecture=Architecture.X86_64,
        vcpus=2,
        image=MachineImagePlan(
            image_id="ami-0123456789abcdef0",
            name="al2023",
            flavour=ImageFlavour.STANDARD,
            architecture=Architecture.X86_64,
        ),
        zones=zones,
        machines=week_schedule(week),
        max_machines=max(week) if most is None else most,
        root_volume_gib=40,
        slots=slots,
    )


def variant(
    key: str,
    replicas: int | Sequence[int],
    groups: tuple[str, ...],
    *,
    rate: float = 10.0,
    most: int | None = None,
    weights: tuple[int, ...] | None = None,
    accelerator: AcceleratorKind | None = None,
    cpu_millis: int = 500,
    memory_mib: int = 1024,
) -> VariantPlan:
    """A variant of the given replicas; the ceiling is their highest hour unless given."""
    week = [replicas] * 168 if isinstance(replicas, int) else list(replicas)
    return VariantPlan(
        key=key,
        image_reference=None,
        image_digest=None,
        framework=Framework.OTHER,
        architecture=Architecture.X86_64,
        cpu_millis=cpu_millis,
        memory_mib=memory_mib,
        accelerator_kind=accelerator,
        accelerator_count=0 if accelerator is None else 1,
        replicas=week_schedule(week),
        max_replicas=max(week) if most is None else most,
        node_groups=groups,
        weights=(1,) * len(groups) if weights is None else weights,
        load_per_replica_per_second=rate,
    )


def service(
    key: str, *variants: VariantPlan, load_balancers: tuple[str, ...] = ("public",), max_per_machine: int | None = None
) -> ServicePlan:
    """A service with these variants."""
    return ServicePlan(
        key=key,
        port=8080,
        protocol=Protocol.HTTP,
        load_balancers=load_balancers,
        discovery=False,
        health_path="/healthz",
        health_grace_seconds=60,
        log_retention_days=30,
        max_per_machine=max_per_machine,
        max_utilisation=0.7,
        variants=variants,
    )


def compute_plan(groups: Sequence[NodeGroup], services: Sequence[ServicePlan]) -> ComputePlan:
    """A compute pool without jobs and without a witness."""
    return ComputePlan(
        eni_trunking=True,
        node_groups=tuple(sorted(groups, key=lambda group: group.key)),
        services=tuple(services),
        jobs=(),
        repositories=(),
    )
