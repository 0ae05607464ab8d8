"""MonitoringPlan: dashboards, alarms, the budget, and who hears of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from solver.schema import Schema, is_empty
from solver.vocabulary import AlarmKind, CheckerRegion

SLOW_SECONDS = 30
"""Between two requests where nothing more is paid for haste."""
CHECKS_REGION = "us-east-1"
"""Where Route 53 writes the metrics of its health checks, whatever they ask: alarms on them must be there."""


class AlarmPlan(Schema):
    """One alarm."""

    workload: Annotated[str | None, Field(exclude_if=is_empty)] = None
    """The workload; None: of the site's cluster."""
    kind: AlarmKind
    """What it is about."""
    above: float
    """load: requests a second; latency: milliseconds; errors, cpu, memory: a part of 1; replicas: how many;
    log: lines in five minutes; synthetic: 0, where an unhealthy path is 1."""
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


class SyntheticCheckPlan(Schema):
    """One public path that Route 53's checkers ask by HTTPS."""

    workload: str
    """The service."""
    host: str
    """The name of the public load balancer."""
    path: str
    """What is asked."""
    text: Annotated[str | None, Field(exclude_if=is_empty)] = None
    """What the answer must contain."""
    interval_seconds: int
    """Between two requests of one checker."""
    regions: tuple[CheckerRegion, ...]
    """Where checkers are."""
    failures: int
    """Bad answers in a row that are too many."""
    measures_latency: bool = Field(default=False, exclude_if=is_empty)
    """The checkers' times are metrics."""

    @property
    def options(self) -> int:
        """What AWS bills beside the check itself: HTTPS, and each of text, haste and latency."""
        return 1 + (self.text is not None) + (self.interval_seconds < SLOW_SECONDS) + self.measures_latency


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
    synthetic_checks: tuple[SyntheticCheckPlan, ...] = Field(default=(), exclude_if=is_empty)
    """By service."""
    checks_key: bool = Field(default=False, exclude_if=is_empty)
    """The topic of their alarms has a key of its own: it is in another region than the site's key for logs."""
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

    @property
    def alarms_here(self) -> tuple[AlarmPlan, ...]:
        """Those in the site's own region."""
        return tuple(alarm for alarm in self.alarms if alarm.kind is not AlarmKind.SYNTHETIC)

    @property
    def alarms_on_checks(self) -> tuple[AlarmPlan, ...]:
        """Those where the metrics of health checks are."""
        return tuple(alarm for alarm in self.alarms if alarm.kind is AlarmKind.SYNTHETIC)

    def alarms_of(self, workload: str | None) -> dict[AlarmKind, AlarmPlan]:
        """Alarms of one service, or of the cluster, by kind."""
        return {alarm.kind: alarm for alarm in self.alarms if alarm.workload == workload}
