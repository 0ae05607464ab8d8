"""Look-ups of what exists in the account."""

from __future__ import annotations

from poolwright.engine.sandbox.check import Failure
from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.invokes.invoke import Answer, answers
from poolwright.engine.sandbox.outputs.stacks import exports_of
from poolwright.engine.sandbox.store import Resource
from poolwright.engine.sandbox.values import Properties, Value, fields, flag, objects, text, texts


@answers("route53.getZone")
def zone(arguments: Properties, cloud: Cloud) -> Answer:
    """A hosted zone by id, or by name; private ones only when they are asked for."""
    zone_id, name = text(arguments.get("zoneId")), text(arguments.get("name"))
    private = flag(arguments.get("privateZone"))
    for found in cloud.all("route53.Zone"):
        by_name = name is not None and str(found.outputs.get("name")).rstrip(".") == name.rstrip(".")
        if found.id == zone_id or (by_name and bool(found.outputs.get("vpcs")) == private):
            return {**found.outputs, "id": found.id, "zoneId": found.id, "privateZone": private, "callerReference": ""}
    return [Failure("name", f"no matching Route 53 Hosted Zone found: {zone_id or name}")]


@answers("ec2.getVpc")
def vpc(arguments: Properties, cloud: Cloud) -> Answer:
    """A VPC by id, block or tags."""
    return _one("EC2 VPC", cloud.all("ec2.Vpc"), arguments, ("cidrBlock",))


@answers("ec2.getSubnet")
def subnet(arguments: Properties, cloud: Cloud) -> Answer:
    """A subnet by id, VPC, block, zone or tags."""
    return _one("EC2 Subnet", cloud.all("ec2.Subnet"), arguments, ("vpcId", "cidrBlock", "availabilityZone"))


@answers("ec2.getSubnets")
def subnets(arguments: Properties, cloud: Cloud) -> Answer:
    """The ids of the subnets that the filters and tags mean."""
    found = [resource.id for resource in cloud.all("ec2.Subnet") if _matches(resource, arguments, ())]
    return {**arguments, "id": cloud.region, "ids": [*found], "region": cloud.region}


@answers("ec2.getSecurityGroup")
def security_group(arguments: Properties, cloud: Cloud) -> Answer:
    """A security group by id, name, VPC or tags."""
    return _one("EC2 Security Group", cloud.all("ec2.SecurityGroup"), arguments, ("name", "vpcId"))


@answers("iam.getRole")
def role(arguments: Properties, cloud: Cloud) -> Answer:
    """A role by name."""
    return _one("IAM Role", cloud.all("iam.Role"), arguments, ("name",))


@answers("kms.getKey")
def key(arguments: Properties, cloud: Cloud) -> Answer:
    """A key by id, ARN or alias."""
    wanted = text(arguments.get("keyId")) or ""
    alias = cloud.get("kms.Alias", wanted)
    wanted = str(alias.outputs.get("targetKeyId")) if alias is not None else wanted
    found = cloud.get("kms.Key", wanted.rpartition("/")[2])
    if found is None:
        return [Failure("keyId", f"reading KMS Key ({wanted}): NotFoundException")]
    return {**arguments, **found.outputs, "id": found.id, "enabled": True, "keyState": "Enabled"}


@answers("secretsmanager.getSecret")
def secret(arguments: Properties, cloud: Cloud) -> Answer:
    """A secret by name or ARN."""
    return _one("Secrets Manager Secret", cloud.all("secretsmanager.Secret"), arguments, ("name", "arn"))


@answers("ecr.getRepository")
def repository(arguments: Properties, cloud: Cloud) -> Answer:
    """A repository by name."""
    return _one("ECR Repository", cloud.all("ecr.Repository"), arguments, ("name",))


@answers("cloudformation.getStack")
def stack(arguments: Properties, cloud: Cloud) -> Answer:
    """A CloudFormation stack by name, with its outputs."""
    name = arguments.get("name")
    for found in cloud.where("cloudformation.Stack", "name", name):
        return {**found.outputs, "id": found.id}
    words = f"ValidationError: Stack with id {name} does not exist"
    return [Failure("name", f"reading CloudFormation Stack ({name}): {words}")]


@answers("cloudformation.getExport")
def export(arguments: Properties, cloud: Cloud) -> Answer:
    """What a CloudFormation stack of the region exports under a name."""
    name = text(arguments.get("name")) or ""
    for found in cloud.all("cloudformation.Stack"):
        for output, exported in exports_of(found.outputs).items():
            if exported == name:
                value = fields(found.outputs.get("outputs")).get(output)
                return {**arguments, "id": f"{cloud.region}-{name}", "value": value, "exportingStackId": found.id}
    return [Failure("name", f"reading CloudFormation Export ({name}): couldn't find resource")]


@answers("ecs.getCluster")
def cluster(arguments: Properties, cloud: Cloud) -> Answer:
    """A cluster by name."""
    wanted = {"name": arguments.get("clusterName")}
    return _one("ECS Cluster", cloud.all("ecs.Cluster"), wanted, ("name",))


def _one(label: str, candidates: list[Resource], arguments: Properties, names: tuple[str, ...]) -> Answer:
    found = [resource for resource in candidates if _matches(resource, arguments, names)]
    if len(found) == 1:
        return {**found[0].outputs, "id": found[0].id}
    some = "no" if not found else "multiple"
    return [Failure("", f"{some} matching {label}s found")]


def _matches(resource: Resource, arguments: Properties, names: tuple[str, ...]) -> bool:
    if arguments.get("id") not in (None, resource.id):
        return False
    if any(arguments.get(name) not in (None, resource.outputs.get(name)) for name in names):
        return False
    tags = fields(resource.outputs.get("tagsAll"))
    if any(tags.get(key) != value for key, value in fields(arguments.get("tags")).items()):
        return False
    return all(_passes(resource, tags, condition) for condition in objects(arguments.get("filters")))


_FILTERS = {"vpc-id": "vpcId", "availability-zone": "availabilityZone", "cidr-block": "cidrBlock", "group-name": "name"}


def _passes(resource: Resource, tags: dict[str, Value], condition: Properties) -> bool:
    name = text(condition.get("name")) or ""
    value = tags.get(name[4:]) if name.startswith("tag:") else resource.outputs.get(_FILTERS.get(name, name))
    return value in texts(condition.get("values"))
