"""Application load balancers: listeners, a target group for each service, path rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi
import pulumi_aws as aws

from components.aws.network.dns import Domain, alias
from components.aws.network.egress import Egress
from components.aws.network.priorities import rule_priorities
from components.aws.network.shifting import TargetPair, forward_to_both, shifting_role
from components.aws.network.subnets import Addresses
from components.naming import NameKind, SiteNames
from components.options import child_of, not_deleted_by_mistake, weighed_by_ecs
from components.outputs import LoadBalancerOutputs, ShiftOutputs, TargetGroupOutputs
from solver.errors import PoolwrightError
from solver.plan.network import LoadBalancerPlan, TargetPlan
from solver.vocabulary import Exposure, Protocol, Tier

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""TLS 1.3 and 1.2 with forward secrecy only."""
_DRAIN_SECONDS = 60
"""How long a replica that stops may finish what it has begun; AWS's 300 would hold up every deployment."""


@dataclass(frozen=True, kw_only=True)
class Balancing:
    """All load balancers."""

    group_ids: Mapping[str, pulumi.Output[str]]
    """Security groups."""
    outputs: Mapping[str, LoadBalancerOutputs]
    """By key."""
    target_groups: Mapping[tuple[str, str], TargetGroupOutputs]
    """By load balancer and workload."""


def load_balancers(
    name: str,
    plans: Sequence[LoadBalancerPlan],
    addresses: Addresses,
    ways: Egress,
    held: Domain | None,
    names: SiteNames,
    *,
    protect: bool,
    log_bucket: pulumi.Output[str] | None,
    parent: pulumi.Resource,
) -> Balancing:
    """The planned load balancers with all that leads to their services."""
    groups: dict[str, pulumi.Output[str]] = {}
    outputs: dict[str, LoadBalancerOutputs] = {}
    targets: dict[tuple[str, str], TargetGroupOutputs] = {}
    pairs: dict[tuple[str, str], TargetPair] = {}
    for plan in plans:
        group = aws.ec2.SecurityGroup(
            f"{name}-load-balancer-{plan.key}",
            description=f"Load balancer {plan.key}",
            vpc_id=addresses.vpc_id,
            tags=names.tags("load-balancer", plan.key),
            opts=child_of(parent),
        )
        balancer = aws.lb.LoadBalancer(
            f"{name}-{plan.key}",
            name=names.physical(NameKind.LOAD_BALANCER, plan.key, changes_with=(plan.exposure,)),
            load_balancer_type="application",
            internal=plan.exposure is Exposure.INTERNAL,
            subnets=addresses.ids(Tier.PUBLIC if plan.exposure is Exposure.PUBLIC else Tier.PRIVATE),
            security_groups=[group.id],
            ip_address_type=None if addresses.ipv6_block is None else "dualstack",
            drop_invalid_header_fields=True,
            enable_deletion_protection=protect,
            access_logs=None
            if log_bucket is None
            else {"bucket": log_bucket, "prefix": f"load-balancers/{plan.key}", "enabled": True},
            tags=names.tags(plan.key),
            # AWS refuses a public load balancer in a subnet that does not lead to the internet yet.
            opts=not_deleted_by_mistake(
                parent, protect=protect, depends_on=ways.public_ready if plan.exposure is Exposure.PUBLIC else ()
            ),
        )
        groups[plan.key] = group.id
        made = {
            target.workload: _target_group(name, plan.key, target, addresses, names, parent) for target in plan.targets
        }
        second = {
            target.workload: _target_group(name, plan.key, target, addresses, names, parent, second=True)
            for target in plan.targets
            if target.moves_requests
        }
        listener, by_rule = _listener(name, plan, balancer, made, second, held, names, parent)
        pairs |= {
            (plan.key, workload): TargetPair(first=made[workload], second=group, rule=by_rule[workload])
            for workload, group in second.items()
        }
        for workload, target_group in made.items():
            targets[plan.key, workload] = TargetGroupOutputs(
                arn=target_group.arn,
                arn_suffix=target_group.arn_suffix,
                attached_by=by_rule.get(workload, listener),
            )
        host = None if held is None else held.host_names.get(plan.key)
        if held is not None and host is not None:
            alias(name, plan.key, held, balancer, parent, dual_stack=addresses.ipv6_block is not None)
        outputs[plan.key] = LoadBalancerOutputs(
            arn=balancer.arn,
            arn_suffix=balancer.arn_suffix,
            dns_name=balancer.dns_name,
            zone_id=balancer.zone_id,
            listener_arn=listener.arn,
            url=pulumi.Output.concat("https://" if plan.https else "http://", host or balancer.dns_name),
        )
    if pairs:
        role, rights = shifting_role(name, {"-".join(key): pair for key, pair in pairs.items()}, names, parent)
        for key, pair in pairs.items():
            shift = ShiftOutputs(
                second_arn=pair.second.arn,
                second_arn_suffix=pair.second.arn_suffix,
                rule_arn=pair.rule.arn,
                role_arn=role.arn,
                ready=tuple(rights),
            )
            targets[key] = replace(targets[key], shift=shift)
    return Balancing(group_ids=groups, outputs=outputs, target_groups=targets)


def _target_group(
    name: str,
    balancer: str,
    plan: TargetPlan,
    addresses: Addresses,
    names: SiteNames,
    parent: pulumi.Resource,
    *,
    second: bool = False,
) -> aws.lb.TargetGroup:
    """Replicas of one service, by address: tasks have addresses of their own."""
    version, matcher = _spoken(plan)
    changes_with = (str(plan.port), plan.protocol, *(("second",) if second else ()))
    return aws.lb.TargetGroup(
        f"{name}-{balancer}-{plan.workload}{'-second' if second else ''}",
        name=names.physical(NameKind.TARGET_GROUP, balancer, plan.workload, changes_with=changes_with),
        target_type="ip",
        port=plan.port,
        protocol="HTTP",
        protocol_version=version,
        vpc_id=addresses.vpc_id,
        # Variants of a service differ in speed, and requests in length: round robin would queue at the slowest replica.
        load_balancing_algorithm_type="least_outstanding_requests",
        deregistration_delay=_DRAIN_SECONDS,
        health_check={
            "path": plan.health_path,
            "protocol": "HTTP",
            "matcher": matcher,
            "interval": plan.health_interval_seconds,
            # AWS wants the answer before the next question.
            "timeout": min(10, plan.health_interval_seconds - 1),
            "healthy_threshold": 2,
            "unhealthy_threshold": 3,
        },
        tags=names.tags(balancer, plan.workload, *(("second",) if second else ()), workload=plan.workload),
        opts=child_of(parent),
    )


def _spoken(plan: TargetPlan) -> tuple[str, str]:
    """AWS's name for what a service speaks, and the codes of a healthy answer."""
    match plan.protocol:
        case Protocol.HTTP:
            return "HTTP1", "200"
        case Protocol.GRPC:
            return "GRPC", "0"
        case Protocol.TCP:
            raise PoolwrightError(
                f"workload {plan.workload} speaks tcp, which an application load balancer can't forward",
                hint="leave out its exposure, or let it speak http or grpc",
            )


def _listener(
    name: str,
    plan: LoadBalancerPlan,
    balancer: aws.lb.LoadBalancer,
    made: Mapping[str, aws.lb.TargetGroup],
    second: Mapping[str, aws.lb.TargetGroup],
    held: Domain | None,
    names: SiteNames,
    parent: pulumi.Resource,
) -> tuple[aws.lb.Listener, Mapping[str, aws.lb.ListenerRule]]:
    """The listener that serves and its rules by workload; a service at "/" alone is the listener's default.

    ECS moves requests by a rule, never by the default: a service whose requests move has a rule also at "/". That rule
    is another one than a service had before, made before the old one goes, so that no request is lost on the way.
    """
    roots = [target for target in plan.targets if target.path == "/"]
    default = roots[0] if len(roots) == 1 else None
    nothing: aws.lb.ListenerDefaultActionArgsDict = {
        "type": "fixed-response",
        "fixed_response": {"content_type": "text/plain", "message_body": "no such path", "status_code": "404"},
    }
    forward: aws.lb.ListenerDefaultActionArgsDict = (
        nothing if default is None else {"type": "forward", "target_group_arn": made[default.workload].arn}
    )
    if plan.https:
        if held is None:
            raise PoolwrightError(
                f"load balancer {plan.key} has HTTPS but the plan has no name for a certificate",
                hint="set network.dns of the site",
            )
        listener = aws.lb.Listener(
            f"{name}-{plan.key}-https",
            load_balancer_arn=balancer.arn,
            port=443,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=held.certificate_arn,
            default_actions=[forward],
            tags=names.tags(plan.key, "https"),
            opts=child_of(parent),
        )
        aws.lb.Listener(
            f"{name}-{plan.key}-http",
            load_balancer_arn=balancer.arn,
            port=80,
            protocol="HTTP",
            default_actions=[
                {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}}
            ],
            tags=names.tags(plan.key, "http"),
            opts=child_of(parent),
        )
    else:
        listener = aws.lb.Listener(
            f"{name}-{plan.key}-http",
            load_balancer_arn=balancer.arn,
            port=80,
            protocol="HTTP",
            default_actions=[forward],
            tags=names.tags(plan.key, "http"),
            opts=child_of(parent),
        )
    ruled = {_rule_key(target): target for target in plan.targets if target is not default or target.moves_requests}
    # A rule that moves requests and the one before it are there together for a moment, so both have their place.
    places = {each: target.path for key, target in ruled.items() for each in (key, target.workload)}
    priorities = rule_priorities(places)
    rules = {
        target.workload: aws.lb.ListenerRule(
            f"{name}-{plan.key}-{key}",
            listener_arn=listener.arn,
            priority=priorities[key],
            actions=[
                forward_to_both(made[target.workload], second[target.workload])
                if target.moves_requests
                else {"type": "forward", "target_group_arn": made[target.workload].arn}
            ],
            conditions=[{"path_pattern": {"values": path_patterns(target.path)}}],
            tags=names.tags(plan.key, target.workload, workload=target.workload),
            opts=weighed_by_ecs(parent) if target.moves_requests else child_of(parent),
        )
        for key, target in ruled.items()
    }
    return listener, rules


def _rule_key(target: TargetPlan) -> str:
    return f"{target.workload}-moving" if target.moves_requests else target.workload


def path_patterns(path: str) -> list[str]:
    """AWS's patterns for a path prefix: `/search` itself and all below it, but not `/searching`."""
    if path.endswith("/"):
        return [f"{path}*"]
    return [path, f"{path}/*"]
