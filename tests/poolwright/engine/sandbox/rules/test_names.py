from __future__ import annotations

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

A = {"zoneId": "Z1", "name": "www", "type": "A", "ttl": 60, "records": ["192.0.2.1"]}
ALIAS = {
    "zoneId": "Z1",
    "name": "www",
    "type": "A",
    "aliases": [{"name": "lb.example.com", "zoneId": "Z2", "evaluateTargetHealth": True}],
}
CERTIFICATE = {"domainName": "*.example.com", "validationMethod": "DNS"}


@cases(
    a_record_has_values_or_an_alias=Case(
        "route53.Record", A, {"records": None, "ttl": None}, "InvalidInput", "records"
    ),
    values_have_a_time_to_live=Case("route53.Record", A, {"ttl": None}, "InvalidInput", "ttl"),
    an_alias_has_none=Case("route53.Record", ALIAS, {"ttl": 60}, "InvalidInput", "ttl"),
    a_type_is_known=Case("route53.Record", A, {"type": "WEB"}, "InvalidInput", "type"),
    a_record_has_addresses=Case("route53.Record", A, {"records": ["web"]}, "InvalidChangeBatch", "records[0]"),
    aaaa_has_addresses_of_version_6=Case(
        "route53.Record",
        A | {"type": "AAAA", "records": ["2001:db8::1"]},
        {"records": ["192.0.2.1"]},
        "InvalidChangeBatch",
        "records[0]",
    ),
    a_policy_has_a_set_identifier=Case(
        "route53.Record",
        A | {"setIdentifier": "a", "weightedRoutingPolicies": [{"weight": 1}]},
        {"setIdentifier": None},
        "InvalidInput",
        "setIdentifier",
    ),
    a_zone_has_a_domain_name=Case(
        "route53.Zone", {"name": "example.com"}, {"name": "exa mple.com"}, "InvalidDomainName", "name"
    ),
    a_certificate_is_proven_somehow=Case(
        "acm.Certificate", CERTIFICATE, {"validationMethod": None}, "ValidationException", "validationMethod"
    ),
    a_key_algorithm_is_known=Case(
        "acm.Certificate", CERTIFICATE, {"keyAlgorithm": "RSA_512"}, "ValidationException", "keyAlgorithm"
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_a_zone_has_a_record_once_and_no_cname_beside_it(sandbox: Sandbox) -> None:
    zone = sandbox.create("route53.Zone", name="example.com").id
    www = {**A, "zoneId": zone}
    sandbox.create("route53.Record", "first", **www)
    assert "InvalidChangeBatch" in sandbox.refusal("route53.Record", "again", **{**www, "name": "www.example.com"})
    cname = {**www, "type": "CNAME", "records": ["other.example.com"]}
    assert "conflicting RRSet" in sandbox.refusal("route53.Record", "cname", **cname)
    assert "not permitted at apex" in sandbox.refusal("route53.Record", "apex", **{**cname, "name": "example.com"})
    sandbox.create("route53.Record", "other", **{**cname, "name": "other"})


def test_waiting_for_a_certificate_without_its_records_never_ends(sandbox: Sandbox) -> None:
    certificate = sandbox.create("acm.Certificate", **CERTIFICATE)
    words = sandbox.refusal("acm.CertificateValidation", certificateArn=certificate["arn"])
    assert "RequestTimeout" in words and "its DNS records are missing" in words


def test_a_namespace_and_its_services_have_names_of_their_own(sandbox: Sandbox) -> None:
    vpc = sandbox.create("ec2.Vpc", cidrBlock="10.0.0.0/16")
    space = sandbox.create("servicediscovery.PrivateDnsNamespace", name="shop.local", vpc=vpc.id)
    words = sandbox.refusal("servicediscovery.PrivateDnsNamespace", "again", name="shop.local", vpc=vpc.id)
    assert "NamespaceAlreadyExists" in words
    web = {"name": "web", "dnsConfig": {"namespaceId": space.id, "dnsRecords": [{"type": "A", "ttl": 10}]}}
    sandbox.create("servicediscovery.Service", **web)
    assert "ServiceAlreadyExists" in sandbox.refusal("servicediscovery.Service", "again", **web)


def test_an_alias_names_the_zone_of_its_balancer(estate: Estate) -> None:
    balancer = estate.add("lb.LoadBalancer", subnets=[subnet.id for subnet in estate.subnets])
    zone = estate.add("route53.Zone", name="example.com").id
    alias = {"name": balancer["dnsName"], "evaluateTargetHealth": True}
    inputs = {"zoneId": zone, "name": "www", "type": "A"}
    words = estate.sandbox.refusal("route53.Record", **inputs, aliases=[{**alias, "zoneId": zone}])
    assert "does not lie within the target zone" in words
    estate.add("route53.Record", **inputs, aliases=[{**alias, "zoneId": balancer["zoneId"]}])
