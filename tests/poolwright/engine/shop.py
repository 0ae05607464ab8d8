"""A small stack on the real engine and the sandbox, whose cloud and state are compared after each fault."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from poolwright.engine import cli_binary, environment
from poolwright.engine.automation import Engine
from poolwright.engine.environment import Cloud, EngineEnvironment
from poolwright.engine.project import Project
from poolwright.engine.sandbox.store import Store

ACCOUNT = "123456789012"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
NAMES = ("net", "a", "b", "front", "machine", "machines")
RESOURCES = Counter(
    {
        "ec2.Vpc": 1,
        "ec2.Subnet": 2,
        "ec2.SecurityGroup": 1,
        "iam.Role": 1,
        "iam.InstanceProfile": 1,
        "ec2.LaunchTemplate": 1,
        "autoscaling.Group": 1,
    }
)


def build() -> None:
    """A network in a component, a role, and machines of two types in two zones."""
    provider = aws.Provider("aws", region="eu-west-1")
    here = pulumi.ResourceOptions(provider=provider)
    network = pulumi.ComponentResource("shop:index:Network", "network")
    inside = pulumi.ResourceOptions(provider=provider, parent=network)
    vpc = aws.ec2.Vpc("net", cidr_block="10.0.0.0/16", tags={"Name": "net"}, opts=inside)
    subnets = [
        aws.ec2.Subnet(
            name, vpc_id=vpc.id, cidr_block=f"10.0.{number}.0/24", availability_zone=f"eu-west-1{name}", opts=inside
        )
        for number, name in enumerate("ab")
    ]
    group = aws.ec2.SecurityGroup("front", vpc_id=vpc.id, opts=inside)
    role = aws.iam.Role("machine", assume_role_policy=json.dumps(TRUST), opts=here)
    profile = aws.iam.InstanceProfile("machine", role=role.name, opts=here)
    template = aws.ec2.LaunchTemplate(
        "machine",
        image_id="ami-00000000000000000",
        vpc_security_group_ids=[group.id],
        iam_instance_profile={"arn": profile.arn},
        opts=here,
    )
    aws.autoscaling.Group(
        "machines",
        min_size=2,
        max_size=4,
        vpc_zone_identifiers=[subnet.id for subnet in subnets],
        capacity_rebalance=True,
        mixed_instances_policy={
            "instances_distribution": {
                "on_demand_percentage_above_base_capacity": 0,
                "spot_allocation_strategy": "price-capacity-optimized",
            },
            "launch_template": {
                "launch_template_specification": {
                    "launch_template_id": template.id,
                    "version": template.latest_version.apply(str),
                },
                "overrides": [{"instance_type": "c7g.large"}, {"instance_type": "c7g.xlarge"}],
            },
        },
        opts=here,
    )


@dataclass
class Shop:
    """The stack `dev` of a project of its own."""

    environment: EngineEnvironment
    said: list[str] = field(default_factory=list[str])

    @property
    def engine(self) -> Engine:
        return Engine(self.environment, build, self.said.append)

    @property
    def sandbox(self) -> Path:
        return self.environment.project.sandbox

    def ask_for(self, *faults: dict[str, Any]) -> None:
        """From the next command on these go wrong."""
        (self.sandbox / "faults.json").write_text(json.dumps(faults), encoding="utf-8")

    def count(self) -> Counter[str]:
        """How many resources of each type the cloud has."""
        folders = (self.sandbox / ACCOUNT / "resources").glob("*")
        return Counter({folder.name: number for folder in folders if (number := len(list(folder.glob("*.json"))))})

    def assert_whole(self, *, resources: Counter[str] = RESOURCES) -> None:
        """The state can be read and has exactly what the cloud has, each once."""
        assert self.count() == resources
        store = Store(self.sandbox, ACCOUNT)
        cloud = sorted((found.urn, found.id) for kind in store.kinds() for found in store.all(kind))
        records = [record for record in self.engine.records() if record.type.startswith("aws:")]
        assert cloud == sorted((record.urn, record.id) for record in records)

    def up_elsewhere(self, *, preload: str = "") -> subprocess.Popen[str]:
        """An `up` in a process of its own, which prints each change that begins."""
        root = str(Path(__file__).resolve().parents[3])
        command = [sys.executable, "-c", preload + _UP, root, str(self.environment.project.root)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


_UP = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.poolwright.engine.shop import up_alone
up_alone(Path(sys.argv[2]))
"""


def shop_in(root: Path) -> Shop:
    """The shop whose project is in that folder; it is made there when there is none."""
    if not root.exists():
        (root / "stacks").mkdir(parents=True)
        (root / "Pulumi.yaml").write_text("name: shop\nruntime: python\nstackConfigDir: stacks\n", encoding="utf-8")
        (root / "stacks" / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    project = Project(root=root, home=root / ".poolwright")
    return Shop(environment.prepare(project, "dev", Cloud.SANDBOX, cli_binary.ensure(cli_binary.say_on_stderr)))


def up_alone(root: Path) -> None:
    """What the other process runs; an error ends it with the error's exit code."""
    from solver.errors import PoolwrightError

    try:
        shop_in(root).engine.up(lambda change, done: print(change.name, flush=True))
    except PoolwrightError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(int(error.exit_code)) from None
