"""Security groups: names, rules with one source, ports that fit the protocol, groups of one VPC."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.quota_codes import quota_words
from poolwright.engine.sandbox.quotas import quota
from poolwright.engine.sandbox.rules.paths import texts_at
from poolwright.engine.sandbox.rules.references import owner_vpc
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, items, text, whole

_RULES: Final = ("vpc.SecurityGroupIngressRule", "vpc.SecurityGroupEgressRule")
_SOURCES: Final = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
_WITH_PORTS: Final = frozenset({"tcp", "udp", "6", "17"})
_PROTOCOLS: Final = frozenset({"-1", "all", "tcp", "udp", "icmp", "icmpv6"})
_NAME: Final = re.compile(r"^[\w .:/()#,@\[\]+=&;{}!$*-]{0,255}$", re.ASCII)
_SAME_IN_RULES: Final = ("securityGroupId", "ipProtocol", "fromPort", "toPort", *_SOURCES)


@validates("ec2.SecurityGroup")
def group_has_a_name_that_aws_takes(inputs: Properties) -> Iterator[Refusal]:
    """Name and description are at most 255 plain characters; `sg-` and `default` are AWS's own."""
    name, description = text(inputs.get("name")) or "", text(inputs.get("description")) or ""
    if name.startswith("sg-") or name == "default":
        words = (
            f"Value ({name}) for parameter GroupName is invalid. Group names may not be in the format sg-* or default"
        )
        yield Refusal("InvalidParameterValue", words, "name")
    for path, value in (("name", name), ("description", description)):
        if not _NAME.match(value):
            words = (
                f"Value ({value[:60]}) for parameter {path} is invalid. Character sets beyond ASCII are not supported."
            )
            yield Refusal("InvalidParameterValue", words, path)


@refuses("ec2.SecurityGroup", on=(Action.CREATE,))
def group_has_a_vpc_and_a_name_of_its_own(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The sandbox's accounts have no default VPC; a VPC has one group of a name."""
    vpc_id = text(change.inputs.get("vpcId"))
    if vpc_id is None:
        yield Refusal("VPCIdNotSpecified", "No default VPC for this user", "vpcId")
    name = text(change.inputs.get("name"))
    for other in cloud.where("ec2.SecurityGroup", "vpcId", vpc_id):
        if name is not None and other.outputs.get("name") == name:
            words = f"The security group '{name}' already exists for VPC '{vpc_id}'"
            yield Refusal("InvalidGroup.Duplicate", words, "name")


@validates(*_RULES)
def rule_has_one_source_and_fitting_ports(inputs: Properties) -> Iterator[Refusal]:
    """One of an address block, a prefix list or a group; ports for tcp and udp, none for all protocols."""
    sources = [name for name in _SOURCES if inputs.get(name) is not None]
    if len(sources) != 1:
        words = f"one of {', '.join(_SOURCES)} must be given, found {', '.join(sources) or 'none'}"
        yield Refusal("InvalidParameterCombination", words)
    for name, family in (("cidrIpv4", ipaddress.IPv4Network), ("cidrIpv6", ipaddress.IPv6Network)):
        block = text(inputs.get(name))
        if block is not None:
            try:
                family(block)
            except ValueError:
                yield Refusal("InvalidParameterValue", f"CIDR block {block} is malformed", name)
    yield from _ports(text(inputs.get("ipProtocol")), inputs, "ipProtocol")


@validates("ec2.SecurityGroupRule")
def older_rule_has_fitting_ports(inputs: Properties) -> Iterator[Refusal]:
    """The same for rules of the older kind; their ports are always given."""
    protocol = text(inputs.get("protocol"))
    if protocol not in ("-1", "all"):
        yield from _ports(protocol, inputs, "protocol")


@refuses(*_RULES)
def rule_is_new_and_stays_in_the_vpc(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A group has a rule once, and names groups of its own VPC."""
    inputs = change.inputs
    group = text(inputs.get("securityGroupId")) or ""
    for other in cloud.where(change.type, "securityGroupId", group):
        if other.id != change.id and all(other.outputs.get(name) == inputs.get(name) for name in _SAME_IN_RULES):
            words = f"the specified rule already exists in {group} ({other.id})"
            yield Refusal("InvalidPermission.Duplicate", words)
    named = text(inputs.get("referencedSecurityGroupId"))
    ours, theirs = owner_vpc("ec2.SecurityGroup", group, cloud), owner_vpc("ec2.SecurityGroup", named or "", cloud)
    if named is not None and ours is not None and theirs is not None and ours != theirs:
        words = f"You have specified two resources that belong to different networks: {group} and {named}"
        yield Refusal("InvalidGroup.NotFound", words, "referencedSecurityGroupId")


@refuses("ec2.SecurityGroup")
def inline_rules_fit(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Rules that are written inside their group count as well."""
    most = quota("rules-per-security-group")
    for name in ("ingress", "egress"):
        rules = items(change.inputs.get(name))
        if most is not None and len(rules) > most:
            words = "The maximum number of rules per security group has been reached."
            yield Refusal(
                "RulesPerSecurityGroupLimitExceeded", f"{words} ({quota_words('rules-per-security-group', most)})", name
            )


_INTERFACES: Final = {
    "lb.LoadBalancer": ("securityGroups", "SecurityGroupsPerInterfaceLimitExceeded"),
    "ec2.VpcEndpoint": ("securityGroupIds", "SecurityGroupsPerInterfaceLimitExceeded"),
    "ec2.LaunchTemplate": ("vpcSecurityGroupIds", "SecurityGroupsPerInterfaceLimitExceeded"),
    "ec2.Instance": ("vpcSecurityGroupIds", "SecurityGroupsPerInterfaceLimitExceeded"),
    "efs.MountTarget": ("securityGroups", "SecurityGroupLimitExceeded"),
    "ecs.Service": ("networkConfiguration.securityGroups", "InvalidParameterException"),
}


@refuses(*_INTERFACES)
def interface_has_few_groups(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A network interface has five groups at most."""
    path, code = _INTERFACES[change.type]
    most, found = quota("security-groups-per-interface"), texts_at(change.inputs, path)
    if most is not None and len(found) > most:
        words = f"The maximum number of security groups per interface has been reached: {len(found)}"
        words += f" ({quota_words('security-groups-per-interface', most)})"
        yield Refusal(code, words, path)


def _ports(protocol: str | None, inputs: Properties, path: str) -> Iterator[Refusal]:
    if protocol is None:
        return
    low, high = whole(inputs.get("fromPort")), whole(inputs.get("toPort"))
    if protocol.lower() not in _PROTOCOLS and not (protocol.isdigit() and int(protocol) <= 255):
        yield Refusal("InvalidParameterValue", f"Invalid value '{protocol}' for IP protocol. Unknown protocol.", path)
    if protocol.lower() in _WITH_PORTS:
        if (low is None and inputs.get("fromPort") is None) or (high is None and inputs.get("toPort") is None):
            yield Refusal(
                "InvalidParameterValue",
                f"Invalid value for portRange. Must specify both from and to ports with {protocol.upper()}.",
                "fromPort",
            )
        elif low is not None and high is not None and not 0 <= low <= high <= 65535:
            yield Refusal("InvalidParameterValue", f"Invalid TCP/UDP port range ({low}-{high})", "fromPort")
    elif protocol in ("-1", "all") and (low not in (None, -1) or high not in (None, -1)):
        words = "You may not specify from and to ports with all protocols"
        yield Refusal("InvalidParameterValue", words, "fromPort")
