"""Budgets, and the detection of costs that nobody expected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.rules.rule import Refusal, validates
from poolwright.engine.sandbox.values import Properties, fields, items, objects, parsed_json, text

_MOST_NOTIFICATIONS: Final = 10
_MOST_ADDRESSES: Final = 10
_UNITS: Final = frozenset({"ANNUALLY", "DAILY", "MONTHLY", "QUARTERLY"})


@validates("budgets.Budget")
def budget_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """A name without `:` and `\\`, an amount above 0, notices that someone gets."""
    name = text(inputs.get("name"))
    if name is not None and (":" in name or "\\" in name or not 1 <= len(name) <= 100):
        words = f"Value '{name[:80]}' at 'budget.budgetName' must have 1 to 100 characters without : and \\"
        yield Refusal("InvalidParameterException", words, "name")
    unit = text(inputs.get("timeUnit"))
    if unit is not None and unit not in _UNITS:
        words = f"timeUnit {unit}: {', '.join(sorted(_UNITS))} are allowed"
        yield Refusal("InvalidParameterException", words, "timeUnit")
    amount = text(inputs.get("limitAmount"))
    if amount is not None and not _is_positive(amount):
        words = f"Budget limit amount {amount} must be greater than 0"
        yield Refusal("InvalidParameterException", words, "limitAmount")
    notices = objects(inputs.get("notifications"))
    if len(notices) > _MOST_NOTIFICATIONS:
        words = f"Maximum number of notifications of a budget is {_MOST_NOTIFICATIONS}"
        yield Refusal("CreationLimitExceededException", words, "notifications")
    for number, notice in enumerate(notices):
        mails = items(notice.get("subscriberEmailAddresses"))
        if not mails and not items(notice.get("subscriberSnsTopicArns")):
            words = "Notification must have at least one subscriber"
            yield Refusal("InvalidParameterException", words, f"notifications[{number}]")
        if len(mails) > _MOST_ADDRESSES:
            words = f"Maximum number of e-mail subscribers of a notification is {_MOST_ADDRESSES}"
            yield Refusal("CreationLimitExceededException", words, f"notifications[{number}]")


@validates("costexplorer.AnomalyMonitor")
def monitor_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """A monitor of a dimension names it; one of the payer's own has an expression."""
    code, kind = "ValidationException", text(inputs.get("monitorType"))
    if kind == "DIMENSIONAL" and inputs.get("monitorDimension") is None:
        yield Refusal(code, "MonitorDimension is required for a DIMENSIONAL monitor", "monitorDimension")
    if kind == "CUSTOM" and inputs.get("monitorSpecification") is None:
        yield Refusal(code, "MonitorSpecification is required for a CUSTOM monitor", "monitorSpecification")
    given = text(inputs.get("monitorSpecification"))
    if given is not None and not fields(parsed_json(given)):
        yield Refusal(code, "MonitorSpecification is not an expression", "monitorSpecification")


@validates("costexplorer.AnomalySubscription")
def subscription_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """Mail once a day or week, or a topic at once; each with someone who hears it."""
    code, often = "ValidationException", text(inputs.get("frequency"))
    subscribers = objects(inputs.get("subscribers"))
    if not subscribers:
        yield Refusal(code, "Subscribers must have at least one member", "subscribers")
    for number, each in enumerate(subscribers):
        kind = text(each.get("type"))
        if (kind == "SNS") != (often == "IMMEDIATE") and kind is not None and often is not None:
            words = f"{kind} subscribers can't have a frequency of {often}: e-mail is DAILY or WEEKLY, SNS IMMEDIATE"
            yield Refusal(code, words, f"subscribers[{number}]")
    if inputs.get("thresholdExpression") is None:
        yield Refusal(code, "ThresholdExpression must be given", "thresholdExpression")


def _is_positive(amount: str) -> bool:
    try:
        return float(amount) > 0
    except ValueError:
        return False
