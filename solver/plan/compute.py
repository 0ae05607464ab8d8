"""ComputePlan: node groups, replicas by hour, jobs, commitments, and the placement that proves them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from solver.plan.deployment import DeploymentPlan
from solver.plan.keyed import Keyed
from solver.plan.scaling import ScalingPlan
from solver.plan.schedule import WeekSchedule
from solver.plan.shared_slots import SharedSlots
from solver.plan.sidecar import DaemonPlan, SidecarPlan
from solver.plan.upkeep import UpkeepPlan, is_usual
from solver.schema import Schema, is_empty
from solver.vocabulary import (
    AcceleratorKind,
    Architecture,
    CapacityKind,
    CommitmentKind,
    Framework,
    ImageFlavour,
    Payment,
    Protocol,
    PurchaseOption,
    Weekday,
)


class MachineImagePlan(Schema):
    """A pinned machine image."""

    image_id: str
    """`ami-…` in the site's region."""
    name: str
    """Its published name."""
    flavour: ImageFlavour
    """Which of the ECS-optimised images."""
    architecture: Architecture
    """Instruction set."""
    root_device: str = "/dev/xvda"
    """Device of the root volume."""


class CapacityTarget(Schema):
    """Machines that AWS keeps for the account, in which a node group starts its own."""

    key: str
    """Its name in the demand."""
    kind: CapacityKind
    """A capacity reservation, or a capacity block."""
    id: str | None = None
    """`cr-…`; None: a resource group of reservations."""
    resource_group: str | None = None
    """Its ARN."""


class NodeGroup(Schema):
    """Machines of one type: launch template, Auto Scaling group, capacity provider; for jobs, a Batch environment."""

    key: str
    """`g6-xlarge-on-demand`."""
    runtime: Literal["ecs", "batch"]
    """Services run on ECS, jobs on Batch."""
    machine_types: tuple[str, ...]
    """The type that is priced first; a spot group names others of the same shape that hold the same replicas."""
    purchase: Literal[PurchaseOption.ON_DEMAND, PurchaseOption.SPOT]
    """How machines are started; commitments are bills, not machines, and apply to on-demand machines by themselves."""
    architecture: Architecture
    """Of all its types."""
    vcpus: int
    """Of one machine."""
    accelerator_kind: AcceleratorKind | None = None
    """What its accelerators are."""
    accelerator_model: str | None = None
    """As the catalog names it."""
    accelerator_count: int = 0
    """Of one machine."""
    image: MachineImagePlan
    """What machines boot."""
    zones: tuple[str, ...]
    """Zone ids that it spans."""
    machines: WeekSchedule
    """Machines by hour: the floor that the schedule sets."""
    max_machines: int
    """Ceiling for autoscaling."""
    root_volume_gib: int
    """Root volume of each machine."""
    slots: dict[str, int]
    """Most replicas of each `workload.variant` that one machine holds together: the pattern of its placement."""
    shared: SharedSlots | None = Field(default=None, exclude_if=is_empty)
    """How its services share the slots, each of which has so many by itself; None: the slots are all there at once."""
    warm_machines: int = Field(default=0, exclude_if=is_empty)
    """Machines besides, which wait stopped: a warm pool."""
    capacity: CapacityTarget | None = Field(default=None, exclude_if=is_empty)
    """Where its machines are kept, so that they cost nothing; None: AWS starts them where it has some."""


class VariantPlan(Schema):
    """How a workload's replicas of one variant run."""

    key: str
    """The variant."""
    image_reference: str | None
    """Address with tag; None: the stack's own repository."""
    image_digest: str | None
    """Pins the exact image."""
    framework: Framework
    """What the container is built on."""
    architecture: Architecture
    """Instruction set."""
    cpu_millis: int
    """Thousandths of a vCPU for each replica, its sidecars included."""
    memory_mib: int
    """For each replica, its sidecars included."""
    accelerator_kind: AcceleratorKind | None = None
    """What its accelerators are."""
    accelerator_count: int = 0
    """For each replica."""
    environment: dict[str, str] = Field(default_factory=dict[str, str])
    """Plain settings of the workload and the variant."""
    replicas: WeekSchedule
    """Replicas by hour: the floor that the schedule sets; for a job, replicas at work."""
    spot_replicas: WeekSchedule | None = Field(default=None, exclude_if=is_empty)
    """Of `replicas`, those on spot machines that services share; None: it is on no such machines."""
    max_replicas: int
    """Ceiling for autoscaling."""
    node_groups: tuple[str, ...]
    """Groups that hold them, most replicas first; the approved plan's first one stays that as long as it is used."""
    weights: tuple[int, ...]
    """Replicas in each of these groups in the peak hour, in the same order."""
    load_per_replica_per_second: float
    """Units of load that one replica is asked for: measured throughput × highest utilisation."""


class ServicePlan(Schema):
    """One service."""

    key: str
    """The workload."""
    port: int
    """Where replicas listen."""
    protocol: Protocol
    """What they speak."""
    load_balancers: tuple[str, ...]
    """Keys of the load balancers in front of it."""
    command: tuple[str, ...] = ()
    """Instead of the image's own."""
    secrets: dict[str, str] = Field(default_factory=dict[str, str])
    """Environment variable → secret."""
    storage: tuple[str, ...] = ()
    """Claims that it uses."""
    discovery: bool
    """Other services call it by name."""
    calls: tuple[str, ...] = ()
    """Services that it calls by name."""
    health_path: str
    """Path of the health check."""
    health_grace_seconds: int
    """After start, before failures count."""
    log_retention_days: int
    """Of its log group."""
    max_per_machine: int | None = None
    """1: replicas on distinct machines."""
    max_utilisation: float
    """Part of what a replica can do that it is asked for; more than that calls for another one."""
    deployment: DeploymentPlan | None = Field(default=None, exclude_if=is_empty)
    """How a new version takes over; None: rolling."""
    scaling: ScalingPlan | None = Field(default=None, exclude_if=is_empty)
    """What replicas follow; None: requests of the load balancers, or cpu."""
    sidecars: Keyed[SidecarPlan] = Field(default=(), exclude_if=is_empty)
    """Beside each replica, by key; they are part of what a variant has."""
    variants: Keyed[VariantPlan]
    """Those that run, by key."""

    @property
    def moves_requests(self) -> bool:
        """While a new version takes over, all its replicas run beside those of the old one."""
        return self.deployment is not None and self.deployment.moves_requests

    @property
    def alarm_metrics(self) -> int:
        """Metrics that the alarms of its deployments watch, over all its target groups."""
        if self.deployment is None or self.deployment.roll_back_on is None:
            return 0
        groups = len(self.load_balancers) * (2 if self.moves_requests else 1)
        return groups * self.deployment.roll_back_on.metrics


class JobPlan(Schema):
    """One batch or training job, run on AWS Batch."""

    key: str
    """The workload."""
    kind: Literal["batch", "training"]
    """Independent replicas, or a gang."""
    command: tuple[str, ...] = ()
    """Instead of the image's own."""
    secrets: dict[str, str] = Field(default_factory=dict[str, str])
    """Environment variable → secret."""
    storage: tuple[str, ...] = ()
    """Claims that it uses."""
    days: tuple[Weekday, ...]
    """Days on which it starts."""
    start_hour: int
    """Hour of the start, in the stack's time zone; chosen by the pre-solve inside the window."""
    hours: int
    """Hours that the work takes at the planned size."""
    timeout_hours: int
    """From the start to the deadline: an attempt that is still running then is ended."""
    attempts: int
    """Tries of one run."""
    workers: int
    """Replicas at once; a gang's all together, one to a machine."""
    log_retention_days: int
    """Of its log group."""
    variant: VariantPlan
    """The one that runs."""


class Commitment(Schema):
    """A commitment to buy: billed whatever is used."""

    kind: CommitmentKind
    """What is bought."""
    years: int
    """For how long."""
    payment: Payment
    """How it is paid."""
    machine_type: str | None = None
    """For reservations; the family of an EC2 instance savings plan; a savings plan has an hourly amount."""
    machines: int = 0
    """For reservations."""
    usd_per_hour: float
    """What is paid each hour, upfront parts spread over the term."""
    reason: str = ""
    """Hours of use at which it pays, and hours planned."""


class HeldUse(Schema):
    """What the plan makes of a commitment that is paid for already."""

    kind: CommitmentKind
    """What is held."""
    machine_type: str | None = None
    """For reservations; the family of an EC2 instance savings plan."""
    machines: int = 0
    """For reservations."""
    usd_per_hour: float = 0.0
    """For savings plans."""
    ends: date | None = None
    """When it runs out, as the demand says."""
    used: float
    """Part of it that the planned week uses; the rest is lost."""
    saved_usd_per_month: float
    """What the same machines would cost more without it."""


class CapacityUse(Schema):
    """What the plan makes of machines that AWS keeps for the account."""

    key: str
    """Their name in the demand."""
    machine_type: str
    """What is kept."""
    count: int
    """How many machines."""
    zones: tuple[str, ...]
    """Where."""
    ends: date | None = None
    """When it ends, as the demand says."""
    used: float
    """Part of their hours of the planned week in which they run."""


class PlacedMachines(Schema):
    """Equal machines of one group in one hour class: each holds these replicas."""

    node_group: str
    """The group."""
    machines: int
    """How many are equal."""
    replicas: dict[str, int]
    """`workload.variant` → replicas on each."""


class HourClass(Schema):
    """Hours of the week that share one plan, and the placement that proves it."""

    hours: tuple[int, ...]
    """0 to 167; hour 0 is Monday 00:00."""
    load_per_second: dict[str, float]
    """Service → planned load: the highest of these hours."""
    placement: tuple[PlacedMachines, ...]
    """All machines that run, by group."""


class ComputePlan(Schema):
    """The compute pool of one site."""

    eni_trunking: bool
    """Tasks get branch interfaces."""
    node_groups: Keyed[NodeGroup]
    """By key."""
    services: Keyed[ServicePlan]
    """By key."""
    daemons: Keyed[DaemonPlan] = Field(default=(), exclude_if=is_empty)
    """On each machine of services, by key."""
    jobs: Keyed[JobPlan]
    """By key."""
    repositories: tuple[str, ...]
    """Workloads whose image lives in the stack's own registry."""
    upkeep: UpkeepPlan = Field(default=UpkeepPlan(), exclude_if=is_usual)
    """How the machines of services are renewed."""
    commitments: tuple[Commitment, ...] = ()
    """To buy outside of the stack; nothing is bought silently."""
    held: tuple[HeldUse, ...] = ()
    """Paid for already; their fees are no part of the cost. A lock does not carry it."""
    kept: tuple[CapacityUse, ...] = Field(default=(), exclude_if=is_empty)
    """Machines that AWS keeps for the account; what they cost is no part of the cost. A lock does not carry it."""
    hour_classes: tuple[HourClass, ...] = ()
    """The witness; a lock does not carry it."""
