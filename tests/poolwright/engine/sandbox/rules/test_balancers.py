from __future__ import annotations

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Made, Sandbox, cases

LB = {"subnets": ["subnet-1", "subnet-2"]}
TG = {"port": 80, "protocol": "HTTP", "vpcId": "vpc-1"}
FORWARD = {"type": "forward", "targetGroupArn": "arn:tg"}
HTTP = {"loadBalancerArn": "arn:lb", "port": 80, "protocol": "HTTP", "defaultActions": [FORWARD]}
HTTPS = HTTP | {"port": 443, "protocol": "HTTPS", "certificateArn": "arn:cert"}
RULE = {
    "listenerArn": "arn:l",
    "priority": 1,
    "actions": [FORWARD],
    "conditions": [{"pathPattern": {"values": ["/a", "/b"]}}],
}


@cases(
    a_name_has_32_characters=Case("lb.LoadBalancer", LB, {"name": "a" * 33}, "ValidationError", "name"),
    a_name_ends_in_no_hyphen=Case("lb.TargetGroup", TG, {"name": "web-"}, "ValidationError", "name"),
    a_name_is_not_of_aws=Case("lb.LoadBalancer", LB, {"name": "internal-web"}, "ValidationError", "name"),
    a_balancer_has_subnets=Case("lb.LoadBalancer", LB, {"subnets": None}, "ValidationError", "subnets"),
    a_balancer_has_a_known_kind=Case(
        "lb.LoadBalancer", LB, {"loadBalancerType": "classic"}, "ValidationError", "loadBalancerType"
    ),
    an_idle_time_is_below_4000_seconds=Case(
        "lb.LoadBalancer", LB, {"idleTimeout": 4001}, "ValidationError", "idleTimeout"
    ),
    a_target_group_has_a_vpc=Case("lb.TargetGroup", TG, {"vpcId": None}, "ValidationError", "vpcId"),
    a_target_type_is_known=Case("lb.TargetGroup", TG, {"targetType": "task"}, "ValidationError", "targetType"),
    a_health_check_waits_less_than_its_interval=Case(
        "lb.TargetGroup",
        TG | {"healthCheck": {"interval": 10, "timeout": 5}},
        {"healthCheck": {"interval": 10, "timeout": 10}},
        "ValidationError",
        "healthCheck.timeout",
    ),
    https_has_a_certificate=Case(
        "lb.Listener", HTTPS, {"certificateArn": None}, "CertificateNotFound", "certificateArn"
    ),
    http_has_none=Case(
        "lb.Listener", HTTP, {"certificateArn": "arn:c"}, "InvalidConfigurationRequest", "certificateArn"
    ),
    forwarding_leads_to_targets=Case(
        "lb.Listener",
        HTTP,
        {"defaultActions": [{"type": "forward"}]},
        "ValidationError",
        "defaultActions[0].targetGroupArn",
    ),
    a_priority_is_below_50000=Case("lb.ListenerRule", RULE, {"priority": 50001}, "ValidationError", "priority"),
    a_rule_has_five_values=Case(
        "lb.ListenerRule",
        RULE,
        {"conditions": [{"pathPattern": {"values": ["/a", "/b", "/c", "/d", "/e", "/f"]}}]},
        "ValidationError",
        "conditions",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def balancer(estate: Estate, name: str = "web") -> Made:
    return estate.add("lb.LoadBalancer", name, subnets=[subnet.id for subnet in estate.subnets])


def targets(estate: Estate, name: str = "web") -> Made:
    return estate.add("lb.TargetGroup", name, port=80, protocol="HTTP", vpcId=estate.vpc.id)


def test_an_application_load_balancer_spans_two_zones(estate: Estate) -> None:
    words = estate.sandbox.refusal("lb.LoadBalancer", "one", subnets=[estate.subnets[0].id])
    assert "At least two subnets in two different Availability Zones must be specified" in words
    same = estate.add("ec2.Subnet", "same", vpcId=estate.vpc.id, cidrBlock="10.0.9.0/24", availabilityZone="eu-west-1a")
    three = [same.id, *(subnet.id for subnet in estate.subnets)]
    words = estate.sandbox.refusal("lb.LoadBalancer", "three", subnets=three)
    assert "cannot be attached to multiple subnets in the same Availability Zone" in words
    estate.add("lb.LoadBalancer", "net", loadBalancerType="network", subnets=[estate.subnets[0].id])


def test_a_balancer_that_faces_the_internet_needs_a_gateway(sandbox: Sandbox) -> None:
    vpc = sandbox.create("ec2.Vpc", cidrBlock="10.0.0.0/16")
    subnets = [
        sandbox.create(
            "ec2.Subnet", zone, vpcId=vpc.id, cidrBlock=f"10.0.{n}.0/24", availabilityZone=f"eu-west-1{zone}"
        ).id
        for n, zone in enumerate("ab")
    ]
    assert "has no internet gateway" in sandbox.refusal("lb.LoadBalancer", "open", subnets=subnets)
    sandbox.create("lb.LoadBalancer", "inner", subnets=subnets, internal=True)


def test_a_port_has_one_listener_of_a_protocol_that_the_balancer_speaks(estate: Estate) -> None:
    inputs = {"loadBalancerArn": balancer(estate)["arn"], "port": 80}
    actions = [{"type": "forward", "targetGroupArn": targets(estate)["arn"]}]
    estate.add("lb.Listener", "first", protocol="HTTP", defaultActions=actions, **inputs)
    words = estate.sandbox.refusal("lb.Listener", "second", protocol="HTTP", defaultActions=actions, **inputs)
    assert "DuplicateListener" in words
    words = estate.sandbox.refusal(
        "lb.Listener", "tcp", protocol="TCP", defaultActions=actions, **{**inputs, "port": 81}
    )
    assert "Listener protocol 'TCP' must be one of 'HTTP, HTTPS'" in words


def test_https_needs_a_certificate_that_was_issued(estate: Estate) -> None:
    certificate = estate.add("acm.Certificate", domainName="shop.example.com", validationMethod="DNS")
    inputs = {
        "loadBalancerArn": balancer(estate)["arn"],
        "port": 443,
        "protocol": "HTTPS",
        "certificateArn": certificate["arn"],
        "defaultActions": [
            {"type": "fixed-response", "fixedResponse": {"contentType": "text/plain", "statusCode": "404"}}
        ],
    }
    assert "UnsupportedCertificate" in estate.sandbox.refusal("lb.Listener", **inputs)
    missing = f"{str(certificate['arn'])[:-4]}0000"
    words = estate.sandbox.refusal("lb.Listener", "none", **{**inputs, "certificateArn": missing})
    assert f"CertificateNotFound: Certificate '{missing}' not found" in words
    zone = estate.add("route53.Zone", name="example.com")
    proofs = certificate["domainValidationOptions"]
    assert isinstance(proofs, list) and isinstance(proofs[0], dict)
    record = {"name": proofs[0]["resourceRecordName"], "records": [proofs[0]["resourceRecordValue"]]}
    estate.add("route53.Record", zoneId=zone.id, type="CNAME", ttl=60, **record)
    estate.add("lb.Listener", **inputs)


def test_a_listener_has_a_priority_once(estate: Estate) -> None:
    action = {"type": "forward", "targetGroupArn": targets(estate)["arn"]}
    web = estate.add(
        "lb.Listener", loadBalancerArn=balancer(estate)["arn"], port=80, protocol="HTTP", defaultActions=[action]
    )
    inputs = {"listenerArn": web["arn"], "actions": [action], "conditions": [{"pathPattern": {"values": ["/a"]}}]}
    estate.add("lb.ListenerRule", "first", priority=10, **inputs)
    words = estate.sandbox.refusal("lb.ListenerRule", "second", priority=10, **inputs)
    assert "PriorityInUse: Priority '10' is currently in use" in words


def test_targets_of_another_vpc_are_refused(estate: Estate) -> None:
    other = estate.add("ec2.Vpc", "other", cidrBlock="10.9.0.0/16")
    far = estate.add("lb.TargetGroup", "far", port=80, protocol="HTTP", vpcId=other.id)
    action = {"type": "forward", "targetGroupArn": far["arn"]}
    words = estate.sandbox.refusal(
        "lb.Listener", loadBalancerArn=balancer(estate)["arn"], port=80, protocol="HTTP", defaultActions=[action]
    )
    assert "must be in the same VPC" in words


def test_a_region_has_a_name_once(estate: Estate) -> None:
    subnets = [subnet.id for subnet in estate.subnets]
    estate.add("lb.LoadBalancer", "one", name="web", subnets=subnets)
    assert "DuplicateLoadBalancerName" in estate.sandbox.refusal("lb.LoadBalancer", "two", name="web", subnets=subnets)
