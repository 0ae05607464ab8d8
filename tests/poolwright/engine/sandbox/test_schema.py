from __future__ import annotations

from poolwright.engine.sandbox.schema import (
    EnumType,
    ListType,
    MapType,
    ObjectType,
    Primitive,
    UnionType,
    enum_values,
    object_properties,
    provider_inputs,
    resource_schema,
)
from poolwright.engine.sandbox.sdk_source import module_tokens, resource_file, sdk_version, snake


def test_inputs_have_their_wire_names_types_and_needs() -> None:
    schema = resource_schema("aws:ec2/subnet:Subnet")
    assert schema is not None
    assert schema.inputs["vpcId"].required
    assert not schema.inputs["cidrBlock"].required
    assert schema.inputs["mapPublicIpOnLaunch"].type is Primitive.BOOLEAN
    assert schema.inputs["tags"].type == MapType(Primitive.STRING)


def test_computed_outputs_are_those_that_nobody_gives() -> None:
    schema = resource_schema("aws:ec2/vpc:Vpc")
    assert schema is not None
    assert {"arn", "mainRouteTableId", "ownerId"} <= schema.computed
    assert "cidrBlock" not in schema.computed
    assert "enableDnsHostnames" in schema.settled
    assert "enableDnsSupport" not in schema.settled


def test_nested_types_lead_to_their_input_class() -> None:
    schema = resource_schema("aws:ec2/launchTemplate:LaunchTemplate")
    assert schema is not None
    mapping = schema.inputs["blockDeviceMappings"].type
    assert isinstance(mapping, ListType) and isinstance(mapping.item, ObjectType)
    disk = object_properties(mapping.item)
    assert disk is not None and isinstance(disk["ebs"].type, ObjectType)


def test_closed_word_lists_are_told_from_open_ones() -> None:
    schema = resource_schema("aws:autoscaling/group:Group")
    assert schema is not None
    metrics = schema.inputs["enabledMetrics"].type
    assert isinstance(metrics, ListType) and isinstance(metrics.item, EnumType)
    assert "GroupDesiredCapacity" in enum_values(metrics.item)
    assert isinstance(schema.inputs["metricsGranularity"].type, UnionType)


def test_a_class_whose_arguments_have_another_name_is_found() -> None:
    # BucketVersioningArgs would be the name of a nested type as well.
    schema = resource_schema("aws:s3/bucketVersioning:BucketVersioning")
    assert schema is not None and schema.inputs["versioningConfiguration"].required


def test_types_of_every_kind_of_name_are_found() -> None:
    for token in (
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "aws:lambda/function:Function",
        "aws:dynamodb/table:Table",
        "aws:rds/cluster:Cluster",
    ):
        assert resource_schema(token) is not None, token


def test_a_type_that_the_sdk_does_not_have_is_none() -> None:
    assert resource_schema("aws:ec2/vcp:Vcp") is None
    assert resource_schema("aws:nowhere/thing:Thing") is None
    assert resource_file("gcp:compute/instance:Instance") is None
    assert "aws:ec2/vpc:Vpc" in module_tokens("ec2")


def test_the_providers_own_configuration_has_a_schema() -> None:
    assert {"region", "allowedAccountIds", "defaultTags"} <= provider_inputs().keys()


def test_the_version_is_the_sdks() -> None:
    assert sdk_version().startswith("7.")


def test_class_names_become_file_names() -> None:
    assert snake("OpenIdConnectProvider") == "open_id_connect_provider"
    assert snake("VpcEndpointRouteTableAssociation") == "vpc_endpoint_route_table_association"
