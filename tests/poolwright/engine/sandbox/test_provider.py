"""What the provider does around rules and outputs: names, defaults, tags, replacement, secrets, drift."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from poolwright.engine.sandbox.diff import Kind
from poolwright.engine.sandbox.subject import NameWish
from poolwright.engine.sandbox.values import UNKNOWN, Properties
from tests.poolwright.engine.sandbox.estate import TRUST, Estate
from tests.poolwright.engine.sandbox.harness import NO_SECRETS, Sandbox


def test_a_name_is_made_from_the_logical_name(sandbox: Sandbox) -> None:
    name = str(sandbox.create("iam.Role", "web", assumeRolePolicy=TRUST)["name"])
    assert name.startswith("web-") and len(name) == len("web-") + 7
    long = str(sandbox.create("iam.Role", "w" * 90, assumeRolePolicy=TRUST)["name"])
    assert len(long) == 64


def test_names_have_the_form_of_their_type(sandbox: Sandbox) -> None:
    assert str(sandbox.create("s3.Bucket", "MyData")["bucket"]).startswith("mydata-")
    assert str(sandbox.create("sqs.Queue", "jobs", fifoQueue=True)["name"]).endswith(".fifo")
    key = sandbox.create("kms.Key")
    assert str(sandbox.create("kms.Alias", "web", targetKeyId=key.id)["name"]).startswith("alias/web-")


def test_a_made_name_stays_and_a_prefix_makes_none(sandbox: Sandbox) -> None:
    role = sandbox.create("iam.Role", "web", assumeRolePolicy=TRUST)
    assert sandbox.diff(role, assumeRolePolicy=TRUST) == []
    prefixed = sandbox.create("iam.Role", "pre", assumeRolePolicy=TRUST, namePrefix="pre-")
    assert "name" not in prefixed.inputs
    assert str(prefixed["name"]).startswith("pre-")


def test_the_stacks_naming_wishes_are_kept(sandbox: Sandbox) -> None:
    subject = sandbox.subject("sqs.Queue", "jobs")
    check = sandbox.provider.check
    assert check(subject, {}, {}, NameWish(proposed="shop-jobs")).inputs["name"] == "shop-jobs"
    assert "name" not in check(subject, {}, {}, NameWish(none=True)).inputs


def test_a_replacement_has_a_name_and_an_id_of_its_own(sandbox: Sandbox) -> None:
    first = sandbox.create("sqs.Queue", "jobs")
    second = sandbox.create("sqs.Queue", "jobs")
    assert first["name"] != second["name"]
    sandbox.delete(first)
    assert sandbox.create("sqs.Queue", "jobs")["name"] not in (first["name"], second["name"])


def test_region_and_default_tags_are_filled_in(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, default_tags={"env": "dev", "team": "a"})
    vpc = sandbox.create("ec2.Vpc", cidrBlock="10.0.0.0/16", tags={"team": "b"})
    assert vpc["tagsAll"] == {"env": "dev", "team": "b"}
    assert (vpc["tags"], vpc["region"]) == ({"team": "b"}, "eu-west-1")


def test_defaults_of_the_provider_show_as_inputs(sandbox: Sandbox) -> None:
    vpc = sandbox.create("ec2.Vpc", cidrBlock="10.0.0.0/16")
    assert vpc["enableDnsSupport"] is True
    assert vpc.inputs["__defaults"] == ["enableDnsSupport", "instanceTenancy"]
    assert sandbox.diff(vpc, cidrBlock="10.0.0.0/16", enableDnsSupport=True) == []


def test_a_preview_knows_inputs_and_not_what_aws_will_answer(sandbox: Sandbox) -> None:
    subject = sandbox.subject("ec2.Vpc", "v")
    inputs = sandbox.checked("ec2.Vpc", "v", {"cidrBlock": "10.0.0.0/16", "tags": {"a": "b"}})
    outputs = sandbox.provider.preview_create(subject, inputs)
    assert outputs["cidrBlock"] == "10.0.0.0/16"
    assert outputs["tagsAll"] == {"a": "b"}
    assert outputs["arn"] is UNKNOWN and outputs["mainRouteTableId"] is UNKNOWN
    assert outputs["enableDnsHostnames"] is UNKNOWN
    assert sandbox.provider.store.all("ec2.Vpc") == []


def test_unknown_inputs_pass_the_check(sandbox: Sandbox) -> None:
    inputs: Properties = {"vpcId": UNKNOWN, "cidrBlock": UNKNOWN, "availabilityZone": UNKNOWN, "tags": {"a": UNKNOWN}}
    assert sandbox.failures("ec2.Subnet", **inputs) == []


def test_a_change_says_whether_it_replaces(sandbox: Sandbox) -> None:
    vpc = sandbox.create("ec2.Vpc", cidrBlock="10.0.0.0/16")
    (moved,) = sandbox.diff(vpc, cidrBlock="10.1.0.0/16")
    assert (moved.path, moved.kind, moved.replaces) == ("cidrBlock", Kind.UPDATE, True)
    tagged = sandbox.diff(vpc, cidrBlock="10.0.0.0/16", tags={"a": "b"})
    assert [(change.path, change.kind, change.replaces) for change in tagged] == [
        ("tags", Kind.ADD, False),
        ("tagsAll.a", Kind.ADD, False),
    ]
    assert [change.path for change in sandbox.diff(vpc, cidrBlock=UNKNOWN) if change.replaces] == ["cidrBlock"]
    assert [change.path for change in sandbox.diff(vpc, cidrBlock="10.0.0.0/16", region="us-east-1")] == ["region"]


def test_a_set_in_another_order_and_a_policy_in_another_form_are_no_changes(estate: Estate) -> None:
    sandbox, subnets = estate.sandbox, [subnet.id for subnet in estate.subnets]
    balancer = estate.add("lb.LoadBalancer", subnets=subnets)
    assert sandbox.diff(balancer, subnets=subnets[::-1]) == []
    role = estate.add("iam.Role", assumeRolePolicy=TRUST)
    assert sandbox.diff(role, assumeRolePolicy=json.dumps(json.loads(TRUST), indent=2)) == []
    listed = TRUST.replace('"sts:AssumeRole"', '["sts:AssumeRole"]')
    assert sandbox.diff(role, assumeRolePolicy=listed) == []
    assert len(sandbox.diff(role, assumeRolePolicy=TRUST.replace("ecs-tasks", "ec2"))) == 1


def test_an_optional_value_that_is_no_longer_given_stays(estate: Estate) -> None:
    gateway = estate.add("efs.FileSystem", performanceMode="generalPurpose")
    assert estate.sandbox.diff(gateway) == []


def test_a_resource_with_a_chosen_name_goes_before_its_replacement_comes(sandbox: Sandbox) -> None:
    def deletes_first(kind: str, name: str, before: Properties, after: Properties) -> bool:
        subject = sandbox.subject(kind, name)
        old = sandbox.checked(kind, name, before)
        result = sandbox.provider.diff(subject, old, sandbox.checked(kind, name, after, old))
        assert any(change.replaces for change in result.differences)
        return result.deletes_first

    group: Properties = {"vpcId": "vpc-1"}
    assert not deletes_first("ec2.SecurityGroup", "a", group, {"vpcId": "vpc-2"})
    assert deletes_first("ec2.SecurityGroup", "b", {**group, "name": "web"}, {"vpcId": "vpc-2", "name": "web"})
    target: Properties = {"fileSystemId": "fs-1", "subnetId": "subnet-1"}
    assert deletes_first("efs.MountTarget", "c", target, {**target, "subnetId": "subnet-2"})


@pytest.mark.parametrize(
    ("kind", "before", "after", "replaces"),
    [
        ("ec2.Vpc", {"instanceTenancy": "dedicated"}, {"instanceTenancy": "default"}, False),
        ("ec2.Vpc", {"instanceTenancy": "default"}, {"instanceTenancy": "dedicated"}, True),
        ("fsx.LustreFileSystem", {"storageCapacity": 1200}, {"storageCapacity": 2400}, False),
        ("fsx.LustreFileSystem", {"storageCapacity": 2400}, {"storageCapacity": 1200}, True),
    ],
)
def test_some_changes_replace_in_one_direction_alone(
    sandbox: Sandbox, kind: str, before: Properties, after: Properties, replaces: bool
) -> None:
    base: dict[str, Properties] = {
        "ec2.Vpc": {"cidrBlock": "10.0.0.0/16"},
        "fsx.LustreFileSystem": {
            "subnetIds": "subnet-1",
            "deploymentType": "PERSISTENT_2",
            "perUnitStorageThroughput": 125,
        },
    }
    old = sandbox.checked(kind, "it", {**base[kind], **before})
    new = sandbox.checked(kind, "it", {**base[kind], **after}, old)
    (change,) = sandbox.provider.diff(sandbox.subject(kind, "it"), old, new).differences
    assert change.replaces is replaces


def test_a_new_template_version_is_unknown_in_its_preview(sandbox: Sandbox) -> None:
    template = sandbox.create("ec2.LaunchTemplate", imageId="ami-00000000000000000", instanceType="c7g.large")
    subject = sandbox.subject("ec2.LaunchTemplate", "it")
    assert template["latestVersion"] == 1

    def previewed(**inputs: str) -> Properties:
        new = sandbox.checked("ec2.LaunchTemplate", "it", {**inputs}, template.inputs)
        return sandbox.provider.preview_update(subject, template.id, template.outputs, new, NO_SECRETS).outputs

    larger = {"imageId": "ami-00000000000000000", "instanceType": "c7g.xlarge"}
    assert previewed(**larger)["latestVersion"] is UNKNOWN
    assert previewed(**larger)["arn"] == template["arn"]
    assert sandbox.update(template, **larger)["latestVersion"] == 2
    tagged = sandbox.update(template, imageId="ami-00000000000000000", instanceType="c7g.large", tags={"a": "b"})
    assert tagged["latestVersion"] == 3


def test_a_secret_lies_in_no_file_and_comes_back(sandbox: Sandbox, tmp_path: Path) -> None:
    secret = sandbox.create("secretsmanager.Secret")
    subject = sandbox.subject("secretsmanager.SecretVersion", "v")
    inputs = sandbox.checked("secretsmanager.SecretVersion", "v", {"secretId": secret.id, "secretString": "hunter22"})
    paths = frozenset({("secretString",)})
    known = sandbox.provider.create(subject, inputs, paths)
    assert known.outputs["secretString"] == "hunter22" and known.secrets == paths
    assert not any("hunter22" in file.read_text() for file in tmp_path.rglob("*") if file.is_file())
    read = sandbox.provider.read(subject, known.id, known.outputs)
    assert read is not None
    assert (read.outputs["secretString"], read.inputs["secretString"]) == ("hunter22", "hunter22")
    assert ("secretString",) in read.secrets
    changed = sandbox.provider.read(subject, known.id, {**known.outputs, "secretString": "hunter23"})
    assert changed is not None and changed.outputs["secretString"] != "hunter23"


def test_what_somebody_changes_outside_shows_in_a_read(sandbox: Sandbox, tmp_path: Path) -> None:
    vpc = sandbox.create("ec2.Vpc", cidrBlock="10.0.0.0/16", tags={"a": "b"})
    file = next(tmp_path.rglob("*.json"))
    document = json.loads(file.read_text())
    document["outputs"]["tags"] = {"a": "c"}
    file.write_text(json.dumps(document))
    read = sandbox.provider.read(sandbox.subject("ec2.Vpc", "it"), vpc.id, vpc.outputs)
    assert read is not None and read.inputs["tags"] == read.outputs["tags"] == {"a": "c"}
    file.unlink()
    assert sandbox.provider.read(sandbox.subject("ec2.Vpc", "it"), vpc.id, vpc.outputs) is None


def test_what_is_gone_already_can_be_deleted_and_not_updated(sandbox: Sandbox, tmp_path: Path) -> None:
    vpc = sandbox.create("ec2.Vpc", cidrBlock="10.0.0.0/16")
    next(tmp_path.rglob("*.json")).unlink()
    assert "ResourceNotFoundException" in sandbox.refused_update(vpc, cidrBlock="10.0.0.0/16")
    sandbox.delete(vpc)


def test_what_exists_is_not_made_twice(sandbox: Sandbox) -> None:
    sandbox.create("cloudwatch.LogGroup", "a", name="/shop")
    words = sandbox.refusal("cloudwatch.LogGroup", "b", name="/shop")
    assert "ResourceAlreadyExistsException: LogGroup /shop already exists" in words
    sandbox.create("cloudwatch.LogGroup", "c", name="/shop", region="us-east-1")


def test_revisions_of_a_task_never_count_back(sandbox: Sandbox) -> None:
    def revision(cpu: int) -> object:
        container = json.dumps([{"name": "web", "image": "nginx", "memory": 64, "cpu": cpu}])
        made = sandbox.create("ecs.TaskDefinition", family="web", containerDefinitions=container)
        assert made.id == "web"
        return made["revision"]

    assert [revision(1), revision(2)] == [1, 2]
    for stored in sandbox.provider.store.all("ecs.TaskDefinition"):
        sandbox.provider.store.delete(stored)
    assert revision(3) == 3


def test_an_unknown_type_is_named_with_the_one_that_was_meant(sandbox: Sandbox) -> None:
    (failure,) = sandbox.failures("ec2.Vpcs")
    assert failure.reason == "unknown resource type 'aws:ec2/vpcs:Vpcs'. Did you mean 'aws:ec2/vpc:Vpc'?"


def test_a_type_without_outputs_of_its_own_works(sandbox: Sandbox) -> None:
    table = sandbox.create(
        "dynamodb.Table", hashKey="id", billingMode="PAY_PER_REQUEST", attributes=[{"name": "id", "type": "S"}]
    )
    assert table.id == table["name"]
    assert str(table["arn"]).startswith("arn:aws:dynamodb:eu-west-1:123456789012:table/")
    assert (
        sandbox.diff(table, hashKey="id", billingMode="PAY_PER_REQUEST", attributes=[{"name": "id", "type": "S"}]) == []
    )
    sandbox.delete(table)
