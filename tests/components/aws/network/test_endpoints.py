"""VPC endpoints."""

from __future__ import annotations

import json
from typing import Any

from components.aws.network.endpoint_policies import endpoint_policy
from tests.components import plans
from tests.components.aws.early import Early
from tests.recorder import Recording


def test_a_gateway_endpoint_is_a_route_of_every_inner_table(full: Recording[Early]) -> None:
    inputs = full.one(":VpcEndpoint", "main-network-endpoint-s3").inputs
    assert inputs["vpcEndpointType"] == "Gateway"
    assert inputs["serviceName"] == "com.amazonaws.eu-west-1.s3"
    tables = {f"main-network-routes-private-{zone}-id" for zone in plans.ZONES} | {"main-network-routes-data-id"}
    assert set(inputs["routeTableIds"]) == tables


def test_an_interface_endpoint_has_an_address_in_each_planned_zone(full: Recording[Early]) -> None:
    inputs = full.one(":VpcEndpoint", "main-network-endpoint-ecr-api").inputs
    assert inputs["vpcEndpointType"] == "Interface"
    assert inputs["serviceName"] == "com.amazonaws.eu-west-1.ecr.api"
    assert inputs["privateDnsEnabled"] is True
    assert inputs["subnetIds"] == [f"main-network-subnet-private-{zone}-id" for zone in plans.ZONES]
    assert inputs["securityGroupIds"] == ["main-network-endpoints-id"]


def test_without_interface_endpoints_there_is_no_group_for_them(minimal: Recording[Early]) -> None:
    assert minimal.built.network.endpoint_group_id is None
    assert "main-network-endpoints" not in minimal.names(":SecurityGroup")


def test_the_prefix_list_of_a_gateway_endpoint_is_known_to_security_groups(full: Recording[Early]) -> None:
    assert set(full.built.network.gateway_prefix_list_ids) == {"s3"}


def statements(recorded: Recording[Early], service: str) -> dict[str, dict[str, Any]]:
    policy = json.loads(recorded.one(":VpcEndpoint", f"main-network-endpoint-{service}").inputs["policy"])
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_an_interface_endpoint_serves_principals_of_this_account_alone(full: Recording[Early]) -> None:
    found = statements(full, "ecr-api")
    assert list(found) == ["OwnAccount"]
    assert found["OwnAccount"]["Effect"] == "Allow"
    assert found["OwnAccount"]["Condition"] == {"StringEquals": {"aws:PrincipalAccount": plans.ACCOUNT_ID}}


def test_data_reaches_the_sites_own_buckets_alone(full: Recording[Early]) -> None:
    found = statements(full, "s3")
    assert list(found) == ["OwnBuckets", "BucketsOfAws"]
    own = [plans.names().bucket_arn(bucket.key) for bucket in plans.full_site().storage.buckets]
    assert found["OwnBuckets"]["Resource"] == [arn for bucket in own for arn in (bucket, f"{bucket}/*")]
    accounts = {"aws:PrincipalAccount": plans.ACCOUNT_ID, "aws:ResourceAccount": plans.ACCOUNT_ID}
    assert found["OwnBuckets"]["Condition"] == {"StringEquals": accounts}


def test_aws_buckets_of_the_region_are_read_and_never_written(full: Recording[Early]) -> None:
    found = statements(full, "s3")["BucketsOfAws"]
    assert found["Action"] == ["s3:GetObject"]
    assert "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*" in found["Resource"]
    assert all("eu-west-1" in arn and arn.endswith("/*") for arn in found["Resource"])


def test_a_site_without_buckets_reads_from_aws_alone(minimal: Recording[Early]) -> None:
    assert list(statements(minimal, "s3")) == ["BucketsOfAws"]


def test_agents_endpoints_have_no_policy_since_aws_takes_none() -> None:
    assert endpoint_policy("ecs-agent", plans.names(), buckets=()) is None
    assert endpoint_policy("ecs", plans.names(), buckets=()) is not None
