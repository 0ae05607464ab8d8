"""Containers: task definitions, job definitions, services, clusters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from poolwright.checks.check import Fault, NotYet, Severity, on_each, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import NotKnownError, Resource, is_true, parsed, part, words
from solver.vocabulary import AcceleratorKind

TASK = "aws:ecs/taskDefinition:TaskDefinition"
JOB = "aws:batch/jobDefinition:JobDefinition"
SERVICE = "aws:ecs/service:Service"
CLUSTER = "aws:ecs/cluster:Cluster"
ENVIRONMENT = "aws:batch/computeEnvironment:ComputeEnvironment"

_CONTAINER = "components/aws/compute/container.py"
_TASK = "components/aws/compute/task.py"
_SECRET_WORDS = (
    "secret",
    "password",
    "passwd",
    "token",
    "private_key",
    "api_key",
    "apikey",
    "access_key",
    "credential",
)
_KEY_BEGINNINGS = ("AKIA", "ASIA", "ghp_", "sk_live_", "-----BEGIN")

Container = Mapping[str, Any]


def containers(definition: Resource) -> list[Container]:
    """The containers of a task or job definition; NotKnownError while their text is not known."""
    found: list[Container] = []
    tasks = parsed(definition.get("containerDefinitions"))
    if tasks:
        found += cast("Sequence[Container]", tasks)
    if properties := parsed(definition.get("containerProperties")):
        found.append(cast("Container", properties))
    if nodes := parsed(definition.get("nodeProperties")):
        ranges = cast("Mapping[str, Any]", nodes).get("nodeRangeProperties") or ()
        found += [cast("Container", each["container"]) for each in ranges if "container" in each]
    return found


def looks_secret(name: str, value: str) -> bool:
    """Whether a setting is a secret, by its name or by how keys of well-known services begin."""
    return any(word in name.lower() for word in _SECRET_WORDS) or value.startswith(_KEY_BEGINNINGS)


def _called(container: Container) -> str:
    return str(container.get("name", "its container"))


@on_each(
    SERVICE,
    id="ECS.2",
    title="Replicas get no public address",
    controls=("ECS.2",),
    remedy="Leave assign_public_ip off in components/aws/compute/service.py; `exposure: public` gives a load balancer",
)
def replicas_are_private(service: Resource) -> Iterator[str]:
    if service.holds("networkConfiguration.assignPublicIp"):
        yield "gives each replica a public address"


@on_each(
    TASK,
    id="ECS.3",
    title="Containers see their own processes only",
    controls=("ECS.3",),
    remedy=f"Leave pid_mode and ipc_mode out in {_TASK}",
)
def processes_are_apart(task: Resource) -> Iterator[str]:
    for mode in ("pidMode", "ipcMode"):
        if task.get(mode) == "host":
            yield f"shares the machine's {'processes' if mode == 'pidMode' else 'shared memory'}"


@on_stack(
    TASK,
    JOB,
    id="ECS.4",
    title="Containers are not privileged, but for those that load FPGAs",
    controls=("ECS.4",),
    remedy=f"Keep privileged to FPGA variants in {_CONTAINER}",
)
def containers_are_not_privileged(evidence: Evidence) -> Iterator[Fault | NotYet]:
    loads_fpgas = {
        key
        for _, site in evidence.sites()
        for key, variants in (
            *((service.key, service.variants) for service in site.compute.services),
            *((job.key, (job.variant,)) for job in site.compute.jobs),
        )
        if any(variant.accelerator_kind is AcceleratorKind.FPGA for variant in variants)
    }
    for definition in evidence.of_type(TASK, JOB):
        try:
            found = containers(definition) if definition.workload not in loads_fpgas else []
        except NotKnownError:
            yield NotYet(definition)
            continue
        for container in found:
            if is_true(container.get("privileged")):
                yield Fault(text=f"{_called(container)} is privileged: it is root on the machine", resource=definition)


@on_each(
    TASK,
    JOB,
    id="ECS.5",
    title="A container's own file system is read-only",
    controls=("ECS.5",),
    remedy=f"Keep readonlyRootFilesystem in {_TASK}; /tmp and the claims of `uses` can be written",
)
def root_is_read_only(definition: Resource) -> Iterator[str]:
    for container in containers(definition):
        if not is_true(container.get("readonlyRootFilesystem")):
            yield f"{_called(container)} can change its own image"


@on_each(
    TASK,
    JOB,
    id="ECS.8",
    title="Secrets come from Secrets Manager, not as plain settings",
    controls=("ECS.8",),
    remedy="Name the secret in `secrets` of the workload in stacks/, and take the value out of `environment`",
)
def settings_hold_no_secrets(definition: Resource) -> Iterator[str]:
    for container in containers(definition):
        for setting in container.get("environment") or ():
            name, value = str(setting.get("name", "")), str(setting.get("value", ""))
            if looks_secret(name, value):
                yield f"{name} of {_called(container)} is a secret in plain text"


@on_each(
    TASK,
    JOB,
    id="ECS.9",
    title="What containers say is logged",
    controls=("ECS.9",),
    remedy=f"Keep log_settings in {_CONTAINER}",
)
def containers_log(definition: Resource) -> Iterator[str]:
    for container in containers(definition):
        if not part(container, "logConfiguration").get("logDriver"):
            yield f"{_called(container)} logs nothing"


@on_stack(
    CLUSTER,
    id="ECS.12",
    title="Container Insights watches the cluster where the plan says so",
    controls=("ECS.12",),
    remedy="Set containerInsights in components/aws/compute/cluster.py, as the plan's measure container-insights asks",
)
def clusters_are_watched(evidence: Evidence) -> Iterator[Fault]:
    for key in evidence.builds("container-insights"):
        for cluster in evidence.at_site(key, CLUSTER):
            settings = {str(each.get("name")): each.get("value") for each in cluster.mappings("settings")}
            if settings.get("containerInsights") not in ("enabled", "enhanced"):
                yield Fault(text="is not watched by Container Insights", resource=cluster, at=("compliance", "profile"))


@on_each(
    TASK,
    id="ECS.17",
    title="Tasks have addresses of their own",
    controls=("ECS.17",),
    remedy=f"Keep network_mode awsvpc in {_TASK}",
)
def tasks_have_their_own_network(task: Resource) -> Iterator[str]:
    mode = task.get("networkMode")
    # On Docker's own network nothing comes in but through ports that are published: daemons publish none.
    if mode == "bridge" and not any(container.get("portMappings") for container in containers(task)):
        return
    if mode != "awsvpc":
        yield f"runs in network mode {task.get('networkMode', 'bridge')}, past its security group"


@on_each(
    TASK,
    JOB,
    id="ECS.18",
    title="File systems are mounted over TLS, by the workload's own role and entrance",
    controls=("ECS.18",),
    remedy=f"Set transit encryption and IAM authorisation of the mount in {_TASK} and job_container.py",
)
def mounts_are_encrypted(definition: Resource) -> Iterator[str]:
    volumes: list[Mapping[str, Any]] = [
        each["efsVolumeConfiguration"]
        for each in definition.mappings("volumes")
        if each.get("efsVolumeConfiguration") is not None
    ]
    for container in containers(definition) if definition.type == JOB else ():
        volumes += [
            each["efsVolumeConfiguration"]
            for each in container.get("volumes") or ()
            if "efsVolumeConfiguration" in each
        ]
    for volume in volumes:
        if volume.get("transitEncryption") != "ENABLED":
            yield "mounts a file system without encryption on the way"
        if part(volume, "authorizationConfig").get("iam") != "ENABLED":
            yield "mounts a file system without asking for the workload's rights"


@on_each(
    TASK,
    id="ecs.capabilities",
    title="Containers have none of root's powers that they don't need",
    remedy=f"Keep the dropped capabilities in {_TASK}",
)
def powers_are_dropped(task: Resource) -> Iterator[str]:
    allowed = {"IPC_LOCK", "NET_BIND_SERVICE"}
    for container in containers(task):
        if is_true(container.get("privileged")):
            continue
        powers = part(part(container, "linuxParameters"), "capabilities")
        if "ALL" not in words(powers, "drop"):
            yield f"{_called(container)} keeps root's default powers"
        extra = sorted(set(words(powers, "add")) - allowed)
        if extra:
            yield f"{_called(container)} gets {', '.join(extra)}"


@on_each(
    TASK,
    id="ecs.new-privileges",
    title="No process in a container gains rights that it did not start with",
    remedy=f"Keep no-new-privileges in {_TASK}",
)
def no_new_privileges(task: Resource) -> Iterator[str]:
    for container in containers(task):
        options = container.get("dockerSecurityOptions") or ()
        if not is_true(container.get("privileged")) and "no-new-privileges" not in options:
            yield f"{_called(container)} may gain rights by setuid programs"


@on_each(
    TASK,
    id="ecs.memory",
    title="Each container has a hard limit of memory",
    remedy=f"Set memory of the container in {_TASK}; the figure is `memory` of the variant in stacks/",
)
def memory_is_bounded(task: Resource) -> Iterator[str]:
    for container in containers(task):
        if not container.get("memory") and not task.get("memory"):
            yield f"{_called(container)} may take its neighbours' memory"


@on_each(
    TASK,
    JOB,
    id="ecs.tag",
    title="Images are named by a version",
    remedy="Name a version or digest in `image.reference` of the workload in stacks/",
)
def images_have_versions(definition: Resource) -> Iterator[str]:
    for container in containers(definition):
        image = str(container.get("image", ""))
        tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2]
        if "@sha256:" not in image and tag in ("", "latest"):
            yield f"{_called(container)} runs whatever {image} is on that day"


@on_each(
    TASK,
    id="ecs.host-paths",
    title="Containers see no folder of the machine but their own volumes",
    remedy="Mount claims of `uses` in stacks/; folders of machines belong to the machine",
)
def no_host_folders(task: Resource) -> Iterator[str]:
    mounts = [mount for container in containers(task) for mount in container.get("mountPoints", [])]
    written = {mount.get("sourceVolume") for mount in mounts if not is_true(mount.get("readOnly"))}
    for volume in task.mappings("volumes"):
        path = volume.get("hostPath")
        # Daemons read logs, and change none.
        read_only = str(path).startswith("/var/log") and volume.get("name") not in written
        if path is not None and not read_only and not str(path).startswith("/mnt/"):
            yield f"mounts {path} of the machine"


@on_each(
    SERVICE,
    id="ecs.shell",
    title="Nobody opens a shell in a replica",
    remedy="Leave enable_execute_command off in components/aws/compute/service.py",
)
def no_shells(service: Resource) -> Iterator[str]:
    if service.holds("enableExecuteCommand"):
        yield "lets whoever may call ECS open a shell in replicas"


@on_each(
    SERVICE,
    id="ecs.rolling",
    title="A deployment takes no replica away before a new one serves",
    severity=Severity.WARN,
    remedy="Raise headroom or replicas.max of the workload in stacks/, so that its machines hold one replica more",
)
def deployments_keep_replicas(service: Resource) -> Iterator[str]:
    least = int(service.get("deploymentMinimumHealthyPercent", 100))
    if least < 100 and service.get("schedulingStrategy", "REPLICA") == "REPLICA":
        yield f"goes down to {least} % of its replicas while it deploys"


@on_each(
    ENVIRONMENT,
    id="batch.idle",
    title="Machines of jobs go when no job runs",
    remedy="Keep min_vcpus at 0 in components/aws/compute/batch_environment.py",
)
def idle_machines_go(environment: Resource) -> Iterator[str]:
    least = int(environment.get("computeResources.minVcpus", 0))
    if least > 0:
        yield f"keeps {least} vCPUs running, which the plan does not price"
