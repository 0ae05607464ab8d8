"""Outputs of Auto Scaling, Application Auto Scaling and EventBridge Scheduler."""

from __future__ import annotations

from poolwright.engine.sandbox.outputs.machine import template_reference
from poolwright.engine.sandbox.outputs.making import Making, given_or, outputs_of
from poolwright.engine.sandbox.outputs.network import CREATED_AT
from poolwright.engine.sandbox.values import Properties, Value, fields, items, texts, whole


@outputs_of("autoscaling.Group")
def group(making: Making) -> Properties:
    """A group starts with its smallest number of machines when no number is asked for."""
    inputs = making.inputs
    name = making.made_name()
    zones: set[str] = set(texts(inputs.get("availabilityZones")))
    for subnet_id in texts(inputs.get("vpcZoneIdentifiers")):
        place = making.cloud.get("ec2.Subnet", subnet_id)
        if place is not None:
            zones.add(str(place.outputs.get("availabilityZone")))
    wanted = inputs.get("desiredCapacity")
    if wanted is None:
        # The number between floor and ceiling belongs to the running system: an update keeps it.
        low, high = whole(inputs.get("minSize")) or 0, whole(inputs.get("maxSize")) or 0
        running = None if making.old is None else whole(making.old.get("desiredCapacity"))
        wanted = low if running is None else max(low, min(high, running))
    arn = f"autoScalingGroup:{making.uuid('asg')}:autoScalingGroupName/{name}"
    return {
        "id": name,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "arn": making.arn("autoscaling", arn),
        "availabilityZones": [*sorted(zones)],
        "desiredCapacity": wanted,
        "defaultCooldown": given_or(inputs, "defaultCooldown", 300),
        "healthCheckType": given_or(inputs, "healthCheckType", "EC2"),
        "launchTemplate": template_reference(making, inputs.get("launchTemplate")),
        "mixedInstancesPolicy": _mixed(making),
        "serviceLinkedRoleArn": given_or(
            inputs,
            "serviceLinkedRoleArn",
            making.arn(
                "iam", "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", region=""
            ),
        ),
        "loadBalancers": items(inputs.get("loadBalancers")),
        "targetGroupArns": items(inputs.get("targetGroupArns")),
        "trafficSources": items(inputs.get("trafficSources")),
        "vpcZoneIdentifiers": items(inputs.get("vpcZoneIdentifiers")),
        "availabilityZoneDistribution": given_or(
            inputs, "availabilityZoneDistribution", {"capacityDistributionStrategy": "balanced-best-effort"}
        ),
        "capacityReservationSpecification": inputs.get("capacityReservationSpecification"),
        "predictedCapacity": 0,
        "warmPoolSize": 0,
    }


@outputs_of("autoscaling.Schedule")
def schedule(making: Making) -> Properties:
    """A scheduled action of a group; -1 is how the provider writes a number that the action leaves alone."""
    inputs = making.inputs
    group_name, name = making.given("autoscalingGroupName"), making.given("scheduledActionName")
    arn = f"scheduledUpdateGroupAction:{making.uuid('action')}:autoScalingGroupName/{group_name}"
    return {
        "id": name,
        "arn": making.arn("autoscaling", f"{arn}:scheduledActionName/{name}"),
        "desiredCapacity": given_or(inputs, "desiredCapacity", 0),
        "minSize": given_or(inputs, "minSize", 0),
        "maxSize": given_or(inputs, "maxSize", 0),
        "recurrence": making.given("recurrence"),
        "startTime": given_or(inputs, "startTime", CREATED_AT),
        "endTime": making.given("endTime"),
        "timeZone": making.given("timeZone"),
    }


@outputs_of("autoscaling.Policy")
def policy(making: Making) -> Properties:
    """A scaling policy of a group."""
    group_name, name = making.given("autoscalingGroupName"), making.given("name")
    arn = f"scalingPolicy:{making.uuid('policy')}:autoScalingGroupName/{group_name}:policyName/{name}"
    return {
        "id": name,
        "arn": making.arn("autoscaling", arn),
        "metricAggregationType": making.given("metricAggregationType"),
    }


@outputs_of("autoscaling.LifecycleHook")
def lifecycle_hook(making: Making) -> Properties:
    """A hook of a group; machines go on without it when nobody answers."""
    return {"id": making.given("name"), "defaultResult": given_or(making.inputs, "defaultResult", "ABANDON")}


@outputs_of("appautoscaling.Target")
def target(making: Making) -> Properties:
    """A number that Application Auto Scaling moves, under its own service's role."""
    service = making.given("serviceNamespace")
    role = f"aws-service-role/{service}.application-autoscaling.amazonaws.com/"
    role += f"AWSServiceRoleForApplicationAutoScaling_{'ECSService' if service == 'ecs' else service.title()}"
    return {
        "id": making.given("resourceId"),
        "arn": making.arn("application-autoscaling", f"scalable-target/{making.hex(32, 'target')}"),
        "roleArn": given_or(making.inputs, "roleArn", making.arn("iam", f"role/{role}", region="")),
        "suspendedState": given_or(
            making.inputs,
            "suspendedState",
            {
                "dynamicScalingInSuspended": False,
                "dynamicScalingOutSuspended": False,
                "scheduledScalingSuspended": False,
            },
        ),
    }


@outputs_of("appautoscaling.Policy")
def target_policy(making: Making) -> Properties:
    """A policy of a scalable target; target tracking brings two alarms."""
    name = making.given("name")
    resource = f"resource/{making.given('serviceNamespace')}/{making.given('resourceId')}"
    tracking = making.given("policyType") == "TargetTrackingScaling"
    alarms: list[Value] = []
    for direction in ("AlarmHigh", "AlarmLow") if tracking else ():
        alarm = f"TargetTracking-{making.given('resourceId')}-{direction}-{making.uuid(direction)}"
        alarms.append(making.arn("cloudwatch", f"alarm:{alarm}"))
    return {
        "id": name,
        "arn": making.arn("autoscaling", f"scalingPolicy:{making.uuid('policy')}:{resource}:policyName/{name}"),
        "alarmArns": alarms,
    }


@outputs_of("appautoscaling.ScheduledAction")
def target_schedule(making: Making) -> Properties:
    """A scheduled action of a scalable target."""
    name, namespace = making.given("name"), making.given("serviceNamespace")
    resource_id = making.given("resourceId")
    arn = f"scheduledAction:{making.uuid('action')}:resource/{namespace}/{resource_id}:scheduledActionName/{name}"
    return {"id": f"{name}-{namespace}-{resource_id}", "arn": making.arn("autoscaling", arn)}


@outputs_of("scheduler.ScheduleGroup")
def schedule_group(making: Making) -> Properties:
    """A group of schedules."""
    name = making.made_name()
    return {
        "id": name,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "arn": making.arn("scheduler", f"schedule-group/{name}"),
        "state": "ACTIVE",
        "creationDate": CREATED_AT,
        "lastModificationDate": CREATED_AT,
    }


@outputs_of("scheduler.Schedule")
def scheduler_schedule(making: Making) -> Properties:
    """A schedule lies in a group, the default one when none is named."""
    name = making.made_name()
    group_name = making.given("groupName", "default")
    return {
        "id": f"{group_name}/{name}",
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "groupName": group_name,
        "arn": making.arn("scheduler", f"schedule/{group_name}/{name}"),
        "actionAfterCompletion": given_or(making.inputs, "actionAfterCompletion", "NONE"),
    }


def _mixed(making: Making) -> Value:
    given = fields(making.inputs.get("mixedInstancesPolicy"))
    if not given:
        return None
    template = fields(given.get("launchTemplate"))
    reference = fields(template.get("launchTemplateSpecification"))
    found = making.cloud.get("ec2.LaunchTemplate", reference.get("launchTemplateId"))
    known: Properties = {} if found is None else {"launchTemplateName": found.outputs.get("name")}
    distribution: Properties = {
        "onDemandAllocationStrategy": "prioritized",
        "onDemandBaseCapacity": 0,
        "onDemandPercentageAboveBaseCapacity": 100,
        "spotAllocationStrategy": "lowest-price",
        "spotInstancePools": 2,
        "spotMaxPrice": "",
        **fields(given.get("instancesDistribution")),
    }
    if distribution["spotAllocationStrategy"] != "lowest-price" and "spotInstancePools" not in fields(
        given.get("instancesDistribution")
    ):
        distribution["spotInstancePools"] = 0
    specification: Properties = {**known, **reference, "version": reference.get("version") or "$Default"}
    return {
        "instancesDistribution": distribution,
        "launchTemplate": {**template, "launchTemplateSpecification": specification},
    }
