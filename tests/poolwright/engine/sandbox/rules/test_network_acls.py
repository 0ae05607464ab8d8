from __future__ import annotations

from typing import Any

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases


def rule(number: int = 100, **changes: Any) -> dict[str, Any]:
    nfs = {"action": "allow", "protocol": "tcp", "cidrBlock": "10.0.0.0/24", "fromPort": 2049, "toPort": 2049}
    return {"ruleNo": number, **nfs, **changes}


def answers(number: int = 100, **changes: Any) -> dict[str, Any]:
    return rule(number, fromPort=1024, toPort=65535, **changes)


ACL: dict[str, Any] = {"vpcId": "vpc-1", "ingress": [rule()], "egress": [answers()]}
RULE: dict[str, Any] = {
    "networkAclId": "acl-1",
    "ruleNumber": 100,
    "egress": False,
    "protocol": "tcp",
    "ruleAction": "allow",
    "cidrBlock": "10.0.0.0/24",
    "fromPort": 2049,
    "toPort": 2049,
}


@cases(
    a_number_is_at_least_one=Case(
        "ec2.NetworkAcl", ACL, {"ingress": [rule(0)]}, "InvalidParameterValue", "ingress[0].ruleNo"
    ),
    a_number_is_at_most_32766=Case(
        "ec2.NetworkAcl", ACL, {"egress": [answers(32767)]}, "InvalidParameterValue", "egress[0].ruleNo"
    ),
    a_number_stands_once_in_a_direction=Case(
        "ec2.NetworkAcl",
        ACL,
        {"ingress": [rule(), rule(cidrBlock="10.0.1.0/24")]},
        "NetworkAclEntryAlreadyExists",
        "ingress",
    ),
    a_block_is_one=Case(
        "ec2.NetworkAcl",
        ACL,
        {"ingress": [rule(cidrBlock="10.0.0.0/33")]},
        "InvalidParameterValue",
        "ingress[0].cidrBlock",
    ),
    ports_are_in_order=Case(
        "ec2.NetworkAcl", ACL, {"ingress": [rule(toPort=22)]}, "InvalidParameterValue", "ingress[0].fromPort"
    ),
    all_protocols_have_no_ports=Case(
        "ec2.NetworkAcl", ACL, {"ingress": [rule(protocol="-1")]}, "InvalidParameterValue", "ingress[0].fromPort"
    ),
    a_rule_apart_has_a_number_too=Case(
        "ec2.NetworkAclRule", RULE, {"ruleNumber": 40_000}, "InvalidParameterValue", "ruleNumber"
    ),
    a_rule_allows_or_denies=Case(
        "ec2.NetworkAclRule", RULE, {"ruleAction": "log"}, "InvalidParameterValue", "ruleAction"
    ),
)
def test_rules(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_a_direction_has_19_rules_beside_the_one_of_aws(estate: Estate) -> None:
    many = [rule(number, cidrBlock=f"10.0.{number}.0/24") for number in range(1, 21)]
    full = estate.sandbox.create("ec2.NetworkAcl", "full", vpcId=estate.vpc.id, ingress=many[:19])
    words = estate.sandbox.refusal("ec2.NetworkAcl", "more", vpcId=estate.vpc.id, ingress=many)
    assert "NetworkAclEntryLimitExceeded" in words
    apart = RULE | {"networkAclId": full.id, "ruleNumber": 500}
    assert "NetworkAclEntryLimitExceeded" in estate.sandbox.refusal("ec2.NetworkAclRule", "apart", **apart)
    estate.sandbox.create("ec2.NetworkAclRule", "answers", **(apart | {"egress": True}))


def test_a_rule_apart_takes_no_number_twice(estate: Estate) -> None:
    acl = estate.sandbox.create("ec2.NetworkAcl", "own", vpcId=estate.vpc.id)
    first = RULE | {"networkAclId": acl.id}
    estate.sandbox.create("ec2.NetworkAclRule", "first", **first)
    assert "NetworkAclEntryAlreadyExists" in estate.sandbox.refusal("ec2.NetworkAclRule", "again", **first)
    estate.sandbox.create("ec2.NetworkAclRule", "out", **(first | {"egress": True}))


def test_subnets_are_of_the_vpc(estate: Estate) -> None:
    other = estate.sandbox.create("ec2.Vpc", "other", cidrBlock="10.9.0.0/16")
    words = estate.sandbox.refusal("ec2.NetworkAcl", "far", vpcId=other.id, subnetIds=[estate.subnets[0].id])
    assert "belong to different networks" in words


def test_an_acl_without_a_way_for_answers_is_made_and_reported(estate: Estate) -> None:
    sandbox = estate.sandbox

    def said(name: str, out: dict[str, Any]) -> list[str]:
        inputs: dict[str, Any] = {
            "vpcId": estate.vpc.id,
            "subnetIds": [estate.subnets[1].id],
            "ingress": [rule()],
            "egress": [out],
        }
        checked = sandbox.checked("ec2.NetworkAcl", name, inputs)
        return list(sandbox.provider.create(sandbox.subject("ec2.NetworkAcl", name), checked, frozenset()).remarks)

    assert said("good", answers()) == []
    (remark,) = said("mute", answers(cidrBlock="10.0.9.0/24"))
    assert "no rule lets answers out to it on ports 32768 to 60999" in remark
    assert said("reserved", rule())
