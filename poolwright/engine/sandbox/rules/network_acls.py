"""Network ACLs: rule numbers, ports that fit the protocol, the quota of rules, answers that find a way out."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.quota_codes import quota_words
from poolwright.engine.sandbox.quotas import quota
from poolwright.engine.sandbox.rules.references import owner_vpc
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, remarks, validates
from poolwright.engine.sandbox.values import Properties, Value, flag, objects, text, texts, whole

_GREATEST: Final = 32766
_QUOTA: Final = "rules-per-network-acl"
_DEFAULT_RULES: Final = 1
"""AWS's own last rule, which denies the rest, counts against the quota."""
_WITH_PORTS: Final = frozenset({"tcp", "udp", "6", "17"})
_ALL: Final = frozenset({"-1", "all"})
_EPHEMERAL: Final = (32768, 60999)
"""Ports from which Linux asks."""


@validates("ec2.NetworkAcl")
def inline_rules_are_whole(inputs: Properties) -> Iterator[Refusal]:
    """Rules inside their ACL have a number of their own in each direction, and ports that fit."""
    for direction in ("ingress", "egress"):
        rules = objects(inputs.get(direction))
        for index, rule in enumerate(rules):
            yield from _rule_faults(rule, "ruleNo", f"{direction}[{index}].")
        numbers = Counter(number for rule in rules if (number := whole(rule.get("ruleNo"))) is not None)
        for number in sorted(number for number, count in numbers.items() if count > 1):
            yield _exists(number, direction)


@validates("ec2.NetworkAclRule")
def rule_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """The same for a rule that is a resource of its own."""
    yield from _rule_faults(inputs, "ruleNumber", "")
    action = text(inputs.get("ruleAction"))
    if action is not None and action.lower() not in ("allow", "deny"):
        words = f"Value ({action}) for parameter ruleAction is invalid. Valid values are allow and deny."
        yield Refusal("InvalidParameterValue", words, "ruleAction")


@refuses("ec2.NetworkAcl")
def acl_has_few_rules_and_subnets_of_its_vpc(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A direction has 20 rules at most, the last of them AWS's own; subnets are of the ACL's VPC."""
    for direction in ("ingress", "egress"):
        rules = objects(change.inputs.get(direction))
        # AWS's own last rule is there once more for IPv6.
        own = int(any(text(rule.get("ipv6CidrBlock")) for rule in rules))
        yield from _too_many(len(rules) + own, direction)
    vpc_id = text(change.inputs.get("vpcId"))
    for subnet in texts(change.inputs.get("subnetIds")):
        owner = owner_vpc("ec2.Subnet", subnet, cloud)
        if owner is not None and owner != vpc_id:
            words = f"network acl and subnet {subnet} belong to different networks"
            yield Refusal("InvalidParameterValue", words, "subnetIds")


@refuses("ec2.NetworkAclRule", on=(Action.CREATE,))
def rule_is_new_and_fits(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A number stands once in each direction of an ACL, beside the rules inside of it."""
    acl, egress = change.inputs.get("networkAclId"), flag(change.inputs.get("egress"))
    direction = "egress" if egress else "ingress"
    holder = cloud.get("ec2.NetworkAcl", acl)
    inline = [] if holder is None else objects(holder.outputs.get(direction))
    apart = [
        other.outputs
        for other in cloud.where("ec2.NetworkAclRule", "networkAclId", acl)
        if flag(other.outputs.get("egress")) is egress
    ]
    number = whole(change.inputs.get("ruleNumber"))
    taken = {whole(rule.get("ruleNo")) for rule in inline} | {whole(rule.get("ruleNumber")) for rule in apart}
    if number is not None and number in taken:
        yield _exists(number, "ruleNumber")
    yield from _too_many(len(inline) + len(apart) + 1, "")


@remarks("ec2.NetworkAcl")
def answers_find_a_way_out(change: Change, cloud: Cloud) -> Iterator[str]:
    """AWS makes an ACL that lets requests in and no answers out; nothing ever connects through it."""
    out = [rule for rule in objects(change.inputs.get("egress")) if _allows(rule)]
    for rule in objects(change.inputs.get("ingress")):
        if _allows(rule) and _block(rule) is not None and not any(_answers(rule, each) for each in out):
            name = change.inputs.get("subnetIds")
            yield (
                f"rule {rule.get('ruleNo')} of a network ACL lets {_block(rule)} in, and no rule lets answers "
                f"out to it on ports {_EPHEMERAL[0]} to {_EPHEMERAL[1]}: nothing connects to subnets "
                f"{', '.join(texts(name)) or 'that use it'}"
            )


def _rule_faults(rule: Mapping[str, Value], number_name: str, path: str) -> Iterator[Refusal]:
    number = whole(rule.get(number_name))
    if number is not None and not 1 <= number <= _GREATEST:
        words = f"Value ({number}) for parameter ruleNumber is invalid. Rule numbers go from 1 to {_GREATEST}."
        yield Refusal("InvalidParameterValue", words, f"{path}{number_name}")
    for name in ("cidrBlock", "ipv6CidrBlock"):
        block = text(rule.get(name))
        if block is not None and _block({name: block}) is None:
            words = f"Value ({block}) for parameter {name} is invalid. This is not a valid CIDR block."
            yield Refusal("InvalidParameterValue", words, f"{path}{name}")
    protocol = (text(rule.get("protocol")) or "").lower()
    low, high = whole(rule.get("fromPort")), whole(rule.get("toPort"))
    if protocol in _ALL and (low or high):
        words = "from_port and to_port must both be 0 to use the 'all' \"-1\" protocol!"
        yield Refusal("InvalidParameterValue", words, f"{path}fromPort")
    elif protocol in _WITH_PORTS and low is not None and high is not None and not 0 <= low <= high <= 65535:
        words = f"Invalid {protocol.upper()} port range ({low}:{high})"
        yield Refusal("InvalidParameterValue", words, f"{path}fromPort")


def _too_many(count: int, path: str) -> Iterator[Refusal]:
    most = quota(_QUOTA)
    if most is not None and count + _DEFAULT_RULES > most:
        words = "The maximum number of network acl entries has been reached."
        yield Refusal("NetworkAclEntryLimitExceeded", f"{words} ({quota_words(_QUOTA, most)})", path)


def _exists(number: int, path: str) -> Refusal:
    words = f"The network acl entry identified by {number} already exists."
    return Refusal("NetworkAclEntryAlreadyExists", words, path)


def _allows(rule: Mapping[str, Value]) -> bool:
    return (text(rule.get("action")) or "").lower() == "allow"


def _block(rule: Mapping[str, Value]) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text(rule.get("cidrBlock")) or text(rule.get("ipv6CidrBlock")) or "", strict=False)
    except ValueError:
        return None


def _answers(asked: Mapping[str, Value], out: Mapping[str, Value]) -> bool:
    source, target = _block(asked), _block(out)
    if source is None or target is None or not source.overlaps(target):
        return False
    if (text(out.get("protocol")) or "").lower() in _ALL:
        return True
    low, high = whole(out.get("fromPort")), whole(out.get("toPort"))
    same = text(out.get("protocol")) == text(asked.get("protocol"))
    return same and low is not None and high is not None and low <= _EPHEMERAL[0] and high >= _EPHEMERAL[1]
