from __future__ import annotations

import json
from typing import Any

from tests.poolwright.engine.sandbox.estate import Estate


def test_aws_keeps_five_addresses_of_each_subnet(estate: Estate) -> None:
    small = estate.add(
        "ec2.Subnet", "small", vpcId=estate.vpc.id, cidrBlock="10.0.9.0/28", availabilityZone="eu-west-1c"
    )
    for number in range(11):
        files = estate.add("efs.FileSystem", f"f{number}")
        estate.add("efs.MountTarget", f"f{number}", fileSystemId=files.id, subnetId=small.id)
    more = estate.add("efs.FileSystem", "more")
    words = estate.sandbox.refusal("efs.MountTarget", "more", fileSystemId=more.id, subnetId=small.id)
    assert f"InsufficientFreeAddressesInSubnet: Insufficient free addresses in subnet {small.id}." in words


def test_a_load_balancer_asks_for_eight(estate: Estate) -> None:
    small = estate.add(
        "ec2.Subnet", "small", vpcId=estate.vpc.id, cidrBlock="10.0.9.0/28", availabilityZone="eu-west-1c"
    )
    subnets = [small.id, estate.subnets[0].id]
    for number in range(3):
        estate.add("lb.LoadBalancer", f"b{number}", subnets=subnets)
    files = estate.add("efs.FileSystem")
    estate.add("efs.MountTarget", fileSystemId=files.id, subnetId=small.id)
    words = estate.sandbox.refusal("lb.LoadBalancer", "more", subnets=subnets)
    assert f"Not enough IP space available in {small.id}" in words


def test_tasks_without_an_address_are_reported(estate: Estate) -> None:
    small = estate.add("ec2.Subnet", "small", vpcId=estate.vpc.id, cidrBlock="10.0.9.0/28")
    container = json.dumps([{"name": "web", "image": "nginx", "memory": 64}])
    task = estate.add("ecs.TaskDefinition", family="web", networkMode="awsvpc", containerDefinitions=container)
    cluster = estate.add("ecs.Cluster", name="shop")
    sandbox, kind = estate.sandbox, "ecs.Service"
    network = {"subnets": [small.id]}
    inputs: dict[str, Any] = {"cluster": cluster["arn"], "taskDefinition": task["arn"], "networkConfiguration": network}

    def said(name: str, count: int) -> tuple[str, ...]:
        checked = sandbox.checked(kind, name, {**inputs, "name": name, "desiredCount": count})
        return sandbox.provider.create(sandbox.subject(kind, name), checked, frozenset()).remarks

    assert said("fits", 11) == ()
    (remark,) = said("more", 12)
    assert "service more has 12 tasks that need an address each" in remark
    assert f"its subnets {small.id} have 11 left" in remark
