"""What a site's network costs beside its ways out: load balancers, bytes that leave or cross zones, names."""

from __future__ import annotations

from solver.catalog.services import NetworkService
from solver.demand.demand import Demand
from solver.model.network.load_balancers import exposed_services, lcu_hours_per_month
from solver.model.network.traffic import Traffic
from solver.model.priced import Charge
from solver.plan.cost import Billing
from solver.plan.network import DnsPlan, LoadBalancerPlan
from solver.quantity import HOURS_PER_MONTH
from solver.vocabulary import Exposure


def balancer_charges(
    demand: Demand, site_key: str, balancers: tuple[LoadBalancerPlan, ...], kind: NetworkService, zones: int
) -> list[Charge]:
    charges: list[Charge] = []
    for balancer in balancers:
        services = exposed_services(demand, site_key, balancer.exposure)
        amounts = [
            ("hours", "alb", "hour", float(HOURS_PER_MONTH), Billing.FIXED),
            ("capacity unit hours", "alb", "lcu_hour", lcu_hours_per_month(services, kind), Billing.USAGE),
        ]
        if balancer.exposure is Exposure.PUBLIC:
            # One node in each zone; AWS adds nodes under load without a price of their own but for the address.
            amounts.append(
                ("public address hours", "vpc", "public_ipv4_in_use", zones * HOURS_PER_MONTH, Billing.FIXED)
            )
        charges += [
            Charge(
                subject=f"load-balancer {balancer.key}",
                detail=detail,
                service=service,
                item=item,
                amount_per_month=amount,
                billing=billing,
            )
            for detail, service, item, amount, billing in amounts
        ]
    return charges


def transfer_charges(demand: Demand, traffic: Traffic, zones: int) -> list[Charge]:
    """What leaves AWS goes through the internet tiers together; each side of a zone border pays for what crosses it."""
    leaving = {
        "responses of public services": traffic.responses_gib,
        "machines through NAT": traffic.internet_gib,
    }
    crossing = 2 * traffic.calls_gib * demand.cross_zone_share if zones > 1 else 0.0
    to_sites = {
        "requests of its callers": traffic.crossing.requests_gib,
        "answers to callers": traffic.crossing.answers_out_gib,
    }
    return [
        *(
            Charge(
                subject="transfer to the internet",
                detail=detail,
                service="data_transfer",
                item="internet_out",
                amount_per_month=gib,
                billing=Billing.USAGE,
                whole_per_month=sum(leaving.values()),
            )
            for detail, gib in leaving.items()
        ),
        Charge(
            subject="transfer between zones",
            detail="calls between services",
            service="data_transfer",
            item="inter_az",
            amount_per_month=crossing,
            billing=Billing.USAGE,
        ),
        # AWS bills what leaves a region for another one, also by public addresses; what arrives is free.
        *(
            Charge(
                subject="transfer to other sites",
                detail=detail,
                service="data_transfer",
                item="inter_region_out",
                amount_per_month=gib,
                billing=Billing.USAGE,
            )
            for detail, gib in to_sites.items()
        ),
    ]


def name_charges(demand: Demand, site_key: str) -> list[Charge]:
    """A zone for the public name unless there is one, and one for the names by which services call each other."""
    dns = demand.aws_sites[site_key].network.dns
    subjects = [f"name {dns.domain}"] if dns is not None and dns.hosted_zone_id is None else []
    if any(entry.calls for entry in demand.workloads.values() if demand.site_of(entry) == site_key):
        subjects.append("names of services")
    return [
        Charge(
            subject=subject,
            detail="hosted zone",
            service="route53",
            item="hosted_zone_month",
            amount_per_month=1.0,
            billing=Billing.FIXED,
            whole_per_month=float(len(subjects)),
        )
        for subject in subjects
    ]


def transit_gateway_charges(demand: Demand, site_key: str) -> list[Charge]:
    """The attachment's hours, and the bytes that the site sends."""
    gateway = demand.aws_sites[site_key].network.transit_gateway
    if gateway is None:
        return []
    amounts = (
        ("attachment hours", "transit_gateway_vpc_attachment_hour", float(HOURS_PER_MONTH), Billing.FIXED),
        ("bytes sent", "transit_gateway_data_processed", gateway.gib_per_month, Billing.USAGE),
    )
    return [
        Charge(
            subject="transit-gateway",
            detail=detail,
            service="vpc",
            item=item,
            amount_per_month=amount,
            billing=billing,
        )
        for detail, item, amount, billing in amounts
    ]


def routed_not_priced(demand: Demand, site_key: str) -> tuple[str, ...]:
    wish = demand.aws_sites[site_key].network
    found = [f"bytes to {', '.join(sorted(wish.peers))}: peering is free, what crosses zones or regions is not"]
    gateway = wish.transit_gateway
    return (
        *(found if wish.peers else ()),
        *(
            ("bytes into the transit gateway: network.transit_gateway.gib_per_month says none",)
            if gateway is not None and not gateway.gib_per_month
            else ()
        ),
    )


def dns_plan(demand: Demand, site_key: str, balancers: tuple[LoadBalancerPlan, ...]) -> DnsPlan | None:
    dns = demand.aws_sites[site_key].network.dns
    if dns is None or not any(balancer.https for balancer in balancers):
        return None
    return DnsPlan(domain=dns.domain, hosted_zone_id=dns.hosted_zone_id, certificate_arn=dns.certificate_arn)


def dns_not_priced(demand: Demand, site_key: str, balancers: tuple[LoadBalancerPlan, ...]) -> tuple[str, ...]:
    dns = demand.aws_sites[site_key].network.dns
    if dns is None or not balancers:
        return ()
    return ("DNS queries: the demand does not say how many",)
