"""Cost lines of a site's machines: hours on demand and on spot, commitments, root volumes, volumes of claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.compute.needs import volume_claims
from solver.model.compute.purchase import Bought, excess
from solver.model.reserved import FREE_USD_PER_HOUR
from solver.plan.compute import ComputePlan, NodeGroup
from solver.plan.cost import Billing, CostLine, Pool, cost_line
from solver.quantity import HOURS_PER_MONTH, HOURS_PER_WEEK, WEEKS_PER_MONTH
from solver.vocabulary import PurchaseOption

ON_DEMAND_HOURS = "machine hours on demand"
"""What a line says of hours that no commitment covers."""


def compute_lines(
    demand: Demand,
    site_key: str,
    catalog: Catalog,
    plan: ComputePlan,
    bought: Sequence[Bought],
    held: Sequence[Bought],
    spot_usd_per_hour: Mapping[str, float],
    volume_usd_per_month: Mapping[str, float],
) -> tuple[CostLine, ...]:
    """All lines, by group; `held` commitments cover machines and have no line.

    `spot_usd_per_hour` has the price of each spot group, by key.
    """
    region = demand.aws_sites[site_key].region
    paid = uncovered_hours(plan, (*held, *bought), on_demand_prices(catalog, region, plan))
    gib = catalog.price(region, "ebs", "gp3_storage").usd_first
    lines: list[CostLine] = []
    for group in plan.node_groups:
        item = f"node-group {group.key}"
        week = sum(group.machines.hourly())
        on_demand = group.purchase is PurchaseOption.ON_DEMAND
        hours = paid[group.key] if on_demand else float(week)
        price = (
            catalog.offering(region, group.machine_types[0]).on_demand_usd_per_hour or 0.0
            if on_demand
            else spot_usd_per_hour[group.key]
        )
        # Machines that AWS keeps for the account have no price here: what is paid for them is no part of a plan.
        if hours > 0 and price > FREE_USD_PER_HOUR:
            lines.append(
                cost_line(
                    Pool.COMPUTE,
                    site_key,
                    item,
                    ON_DEMAND_HOURS if on_demand else "machine hours on spot",
                    billing=Billing.FIXED,
                    amount_per_month=hours * WEEKS_PER_MONTH,
                    unit="machine-hour",
                    usd_per_unit=price,
                )
            )
        if week:
            lines.append(
                cost_line(
                    Pool.STORAGE,
                    site_key,
                    item,
                    "root volumes",
                    billing=Billing.FIXED,
                    amount_per_month=week / HOURS_PER_WEEK * group.root_volume_gib,
                    unit="GiB",
                    usd_per_unit=gib,
                )
            )
    lines += [_waiting_line(site_key, group, gib) for group in plan.node_groups if group.warm_machines]
    lines += [_commitment_line(site_key, each) for each in bought]
    lines += _volume_lines(demand, site_key, plan, volume_usd_per_month)
    lines += alarm_lines(catalog, region, site_key, plan)
    return tuple(lines)


def alarm_lines(catalog: Catalog, region: str, site_key: str, plan: ComputePlan) -> list[CostLine]:
    """Alarms that end deployments: AWS bills each metric that one watches, in each target group of the service."""
    return [
        cost_line(
            Pool.COMPUTE,
            site_key,
            f"alarms {service.key}",
            "metrics of deployments",
            billing=Billing.FIXED,
            amount_per_month=float(service.alarm_metrics),
            unit="alarm-metric-month",
            usd_per_unit=catalog.price(region, "cloudwatch", "alarm_standard").usd_first,
        )
        for service in plan.services
        if service.alarm_metrics
    ]


def on_demand_prices(catalog: Catalog, region: str, plan: ComputePlan) -> dict[str, float]:
    """USD an hour of the types of the plan's on-demand groups."""
    names = {group.machine_types[0] for group in plan.node_groups if group.purchase is PurchaseOption.ON_DEMAND}
    return {name: catalog.offering(region, name).on_demand_usd_per_hour or 0.0 for name in sorted(names)}


def uncovered_hours(plan: ComputePlan, bought: Sequence[Bought], prices: Mapping[str, float]) -> dict[str, float]:
    """Machine hours a week of each on-demand group that no commitment covers, shared by groups of one type evenly."""
    groups = [group for group in plan.node_groups if group.purchase is PurchaseOption.ON_DEMAND]
    weeks = {group.key: group.machines.hourly() for group in groups}
    found = {group.key: 0.0 for group in groups}
    for hour in range(HOURS_PER_WEEK):
        usage: dict[str, int] = {}
        for group in groups:
            usage[group.machine_types[0]] = usage.get(group.machine_types[0], 0) + weeks[group.key][hour]
        left = excess(usage, bought, prices)
        for group in groups:
            name = group.machine_types[0]
            if weeks[group.key][hour]:
                found[group.key] += left[name] * weeks[group.key][hour] / usage[name]
    return found


def _waiting_line(site_key: str, group: NodeGroup, gib: float) -> CostLine:
    return cost_line(
        Pool.STORAGE,
        site_key,
        f"node-group {group.key}",
        "root volumes of machines that wait",
        billing=Billing.FIXED,
        amount_per_month=float(group.warm_machines * group.root_volume_gib),
        unit="GiB",
        usd_per_unit=gib,
    )


def _commitment_line(site_key: str, bought: Bought) -> CostLine:
    scope = f" {bought.good.scope}" if bought.good.scope else ""
    count = f"{bought.machines} machines" if bought.good.by_machine else "USD an hour"
    return cost_line(
        Pool.COMPUTE,
        site_key,
        f"commitment {bought.good.term}{scope}",
        f"committed hours of {count}",
        billing=Billing.COMMITMENT,
        amount_per_month=float(HOURS_PER_MONTH),
        unit="hour",
        usd_per_unit=bought.usd_per_hour,
    )


def _volume_lines(
    demand: Demand, site_key: str, plan: ComputePlan, volume_usd_per_month: Mapping[str, float]
) -> list[CostLine]:
    by_machine: dict[tuple[str, str], float] = {}
    by_replica: dict[tuple[str, str], float] = {}
    for group in plan.node_groups:
        for claim in _machine_claims(demand, group):
            by_machine[claim, group.key] = group.machines.mean
    replicas = [(service.key, variant) for service in plan.services for variant in service.variants]
    replicas += [(job.key, job.variant) for job in plan.jobs]
    for key, variant in replicas:
        for claim in volume_claims(demand, demand.workloads[key].uses)[1]:
            by_replica[claim, key] = by_replica.get((claim, key), 0.0) + variant.replicas.mean
    entries = [(claim, f"machines of {key}", mean) for (claim, key), mean in by_machine.items()]
    entries += [(claim, f"replicas of {key}", mean) for (claim, key), mean in by_replica.items()]
    return [
        cost_line(
            Pool.STORAGE,
            site_key,
            f"volume {claim}",
            detail,
            billing=Billing.FIXED,
            amount_per_month=mean,
            unit="volume-month",
            usd_per_unit=volume_usd_per_month[claim],
        )
        for claim, detail, mean in sorted(entries)
        if mean > 0
    ]


def _machine_claims(demand: Demand, group: NodeGroup) -> list[str]:
    """Claims of which each machine of the group gets a volume."""
    held = {name.partition(".")[0] for name, count in group.slots.items() if count}
    return sorted({claim for key in held for claim in volume_claims(demand, demand.workloads[key].uses)[0]})
