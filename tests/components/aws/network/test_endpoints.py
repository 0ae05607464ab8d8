"""VPC endpoints."""

from __future__ import annotations

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
