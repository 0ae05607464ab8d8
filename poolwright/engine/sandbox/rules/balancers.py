"""Load balancers, target groups, listeners and their rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.paths import texts_at
from poolwright.engine.sandbox.rules.references import owner_vpc
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.store import Resource
from poolwright.engine.sandbox.values import Properties, fields, flag, items, objects, text, texts, whole

_NAME: Final = re.compile(r"^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$")
_ALB: Final = frozenset({"HTTP", "HTTPS"})
_NLB: Final = frozenset({"TCP", "UDP", "TCP_UDP", "TLS", "QUIC", "TCP_QUIC"})
_LISTENER_PROTOCOLS: Final = {"application": _ALB, "network": _NLB, "gateway": frozenset[str]()}
_SECURE: Final = frozenset({"HTTPS", "TLS"})
_TARGET_TYPES: Final = frozenset({"instance", "ip", "lambda", "alb"})
_ACTIONS: Final = frozenset(
    {"forward", "redirect", "fixed-response", "authenticate-cognito", "authenticate-oidc", "jwt-validation"}
)
MOST_PRIORITY: Final = 50000


@validates("lb.LoadBalancer", "lb.TargetGroup")
def name_is_short_and_plain(inputs: Properties) -> Iterator[Refusal]:
    """A name has at most 32 letters, digits and hyphens, none of these at an end; `internal-` is AWS's own."""
    name, prefix = text(inputs.get("name")), text(inputs.get("namePrefix"))
    if name is not None and not _NAME.match(name):
        words = f"The load balancer name '{name}'"
        if len(name) > 32:
            yield Refusal("ValidationError", f"{words} cannot be longer than '32' characters", "name")
        else:
            rest = "can only contain characters that are alphanumeric characters and hyphens(-), can't begin or end "
            yield Refusal("ValidationError", f"{words} {rest}with a hyphen, or begin with 'internal-'", "name")
    if prefix is not None and len(prefix) > 6:
        words = f'"name_prefix" cannot be longer than 6 characters: "{prefix}"'
        yield Refusal("ValidationError", words, "namePrefix")


@validates("lb.LoadBalancer")
def balancer_kind_is_known(inputs: Properties) -> Iterator[Refusal]:
    """A kind that exists, an idle time-out that is allowed, subnets or mappings."""
    kind = text(inputs.get("loadBalancerType"))
    if kind is not None and kind not in _LISTENER_PROTOCOLS:
        words = f"Load balancer type '{kind}' must be one of 'application, gateway, network'"
        yield Refusal("ValidationError", words, "loadBalancerType")
    idle = whole(inputs.get("idleTimeout"))
    if idle is not None and not 1 <= idle <= 4000:
        words = f"Load balancer attribute value '{idle}' must be between 1 and 4000 for 'idle_timeout.timeout_seconds'"
        yield Refusal("ValidationError", words, "idleTimeout")
    if not inputs.get("subnets") and not inputs.get("subnetMappings"):
        yield Refusal("ValidationError", "At least one subnet must be specified", "subnets")
    if inputs.get("subnets") and inputs.get("subnetMappings"):
        words = "You must specify either subnets or subnet mappings"
        yield Refusal("InvalidConfigurationRequest", words, "subnetMappings")


@refuses("lb.LoadBalancer")
def balancer_spans_zones(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """An application load balancer has two zones at least; each zone one subnet, all of one VPC with a way out."""
    inputs = change.inputs
    subnets = [*texts(inputs.get("subnets")), *texts_at(inputs, "subnetMappings.subnetId")]
    places = [place for subnet in subnets if (place := cloud.get("ec2.Subnet", subnet)) is not None]
    zones = Counter(str(place.outputs.get("availabilityZone")) for place in places)
    if inputs.get("loadBalancerType") == "application" and places and len(zones) < 2:
        words = "At least two subnets in two different Availability Zones must be specified"
        yield Refusal("ValidationError", words, "subnets")
    for zone, count in sorted(zones.items()):
        if count > 1:
            words = f"A load balancer cannot be attached to multiple subnets in the same Availability Zone ({zone})"
            yield Refusal("InvalidConfigurationRequest", words, "subnets")
    vpcs = sorted({str(place.outputs.get("vpcId")) for place in places})
    if len(vpcs) > 1:
        words = f"All subnets must belong to the same VPC: '{', '.join(vpcs)}'"
        yield Refusal("InvalidConfigurationRequest", words, "subnets")
    for group in texts(inputs.get("securityGroups")):
        owner = owner_vpc("ec2.SecurityGroup", group, cloud)
        if vpcs and owner is not None and owner not in vpcs:
            words = f"One or more security groups are invalid: '{group}' is not in {vpcs[0]}"
            yield Refusal("InvalidConfigurationRequest", words, "securityGroups")
    if vpcs and not flag(inputs.get("internal")) and not cloud.where("ec2.InternetGateway", "vpcId", vpcs[0]):
        words = f"VPC {vpcs[0]} has no internet gateway"
        yield Refusal("InvalidSubnet", words, "subnets")


@refuses("lb.LoadBalancer", "lb.TargetGroup", on=(Action.CREATE,))
def name_is_new(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A region has one load balancer, and one target group, of a name."""
    name = change.inputs.get("name")
    if name is not None and cloud.where(change.type, "name", name):
        balancer = change.type == "lb.LoadBalancer"
        code = "DuplicateLoadBalancerName" if balancer else "DuplicateTargetGroupName"
        words = "A load balancer" if balancer else "A target group"
        yield Refusal(code, f"{words} with the same name '{name}' exists, but with different settings", "name")


@validates("lb.TargetGroup")
def target_group_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """Targets other than functions have a port, a protocol and a VPC; the health check waits less than its interval."""
    kind = text(inputs.get("targetType"))
    if kind is not None and kind not in _TARGET_TYPES:
        words = f"Target type '{kind}' must be one of '{', '.join(sorted(_TARGET_TYPES))}'"
        yield Refusal("ValidationError", words, "targetType")
    if kind != "lambda":
        for name in ("port", "protocol", "vpcId"):
            if inputs.get(name) is None:
                words = f"A {name} must be specified for target type '{kind}'"
                yield Refusal("ValidationError", words, name)
    protocol = text(inputs.get("protocol"))
    if protocol is not None and protocol not in _ALB | _NLB | {"GENEVE"}:
        yield Refusal("ValidationError", f"Protocol '{protocol}' is not supported", "protocol")
    yield from _port(inputs, "port")
    delay = whole(inputs.get("deregistrationDelay"))
    if delay is not None and not 0 <= delay <= 3600:
        words = f"Target group attribute value '{delay}' must be between 0 and 3600 seconds"
        yield Refusal("ValidationError", words, "deregistrationDelay")
    slow = whole(inputs.get("slowStart"))
    if slow is not None and slow != 0 and not 30 <= slow <= 900:
        words = f"Slow start duration '{slow}' must be 0 or between 30 and 900 seconds"
        yield Refusal("ValidationError", words, "slowStart")
    yield from _health_check(fields(inputs.get("healthCheck")))


@validates("lb.Listener")
def listener_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """HTTPS and TLS have a certificate, the others none; actions are complete and in order."""
    protocol = text(inputs.get("protocol"))
    if protocol in _SECURE and inputs.get("certificateArn") is None:
        words = f"A certificate must be specified for {protocol} listeners"
        yield Refusal("CertificateNotFound", words, "certificateArn")
    if protocol is not None and protocol not in _SECURE and inputs.get("certificateArn") is not None:
        words = f"A certificate cannot be specified for {protocol} listeners"
        yield Refusal("InvalidConfigurationRequest", words, "certificateArn")
    if protocol is not None and protocol not in _SECURE and inputs.get("sslPolicy") is not None:
        words = f"An SSL policy cannot be specified for {protocol} listeners"
        yield Refusal("InvalidConfigurationRequest", words, "sslPolicy")
    yield from _port(inputs, "port")
    yield from _actions(inputs, "defaultActions")


@validates("lb.ListenerRule")
def listener_rule_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """A priority in range, actions that end a request, at most five values in its conditions."""
    priority = whole(inputs.get("priority"))
    if priority is not None and not 1 <= priority <= MOST_PRIORITY:
        words = f"Priority '{priority}' must be between 1 and {MOST_PRIORITY}"
        yield Refusal("ValidationError", words, "priority")
    yield from _actions(inputs, "actions")
    values = texts_at(inputs, "conditions.hostHeader.values") + texts_at(inputs, "conditions.pathPattern.values")
    values += texts_at(inputs, "conditions.httpHeader.values") + texts_at(inputs, "conditions.sourceIp.values")
    if len(values) > 5:
        words = f"Rules can have a maximum of 5 condition values, found {len(values)}"
        yield Refusal("ValidationError", words, "conditions")


@refuses("lb.Listener")
def listener_fits_its_balancer(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The protocol is one of the balancer's kind, the port is free, the certificate has been issued."""
    inputs = change.inputs
    balancer = cloud.by_arn("lb.LoadBalancer", inputs.get("loadBalancerArn"))
    if balancer is None:
        return
    kind, protocol = str(balancer.outputs.get("loadBalancerType")), text(inputs.get("protocol")) or "HTTP"
    if kind != "gateway" and protocol not in _LISTENER_PROTOCOLS.get(kind, frozenset()):
        allowed = ", ".join(sorted(_LISTENER_PROTOCOLS[kind]))
        words = f"Listener protocol '{protocol}' must be one of '{allowed}'"
        yield Refusal("ValidationError", words, "protocol")
    for other in cloud.where("lb.Listener", "loadBalancerArn", inputs.get("loadBalancerArn")):
        if other.id != change.id and other.outputs.get("port") == inputs.get("port"):
            words = f"A listener already exists on this port for this load balancer '{balancer.id}'"
            yield Refusal("DuplicateListener", words, "port")
    certificate = cloud.by_arn("acm.Certificate", inputs.get("certificateArn"))
    if certificate is not None and not is_issued(certificate, cloud):
        words = f"The certificate '{certificate.id}' must have a fully-qualified domain name, a supported signature, "
        yield Refusal("UnsupportedCertificate", f"{words}and a supported key size: it has not been issued yet")
    yield from _targets_fit(inputs, "defaultActions", balancer, cloud)


@refuses("lb.ListenerRule")
def rule_fits_its_listener(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A listener has a priority once; its targets are of the balancer's VPC."""
    inputs = change.inputs
    listener = cloud.by_arn("lb.Listener", inputs.get("listenerArn"))
    if listener is None:
        return
    for other in cloud.where("lb.ListenerRule", "listenerArn", listener.id):
        if other.id != change.id and inputs.get("priority") == other.outputs.get("priority"):
            words = f"Priority '{inputs.get('priority')}' is currently in use"
            yield Refusal("PriorityInUse", words, "priority")
    balancer = cloud.by_arn("lb.LoadBalancer", listener.outputs.get("loadBalancerArn"))
    if balancer is not None:
        yield from _targets_fit(inputs, "actions", balancer, cloud)


def is_issued(certificate: Resource, cloud: Cloud) -> bool:
    """Whether a certificate can be used: imported, or proven by a DNS record or a validation that exists."""
    if certificate.outputs.get("status") == "ISSUED" or cloud.get("acm.CertificateValidation", certificate.id):
        return True
    wanted = {
        str(proof.get("resourceRecordName")).rstrip(".")
        for proof in objects(certificate.outputs.get("domainValidationOptions"))
    }
    known = {str(record.outputs.get("fqdn")).rstrip(".") for record in cloud.all("route53.Record")}
    return bool(wanted) and wanted <= known


def _targets_fit(inputs: Properties, path: str, balancer: Resource, cloud: Cloud) -> Iterator[Refusal]:
    arns = texts_at(inputs, f"{path}.targetGroupArn") + texts_at(inputs, f"{path}.forward.targetGroups.arn")
    for arn in arns:
        group = cloud.by_arn("lb.TargetGroup", arn)
        if group is None:
            continue
        vpc_id, ours = group.outputs.get("vpcId"), balancer.outputs.get("vpcId")
        if vpc_id is not None and vpc_id != ours:
            words = f"The target group '{arn}' and the load balancer '{balancer.id}' must be in the same VPC"
            yield Refusal("InvalidConfigurationRequest", words, path)
        elsewhere = {
            str(listener.outputs.get("loadBalancerArn"))
            for listener in cloud.all("lb.Listener")
            if arn in texts_at(listener.outputs, "defaultActions.targetGroupArn")
        }
        if str(balancer.outputs.get("loadBalancerType")) == "application" and elsewhere - {balancer.id}:
            words = f"The following target groups cannot be associated with more than one load balancer: {arn}"
            yield Refusal("TargetGroupAssociationLimit", words, path)


def _actions(inputs: Properties, path: str) -> Iterator[Refusal]:
    actions = objects(inputs.get(path))
    for index, action in enumerate(actions):
        kind = text(action.get("type"))
        if kind is not None and kind not in _ACTIONS:
            words = f"Action type '{kind}' must be one of '{', '.join(sorted(_ACTIONS))}'"
            yield Refusal("ValidationError", words, f"{path}[{index}].type")
        if kind == "forward" and action.get("targetGroupArn") is None and action.get("forward") is None:
            words = "A target group ARN must be specified"
            yield Refusal("ValidationError", words, f"{path}[{index}].targetGroupArn")
        for name, needs in (("redirect", "redirect"), ("fixed-response", "fixedResponse")):
            if kind == name and action.get(needs) is None:
                words = f"A {name} configuration must be specified"
                yield Refusal("ValidationError", words, f"{path}[{index}].{needs}")
    if inputs.get(path) is not None and isinstance(inputs.get(path), list) and not items(inputs.get(path)):
        yield Refusal("ValidationError", "At least one action must be specified", path)


def _port(inputs: Properties, name: str) -> Iterator[Refusal]:
    port = whole(inputs.get(name))
    if port is not None and not 1 <= port <= 65535:
        yield Refusal("ValidationError", f"Port '{port}' must be between 1 and 65535", name)


def _health_check(check: Properties) -> Iterator[Refusal]:
    for name, low, high in (
        ("interval", 5, 300),
        ("timeout", 2, 120),
        ("healthyThreshold", 2, 10),
        ("unhealthyThreshold", 2, 10),
    ):
        value = whole(check.get(name))
        if value is not None and not low <= value <= high:
            words = f"Health check {name} '{value}' must be between {low} and {high}"
            yield Refusal("ValidationError", words, f"healthCheck.{name}")
    interval, timeout = whole(check.get("interval")) or 30, whole(check.get("timeout"))
    if timeout is not None and timeout >= interval:
        words = f"Health check interval '{interval}' must be greater than the timeout '{timeout}'"
        yield Refusal("ValidationError", words, "healthCheck.timeout")
    path = text(check.get("path"))
    if path is not None and not path.startswith("/"):
        words = f"Health check path '{path}' must begin with a '/' character"
        yield Refusal("ValidationError", words, "healthCheck.path")
