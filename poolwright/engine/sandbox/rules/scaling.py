"""Scaling: policies, hooks and scalable targets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, fields, items, number, objects, text, whole

_SERVICE: Final = re.compile(r"^service/([\w-]+)/([\w-]+)$")
_DIMENSIONS: Final = {
    "ecs": ("ecs:service:DesiredCount",),
    "ec2": ("ec2:spot-fleet-request:TargetCapacity",),
    "dynamodb": (
        "dynamodb:table:ReadCapacityUnits",
        "dynamodb:table:WriteCapacityUnits",
        "dynamodb:index:ReadCapacityUnits",
        "dynamodb:index:WriteCapacityUnits",
    ),
    "sagemaker": ("sagemaker:variant:DesiredInstanceCount", "sagemaker:variant:DesiredProvisionedConcurrency"),
    "lambda": ("lambda:function:ProvisionedConcurrency",),
}
_GROUP_POLICIES: Final = frozenset({"SimpleScaling", "StepScaling", "TargetTrackingScaling", "PredictiveScaling"})
_TARGET_POLICIES: Final = frozenset({"StepScaling", "TargetTrackingScaling", "PredictiveScaling"})
_TRANSITIONS: Final = frozenset({"autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"})
_SAME_TARGET: Final = ("serviceNamespace", "resourceId", "scalableDimension")
_VALID: Final = "ValidationException"
_QUERY_ID: Final = re.compile(r"^[a-z][A-Za-z0-9_]*$")


@validates("appautoscaling.Target")
def target_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """Smallest ≤ largest, neither negative; a dimension of the service."""
    low, high = whole(inputs.get("minCapacity")), whole(inputs.get("maxCapacity"))
    if low is not None and low < 0:
        yield Refusal(_VALID, "Minimum capacity must be at least 0", "minCapacity")
    if low is not None and high is not None and low > high:
        words = f"Maximum capacity {high} cannot be less than minimum capacity {low}"
        yield Refusal(_VALID, words, "maxCapacity")
    space, dimension = text(inputs.get("serviceNamespace")), text(inputs.get("scalableDimension"))
    allowed = _DIMENSIONS.get(space or "")
    known = dimension is None or space is None or allowed is None or dimension in allowed
    if not known or (dimension is not None and space is not None and not dimension.startswith(f"{space}:")):
        words = f"Unsupported service namespace, resource type or scalable dimension: {space}, {dimension}"
        yield Refusal(_VALID, words, "scalableDimension")
    resource = text(inputs.get("resourceId"))
    if space == "ecs" and resource is not None and not _SERVICE.match(resource):
        words = f"Invalid resource ID {resource}: service/<cluster>/<service> is expected"
        yield Refusal(_VALID, words, "resourceId")


@refuses("appautoscaling.Target", on=(Action.CREATE,))
def scaled_service_exists(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """What is to be scaled exists."""
    match = _SERVICE.match(text(change.inputs.get("resourceId")) or "")
    if change.inputs.get("serviceNamespace") != "ecs" or match is None:
        return
    cluster, service = match.groups()
    named = cloud.where("ecs.Service", "name", service)
    if not any(str(found.outputs.get("cluster")).rpartition("/")[2] == cluster for found in named):
        yield Refusal(_VALID, f"ECS service doesn't exist: {match.group(0)}", "resourceId")


@refuses("appautoscaling.Policy", "appautoscaling.ScheduledAction")
def target_is_registered(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A policy or an action belongs to a scalable target."""
    wanted = [change.inputs.get(name) for name in _SAME_TARGET]
    known = ([found.outputs.get(name) for name in _SAME_TARGET] for found in cloud.all("appautoscaling.Target"))
    if wanted not in known:
        space, resource, dimension = wanted
        words = f"No scalable target registered for service namespace: {space}, resource ID: {resource}, scalable "
        yield Refusal("ObjectNotFoundException", f"{words}dimension: {dimension}", "resourceId")


@validates("appautoscaling.Policy")
def target_policy_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """The configuration of its kind, with one metric and a target above zero."""
    kind = text(inputs.get("policyType"))
    if kind is not None and kind not in _TARGET_POLICIES:
        words = f"policyType {kind}: {', '.join(sorted(_TARGET_POLICIES))} are allowed"
        yield Refusal(_VALID, words, "policyType")
    name = "targetTrackingScalingPolicyConfiguration"
    if kind == "TargetTrackingScaling" and inputs.get(name) is None:
        yield Refusal(_VALID, f"{name} must be given for TargetTrackingScaling", name)
    if kind == "StepScaling" and inputs.get("stepScalingPolicyConfiguration") is None:
        words = "stepScalingPolicyConfiguration must be given for StepScaling"
        yield Refusal(_VALID, words, "stepScalingPolicyConfiguration")
    yield from _tracking(fields(inputs.get(name)), name, _VALID)


@validates("autoscaling.Policy")
def group_policy_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """The figures of its kind, and none of another's."""
    code, kind = "ValidationError", text(inputs.get("policyType"))
    if kind is not None and kind not in _GROUP_POLICIES:
        words = f"policyType {kind}: {', '.join(sorted(_GROUP_POLICIES))} are allowed"
        yield Refusal(code, words, "policyType")
    if kind == "TargetTrackingScaling":
        if inputs.get("targetTrackingConfiguration") is None:
            words = "TargetTrackingConfiguration must be specified for policy type TargetTrackingScaling"
            yield Refusal(code, words, "targetTrackingConfiguration")
        for name in ("scalingAdjustment", "adjustmentType", "cooldown"):
            if inputs.get(name) is not None:
                yield Refusal(code, f"{name} cannot be specified for policy type TargetTrackingScaling", name)
    if kind == "SimpleScaling":
        for name in ("scalingAdjustment", "adjustmentType"):
            if inputs.get(name) is None:
                yield Refusal(code, f"{name} must be specified for policy type SimpleScaling", name)
    if kind == "StepScaling" and not items(inputs.get("stepAdjustments")):
        words = "At least one step adjustment must be specified for policy type StepScaling"
        yield Refusal(code, words, "stepAdjustments")
    configuration = fields(inputs.get("targetTrackingConfiguration"))
    yield from _tracking(configuration, "targetTrackingConfiguration", code)


@validates("autoscaling.LifecycleHook")
def hook_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """A transition that exists; a wait of 30 seconds to two hours."""
    transition = text(inputs.get("lifecycleTransition"))
    if transition is not None and transition not in _TRANSITIONS:
        words = f"Invalid lifecycle transition {transition}; {', '.join(sorted(_TRANSITIONS))} are allowed"
        yield Refusal("ValidationError", words, "lifecycleTransition")
    wait = whole(inputs.get("heartbeatTimeout"))
    if wait is not None and not 30 <= wait <= 7200:
        words = f"Heartbeat timeout {wait} must be between 30 and 7200 seconds"
        yield Refusal("ValidationError", words, "heartbeatTimeout")
    if text(inputs.get("defaultResult")) not in (None, "CONTINUE", "ABANDON"):
        words = f"Default result {inputs.get('defaultResult')}: CONTINUE or ABANDON is allowed"
        yield Refusal("ValidationError", words, "defaultResult")


def _tracking(configuration: Properties, path: str, code: str) -> Iterator[Refusal]:
    if not configuration:
        return
    metrics = [
        name for name in ("predefinedMetricSpecification", "customizedMetricSpecification") if configuration.get(name)
    ]
    if len(metrics) != 1:
        words = "one of predefinedMetricSpecification and customizedMetricSpecification must be given"
        yield Refusal(code, words, path)
    yield from _customized(fields(configuration.get("customizedMetricSpecification")), path, code)
    target = number(configuration.get("targetValue"))
    if target is not None and target <= 0:
        yield Refusal(code, f"Target value {target} must be greater than 0", f"{path}.targetValue")


def _customized(specification: Properties, path: str, code: str) -> Iterator[Refusal]:
    """One metric by name, or queries of which one gives the result."""
    if not specification:
        return
    path = f"{path}.customizedMetricSpecification"
    queries = objects(specification.get("metrics"))
    if (specification.get("metricName") is None) is not bool(queries):
        yield Refusal(code, "either MetricName or Metrics must be specified for a customized metric", path)
    if not queries:
        return
    ids = [text(query.get("id")) for query in queries]
    for index, key in enumerate(ids):
        if key is not None and not _QUERY_ID.match(key):
            words = f"The value {key} for parameter Id must start with a lowercase letter"
            yield Refusal(code, words, f"{path}.metrics[{index}].id")
    if len(set(ids)) < len(ids):
        yield Refusal(code, "Metrics list contains duplicate Ids", f"{path}.metrics")
    # A query gives its result unless it says that it does not.
    given = [query for query in queries if query.get("returnData") is not False]
    if len(given) != 1:
        words = f"Exactly one element of the metrics list should return data, found {len(given)}"
        yield Refusal(code, words, f"{path}.metrics")
