from __future__ import annotations

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Made, Sandbox, cases

PROVIDER = {"name": "arm", "autoScalingGroupProvider": {"autoScalingGroupArn": "arn:asg"}}


@cases(
    a_providers_name_is_not_of_aws=Case(
        "ecs.CapacityProvider", PROVIDER, {"name": "ecs-arm"}, "ClientException", "name"
    ),
    a_providers_name_is_not_of_fargate=Case(
        "ecs.CapacityProvider", PROVIDER, {"name": "FargateArm"}, "ClientException", "name"
    ),
    a_provider_scales_to_a_percentage=Case(
        "ecs.CapacityProvider",
        PROVIDER,
        {"autoScalingGroupProvider": {"autoScalingGroupArn": "arn:asg", "managedScaling": {"targetCapacity": 101}}},
        "InvalidParameterException",
        "autoScalingGroupProvider.managedScaling.targetCapacity",
    ),
    protection_needs_managed_scaling=Case(
        "ecs.CapacityProvider",
        PROVIDER,
        {"autoScalingGroupProvider": {"autoScalingGroupArn": "arn:asg", "managedTerminationProtection": "ENABLED"}},
        "ClientException",
        "autoScalingGroupProvider.managedTerminationProtection",
    ),
    a_cluster_has_a_plain_name=Case(
        "ecs.Cluster", {"name": "shop"}, {"name": "my shop"}, "InvalidParameterException", "name"
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def group(estate: Estate, name: str, *, protected: bool = False) -> Made:
    template = estate.add("ec2.LaunchTemplate", name, imageId="ami-00000000000000000", instanceType="c7g.large")
    inputs = {"vpcZoneIdentifiers": [estate.subnets[0].id], "launchTemplate": {"id": template.id}}
    return estate.add("autoscaling.Group", name, minSize=0, maxSize=1, protectFromScaleIn=protected, **inputs)


def test_a_group_has_one_provider(estate: Estate) -> None:
    provider = {"autoScalingGroupArn": group(estate, "a")["arn"]}
    estate.add("ecs.CapacityProvider", "one", name="one", autoScalingGroupProvider=provider)
    words = estate.sandbox.refusal("ecs.CapacityProvider", "two", name="two", autoScalingGroupProvider=provider)
    assert "is already being used by another capacity provider" in words


def test_a_protecting_provider_has_a_protected_group(estate: Estate) -> None:
    def provider(arn: object) -> dict[str, object]:
        return {
            "autoScalingGroupArn": arn,
            "managedTerminationProtection": "ENABLED",
            "managedScaling": {"status": "ENABLED"},
        }

    bare, safe = group(estate, "bare")["arn"], group(estate, "safe", protected=True)["arn"]
    words = estate.sandbox.refusal("ecs.CapacityProvider", "bare", name="bare", autoScalingGroupProvider=provider(bare))
    assert "must have instance protection from scale in enabled" in words
    estate.add("ecs.CapacityProvider", "safe", name="safe", autoScalingGroupProvider=provider(safe))


def test_a_cluster_takes_providers_that_exist(sandbox: Sandbox) -> None:
    sandbox.create("ecs.Cluster", name="shop")
    words = sandbox.refusal("ecs.ClusterCapacityProviders", "bad", clusterName="shop", capacityProviders=["arm"])
    assert "The specified capacity provider 'arm' was not found." in words
    sandbox.create("ecs.ClusterCapacityProviders", "good", clusterName="shop", capacityProviders=["FARGATE"])


def test_a_default_strategy_names_the_clusters_providers(sandbox: Sandbox) -> None:
    sandbox.create("ecs.Cluster", name="shop")
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    words = sandbox.refusal(
        "ecs.ClusterCapacityProviders",
        clusterName="shop",
        capacityProviders=["FARGATE"],
        defaultCapacityProviderStrategies=strategy,
    )
    assert "not associated with the cluster: FARGATE_SPOT" in words


def test_a_strategy_without_weights_places_nothing(sandbox: Sandbox) -> None:
    sandbox.create("ecs.Cluster", name="shop")
    strategy = [{"capacityProvider": "FARGATE", "weight": 0}]
    words = sandbox.refusal(
        "ecs.ClusterCapacityProviders",
        clusterName="shop",
        capacityProviders=["FARGATE"],
        defaultCapacityProviderStrategies=strategy,
    )
    assert "no weight greater than 0" in words
