"""Service, BatchJob and TrainingJob, with the variants in which their replicas can run."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from solver.demand.containers import ContainerImage, Sidecar
from solver.demand.deployment import Deployment
from solver.demand.host_names import LabelKey, LabelValue
from solver.demand.load import LoadProfile
from solver.demand.log_errors import LogErrors
from solver.demand.names import (
    AcceleratorModel,
    ApartFrom,
    Count,
    Distinct,
    EnvironmentName,
    FamilyPattern,
    Key,
    Port,
    SecretName,
    Text,
    UrlPath,
)
from solver.demand.scaling import Scaling
from solver.demand.serving import HealthCheck, LatencyTarget, ReplicaBounds, is_one
from solver.quantity import ClockHour, CpuMillis, DiskGib, Headroom, MemoryMib, PositiveRate, Share
from solver.queueing import Replica, highest_utilisation
from solver.schema import Schema, is_empty
from solver.vocabulary import (
    AccessMode,
    Architecture,
    Exposure,
    Protocol,
    Survive,
    Weekday,
    WorkloadKind,
)

MOST_PARALLEL, MOST_WORKERS = 100_000, 1000
"""Replicas of a batch job at once, and workers of a gang."""


class AcceleratorRequest(Schema):
    """Whole accelerators for one replica."""

    model: AcceleratorModel
    """As the catalog names it: t4, l4, a10g, l40s, a100, h100, inferentia2, trainium1, …"""
    count: Annotated[int, Field(ge=1, le=16)] = 1
    """Devices for each replica."""


class ResourceRequest(Schema):
    """What one replica needs of a machine, in every dimension."""

    cpu: CpuMillis
    """vCPUs, 2 or 500m."""
    memory: MemoryMib
    """Memory, 4Gi."""
    accelerator: AcceleratorRequest | None = None
    """Accelerators, if any."""
    disk: Annotated[DiskGib, Field(validate_default=False)] = 0
    """Scratch space on the machine's root volume."""
    network_mbps: Annotated[int, Field(ge=0, le=400_000)] = 0
    """Sustained network bandwidth, Mbit/s."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.cpu <= 0 or self.memory <= 0:
            raise ValueError("cpu and memory above 0 are allowed; one is 0")
        return self


class Variant(ResourceRequest):
    """One way to run a replica, with the throughput that was measured for it."""

    throughput_per_second: PositiveRate
    """Units of load, or of work, that one replica does a second within the latency target when fully used."""
    concurrency: Annotated[int, Field(ge=1, le=10_000, exclude_if=is_one)] = 1
    """Requests that a replica works on at once; of a server that batches, two batches. One takes this / throughput."""
    source: Text
    """Where the throughput was measured: benchmark, machine, date."""
    architecture: Architecture = Architecture.X86_64
    """Instruction set that the image is built for."""
    machines: tuple[FamilyPattern, ...] = ()
    """Machine types it may run on, `c7i.*`; all that fit when empty."""
    image: ContainerImage | None = None
    """Instead of the workload's image: an accelerator usually needs its own build."""
    environment: dict[EnvironmentName, str] = Field(default_factory=dict[str, str])
    """Added to the workload's environment."""


class WorkloadBase(Schema):
    """What all workloads have."""

    description: Text | None = None
    """For people."""
    site: Key | None = None
    """The one site it runs on."""
    sites: Annotated[tuple[Key, ...], Distinct] = Field(default=(), exclude_if=is_empty)
    """Sites it may run on, of which the plan chooses; all when neither `site` nor `sites` is given."""
    host_labels: dict[LabelKey, LabelValue] = Field(default_factory=dict[str, str], exclude_if=is_empty)
    """On Docker sites: labels that a host must have to run it."""
    image: ContainerImage
    """What a replica runs."""
    command: tuple[str, ...] = ()
    """Instead of the image's own command."""
    environment: dict[EnvironmentName, str] = Field(default_factory=dict[str, str])
    """Plain settings; a secret never stands here."""
    secrets: dict[EnvironmentName, SecretName] = Field(default_factory=dict[str, str])
    """Environment variable → name of the secret that fills it."""
    uses: dict[Key, AccessMode] = Field(default_factory=dict[str, AccessMode])
    """Storage claims and what the workload may do with them; its role gets exactly that."""
    calls: Annotated[tuple[Key, ...], Distinct] = ()
    """Services that it calls; the security groups allow these flows and no others."""
    variants: Annotated[dict[Key, Variant], Field(min_length=1)]
    """Ways to run a replica; the pre-solve chooses among them."""
    interruptible_share: Share = 0.0
    """Part of the replicas that may run on spot machines at any hour."""
    spot_pools: Annotated[int, Field(ge=1, le=20)] = 2
    """Distinct spot capacity pools (machine type × zone) that its spot replicas must be spread over."""
    apart_from: ApartFrom = Field(default=(), exclude_if=is_empty)
    """Workloads with which it never shares a machine, whichever of the two says so; `all`: with no other one."""
    logs_gib_per_month: Annotated[float, Field(ge=0, le=1e6)] = 1.0
    """Log volume."""
    log_retention_days: Literal[
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
    ] = 30
    """One of CloudWatch's periods."""
    log_errors: Annotated[LogErrors | None, Field(exclude_if=is_empty)] = None
    """Lines of its log that are counted as errors; None: nobody counts."""

    def replica(self, variant: str) -> Variant:
        """A variant with all that one replica needs of a machine."""
        return self.variants[variant]

    @model_validator(mode="after")
    def _no_name_twice(self) -> Self:
        twice = sorted(set(self.environment) & set(self.secrets))
        if twice:
            raise ValueError(
                f"an environment variable that is either plain or a secret is allowed; {', '.join(twice)} is both"
            )
        return self


class Service(WorkloadBase):
    """Answers load as it comes."""

    kind: Literal[WorkloadKind.SERVICE]
    """service"""
    port: Port = 8080
    """Where a replica listens."""
    protocol: Protocol = Protocol.HTTP
    """What it speaks there."""
    exposure: Exposure | None = None
    """public or internal: behind a load balancer; None: reached by other services only."""
    path: UrlPath = "/"
    """Path prefix on the load balancer that leads to it."""
    health_check: HealthCheck = HealthCheck()
    """How replicas are checked."""
    deployment: Deployment | None = Field(default=None, exclude_if=is_empty)
    """How a new version takes over; rolling when not given."""
    load: LoadProfile
    """Load by hour of the week."""
    headroom: Headroom = 0.2
    """Spare capacity in every hour."""
    max_utilisation: Annotated[float, Field(gt=0, le=1)] | Literal["auto"] = 0.7
    """Part of the measured throughput that a replica is asked for; auto: for each variant what its latency allows."""
    latency: LatencyTarget | None = None
    """The target that the throughput was measured within."""
    replicas: ReplicaBounds = ReplicaBounds()
    """Floor and ceiling."""
    scaling: Scaling | None = Field(default=None, exclude_if=is_empty)
    """Between floor and ceiling, what replicas follow; the load balancer's requests, else cpu, if not given."""
    survive: Survive = Survive.NONE
    """The loss after which the rest must still meet the load."""
    max_per_machine: Count | None = None
    """Most replicas on one machine, so that its loss costs little."""
    request_kib: Annotated[float, Field(ge=0, le=1e6)] = 2.0
    """Mean size of a request."""
    response_kib: Annotated[float, Field(ge=0, le=1e6)] = 4.0
    """Mean size of a response."""
    load_from: dict[Key, Share] = Field(default_factory=dict[str, float], exclude_if=is_empty)
    """Where its load comes from: parts of 1 by user location or by calling workload; when empty, a service that only
    others call has it from the services among them, in equal parts."""
    sidecars: Annotated[dict[Key, Sidecar], Field(max_length=9)] = Field(
        default_factory=dict[str, Sidecar], exclude_if=is_empty
    )
    """Containers beside each replica; what they need is added to what each variant asks for."""
    max_latency_ms: Annotated[float, Field(gt=0, le=10_000)] | None = Field(default=None, exclude_if=is_empty)
    """Most milliseconds of network between who asks and the site that answers."""

    @model_validator(mode="after")
    def _level_or_headroom(self) -> Self:
        if self.load.service_level is not None and self.headroom > 0:
            raise ValueError(
                f"a headroom of 0 is allowed where the load has a service_level, which takes its place; it is "
                f"{self.headroom:g}"
            )
        return self

    @model_validator(mode="after")
    def _auto_can_be_told(self) -> Self:
        if self.max_utilisation != "auto":
            return self
        if self.latency is None:
            raise ValueError("max_utilisation auto is allowed together with a latency; there is none")
        slow = [name for name in self.variants if not self.safe_utilisation(name)]
        if slow:
            entry = self.variants[slow[0]]
            alone = 1000 * entry.concurrency / entry.throughput_per_second
            raise ValueError(
                f"max_utilisation auto is allowed with variants that answer in time; {' and '.join(slow)} can't: one "
                f"request of {slow[0]} takes {alone:.3g} ms when nothing else is asked for, and "
                f"{self.latency.percentile:g} % of all must take at most {self.latency.milliseconds:g} ms"
            )
        return self

    def replica(self, variant: str) -> Variant:
        """A variant with all that one replica needs of a machine, its sidecars included."""
        own = self.variants[variant]
        beside = self.sidecars.values()
        more = {"cpu": sum(each.cpu for each in beside), "memory": sum(each.memory for each in beside)}
        return own.model_copy(update={name: getattr(own, name) + more[name] for name in more}) if beside else own

    def safe_utilisation(self, variant: str) -> float | None:
        """The highest utilisation of a variant that keeps the latency; 0.0: it is too slow, None: no target."""
        if self.latency is None:
            return None
        entry = self.variants[variant]
        replica = Replica(
            throughput_per_second=entry.throughput_per_second,
            concurrency=entry.concurrency,
            service_cv=self.latency.service_cv,
            arrival_cv=self.latency.arrival_cv,
        )
        return highest_utilisation(
            replica, percentile=self.latency.percentile, seconds=self.latency.milliseconds / 1000
        )

    def survives_zone_of(self, zones: int) -> bool:
        """Whether a site with so many zones or hosts must still meet its load when one of them is lost."""
        return self.survive is Survive.ZONE or (self.survive is Survive.SITE and zones > 1)

    def utilisation(self, variant: str) -> float:
        """Part of a variant's throughput that its replicas are asked for: the one that is set, or the safe one."""
        if self.max_utilisation != "auto":
            return self.max_utilisation
        return self.safe_utilisation(variant) or 0.0


class Window(Schema):
    """When a job may run, on the days named; a deadline at or before `opens` is the next day's."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7), Distinct] = tuple(Weekday)
    """Days on which the window opens."""
    opens: ClockHour
    """First hour in which work may be done."""
    deadline: ClockHour
    """The work is done by then."""

    @model_validator(mode="after")
    def _opens_on_its_day(self) -> Self:
        if self.opens == 24:
            raise ValueError("an opening from 00:00 to 23:00 is allowed; 24:00 is the next day's 00:00")
        return self

    @property
    def hours(self) -> int:
        """Length in hours, 1 to 24."""
        return (self.deadline - self.opens) % 24 or 24


class BatchJob(WorkloadBase):
    """An amount of work in a window; its replicas are independent and may come and go."""

    kind: Literal[WorkloadKind.BATCH]
    """batch"""
    work: Annotated[float, Field(gt=0, le=1e15)]
    """Units of work of one run."""
    window: Window
    """When it may run."""
    max_parallel: Count = 100
    """Most replicas at once."""
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    """Tries of one run; an interrupted one starts again from its checkpoint."""


class TrainingJob(WorkloadBase):
    """A gang of workers that run together, one to a machine, until the work is done."""

    kind: Literal[WorkloadKind.TRAINING]
    """training"""
    work: Annotated[float, Field(gt=0, le=1e15)]
    """Units of work of one run: samples × epochs."""
    window: Window
    """When it may run."""
    workers: Annotated[int, Field(ge=1, le=MOST_WORKERS)] = 1
    """Size of the gang; all start together or none."""
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    """Tries of one run; an interrupted one starts again from its checkpoint."""


Workload = Annotated[Service | BatchJob | TrainingJob, Field(discriminator="kind")]
"""A service answers load, a batch job has an amount of work, a training job a gang."""
