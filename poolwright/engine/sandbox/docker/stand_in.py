"""What a stood-in host has and the engine that stands in for it may lack: processors, devices, a file server.

Containers of such a host run all the same, with what is there; the program's own values stay in the state. What is left
out is what no engine of another machine can show: whether a driver works, whether a share can be mounted.
"""

from __future__ import annotations

from typing import Any, Final

from poolwright.engine.sandbox.docker.units import BILLION

_NETWORKED: Final = ("nfs", "nfs4", "cifs")


def fitted_config(config: dict[str, Any], cores: int) -> dict[str, Any]:
    """A create request without devices and the rights for them, and with no more processors than the engine has."""
    limits: dict[str, Any] = config["HostConfig"]
    kept = {
        name: value
        for name, value in limits.items()
        if name not in ("DeviceRequests", "Devices", "Privileged", "Runtime")
    }
    return {**config, "HostConfig": fitted_limits(kept, cores)}


def fitted_limits(limits: dict[str, Any], cores: int) -> dict[str, Any]:
    """Limits with no more processors than the engine has."""
    wanted = limits.get("NanoCpus")
    return limits if not wanted else {**limits, "NanoCpus": min(int(wanted), cores * BILLION)}


def fitted_options(options: dict[str, str] | None) -> dict[str, str] | None:
    """Options of a volume's driver; a share of another machine becomes a volume of this one."""
    return None if options is not None and options.get("type", "") in _NETWORKED else options
