"""Zone, certificate, names of load balancers."""

from __future__ import annotations

from components.aws.network.load_balancers import TLS_POLICY
from solver.plan.network import DnsPlan
from tests.components import plans
from tests.components.aws.early import Early, early, with_network
from tests.recorder import Recording

CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-1111-2222-3333-444444444444"


def test_a_stack_without_a_zone_makes_one_and_tells_its_name_servers(full: Recording[Early]) -> None:
    assert full.one(":Zone").inputs["name"] == "ai.example.com"
    assert full.built.network.name_servers is not None


def test_a_zone_that_a_parent_points_to_is_not_deleted_by_mistake(full: Recording[Early]) -> None:
    assert full.one(":Zone").protect
    assert not early(plans.full_site(protect=False)).one(":Zone").protect


def test_the_certificate_is_validated_in_the_zone_before_a_listener_has_it(full: Recording[Early]) -> None:
    assert full.one(":Certificate").inputs["validationMethod"] == "DNS"
    record = full.one(":Record", "main-network-certificate").inputs
    assert record["name"] == "_check.ai.example.com."
    assert record["records"] == ["_value.ai.example.com."]
    assert full.one(":CertificateValidation").inputs["validationRecordFqdns"] == ["_check.ai.example.com."]
    validation = full.one(":CertificateValidation").urn
    assert validation in full.one(":Listener", "main-network-public-https").depends_on


def test_the_name_follows_the_load_balancer(full: Recording[Early]) -> None:
    record = full.one(":Record", "main-network-name-public").inputs
    assert record["name"] == "ai.example.com"
    assert record["aliases"][0]["evaluateTargetHealth"] is True


def test_a_given_zone_and_certificate_are_used_as_they_are() -> None:
    dns = DnsPlan(domain="ai.example.com", hosted_zone_id="Z0123456789", certificate_arn=CERTIFICATE)
    recorded = early(with_network(plans.full_site(), dns=dns))
    assert recorded.of_type(":Zone") == ()
    assert recorded.of_type(":Certificate") == ()
    assert recorded.one(":Listener", "main-network-public-https").inputs["certificateArn"] == CERTIFICATE
    assert recorded.one(":Record", "main-network-name-public").inputs["zoneId"] == "Z0123456789"


def test_an_internal_load_balancer_with_https_has_a_name_of_its_own_on_the_certificate() -> None:
    site = plans.full_site()
    internal, public = site.network.load_balancers
    recorded = early(with_network(site, load_balancers=(internal.model_copy(update={"https": True}), public)))
    assert recorded.one(":Certificate").inputs["subjectAlternativeNames"] == ["internal.ai.example.com"]
    assert recorded.one(":Record", "main-network-name-internal").inputs["name"] == "internal.ai.example.com"
    assert len(recorded.one(":CertificateValidation").inputs["validationRecordFqdns"]) == 2


def test_a_site_without_a_name_has_no_zone(minimal: Recording[Early]) -> None:
    assert minimal.of_type(":Zone") == ()
    assert minimal.built.network.hosted_zone_id is None


def test_an_internal_load_balancer_with_https_has_a_name_of_its_own_under_the_certificate() -> None:
    balancers = plans.full_site().network.load_balancers
    secure = tuple(each.model_copy(update={"https": True}) for each in balancers)
    both = early(with_network(plans.full_site(), load_balancers=secure))
    assert both.one(":Certificate").inputs["subjectAlternativeNames"] == ["internal.ai.example.com"]
    assert both.one(":Record", "main-network-name-internal").inputs["name"] == "internal.ai.example.com"
    https = both.one(":Listener", "main-network-internal-https").inputs
    assert (https["port"], https["sslPolicy"]) == (443, TLS_POLICY)
    (action,) = both.one(":Listener", "main-network-internal-http").inputs["defaultActions"]
    assert action["redirect"]["protocol"] == "HTTPS"
