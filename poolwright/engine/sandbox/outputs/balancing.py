"""Outputs of load balancers, certificates, DNS zones and service discovery."""

from __future__ import annotations

from typing import Final

from poolwright.engine.sandbox.outputs.making import Making, given_or, outputs_of
from poolwright.engine.sandbox.values import Properties, Value, fields, flag, items, objects, text, texts, whole

# Route 53's ids for the zones of Application Load Balancers' names, from AWS's list of service end points.
_ALB_ZONES: Final = {
    "ap-northeast-1": "Z14GRHDCWA56QT",
    "ap-northeast-2": "ZWKZPGTI48KDX",
    "ap-south-1": "ZP97RAFLXTNZK",
    "ap-southeast-1": "Z1LMS91P8CMLE5",
    "ap-southeast-2": "Z1GM3OXH4ZPM65",
    "ca-central-1": "ZQSVJUPU6J1EY",
    "eu-central-1": "Z215JYRZR1TBD5",
    "eu-north-1": "Z23TAZ6LKFMNIO",
    "eu-west-1": "Z32O12XQLNTSW2",
    "eu-west-2": "ZHURV8PSTC4K8",
    "eu-west-3": "Z3Q77PNBQS71R4",
    "sa-east-1": "Z2P70J7HTTTPLU",
    "us-east-1": "Z35SXDOTRQ7X7K",
    "us-east-2": "Z3AADJGX6KTTL2",
    "us-west-1": "Z368ELLRRE2KJ0",
    "us-west-2": "Z1H1FL5HABSF5",
}
_ARN_KINDS: Final = {"application": "app", "network": "net", "gateway": "gwy"}
_HEALTH_CHECK: Final[Properties] = {
    "enabled": True,
    "healthyThreshold": 3,
    "interval": 30,
    "port": "traffic-port",
    "timeout": 5,
    "unhealthyThreshold": 3,
}
_LOWER: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@outputs_of("lb.LoadBalancer")
def load_balancer(making: Making) -> Properties:
    """A balancer's name and ARN end in the same 16 digits."""
    inputs = making.inputs
    kind = making.given("loadBalancerType", "application")
    name = making.given("name") or f"{making.given('namePrefix')}{making.hex(26, 'name')}"[:32]
    digits = making.hex(16, "lb")
    suffix = f"{_ARN_KINDS.get(kind, kind)}/{name}/{digits}"
    arn = making.arn("elasticloadbalancing", f"loadbalancer/{suffix}")
    internal = flag(inputs.get("internal"))
    mappings = objects(inputs.get("subnetMappings"))
    subnets: list[Value] = [*texts(inputs.get("subnets"))] or [mapping.get("subnetId") for mapping in mappings]
    place = making.cloud.get("ec2.Subnet", subnets[0]) if subnets else None
    vpc_id = "" if place is None else str(place.outputs.get("vpcId"))
    owner = making.cloud.get("ec2.Vpc", vpc_id)
    default_groups: list[Value] = (
        [] if owner is None or kind != "application" else [owner.outputs.get("defaultSecurityGroupId")]
    )
    if kind == "application":
        dns = f"{'internal-' if internal else ''}{name}-{making.decimal(10, 'dns')}.{making.region}.elb"
        zone = _ALB_ZONES.get(making.region, f"Z{making.letters(13, making.region, _UPPER)}")
    else:
        dns = f"{name}-{digits}.elb.{making.region}"
        zone = f"Z{making.letters(13, making.region + kind, _UPPER)}"
    return {
        "id": arn,
        "arn": arn,
        "arnSuffix": suffix,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "dnsName": f"{dns}.{making.identity.dns_suffix}".lower(),
        "zoneId": zone,
        "vpcId": vpc_id,
        "internal": internal,
        "ipAddressType": given_or(inputs, "ipAddressType", "ipv4"),
        "subnets": subnets,
        "subnetMappings": given_or(inputs, "subnetMappings", [{"subnetId": subnet_id} for subnet_id in subnets]),
        "securityGroups": given_or(inputs, "securityGroups", default_groups),
        "enablePrefixForIpv6SourceNat": given_or(inputs, "enablePrefixForIpv6SourceNat", ""),
        "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic": given_or(
            inputs, "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic", ""
        ),
        "secondaryIpsAutoAssignedPerSubnet": whole(inputs.get("secondaryIpsAutoAssignedPerSubnet")) or 0,
    }


@outputs_of("lb.TargetGroup")
def target_group(making: Making) -> Properties:
    """A target group with the health check that AWS starts with."""
    inputs = making.inputs
    name = making.given("name") or f"{making.given('namePrefix')}{making.hex(26, 'name')}"[:32]
    suffix = f"targetgroup/{name}/{making.hex(16, 'tg')}"
    arn = making.arn("elasticloadbalancing", suffix)
    web = making.given("protocol") in ("HTTP", "HTTPS")
    check: Properties = {**_HEALTH_CHECK, "protocol": "HTTP" if web else "TCP"}
    if web:
        check |= {"matcher": "200", "path": "/"}
    listening: list[Value] = [
        listener.outputs.get("loadBalancerArn")
        for listener in making.cloud.all("lb.Listener")
        if any(action.get("targetGroupArn") == arn for action in objects(listener.outputs.get("defaultActions")))
    ]
    sticky: Properties = {
        "enabled": False,
        "type": "lb_cookie" if web else "source_ip",
        "cookieDuration": 86400 if web else 0,
    }
    return {
        "id": arn,
        "arn": arn,
        "arnSuffix": suffix,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "healthCheck": {**check, **fields(inputs.get("healthCheck"))},
        "stickiness": {**sticky, **fields(inputs.get("stickiness"))},
        "ipAddressType": given_or(inputs, "ipAddressType", "ipv4"),
        "protocolVersion": given_or(inputs, "protocolVersion", "HTTP1" if web else ""),
        "loadBalancingAlgorithmType": given_or(inputs, "loadBalancingAlgorithmType", "round_robin" if web else ""),
        "loadBalancingAnomalyMitigation": given_or(inputs, "loadBalancingAnomalyMitigation", "off" if web else ""),
        "loadBalancingCrossZoneEnabled": given_or(
            inputs, "loadBalancingCrossZoneEnabled", "use_load_balancer_configuration"
        ),
        "connectionTermination": flag(inputs.get("connectionTermination")),
        "preserveClientIp": given_or(inputs, "preserveClientIp", "" if web else "true"),
        "targetFailovers": items(inputs.get("targetFailovers")),
        "targetHealthStates": items(inputs.get("targetHealthStates")),
        "targetGroupHealth": inputs.get("targetGroupHealth"),
        "loadBalancerArns": [*sorted(str(found) for found in listening)],
    }


@outputs_of("lb.Listener")
def listener(making: Making) -> Properties:
    """A listener's ARN continues its balancer's."""
    inputs = making.inputs
    arn = f"{making.given('loadBalancerArn').replace(':loadbalancer/', ':listener/')}/{making.hex(16, 'listener')}"
    protocol = given_or(inputs, "protocol", "HTTP")
    secure = protocol in ("HTTPS", "TLS")
    return {
        "id": arn,
        "arn": arn,
        "protocol": protocol,
        "sslPolicy": given_or(inputs, "sslPolicy", "ELBSecurityPolicy-2016-08" if secure else ""),
        "mutualAuthentication": inputs.get("mutualAuthentication"),
        "tcpIdleTimeoutSeconds": given_or(inputs, "tcpIdleTimeoutSeconds", 350 if protocol == "TCP" else 0),
        "routingHttpResponseServerEnabled": given_or(
            inputs, "routingHttpResponseServerEnabled", protocol in ("HTTP", "HTTPS")
        ),
    }


@outputs_of("lb.ListenerRule")
def listener_rule(making: Making) -> Properties:
    """A rule without a priority goes behind the others."""
    listener_arn = making.given("listenerArn")
    arn = f"{listener_arn.replace(':listener/', ':listener-rule/')}/{making.hex(16, 'rule')}"
    others = making.cloud.where("lb.ListenerRule", "listenerArn", listener_arn)
    last = max((whole(other.outputs.get("priority")) or 0 for other in others if other.id != arn), default=0)
    kept = None if making.old is None else making.old.get("priority")
    return {"id": arn, "arn": arn, "priority": given_or(making.inputs, "priority", kept or last + 1)}


@outputs_of("acm.Certificate")
def certificate(making: Making) -> Properties:
    """A requested certificate waits for the DNS records that prove each of its names."""
    inputs = making.inputs
    arn = making.arn("acm", f"certificate/{making.uuid()}")
    domain = making.given("domainName")
    names = sorted({domain, *texts(inputs.get("subjectAlternativeNames"))} - {""})
    imported = inputs.get("privateKey") is not None
    proofs: list[Value] = []
    for name in names if making.given("validationMethod") == "DNS" else []:
        bare = name.removeprefix("*.")
        proofs.append(
            {
                "domainName": name,
                "resourceRecordName": f"_{making.hex(32, bare)}.{bare}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": f"_{making.hex(32, bare + '/value')}.acm-validations.aws.",
            }
        )
    status = "ISSUED" if imported else "PENDING_VALIDATION"
    if making.old is not None:
        status = str(making.old.get("status"))
    return {
        "id": arn,
        "arn": arn,
        "domainName": domain,
        "subjectAlternativeNames": [*names],
        "domainValidationOptions": proofs,
        "keyAlgorithm": given_or(inputs, "keyAlgorithm", "RSA_2048"),
        "options": given_or(
            inputs, "options", {"certificateTransparencyLoggingPreference": "ENABLED", "export": "DISABLED"}
        ),
        "validationMethod": given_or(inputs, "validationMethod", "NONE"),
        "status": status,
        "type": "IMPORTED" if imported else "AMAZON_ISSUED",
        "renewalEligibility": "INELIGIBLE",
        "pendingRenewal": False,
        "notAfter": "",
        "notBefore": "",
        "renewalSummaries": [],
        "validationEmails": [],
    }


@outputs_of("acm.CertificateValidation")
def certificate_validation(making: Making) -> Properties:
    """Waiting for a certificate; the store knows the wait by the certificate."""
    return {"id": making.given("certificateArn")}


@outputs_of("route53.Zone")
def zone(making: Making) -> Properties:
    """A hosted zone; a public one has four name servers."""
    zone_id = f"Z{making.letters(20, 'zone', _UPPER)}"
    private = bool(items(making.inputs.get("vpcs")))
    servers = [
        f"ns-{int(making.hex(4, top), 16) % 2048}.awsdns-{int(making.hex(2, top + '#'), 16) % 64:02d}.{top}"
        for top in ("co.uk", "com", "net", "org")
    ]
    return {
        "id": zone_id,
        "zoneId": zone_id,
        "arn": making.arn("route53", f"hostedzone/{zone_id}", region="", account=""),
        "nameServers": [] if private else [*sorted(servers)],
        "primaryNameServer": servers[0],
        "enableAcceleratedRecovery": flag(making.inputs.get("enableAcceleratedRecovery")),
    }


@outputs_of("route53.Record")
def record(making: Making) -> Properties:
    """A record's full name lies in its zone."""
    inputs = making.inputs
    zone_id = making.given("zoneId")
    name = making.given("name").rstrip(".").lower()
    found = making.cloud.get("route53.Zone", zone_id)
    apex = "" if found is None else str(found.outputs.get("name")).rstrip(".").lower()
    if name == "@" or not name:
        full = apex
    else:
        full = name if not apex or name == apex or name.endswith(f".{apex}") else f"{name}.{apex}"
    parts = [zone_id, full, making.given("type"), making.given("setIdentifier")]
    return {
        "id": "_".join(part for part in parts if part),
        "fqdn": full,
        "allowOverwrite": flag(inputs.get("allowOverwrite")),
    }


@outputs_of("servicediscovery.PrivateDnsNamespace", "servicediscovery.HttpNamespace")
def namespace(making: Making) -> Properties:
    """A namespace; the private DNS kind has a hosted zone of its own."""
    space_id = f"ns-{making.letters(16, 'ns', _LOWER)}"
    outputs: Properties = {"id": space_id, "arn": making.arn("servicediscovery", f"namespace/{space_id}")}
    if making.type.endswith("HttpNamespace"):
        return {**outputs, "httpName": making.given("name")}
    return {**outputs, "hostedZone": f"Z{making.letters(20, 'zone', _UPPER)}"}


@outputs_of("servicediscovery.Service")
def discovery_service(making: Making) -> Properties:
    """A service of a namespace."""
    service_id = f"srv-{making.letters(16, 'srv', _LOWER)}"
    dns = fields(making.inputs.get("dnsConfig"))
    return {
        "id": service_id,
        "arn": making.arn("servicediscovery", f"service/{service_id}"),
        "namespaceId": text(making.inputs.get("namespaceId")) or dns.get("namespaceId") or "",
        "type": given_or(making.inputs, "type", "DNS_HTTP" if dns else "HTTP"),
    }
