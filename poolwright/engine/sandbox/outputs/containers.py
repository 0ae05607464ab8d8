"""Outputs of container services: ECS, ECR and Batch."""

from __future__ import annotations

from poolwright.engine.sandbox.outputs.making import Making, given_or, outputs_of
from poolwright.engine.sandbox.values import Properties, fields, flag, text, whole


@outputs_of("ecs.Cluster")
def cluster(making: Making) -> Properties:
    """A cluster is known by its ARN."""
    name = making.given("name")
    arn = making.arn("ecs", f"cluster/{name}")
    return {
        "id": arn,
        "arn": arn,
        "settings": given_or(making.inputs, "settings", [{"name": "containerInsights", "value": "disabled"}]),
    }


@outputs_of("ecs.ClusterCapacityProviders")
def cluster_capacity_providers(making: Making) -> Properties:
    """The capacity providers of a cluster."""
    return {"id": making.given("clusterName")}


@outputs_of("ecs.CapacityProvider")
def capacity_provider(making: Making) -> Properties:
    """A capacity provider, with the scaling that ECS starts it with."""
    name = making.given("name")
    arn = making.arn("ecs", f"capacity-provider/{name}")
    given = fields(making.inputs.get("autoScalingGroupProvider"))
    if not given:
        return {"id": arn, "arn": arn}
    scaling: Properties = {
        "instanceWarmupPeriod": 300,
        "maximumScalingStepSize": 10000,
        "minimumScalingStepSize": 1,
        "status": "DISABLED",
        "targetCapacity": 100,
        **fields(given.get("managedScaling")),
    }
    return {
        "id": arn,
        "arn": arn,
        "autoScalingGroupProvider": {
            "managedDraining": "ENABLED",
            "managedTerminationProtection": "DISABLED",
            **given,
            "managedScaling": scaling,
        },
    }


@outputs_of("ecs.TaskDefinition")
def task_definition(making: Making) -> Properties:
    """A revision of a family; ECS never counts back."""
    family = making.given("family")
    if making.old is None:
        others = making.cloud.where("ecs.TaskDefinition", "family", family)
        highest = max((whole(other.outputs.get("revision")) or 0 for other in others), default=0)
        revision = max(highest, making.cloud.creations(making.urn)) + 1
    else:
        revision = whole(making.old.get("revision")) or 1
    stem = making.arn("ecs", f"task-definition/{family}")
    return {
        "id": family,
        "arn": f"{stem}:{revision}",
        "arnWithoutRevision": stem,
        "revision": revision,
        "networkMode": given_or(making.inputs, "networkMode", "bridge"),
        "enableFaultInjection": flag(making.inputs.get("enableFaultInjection")),
    }


@outputs_of("ecs.Service")
def service(making: Making) -> Properties:
    """A service of a cluster."""
    inputs = making.inputs
    found = making.cloud.get("ecs.Cluster", inputs.get("cluster")) or making.cloud.by_arn(
        "ecs.Cluster", inputs.get("cluster")
    )
    cluster_name = making.given("cluster", "default").rpartition("/")[2] if found is None else found.outputs["name"]
    arn = making.arn("ecs", f"service/{cluster_name}/{making.given('name')}")
    strategies = inputs.get("capacityProviderStrategies")
    return {
        "id": arn,
        "arn": arn,
        "cluster": given_or(inputs, "cluster", making.arn("ecs", "cluster/default")),
        "launchType": given_or(inputs, "launchType", "" if strategies else "EC2"),
        "platformVersion": making.given("platformVersion"),
        "iamRole": given_or(inputs, "iamRole", "/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"),
        "availabilityZoneRebalancing": given_or(inputs, "availabilityZoneRebalancing", "ENABLED"),
        "triggers": given_or(inputs, "triggers", {}),
        "deploymentConfiguration": given_or(
            inputs, "deploymentConfiguration", {"strategy": "ROLLING", "bakeTimeInMinutes": "0"}
        ),
    }


@outputs_of("ecs.AccountSettingDefault")
def account_setting_default(making: Making) -> Properties:
    """A setting of the account in the region."""
    principal = making.arn("iam", "root", region="")
    return {"id": principal, "principalArn": principal}


@outputs_of("ecr.Repository")
def repository(making: Making) -> Properties:
    """A repository is known by its name."""
    name = making.given("name")
    host = f"{making.account}.dkr.ecr.{making.region}.{making.identity.dns_suffix}"
    return {
        "id": name,
        "arn": making.arn("ecr", f"repository/{name}"),
        "registryId": making.account,
        "repositoryUrl": f"{host}/{name}",
    }


@outputs_of("ecr.LifecyclePolicy", "ecr.RepositoryPolicy")
def repository_setting(making: Making) -> Properties:
    """A policy of a repository is known by the repository."""
    return {"id": making.given("repository"), "registryId": making.account}


@outputs_of("ecr.PullThroughCacheRule")
def pull_through_cache_rule(making: Making) -> Properties:
    """A rule of the registry is known by its prefix."""
    return {"id": making.given("ecrRepositoryPrefix"), "registryId": making.account}


@outputs_of("ecr.RepositoryCreationTemplate")
def repository_creation_template(making: Making) -> Properties:
    """A template of the registry is known by its prefix."""
    return {"id": making.given("prefix"), "registryId": making.account}


@outputs_of("batch.ComputeEnvironment")
def compute_environment(making: Making) -> Properties:
    """A compute environment keeps an ECS cluster of its own."""
    inputs = making.inputs
    name = making.made_name()
    linked = making.arn("iam", "role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch", region="")
    resources = fields(inputs.get("computeResources"))
    if resources:
        low = whole(resources.get("minVcpus")) or 0
        resources = {"desiredVcpus": low, **resources}
    return {
        "id": name,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "arn": making.arn("batch", f"compute-environment/{name}"),
        "ecsClusterArn": making.arn("ecs", f"cluster/{name}_Batch_{making.uuid('cluster')}"),
        "serviceRole": given_or(inputs, "serviceRole", linked),
        "computeResources": resources or None,
        "status": "VALID",
        "statusReason": "ComputeEnvironment Healthy",
        "updatePolicy": inputs.get("updatePolicy"),
    }


@outputs_of("batch.JobQueue")
def job_queue(making: Making) -> Properties:
    """A queue is known by its ARN."""
    arn = making.arn("batch", f"job-queue/{making.given('name')}")
    return {"id": arn, "arn": arn}


@outputs_of("batch.JobDefinition")
def job_definition(making: Making) -> Properties:
    """A revision of a job definition; every change is a new one."""
    before = None if making.old is None else whole(making.old.get("revision"))
    revision = (before or making.cloud.creations(making.urn)) + 1
    stem = making.arn("batch", f"job-definition/{making.given('name')}")
    arn = f"{stem}:{revision}"
    first = arn if making.old is None else text(making.old.get("id")) or arn
    return {"id": first, "arn": arn, "arnPrefix": stem, "revision": revision}


@outputs_of("batch.SchedulingPolicy")
def scheduling_policy(making: Making) -> Properties:
    """A scheduling policy is known by its ARN."""
    arn = making.arn("batch", f"scheduling-policy/{making.given('name')}")
    return {"id": arn, "arn": arn}
