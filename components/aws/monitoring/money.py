"""Money of the stack as AWS counts it: a budget, and the detection of costs that nobody expected.

Both go by the tag `stack`, which the account's payer must have made a cost allocation tag. They write to people
themselves: the topic of alarms admits CloudWatch alone.
"""

from __future__ import annotations

import json

import pulumi
from pulumi_aws import budgets, costexplorer

from components.naming import NameKind, SiteNames
from components.options import child_of
from solver.plan.monitoring import BudgetPlan, MonitoringPlan

TAG = "stack"
"""Each resource of a stack has it."""
_NOTICES = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
"""Spent, or expected by the end of the month, in percent of the budget."""


def build_budget(
    parent: pulumi.Resource, name: str, plan: BudgetPlan, emails: tuple[str, ...], names: SiteNames
) -> None:
    """What the stack may cost a month."""
    budgets.Budget(
        f"{name}-budget",
        name=names.physical(NameKind.BUDGET),
        budget_type="COST",
        time_unit="MONTHLY",
        limit_amount=f"{plan.usd_per_month:.2f}",
        limit_unit="USD",
        cost_filters=[{"name": "TagKeyValue", "values": [f"user:{TAG}${names.stack}"]}],
        notifications=[
            {
                "notification_type": kind,
                "comparison_operator": "GREATER_THAN",
                "threshold": percent,
                "threshold_type": "PERCENTAGE",
                "subscriber_email_addresses": list(emails),
            }
            for kind, percent in _NOTICES
        ],
        tags=names.tags("budget"),
        opts=child_of(parent),
    )


def build_anomalies(parent: pulumi.Resource, name: str, usd: float, plan: MonitoringPlan, names: SiteNames) -> None:
    """A mail a day of costs that are above what AWS expects of the stack."""
    specification = {
        "And": None,
        "CostCategories": None,
        "Dimensions": None,
        "Not": None,
        "Or": None,
        "Tags": {"Key": TAG, "MatchOptions": None, "Values": [names.stack]},
    }
    monitor = costexplorer.AnomalyMonitor(
        f"{name}-anomalies",
        name=names.physical(NameKind.ANOMALIES),
        monitor_type="CUSTOM",
        monitor_specification=json.dumps(specification, sort_keys=True),
        tags=names.tags("anomalies"),
        opts=child_of(parent),
    )
    costexplorer.AnomalySubscription(
        f"{name}-anomalies",
        name=names.physical(NameKind.ANOMALIES),
        frequency="DAILY",
        monitor_arn_lists=[monitor.arn],
        subscribers=[{"type": "EMAIL", "address": email} for email in plan.emails],
        threshold_expression={
            "dimension": {
                "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                "match_options": ["GREATER_THAN_OR_EQUAL"],
                "values": [f"{usd:g}"],
            }
        },
        tags=names.tags("anomalies"),
        opts=child_of(parent),
    )
