"""Renewals of Auto Scaling groups: how an instance refresh replaces machines, and how old they may become.

AWS says what is wrong with a refresh when it is started, which pulumi-aws does when the launch template of a group
changes; here it is said when the group is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.rules.rule import Refusal, validates
from poolwright.engine.sandbox.values import Properties, Value, fields, items, text, texts, whole

LONGEST_PAUSE: Final = 172_800
"""Seconds: two days."""
MOST_ALARMS: Final = 10
LIFETIMES: Final = range(86_400, 31_536_000 + 1)
"""Seconds: a day to a year."""
_VALID: Final = "ValidationError"
_MOST_BETWEEN: Final = 100
_PREFERENCES: Final = "instanceRefresh.preferences"
_WORDS: Final = {
    "scaleInProtectedInstances": ("Refresh", "Ignore", "Wait"),
    "standbyInstances": ("Terminate", "Ignore", "Wait"),
}


@validates("autoscaling.Group")
def refresh_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """Shares in AWS's ranges, checkpoints in order, a rollback that has a version to go back to."""
    refresh = fields(inputs.get("instanceRefresh"))
    preferences = fields(refresh.get("preferences"))
    strategy = text(refresh.get("strategy"))
    if strategy not in (None, "Rolling"):
        words = f"Invalid value {strategy} for strategy. Valid values are: Rolling"
        yield Refusal(_VALID, words, "instanceRefresh.strategy")
    yield from _shares(preferences)
    yield from _checkpoints(preferences)
    for name, allowed in _WORDS.items():
        given = text(preferences.get(name))
        if given is not None and given not in allowed:
            words = f"Invalid value {given} for {name}. Valid values are: {', '.join(allowed)}"
            yield Refusal(_VALID, words, f"{_PREFERENCES}.{name}")
    alarms = items(fields(preferences.get("alarmSpecification")).get("alarms"))
    if len(alarms) > MOST_ALARMS:
        words = f"An alarm specification has at most {MOST_ALARMS} alarms, found {len(alarms)}"
        yield Refusal(_VALID, words, f"{_PREFERENCES}.alarmSpecification.alarms")
    if any(not 1 <= len(alarm) <= 255 for alarm in texts(alarms)):
        words = "The name of an alarm has 1 to 255 characters"
        yield Refusal(_VALID, words, f"{_PREFERENCES}.alarmSpecification.alarms")
    if preferences.get("autoRollback") is True and _has_no_number(inputs):
        words = "Auto rollback is not supported for a launch template version of $Latest or $Default"
        yield Refusal(_VALID, words, f"{_PREFERENCES}.autoRollback")


@validates("autoscaling.Group")
def lifetime_is_a_day_to_a_year(inputs: Properties) -> Iterator[Refusal]:
    """0, which is no limit, or a day to a year."""
    lifetime = whole(inputs.get("maxInstanceLifetime"))
    if lifetime is not None and lifetime != 0 and lifetime not in LIFETIMES:
        words = "maxInstanceLifetime must be between 86400 and 31536000 seconds (inclusive)"
        yield Refusal(_VALID, f"{words}, found {lifetime}", "maxInstanceLifetime")


def _shares(preferences: Properties) -> Iterator[Refusal]:
    least, most = (whole(preferences.get(name)) for name in ("minHealthyPercentage", "maxHealthyPercentage"))
    if least is not None and not 0 <= least <= 100:
        words = f"MinHealthyPercentage must be between 0 and 100, found {least}"
        yield Refusal(_VALID, words, f"{_PREFERENCES}.minHealthyPercentage")
    if most is None:
        return
    if not 100 <= most <= 200:
        words = f"MaxHealthyPercentage must be between 100 and 200, found {most}"
        yield Refusal(_VALID, words, f"{_PREFERENCES}.maxHealthyPercentage")
    if least is None and preferences.get("minHealthyPercentage") is None:
        words = "MinHealthyPercentage must be specified when MaxHealthyPercentage is"
        yield Refusal(_VALID, words, f"{_PREFERENCES}.maxHealthyPercentage")
    if least is not None and most - least > _MOST_BETWEEN:
        words = "The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than "
        yield Refusal(_VALID, f"{words}{_MOST_BETWEEN}, found {most - least}", f"{_PREFERENCES}.maxHealthyPercentage")


def _checkpoints(preferences: Properties) -> Iterator[Refusal]:
    path = f"{_PREFERENCES}.checkpointPercentages"
    given = [number for each in items(preferences.get("checkpointPercentages")) if (number := whole(each)) is not None]
    if any(not 1 <= number <= 100 for number in given):
        yield Refusal(_VALID, "Each of CheckpointPercentages must be between 1 and 100", path)
    if given != sorted(set(given)):
        yield Refusal(_VALID, "CheckpointPercentages must be unique and in ascending order", path)
    delay = _seconds(preferences.get("checkpointDelay"))
    if delay is None:
        return
    path = f"{_PREFERENCES}.checkpointDelay"
    if not given:
        yield Refusal(_VALID, "CheckpointPercentages must be specified when CheckpointDelay is", path)
    if not 0 <= delay <= LONGEST_PAUSE:
        yield Refusal(_VALID, f"CheckpointDelay must be between 0 and {LONGEST_PAUSE}, found {delay}", path)


def _seconds(value: Value) -> int | None:
    """Durations of a refresh are numbers that the provider writes as text."""
    written = text(value)
    return int(written) if written is not None and written.lstrip("-").isdigit() else whole(value)


def _has_no_number(inputs: Properties) -> bool:
    """Whether the group follows its template's newest or default version."""
    template = fields(fields(inputs.get("mixedInstancesPolicy")).get("launchTemplate"))
    named = (fields(inputs.get("launchTemplate")), fields(template.get("launchTemplateSpecification")))
    return any(text(each.get("version")) in ("$Latest", "$Default") for each in named if each)
