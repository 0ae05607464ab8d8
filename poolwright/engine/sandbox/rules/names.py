"""DNS zones, records, certificates and service discovery."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.balancers import is_issued
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, flag, items, objects, text, texts, whole

_DOMAIN: Final = re.compile(r"^(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_-]{1,63}\.?$")
_TYPES_TEXT: Final = """
A AAAA CAA CNAME DS HTTPS MX NAPTR NS PTR SOA SPF SRV SSHFP SVCB TLSA TXT
"""
_TYPES: Final = frozenset(_TYPES_TEXT.split())
_ROUTING: Final = (
    "cidrRoutingPolicy",
    "failoverRoutingPolicies",
    "geolocationRoutingPolicies",
    "geoproximityRoutingPolicy",
    "latencyRoutingPolicies",
    "weightedRoutingPolicies",
)
_KEY_ALGORITHMS: Final = frozenset(
    ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]
)


@validates("route53.Zone", "servicediscovery.PrivateDnsNamespace", "acm.Certificate")
def domain_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """At most 253 characters, in labels of at most 63."""
    for path in ("name", "domainName"):
        name = text(inputs.get(path))
        if name is not None and (len(name) > 253 or not _DOMAIN.match(name)):
            yield Refusal("InvalidDomainName", f"{name} is not a valid domain name", path)


@validates("route53.Record")
def record_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """Values of the type with a time to live, or an alias; a set identifier where there is a policy."""
    kind = text(inputs.get("type"))
    if kind is not None and kind not in _TYPES:
        yield Refusal("InvalidInput", f"{kind} is not a record type; {', '.join(sorted(_TYPES))} are", "type")
    alias, values = bool(items(inputs.get("aliases"))), inputs.get("records")
    if alias == (values is not None):
        yield Refusal("InvalidInput", "one of records and aliases must be given", "records")
    if values is not None and inputs.get("ttl") is None:
        yield Refusal("InvalidInput", "a record with values needs a ttl", "ttl")
    if alias and inputs.get("ttl") is not None:
        yield Refusal("InvalidInput", "an alias has no ttl of its own", "ttl")
    if any(inputs.get(name) for name in _ROUTING) and inputs.get("setIdentifier") is None:
        yield Refusal("InvalidInput", "a record with a routing policy needs a setIdentifier", "setIdentifier")
    ttl = whole(inputs.get("ttl"))
    if ttl is not None and not 0 <= ttl <= 2147483647:
        yield Refusal("InvalidInput", f"ttl {ttl} is outside of 0 to 2147483647", "ttl")
    yield from _record_values(kind, texts(values))


@refuses("route53.Record", on=(Action.CREATE,))
def record_is_new(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A zone has a record of a name and type once, and no CNAME beside others or at its top."""
    inputs = change.inputs
    zone = cloud.get("route53.Zone", inputs.get("zoneId"))
    if zone is None:
        return
    apex = str(zone.outputs.get("name")).rstrip(".").lower()
    name = str(inputs.get("name")).rstrip(".").lower()
    full = name if name == apex or name.endswith(f".{apex}") else (f"{name}.{apex}" if name not in ("", "@") else apex)
    kind = inputs.get("type")
    if kind == "CNAME" and full == apex:
        words = f"[RRSet of type CNAME with DNS name {full}. is not permitted at apex in zone {apex}.]"
        yield Refusal("InvalidChangeBatch", words, "type")
    for other in cloud.where("route53.Record", "zoneId", zone.id):
        same_name = other.outputs.get("fqdn") == full
        if not same_name or other.outputs.get("setIdentifier") != inputs.get("setIdentifier"):
            continue
        if other.outputs.get("type") == kind and not flag(inputs.get("allowOverwrite")):
            words = f"[Tried to create resource record set [name='{full}.', type='{kind}'] but it already exists]"
            yield Refusal("InvalidChangeBatch", words, "name")
        elif other.outputs.get("type") != kind and "CNAME" in (other.outputs.get("type"), kind):
            words = f"[RRSet of type {kind} with DNS name {full}. is not permitted because a conflicting RRSet of type "
            yield Refusal("InvalidChangeBatch", f"{words}{other.outputs.get('type')} with the same DNS name exists]")


@refuses("route53.Record")
def alias_lies_in_the_zone_that_it_names(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """An alias of a load balancer names the balancer's own zone."""
    for index, alias in enumerate(objects(change.inputs.get("aliases"))):
        name = (text(alias.get("name")) or "").rstrip(".").lower().removeprefix("dualstack.")
        for balancer in cloud.where("lb.LoadBalancer", "dnsName", name):
            if alias.get("zoneId") != balancer.outputs.get("zoneId"):
                words = f"[Tried to create an alias that targets {name}., in zone {alias.get('zoneId')}, but the alias "
                words += "target name does not lie within the target zone]"
                yield Refusal("InvalidChangeBatch", words, f"aliases[{index}].zoneId")


@validates("acm.Certificate")
def certificate_request_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """A domain with a way to prove it, or a certificate with its key."""
    asked, brought = inputs.get("domainName") is not None, inputs.get("privateKey") is not None
    if not asked and not brought:
        words = "one of domainName, or certificateBody and privateKey, must be given"
        yield Refusal("ValidationException", words, "domainName")
    method = text(inputs.get("validationMethod"))
    if asked and method is None and inputs.get("certificateAuthorityArn") is None:
        yield Refusal("ValidationException", "validationMethod must be DNS or EMAIL", "validationMethod")
    if method is not None and method not in ("DNS", "EMAIL", "HTTP"):
        yield Refusal("ValidationException", f"validationMethod {method}: DNS or EMAIL is allowed", "validationMethod")
    algorithm = text(inputs.get("keyAlgorithm"))
    if algorithm is not None and algorithm not in _KEY_ALGORITHMS:
        words = f"keyAlgorithm {algorithm}: {', '.join(sorted(_KEY_ALGORITHMS))} are allowed"
        yield Refusal("ValidationException", words, "keyAlgorithm")
    for index, name in enumerate(texts(inputs.get("subjectAlternativeNames"))):
        if not _DOMAIN.match(name) or len(name) > 253:
            words = f"{name} is not a valid domain name"
            yield Refusal("InvalidDomainValidationOptionsException", words, f"subjectAlternativeNames[{index}]")


@refuses("acm.CertificateValidation", on=(Action.CREATE,))
def certificate_can_be_validated(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The wait ends when every name's DNS record exists; without them AWS waits 75 minutes for nothing."""
    certificate = cloud.by_arn("acm.Certificate", change.inputs.get("certificateArn"))
    if certificate is not None and not is_issued(certificate, cloud):
        words = (
            f"waiting for ACM Certificate ({certificate.id}) to be issued: timeout while waiting for state to become "
        )
        yield Refusal(
            "RequestTimeout", f"{words}'ISSUED' (last state: 'PENDING_VALIDATION'): its DNS records are missing"
        )


@refuses("servicediscovery.PrivateDnsNamespace", "servicediscovery.HttpNamespace", on=(Action.CREATE,))
def namespace_is_new(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A VPC has one private zone of a name; a region one HTTP namespace."""
    name = change.inputs.get("name")
    for other in cloud.where(change.type, "name", name):
        if other.outputs.get("vpc") == change.inputs.get("vpc"):
            words = f"Namespace with name {name} already exists: {other.id}"
            yield Refusal("NamespaceAlreadyExists", words, "name")


@refuses("servicediscovery.Service", on=(Action.CREATE,))
def discovery_service_is_new(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A namespace has a service of a name once."""
    inputs = change.inputs
    for other in cloud.where("servicediscovery.Service", "name", inputs.get("name")):
        if other.outputs.get("namespaceId") in (inputs.get("namespaceId"), _dns_namespace(inputs)):
            words = f"A service with the name {inputs.get('name')} already exists: {other.id}"
            yield Refusal("ServiceAlreadyExists", words, "name")


def _dns_namespace(inputs: Properties) -> object:
    found = inputs.get("dnsConfig")
    return found.get("namespaceId") if isinstance(found, dict) else None


def _record_values(kind: str | None, values: list[str]) -> Iterator[Refusal]:
    for index, value in enumerate(values):
        path = f"records[{index}]"
        if kind == "A" and not _is_address(value, 4):
            yield Refusal("InvalidChangeBatch", f"[Value '{value}' is not a valid IPv4 address]", path)
        if kind == "AAAA" and not _is_address(value, 6):
            yield Refusal("InvalidChangeBatch", f"[Value '{value}' is not a valid IPv6 address]", path)
        if kind == "CNAME" and not _DOMAIN.match(value):
            yield Refusal("InvalidChangeBatch", f"[Value '{value}' is not a valid domain name]", path)
    if kind == "CNAME" and len(values) > 1:
        yield Refusal("InvalidChangeBatch", "[A CNAME record has one value]", "records")


def _is_address(value: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(value).version == version
    except ValueError:
        return False
