"""A container as the Docker Engine shows it, in pulumi-docker's properties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolwright.engine.sandbox.docker.engine_client import section
from poolwright.engine.sandbox.docker.hosts import Host
from poolwright.engine.sandbox.docker.units import BILLION, duration, mib
from poolwright.engine.sandbox.values import Properties, Value, objects, text, whole


def container_outputs(inputs: Properties, shown: Mapping[str, Any], host: Host, stack: str) -> Properties:
    """All outputs: the inputs, and what the engine settled."""
    config, host_config = shown["Config"], shown["HostConfig"]
    outputs: Properties = {name: value for name, value in inputs.items() if not name.startswith("__")}
    settled: Properties = {
        "command": config.get("Cmd") or [],
        "entrypoints": config.get("Entrypoint") or [],
        "hostname": config.get("Hostname") or "",
        "init": bool(host_config.get("Init")),
        "ipcMode": host_config.get("IpcMode") or "",
        "logDriver": host_config["LogConfig"]["Type"],
        "runtime": host_config.get("Runtime") or "",
        "securityOpts": host_config.get("SecurityOpt") or [],
        "shmSize": mib(host_config.get("ShmSize") or 0),
        "stopSignal": config.get("StopSignal") or "",
        "stopTimeout": config.get("StopTimeout") or 0,
        "platform": shown.get("Platform") or "",
        "envs": [],
        "labels": [],
    }
    for name, value in settled.items():
        if outputs.get(name) is None:
            outputs[name] = value
    if outputs.get("healthcheck") is None and config.get("Healthcheck"):
        outputs["healthcheck"] = _healthcheck(config["Healthcheck"])
    outputs["ports"] = _ports(inputs, shown, host, stack)
    if not outputs["ports"]:
        del outputs["ports"]
    return outputs | _running(shown) | changeable(inputs, shown, fitted=host.stood_in)


def changeable(inputs: Properties, shown: Mapping[str, Any], *, fitted: bool = False) -> Properties:
    """What a container may have been changed to after it was made, where the program speaks of it or it is not zero.

    `fitted`: it may have fewer processors than it asks for, since another machine stands in for its host.
    """
    limits = shown["HostConfig"]
    policy = section(limits, "RestartPolicy")
    found: Properties = {
        "name": str(shown["Name"]).lstrip("/"),
        "image": shown["Image"],
        "restart": policy.get("Name") or "no",
        "maxRetryCount": policy.get("MaximumRetryCount") or 0,
        "memory": mib(limits.get("Memory") or 0),
        "memoryReservation": mib(limits.get("MemoryReservation") or 0),
        "memorySwap": mib(limits.get("MemorySwap") or 0),
        "cpuShares": limits.get("CpuShares") or 0,
        "cpuSet": limits.get("CpusetCpus") or "",
    }
    cpus = text(inputs.get("cpus"))
    settled = limits.get("NanoCpus") or 0
    # The same number in another spelling is no change.
    wanted = round(float(cpus) * BILLION) if cpus else 0
    same = wanted == settled or (fitted and settled < wanted)
    found["cpus"] = cpus if cpus and same else f"{settled / BILLION:g}"
    return {
        name: value for name, value in found.items() if name in inputs or (value not in (0, "", "0") and name != "cpus")
    }


def _running(shown: Mapping[str, Any]) -> Properties:
    """Computed outputs: where it is on the network, and how it ended."""
    settings = section(shown, "NetworkSettings")
    state = shown["State"]
    return {
        "bridge": settings.get("Bridge") or "",
        "networkDatas": [
            {
                "networkName": name,
                "ipAddress": network.get("IPAddress") or "",
                "ipPrefixLength": network.get("IPPrefixLen") or 0,
                "gateway": network.get("Gateway") or "",
                "globalIpv6Address": network.get("GlobalIPv6Address") or "",
                "globalIpv6PrefixLength": network.get("GlobalIPv6PrefixLen") or 0,
                "ipv6Gateway": network.get("IPv6Gateway") or "",
                "macAddress": network.get("MacAddress") or "",
            }
            for name, network in sorted(section(settings, "Networks").items())
        ],
        "exitCode": 0 if state.get("Running") else state.get("ExitCode") or 0,
    }


def _ports(inputs: Properties, shown: Mapping[str, Any], host: Host, stack: str) -> list[Value]:
    """Published ports as they are bound; of a container that does not run, as they will be."""
    bound = section(section(shown, "NetworkSettings"), "Ports")
    ports: list[Value] = []
    for wanted in objects(inputs.get("ports")):
        protocol = text(wanted.get("protocol")) or "tcp"
        address = host.published_at(text(wanted.get("ip")), stack)
        external = whole(wanted.get("external"))
        published: list[dict[str, str]] = bound.get(f"{wanted['internal']}/{protocol}") or []
        for each in published:
            if each["HostIp"] == address:
                external = external or int(each["HostPort"])
        port: Properties = {"internal": wanted["internal"], "ip": address, "protocol": protocol}
        ports.append(port if external is None else port | {"external": external})
    return ports


def _healthcheck(check: Mapping[str, Any]) -> Properties:
    return {
        "tests": check.get("Test") or [],
        "interval": duration(check.get("Interval") or 0),
        "timeout": duration(check.get("Timeout") or 0),
        "startPeriod": duration(check.get("StartPeriod") or 0),
        "retries": check.get("Retries") or 0,
    }
