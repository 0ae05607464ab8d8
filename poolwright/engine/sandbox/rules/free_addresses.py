"""Addresses that a subnet has left: AWS keeps five of each, and everything with an interface takes one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.addressing import block_of
from poolwright.engine.sandbox.rules.paths import texts_at
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, remarks
from poolwright.engine.sandbox.store import Resource
from poolwright.engine.sandbox.values import whole

KEPT_BY_AWS: Final = 5
BALANCER_NEEDS: Final = 8
"""Free addresses that a load balancer asks of each subnet, so that it can grow."""
_HOLDERS: Final = (
    ("ec2.NatGateway", "subnetId"),
    ("ec2.VpcEndpoint", "subnetIds"),
    ("ec2.VpcEndpointSubnetAssociation", "subnetId"),
    ("ec2.Instance", "subnetId"),
    ("lb.LoadBalancer", "subnets"),
    ("efs.MountTarget", "subnetId"),
    ("fsx.LustreFileSystem", "subnetIds"),
)
_PATHS: Final = dict(_HOLDERS)


def free_addresses(subnet: Resource, cloud: Cloud) -> int | None:
    """How many addresses a subnet has left; None for one without an IPv4 block."""
    block = block_of(subnet.outputs.get("cidrBlock"))
    if block is None:
        return None
    taken = sum(
        texts_at(holder.outputs, path).count(subnet.id) for kind, path in _HOLDERS for holder in cloud.all(kind)
    )
    return block.num_addresses - KEPT_BY_AWS - taken


@refuses(*_PATHS, on=(Action.CREATE,))
def subnet_has_room(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """An interface needs a free address in its subnet, a load balancer eight of them."""
    path = _PATHS[change.type]
    balancer = change.type == "lb.LoadBalancer"
    for subnet_id in texts_at(change.inputs, path):
        subnet = cloud.get("ec2.Subnet", subnet_id)
        free = None if subnet is None else free_addresses(subnet, cloud)
        if free is None:
            continue
        if balancer and free < BALANCER_NEEDS:
            words = f"Not enough IP space available in {subnet_id}. ELB requires at least {BALANCER_NEEDS} free IP "
            yield Refusal("InvalidSubnet", f"{words}addresses in each subnet.", path)
        elif free < 1:
            words = f"Insufficient free addresses in subnet {subnet_id}."
            yield Refusal("InsufficientFreeAddressesInSubnet", words, path)


@remarks("ecs.Service")
def tasks_have_addresses(change: Change, cloud: Cloud) -> Iterator[str]:
    """ECS takes a service with more tasks than its subnets have addresses; the rest of the tasks stays pending."""
    subnets = texts_at(change.inputs, "networkConfiguration.subnets")
    count = whole(change.inputs.get("desiredCount")) or 0
    places = [place for subnet in subnets if (place := cloud.get("ec2.Subnet", subnet)) is not None]
    free = [left for place in places if (left := free_addresses(place, cloud)) is not None]
    if free and count > sum(free):
        names = ", ".join(place.id for place in places)
        wants = f"service {change.inputs.get('name')} has {count} tasks that need an address each"
        yield f"{wants}; its subnets {names} have {sum(free)} left, so the rest of the tasks stays pending"
