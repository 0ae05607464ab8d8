"""Warm pools of Auto Scaling groups: machines that wait, of groups with one type on demand alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.groups import template_of
from poolwright.engine.sandbox.rules.rule import Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, fields, text, whole

_VALID: Final = "ValidationError"
_STATES: Final = ("Stopped", "Running", "Hibernated")
_NO_LIMIT: Final = -1
_FORBIDDEN: Final = (
    "You can't add a warm pool to an Auto Scaling group that has a mixed instances policy or a launch template or "
    "launch configuration that requests Spot Instances."
)


@validates("autoscaling.Group")
def warm_pool_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """A known state, numbers that are none below zero, and no mixed instances."""
    pool = inputs.get("warmPool")
    if pool is None:
        return
    asked = fields(pool)
    if inputs.get("mixedInstancesPolicy"):
        yield Refusal(_VALID, _FORBIDDEN, "warmPool")
    state = text(asked.get("poolState"))
    if state is not None and state not in _STATES:
        words = f"Invalid value {state} for poolState. Valid values are: {', '.join(_STATES)}"
        yield Refusal(_VALID, words, "warmPool.poolState")
    least, most = whole(asked.get("minSize")), whole(asked.get("maxGroupPreparedCapacity"))
    if least is not None and least < 0:
        yield Refusal(_VALID, f"MinSize must be at least 0, found {least}", "warmPool.minSize")
    if most is not None and most < _NO_LIMIT:
        words = f"MaxGroupPreparedCapacity must be at least -1, found {most}"
        yield Refusal(_VALID, words, "warmPool.maxGroupPreparedCapacity")


@refuses("autoscaling.Group")
def warm_pool_is_not_on_spot(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The template asks for no spot machines."""
    template = template_of(change.inputs, cloud) if change.inputs.get("warmPool") is not None else None
    market = {} if template is None else fields(template.outputs.get("instanceMarketOptions"))
    if market.get("marketType") == "spot":
        yield Refusal(_VALID, _FORBIDDEN, "warmPool")
