"""An Ansible inventory and play that prepare the hosts of a plan's Docker sites: engine, drivers, hardening, a look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from solver.plan.docker import DockerSitePlan, HostPlan
from solver.plan.plan import Plan
from solver.vocabulary import Architecture

PLAY = Path(__file__).parent / "templates" / "ansible"
"""The play; it is the same for every stack: what differs are variables of the inventory."""
ENGINE_PORT = 2376
"""Docker's own port for TLS, where an address names none."""
GROUP = "docker_sites"
"""The inventory's group of all hosts."""
_MACHINES = {Architecture.X86_64: "x86_64", Architecture.ARM64: "aarch64"}

Variables = dict[str, Any]


def ansible_files(plan: Plan) -> dict[str, str]:
    """Path below the export's folder → text, in order of paths.

    A host that is reached by a socket is prepared in place; one that is reached over tcp:// is prepared over SSH, as
    the user of Ansible's own settings.
    """
    found = {"inventory.yaml": inventory(plan)}
    for path in _play_files():
        found[path.relative_to(PLAY).as_posix()] = path.read_text(encoding="utf-8")
    return dict(sorted(found.items()))


def inventory(plan: Plan) -> str:
    """The inventory: a group for each site, a host for each of its hosts, with what the plan counts on."""
    sites = {
        _group(key): {
            "vars": _site_variables(key, site),
            "hosts": {_host_name(key, host): _host_variables(host) for host in site.hosts},
        }
        for key, site in sorted(plan.docker_sites.items())
    }
    content = {GROUP: {"vars": {"stack": plan.stack}, "children": sites}}
    text = yaml.safe_dump(content, sort_keys=False, explicit_start=True, width=120)
    return f"# Hosts of stack {plan.stack}; made from its lock by `poolwright ansible {plan.stack}`.\n{text}"


def _play_files() -> Iterator[Path]:
    yield from sorted(PLAY.rglob("*.yaml"))


def _group(site: str) -> str:
    # Ansible takes a hyphen in a group's name for a minus.
    return f"site_{site.replace('-', '_')}"


def _host_name(site: str, host: HostPlan) -> str:
    """Hosts of two sites may have one key; an inventory's hosts may not."""
    return f"{site}.{host.key}"


def _site_variables(key: str, site: DockerSitePlan) -> Variables:
    return {
        "site": key,
        "log_size_mib": site.log_size_mib,
        "uses_nfs": any(claim.nfs is not None for claim in site.claims),
    }


def _host_variables(host: HostPlan) -> Variables:
    return {
        **_connection(host.docker_host),
        "machine": _MACHINES[host.architecture],
        "cpu_millis": host.cpu_millis,
        "memory_mib": host.memory_mib,
        "disk_gib": host.disk_gib,
        "accelerator_kind": "none" if host.accelerator_kind is None else host.accelerator_kind.value,
        "accelerator_count": host.accelerator_count,
    }


def _connection(docker_host: str | None) -> Variables:
    """How Ansible reaches a host whose engine is reached so."""
    scheme, _, rest = (docker_host or "unix://").partition("://")
    user, _, place = rest.rpartition("@")
    name, _, port = place.partition(":")
    match scheme:
        case "ssh":
            found: Variables = {"ansible_host": name}
            if user:
                found["ansible_user"] = user
            if port:
                found["ansible_port"] = int(port)
            return {**found, "reached_by": "ssh"}
        case "tcp":
            return {"ansible_host": name, "reached_by": "tcp", "engine_port": int(port) if port else ENGINE_PORT}
        case _:
            return {"ansible_connection": "local", "reached_by": "unix"}
