from __future__ import annotations

from typing import Any

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

ASG = "autoscaling.Group"
GROUP: dict[str, Any] = {
    "minSize": 1,
    "maxSize": 4,
    "vpcZoneIdentifiers": ["subnet-1"],
    "launchTemplate": {"id": "lt-1", "version": "3"},
    "warmPool": {
        "poolState": "Stopped",
        "minSize": 1,
        "maxGroupPreparedCapacity": -1,
        "instanceReusePolicy": {"reuseOnScaleIn": True},
    },
}
MIXED = {"launchTemplate": {"launchTemplateSpecification": {"launchTemplateId": "lt-1"}}}


@cases(
    there_is_none_for_mixed_instances=Case(
        ASG, GROUP, {"launchTemplate": None, "mixedInstancesPolicy": MIXED}, "ValidationError", "warmPool"
    ),
    its_machines_wait_in_a_known_state=Case(
        ASG, GROUP, {"warmPool": {"poolState": "Asleep"}}, "ValidationError", "warmPool.poolState"
    ),
    its_machines_are_not_less_than_none=Case(
        ASG, GROUP, {"warmPool": {"minSize": -1}}, "ValidationError", "warmPool.minSize"
    ),
    its_limit_is_a_number_or_none=Case(
        ASG,
        GROUP,
        {"warmPool": {"maxGroupPreparedCapacity": -2}},
        "ValidationError",
        "warmPool.maxGroupPreparedCapacity",
    ),
)
def test_warm_pools(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_there_is_none_for_spot_machines(estate: Estate) -> None:
    made = estate.add(
        "ec2.LaunchTemplate",
        imageId="ami-00000000000000000",
        instanceType="c7g.large",
        instanceMarketOptions={"marketType": "spot"},
    )
    group = {**GROUP, "vpcZoneIdentifiers": [estate.subnets[0].id], "launchTemplate": {"id": made.id, "version": "1"}}
    words = estate.sandbox.refusal(ASG, **group)
    assert "ValidationError: You can't add a warm pool" in words
    estate.add(ASG, **{name: value for name, value in group.items() if name != "warmPool"})
