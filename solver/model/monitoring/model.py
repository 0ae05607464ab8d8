"""solve_monitoring: dashboards, alarms, synthetic checks and notices of a site, and what they cost, exactly.

No choice here depends on another pool's: a service's alarms watch its load balancer's metrics, of which there are as
many whatever machines it runs on, and a cluster is watched as a whole. So the lines are their own bound.

An alarm that a deployment makes already, of the same kind, is not made again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.monitoring import AlarmWish, addresses_of
from solver.demand.workloads import Service
from solver.model.answer import PoolAnswer
from solver.model.priced import Charge, SitePrices
from solver.plan.compute import ComputePlan, JobPlan, ServicePlan
from solver.plan.cost import Billing, Pool, billed_usd_per_month, total_usd_per_month
from solver.plan.explanation import Reason
from solver.plan.monitoring import CHECKS_REGION, AlarmPlan, BudgetPlan, MonitoringPlan, SyntheticCheckPlan
from solver.plan.plan import Plan, SitePlan
from solver.quantity import cents
from solver.vocabulary import AlarmKind, Exposure, Termination

METRICS_OF_ERRORS = 2
"""5xx answers, and requests."""
UNHEALTHY_REPLICAS = 0
"""One is more than this."""
HEALTHY = 0
"""What an alarm on a synthetic check is above: a path is healthy, or 1."""
_SIGNIFICANT = 6
_NEAR = 0.05


def solve_monitoring(
    demand: Demand, site_key: str, catalog: Catalog, *, compute: ComputePlan, log_key: bool = False
) -> PoolAnswer[MonitoringPlan | None]:
    """What of one site is watched; what is of the whole stack is added by `with_stack_money`.

    `log_key`: topics of alarms are encrypted with a customer key, the site's for logs.
    """
    wish = demand.monitoring
    if wish is None:
        return PoolAnswer(
            plan=None, lines=(), bound_usd_per_month=0.0, termination=Termination.OPTIMAL, reasons=(), not_priced=()
        )
    services = {service.key: service for service in compute.services}
    region = demand.aws_sites[site_key].region
    alarms = () if wish.alarms is None else tuple(_alarms(demand, wish.alarms, services, compute.jobs))
    checks = tuple(_checks(demand, site_key, services))
    on_checks = [AlarmPlan(workload=each.workload, kind=AlarmKind.SYNTHETIC, above=HEALTHY) for each in checks]
    plan = MonitoringPlan(
        site_dashboard=wish.dashboards != "none",
        dashboards=tuple(sorted(services)) if wish.dashboards == "workloads" else (),
        alarms=(*alarms, *on_checks),
        synthetic_checks=checks,
        checks_key=bool(checks) and log_key and region != CHECKS_REGION,
        emails=addresses_of(demand.owner, wish),
        webhooks=wish.webhooks,
        runbook=wish.runbook,
    )
    prices = SitePrices(catalog, region, site_key, Pool.MONITORING)
    lines = prices.lines(_charges(plan))
    return PoolAnswer(
        plan=plan,
        lines=lines,
        bound_usd_per_month=total_usd_per_month(lines),
        termination=Termination.OPTIMAL,
        reasons=tuple(_reasons(plan)),
    )


def with_stack_money(plan: Plan, demand: Demand, approved: Plan | None) -> Plan:
    """The plan, with what is asked about the whole stack's money on its first site of AWS.

    What is drawn as the plan's cost, and the budget where it is that cost, stay as approved while the cost is within
    5 % of that: prices move every month, and a dashboard that moves with them is a change for nothing.
    """
    wish = demand.monitoring
    if wish is None or not plan.aws_sites:
        return plan
    key, site = next(iter(sorted(plan.aws_sites.items())))
    if site.monitoring is None:
        return plan
    before = None if approved is None or key not in approved.aws_sites else approved.aws_sites[key].monitoring
    cost = _steady(billed_usd_per_month(plan.cost_lines), before)
    most = demand.limits.budget_usd_per_month
    money = {
        "planned_usd_per_month": cost,
        "budget": BudgetPlan(usd_per_month=cents(cost if most is None else float(most))) if wish.budget else None,
        "anomalies_usd": wish.anomalies_usd,
    }
    watched: SitePlan = site.model_copy(update={"monitoring": site.monitoring.model_copy(update=money)})
    return plan.model_copy(update={"sites": {**plan.sites, key: watched}})


def _steady(cost: float, before: MonitoringPlan | None) -> float:
    """The approved figure where it is near the new one."""
    approved = None if before is None else before.planned_usd_per_month
    return cost if approved is None or abs(approved - cost) > _NEAR * cost else approved


def _alarms(
    demand: Demand, wish: AlarmWish, services: dict[str, ServicePlan], jobs: tuple[JobPlan, ...]
) -> Iterator[AlarmPlan]:
    for key in sorted({*services, *(job.key for job in jobs)}):
        errors = demand.workloads[key].log_errors
        if errors is not None:
            yield AlarmPlan(workload=key, kind=AlarmKind.LOG, above=errors.more_than, pattern=errors.pattern)
    for key, planned in sorted(services.items()):
        service = demand.workloads[key]
        if planned.load_balancers and isinstance(service, Service):
            yield from _of_service(key, service, planned, wish)
    if services:
        yield AlarmPlan(kind=AlarmKind.CPU, above=wish.utilisation)
        yield AlarmPlan(kind=AlarmKind.MEMORY, above=wish.utilisation)


def _of_service(key: str, service: Service, planned: ServicePlan, wish: AlarmWish) -> Iterator[AlarmPlan]:
    """A service whose deployments move its requests has two target groups, and the metrics of both are watched."""
    groups = len(planned.load_balancers) * (2 if planned.moves_requests else 1)
    watched = None if planned.deployment is None else planned.deployment.roll_back_on
    peak = max(service.load.week_per_second()) * (1 + service.headroom)
    yield AlarmPlan(workload=key, kind=AlarmKind.LOAD, above=_rounded(peak * wish.load_share), metrics=groups)
    if watched is None or watched.error_share is None:
        yield AlarmPlan(workload=key, kind=AlarmKind.ERRORS, above=wish.error_share, metrics=METRICS_OF_ERRORS * groups)
    if service.latency is not None and (watched is None or watched.latency_ms is None):
        yield AlarmPlan(
            workload=key,
            kind=AlarmKind.LATENCY,
            above=service.latency.milliseconds,
            percentile=service.latency.percentile,
            metrics=groups,
        )
    yield AlarmPlan(workload=key, kind=AlarmKind.REPLICAS, above=UNHEALTHY_REPLICAS, metrics=groups)


def _checks(demand: Demand, site_key: str, services: dict[str, ServicePlan]) -> Iterator[SyntheticCheckPlan]:
    """Of services that run at the site, behind its public load balancer."""
    wish, dns = demand.monitoring, demand.aws_sites[site_key].network.dns
    for key, check in sorted({} if wish is None else wish.synthetic_checks.items()):
        if dns is not None and key in services and Exposure.PUBLIC in services[key].load_balancers:
            yield SyntheticCheckPlan(
                workload=key,
                host=dns.domain,
                path=check.path,
                text=check.text,
                interval_seconds=check.interval_seconds,
                regions=check.regions,
                failures=check.failures,
                measures_latency=check.measure_latency,
            )


def _rounded(rate: float) -> float:
    """A rate without the noise of its last digits, which a reviewer would have to read."""
    return float(f"{rate:.{_SIGNIFICANT}g}")


def _charges(plan: MonitoringPlan) -> list[Charge]:
    watched = Counter[str]()
    for alarm in plan.alarms:
        watched[alarm.workload or "cluster"] += alarm.metrics
    charges = [
        _charge(f"alarms of {subject}", "metrics watched", "cloudwatch", "alarm_standard", metrics)
        for subject, metrics in watched.items()
    ]
    counted = [alarm.workload for alarm in plan.alarms if alarm.kind is AlarmKind.LOG]
    charges += [
        _charge(f"log errors {key}", "metrics made from logs", "cloudwatch", "custom_metric", 1) for key in counted
    ]
    for check in plan.synthetic_checks:
        subject = f"synthetic check {check.workload}"
        charges.append(_charge(subject, "checks", "route53", "health_check", 1))
        charges.append(_charge(subject, "options", "route53", "health_check_option", check.options))
    if plan.checks_key:
        charges.append(_charge("synthetic checks' key", "keys", "kms", "key_month", 1))
    return [*charges, _charge("dashboards", "dashboards", "cloudwatch", "dashboard", plan.dashboard_count)]


def _charge(subject: str, detail: str, service: str, item: str, amount: int) -> Charge:
    return Charge(
        subject=subject,
        detail=detail,
        service=service,
        item=item,
        amount_per_month=float(amount),
        billing=Billing.FIXED,
    )


def _reasons(plan: MonitoringPlan) -> Iterator[Reason]:
    heard = ", ".join((*plan.emails, *(f"webhook {name}" for name in plan.webhooks))) or "nobody"
    watched = sum(alarm.metrics for alarm in plan.alarms)
    text = f"{plan.dashboard_count} dashboards; {len(plan.alarms)} alarms watch {watched} metrics, heard by {heard}"
    yield Reason(subject="monitoring", text=f"{text}.")
    for check in plan.synthetic_checks:
        asked = f"https://{check.host}{check.path} is asked from {len(check.regions)} regions"
        yield Reason(subject=f"synthetic check {check.workload}", text=f"{asked} every {check.interval_seconds} s.")
