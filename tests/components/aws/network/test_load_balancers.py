"""Load balancers, target groups, listeners, rules."""

from __future__ import annotations

import pytest

from components.aws.network.load_balancers import TLS_POLICY, path_patterns
from solver.errors import PoolwrightError
from solver.plan.network import TargetPlan
from solver.plan.plan import SitePlan
from solver.vocabulary import Exposure, Protocol
from tests.components import plans
from tests.components.aws.early import Early, early, with_measures, with_network
from tests.recorder import Recording


def with_target(**changes: object) -> SitePlan:
    """The full site with the public load balancer's assistant changed."""
    site = plans.full_site()
    internal, public = site.network.load_balancers
    targets = tuple(
        target.model_copy(update=changes) if target.workload == "assistant" else target for target in public.targets
    )
    return with_network(site, load_balancers=(internal, public.model_copy(update={"targets": targets})))


def test_a_public_load_balancer_is_in_public_subnets_and_an_internal_one_in_private(full: Recording[Early]) -> None:
    public = full.one(":LoadBalancer", "main-network-public").inputs
    internal = full.one(":LoadBalancer", "main-network-internal").inputs
    assert (public["internal"], internal["internal"]) == (False, True)
    assert all("subnet-public-" in subnet for subnet in public["subnets"])
    assert all("subnet-private-" in subnet for subnet in internal["subnets"])


def test_load_balancers_are_strict_and_can_not_be_deleted_by_mistake(full: Recording[Early]) -> None:
    for record in full.of_type(":LoadBalancer"):
        assert record.inputs["dropInvalidHeaderFields"] is True
        assert record.inputs["enableDeletionProtection"] is True
        # AWS would refuse, so the engine must not try; but nothing is kept that the world no longer needs.
        assert (record.protect, record.retain_on_delete) == (True, False)
        assert len(record.inputs["name"]) <= 32
    unprotected = early(plans.full_site(protect=False))
    assert not unprotected.one(":LoadBalancer", "main-network-public").inputs["enableDeletionProtection"]
    assert not unprotected.one(":LoadBalancer", "main-network-public").protect


def test_a_public_load_balancer_waits_for_its_subnets_way_to_the_internet(full: Recording[Early]) -> None:
    associations = {record.urn for record in full.of_type(":RouteTableAssociation") if "-of-public-" in record.name}
    assert len(associations) == 3
    assert associations <= set(full.one(":LoadBalancer", "main-network-public").depends_on)
    assert not associations & set(full.one(":LoadBalancer", "main-network-internal").depends_on)


def test_a_public_load_balancer_serves_https_and_sends_http_there(full: Recording[Early]) -> None:
    https = full.one(":Listener", "main-network-public-https").inputs
    assert (https["port"], https["protocol"], https["sslPolicy"]) == (443, "HTTPS", TLS_POLICY)
    assert https["certificateArn"]
    http = full.one(":Listener", "main-network-public-http").inputs
    assert http["port"] == 80
    assert http["defaultActions"][0]["redirect"] == {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}


def test_a_service_at_the_root_is_the_default_and_needs_no_rule(full: Recording[Early]) -> None:
    action = full.one(":Listener", "main-network-public-https").inputs["defaultActions"][0]
    assert action["type"] == "forward"
    assert "public-assistant" in action["targetGroupArn"]
    assert full.names(":ListenerRule") == ("main-network-internal-recommender", "main-network-public-recommender")


def test_a_path_without_a_service_is_not_found(full: Recording[Early]) -> None:
    action = full.one(":Listener", "main-network-internal-http").inputs["defaultActions"][0]
    assert action["type"] == "fixed-response"
    assert action["fixedResponse"]["statusCode"] == "404"


def test_a_rule_takes_the_path_itself_and_all_below_it(full: Recording[Early]) -> None:
    rule = full.one(":ListenerRule", "main-network-public-recommender").inputs
    assert rule["conditions"] == [{"pathPattern": {"values": ["/recommend", "/recommend/*"]}}]
    assert path_patterns("/v1/") == ["/v1/*"]
    assert path_patterns("/") == ["/*"]


def test_requests_go_to_the_replica_with_the_fewest_in_work(full: Recording[Early]) -> None:
    for record in full.of_type(":TargetGroup"):
        assert record.inputs["targetType"] == "ip"
        assert record.inputs["loadBalancingAlgorithmType"] == "least_outstanding_requests"
        check = record.inputs["healthCheck"]
        assert check["timeout"] < check["interval"]
        assert len(record.inputs["name"]) <= 32


def test_a_service_behind_two_load_balancers_has_a_target_group_on_each(full: Recording[Early]) -> None:
    assert set(full.built.network.target_groups) == {
        ("internal", "recommender"),
        ("public", "recommender"),
        ("public", "assistant"),
    }
    held = full.built.network.target_groups
    urns = {record.urn: record.type for record in full.records}
    # A service can only be made once something leads to its target group.
    assert {type(made.attached_by).__name__ for made in held.values()} == {"Listener", "ListenerRule"}
    assert len(urns) == len(full.records)


def test_another_port_gives_the_target_group_another_name() -> None:
    before, after = early(plans.full_site()), early(with_target(port=9090))
    name = "main-network-public-assistant"
    assert before.one(":TargetGroup", name).inputs["name"] != after.one(":TargetGroup", name).inputs["name"]


def test_a_grpc_service_is_asked_in_grpc() -> None:
    inputs = early(with_target(protocol=Protocol.GRPC, health_path="/grpc.health.v1.Health/Check")).one(
        ":TargetGroup", "main-network-public-assistant"
    )
    assert inputs.inputs["protocolVersion"] == "GRPC"
    assert inputs.inputs["healthCheck"]["matcher"] == "0"


def test_a_tcp_service_behind_a_load_balancer_is_refused_in_words() -> None:
    with pytest.raises(PoolwrightError, match="workload assistant speaks tcp"):
        early(with_target(protocol=Protocol.TCP))


def test_https_without_a_name_is_refused_in_words() -> None:
    with pytest.raises(PoolwrightError, match="no name for a certificate"):
        early(with_network(plans.full_site(), dns=None))


def test_requests_are_logged_into_the_audit_bucket_when_that_was_chosen(full: Recording[Early]) -> None:
    assert "accessLogs" not in full.one(":LoadBalancer", "main-network-public").inputs
    logged = early(with_measures(plans.full_site(), "load-balancer-logs"))
    logs = logged.one(":LoadBalancer", "main-network-public").inputs["accessLogs"]
    assert logs == {"bucket": plans.names().audit_bucket, "prefix": "load-balancers/public", "enabled": True}
    policy = logged.one(":BucketPolicy", "main-security-audit")
    assert policy.urn in logged.one(":LoadBalancer", "main-network-public").depends_on


def test_two_services_at_the_root_both_get_rules() -> None:
    site = plans.full_site()
    internal, public = site.network.load_balancers
    roots = tuple(TargetPlan.model_validate({**dict(target), "path": "/"}) for target in public.targets)
    recorded = early(with_network(site, load_balancers=(internal, public.model_copy(update={"targets": roots}))))
    rules = [name for name in recorded.names(":ListenerRule") if "-public-" in name]
    assert rules == ["main-network-public-assistant", "main-network-public-recommender"]


def test_another_exposure_gives_the_load_balancer_another_name() -> None:
    site = plans.full_site()
    internal, public = site.network.load_balancers
    moved = with_network(site, load_balancers=(internal.model_copy(update={"exposure": Exposure.PUBLIC}), public))
    name = "main-network-internal"
    assert (
        early(site).one(":LoadBalancer", name).inputs["name"] != early(moved).one(":LoadBalancer", name).inputs["name"]
    )
