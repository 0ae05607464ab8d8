"""For each check of Docker sites, evidence that it refuses: prod with hosts, and one thing wrong on them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from poolwright.checks.hosted_names import CONTAINER, IMAGE, NETWORK, VOLUME
from poolwright.checks.hosted_sites import PROVIDER
from tests.poolwright.checks.estate import REMOVED, Edit, on_hosts, unprotected, with_input, with_lock

_SHOP = "prod-plant-one-shop-cpu-0"
_WRITER = "one-proxy-config-writer"


def _shop(path: str, value: Any) -> Edit:
    """A replica with another value."""
    return on_hosts(with_input(CONTAINER, path, value, name=_SHOP))


def _proxy_told(change: Mapping[str, Any]) -> Edit:
    """A proxy with another configuration."""
    upload = {"file": "/etc/poolwright/caddy.json", "content": json.dumps(change)}
    return on_hosts(with_input(CONTAINER, "uploads", [upload], name=_WRITER))


def _own_image(content: dict[str, Any]) -> None:
    content["sites"]["plant"]["services"][0]["variants"][0]["image_reference"] = None


_CLEAR = {"listen": [":8080"], "routes": [{"handle": [{"handler": "reverse_proxy"}]}]}
REFUSED: Mapping[str, tuple[Edit, ...]] = {
    "docker.read-only": (
        _shop("readOnly", REMOVED),
        on_hosts(with_input(CONTAINER, "readOnly", False, name="one-proxy")),
    ),
    "docker.privileged": (_shop("privileged", True),),
    "docker.powers": (
        _shop("capabilities", REMOVED),
        _shop("capabilities", {"drops": ["ALL"], "adds": ["SYS_ADMIN"]}),
        _shop("capabilities", {"drops": ["NET_RAW"]}),
    ),
    "docker.new-privileges": (_shop("securityOpts", REMOVED), _shop("securityOpts", ["seccomp=unconfined"])),
    "docker.user": (_shop("user", REMOVED), _shop("user", "0:0"), _shop("user", "root")),
    "docker.namespaces": tuple(_shop(f"{mode}Mode", "host") for mode in ("network", "pid", "ipc", "userns")),
    "docker.host-folders": (
        _shop("volumes", [{"hostPath": "/var/run/docker.sock", "containerPath": "/docker.sock"}]),
        _shop("mounts", [{"type": "bind", "source": "/etc", "target": "/host"}]),
        _shop("volumes", [{"fromContainer": "other"}]),
    ),
    "docker.limits": (_shop("memory", REMOVED), _shop("memorySwap", -1), _shop("cpus", REMOVED)),
    "docker.health": (_shop("healthcheck", REMOVED),),
    "docker.logs": (_shop("logDriver", REMOVED), _shop("logOpts", {"max-size": "10m"})),
    "docker.restart": (_shop("restart", "no"), _shop("restart", REMOVED)),
    "docker.secrets": (_shop("envs", ["SHOP_TOKEN=abc"]), _shop("envs", ["LEVEL=AKIA0123456789"])),
    "docker.labels": (_shop("labels", [{"label": "owner", "value": "me@example.com"}]),),
    "docker.latest": (
        on_hosts(with_input(IMAGE, "name", "registry.example.com/shop")),
        on_hosts(with_input(IMAGE, "name", "registry.example.com:5000/shop:latest")),
    ),
    "docker.pinned": (
        on_hosts(with_input(IMAGE, "name", "registry.example.com/shop:3")),
        on_hosts(with_lock(_own_image)),
    ),
    "docker.ports": (_shop("ports", [{"internal": 8080, "external": 80}]), _shop("publishAllPorts", True)),
    "docker.tls": (
        _proxy_told({}),
        _proxy_told({"admin": {"disabled": True}, "apps": {"http": {"servers": {"clear": _CLEAR}}}}),
    ),
    "docker.egress": (
        on_hosts(with_input(NETWORK, "internal", False, name="one-to-shop")),
        on_hosts(with_input(NETWORK, "options", REMOVED, name="one-front")),
    ),
    "docker.networks": (_shop("networksAdvanced", REMOVED),),
    "docker.volumes": (on_hosts(unprotected(VOLUME)),),
    "docker.engine": (
        on_hosts(with_input(PROVIDER, "host", "tcp://10.0.0.5:2376")),
        on_hosts(with_input(PROVIDER, "host", "http://10.0.0.5:2375")),
    ),
}
"""By id of the check."""
