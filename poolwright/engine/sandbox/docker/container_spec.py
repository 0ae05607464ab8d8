"""A container's inputs as the Docker Engine's API takes them: the fields that terraform-provider-docker sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolwright.engine.sandbox.docker.hosts import Host
from poolwright.engine.sandbox.docker.units import BILLION, MIB, nanoseconds, swap_bytes
from poolwright.engine.sandbox.values import Properties, Value, fields, flag, objects, text, texts, whole


def container_config(inputs: Properties, host: Host, stack: str, own_labels: Mapping[str, str]) -> dict[str, Any]:
    """The body of the engine's create request."""
    ports, bindings = _ports(inputs, host, stack)
    volumes, binds, sources = _volumes(inputs)
    labels = {str(each["label"]): str(each["value"]) for each in objects(inputs.get("labels"))}
    config: dict[str, Any] = {
        "Image": inputs["image"],
        "Hostname": text(inputs.get("hostname")),
        "Domainname": text(inputs.get("domainname")),
        "User": text(inputs.get("user")),
        "WorkingDir": text(inputs.get("workingDir")),
        "Env": texts(inputs.get("envs")),
        "Cmd": texts(inputs.get("command")),
        "Entrypoint": texts(inputs.get("entrypoints")),
        "ExposedPorts": ports,
        "Volumes": volumes,
        "Labels": {**labels, **own_labels},
        "StopSignal": text(inputs.get("stopSignal")),
        "StopTimeout": whole(inputs.get("stopTimeout")),
        "Healthcheck": _healthcheck(fields(inputs.get("healthcheck"))),
        "Tty": flag(inputs.get("tty")),
        "OpenStdin": flag(inputs.get("stdinOpen")),
    }
    limits = _limits(inputs)
    return _given(config) | {
        "HostConfig": _given(_host_config(inputs) | {"PortBindings": bindings, "Binds": binds, "VolumesFrom": sources})
        | limits
    }


def updated_limits(inputs: Properties) -> dict[str, Any]:
    """The body of the engine's update request."""
    limits = _limits(inputs)
    return limits | {
        "RestartPolicy": restart_policy(inputs),
        "Memory": limits.get("Memory", 0),
        "CpuShares": limits.get("CpuShares", 0),
        "CpusetCpus": limits.get("CpusetCpus", ""),
    }


def restart_policy(inputs: Properties) -> dict[str, Any]:
    """When the engine starts the container again."""
    return {
        "Name": text(inputs.get("restart")) or "no",
        "MaximumRetryCount": whole(inputs.get("maxRetryCount")) or 0,
    }


def _limits(inputs: Properties) -> dict[str, Any]:
    """What the kernel holds the container to."""
    memory, soft, swap = (whole(inputs.get(name)) for name in ("memory", "memoryReservation", "memorySwap"))
    cpus = text(inputs.get("cpus"))
    return _given(
        {
            "Memory": memory and memory * MIB,
            "MemoryReservation": soft and soft * MIB,
            "MemorySwap": swap and swap_bytes(swap),
            "NanoCpus": cpus and round(float(cpus) * BILLION),
            "CpuShares": whole(inputs.get("cpuShares")),
            "CpusetCpus": text(inputs.get("cpuSet")),
        }
        | ({} if cpus else {"CpuPeriod": whole(inputs.get("cpuPeriod")), "CpuQuota": whole(inputs.get("cpuQuota"))})
    )


def _host_config(inputs: Properties) -> dict[str, Any]:
    shared_memory = whole(inputs.get("shmSize"))
    capabilities = fields(inputs.get("capabilities"))
    return {
        "AutoRemove": flag(inputs.get("rm")),
        "CapAdd": texts(capabilities.get("adds")),
        "CapDrop": texts(capabilities.get("drops")),
        "CgroupParent": text(inputs.get("cgroupParent")),
        "CgroupnsMode": text(inputs.get("cgroupnsMode")),
        "DeviceCgroupRules": texts(inputs.get("deviceCgroupRules")),
        "DeviceRequests": _device_requests(inputs),
        "Devices": [_device(each) for each in objects(inputs.get("devices"))],
        "BlkioDeviceReadBps": _rates(inputs.get("deviceReadBps")),
        "BlkioDeviceReadIOps": _rates(inputs.get("deviceReadIops")),
        "BlkioDeviceWriteBps": _rates(inputs.get("deviceWriteBps")),
        "BlkioDeviceWriteIOps": _rates(inputs.get("deviceWriteIops")),
        "Dns": texts(inputs.get("dns")),
        "DnsOptions": texts(inputs.get("dnsOpts")),
        "DnsSearch": texts(inputs.get("dnsSearches")),
        "ExtraHosts": [f"{each['host']}:{each['ip']}" for each in objects(inputs.get("hosts"))],
        "GroupAdd": texts(inputs.get("groupAdds")),
        # The provider says no where the program says nothing, so that the engine's own default counts for nothing.
        "Init": flag(inputs.get("init")),
        "IpcMode": text(inputs.get("ipcMode")),
        "LogConfig": _given({"Type": text(inputs.get("logDriver")), "Config": _texts(inputs.get("logOpts"))}),
        "Mounts": [_mount(each) for each in objects(inputs.get("mounts"))],
        "NetworkMode": text(inputs.get("networkMode")),
        "PidMode": text(inputs.get("pidMode")),
        "Privileged": flag(inputs.get("privileged")),
        "PublishAllPorts": flag(inputs.get("publishAllPorts")),
        "ReadonlyRootfs": flag(inputs.get("readOnly")),
        "RestartPolicy": restart_policy(inputs),
        "Runtime": text(inputs.get("runtime")),
        "SecurityOpt": texts(inputs.get("securityOpts")),
        "ShmSize": shared_memory and shared_memory * MIB,
        "StorageOpt": _texts(inputs.get("storageOpts")),
        "Sysctls": _texts(inputs.get("sysctls")),
        "Tmpfs": _texts(inputs.get("tmpfs")),
        "Ulimits": [
            {"Name": each["name"], "Soft": each["soft"], "Hard": each["hard"]}
            for each in objects(inputs.get("ulimits"))
        ],
        "UsernsMode": text(inputs.get("usernsMode")),
    }


def _ports(inputs: Properties, host: Host, stack: str) -> tuple[dict[str, Any], dict[str, list[dict[str, str]]]]:
    exposed: dict[str, Any] = {}
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in objects(inputs.get("ports")):
        key = f"{port['internal']}/{text(port.get('protocol')) or 'tcp'}"
        external = whole(port.get("external"))
        exposed[key] = {}
        bindings.setdefault(key, []).append(
            {
                "HostIp": host.published_at(text(port.get("ip")), stack),
                "HostPort": "" if external is None else str(external),
            }
        )
    return exposed, bindings


def _volumes(inputs: Properties) -> tuple[dict[str, Any], list[str], list[str]]:
    """Anonymous volumes, mounted folders and named volumes, and containers whose volumes are taken over."""
    anonymous: dict[str, Any] = {}
    binds: list[str] = []
    sources: list[str] = []
    for volume in objects(inputs.get("volumes")):
        path, source = text(volume.get("containerPath")), text(volume.get("hostPath")) or text(volume.get("volumeName"))
        other = text(volume.get("fromContainer"))
        if other is not None:
            sources.append(other)
        elif source is not None:
            label = text(volume.get("selinuxRelabel"))
            options = ",".join(filter(None, ("ro" if flag(volume.get("readOnly")) else "rw", label)))
            binds.append(f"{source}:{path}:{options}")
            anonymous[str(path)] = {}
        else:
            anonymous[str(path)] = {}
    return anonymous, binds, sources


def _mount(mount: Properties) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Type": mount["type"],
        "Source": text(mount.get("source")),
        "Target": mount["target"],
        "ReadOnly": flag(mount.get("readOnly")),
    }
    match mount["type"]:
        case "bind":
            made["BindOptions"] = _given({"Propagation": text(fields(mount.get("bindOptions")).get("propagation"))})
        case "volume":
            options = fields(mount.get("volumeOptions"))
            driver = {"Name": text(options.get("driverName")), "Options": _texts(options.get("driverOptions"))}
            made["VolumeOptions"] = _given(
                {
                    "NoCopy": flag(options.get("noCopy")),
                    "Labels": {str(each["label"]): str(each["value"]) for each in objects(options.get("labels"))},
                    "DriverConfig": _given(driver),
                    "Subpath": text(options.get("subpath")),
                }
            )
        case _:
            options = fields(mount.get("tmpfsOptions"))
            sizes = {"SizeBytes": whole(options.get("sizeBytes")), "Mode": whole(options.get("mode"))}
            made["TmpfsOptions"] = _given(sizes)
    return _given(made)


def _device(device: Properties) -> dict[str, Any]:
    return {
        "PathOnHost": device["hostPath"],
        "PathInContainer": text(device.get("containerPath")) or device["hostPath"],
        "CgroupPermissions": text(device.get("permissions")) or "rwm",
    }


def _device_requests(inputs: Properties) -> list[dict[str, Any]]:
    requests: list[dict[str, Any]] = [
        _given(
            {
                "Driver": text(each.get("driver")),
                "Count": whole(each.get("count")),
                "DeviceIDs": texts(each.get("deviceIds")),
                "Capabilities": [texts(each.get("capabilities"))] if each.get("capabilities") else None,
                "Options": _texts(each.get("options")),
            }
        )
        for each in objects(inputs.get("deviceRequests"))
    ]
    gpus = text(inputs.get("gpus"))
    if gpus is not None:
        chosen = gpus.removeprefix("device=")
        which: dict[str, Any] = {"Count": -1} if gpus == "all" else {"DeviceIDs": chosen.split(",")}
        requests.append({"Driver": "", "Capabilities": [["gpu"]], **which})
    return requests


def _rates(value: Value) -> list[dict[str, Any]]:
    return [{"Path": each["path"], "Rate": each["rate"]} for each in objects(value)]


def _healthcheck(check: Properties) -> dict[str, Any] | None:
    if not check:
        return None
    times = {
        "Interval": "interval",
        "Timeout": "timeout",
        "StartPeriod": "startPeriod",
        "StartInterval": "startInterval",
    }
    spans = {key: nanoseconds(text(check.get(name)) or "") for key, name in times.items()}
    return _given({"Test": texts(check.get("tests")), "Retries": whole(check.get("retries"))} | spans)


def _texts(value: Value) -> dict[str, str]:
    return {name: str(each) for name, each in fields(value).items()}


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what nobody asked for: the engine's own defaults hold there."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {}, 0) or value is False}
