"""ECS services."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.aws.compute.pool import ComputePool
from components.aws.compute.service import provider_weights, rolling_percents
from solver.plan.plan import SitePlan
from solver.plan.schedule import WeekSchedule
from solver.vocabulary import AcceleratorKind
from tests.components import plans
from tests.components.aws import edits, upstream
from tests.recorder import Record, Recording, record

SITE = plans.full_site()


def service(made: Recording[ComputePool], name: str) -> Record:
    return made.one("ecs/service:Service", f"compute-service-{name}")


def inputs(site: SitePlan, name: str) -> dict[str, Any]:
    return dict(service(record(lambda: upstream.compute_pool(site)), name).inputs)


def test_there_is_one_service_for_each_workload_and_variant(full_compute: Recording[ComputePool]) -> None:
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


def test_replicas_are_even_over_zones_then_packed_or_kept_apart(full_compute: Recording[ComputePool]) -> None:
    zones = {"type": "spread", "field": "attribute:ecs.availability-zone"}
    packed = service(full_compute, "assistant-cpu").inputs
    assert packed["orderedPlacementStrategies"] == [zones, {"type": "binpack", "field": "memory"}]
    assert packed["placementConstraints"] == []
    apart = service(full_compute, "fraud-cpu").inputs
    assert apart["orderedPlacementStrategies"] == [zones, {"type": "spread", "field": "instanceId"}]
    assert apart["placementConstraints"] == [{"type": "distinctInstance"}]


def test_two_on_a_machine_are_spread_but_may_share() -> None:
    found = inputs(edits.with_service(SITE, "fraud", max_per_machine=2), "fraud-cpu")
    assert found["placementConstraints"] == []
    assert found["orderedPlacementStrategies"][1] == {"type": "spread", "field": "instanceId"}


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


def test_one_group_has_weight_one_whatever_its_replicas() -> None:
    assert provider_weights([7]) == provider_weights([900]) == [1]


@given(st.lists(st.integers(0, 100_000), min_size=2, max_size=8).filter(any))
def test_weights_keep_their_ratio_and_stay_within_what_ecs_takes(weights: list[int]) -> None:
    found = provider_weights(weights)
    assert all(0 <= weight <= 1000 for weight in found)
    assert [bool(weight) for weight in found] == [bool(weight) for weight in weights]
    if max(weights) <= 1000:
        assert all(
            a * y == b * x for a, x in zip(weights, found, strict=True) for b, y in zip(weights, found, strict=True)
        )


def rolling(low: int, high: int, places: int, kind: AcceleratorKind | None) -> tuple[int, int]:
    site = edits.with_variants(
        SITE,
        "fraud",
        accelerator_kind=kind,
        replicas=WeekSchedule(constant=low) if low == high else SITE.compute.services[1].variants[0].replicas,
    )
    group = edits.group(SITE, "c7g-xlarge-spot").model_copy(update={"max_machines": places, "slots": {"fraud.cpu": 1}})
    return rolling_percents(edits.service(site, "fraud"), edits.variant(site, "fraud", "cpu"), [group])


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
    assert service(full_compute, "assistant-cpu").inputs["availabilityZoneRebalancing"] == "ENABLED"
    # Four replicas in the day's hours fill the four GPU machines that the group may have.
    assert service(full_compute, "assistant-gpu").inputs["availabilityZoneRebalancing"] == "DISABLED"
