from __future__ import annotations

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

RULE = {"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": 80, "toPort": 80, "cidrIpv4": "10.0.0.0/8"}
INGRESS = "vpc.SecurityGroupIngressRule"


@cases(
    a_rule_has_a_source=Case(INGRESS, RULE, {"cidrIpv4": None}, "InvalidParameterCombination"),
    a_rule_has_one_source=Case(INGRESS, RULE, {"referencedSecurityGroupId": "sg-2"}, "InvalidParameterCombination"),
    a_block_is_aligned=Case(INGRESS, RULE, {"cidrIpv4": "10.0.0.1/8"}, "InvalidParameterValue", "cidrIpv4"),
    tcp_has_ports=Case(INGRESS, RULE, {"fromPort": None}, "InvalidParameterValue", "fromPort"),
    ports_are_in_order=Case(INGRESS, RULE, {"fromPort": 90}, "InvalidParameterValue", "fromPort"),
    a_port_has_sixteen_bits=Case(INGRESS, RULE, {"toPort": 65536}, "InvalidParameterValue", "fromPort"),
    all_protocols_have_no_ports=Case(INGRESS, RULE, {"ipProtocol": "-1"}, "InvalidParameterValue", "fromPort"),
    a_protocol_is_known=Case(INGRESS, RULE, {"ipProtocol": "http"}, "InvalidParameterValue", "ipProtocol"),
    a_rule_of_the_older_kind_has_ports_in_order=Case(
        "ec2.SecurityGroupRule",
        {"type": "ingress", "securityGroupId": "sg-1", "protocol": "tcp", "fromPort": 80, "toPort": 80, "self": True},
        {"fromPort": 90},
        "InvalidParameterValue",
        "fromPort",
    ),
    a_groups_name_is_not_of_aws=Case(
        "ec2.SecurityGroup", {"vpcId": "vpc-1"}, {"name": "sg-mine"}, "InvalidParameterValue", "name"
    ),
    a_description_is_ascii=Case(
        "ec2.SecurityGroup", {"vpcId": "vpc-1"}, {"description": "für alle"}, "InvalidParameterValue", "description"
    ),
)
def test_rules(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_an_account_has_no_default_vpc(sandbox: Sandbox) -> None:
    assert "VPCIdNotSpecified: No default VPC for this user" in sandbox.refusal("ec2.SecurityGroup")


def test_a_vpc_has_a_group_of_a_name_once(estate: Estate) -> None:
    words = estate.sandbox.refusal("ec2.SecurityGroup", "again", vpcId=estate.vpc.id, name=estate.group["name"])
    assert "InvalidGroup.Duplicate" in words


def test_a_group_has_a_rule_once(estate: Estate) -> None:
    rule = {**RULE, "securityGroupId": estate.group.id, "fromPort": 443, "toPort": 443, "cidrIpv4": "10.0.0.0/16"}
    words = estate.sandbox.refusal(INGRESS, "again", **rule)
    assert f"InvalidPermission.Duplicate: the specified rule already exists in {estate.group.id}" in words


def test_a_rule_names_groups_of_its_own_vpc(estate: Estate) -> None:
    other = estate.add("ec2.Vpc", "other", cidrBlock="10.9.0.0/16")
    group = estate.add("ec2.SecurityGroup", "other", vpcId=other.id)
    rule = {"ipProtocol": "-1", "referencedSecurityGroupId": estate.group.id}
    words = estate.sandbox.refusal(INGRESS, "across", securityGroupId=group.id, **rule)
    assert "two resources that belong to different networks" in words
    estate.add(INGRESS, "itself", securityGroupId=estate.group.id, **rule)


def test_a_group_has_sixty_rules_in_a_direction(estate: Estate) -> None:
    group = estate.add("ec2.SecurityGroup", "full", vpcId=estate.vpc.id)
    for port in range(60):
        estate.add(INGRESS, f"p{port}", **{**RULE, "securityGroupId": group.id, "fromPort": port, "toPort": port})
    words = estate.sandbox.refusal(INGRESS, "more", **{**RULE, "securityGroupId": group.id})
    assert "RulesPerSecurityGroupLimitExceeded" in words
    estate.add("vpc.SecurityGroupEgressRule", "out", securityGroupId=group.id, ipProtocol="-1", cidrIpv4="0.0.0.0/0")


def test_an_interface_has_five_groups(estate: Estate) -> None:
    groups = [estate.add("ec2.SecurityGroup", f"g{number}", vpcId=estate.vpc.id).id for number in range(6)]
    subnets = [subnet.id for subnet in estate.subnets]
    words = estate.sandbox.refusal("lb.LoadBalancer", "six", subnets=[*subnets], securityGroups=[*groups])
    assert "SecurityGroupsPerInterfaceLimitExceeded" in words
    estate.add("lb.LoadBalancer", "five", subnets=[*subnets], securityGroups=[*groups[:5]])


def test_sixty_rules_may_stand_inside_their_group(estate: Estate) -> None:
    rules = [{"protocol": "tcp", "fromPort": n, "toPort": n, "cidrBlocks": ["10.0.0.0/16"]} for n in range(61)]
    words = estate.sandbox.refusal("ec2.SecurityGroup", "full", vpcId=estate.vpc.id, ingress=[*rules])
    assert "RulesPerSecurityGroupLimitExceeded" in words
    estate.add("ec2.SecurityGroup", "fits", vpcId=estate.vpc.id, ingress=[*rules[:60]])
