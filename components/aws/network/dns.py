"""Name and certificate: the zone, a certificate validated in it, and alias records of load balancers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.naming import SiteNames
from components.options import child_of, not_deleted_by_mistake
from solver.plan.network import DnsPlan, NetworkPlan
from solver.vocabulary import Exposure

_VALIDATION_SECONDS = 60
"""Life of a validation record in caches; AWS asks again at each renewal."""


@dataclass(frozen=True, kw_only=True)
class Domain:
    """The stack's name in DNS."""

    zone_id: pulumi.Output[str]
    """Route 53 zone."""
    name_servers: pulumi.Output[Sequence[str]] | None
    """Of a zone that the stack made."""
    certificate_arn: pulumi.Input[str]
    """Valid for every host name below."""
    host_names: dict[str, str]
    """Load balancer → its name: the domain itself for the public one, `internal.<domain>` for one inside."""


def domain(name: str, plan: NetworkPlan, names: SiteNames, *, protect: bool, parent: pulumi.Resource) -> Domain | None:
    """Zone and certificate as planned; None when the plan has no name."""
    if plan.dns is None:
        return None
    hosts = {
        balancer.key: plan.dns.domain if balancer.exposure is Exposure.PUBLIC else f"internal.{plan.dns.domain}"
        for balancer in plan.load_balancers
        if balancer.https
    }
    name_servers: pulumi.Output[Sequence[str]] | None = None
    if plan.dns.hosted_zone_id is None:
        zone = aws.route53.Zone(
            f"{name}-zone",
            name=plan.dns.domain,
            comment=f"Stack {names.stack}; the parent zone delegates to it",
            tags=names.tags(),
            # A zone that is made anew has other name servers: the parent zone would lead nowhere.
            opts=not_deleted_by_mistake(parent, protect=protect),
        )
        zone_id, name_servers = zone.zone_id, zone.name_servers
    else:
        zone_id = pulumi.Output.from_input(plan.dns.hosted_zone_id)
    certificate_arn = plan.dns.certificate_arn or _certificate(
        name, plan.dns, sorted(set(hosts.values()) - {plan.dns.domain}), zone_id, names, parent
    )
    return Domain(zone_id=zone_id, name_servers=name_servers, certificate_arn=certificate_arn, host_names=hosts)


def _certificate(
    name: str,
    plan: DnsPlan,
    more_names: Sequence[str],
    zone_id: pulumi.Input[str],
    names: SiteNames,
    parent: pulumi.Resource,
) -> pulumi.Output[str]:
    """A certificate that ACM renews by itself as long as the validation records stand; its ARN once it is valid."""
    certificate = aws.acm.Certificate(
        f"{name}-certificate",
        domain_name=plan.domain,
        subject_alternative_names=list(more_names) or None,
        validation_method="DNS",
        tags=names.tags(),
        # A listener keeps the old certificate until the new one is valid.
        opts=child_of(parent),
    )
    records = [
        _validation_record(name, host, certificate, zone_id, parent, first=host == plan.domain)
        for host in (plan.domain, *more_names)
    ]
    validation = aws.acm.CertificateValidation(
        f"{name}-certificate",
        certificate_arn=certificate.arn,
        validation_record_fqdns=[record.fqdn for record in records],
        opts=child_of(parent),
    )
    return validation.certificate_arn


def _validation_record(
    name: str,
    host: str,
    certificate: aws.acm.Certificate,
    zone_id: pulumi.Input[str],
    parent: pulumi.Resource,
    *,
    first: bool,
) -> aws.route53.Record:
    def option(options: Sequence[Any]) -> Any:
        return next(entry for entry in options if entry.domain_name == host)

    asked = certificate.domain_validation_options.apply(option)
    return aws.route53.Record(
        f"{name}-certificate" if first else f"{name}-certificate-{host}",
        zone_id=zone_id,
        name=asked.resource_record_name,
        type=asked.resource_record_type,
        records=[asked.resource_record_value],
        ttl=_VALIDATION_SECONDS,
        # Two stacks with one name in one zone are asked for the same record.
        allow_overwrite=True,
        opts=child_of(parent),
    )


def alias(
    name: str, key: str, held: Domain, balancer: aws.lb.LoadBalancer, parent: pulumi.Resource, *, dual_stack: bool
) -> None:
    """The host name of a load balancer; Route 53 answers with its present addresses."""
    for type_, end in (("A", ""), ("AAAA", "-ipv6")) if dual_stack else (("A", ""),):
        aws.route53.Record(
            f"{name}-name-{key}{end}",
            zone_id=held.zone_id,
            name=held.host_names[key],
            type=type_,
            aliases=[{"name": balancer.dns_name, "zone_id": balancer.zone_id, "evaluate_target_health": True}],
            opts=child_of(parent),
        )
