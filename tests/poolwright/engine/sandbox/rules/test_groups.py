from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from poolwright.engine.sandbox.machines import made_image
from poolwright.engine.sandbox.quotas import QUOTAS_VARIABLE
from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Made, Sandbox, cases

ASG = "autoscaling.Group"
GROUP: dict[str, Any] = {
    "minSize": 1,
    "maxSize": 4,
    "desiredCapacity": 2,
    "vpcZoneIdentifiers": ["subnet-1"],
    "launchTemplate": {"id": "lt-1"},
}


def mixed(overrides: list[dict[str, Any]] | None = None, **distribution: Any) -> dict[str, Any]:
    template: dict[str, Any] = {"launchTemplateSpecification": {"launchTemplateId": "lt-1"}}
    if overrides is not None:
        template["overrides"] = overrides
    policy = {"launchTemplate": template, "instancesDistribution": distribution}
    return {**GROUP, "launchTemplate": None, "mixedInstancesPolicy": policy}


def good(**inputs: Any) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if value is not None}


MIXED = good(**mixed([{"instanceType": "c7g.large"}], onDemandBaseCapacity=1))
PATH = "mixedInstancesPolicy"


@cases(
    smallest_is_no_more_than_largest=Case(ASG, GROUP, {"minSize": 5}, "ValidationError", "maxSize"),
    desired_is_no_less_than_smallest=Case(ASG, GROUP, {"desiredCapacity": 0}, "ValidationError", "desiredCapacity"),
    desired_is_no_more_than_largest=Case(ASG, GROUP, {"desiredCapacity": 5}, "ValidationError", "desiredCapacity"),
    a_group_has_a_template=Case(ASG, GROUP, {"launchTemplate": None}, "ValidationError"),
    a_group_has_subnets=Case(ASG, GROUP, {"vpcZoneIdentifiers": None}, "ValidationError", "vpcZoneIdentifiers"),
    a_spot_strategy_is_known=Case(
        ASG,
        MIXED,
        mixed(spotAllocationStrategy="cheapest"),
        "ValidationError",
        f"{PATH}.instancesDistribution.spotAllocationStrategy",
    ),
    a_share_is_a_percentage=Case(
        ASG,
        MIXED,
        mixed(onDemandPercentageAboveBaseCapacity=101),
        "ValidationError",
        f"{PATH}.instancesDistribution.onDemandPercentageAboveBaseCapacity",
    ),
    pools_belong_to_lowest_price=Case(
        ASG,
        MIXED,
        mixed(spotAllocationStrategy="price-capacity-optimized", spotInstancePools=2),
        "ValidationError",
        f"{PATH}.instancesDistribution.spotInstancePools",
    ),
    a_type_is_overridden_once=Case(
        ASG,
        MIXED,
        mixed([{"instanceType": "c7g.large"}, {"instanceType": "c7g.large"}]),
        "ValidationError",
        f"{PATH}.launchTemplate.overrides",
    ),
    all_types_have_weights_or_none=Case(
        ASG,
        MIXED,
        mixed([{"instanceType": "c7g.large", "weightedCapacity": "1"}, {"instanceType": "c7g.xlarge"}]),
        "ValidationError",
        f"{PATH}.launchTemplate.overrides",
    ),
    a_weight_is_a_small_whole_number=Case(
        ASG,
        MIXED,
        mixed([{"instanceType": "c7g.large", "weightedCapacity": "1000"}]),
        "ValidationError",
        f"{PATH}.launchTemplate.overrides[0].weightedCapacity",
    ),
    an_overriding_type_exists=Case(
        ASG,
        MIXED,
        mixed([{"instanceType": "c7g.huge"}]),
        "InvalidInstanceType",
        f"{PATH}.launchTemplate.overrides[0].instanceType",
    ),
)
def test_groups(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def template(estate: Estate, name: str = "web", **inputs: Any) -> Made:
    return estate.add("ec2.LaunchTemplate", name, **{"imageId": "ami-00000000000000000", **inputs})


def group(estate: Estate, template_id: str, **inputs: Any) -> dict[str, Any]:
    subnets = [subnet.id for subnet in estate.subnets]
    return {
        "minSize": 0,
        "maxSize": 2,
        "vpcZoneIdentifiers": subnets,
        "launchTemplate": {"id": template_id},
        **inputs,
    }


def test_a_template_without_an_image_launches_nothing(estate: Estate) -> None:
    empty = estate.add("ec2.LaunchTemplate", "empty", instanceType="c7g.large")
    words = estate.sandbox.refusal(ASG, **group(estate, empty.id))
    assert "The request must contain the parameter ImageId" in words


def test_a_template_without_a_machine_type_launches_nothing(estate: Estate) -> None:
    words = estate.sandbox.refusal(ASG, **group(estate, template(estate).id))
    assert "The launch template must specify an instance type" in words
    estate.add(ASG, **group(estate, template(estate, "typed", instanceType="c7g.large").id))


def test_an_override_fits_the_templates_image(estate: Estate) -> None:
    arm = template(estate, imageId=made_image("eu-west-1", "arm64", "test"))
    overriding = {
        "launchTemplate": {
            "launchTemplateSpecification": {"launchTemplateId": arm.id},
            "overrides": [{"instanceType": "c7g.large"}, {"instanceType": "c7i.large"}],
        }
    }
    inputs = group(estate, arm.id, mixedInstancesPolicy=overriding)
    del inputs["launchTemplate"]
    words = estate.sandbox.refusal(ASG, **inputs)
    assert "the specified instance type c7i.large does not match the architecture 'arm64'" in words


def test_a_machine_type_is_for_sale_in_one_of_the_zones(
    estate: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "catalog"
    (folder / "machines").mkdir(parents=True)
    (folder / "regions/eu-west-1").mkdir(parents=True)
    header = "type,architecture,vcpus,memory_mib,quota\n"
    (folder / "machines/c7g.csv").write_text(header + "c7g.large,arm64,2,4096,standard\n")
    rare = template(estate, instanceType="c7g.large")
    monkeypatch.setenv("POOLWRIGHT_CATALOG", str(folder))
    zone = estate.subnets[0]["availabilityZoneId"]
    (folder / "regions/eu-west-1/machine_prices.csv").write_text(f"# prices\ntype,zones\nc7g.large,{zone}\n")
    here, there = ([subnet.id] for subnet in estate.subnets)
    words = estate.sandbox.refusal(ASG, "there", **group(estate, rare.id, vpcZoneIdentifiers=there))
    assert "Unsupported: Your requested instance type (c7g.large) is not supported" in words
    estate.add(ASG, "here", **group(estate, rare.id, vpcZoneIdentifiers=here))


def test_a_template_has_groups_of_the_subnets_vpc(estate: Estate) -> None:
    other = estate.add("ec2.Vpc", "other", cidrBlock="10.9.0.0/16")
    far = estate.add("ec2.SecurityGroup", "far", vpcId=other.id)
    wrong = template(estate, instanceType="c7g.large", vpcSecurityGroupIds=[far.id])
    words = estate.sandbox.refusal(ASG, **group(estate, wrong.id))
    assert f"The security group '{far.id}' does not exist in VPC" in words


def test_a_file_can_limit_running_vcpus(estate: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "quotas.json"
    file.write_text(json.dumps({"on-demand-standard-vcpus": 8}))
    monkeypatch.setenv(QUOTAS_VARIABLE, str(file))
    large = template(estate, instanceType="c7g.xlarge")
    estate.add(ASG, "first", **group(estate, large.id, maxSize=1))
    words = estate.sandbox.refusal(ASG, "second", **group(estate, large.id, maxSize=2))
    assert "VcpuLimitExceeded" in words
    estate.add(ASG, "third", **group(estate, large.id, maxSize=1))


def test_an_update_keeps_the_number_that_the_autoscaler_chose(estate: Estate) -> None:
    web = template(estate, instanceType="c7g.large")
    made = estate.add(ASG, **group(estate, web.id, minSize=1, maxSize=6, desiredCapacity=4))
    assert estate.sandbox.update(made, **group(estate, web.id, minSize=1, maxSize=8))["desiredCapacity"] == 4
    assert estate.sandbox.update(made, **group(estate, web.id, minSize=1, maxSize=3))["desiredCapacity"] == 3


def test_a_template_version_exists(estate: Estate) -> None:
    web = template(estate, instanceType="c7g.large")
    later = {"launchTemplate": {"id": web.id, "version": "2"}}
    assert "launch template version does not exist" in estate.sandbox.refusal(ASG, **{**group(estate, web.id), **later})
    estate.sandbox.update(web, imageId="ami-00000000000000000", instanceType="c7g.xlarge")
    estate.add(ASG, **{**group(estate, web.id), **later})
