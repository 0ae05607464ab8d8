"""solve_security: measures, keys, roles, flows, secrets, firewall and logs of a site, and what they cost, exactly."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from math import ceil, fsum

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.answer import PoolAnswer
from solver.model.backend import Backend
from solver.model.network.load_balancers import exposed_services
from solver.model.priced import Charge, SitePrices
from solver.model.security.amounts import least_amounts, planned_amounts
from solver.model.security.asked import Asked, asked_of
from solver.model.security.ci import ci_of
from solver.model.security.cover import Cover, cheapest_cover
from solver.model.security.drivers import PlanFacts, stored_gib
from solver.model.security.flows import flows_of
from solver.model.security.identity import roles_of, rotations_of, site_workloads
from solver.plan.compute import ComputePlan
from solver.plan.cost import Billing, Pool, total_usd_per_month
from solver.plan.explanation import Reason
from solver.plan.network import NetworkPlan
from solver.plan.security import KeyPurpose, MeasurePlan, SecurityPlan, WafPlan
from solver.plan.storage import StoragePlan
from solver.quantity import cents, format_usd
from solver.vocabulary import Exposure, LockMode, Termination

FIREWALL = "waf"
TRAIL = "cloudtrail"
KEY_DELETION_DAYS = 30
"""AWS's longest waiting time: a key that is gone takes its data with it."""
TRAIL_RETENTION_DAYS = 365
"""The catalog's price of the trail is for twelve months."""
LEAST_REQUESTS_PER_ADDRESS = 2_000
"""In five minutes; many users behind one office's address must not be taken for an attack."""
SHARE_PER_ADDRESS = 0.01
"""Part of the peak's requests that one address may send."""
_FIVE_MINUTES = 300


def solve_security(
    demand: Demand,
    site_key: str,
    catalog: Catalog,
    backend: Backend,
    *,
    network: NetworkPlan,
    compute: ComputePlan,
    storage: StoragePlan,
) -> PoolAnswer[SecurityPlan]:
    """The security of one site, around the other pools; InfeasibleError names controls that can't be covered.

    The bound is of any plan of the same demand: it counts the least amounts, and no machines, whose part the compute
    pool's bound has as a surcharge.

    Lines of the workloads' logs and secrets are here too. What the measures mean for the other pools is applied by
    `solver.model.security.effects`.
    """
    prices = SitePrices(catalog, demand.aws_sites[site_key].region, site_key, Pool.SECURITY)
    facts = PlanFacts(
        demand=demand,
        site_key=site_key,
        network=network,
        compute=compute,
        storage=storage,
        amounts=planned_amounts(compute, network),
    )
    asked = asked_of(facts, catalog)
    charges = asked.charges
    cover = cheapest_cover(asked.problem, backend)
    lines = prices.lines(_charges(facts, asked, cover))
    least = replace(facts, amounts=least_amounts(demand, compute))
    asked_least = asked_of(least, catalog)
    cover_least = cheapest_cover(asked_least.problem, backend)
    lines_least = prices.lines(_charges(least, asked_least, cover_least))
    plan = SecurityPlan(
        profile=demand.compliance.profile,
        measures=_measures(asked, cover),
        waived=asked.waived,
        keys=cover.keys,
        key_deletion_days=KEY_DELETION_DAYS,
        roles=roles_of(demand, site_key),
        secrets=asked.secrets,
        flows=flows_of(demand, site_key, network, storage),
        waf=_firewalls(facts) if FIREWALL in cover.chosen and FIREWALL not in asked.problem.given else (),
        trail_retention_days=TRAIL_RETENTION_DAYS,
        trail_lock=_trail_lock(demand, asked, cover),
        rotations=rotations_of(demand, site_key),
        ci=ci_of(demand, site_key),
        permissions_boundary=demand.permissions_boundary,
    )
    return PoolAnswer(
        plan=plan,
        lines=lines,
        bound_usd_per_month=min(total_usd_per_month(lines), total_usd_per_month(lines_least)),
        termination=Termination.OPTIMAL,
        reasons=_reasons(plan, charges, asked.problem.keys, prices),
    )


def _trail_lock(demand: Demand, asked: Asked, cover: Cover) -> LockMode | None:
    """The wished lock; InfeasibleError where the stack makes no trail whose files could be locked."""
    lock = demand.compliance.trail_lock
    if lock is not None and (TRAIL not in cover.chosen or TRAIL in asked.problem.given):
        why = (
            "the account has one"
            if TRAIL in asked.problem.given
            else f"profile {demand.compliance.profile} asks for none"
        )
        raise InfeasibleError(
            f"the stack builds no trail whose files could be locked: {why}",
            conflict=(f"compliance.trail_lock: {lock}",),
            hint="leave trail_lock out, or have the stack build a trail",
        )
    return lock


def _charges(facts: PlanFacts, asked: Asked, cover: Cover) -> list[Charge]:
    reads = facts.amounts.secret_reads_per_month
    return [
        *(charge for name in cover.chosen for charge in asked.charges[name]),
        _fixed("customer keys", "keys", "kms", "key_month", float(len(cover.keys))),
        _fixed("secrets", "secrets", "secrets_manager", "secret_month", float(len(asked.secrets))),
        _usage("secrets", "reads at task starts", "secrets_manager", "api_request", reads),
        *_log_charges(facts),
    ]


def _log_charges(facts: PlanFacts) -> list[Charge]:
    """Ingestion and storage of the workloads' own logs."""
    workloads = site_workloads(facts.demand, facts.site_key)
    ingested = fsum(workload.logs_gib_per_month for workload in workloads.values())
    kept = {key: stored_gib(each.logs_gib_per_month, each.log_retention_days) for key, each in workloads.items()}
    charges: list[Charge] = []
    for key, workload in workloads.items():
        charges.append(
            _usage(
                f"logs {key}",
                "bytes ingested",
                "cloudwatch",
                "logs_ingested_standard",
                workload.logs_gib_per_month,
                whole=ingested,
            )
        )
        charges.append(
            _usage(f"logs {key}", "bytes kept", "cloudwatch", "logs_stored", kept[key], whole=fsum(kept.values()))
        )
    return charges


def _measures(asked: Asked, cover: Cover) -> tuple[MeasurePlan, ...]:
    problem = asked.problem
    return tuple(
        MeasurePlan(
            name=each.name,
            controls=tuple(control for control in problem.controls if control in each.covers),
            build=each.name not in problem.given,
        )
        for each in problem.measures
        if each.name in cover.chosen
    )


def _firewalls(facts: PlanFacts) -> tuple[WafPlan, ...]:
    services = exposed_services(facts.demand, facts.site_key, Exposure.PUBLIC)
    weeks = [service.load.week_per_second() for service in services.values()]
    peak = max((fsum(rates) for rates in zip(*weeks, strict=True)), default=0.0)
    allowed = max(LEAST_REQUESTS_PER_ADDRESS, ceil(peak * _FIVE_MINUTES * SHARE_PER_ADDRESS))
    return tuple(
        WafPlan(load_balancer=balancer.key, exposure=balancer.exposure, requests_per_5_minutes=allowed)
        for balancer in facts.network.load_balancers
        if balancer.exposure is Exposure.PUBLIC
    )


def _reasons(
    plan: SecurityPlan,
    charges: Mapping[str, list[Charge]],
    keys: Mapping[str, Collection[KeyPurpose]],
    prices: SitePrices,
) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    for measure in plan.measures:
        if not measure.build:
            continue
        asked = ", ".join(measure.controls) or "another measure that needs it"
        cost = _cost_words(prices.usd(charges[measure.name]), keys.get(measure.name, ()))
        reasons.append(Reason(subject=f"measure {measure.name}", text=f"{cost}; asked for by {asked}."))
    return tuple(reasons)


def _cost_words(usd: float, keys: Collection[KeyPurpose]) -> str:
    cost = "free" if cents(usd) == 0 else f"{format_usd(usd)} a month"
    return f"{cost}, with the customer keys for {', '.join(keys)}" if keys else cost


def _fixed(subject: str, detail: str, service: str, item: str, amount: float) -> Charge:
    return Charge(
        subject=subject, detail=detail, service=service, item=item, amount_per_month=amount, billing=Billing.FIXED
    )


def _usage(subject: str, detail: str, service: str, item: str, amount: float, *, whole: float | None = None) -> Charge:
    return Charge(
        subject=subject,
        detail=detail,
        service=service,
        item=item,
        amount_per_month=amount,
        billing=Billing.USAGE,
        whole_per_month=whole,
    )
