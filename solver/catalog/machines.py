"""Machine types: what AWS sells, and how much of it a container can really use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from solver.vocabulary import AcceleratorKind, Architecture, ImageFlavour

MEMORY_OVERHEAD_BASE_MIB = 300
MEMORY_OVERHEAD_PER_MILLE = 45
AGENT_MEMORY_MIB = 256


class QuotaFamily(StrEnum):
    """The groups in which AWS counts running vCPUs, for on-demand and for spot apart."""

    STANDARD = "standard"
    """A, C, D, H, I, M, R, T and Z types."""
    G = "g"
    """G and VT types."""
    P = "p"
    INF = "inf"
    TRN = "trn"
    F = "f"
    X = "x"
    HIGH_MEMORY = "high-memory"
    DL = "dl"
    HPC = "hpc"


class Processor(StrEnum):
    """Who made the processor."""

    INTEL = "intel"
    AMD = "amd"
    AWS = "aws"


@dataclass(frozen=True, slots=True)
class Accelerator:
    """The accelerators of one machine; all of one model."""

    kind: AcceleratorKind
    model: str
    """Lower case: t4, l4, a10g, l40s, a100, h100, inferentia2, trainium1, vu47p, …"""
    count: int
    """Whole devices. 0 on machines that get a part of a device: no request for devices matches them."""
    memory_mib: int
    """MiB of each device, or of the part."""
    share: float = 1.0
    """Part of a device that the machine gets; below 1 exactly where count is 0."""


@dataclass(frozen=True, slots=True)
class MachineType:
    """One EC2 instance type as its data sheet has it; `allocatable` says what is left for containers."""

    name: str
    family: str
    size: str
    architecture: Architecture
    manufacturer: Processor
    vcpus: int
    cpu_baseline_percent: float
    """What each vCPU delivers without end: 100, less on burstable (T) and flex types."""
    memory_mib: int
    accelerator: Accelerator | None
    local_disk_gib: int
    """Instance store, all disks together; 0 where the machine has none."""
    network_baseline_mbps: int
    """Megabits a second that last, not the burst of the first minutes."""
    max_enis: int
    branch_enis: int
    """Extra network interfaces when ENI trunking is on; 0 where the type has no trunking."""
    ebs_baseline_mibps: int
    ebs_baseline_iops: int
    quota: str
    """A QuotaFamily, in the tables."""
    image_flavour: ImageFlavour
    spot_supported: bool
    burstable: bool
    """T types: above the baseline they spend CPU credits, or money."""
    bare_metal: bool
    capacity_block_only: bool
    """Sold in blocks of days for a date, not by the hour on demand."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """What every machine of a cluster keeps back from its tasks."""

    cpu_millis: int = 0
    """Thousandths of a vCPU that daemon tasks request."""
    memory_mib: int = 0
    """MiB that daemon tasks request."""
    agent_memory_mib: int = AGENT_MEMORY_MIB
    """ECS_RESERVED_MEMORY in the machine's /etc/ecs/ecs.config: MiB that the agent does not register, for itself, the
    container runtime and the system. The default is the example of AWS's page on memory management."""


@dataclass(frozen=True, slots=True)
class Allocatable:
    """What the tasks of one machine can have together."""

    cpu_millis: int
    memory_mib: int
    task_slots: int
    accelerators: int
    accelerator_memory_mib: int
    """MiB of each accelerator; 0 without one."""
    local_disk_gib: int
    network_mbps: int


def memory_overhead_mib(memory_mib: int) -> int:
    """MiB of the nominal memory that firmware, hypervisor and kernel keep: 300 MiB + 4.5 %, rounded up.

    The ECS agent registers what the kernel reports as total memory, which is less than the data sheet's (AWS: m4.large,
    8192 MiB nominal, registers 7985; https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html).
    The line lies above every overhead that aws/karpenter-provider-aws zz_generated.memory_overhead.go @15e8769 lists as
    measured (c5.large 433 MiB of 4096, m5.large 559 of 8192, c5.18xlarge 6727 of 147456, r6i.32xlarge 32697 of 1048576,
    x2iedn.32xlarge 81850 of 4194304), but for the video machines vt1, which the catalog leaves out; and above the
    1.7 to 5.3 % that pytorch/ci-infra #910 measured over a fleet in 2026-07. Karpenter's own default, a flat 7.5 %, is
    too much on large machines and too little on c5.large, where 10.6 % is missing.
    """
    return MEMORY_OVERHEAD_BASE_MIB + -(-memory_mib * MEMORY_OVERHEAD_PER_MILLE // 1000)


def allocatable(machine: MachineType, *, eni_trunking: bool, reserved: Reserved) -> Allocatable:
    """What one machine offers to tasks, as the ECS agent registers it, less what every machine keeps back.

    * cpu = vCPUs × 1000 × baseline − daemons. The agent registers all vCPUs (1024 units each). Burstable types count
      with their baseline only (t3.large: 30 % of 2 vCPUs), and flex types with 40 %: a plan promises the load of every
      hour, and above the baseline AWS takes credits, money or, from flex types, speed.
      (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html)
    * memory = nominal − `memory_overhead_mib` − ECS_RESERVED_MEMORY − daemons.
    * task slots: in awsvpc mode each task has a network interface of its own. With trunking the type's branch
      interfaces; else all interfaces but the machine's own. The branch counts are those of the VPC resource controller,
      which are a few below the task limits that ECS publishes for the same types.
      (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/eni-trunking-supported-instance-types.html)
    * accelerators: whole devices; a machine with a part of a device offers none.

    Nothing is negative: a machine that daemons fill has 0.
    """
    accelerator = machine.accelerator
    cpu_millis = int(machine.vcpus * 10 * machine.cpu_baseline_percent)
    overhead = memory_overhead_mib(machine.memory_mib) + reserved.agent_memory_mib + reserved.memory_mib
    trunked = eni_trunking and machine.branch_enis > 0
    return Allocatable(
        cpu_millis=max(0, cpu_millis - reserved.cpu_millis),
        memory_mib=max(0, machine.memory_mib - overhead),
        task_slots=machine.branch_enis if trunked else max(0, machine.max_enis - 1),
        accelerators=0 if accelerator is None else accelerator.count,
        accelerator_memory_mib=0 if accelerator is None or accelerator.count == 0 else accelerator.memory_mib,
        local_disk_gib=machine.local_disk_gib,
        network_mbps=machine.network_baseline_mbps,
    )
