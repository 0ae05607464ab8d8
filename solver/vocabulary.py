"""The closed word lists of the product; files, plans and components share them."""

from __future__ import annotations

from enum import StrEnum


class SiteKind(StrEnum):
    """Where capacity is bought or owned."""

    AWS = "aws"
    DOCKER = "docker"


class PurchaseOption(StrEnum):
    """How a machine hour is bought."""

    ON_DEMAND = "on-demand"
    SPOT = "spot"
    RESERVED = "reserved"
    SAVINGS_PLAN = "savings-plan"


class CommitmentKind(StrEnum):
    """What AWS sells for one or three years; a savings plan covers dollars an hour, a reservation covers machines."""

    STANDARD_RESERVED = "standard-reserved"
    CONVERTIBLE_RESERVED = "convertible-reserved"
    INSTANCE_SAVINGS_PLAN = "instance-savings-plan"
    COMPUTE_SAVINGS_PLAN = "compute-savings-plan"


class CapacityKind(StrEnum):
    """What AWS keeps machines under."""

    RESERVATION = "reservation"
    BLOCK = "block"


class Payment(StrEnum):
    """How a commitment is paid."""

    NO_UPFRONT = "no-upfront"
    PARTIAL_UPFRONT = "partial-upfront"
    ALL_UPFRONT = "all-upfront"


class Architecture(StrEnum):
    """Instruction set, in AWS's words."""

    X86_64 = "x86_64"
    ARM64 = "arm64"


class AcceleratorKind(StrEnum):
    """What an accelerator is programmed with: CUDA, Neuron (inference or training chips), or a bitstream."""

    GPU = "gpu"
    INFERENTIA = "inferentia"
    TRAINIUM = "trainium"
    FPGA = "fpga"


class ImageFlavour(StrEnum):
    """The machine image that a node group boots: the ECS-optimised Amazon Linux 2023 and its accelerator variants."""

    STANDARD = "standard"
    GPU = "gpu"
    NEURON = "neuron"


class WorkloadKind(StrEnum):
    """How a workload's need is stated."""

    SERVICE = "service"
    BATCH = "batch"
    TRAINING = "training"


class Framework(StrEnum):
    """What a container is built on."""

    PYTORCH = "pytorch"
    TENSORFLOW = "tensorflow"
    PYTHON = "python"
    OTHER = "other"


class ImageTemplate(StrEnum):
    """What an image is made from, when the project builds it."""

    PYTHON = "python"
    PYTORCH = "pytorch"
    BERT = "bert"
    TENSORFLOW = "tensorflow"
    FPGA = "fpga"


class LockMode(StrEnum):
    """Who may shorten a lock on objects, in S3's words."""

    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"


class Exposure(StrEnum):
    """Who can reach a service."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Protocol(StrEnum):
    """What a service speaks on its port."""

    HTTP = "http"
    GRPC = "grpc"
    TCP = "tcp"


class DeploymentStrategy(StrEnum):
    """How the replicas of a new version take over from those of the old one."""

    ROLLING = "rolling"
    """Some at a time, in one set of targets."""
    BLUE_GREEN = "blue-green"
    """All beside the old ones, then all requests at once."""
    CANARY = "canary"
    """All beside the old ones, then a part of the requests, then the rest."""
    LINEAR = "linear"
    """All beside the old ones, then the requests in equal steps."""


class MetricStatistic(StrEnum):
    """What CloudWatch makes of a minute's values of a metric."""

    SUM = "sum"
    AVERAGE = "average"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    SAMPLE_COUNT = "sample-count"


class AlarmKind(StrEnum):
    """What an alarm is about; the word is also the part of the runbook that it names."""

    LOAD = "load"
    """More requests than the plan is made for."""
    LATENCY = "latency"
    """Answers later than the target."""
    ERRORS = "errors"
    """Requests answered with 5xx."""
    REPLICAS = "replicas"
    """Replicas that a load balancer finds unhealthy."""
    LOG = "log"
    """Lines of a workload's log that the demand's pattern finds."""
    CPU = "cpu"
    """The cluster's cpu is in use."""
    MEMORY = "memory"
    """The cluster's memory is in use."""
    SYNTHETIC = "synthetic"
    """Checkers outside of the stack do not get the expected answer from a public path."""


class CheckerRegion(StrEnum):
    """Where Route 53 has checkers, which ask public paths."""

    US_EAST_1 = "us-east-1"
    US_WEST_1 = "us-west-1"
    US_WEST_2 = "us-west-2"
    EU_WEST_1 = "eu-west-1"
    AP_SOUTHEAST_1 = "ap-southeast-1"
    AP_SOUTHEAST_2 = "ap-southeast-2"
    AP_NORTHEAST_1 = "ap-northeast-1"
    SA_EAST_1 = "sa-east-1"


class Survive(StrEnum):
    """The loss after which the rest must still meet the load (without headroom)."""

    NONE = "none"
    ZONE = "zone"
    SITE = "site"
    """Any one whole site; and a zone or a host of each site that has more than one."""


class Tier(StrEnum):
    """Subnet tiers: public reaches the internet directly, private through NAT, data not at all."""

    PUBLIC = "public"
    PRIVATE = "private"
    DATA = "data"


class NatMode(StrEnum):
    """NAT gateways: one in each zone, one for all, or none."""

    PER_ZONE = "per-zone"
    SINGLE = "single"
    NONE = "none"


class EndpointKind(StrEnum):
    """VPC endpoints: gateway endpoints are free routes, interface endpoints are addresses and cost by zone and hour."""

    GATEWAY = "gateway"
    INTERFACE = "interface"


class DeploymentStage(StrEnum):
    """Moments of a deployment that moves requests, at which ECS asks a function whether it may go on."""

    PRE_SCALE_UP = "pre-scale-up"
    """Before replicas of the new version start."""
    POST_SCALE_UP = "post-scale-up"
    """They run, and have no request yet."""
    PRODUCTION_TRAFFIC_SHIFT = "production-traffic-shift"
    """While requests move; of canary and linear, at each step."""
    POST_PRODUCTION_TRAFFIC_SHIFT = "post-production-traffic-shift"
    """All requests have moved; the old replicas still wait."""


class StackKind(StrEnum):
    """What somebody else's stack was made with, whose outputs a demand names."""

    PULUMI = "pulumi"
    CLOUDFORMATION = "cloudformation"
    CLOUDFORMATION_EXPORTS = "cloudformation-exports"
    """No stack by name: what all stacks of an account and region export."""


class StorageKind(StrEnum):
    """What a storage claim asks for."""

    BUCKET = "bucket"
    VOLUME = "volume"
    FILE_SYSTEM = "file-system"
    LUSTRE = "lustre"


class AccessMode(StrEnum):
    """What a workload may do with a storage claim."""

    READ = "read"
    WRITE = "write"
    READ_WRITE = "read-write"


class Weekday(StrEnum):
    """Days, Monday first: hour 0 of a week is Monday 00:00 in the stack's time zone."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


OPTIMAL_GAP = 1e-4
"""Gap to a valid bound up to which an answer is called optimal."""


class Termination(StrEnum):
    """Why a solve ended."""

    OPTIMAL = "optimal"
    """The gap to a valid bound is at most OPTIMAL_GAP."""
    WITHIN_GAP = "within-gap"
    """The gap to a valid bound is at most the gap asked for."""
    LIMIT = "limit"
    """A work limit ended the search; the gap is what it is."""

    @classmethod
    def of(cls, gap: float, asked: float) -> Termination:
        """What an answer with this gap to a valid bound is called, where `asked` was asked for."""
        return cls.OPTIMAL if gap <= OPTIMAL_GAP else cls.WITHIN_GAP if gap <= asked else cls.LIMIT


class ImageProof(StrEnum):
    """What may be asked of an image before it is promoted."""

    SCAN = "scan"
    """Its registry has scanned it."""
    SIGNATURE = "signature"
    """It is signed."""


class GateId(StrEnum):
    """Questions that must be answered with yes before a change is built, in the order in which they are asked."""

    ORDER = "order"
    DIFFERENCES = "differences"
    SOURCE = "source"
    SOAK = "soak"
    LOCK = "lock"
    PROOF = "proof"
    PRICES = "prices"
    CHECKS = "checks"
    BUDGET = "budget"
    REPLACEMENTS = "replacements"
    IN_USE = "in-use"
    QUOTAS = "quotas"
    IMAGES = "images"
    WINDOW = "window"
    APPROVALS = "approvals"
