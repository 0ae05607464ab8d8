"""Launch templates."""

from __future__ import annotations

import base64

from components.aws.compute.pool import ComputePool
from solver.plan.compute import CapacityTarget
from solver.vocabulary import CapacityKind
from tests.components import plans
from tests.components.aws import edits, upstream
from tests.recorder import Record, Recording, record


def template(made: Recording[ComputePool], group: str, kind: str = "machines") -> Record:
    return made.one(":LaunchTemplate", f"compute-{kind}-{group}-template")


def test_the_machine_is_the_plans(full_compute: Recording[ComputePool]) -> None:
    found = template(full_compute, "g5-xlarge-on-demand").inputs
    assert found["imageId"] == "ami-0123456789abcdef0"
    assert found["instanceType"] == "g5.xlarge"
    assert found["iamInstanceProfile"] == {"arn": "arn:instance-profile/ecs"}
    assert found["vpcSecurityGroupIds"] == ["sg-machines"]
    (root,) = found["blockDeviceMappings"]
    assert root["deviceName"] == "/dev/xvda"
    assert root["ebs"]["volumeSize"] == 100


def test_every_volume_is_encrypted_with_the_machines_key(full_compute: Recording[ComputePool]) -> None:
    for found in full_compute.of_type(":LaunchTemplate"):
        for device in found.inputs["blockDeviceMappings"]:
            assert device["ebs"]["encrypted"] == "true"
            assert device["ebs"]["kmsKeyId"].endswith(":key/machines")


def test_metadata_needs_a_session_token_and_answers_on_the_machine_alone(full_compute: Recording[ComputePool]) -> None:
    for found in full_compute.of_type(":LaunchTemplate"):
        assert found.inputs["metadataOptions"]["httpTokens"] == "required"
        assert found.inputs["metadataOptions"]["httpPutResponseHopLimit"] == 1


def test_machines_volumes_and_interfaces_are_tagged_with_owner_stack_and_group(
    full_compute: Recording[ComputePool],
) -> None:
    for found in full_compute.of_type(":LaunchTemplate"):
        specifications = found.inputs["tagSpecifications"]
        assert {"instance", "volume", "network-interface"} <= {each["resourceType"] for each in specifications}
        for each in specifications:
            assert {"owner", "stack", "site", "cost-centre", "node-group", "Name"} <= set(each["tags"])


def test_requests_of_spot_machines_are_tagged_where_auto_scaling_makes_some(
    full_compute: Recording[ComputePool],
) -> None:
    kinds = {
        found.name: [each["resourceType"] for each in found.inputs["tagSpecifications"]]
        for found in full_compute.of_type(":LaunchTemplate")
    }
    asking = [name for name, tagged in kinds.items() if "spot-instances-request" in tagged]
    assert asking == ["compute-machines-c7g-xlarge-spot-template"]


def test_machines_of_one_workload_carry_its_name_and_shared_ones_none(full_compute: Recording[ComputePool]) -> None:
    for group, workload in (
        ("c7g-xlarge-spot", "fraud"),
        ("g5-xlarge-on-demand", "assistant"),
        ("c7i-xlarge-on-demand", None),
    ):
        for each in template(full_compute, group).inputs["tagSpecifications"]:
            assert each["tags"].get("workload") == workload


def in_capacity(kind: CapacityKind, **named: str) -> Recording[ComputePool]:
    target = CapacityTarget(key="launch", kind=kind, **named)
    site = edits.with_group(plans.full_site(), "g5-xlarge-on-demand", capacity=target)
    return record(lambda: upstream.compute_pool(site))


def test_machines_of_a_reservation_start_there_or_not_at_all(full_compute: Recording[ComputePool]) -> None:
    found = template(in_capacity(CapacityKind.RESERVATION, id="cr-0a1b2c3d"), "g5-xlarge-on-demand").inputs
    assert found["capacityReservationSpecification"] == {
        "capacityReservationPreference": "capacity-reservations-only",
        "capacityReservationTarget": {"capacityReservationId": "cr-0a1b2c3d"},
    }
    assert "instanceMarketOptions" not in found
    arn = "arn:aws:resource-groups:eu-west-1:123456789012:group/launch"
    grouped = template(in_capacity(CapacityKind.RESERVATION, resource_group=arn), "g5-xlarge-on-demand").inputs
    target = grouped["capacityReservationSpecification"]["capacityReservationTarget"]
    assert target == {"capacityReservationResourceGroupArn": arn}
    plain = template(full_compute, "g5-xlarge-on-demand").inputs
    assert "capacityReservationSpecification" not in plain


def test_machines_of_a_block_are_bought_on_its_market() -> None:
    made = in_capacity(CapacityKind.BLOCK, id="cr-0a1b2c3d")
    found = template(made, "g5-xlarge-on-demand").inputs
    assert found["instanceMarketOptions"] == {"marketType": "capacity-block"}
    assert found["capacityReservationSpecification"] == {
        "capacityReservationTarget": {"capacityReservationId": "cr-0a1b2c3d"}
    }


def test_a_refresh_needs_no_machine_beside_those_that_are_kept() -> None:
    made = in_capacity(CapacityKind.RESERVATION, id="cr-0a1b2c3d")
    group = made.one("autoscaling/group:Group", "compute-machines-g5-xlarge-on-demand").inputs
    preferences = group["instanceRefresh"]["preferences"]
    assert (preferences["minHealthyPercentage"], preferences["maxHealthyPercentage"]) == (90, 100)


def test_a_jobs_volumes_are_devices_of_its_machines(full_compute: Recording[ComputePool]) -> None:
    found = template(full_compute, "g5-12xlarge-on-demand", "batch").inputs
    devices = {device["deviceName"]: device["ebs"] for device in found["blockDeviceMappings"]}
    assert set(devices) == {"/dev/xvda", "/dev/sdf", "/dev/sdg"}
    assert devices["/dev/sdf"]["iops"] == 8000
    assert devices["/dev/sdf"]["throughput"] == 500
    assert "mdadm" in base64.b64decode(found["userData"]).decode()


def test_batch_sets_what_a_batch_template_may_not(full_compute: Recording[ComputePool]) -> None:
    found = template(full_compute, "g5-12xlarge-on-demand", "batch").inputs
    assert not {"imageId", "instanceType", "iamInstanceProfile", "vpcSecurityGroupIds"} & set(found)


def test_a_services_machine_volume_is_on_all_of_its_groups_and_on_no_other() -> None:
    site = edits.with_service(plans.full_site(), "assistant", storage=("checkpoints",))
    made = record(lambda: upstream.compute_pool(site))
    counts = {found.name: len(found.inputs["blockDeviceMappings"]) for found in made.of_type(":LaunchTemplate")}
    assert counts["compute-machines-g5-xlarge-on-demand-template"] == 3
    assert counts["compute-machines-c7i-xlarge-on-demand-template"] == 3
    assert counts["compute-machines-c7g-xlarge-spot-template"] == 1


def test_without_keys_aws_encrypts_with_its_own(minimal_compute: Recording[ComputePool]) -> None:
    (root,) = minimal_compute.one(":LaunchTemplate").inputs["blockDeviceMappings"]
    assert root["ebs"]["encrypted"] == "true"
    assert "kmsKeyId" not in root["ebs"]
