"""Who may connect to whom: rules of security groups and network ACLs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from poolwright.checks.check import Fault, on_each, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import NotKnownError, Resource, readable

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
OLD_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
ACL = "aws:ec2/networkAcl:NetworkAcl"
ACL_RULE = "aws:ec2/networkAclRule:NetworkAclRule"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"

ADMIN_PORTS = (22, 3389)
WEB_PORTS = (80, 443)
HIGH_RISK_PORTS = (
    *(20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389),
    *(4333, 5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200, 9300),
)
"""As AWS lists them for the control EC2.19."""

_FLOW = (
    "Open nothing by hand: a Flow of the plan makes the rule. Give the workload `exposure` and `calls` in stacks/, or "
    "change solver/model/security/flows.py"
)


def _ports(rule: Mapping[str, Any]) -> range:
    """The ports of a rule; all of them for protocol -1 and for a rule without ports."""
    first, last = rule.get("fromPort"), rule.get("toPort")
    if str(rule.get("ipProtocol", rule.get("protocol", ""))) == "-1" or first is None or int(first) < 0:
        return range(65536)
    return range(int(first), int(last if last is not None else first) + 1)


def _any_v4(rule: Resource) -> bool:
    return _is_any(rule.get("cidrIpv4")) or any(_is_any(block) for block in rule.get("cidrBlocks", ()))


def _any_v6(rule: Resource) -> bool:
    return _is_any(rule.get("cidrIpv6")) or any(_is_any(block) for block in rule.get("ipv6CidrBlocks", ()))


def _is_any(block: Any) -> bool:
    return isinstance(block, str) and ip_network(block, strict=False).prefixlen == 0


def _comes_in(rule: Resource) -> bool:
    return rule.type == INGRESS or rule.get("type") == "ingress"


def _open_admin_ports(rule: Resource, *, anywhere: bool, block: str) -> Iterator[str]:
    if _comes_in(rule) and anywhere:
        ports = _ports(rule.inputs)
        yield from [f"port {port} is open to {block}" for port in ADMIN_PORTS if port in ports]


@on_each(
    INGRESS,
    OLD_RULE,
    id="EC2.53",
    title="No security group lets the IPv4 internet reach ports of remote administration",
    controls=("EC2.53", "EC2.13", "EC2.14", "CIS 5.2"),
    remedy=_FLOW,
)
def admin_ports_v4(rule: Resource) -> Iterator[str]:
    return _open_admin_ports(rule, anywhere=_any_v4(rule), block="0.0.0.0/0")


@on_each(
    INGRESS,
    OLD_RULE,
    id="EC2.54",
    title="No security group lets the IPv6 internet reach ports of remote administration",
    controls=("EC2.54", "CIS 5.3"),
    remedy=_FLOW,
)
def admin_ports_v6(rule: Resource) -> Iterator[str]:
    return _open_admin_ports(rule, anywhere=_any_v6(rule), block="::/0")


@on_each(
    INGRESS,
    OLD_RULE,
    id="EC2.18",
    title="The internet reaches ports 80 and 443 and no other",
    controls=("EC2.18",),
    remedy=_FLOW,
)
def unauthorised_ports(rule: Resource) -> Iterator[str]:
    if _comes_in(rule) and (_any_v4(rule) or _any_v6(rule)):
        ports = _ports(rule.inputs)
        if not set(ports) <= set(WEB_PORTS):
            yield f"{_shown(ports)} open to the internet"


@on_each(
    INGRESS,
    OLD_RULE,
    id="EC2.19",
    title="Ports of databases, consoles and old protocols are closed to the internet",
    controls=("EC2.19",),
    remedy=_FLOW,
)
def high_risk_ports(rule: Resource) -> Iterator[str]:
    if _comes_in(rule) and (_any_v4(rule) or _any_v6(rule)):
        ports = _ports(rule.inputs)
        risky = [port for port in HIGH_RISK_PORTS if port in ports]
        if risky:
            yield f"{', '.join(map(str, risky[:5]))} open to the internet"


@on_each(
    ACL,
    ACL_RULE,
    id="EC2.21",
    title="No network ACL lets the internet reach ports of remote administration",
    controls=("EC2.21", "CIS 5.1"),
    remedy="Remove it: the ACLs of components/aws/network/acls.py let private subnets in alone; `calls` and "
    "`exposure` in stacks/ say who may connect",
)
def acl_admin_ports(resource: Resource) -> Iterator[str]:
    if resource.type == ACL:
        rules = [(rule, readable(rule.get("action"))) for rule in resource.mappings("ingress")]
    else:
        rules = [] if resource.holds("egress") else [(resource.inputs, resource.get("ruleAction"))]
    for rule, action in rules:
        blocks = [readable(rule.get(name)) for name in ("cidrBlock", "ipv6CidrBlock")]
        if action == "allow" and any(_is_any(block) for block in blocks):
            ports = _ports(rule)
            yield from [f"port {port} is open to the internet" for port in ADMIN_PORTS if port in ports]


@on_each(
    GROUP,
    id="network.inline-rules",
    title="Security groups carry no rules of their own: each rule is a resource with the flow that asks for it",
    remedy="Make the rule in components/aws/security/groups.py from a flow of the plan",
)
def inline_rules(group: Resource) -> Iterator[str]:
    for direction in ("ingress", "egress"):
        if group.get(direction):
            yield f"has {direction} rules of its own, which no flow of the plan names"


@on_each(
    EGRESS,
    OLD_RULE,
    id="network.egress",
    title="Out to the internet goes HTTPS alone",
    remedy="Send it through port 443, or add a narrower rule in components/aws/security/groups.py",
)
def egress_ports(rule: Resource) -> Iterator[str]:
    goes_out = rule.type == EGRESS or rule.get("type") == "egress"
    if goes_out and (_any_v4(rule) or _any_v6(rule)):
        ports = _ports(rule.inputs)
        if ports != range(443, 444):
            yield f"{_shown(ports)} to the whole internet"


@on_stack(
    INGRESS,
    BALANCER,
    id="network.public-group",
    title="Only the groups of public load balancers are open to the internet",
    remedy="Put the service behind a load balancer: `exposure: public` of the workload in stacks/",
)
def groups_open_to_the_internet(evidence: Evidence) -> Iterator[Fault]:
    public: set[str] = set()
    for balancer in evidence.of_type(BALANCER):
        if not balancer.holds("internal"):
            public.update(map(str, balancer.get("securityGroups", ())))
    for rule in evidence.of_type(INGRESS):
        if not (_any_v4(rule) or _any_v6(rule)):
            continue
        try:
            stranger = rule.get("securityGroupId") not in public
        except NotKnownError:
            # Before the groups exist their ids say nothing; the name says which flow the rule is of.
            stranger = "-groups-load-balancer-" not in rule.name
        if stranger:
            yield Fault(text="lets the internet in, past the load balancers", resource=rule)


def _shown(ports: range) -> str:
    if len(ports) == 65536:
        return "all ports are"
    return f"port {ports[0]} is" if len(ports) == 1 else f"ports {ports[0]} to {ports[-1]} are"
