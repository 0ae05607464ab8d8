"""MonitoringPlan: dashboards, alarms, the budget, and who hears of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from solver.schema import Schema, is_empty
from solver.vocabulary import AlarmKind


class AlarmPlan(Schema):
    """One alarm."""

    workload: Annotated[str | None, Field(exclude_if=is_empty)] = None
    """The workload; None: of the site's cluster."""
    kind: AlarmKind
    """What it is about."""
    above: float
    """load: requests a second; latency: milliseconds; errors, cpu, memory: a part of 1; replicas: how many;
    log: lines in five minutes."""
    pattern: Annotated[str | None, Field(exclude_if=is_empty)] = None
    """Of log: which lines are counted."""
    percentile: float | None = Field(default=None, exclude_if=is_empty)
    """Of latency: percent of requests."""
    metrics: int = 1
    """Metrics that it watches: AWS bills each."""

    @property
    def key(self) -> str:
        """`assistant-load`, `cluster-cpu`."""
        return f"{self.workload or 'cluster'}-{self.kind}"


class BudgetPlan(Schema):
    """A budget of the whole stack."""

    usd_per_month: float
    """What may be spent."""


class MonitoringPlan(Schema):
    """The monitoring pool of one site."""

    site_dashboard: bool = False
    """The site as a whole has one."""
    dashboards: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    """Services with one of their own."""
    planned_usd_per_month: float | None = Field(default=None, exclude_if=is_empty)
    """What the whole stack costs by its plan; on the stack's first site."""
    alarms: tuple[AlarmPlan, ...] = ()
    """By service, then of the cluster."""
    budget: BudgetPlan | None = Field(default=None, exclude_if=is_empty)
    """On the stack's first site."""
    anomalies_usd: float | None = Field(default=None, exclude_if=is_empty)
    """Least unexpected cost of a day that is told; on the stack's first site."""
    emails: tuple[str, ...] = ()
    """Who is written to."""
    webhooks: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    """Names of the addresses that alarms are posted to."""
    runbook: Annotated[str | None, Field(exclude_if=is_empty)] = None
    """Page that alarms name; None: the project's own."""

    @property
    def dashboard_count(self) -> int:
        """How many AWS bills."""
        return len(self.dashboards) + self.site_dashboard

    def alarms_of(self, workload: str | None) -> dict[AlarmKind, AlarmPlan]:
        """Alarms of one service, or of the cluster, by kind."""
        return {alarm.kind: alarm for alarm in self.alarms if alarm.workload == workload}
