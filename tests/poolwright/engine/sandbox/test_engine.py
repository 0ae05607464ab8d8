"""The real engine, the real SDK and the sandbox's plugin, through a stack's life."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import automation
from pulumi.automation import EngineEvent, OpType

from poolwright.engine.cli_binary import PulumiCli
from poolwright.engine.sandbox.plugins import write_plugins
from poolwright.engine.sandbox.store import FOLDER_VARIABLE, Store

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("state_after_each_step")]


@dataclass
class Wanted:
    """What the program makes."""

    block: str = "10.0.0.0/16"
    machine: str = "c7g.large"
    second_block: str = "10.0.1.0/24"
    tags: dict[str, str] = field(default_factory=dict[str, str])


def program(wanted: Wanted) -> None:
    """A network, a role, a secret, machines and a cluster on them."""
    provider = aws.Provider(
        "aws",
        region="eu-west-1",
        allowed_account_ids=["123456789012"],
        default_tags={"tags": {"stack": "dev"}},
    )
    here = pulumi.ResourceOptions(provider=provider)
    asked = pulumi.InvokeOptions(provider=provider)
    zones = aws.get_availability_zones(state="available", opts=asked).names
    vpc = aws.ec2.Vpc("net", cidr_block=wanted.block, tags=wanted.tags, opts=here)
    blocks = ("10.0.0.0/24", wanted.second_block)
    subnets: list[aws.ec2.Subnet] = []
    for zone, block in zip(zones, blocks, strict=False):
        # One after the other: where two blocks overlap, the second is the one that is refused.
        after = pulumi.ResourceOptions.merge(here, pulumi.ResourceOptions(depends_on=subnets[-1:]))
        subnets.append(
            aws.ec2.Subnet(f"subnet-{zone}", vpc_id=vpc.id, cidr_block=block, availability_zone=zone, opts=after)
        )
    group = aws.ec2.SecurityGroup("machines", vpc_id=vpc.id, opts=here)
    aws.vpc.SecurityGroupEgressRule(
        "out", security_group_id=group.id, ip_protocol="-1", cidr_ipv4="0.0.0.0/0", opts=here
    )
    trust = aws.iam.get_policy_document(
        statements=[
            {
                "actions": ["sts:AssumeRole"],
                "principals": [{"type": "Service", "identifiers": ["ec2.amazonaws.com"]}],
            }
        ],
        opts=asked,
    )
    role = aws.iam.Role("machine", assume_role_policy=trust.json, opts=here)
    profile = aws.iam.InstanceProfile("machine", role=role.name, opts=here)
    secret = aws.secretsmanager.Secret("db", opts=here)
    aws.secretsmanager.SecretVersion(
        "db", secret_id=secret.id, secret_string=pulumi.Output.secret("hunter22"), opts=here
    )
    template = aws.ec2.LaunchTemplate(
        "machine",
        image_id="ami-00000000000000000",
        instance_type=wanted.machine,
        vpc_security_group_ids=[group.id],
        iam_instance_profile={"arn": profile.arn},
        update_default_version=True,
        opts=here,
    )
    machines = aws.autoscaling.Group(
        "machines",
        min_size=1,
        max_size=3,
        vpc_zone_identifiers=[subnet.id for subnet in subnets],
        launch_template={"id": template.id, "version": template.latest_version.apply(str)},
        opts=here,
    )
    capacity = aws.ecs.CapacityProvider(
        "machines", name="machines", auto_scaling_group_provider={"auto_scaling_group_arn": machines.arn}, opts=here
    )
    cluster = aws.ecs.Cluster("shop", name="shop", opts=here)
    aws.ecs.ClusterCapacityProviders("shop", cluster_name=cluster.name, capacity_providers=[capacity.name], opts=here)
    pulumi.export("vpc", vpc.arn)
    pulumi.export("tags", vpc.tags_all)
    pulumi.export("version", template.latest_version)


class Stack:
    """One stack on a sandbox of its own."""

    def __init__(self, root: Path, cli: PulumiCli) -> None:
        self.wanted = Wanted()
        self.root = root
        state = root / "state"
        state.mkdir(parents=True)
        self.cloud = root / "cloud"
        environment = {
            "PULUMI_BACKEND_URL": f"file://{state}",
            "PULUMI_CONFIG_PASSPHRASE": "word",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            FOLDER_VARIABLE: str(self.cloud),
            "PATH": os.pathsep.join([str(write_plugins(root / "bin")), str(cli.folder), os.environ["PATH"]]),
        }
        settings = automation.ProjectSettings("shop", "python")
        options = automation.LocalWorkspaceOptions(env_vars=environment, project_settings=settings)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", environment["PATH"])
            self._stack = automation.create_or_select_stack("dev", "shop", lambda: program(self.wanted), opts=options)

    def preview(self) -> dict[str, OpType]:
        """Logical name → what would happen to it, for all that changes."""
        events: list[EngineEvent] = []
        self._stack.preview(on_event=events.append)
        return steps(events)

    def up(self) -> dict[str, OpType]:
        """The same, done; outputs are in `outputs` afterwards."""
        events: list[EngineEvent] = []
        result = self._stack.up(on_event=events.append)
        self.outputs = {name: output.value for name, output in result.outputs.items()}
        return steps(events)

    def refresh(self) -> str:
        """What the refresh changed in the state."""
        summary = self._stack.refresh().summary
        return json.dumps(summary.resource_changes, sort_keys=True)

    def destroy(self) -> None:
        self._stack.destroy()

    def refusal(self) -> str:
        """The words with which an update fails."""
        with pytest.raises(automation.CommandError) as failed:
            self._stack.up()
        return str(failed.value)


def steps(events: list[EngineEvent]) -> dict[str, OpType]:
    found: dict[str, OpType] = {}
    for event in events:
        if event.resource_pre_event is not None:
            step = event.resource_pre_event.metadata
            if step.op is not OpType.SAME:
                found.setdefault(f"{step.type.rpartition(':')[2]} {step.urn.rpartition('::')[2]}", step.op)
    return found


@pytest.fixture
def stack(tmp_path: Path, pulumi_cli: PulumiCli) -> Iterator[Stack]:
    yield Stack(tmp_path, pulumi_cli)


def test_a_stack_lives_on_the_sandbox(stack: Stack) -> None:
    previewed = stack.preview()
    assert Counter(previewed.values()) == {OpType.CREATE: 16}
    assert not stack.cloud.exists() or not list(stack.cloud.rglob("*.json"))
    assert stack.up() == previewed
    assert str(stack.outputs["vpc"]).startswith("arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-")
    assert stack.outputs["tags"] == {"stack": "dev"}
    assert stack.preview() == {}
    assert json.loads(stack.refresh()) == {"same": 16}
    assert not [file for file in stack.root.rglob("*") if file.is_file() and b"hunter22" in file.read_bytes()]

    stack.wanted.machine, stack.wanted.tags = "c7g.xlarge", {"Name": "net"}
    changed = {
        "Vpc net": OpType.UPDATE,
        "LaunchTemplate machine": OpType.UPDATE,
        "Group machines": OpType.UPDATE,
    }
    assert stack.preview() == changed
    assert stack.up() == changed
    assert (stack.outputs["version"], stack.outputs["tags"]) == (2, {"stack": "dev", "Name": "net"})

    stack.wanted.second_block = "10.0.2.0/24"
    assert stack.preview()["Subnet subnet-eu-west-1b"] in (OpType.REPLACE, OpType.CREATE_REPLACEMENT)
    stack.up()
    assert len(Store(stack.cloud, "123456789012").all("ec2.Subnet")) == 2

    next((stack.cloud / "123456789012/resources/iam.InstanceProfile").glob("*.json")).unlink()
    assert json.loads(stack.refresh()) == {"delete": 1, "same": 15}
    assert stack.up()["InstanceProfile machine"] is OpType.CREATE

    stack.destroy()
    assert not list((stack.cloud / "123456789012/resources").rglob("*.json"))


def test_a_refusal_leaves_what_was_made_and_the_next_update_goes_on(stack: Stack) -> None:
    stack.wanted.second_block = "10.0.0.128/25"
    words = stack.refusal()
    assert "api error InvalidSubnet.Conflict: The CIDR" in words
    stack.wanted.second_block = "10.0.1.0/24"
    stack.up()
    assert stack.preview() == {}
    stack.wanted.block = "10.0.0.0/8"
    assert "InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid." in stack.refusal()
    stack.destroy()
