"""What runs on the hosts of Docker sites, on a terminal: containers with what they use, and addresses that answer."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from poolwright.engine.docker.hosts_status import AddressStatus, ContainerStatus, HostsStatus
from poolwright.render.parts import heading, table
from solver.quantity import format_memory_mib

_BAR = 10


def hosts_status_view(status: HostsStatus) -> RenderableType:
    """A table for each host, then the addresses."""
    parts: list[RenderableType] = []
    for name, reason in status.unreachable.items():
        parts.append(Text(f"{name}: no Docker Engine answers: {reason}", "red"))
    hosts = dict.fromkeys((each.site, each.host) for each in status.containers)
    for site, host in hosts:
        mine = [each for each in status.containers if (each.site, each.host) == (site, host)]
        parts += [heading(f"Host {host} of {site}"), _containers(mine)]
    if status.addresses:
        parts += [heading("Addresses"), *_addresses(status.addresses)]
    return Group(*parts)


def _containers(found: list[ContainerStatus]) -> RenderableType:
    made = table(
        "container", "state", "vCPU", "of", "", "memory", "of", "", "restarts", right=("vCPU", "memory", "restarts")
    )
    for each in found:
        state = Text(f"{each.state}{f', {each.health}' if each.health else ''}", "green" if each.well else "red")
        cpu = "" if each.cpu is None else f"{each.cpu:.2f}"
        memory = "" if each.memory_mib is None else f"{each.memory_mib:,.0f}Mi"
        made.add_row(
            "",
            each.name,
            state,
            cpu,
            f"{each.cpu_limit:g}" if each.cpu_limit else "",
            _bar(each.cpu, each.cpu_limit),
            memory,
            format_memory_mib(round(each.memory_limit_mib)) if each.memory_limit_mib else "",
            _bar(each.memory_mib, each.memory_limit_mib),
            str(each.restarts),
        )
    return made


def _bar(used: float | None, limit: float) -> str:
    """Use as part of the limit, `███░░░░░░░  31 %`."""
    if used is None or not limit:
        return ""
    part = min(1.0, used / limit)
    full = round(part * _BAR)
    return f"{'█' * full}{'░' * (_BAR - full)} {part * 100:3.0f} %"


def _addresses(found: tuple[AddressStatus, ...]) -> Iterator[RenderableType]:
    width = max(len(each.url) for each in found)
    for each in found:
        words = f"answers {each.status}" if each.status is not None else f"no answer: {each.words}"
        yield Text.assemble(f"  {each.url:<{width}}  {each.workload}  ", (words, "green" if each.answers else "red"))
