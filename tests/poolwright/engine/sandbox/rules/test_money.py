from __future__ import annotations

import json

from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

NOTICE = {
    "notificationType": "ACTUAL",
    "comparisonOperator": "GREATER_THAN",
    "threshold": 100,
    "thresholdType": "PERCENTAGE",
    "subscriberEmailAddresses": ["payer@example.com"],
}
BUDGET = {
    "name": "prod-main",
    "budgetType": "COST",
    "timeUnit": "MONTHLY",
    "limitAmount": "100.00",
    "limitUnit": "USD",
    "notifications": [NOTICE],
}
MONITOR = {
    "name": "prod",
    "monitorType": "CUSTOM",
    "monitorSpecification": json.dumps({"Tags": {"Key": "stack", "Values": ["prod"]}}),
}
ABOVE = {"dimension": {"key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE", "matchOptions": ["GREATER_THAN_OR_EQUAL"]}}
SUBSCRIPTION = {
    "name": "prod",
    "frequency": "DAILY",
    "monitorArnLists": ["arn:aws:ce::123456789012:anomalymonitor/1"],
    "subscribers": [{"type": "EMAIL", "address": "payer@example.com"}],
    "thresholdExpression": ABOVE,
}


@cases(
    a_name_has_no_colon=Case("budgets.Budget", BUDGET, {"name": "prod:main"}, "InvalidParameterException", "name"),
    a_span_is_known=Case("budgets.Budget", BUDGET, {"timeUnit": "WEEKLY"}, "InvalidParameterException", "timeUnit"),
    an_amount_is_above_nothing=Case(
        "budgets.Budget", BUDGET, {"limitAmount": "0"}, "InvalidParameterException", "limitAmount"
    ),
    somebody_gets_a_notice=Case(
        "budgets.Budget",
        BUDGET,
        {"notifications": [{**NOTICE, "subscriberEmailAddresses": []}]},
        "InvalidParameterException",
        "notifications[0]",
    ),
    ten_people_get_a_notice=Case(
        "budgets.Budget",
        {**BUDGET, "notifications": [{**NOTICE, "subscriberEmailAddresses": [f"p{n}@a.org" for n in range(10)]}]},
        {"notifications": [{**NOTICE, "subscriberEmailAddresses": [f"p{n}@a.org" for n in range(11)]}]},
        "CreationLimitExceededException",
        "notifications[0]",
    ),
    ten_notices_to_a_budget=Case(
        "budgets.Budget",
        {**BUDGET, "notifications": [NOTICE] * 10},
        {"notifications": [NOTICE] * 11},
        "CreationLimitExceededException",
        "notifications",
    ),
    a_monitor_of_ones_own_has_an_expression=Case(
        "costexplorer.AnomalyMonitor",
        MONITOR,
        {"monitorSpecification": None},
        "ValidationException",
        "monitorSpecification",
    ),
    an_expression_can_be_read=Case(
        "costexplorer.AnomalyMonitor",
        MONITOR,
        {"monitorSpecification": "stack=prod"},
        "ValidationException",
        "monitorSpecification",
    ),
    a_monitor_of_a_dimension_names_it=Case(
        "costexplorer.AnomalyMonitor",
        {"name": "all", "monitorType": "DIMENSIONAL", "monitorDimension": "SERVICE"},
        {"monitorDimension": None},
        "ValidationException",
        "monitorDimension",
    ),
    somebody_hears_of_costs=Case(
        "costexplorer.AnomalySubscription", SUBSCRIPTION, {"subscribers": []}, "ValidationException", "subscribers"
    ),
    mail_goes_once_a_day=Case(
        "costexplorer.AnomalySubscription",
        SUBSCRIPTION,
        {"frequency": "IMMEDIATE"},
        "ValidationException",
        "subscribers[0]",
    ),
    costs_have_a_threshold=Case(
        "costexplorer.AnomalySubscription",
        SUBSCRIPTION,
        {"thresholdExpression": None},
        "ValidationException",
        "thresholdExpression",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)
