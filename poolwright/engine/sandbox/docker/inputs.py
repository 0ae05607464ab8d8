"""What Check does for the types of pulumi-docker: defaults as the provider has them, and values that can't be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from poolwright.engine.sandbox.check import Failure, describe
from poolwright.engine.sandbox.values import Properties, Value, fields, number, objects, text, texts

TYPES: Final = (
    "docker.Container",
    "docker.Image",
    "docker.Network",
    "docker.RemoteImage",
    "docker.Tag",
    "docker.Volume",
)
"""The types that the sandbox drives."""
DEFAULTS: Final[dict[str, Properties]] = {
    "docker.Container": {
        "attach": False,
        "containerReadRefreshTimeoutMilliseconds": 15000,
        "logs": False,
        "mustRun": True,
        "networkMode": "bridge",
        "readOnly": False,
        "removeVolumes": True,
        "restart": "no",
        "rm": False,
        "start": True,
        "stdinOpen": False,
        "tty": False,
        "wait": False,
        "waitTimeout": 60,
    },
    "docker.Network": {"ipamDriver": "default"},
}

_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_NETWORK_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_DURATION: Final = re.compile(r"(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+|0")
_PATTERNS: Final = {
    "restart": (re.compile(r"no|on-failure|always|unless-stopped"), "no, on-failure, always or unless-stopped"),
    "cpuSet": (re.compile(r"\d+([,-]\d+)*"), "numbers of CPUs, as 0-2 or 0,3"),
    "cpus": (re.compile(r"\d+(\.\d+)?"), "a number of CPUs in quotes, as 1.5"),
}
_LEAST: Final = {
    "cpuPeriod": 0,
    "cpuQuota": 0,
    "cpuShares": 0,
    "destroyGraceSeconds": 0,
    "maxRetryCount": 0,
    "memory": 0,
    "memoryReservation": 0,
    "memorySwap": -1,
    "shmSize": 0,
    "waitTimeout": 0,
}
SMALLEST_MEMORY_MIB: Final = 6
_ENVIRONMENT: Final = re.compile(r"[^=]+(=.*)?", re.DOTALL)


def value_failures(kind: str, inputs: Properties) -> list[Failure]:
    """Values that the provider or every Docker Engine refuses, seen without asking one."""
    failures = list(_names(kind, inputs))
    check = _CHECKS.get(kind)
    return failures if check is None else [*failures, *check(inputs)]


def _names(kind: str, inputs: Properties) -> Iterator[Failure]:
    name = text(inputs.get("name"))
    pattern = _NETWORK_NAME if kind == "docker.Network" else _NAME
    if kind in ("docker.Container", "docker.Network", "docker.Volume") and name and not pattern.fullmatch(name):
        yield Failure("name", f"invalid name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")


def _container(inputs: Properties) -> Iterator[Failure]:
    for name, (pattern, allowed) in _PATTERNS.items():
        value = inputs.get(name)
        if isinstance(value, str) and not pattern.fullmatch(value):
            yield Failure(name, f"expected {allowed}; found {describe(value)}")
    for name, least in _LEAST.items():
        value = number(inputs.get(name))
        if value is not None and value < least:
            yield Failure(name, f"expected {least} or more; found {value}")
    yield from _memory(inputs)
    yield from _uploads(inputs)
    yield from _mounts(inputs)
    yield from _ports(inputs)
    yield from _healthcheck(inputs)
    yield from _restarts(inputs)
    for position, entry in enumerate(texts(inputs.get("envs"))):
        if not _ENVIRONMENT.fullmatch(entry):
            yield Failure(f"envs[{position}]", "expected NAME=value")
    if "" in texts(inputs.get("command")):
        yield Failure("command", "values for command may not be empty")


def _memory(inputs: Properties) -> Iterator[Failure]:
    memory, swap, soft = (number(inputs.get(name)) for name in ("memory", "memorySwap", "memoryReservation"))
    if memory and memory < SMALLEST_MEMORY_MIB:
        yield Failure("memory", f"Minimum memory limit allowed is {SMALLEST_MEMORY_MIB}MB; found {memory}")
    if memory and swap and 0 < swap < memory:
        words = f"Minimum memoryswap limit should be larger than memory limit: it counts both; {swap} < {memory}"
        yield Failure("memorySwap", words)
    if swap and swap > 0 and not memory:
        yield Failure("memorySwap", "You should always set the Memory limit when using Memoryswap limit")
    if memory and soft and soft > memory:
        yield Failure("memoryReservation", f"expected {memory} or less, as memory is; found {soft}")


def _uploads(inputs: Properties) -> Iterator[Failure]:
    for position, upload in enumerate(objects(inputs.get("uploads"))):
        path = f"uploads[{position}]"
        given = [name for name in ("content", "contentBase64", "source") if upload.get(name) not in (None, "")]
        if len(given) != 1:
            # An empty content is none to the provider either.
            words = "one of content, contentBase64 and source must be set" if not given else "only one can be set"
            yield Failure(path, f"error with upload content: {words}" + (f": {', '.join(given)}" if given else ""))
        mode = upload.get("permissions")
        if isinstance(mode, str) and not re.fullmatch(r"0[0-7]{3}", mode):
            yield Failure(f"{path}.permissions", f"expected four octal digits, as 0400; found {describe(mode)}")


def _mounts(inputs: Properties) -> Iterator[Failure]:
    targets: dict[str, str] = {}
    for name, key in (("mounts", "target"), ("volumes", "containerPath")):
        for position, mount in enumerate(objects(inputs.get(name))):
            path, target = f"{name}[{position}]", text(mount.get(key))
            if target is not None and not target.startswith("/"):
                yield Failure(f"{path}.{key}", f"expected an absolute path; found {describe(target)}")
            if target is not None and target in targets:
                yield Failure(f"{path}.{key}", f"Duplicate mount point: {target}, as in {targets[target]}")
            targets[target or ""] = path
            if name == "mounts":
                yield from _mount(path, mount)
            else:
                yield from _volume(path, mount)


def _mount(path: str, mount: Properties) -> Iterator[Failure]:
    kind = text(mount.get("type"))
    if kind is not None and kind not in ("bind", "volume", "tmpfs"):
        yield Failure(f"{path}.type", f"expected bind, volume or tmpfs; found {describe(kind)}")
    source = text(mount.get("source"))
    if kind == "bind" and source is not None and not source.startswith("/"):
        yield Failure(f"{path}.source", f"invalid mount path: '{source}' mount path must be absolute")


def _volume(path: str, volume: Properties) -> Iterator[Failure]:
    given = [name for name in ("fromContainer", "hostPath", "volumeName") if volume.get(name) is not None]
    if len(given) > 1:
        yield Failure(path, f"only one of fromContainer, hostPath and volumeName; found {', '.join(given)}")
    if "fromContainer" not in given and volume.get("containerPath") is None:
        yield Failure(f"{path}.containerPath", "missing required property")


def _ports(inputs: Properties) -> Iterator[Failure]:
    for position, port in enumerate(objects(inputs.get("ports"))):
        for name in ("internal", "external"):
            value = number(port.get(name))
            if value is not None and not (0 if name == "external" else 1) <= value <= 65535:
                yield Failure(f"ports[{position}].{name}", f"expected a port, 1 to 65535; found {value}")
        protocol = text(port.get("protocol"))
        if protocol is not None and protocol not in ("tcp", "udp", "sctp"):
            yield Failure(f"ports[{position}].protocol", f"expected tcp, udp or sctp; found {describe(protocol)}")


def _healthcheck(inputs: Properties) -> Iterator[Failure]:
    check = fields(inputs.get("healthcheck"))
    for name in ("interval", "timeout", "startPeriod", "startInterval"):
        value = check.get(name)
        if isinstance(value, str) and not _DURATION.fullmatch(value):
            yield Failure(f"healthcheck.{name}", f"expected a duration, as 30s or 1m30s; found {describe(value)}")


def _restarts(inputs: Properties) -> Iterator[Failure]:
    if inputs.get("rm") is True and text(inputs.get("restart")) not in (None, "no"):
        yield Failure("rm", "can't create 'AutoRemove' container with restart policy")
    if number(inputs.get("maxRetryCount")) and text(inputs.get("restart")) not in (None, "on-failure"):
        yield Failure("maxRetryCount", "maximum retry count can only be used with 'on-failure'")


def _network(inputs: Properties) -> Iterator[Failure]:
    import ipaddress

    for position, config in enumerate(objects(inputs.get("ipamConfigs"))):
        for name in ("subnet", "ipRange"):
            value: Value = config.get(name)
            if isinstance(value, str):
                try:
                    ipaddress.ip_network(value)
                except ValueError as error:
                    yield Failure(f"ipamConfigs[{position}].{name}", f"invalid CIDR address: {error}")


_CHECKS: Final[dict[str, Callable[[Properties], Iterator[Failure]]]] = {
    "docker.Container": _container,
    "docker.Network": _network,
}
