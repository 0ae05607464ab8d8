"""Containers on Docker hosts: what each may do at most, and what it needs to stay up."""

from __future__ import annotations

from collections.abc import Iterator

from poolwright.checks.check import Fault, Severity, on_each, on_stack
from poolwright.checks.containers import looks_secret
from poolwright.checks.evidence import Evidence
from poolwright.checks.hosted_names import CONTAINER
from poolwright.checks.resource import Resource, part, words
from solver.vocabulary import AcceleratorKind, Framework

_SECURITY = "components/docker/security.py"
_SETTINGS = "components/docker/settings.py"
_COMPUTE = "components/docker/compute.py"
_HARMLESS_POWERS = frozenset({"NET_BIND_SERVICE", "IPC_LOCK"})
"""A private port, and memory that Neuron's runtime pins."""
_COMES_BACK = ("unless-stopped", "always")
_SOCKETS = ("docker.sock", "containerd.sock", "podman.sock")


def _runs(container: Resource) -> bool:
    """Whether it is started; those that put files into volumes never are."""
    return not container.denies("start")


def _variants(evidence: Evidence, container: Resource) -> Iterator[tuple[Framework, AcceleratorKind | None]]:
    """Framework and devices of the variant that a container is a replica of; nothing for what is none."""
    for key, site in evidence.hosted():
        for service in site.services:
            for variant in service.variants:
                part = f"-{service.key}-{variant.key}-"
                if evidence.hosted_site_of(container) == key and part in container.name:
                    yield variant.framework, variant.accelerator_kind


def _is_fpga(evidence: Evidence, container: Resource) -> bool:
    return any(kind is AcceleratorKind.FPGA for _, kind in _variants(evidence, container))


@on_each(
    CONTAINER,
    id="docker.read-only",
    title="The root of every container that runs is read-only",
    remedy=f"Keep read_only in {_SECURITY}; what a workload writes goes to /tmp or to a claim",
)
def root_is_read_only(container: Resource) -> Iterator[str]:
    if _runs(container) and not container.holds("readOnly"):
        yield "can write to its own programs"


@on_stack(
    CONTAINER,
    id="docker.privileged",
    title="No container is privileged but those of FPGA tools",
    remedy=f"Leave privileged out in {_SECURITY}",
)
def containers_are_not_privileged(evidence: Evidence) -> Iterator[Fault]:
    for container in evidence.of_type(CONTAINER):
        if container.holds("privileged") and not _is_fpga(evidence, container):
            yield Fault(text="is privileged: it can do what root can do on the host", resource=container)


@on_stack(
    CONTAINER,
    id="docker.powers",
    title="Containers on hosts have none of root's powers",
    remedy=f"Keep capabilities in {_SECURITY}",
)
def powers_are_dropped(evidence: Evidence) -> Iterator[Fault]:
    for container in evidence.of_type(CONTAINER):
        if container.holds("privileged") and _is_fpga(evidence, container):
            continue
        given = part(container.inputs, "capabilities")
        if "ALL" not in words(given, "drops"):
            yield Fault(text="keeps powers of root that nobody named", resource=container)
        for power in words(given, "adds"):
            if power not in _HARMLESS_POWERS:
                yield Fault(text=f"has the power {power}", resource=container)


@on_each(
    CONTAINER,
    id="docker.new-privileges",
    title="No process on a host gains privileges",
    remedy=f"Keep no-new-privileges in {_SECURITY}",
)
def no_new_privileges(container: Resource) -> Iterator[str]:
    given = [str(each) for each in container.get("securityOpts") or ()]
    if not any(each in ("no-new-privileges", "no-new-privileges:true") for each in given):
        yield "lets a process gain privileges, by a program that belongs to root"


@on_stack(
    CONTAINER,
    id="docker.user",
    title="No container runs as root but those of FPGA tools",
    remedy=f"Keep user in {_SECURITY}: a number other than 0",
)
def users_are_not_root(evidence: Evidence) -> Iterator[Fault]:
    for container in evidence.of_type(CONTAINER):
        user = str(container.get("user", "")).partition(":")[0]
        if user in ("", "0", "root") and not _is_fpga(evidence, container):
            text = "runs as root" if user else "runs as whoever its image says, who may be root"
            yield Fault(text=text, resource=container)


@on_each(
    CONTAINER,
    id="docker.namespaces",
    title="Containers see nothing of the host's network, processes and memory",
    remedy=f"Leave network_mode, pid_mode, ipc_mode, userns_mode and uts out in {_COMPUTE}",
)
def hosts_are_apart(container: Resource) -> Iterator[str]:
    for mode in ("networkMode", "pidMode", "ipcMode", "usernsMode", "cgroupnsMode"):
        if str(container.get(mode, "")).partition(":")[0] in ("host", "container"):
            yield f"shares the {mode.removesuffix('Mode')} of {container.get(mode)}"


@on_each(
    CONTAINER,
    id="docker.host-folders",
    title="No container sees folders of its host, nor the engine's socket",
    remedy="Give the workload a claim in stacks/ and `uses` of it: a volume is in components/docker/storage.py",
)
def no_host_folders(container: Resource) -> Iterator[str]:
    bound = [str(each.get("hostPath")) for each in container.mappings("volumes") if each.get("hostPath")]
    bound += [str(each.get("source")) for each in container.mappings("mounts") if each.get("type") == "bind"]
    for path in bound:
        engine = " and can do what root can do there" if path.endswith(_SOCKETS) else ""
        yield f"sees {path} of its host{engine}"
    if any(each.get("fromContainer") for each in container.mappings("volumes")):
        yield "sees all volumes of another container"


@on_each(
    CONTAINER,
    id="docker.limits",
    title="Memory and cpu of every container are bounded, without swap",
    remedy=f"Keep cpus, memory and memory_swap in {_SECURITY}, which the plan says",
)
def use_is_bounded(container: Resource) -> Iterator[str]:
    memory = container.get("memory", 0)
    if not memory:
        yield "may take all memory of its host"
    elif container.get("memorySwap", 0) != memory:
        yield "may swap, and is slow before anybody sees that its memory is short"
    if _runs(container) and not container.get("cpus"):
        yield "may take all of its host's cpu"


@on_stack(
    CONTAINER,
    id="docker.health",
    title="Every container whose image has a shell is asked whether it is well",
    remedy=f"Keep the health check in {_COMPUTE}; `framework: other` says that nothing is known of the image",
)
def containers_are_asked(evidence: Evidence) -> Iterator[Fault]:
    for container in evidence.of_type(CONTAINER):
        unknown = any(framework is Framework.OTHER for framework, _ in _variants(evidence, container))
        if _runs(container) and not unknown and not container.get("healthcheck"):
            yield Fault(text="is never asked whether it is well", resource=container)


@on_each(
    CONTAINER,
    id="docker.logs",
    title="Logs on hosts are rotated",
    remedy=f"Keep log_driver and log_opts in {_SETTINGS}; log_size_mib of the site in stacks/ is the size",
)
def logs_are_rotated(container: Resource) -> Iterator[str]:
    if not _runs(container):
        return
    driver, options = container.get("logDriver"), part(container.inputs, "logOpts")
    if driver is None:
        yield "logs as its host's engine likes"
    elif driver in ("json-file", "local") and not (options.get("max-size") and options.get("max-file")):
        yield "logs until its host's disk is full"


@on_each(
    CONTAINER,
    id="docker.restart",
    title="Containers come back when they end or their host starts",
    remedy=f"Keep restart in {_SETTINGS}",
)
def containers_come_back(container: Resource) -> Iterator[str]:
    if _runs(container) and container.get("restart", "no") not in _COMES_BACK:
        yield "stays away once it has ended"


@on_each(
    CONTAINER,
    id="docker.secrets",
    title="Secrets on hosts are files, not settings",
    remedy="Name the secret in `secrets` of the workload in stacks/, and take the value out of `environment`",
)
def settings_hold_no_secrets(container: Resource) -> Iterator[str]:
    for setting in container.get("envs") or ():
        name, _, value = str(setting).partition("=")
        if looks_secret(name, value) and not _is_path(name, value):
            yield f"{name} is a secret in plain text"


def _is_path(name: str, value: str) -> bool:
    return name.endswith("_FILE") and value.startswith("/")


@on_each(
    CONTAINER,
    id="docker.labels",
    title="Every container says whose it is",
    severity=Severity.WARN,
    remedy="Keep the labels in components/docker/naming.py; `owner` and `cost_centre` stand in stacks/",
)
def containers_are_labelled(container: Resource) -> Iterator[str]:
    container.get("labels")
    missing = [
        name for name in ("owner", "cost-centre", "stack", "site", "managed-by") if not container.labels.get(name)
    ]
    if missing:
        yield f"has no label {', '.join(missing)}"
