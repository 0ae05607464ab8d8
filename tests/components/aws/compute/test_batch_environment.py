"""Batch environments."""

from __future__ import annotations

from typing import Any

from components.aws.compute.pool import ComputePool
from solver.vocabulary import PurchaseOption
from tests.components import plans
from tests.components.aws import edits, upstream
from tests.recorder import Recording, record

GROUP = "g5-12xlarge-on-demand"


def resources(made: Recording[ComputePool]) -> dict[str, Any]:
    return made.one(":ComputeEnvironment", f"compute-batch-{GROUP}").inputs["computeResources"]


def test_machines_start_from_none_up_to_the_plans_most(full_compute: Recording[ComputePool]) -> None:
    found = resources(full_compute)
    assert found["minVcpus"] == 0
    assert found["maxVcpus"] == 2 * 48
    assert "desiredVcpus" not in found
    assert found["instanceTypes"] == ["g5.12xlarge"]


def test_the_strategy_lets_aws_update_in_place(full_compute: Recording[ComputePool]) -> None:
    environment = full_compute.one(":ComputeEnvironment")
    assert resources(full_compute)["allocationStrategy"] == "BEST_FIT_PROGRESSIVE"
    assert "serviceRole" not in environment.inputs
    assert "name" not in environment.inputs
    assert environment.inputs["updatePolicy"] == {"terminateJobsOnUpdate": False, "jobExecutionTimeoutMinutes": 300}


def test_spot_environments_look_for_price_and_capacity() -> None:
    site = edits.with_group(plans.full_site(), GROUP, purchase=PurchaseOption.SPOT)
    made = record(lambda: upstream.compute_pool(edits.with_job(site, workers=1)))
    assert resources(made)["type"] == "SPOT"
    assert resources(made)["allocationStrategy"] == "SPOT_PRICE_CAPACITY_OPTIMIZED"
    assert "spotIamFleetRole" not in resources(made)


def test_the_image_is_pinned_with_its_kind(full_compute: Recording[ComputePool]) -> None:
    assert resources(full_compute)["ec2Configurations"] == [
        {"imageType": "ECS_AL2023_NVIDIA", "imageIdOverride": "ami-0123456789abcdef0"}
    ]


def test_machines_are_in_their_jobs_security_groups_and_tagged(full_compute: Recording[ComputePool]) -> None:
    found = resources(full_compute)
    assert found["securityGroupIds"] == ["sg-training"]
    assert found["tags"]["stack"] == "prod"
    assert found["instanceRole"] == "arn:instance-profile/batch"
