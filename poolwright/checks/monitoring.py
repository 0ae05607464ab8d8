"""Monitoring: that what the plan watches is watched, and that someone asks about the money."""

from __future__ import annotations

from collections.abc import Iterator

from poolwright.checks.check import Fault, Severity, on_plan, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.logs import ALARM
from solver.vocabulary import AlarmKind, Exposure, Protocol


@on_plan(
    id="monitoring.load",
    title="Where a stack has alarms, each service behind a load balancer has one on its load",
    remedy="Plan again (poolwright plan STACK --write): a lock is never edited by hand",
)
def load_is_watched(evidence: Evidence) -> Iterator[Fault]:
    for _, site in evidence.sites():
        if site.monitoring is None or not site.monitoring.alarms_here:
            continue
        for service in site.compute.services:
            if service.load_balancers and AlarmKind.LOAD not in site.monitoring.alarms_of(service.key):
                text = "nobody hears when it is asked for more than the plan holds"
                yield Fault(text=text, subject=f"workload {service.key}", at=("monitoring", "alarms"))


@on_stack(
    ALARM,
    id="monitoring.alarms",
    title="Each alarm of the plan is built",
    remedy="Build it in components/aws/monitoring, or plan again: the lock and the program have gone apart",
)
def alarms_are_built(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        built = {alarm.name for alarm in evidence.at_site(key, ALARM)}
        for alarm in () if site.monitoring is None else site.monitoring.alarms:
            name = f"{key}-monitoring-{alarm.key}"
            if name not in built:
                yield Fault(text="is in the lock, and no alarm of this name is built", subject=name)


@on_plan(
    id="monitoring.synthetic",
    title="Where a stack has synthetic checks, each public service that speaks http is asked",
    remedy="Name the service in monitoring.synthetic_checks in stacks/, or waive it with a reason",
)
def public_paths_are_asked(evidence: Evidence) -> Iterator[Fault]:
    for _, site in evidence.sites():
        checks = () if site.monitoring is None else site.monitoring.synthetic_checks
        asked = {check.workload for check in checks}
        public = [
            target.workload
            for balancer in site.network.load_balancers
            if balancer.exposure is Exposure.PUBLIC
            for target in balancer.targets
            if target.protocol is Protocol.HTTP
        ]
        for workload in public if asked else ():
            if workload not in asked:
                text = "nobody outside asks it, while other public services are asked"
                yield Fault(text=text, subject=f"workload {workload}", at=("monitoring", "synthetic_checks"))


@on_plan(
    id="monitoring.budget",
    title="A stack that is watched has a budget in AWS",
    severity=Severity.WARN,
    remedy="Set monitoring.budget: true in stacks/: AWS charges nothing for it, and tells before the month is over",
)
def money_is_watched(evidence: Evidence) -> Iterator[Fault]:
    watched = [site.monitoring for _, site in evidence.sites() if site.monitoring is not None]
    if watched and all(plan.budget is None for plan in watched):
        yield Fault(text="nobody is told when it costs more than planned", at=("monitoring", "budget"))
