"""Auto Scaling groups and capacity providers."""

from __future__ import annotations

import base64

from components.aws.compute.pool import ComputePool
from components.naming import SiteNames
from solver.plan.schedule import WeekSchedule
from solver.plan.upkeep import RefreshPlan
from tests.components import plans
from tests.components.aws import edits, upstream
from tests.recorder import Record, Recording, record


def group(made: Recording[ComputePool], key: str) -> Record:
    return made.one("autoscaling/group:Group", f"compute-machines-{key}")


def test_floor_and_ceiling_are_the_plans_and_the_number_is_nobodys_but_ecs(
    full_compute: Recording[ComputePool],
) -> None:
    found = group(full_compute, "c7g-xlarge-spot").inputs
    assert found["minSize"] == 1
    assert found["maxSize"] == 6
    assert "desiredCapacity" not in found


def test_machines_are_in_the_private_subnets_of_the_groups_zones(full_compute: Recording[ComputePool]) -> None:
    found = group(full_compute, "g5-xlarge-on-demand").inputs
    assert found["vpcZoneIdentifiers"] == ["subnet-private-euw1-az1", "subnet-private-euw1-az2"]


def test_an_on_demand_group_is_plain(full_compute: Recording[ComputePool]) -> None:
    found = group(full_compute, "c7i-xlarge-on-demand").inputs
    assert found["launchTemplate"]["version"] == "1"
    assert "mixedInstancesPolicy" not in found
    assert found["capacityRebalance"] is False


def test_a_spot_group_names_all_types_of_the_shape_without_weights(full_compute: Recording[ComputePool]) -> None:
    found = group(full_compute, "c7g-xlarge-spot").inputs
    policy = found["mixedInstancesPolicy"]
    assert policy["launchTemplate"]["overrides"] == [
        {"instanceType": "c7g.xlarge"},
        {"instanceType": "c6g.xlarge"},
        {"instanceType": "m7g.xlarge"},
    ]
    assert policy["instancesDistribution"]["onDemandPercentageAboveBaseCapacity"] == 0
    assert policy["instancesDistribution"]["spotAllocationStrategy"] == "price-capacity-optimized"
    assert found["capacityRebalance"] is True
    assert "launchTemplate" not in found


def test_the_plans_hours_move_the_floor_alone(full_compute: Recording[ComputePool]) -> None:
    schedule = full_compute.one("autoscaling/schedule:Schedule", "compute-machines-c7g-xlarge-spot-mon-fri-08")
    assert schedule.inputs["recurrence"] == "0 8 * * 1-5"
    assert schedule.inputs["timeZone"] == "Europe/Dublin"
    assert schedule.inputs["minSize"] == 3
    assert schedule.inputs["maxSize"] == schedule.inputs["desiredCapacity"] == -1


def test_ecs_scales_drains_and_protects(full_compute: Recording[ComputePool]) -> None:
    for provider in full_compute.of_type(":CapacityProvider"):
        settings = provider.inputs["autoScalingGroupProvider"]
        assert settings["managedDraining"] == settings["managedTerminationProtection"] == "ENABLED"
        assert settings["managedScaling"] == {"status": "ENABLED", "targetCapacity": 100}
    for found in full_compute.of_type("autoscaling/group:Group"):
        assert found.inputs["protectFromScaleIn"] is True
        assert found.inputs["forceDelete"] is True


def test_a_new_image_reaches_running_machines_by_itself(full_compute: Recording[ComputePool]) -> None:
    refresh = group(full_compute, "c7i-xlarge-on-demand").inputs["instanceRefresh"]
    assert refresh["strategy"] == "Rolling"
    assert refresh["preferences"]["minHealthyPercentage"] == 100
    assert refresh["preferences"]["scaleInProtectedInstances"] == "Refresh"
    assert refresh["preferences"]["autoRollback"] is True
    assert refresh["preferences"]["checkpointPercentages"] == [10, 50, 100]
    assert refresh["preferences"]["checkpointDelay"] == "900"
    assert "alarmSpecification" not in refresh["preferences"]


def test_a_refresh_goes_as_the_plan_says_and_alarms_end_it() -> None:
    wish = RefreshPlan(
        checkpoints=(), bake_minutes=0, min_healthy_percent=90, max_healthy_percent=150, alarms=("slow-answers",)
    )
    made = record(lambda: upstream.compute_pool(edits.with_upkeep(plans.full_site(), refresh=wish)))
    preferences = group(made, "c7g-xlarge-spot").inputs["instanceRefresh"]["preferences"]
    assert (preferences["minHealthyPercentage"], preferences["maxHealthyPercentage"]) == (90, 150)
    assert preferences["alarmSpecification"] == {"alarms": ["slow-answers"]}
    assert not {"checkpointPercentages", "checkpointDelay"} & set(preferences)


def test_machines_live_as_long_as_the_plan_says_and_without_a_word_as_long_as_they_are_healthy(
    full_compute: Recording[ComputePool],
) -> None:
    assert "maxInstanceLifetime" not in group(full_compute, "c7g-xlarge-spot").inputs
    made = record(lambda: upstream.compute_pool(edits.with_upkeep(plans.full_site(), max_lifetime_days=30)))
    for found in made.of_type("autoscaling/group:Group"):
        assert found.inputs["maxInstanceLifetime"] == 30 * 24 * 3600


def test_as_many_machines_wait_as_the_plan_says_and_join_when_they_leave_the_pool() -> None:
    site = edits.with_group(plans.full_site(), "c7i-xlarge-on-demand", warm_machines=2)
    made = record(lambda: upstream.compute_pool(site))
    found = group(made, "c7i-xlarge-on-demand").inputs
    assert found["warmPool"] == {"poolState": "Stopped", "minSize": 2, "maxGroupPreparedCapacity": 2}
    assert found["forceDeleteWarmPool"] is True
    template = made.one(":LaunchTemplate", "compute-machines-c7i-xlarge-on-demand-template").inputs
    assert "ECS_WARM_POOLS_CHECK=true" in base64.b64decode(template["userData"]).decode()
    other = group(made, "g5-xlarge-on-demand").inputs
    assert not {"warmPool", "forceDeleteWarmPool"} & set(other)


def test_the_group_keeps_ecs_own_tag_and_carries_the_stacks(full_compute: Recording[ComputePool]) -> None:
    tags = {tag["key"]: tag for tag in group(full_compute, "c7i-xlarge-on-demand").inputs["tags"]}
    assert tags["AmazonECSManaged"]["propagateAtLaunch"] is True
    assert tags["stack"]["value"] == "prod"
    assert tags["node-group"]["value"] == "c7i-xlarge-on-demand"


def test_no_stacks_name_makes_a_capacity_provider_that_aws_refuses() -> None:
    for stack in ("aws-dev", "ecs", "fargate"):
        site = plans.full_site()
        names = SiteNames(stack=stack, site="main", region=plans.REGION, account_id=plans.ACCOUNT_ID)
        made = record(lambda site=site, names=names: upstream.compute_pool(site, names=names))
        for provider in made.of_type(":CapacityProvider"):
            assert not provider.inputs["name"].startswith(("aws", "ecs", "fargate"))


def test_machines_start_when_they_can_reach_aws_and_join(full_compute: Recording[ComputePool]) -> None:
    waits = group(full_compute, "c7i-xlarge-on-demand").depends_on
    for name in ("route", "role-policy", "compute-cluster", "compute-eni-trunking"):
        assert any(urn.endswith(f"::{name}") for urn in waits), name


def test_the_ceiling_is_never_below_the_floor_of_any_hour() -> None:
    site = edits.with_group(
        plans.full_site(), "c7i-xlarge-on-demand", max_machines=2, machines=WeekSchedule(constant=3)
    )
    made = record(lambda: upstream.compute_pool(site))
    found = group(made, "c7i-xlarge-on-demand").inputs
    assert found["minSize"] == found["maxSize"] == 3


def test_a_week_in_utc_has_no_zone_as_aws_gives_none_back() -> None:
    made = record(lambda: upstream.compute_pool(plans.full_site(), time_zone="UTC"))
    assert not [schedule for schedule in made.of_type(":Schedule") if "timeZone" in schedule.inputs]


def test_a_group_that_no_service_uses_any_more_stays_without_a_floor_until_a_later_plan_drops_it() -> None:
    """AWS lets no capacity provider go while a task of it runs, so a group leaves in the update after its services."""
    site = plans.full_site()
    retired = edits.group(site, "c7i-xlarge-on-demand").model_copy(
        update={"key": "c6i-xlarge-on-demand", "machines": WeekSchedule(constant=0), "slots": {}}
    )
    compute = site.compute.model_copy(update={"node_groups": (retired, *site.compute.node_groups)})
    made = record(lambda: upstream.compute_pool(site.model_copy(update={"compute": compute})))
    found = group(made, "c6i-xlarge-on-demand").inputs
    assert found["minSize"] == 0
    assert found["maxSize"] == 9
    assert "pool-prod-main-c6i-xlarge-on-demand" in made.one(":ClusterCapacityProviders").inputs["capacityProviders"]
