"""Small site plans for component tests: one with every feature, one with the least that runs."""

from __future__ import annotations

from ipaddress import IPv4Network

from components.naming import SiteNames, default_tags
from solver.plan.backup import BackupCopyPlan, BackupPlan, VaultLockPlan
from solver.plan.compute import ComputePlan, JobPlan, MachineImagePlan, NodeGroup, ServicePlan, VariantPlan
from solver.plan.network import (
    DnsPlan,
    EndpointPlan,
    LoadBalancerPlan,
    NatPlan,
    NetworkPlan,
    SubnetPlan,
    TargetPlan,
)
from solver.plan.plan import Plan, PlanInputs, PriceTable, Proof, SitePlan
from solver.plan.schedule import ScheduleStep, WeekSchedule
from solver.plan.security import (
    CiPlan,
    ClaimAccess,
    FlowPlan,
    KeyPurpose,
    MeasurePlan,
    RolePlan,
    RotationPlan,
    SecurityPlan,
    WafPlan,
)
from solver.plan.storage import (
    BucketPlan,
    FileSystemPlan,
    InventoryPlan,
    LustrePlan,
    ReplicationPlan,
    StorageClassName,
    StoragePlan,
    TransitionPlan,
    VolumePlan,
)
from solver.vocabulary import (
    AcceleratorKind,
    AccessMode,
    Architecture,
    EndpointKind,
    Exposure,
    Framework,
    ImageFlavour,
    LockMode,
    NatMode,
    Protocol,
    PurchaseOption,
    SiteKind,
    Termination,
    Tier,
    Weekday,
)

ACCOUNT_ID = "123456789012"
REGION = "eu-west-1"
ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")
DIGEST = "sha256:" + "ab" * 32
WORKDAYS = (Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI)


def names(stack: str = "prod", site: str = "main") -> SiteNames:
    """Names on the fixture's site."""
    tags = default_tags(stack=stack, site=site, owner="ai-platform@example.com", cost_centre="ai")
    return SiteNames(stack=stack, site=site, region=REGION, account_id=ACCOUNT_ID, default_tags=tags)


def subnets(
    zones: tuple[str, ...], tiers: tuple[Tier, ...] = tuple(Tier), *, dual_stack: bool = False
) -> tuple[SubnetPlan, ...]:
    """One subnet for each tier and zone; a zone that is appended moves none of the others."""
    number = {zone: index for index, zone in enumerate(ZONES)}
    return tuple(
        SubnetPlan(
            key=f"{tier}-{zone}",
            tier=tier,
            zone=zone,
            cidr=IPv4Network(f"10.20.{list(Tier).index(tier) * 64 + number[zone] * 16}.0/20"),
            ipv6_index=number[zone] * 16 + 1 + list(Tier).index(tier) if dual_stack else None,
        )
        for tier in tiers
        for zone in zones
    )


def _service_variant(
    key: str,
    groups: tuple[str, ...],
    *,
    weights: tuple[int, ...] = (2,),
    accelerator: AcceleratorKind | None = None,
    architecture: Architecture = Architecture.X86_64,
    repository: bool = True,
) -> VariantPlan:
    return VariantPlan(
        key=key,
        image_reference=None if repository else "public.ecr.aws/docker/library/python:3.12-slim",
        image_digest=DIGEST,
        framework=Framework.PYTORCH,
        architecture=architecture,
        cpu_millis=2000,
        memory_mib=4096,
        accelerator_kind=accelerator,
        accelerator_count=0 if accelerator is None else 1,
        environment={"MODEL_NAME": "bert-base"},
        replicas=WeekSchedule(
            steps=(ScheduleStep(days=WORKDAYS, hour=8, value=4), ScheduleStep(days=tuple(Weekday), hour=20, value=2))
        ),
        max_replicas=12,
        node_groups=groups,
        weights=weights,
        load_per_replica_per_second=21.0,
    )


def image(
    flavour: ImageFlavour = ImageFlavour.STANDARD, architecture: Architecture = Architecture.X86_64
) -> MachineImagePlan:
    """A pinned machine image."""
    return MachineImagePlan(
        image_id="ami-0123456789abcdef0",
        name=f"al2023-ami-ecs-{flavour}-2023.0.20260701-{architecture}",
        flavour=flavour,
        architecture=architecture,
    )


def _node_groups() -> tuple[NodeGroup, ...]:
    return (
        NodeGroup(
            key="c7g-xlarge-spot",
            runtime="ecs",
            machine_types=("c7g.xlarge", "c6g.xlarge", "m7g.xlarge"),
            purchase=PurchaseOption.SPOT,
            architecture=Architecture.ARM64,
            vcpus=4,
            image=image(architecture=Architecture.ARM64),
            zones=ZONES,
            machines=WeekSchedule(
                steps=(
                    ScheduleStep(days=WORKDAYS, hour=8, value=3),
                    ScheduleStep(days=tuple(Weekday), hour=20, value=1),
                )
            ),
            max_machines=6,
            root_volume_gib=40,
            slots={"fraud.cpu": 1},
        ),
        NodeGroup(
            key="c7i-xlarge-on-demand",
            runtime="ecs",
            machine_types=("c7i.xlarge",),
            purchase=PurchaseOption.ON_DEMAND,
            architecture=Architecture.X86_64,
            vcpus=4,
            image=image(),
            zones=ZONES,
            machines=WeekSchedule(constant=3),
            max_machines=9,
            root_volume_gib=40,
            slots={"assistant.cpu": 1, "recommender.cpu": 1},
        ),
        NodeGroup(
            key="g5-xlarge-on-demand",
            runtime="ecs",
            machine_types=("g5.xlarge",),
            purchase=PurchaseOption.ON_DEMAND,
            architecture=Architecture.X86_64,
            vcpus=4,
            accelerator_kind=AcceleratorKind.GPU,
            accelerator_model="a10g",
            accelerator_count=1,
            image=image(ImageFlavour.GPU),
            zones=ZONES[:2],
            machines=WeekSchedule(constant=2),
            max_machines=4,
            root_volume_gib=100,
            slots={"assistant.gpu": 1},
        ),
        NodeGroup(
            # A gang runs on on-demand machines: Batch starts no multi-node job on spot ones.
            key="g5-12xlarge-on-demand",
            runtime="batch",
            machine_types=("g5.12xlarge",),
            purchase=PurchaseOption.ON_DEMAND,
            architecture=Architecture.X86_64,
            vcpus=48,
            accelerator_kind=AcceleratorKind.GPU,
            accelerator_model="a10g",
            accelerator_count=4,
            image=image(ImageFlavour.GPU),
            zones=ZONES,
            machines=WeekSchedule(
                steps=(
                    ScheduleStep(days=tuple(Weekday), hour=1, value=2),
                    ScheduleStep(days=tuple(Weekday), hour=4, value=0),
                )
            ),
            max_machines=2,
            root_volume_gib=100,
            slots={"training.gpu": 1},
        ),
    )


def _compute() -> ComputePlan:
    return ComputePlan(
        eni_trunking=True,
        node_groups=tuple(sorted(_node_groups(), key=lambda group: group.key)),
        services=(
            ServicePlan(
                key="assistant",
                port=8080,
                protocol=Protocol.HTTP,
                load_balancers=("public",),
                secrets={"API_TOKEN": "assistant-token"},
                storage=("documents", "models", "shared"),
                discovery=False,
                calls=("fraud",),
                health_path="/healthz",
                health_grace_seconds=300,
                max_utilisation=0.7,
                log_retention_days=30,
                variants=(
                    _service_variant("cpu", ("c7i-xlarge-on-demand",)),
                    _service_variant("gpu", ("g5-xlarge-on-demand",), accelerator=AcceleratorKind.GPU),
                ),
            ),
            ServicePlan(
                key="fraud",
                port=50051,
                protocol=Protocol.GRPC,
                load_balancers=(),
                discovery=True,
                health_path="/healthz",
                health_grace_seconds=60,
                max_utilisation=0.7,
                log_retention_days=365,
                max_per_machine=1,
                storage=("scratch",),
                variants=(
                    _service_variant("cpu", ("c7g-xlarge-spot",), architecture=Architecture.ARM64, repository=False),
                ),
            ),
            ServicePlan(
                key="recommender",
                port=8501,
                protocol=Protocol.HTTP,
                load_balancers=("internal", "public"),
                discovery=False,
                storage=("models",),
                health_path="/v1/models/recommender",
                health_grace_seconds=120,
                max_utilisation=0.7,
                log_retention_days=30,
                variants=(_service_variant("cpu", ("c7i-xlarge-on-demand",)),),
            ),
        ),
        jobs=(
            JobPlan(
                key="training",
                kind="training",
                command=("python", "train.py"),
                secrets={"TRACKING_TOKEN": "tracking-token"},
                storage=("checkpoints", "corpus", "documents", "models"),
                days=tuple(Weekday),
                start_hour=1,
                hours=3,
                timeout_hours=5,
                attempts=3,
                workers=2,
                log_retention_days=30,
                variant=_service_variant(
                    "gpu", ("g5-12xlarge-on-demand",), weights=(2,), accelerator=AcceleratorKind.GPU
                ).model_copy(update={"accelerator_count": 4, "cpu_millis": 40_000, "memory_mib": 160_000}),
            ),
        ),
        repositories=("assistant", "recommender", "training"),
    )


def _network() -> NetworkPlan:
    assistant = TargetPlan(
        workload="assistant",
        path="/",
        port=8080,
        protocol=Protocol.HTTP,
        health_path="/healthz",
        health_interval_seconds=15,
    )
    recommender = TargetPlan(
        workload="recommender",
        path="/recommend",
        port=8501,
        protocol=Protocol.HTTP,
        health_path="/v1/models/recommender",
        health_interval_seconds=30,
    )
    return NetworkPlan(
        cidr=IPv4Network("10.20.0.0/16"),
        zones=ZONES,
        subnets=subnets(ZONES),
        nat=NatPlan(mode=NatMode.PER_ZONE, zones=ZONES, reason="services survive the loss of a zone"),
        endpoints=(
            EndpointPlan(service="ecr.api", kind=EndpointKind.INTERFACE, zones=ZONES, reason="cheaper than NAT bytes"),
            EndpointPlan(service="s3", kind=EndpointKind.GATEWAY, reason="free"),
        ),
        load_balancers=(
            LoadBalancerPlan(key="internal", exposure=Exposure.INTERNAL, targets=(recommender,), https=False),
            LoadBalancerPlan(key="public", exposure=Exposure.PUBLIC, targets=(recommender, assistant), https=True),
        ),
        flow_logs=True,
        flow_log_retention_days=90,
        dns=DnsPlan(domain="ai.example.com", hosted_zone_id=None, certificate_arn=None),
    )


def _flow(source: str, target: str, port: int) -> FlowPlan:
    return FlowPlan(source=source, target=target, port=port, reason="the demand asks for it")


def _lustre_flows(source: str, target: str) -> tuple[FlowPlan, FlowPlan]:
    range_ = FlowPlan(source=source, target=target, port=1018, to_port=1023, reason="the demand asks for it")
    return _flow(source, target, 988), range_


def _security() -> SecurityPlan:
    return SecurityPlan(
        profile="baseline",
        measures=(
            MeasurePlan(name="access-analyzer", controls=("IAM.28",), build=True),
            MeasurePlan(name="cloudtrail", controls=("CloudTrail.1",), build=True),
            MeasurePlan(name="guardduty", controls=("GuardDuty.1",), build=False),
        ),
        waived=(),
        keys=(KeyPurpose.BACKUPS, KeyPurpose.DATA, KeyPurpose.LOGS, KeyPurpose.MACHINES, KeyPurpose.SECRETS),
        key_deletion_days=30,
        roles=(
            RolePlan(
                workload="assistant",
                access=(
                    ClaimAccess(claim="documents", mode=AccessMode.READ_WRITE),
                    ClaimAccess(claim="models", mode=AccessMode.READ),
                    ClaimAccess(claim="shared", mode=AccessMode.READ_WRITE),
                ),
                secrets=("assistant-token",),
            ),
            RolePlan(workload="fraud", access=(ClaimAccess(claim="scratch", mode=AccessMode.READ_WRITE),), secrets=()),
            RolePlan(workload="recommender", access=(ClaimAccess(claim="models", mode=AccessMode.READ),), secrets=()),
            RolePlan(
                workload="training",
                access=(
                    ClaimAccess(claim="checkpoints", mode=AccessMode.READ_WRITE),
                    ClaimAccess(claim="corpus", mode=AccessMode.READ_WRITE),
                    ClaimAccess(claim="documents", mode=AccessMode.READ),
                    ClaimAccess(claim="models", mode=AccessMode.WRITE),
                ),
                secrets=("tracking-token",),
            ),
        ),
        secrets=("assistant-token", "tracking-token"),
        flows=(
            _flow("workload assistant", "endpoints", 443),
            _flow("workload fraud", "endpoints", 443),
            _flow("workload recommender", "endpoints", 443),
            _flow("workload training", "endpoints", 443),
            _flow("workload assistant", "file-system shared", 2049),
            *_lustre_flows("lustre corpus", "lustre corpus"),
            *_lustre_flows("workload training", "lustre corpus"),
            *_lustre_flows("lustre corpus", "workload training"),
            _flow("vpc", "load-balancer internal", 80),
            _flow("internet", "load-balancer public", 80),
            _flow("internet", "load-balancer public", 443),
            _flow("load-balancer public", "workload assistant", 8080),
            _flow("workload assistant", "workload fraud", 50051),
            _flow("load-balancer internal", "workload recommender", 8501),
            _flow("load-balancer public", "workload recommender", 8501),
        ),
        waf=(WafPlan(load_balancer="public", exposure=Exposure.PUBLIC, requests_per_5_minutes=2000),),
        trail_retention_days=365,
        rotations=(
            RotationPlan(
                secret="assistant-token",
                days=30,
                lambda_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:rotate",
            ),
        ),
        ci=CiPlan(builds_issuer=True, subjects=("repo:example/shop:pull_request",)),
    )


def _bucket(key: str, *, versioned: bool = True, transitions: tuple[TransitionPlan, ...] = ()) -> BucketPlan:
    return BucketPlan(
        key=key,
        storage_class=StorageClassName.STANDARD,
        transitions=transitions,
        expiration_days=730,
        versioned=versioned,
        noncurrent_days=30,
        reason="cheapest for its reads",
    )


def _storage(*, protect: bool) -> StoragePlan:
    return StoragePlan(
        buckets=(
            _bucket(
                "documents",
                transitions=(
                    TransitionPlan(days=30, storage_class=StorageClassName.STANDARD_IA),
                    TransitionPlan(days=180, storage_class=StorageClassName.GLACIER_IR),
                ),
            ).model_copy(
                update={
                    "replication": ReplicationPlan(
                        bucket_arn="arn:aws:s3:::far-copies",
                        region="eu-central-1",
                        account_id="999999999999",
                        delete_markers=False,
                    ),
                    "inventory": InventoryPlan(claim="models", frequency="weekly"),
                }
            ),
            _bucket("models", versioned=True),
        ),
        volumes=(
            VolumePlan(
                key="checkpoints",
                attach="machine",
                volume_type="gp3",
                stripes=2,
                size_gib=500,
                iops=8000,
                throughput_mibps=500,
                mount="/checkpoints",
                workloads=("training",),
                reason="throughput binds",
            ),
            VolumePlan(
                key="scratch",
                attach="replica",
                volume_type="gp3",
                stripes=1,
                size_gib=20,
                iops=3000,
                throughput_mibps=125,
                mount="/scratch",
                workloads=("fraud",),
                reason="cheapest",
            ),
        ),
        file_systems=(
            FileSystemPlan(
                key="shared",
                zone=None,
                throughput_mode="elastic",
                provisioned_mibps=None,
                infrequent_after_days=30,
                backup=True,
                mount="/shared",
                workloads=("assistant",),
                reason="cheapest for its bytes",
            ),
        ),
        lustre=(
            LustrePlan(
                key="corpus",
                bucket="documents",
                prefix="training/",
                zone=ZONES[0],
                size_gib=2400,
                throughput_mb_per_tib=250,
                compress=True,
                exports=True,
                mount="/corpus",
                workloads=("training",),
                reason="cheapest for its speed",
            ),
        ),
        backup=BackupPlan(
            buckets=("documents",),
            volumes=("scratch",),
            schedule="cron(0 3 ? * * *)",
            time_zone="Europe/Dublin",
            keep_days=35,
            lock=VaultLockPlan(mode=LockMode.GOVERNANCE, min_days=7),
            copy_to=BackupCopyPlan(
                vault_arn=f"arn:aws:backup:eu-central-1:{ACCOUNT_ID}:backup-vault:far", keep_days=90
            ),
        ),
        protect=protect,
    )


def full_site(*, protect: bool = True) -> SitePlan:
    """Three zones, two load balancers, spot and GPU groups, a training job, every sort of storage, every key."""
    return SitePlan(
        kind=SiteKind.AWS,
        region=REGION,
        network=_network(),
        security=_security(),
        storage=_storage(protect=protect),
        compute=_compute(),
    )


def minimal_site() -> SitePlan:
    """One service without a load balancer on one machine in one zone: no NAT, no keys, no secrets, no storage."""
    zone = ZONES[0]
    group = NodeGroup(
        key="t3-small-on-demand",
        runtime="ecs",
        machine_types=("t3.small",),
        purchase=PurchaseOption.ON_DEMAND,
        architecture=Architecture.X86_64,
        vcpus=2,
        image=image(),
        zones=(zone,),
        machines=WeekSchedule(constant=1),
        max_machines=1,
        root_volume_gib=30,
        slots={"echo.cpu": 1},
    )
    variant = _service_variant("cpu", (group.key,), weights=(1,), repository=False).model_copy(
        update={"cpu_millis": 500, "memory_mib": 512, "replicas": WeekSchedule(constant=1), "max_replicas": 1}
    )
    return SitePlan(
        kind=SiteKind.AWS,
        region=REGION,
        network=NetworkPlan(
            cidr=IPv4Network("10.20.0.0/16"),
            zones=(zone,),
            subnets=subnets((zone,)),
            nat=NatPlan(mode=NatMode.NONE, zones=(), reason="everything is reached by endpoints"),
            endpoints=(EndpointPlan(service="s3", kind=EndpointKind.GATEWAY, reason="free"),),
            load_balancers=(),
            flow_logs=False,
            flow_log_retention_days=90,
            dns=None,
        ),
        security=SecurityPlan(
            profile="none",
            measures=(),
            waived=(),
            keys=(),
            key_deletion_days=7,
            roles=(RolePlan(workload="echo", access=(), secrets=()),),
            secrets=(),
            flows=(),
            waf=(),
            trail_retention_days=90,
        ),
        storage=StoragePlan(protect=False),
        compute=ComputePlan(
            eni_trunking=False,
            node_groups=(group,),
            services=(
                ServicePlan(
                    key="echo",
                    port=8080,
                    protocol=Protocol.HTTP,
                    load_balancers=(),
                    discovery=False,
                    health_path="/healthz",
                    health_grace_seconds=0,
                    max_utilisation=0.7,
                    log_retention_days=7,
                    variants=(variant,),
                ),
            ),
            jobs=(),
            repositories=(),
        ),
    )


def plan(stack: str = "prod", **sites: SitePlan) -> Plan:
    """A plan of these sites; the full one under `main` when none is given."""
    return Plan(
        stack=stack,
        owner="ai-platform@example.com",
        cost_centre="ai",
        tags={"product": "assistant"},
        time_zone="Europe/Dublin",
        inputs=PlanInputs(
            demand="sha256:" + "1" * 64,
            catalog="sha256:" + "2" * 64,
            prices=(PriceTable(region=REGION, dated="2026-07-20"),),
            model="1",
        ),
        proof=Proof(
            solver="HiGHS 1.16",
            termination=Termination.OPTIMAL,
            cost_usd_per_month=4210.5,
            bound_usd_per_month=4210.5,
            gap=0.0,
            proven=True,
            witness="every replica of every hour is placed",
        ),
        sites=dict(sites) if sites else {"main": full_site()},
        cost_lines=(),
    )
