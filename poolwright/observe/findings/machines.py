"""Rules about machines: more than the load needs, spot machines that are taken back more often than the tables say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from poolwright.observe.findings.observation import Found, Observation, Rule, month_of, nice
from poolwright.observe.utilisation import GroupUse
from solver.quantity import HOURS_PER_MONTH

_IDLE = 0.1
"""Machines above the schedule, as a part of it, that are worth a look."""
_BANDS = {"<5%": 0.05, "5-10%": 0.10, "10-15%": 0.15, "15-20%": 0.20}
"""Upper ends of the interruption bands of the tables: of machines, in a month."""


def idle_machines(seen: Observation) -> Iterator[Found]:
    """Node groups that ran more machines than the schedule while no service needed more than it."""
    quiet = _quiet_hours(seen)
    for group in seen.use.groups:
        if group.machines is None:
            continue
        counted = ~np.isnan(group.machines) & quiet
        extra = np.where(counted, np.maximum(group.machines - group.planned, 0), 0)
        planned = float(group.planned[counted].sum())
        if extra.sum() <= max(_IDLE * planned, 1):
            continue
        price = _usd_per_hour(seen, group)
        usd = None if price is None else month_of(float(extra.sum()) * price, int(counted.sum()))
        yield Found(
            subject=f"node-group {group.key}",
            evidence=f"{nice(float(extra.sum()))} machine-hours above the schedule in hours in which no service "
            f"needed more than the plan has; the most at once: {nice(float(extra.max()))}",
            cause="autoscaling goes up too soon or comes down too late, or someone set another number",
            act=f"poolwright drift {seen.stack}; look at scaling of the services on {group.key}",
            usd_per_month=usd,
        )


def _quiet_hours(seen: Observation) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Hours of which all services' needs are known and none is above the schedule."""
    quiet = np.ones(seen.use.hours, dtype=bool)
    for each in seen.use.services:
        need = each.need
        if need is None or not each.planned.replicas.any():
            quiet &= not each.planned.replicas.any()
            continue
        quiet &= ~np.isnan(need) & (need <= each.of_plan(each.planned.replicas))
    return quiet


def _usd_per_hour(seen: Observation, group: GroupUse) -> float | None:
    """The price of one more machine of the group, in the first of its zones that has one."""
    region = seen.plan.aws_sites[group.site].region
    offering = seen.catalog.offering(region, group.machine_type)
    if not group.spot:
        return offering.on_demand_usd_per_hour
    known = [offering.spot_usd_per_hour[zone] for zone in group.zones if zone in offering.spot_usd_per_hour]
    return known[0] if known else None


def interruptions(seen: Observation) -> Iterator[Found]:
    """Spot groups that lose more machines a month than the band of the tables, which the plan chose them by."""
    for group in seen.use.groups:
        if not group.spot or group.interruptions is None:
            continue
        counted = ~np.isnan(group.interruptions)
        hours = (
            np.where(np.isnan(group.machines), group.planned, group.machines) if group.machines is not None else None
        )
        machine_hours = float((group.planned if hours is None else hours)[counted].sum())
        taken = float(group.interruptions[counted].sum())
        if machine_hours <= 0 or taken < 2:
            continue
        rate = taken / machine_hours * HOURS_PER_MONTH
        region = seen.plan.aws_sites[group.site].region
        band = seen.catalog.offering(region, group.machine_type).interruption_band
        expected = _BANDS.get(band or "")
        if expected is None or rate <= expected:
            continue
        yield Found(
            subject=f"node-group {group.key}",
            evidence=f"{nice(taken)} machines taken back in {nice(machine_hours)} machine-hours: "
            f"{nice(rate)} for each machine and month, where the tables say {band}",
            cause=f"{group.machine_type} has become scarce in {', '.join(group.zones)}",
            act="raise spot_pools or lower interruptible_share of the workloads on it, or bring the tables up to date: "
            f"poolwright prices refresh --region {region}",
        )


RULES = (
    Rule("idle-machines", "machines above what load and schedule ask for", idle_machines),
    Rule("spot-interrupted", "spot machines are taken back more often than the tables say", interruptions),
)
