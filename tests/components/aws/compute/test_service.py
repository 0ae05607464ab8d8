"""ECS services."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.aws.compute.pool import ComputePool
from components.aws.compute.service import rolling_percents
from solver.plan.plan import SitePlan
from solver.plan.schedule import WeekSchedule
from solver.plan.shares import Held
from solver.vocabulary import AcceleratorKind, PurchaseOption
from tests.components import plans
from tests.components.aws import edits, upstream
from tests.recorder import Record, Recording, record

SITE = plans.full_site()


def service(made: Recording[ComputePool], name: str) -> Record:
    return made.one("ecs/service:Service", f"compute-service-{name}")


def inputs(site: SitePlan, name: str) -> dict[str, Any]:
    return dict(service(record(lambda: upstream.compute_pool(site)), name).inputs)


def test_there_is_one_service_for_each_workload_and_variant_of_one_group(full_compute: Recording[ComputePool]) -> None:
    names = [made.inputs["name"] for made in full_compute.of_type("ecs/service:Service")]
    assert names == ["assistant-cpu", "assistant-gpu", "fraud-cpu", "recommender-cpu"]


def test_a_service_asks_for_machines_of_its_groups_and_for_no_launch_type(full_compute: Recording[ComputePool]) -> None:
    found = service(full_compute, "assistant-gpu").inputs
    assert found["capacityProviderStrategies"] == [
        {"capacityProvider": "pool-prod-main-g5-xlarge-on-demand", "weight": 1}
    ]
    assert "launchType" not in found


def test_tasks_live_in_private_subnets_of_their_groups_zones_without_public_addresses(
    full_compute: Recording[ComputePool],
) -> None:
    found = service(full_compute, "assistant-gpu").inputs["networkConfiguration"]
    assert found == {
        "subnets": ["subnet-private-euw1-az1", "subnet-private-euw1-az2"],
        "securityGroups": ["sg-assistant"],
        "assignPublicIp": False,
    }


def test_a_service_behind_load_balancers_waits_for_the_rules_that_lead_to_it(
    full_compute: Recording[ComputePool],
) -> None:
    found = service(full_compute, "recommender-cpu")
    assert [balancer["containerPort"] for balancer in found.inputs["loadBalancers"]] == [8501, 8501]
    assert found.inputs["healthCheckGracePeriodSeconds"] == 120
    for balancer in ("internal", "public"):
        assert any(urn.endswith(f"rule-{balancer}-recommender") for urn in found.depends_on)


def test_a_service_that_others_call_is_registered(full_compute: Recording[ComputePool]) -> None:
    assert "registryArn" in service(full_compute, "fraud-cpu").inputs["serviceRegistries"]
    assert "serviceRegistries" not in service(full_compute, "assistant-cpu").inputs


def test_replicas_are_even_over_zones_then_packed_or_kept_apart() -> None:
    zones = {"type": "spread", "field": "attribute:ecs.availability-zone"}
    alone = edits.with_group(SITE, "c7i-xlarge-on-demand", slots={"assistant.cpu": 2})
    packed = inputs(alone, "assistant-cpu")
    assert packed["orderedPlacementStrategies"] == [zones, {"type": "binpack", "field": "memory"}]
    assert packed["placementConstraints"] == []
    apart = inputs(SITE, "fraud-cpu")
    assert apart["orderedPlacementStrategies"] == [zones, {"type": "spread", "field": "instanceId"}]
    assert apart["placementConstraints"] == [{"type": "distinctInstance"}]


def test_two_on_a_machine_may_share_it() -> None:
    assert inputs(edits.with_service(SITE, "fraud", max_per_machine=2), "fraud-cpu")["placementConstraints"] == []


def test_replicas_with_named_devices_never_share_a_machine() -> None:
    site = edits.with_service(SITE, "fraud", max_per_machine=None)
    neuron = edits.with_variants(site, "fraud", accelerator_kind=AcceleratorKind.INFERENTIA, accelerator_count=1)
    assert inputs(neuron, "fraud-cpu")["placementConstraints"] == [{"type": "distinctInstance"}]


def test_a_deployment_that_fails_goes_back_and_no_up_waits_for_it(full_compute: Recording[ComputePool]) -> None:
    found = service(full_compute, "assistant-cpu").inputs
    assert found["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert found["waitForSteadyState"] is False
    assert found["enableExecuteCommand"] is False


def test_before_its_first_image_a_service_keeps_trying() -> None:
    found = inputs(edits.with_variants(SITE, "assistant", image_digest=None), "assistant-cpu")
    assert found["deploymentCircuitBreaker"] == {"enable": False, "rollback": False}


def test_tags_reach_tasks_and_their_volumes(full_compute: Recording[ComputePool]) -> None:
    found = service(full_compute, "fraud-cpu").inputs
    assert found["propagateTags"] == "SERVICE"
    assert found["enableEcsManagedTags"] is True
    (specification,) = found["volumeConfiguration"]["managedEbsVolume"]["tagSpecifications"]
    assert specification["tags"]["owner"] == "ai-platform@example.com"
    assert specification["tags"]["workload"] == "fraud"
    assert found["volumeConfiguration"]["managedEbsVolume"]["kmsKeyId"].endswith(":key/machines")


def test_each_group_of_a_variant_has_a_service_with_its_own_replicas() -> None:
    """On demand first, spot for what is left; the first group's service keeps the variant's name."""
    spot = edits.group(SITE, "c7g-xlarge-spot").model_copy(update={"machines": WeekSchedule(constant=3)})
    steady = spot.model_copy(update={"key": "c7g-large", "purchase": PurchaseOption.ON_DEMAND, "max_machines": 9})
    groups = (steady, *(group for group in SITE.compute.node_groups if group.key != spot.key), spot)
    compute = SITE.compute.model_copy(update={"node_groups": groups})
    site = edits.with_variants(
        SITE.model_copy(update={"compute": compute}),
        "fraud",
        node_groups=("c7g-xlarge-spot", "c7g-large"),
        weights=(1, 3),
    )
    made = record(lambda: upstream.compute_pool(site))
    first, second = service(made, "fraud-cpu").inputs, service(made, "fraud-cpu-c7g-large").inputs
    for found, group in ((first, "c7g-xlarge-spot"), (second, "c7g-large")):
        assert found["capacityProviderStrategies"] == [{"capacityProvider": f"pool-prod-main-{group}", "weight": 1}]
    targets = {
        target.inputs["resourceId"].rpartition("/")[2]: target.inputs
        for target in made.of_type("appautoscaling/target:Target")
    }
    # Four by day and two by night, on three machines of each group: one and none are left for spot.
    assert (targets["fraud-cpu"]["minCapacity"], targets["fraud-cpu-c7g-large"]["minCapacity"]) == (0, 2)
    assert targets["fraud-cpu"]["maxCapacity"] + targets["fraud-cpu-c7g-large"]["maxCapacity"] == 12
    assert len(made.of_type("ecs/taskDefinition:TaskDefinition")) == 4


def test_on_machines_that_others_share_replicas_are_even_over_machines_first() -> None:
    machines = {"type": "spread", "field": "instanceId"}
    zones = {"type": "spread", "field": "attribute:ecs.availability-zone"}
    for site, name in (
        (SITE, "assistant-cpu"),
        (edits.with_service(SITE, "fraud", max_per_machine=2), "fraud-cpu"),
    ):
        found = inputs(site, name)
        assert found["orderedPlacementStrategies"] == [machines, zones]
        assert found["availabilityZoneRebalancing"] == "DISABLED", "ECS rebalances only what zones come first for"


def rolling(low: int, high: int, places: int, kind: AcceleratorKind | None) -> tuple[int, int]:
    site = edits.with_variants(
        SITE,
        "fraud",
        accelerator_kind=kind,
        replicas=WeekSchedule(constant=low) if low == high else SITE.compute.services[1].variants[0].replicas,
    )
    group = edits.group(SITE, "c7g-xlarge-spot").model_copy(update={"max_machines": places, "slots": {"fraud.cpu": 1}})
    running = edits.variant(site, "fraud", "cpu")
    held = Held(group, running.replicas, running.max_replicas, places, is_first=True)
    return rolling_percents(edits.service(site, "fraud"), running, held)


@pytest.mark.parametrize(
    ("replicas", "places", "kind", "percents"),
    [
        (4, 9, None, (100, 200)),
        (4, 9, AcceleratorKind.GPU, (100, 125)),
        (3, 9, AcceleratorKind.GPU, (100, 134)),
        (1, 2, AcceleratorKind.GPU, (100, 200)),
        (4, 4, AcceleratorKind.GPU, (75, 100)),
        (3, 3, AcceleratorKind.GPU, (66, 100)),
        (1, 1, AcceleratorKind.GPU, (0, 100)),
        (1, 1, None, (0, 100)),
    ],
)
def test_a_deployment_uses_spare_places_where_there_are_some(
    replicas: int, places: int, kind: AcceleratorKind | None, percents: tuple[int, int]
) -> None:
    assert rolling(replicas, replicas, places, kind) == percents


@given(st.integers(1, 60), st.integers(0, 5), st.sampled_from([None, AcceleratorKind.GPU]), st.integers(0, 40))
def test_a_deployment_can_always_move(floor: int, spare: int, kind: AcceleratorKind | None, more: int) -> None:
    low, high = rolling(floor, floor, floor + spare, kind)
    desired = floor + more
    # ECS rounds the healthy part up and the running part down.
    can_stop = desired - -(-desired * low // 100)
    can_start = desired * high // 100 - desired
    assert can_stop >= 1 or can_start >= 1


def test_zones_are_rebalanced_where_a_replica_more_has_room(full_compute: Recording[ComputePool]) -> None:
    assert service(full_compute, "fraud-cpu").inputs["availabilityZoneRebalancing"] == "ENABLED"
    # Four replicas in the day's hours fill the four GPU machines that the group may have.
    assert service(full_compute, "assistant-gpu").inputs["availabilityZoneRebalancing"] == "DISABLED"
