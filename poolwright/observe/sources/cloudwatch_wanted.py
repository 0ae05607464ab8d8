"""What CloudWatch is asked about a stack: names of the plan, and ids that AWS made from the stack's state.

load         requests of all target groups of a service / time, or the metric that its replicas follow
latency      time to a replica's answer at the percentile of the target; of several target groups the slowest
errors       answers with 5xx / requests
used share   of all ECS services of a workload, in proportion to the replicas and what each of them reserves
replicas     reports of cpu, of which each replica gives one a minute
machines     in service in an Auto Scaling group
nat, api     bytes both ways, over all NAT gateways; through the interface endpoint of an AWS service
storage      bytes of all types of storage of a bucket, once a day; bytes, reads and writes of a file system
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from components import metric_names as names
from components.aws.compute.service import service_name
from components.naming import SiteNames
from poolwright.engine.preview import ResourceRecord
from poolwright.observe.metrics import Metric
from poolwright.observe.planned import group_subjects
from poolwright.observe.sources.cloudwatch_series import Asked, Joined, Part, Wanted
from poolwright.observe.sources.cloudwatch_server import Query
from solver.plan.compute import ServicePlan, VariantPlan
from solver.plan.network import LoadBalancerPlan
from solver.plan.plan import Plan, SitePlan
from solver.plan.scaling import LoadMetricPlan
from solver.plan.shares import held_replicas
from solver.plan.storage import StorageClassName
from solver.vocabulary import EndpointKind, MetricStatistic, PurchaseOption

_GROUP = "aws:autoscaling/group:Group"
_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
_TARGETS = "aws:lb/targetGroup:TargetGroup"
_NAT = "aws:ec2/natGateway:NatGateway"
_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_BUCKET = "aws:s3/bucket:Bucket"
_FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"
_LUSTRE = "aws:fsx/lustreFileSystem:LustreFileSystem"
_GIB = 2.0**30
_MINUTE = 60
_STORAGE_TYPES: Mapping[StorageClassName, tuple[str, ...]] = {
    StorageClassName.STANDARD: ("StandardStorage",),
    StorageClassName.INTELLIGENT_TIERING: tuple(
        f"IntelligentTiering{tier}Storage" for tier in ("FA", "IA", "AIA", "AA", "DAA")
    ),
    StorageClassName.STANDARD_IA: ("StandardIAStorage", "StandardIASizeOverhead"),
    StorageClassName.ONEZONE_IA: ("OneZoneIAStorage", "OneZoneIASizeOverhead"),
    StorageClassName.GLACIER_IR: ("GlacierInstantRetrievalStorage", "GlacierIRSizeOverhead"),
    StorageClassName.GLACIER: ("GlacierStorage", "GlacierObjectOverhead", "GlacierS3ObjectOverhead"),
    StorageClassName.DEEP_ARCHIVE: ("DeepArchiveStorage", "DeepArchiveObjectOverhead", "DeepArchiveS3ObjectOverhead"),
}
"""What `BucketSizeBytes` calls the bytes of each class."""
_STATISTICS = {
    MetricStatistic.SUM: "Sum",
    MetricStatistic.AVERAGE: "Average",
    MetricStatistic.MAXIMUM: "Maximum",
    MetricStatistic.MINIMUM: "Minimum",
    MetricStatistic.SAMPLE_COUNT: "SampleCount",
}


def asked_of(plan: Plan, state: Sequence[ResourceRecord] | None, percentiles: Mapping[str, float]) -> Asked:
    """What is asked of a stack's sites in AWS; `percentiles` are those of latency targets, by service."""
    asked = Asked()
    in_aws = {service.key for site in plan.aws_sites.values() for service in site.compute.services}
    for key, hosted in sorted(plan.docker_sites.items()):
        if both := tuple(service.key for service in hosted.services if service.key in in_aws):
            asked.elsewhere[key] = both
    found = None if state is None else {(record.type, record.name): record for record in state}
    parts: dict[tuple[Metric, str], _Parts] = {}
    for key, site in sorted(plan.aws_sites.items()):
        _Site(key, site, plan, found, percentiles, asked, parts).ask()
    for (metric, subject), each in parts.items():
        asked.wanted.append(
            Wanted(
                metric=metric,
                subject=subject,
                parts=tuple(each.parts),
                over=tuple(each.over),
                joined=Joined.HIGHEST if metric is Metric.LATENCY else Joined.SUM,
            )
        )
    return asked


@dataclass
class _Parts:
    """Of one series, over all sites."""

    parts: list[Part] = field(default_factory=list[Part])
    over: list[Part] = field(default_factory=list[Part])


@dataclass
class _Site:
    """What is asked of one site."""

    key: str
    site: SitePlan
    plan: Plan
    state: Mapping[tuple[str, str], ResourceRecord] | None
    percentiles: Mapping[str, float]
    asked: Asked
    series: dict[tuple[Metric, str], _Parts]

    def ask(self) -> None:
        """All of it."""
        for service in self.site.compute.services:
            self._replicas(service)
            self._requests(service)
        subjects = group_subjects(self.plan)
        for group in self.site.compute.node_groups:
            subject = subjects[self.key, group.key]
            if group.purchase is PurchaseOption.SPOT:
                self.asked.miss("AWS counts them for no group of machines", Metric.INTERRUPTIONS, subject)
            if group.runtime != "ecs":
                self.asked.miss("AWS Batch gives machines' groups names of its own", Metric.MACHINES, subject)
                continue
            made = self._made(_GROUP, f"compute-machines-{group.key}", (Metric.MACHINES, subject))
            if made is not None:
                self._add(Metric.MACHINES, subject, Part(self._query(names.MACHINES, made.id, statistic="Average")))
        self._network()
        self._storage()

    def _replicas(self, service: ServicePlan) -> None:
        cluster = SiteNames(stack=self.plan.stack, site=self.key, region=self.site.region, account_id="").cluster
        for variant in service.variants:
            for held in held_replicas(self.site.compute, service.key, variant):
                ecs = (cluster, service_name(service, variant, held))
                count = self._query(names.SERVICE_REPLICAS, *ecs)
                self._add(Metric.REPLICAS, service.key, Part(count, per_seconds=_MINUTE))
                if variant.accelerator_kind is not None:
                    self.asked.miss("nothing on the machines reports it", Metric.ACCELERATOR, service.key)
                for metric, percent, weight in _used(variant):
                    series = self._parts(metric, service.key)
                    series.parts.append(Part(self._query(percent, *ecs, statistic="Sum"), weight / 100))
                    series.over.append(Part(self._query(percent, *ecs, statistic="SampleCount"), weight))

    def _requests(self, service: ServicePlan) -> None:
        own = None if service.scaling is None else service.scaling.metric
        if own is not None:
            self._own_load(service.key, own)
        if not service.load_balancers:
            if own is None:
                self.asked.miss("no load balancer is before it", Metric.LOAD, service.key)
            for metric in (Metric.LATENCY, Metric.ERRORS):
                self.asked.miss("no load balancer is before it", metric, service.key)
            return
        for balancer in self.site.network.load_balancers:
            if balancer.key in service.load_balancers:
                self._behind(balancer, service, counts_load=own is None)

    def _behind(self, balancer: LoadBalancerPlan, service: ServicePlan, *, counts_load: bool) -> None:
        wanted = [(metric, service.key) for metric in ((Metric.LOAD,) if counts_load else ()) + (Metric.ERRORS,)]
        percentile = self.percentiles.get(service.key)
        if percentile is not None:
            wanted.append((Metric.LATENCY, service.key))
        before = self._suffix(_BALANCER, f"network-{balancer.key}", *wanted)
        ends = ("", "-second") if service.moves_requests else ("",)
        for end in ends:
            behind = self._suffix(_TARGETS, f"network-{balancer.key}-{service.key}{end}", *wanted)
            if before is None or behind is None:
                continue
            requests = self._query(names.REQUESTS, before, behind)
            if counts_load:
                self._add(Metric.LOAD, service.key, Part(requests, per_seconds=1))
            errors = self._parts(Metric.ERRORS, service.key)
            errors.parts.append(Part(self._query(names.SERVER_ERRORS, before, behind)))
            errors.over.append(Part(requests))
            if percentile is not None:
                seconds = self._query(names.RESPONSE_SECONDS, before, behind, statistic=f"p{percentile:g}")
                self._add(Metric.LATENCY, service.key, Part(seconds, 1000.0))

    def _own_load(self, key: str, load: LoadMetricPlan) -> None:
        """A metric of which the plan says that it is the load, of each minute."""
        if load.of == "replica":
            self.asked.miss("its metric is of one replica", Metric.LOAD, key)
            return
        statistic = _STATISTICS[load.statistic]
        metric = names.Metric(load.namespace, load.name, tuple(load.dimensions), names.REQUESTS.statistic)
        query = self._query(metric, *load.dimensions.values(), statistic=statistic)
        seconds = 1 if load.per == "minute" else _MINUTE
        if load.statistic in (MetricStatistic.SUM, MetricStatistic.SAMPLE_COUNT):
            self._add(Metric.LOAD, key, Part(query, per_seconds=seconds))
        else:
            self._add(Metric.LOAD, key, Part(query, seconds / _MINUTE))

    def _network(self) -> None:
        network = self.site.network
        for zone in network.nat.zones:
            made = self._made(_NAT, f"network-nat-{zone}", (Metric.NAT, self.key))
            if made is not None:
                for metric in (names.NAT_BYTES_OUT, names.NAT_BYTES_IN):
                    self._add(Metric.NAT, self.key, Part(self._query(metric, made.id), 1 / _GIB))
        for endpoint in network.endpoints:
            if endpoint.kind is not EndpointKind.INTERFACE:
                continue
            subject = f"{self.key}/{endpoint.service}" if len(self.plan.sites) > 1 else endpoint.service
            made = self._made(
                _ENDPOINT, f"network-endpoint-{endpoint.service.replace('.', '-')}", (Metric.API, subject)
            )
            if made is not None:
                values = (str(made.outputs.get("vpcId")), made.id, "Interface", str(made.outputs.get("serviceName")))
                self._add(Metric.API, subject, Part(self._query(names.ENDPOINT_BYTES, *values), 1 / _GIB))

    def _storage(self) -> None:
        storage = self.site.storage
        for bucket in storage.buckets:
            made = self._made(_BUCKET, f"storage-bucket-{bucket.key}", (Metric.STORED, bucket.key))
            if made is not None:
                classes = dict.fromkeys([bucket.storage_class, *(each.storage_class for each in bucket.transitions)])
                for kind in (kind for each in classes for kind in _STORAGE_TYPES[each]):
                    query = self._query(names.BUCKET_BYTES, made.id, kind, daily=True)
                    self._add(Metric.STORED, bucket.key, Part(query, 1 / _GIB))
            self.asked.miss("S3 counts them only where it is told and paid to", Metric.READ, bucket.key)
        for volume in storage.volumes:
            reason = "volumes come and go with machines and replicas"
            self.asked.miss(reason, Metric.OPERATIONS, volume.key)
        both = (Metric.READ, Metric.OPERATIONS)
        for system in storage.file_systems:
            series = ((metric, system.key) for metric in (Metric.STORED, *both))
            made = self._made(_FILE_SYSTEM, f"storage-file-system-{system.key}", *series)
            if made is None:
                continue
            held = self._query(names.FILE_SYSTEM_BYTES, made.id, "Total")
            self._add(Metric.STORED, system.key, Part(held, 1 / _GIB))
            self._add(Metric.READ, system.key, Part(self._query(names.FILE_SYSTEM_READ_BYTES, made.id), 1 / _GIB))
            for metric in (names.FILE_SYSTEM_READ_BYTES, names.FILE_SYSTEM_WRITTEN_BYTES):
                query = self._query(metric, made.id, statistic="SampleCount")
                self._add(Metric.OPERATIONS, system.key, Part(query, per_seconds=1))
        for lustre in storage.lustre:
            series = ((metric, lustre.key) for metric in both)
            made = self._made(_LUSTRE, f"storage-lustre-{lustre.key}", *series)
            if made is None:
                continue
            self._add(Metric.READ, lustre.key, Part(self._query(names.LUSTRE_READ_BYTES, made.id), 1 / _GIB))
            for metric in (names.LUSTRE_READS, names.LUSTRE_WRITES):
                self._add(Metric.OPERATIONS, lustre.key, Part(self._query(metric, made.id), per_seconds=1))

    def _query(self, metric: names.Metric, *values: str, statistic: str | None = None, daily: bool = False) -> Query:
        return Query(self.site.region, metric, values, statistic or metric.statistic, daily)

    def _parts(self, metric: Metric, subject: str) -> _Parts:
        return self.series.setdefault((metric, subject), _Parts())

    def _add(self, metric: Metric, subject: str, part: Part) -> None:
        self._parts(metric, subject).parts.append(part)

    def _made(self, kind: str, rest: str, *wanted: tuple[Metric, str]) -> ResourceRecord | None:
        """What the state has of a type under a name of the site; None after noting what can't be asked without it."""
        logical = f"{self.key}-{rest}"
        found = None if self.state is None else self.state.get((kind, logical))
        if found is None:
            reason = "the stack's state is not at hand" if self.state is None else f"the state has no {logical}"
            for metric, subject in wanted:
                self.asked.miss(reason, metric, subject)
        return found

    def _suffix(self, kind: str, rest: str, *wanted: tuple[Metric, str]) -> str | None:
        """The end of an ARN, which is how metrics name a load balancer and a target group."""
        made = self._made(kind, rest, *wanted)
        return None if made is None else str(made.outputs.get("arnSuffix"))


def _used(variant: VariantPlan) -> Iterator[tuple[Metric, names.Metric, float]]:
    """What of a replica's reservation is measured: shares count as much as what they are shares of."""
    yield Metric.CPU, names.SERVICE_CPU_PERCENT, float(variant.cpu_millis)
    yield Metric.MEMORY, names.SERVICE_MEMORY_PERCENT, float(variant.memory_mib)
