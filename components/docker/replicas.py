"""The replicas of a host, one by one, as the plan places them; and which of its devices each has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from components.docker.naming import DockerNames
from solver.plan.docker import DockerSitePlan, HostedService, HostedVariant, HostPlan


@dataclass(frozen=True, kw_only=True)
class Replica:
    """One container of a service."""

    service: HostedService
    """What it is of."""
    variant: HostedVariant
    """How it runs."""
    number: int
    """From 0 on each host: one more, or one less, leaves the others as they are."""
    name: str
    """Of the container."""
    devices: tuple[int, ...] = ()
    """Accelerators of the host that are its own, by their numbers."""

    @property
    def slot(self) -> str:
        """`workload.variant`."""
        return f"{self.service.key}.{self.variant.key}"


def replicas_on(plan: DockerSitePlan, host: HostPlan, names: DockerNames) -> Iterator[Replica]:
    """All replicas of a host, in order of service, variant and number."""
    devices = device_numbers(plan, host)
    for service in plan.services:
        for variant in service.variants:
            for number in range(host.replicas.get(f"{service.key}.{variant.key}", 0)):
                name = names.on_host(host.key, service.key, variant.key, str(number))
                mine = devices.get((f"{service.key}.{variant.key}", number), ())
                yield Replica(service=service, variant=variant, number=number, name=name, devices=mine)


def device_numbers(plan: DockerSitePlan, host: HostPlan) -> dict[tuple[str, int], tuple[int, ...]]:
    """Devices of each replica: Docker counts none, so two replicas that ask for "one" would get the same.

    The second variant in the order of names takes them from the last number down, all others from the first up: where
    two variants share a host's devices, one replica more moves nobody else's.
    """
    found: dict[tuple[str, int], tuple[int, ...]] = {}
    wanted = {
        f"{service.key}.{variant.key}": variant.accelerator_count
        for service in plan.services
        for variant in service.variants
        if variant.accelerator_count and host.replicas.get(f"{service.key}.{variant.key}", 0)
    }
    first, last = 0, host.accelerator_count
    for place, (slot, count) in enumerate(sorted(wanted.items())):
        for number in range(host.replicas[slot]):
            if place == 1:
                last -= count
                found[slot, number] = tuple(range(last, last + count))
            else:
                found[slot, number] = tuple(range(first, first + count))
                first += count
    return found
