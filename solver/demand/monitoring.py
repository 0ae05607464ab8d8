"""MonitoringWish: what is watched, who hears of it, and which money is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from solver.demand.contradiction import Contradiction
from solver.demand.names import Distinct, Key, SecretName
from solver.demand.synthetic import SyntheticCheck
from solver.quantity import Written
from solver.schema import Schema, is_empty

MailAddress = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$"),
    Written("a mail address like on-call@example.com"),
]
"""Where mail goes."""

PageAddress = Annotated[
    str,
    StringConstraints(pattern=r"^https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._~/%+-]*)?$", max_length=400),
    Written("an address like https://wiki.example.com/monitoring, without its #part,"),
]
"""A page, whose parts are reached by `#`."""

MOST_ADDRESSES = 9
"""AWS Budgets sends a notice to ten addresses at most; the owner's may be one."""


class AlarmWish(Schema):
    """When alarms ring: for each service on its load, answers and errors, for a site on its machines."""

    load_share: Annotated[float, Field(gt=0, le=10)] = 1.0
    """Part of what the plan is made for, headroom included, above which a service's load rings."""
    error_share: Annotated[float, Field(gt=0, le=1)] = 0.05
    """Part of a service's requests answered with 5xx."""
    utilisation: Annotated[float, Field(gt=0, le=1)] = 0.95
    """Part of the cluster's cpu, or memory, that is in use."""


class MonitoringWish(Schema):
    """What of a stack is watched; what is not named is not built."""

    dashboards: Literal["none", "stack", "workloads"] = "none"
    """none; one for each site; or one for each service besides."""
    alarms: AlarmWish | None = None
    """Alarms of services and machines; None: those of deployments and of the trail alone."""
    synthetic_checks: dict[Key, SyntheticCheck] = Field(
        default_factory=dict[str, SyntheticCheck], max_length=50, exclude_if=is_empty
    )
    """Public paths that are asked from several regions, by service; each has an alarm, with `alarms` or without."""
    budget: bool = False
    """A budget in AWS, of `limits.budget_usd_per_month`, or else of what the plan costs."""
    anomalies_usd: Annotated[float, Field(gt=0, le=1e7)] | None = None
    """Costs that are so many dollars above what AWS expects are told, once a day; None: no detection."""
    emails: Annotated[tuple[MailAddress, ...], Field(max_length=MOST_ADDRESSES), Distinct] = ()
    """Who hears of alarms and costs, beside the owner where that is a mail address."""
    webhooks: Annotated[tuple[SecretName, ...], Field(max_length=5), Distinct] = ()
    """Names of https addresses that alarms are posted to; the addresses are secrets of Pulumi's configuration."""
    runbook: Annotated[PageAddress | None, Field(exclude_if=is_empty)] = None
    """Page that alarms name, with a part for each kind of alarm; None: this project's own."""


def addresses_of(owner: str, wish: MonitoringWish) -> tuple[str, ...]:
    """Who is written to: the owner, where that is a mail address, and those named."""
    return tuple(dict.fromkeys((*([owner] if "@" in owner else []), *wish.emails)))


def monitoring_contradictions(owner: str, wish: MonitoringWish | None) -> Iterator[Contradiction]:
    """Notices about money that nobody would get."""
    if wish is None or addresses_of(owner, wish):
        return
    for name in ("budget", "anomalies_usd"):
        if getattr(wish, name):
            yield Contradiction(
                path=("monitoring", name),
                found="no mail address",
                allowed="it is allowed where someone hears of it",
                hint="Name someone: monitoring.emails, or an owner with a mail address",
            )
