from __future__ import annotations

from typing import Any

from poolwright.engine.sandbox.rules.renewals import LONGEST_PAUSE
from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

ASG = "autoscaling.Group"
GROUP: dict[str, Any] = {
    "minSize": 1,
    "maxSize": 4,
    "vpcZoneIdentifiers": ["subnet-1"],
    "launchTemplate": {"id": "lt-1", "version": "3"},
}
PATH = "instanceRefresh.preferences"
CAREFUL: dict[str, Any] = {
    "minHealthyPercentage": 100,
    "maxHealthyPercentage": 200,
    "checkpointPercentages": [10, 50, 100],
    "checkpointDelay": str(LONGEST_PAUSE),
    "alarmSpecification": {"alarms": [f"alarm-{number}" for number in range(10)]},
    "scaleInProtectedInstances": "Refresh",
    "standbyInstances": "Wait",
    "autoRollback": True,
}


def refreshed(**preferences: Any) -> dict[str, Any]:
    """The careful refresh with some preferences changed; without those that are None."""
    whole = {name: value for name, value in {**CAREFUL, **preferences}.items() if value is not None}
    return {"instanceRefresh": {"strategy": "Rolling", "preferences": whole}}


GOOD = {**GROUP, **refreshed(), "maxInstanceLifetime": 86_400}


def case(path: str, **preferences: Any) -> Case:
    return Case(ASG, GOOD, refreshed(**preferences), "ValidationError", f"{PATH}.{path}")


@cases(
    a_refresh_rolls=Case(
        ASG, GOOD, {"instanceRefresh": {"strategy": "AtOnce"}}, "ValidationError", "instanceRefresh.strategy"
    ),
    the_part_that_serves_is_a_percentage=case("minHealthyPercentage", minHealthyPercentage=101),
    a_group_does_not_shrink_to_be_healthy=case("maxHealthyPercentage", maxHealthyPercentage=99),
    a_group_grows_to_twice_its_size_at_most=case("maxHealthyPercentage", maxHealthyPercentage=201),
    the_most_comes_with_the_least=case("maxHealthyPercentage", minHealthyPercentage=None),
    at_most_the_whole_group_is_replaced_at_once=case("maxHealthyPercentage", minHealthyPercentage=90),
    checkpoints_ascend=case("checkpointPercentages", checkpointPercentages=[50, 10, 100]),
    no_checkpoint_is_there_twice=case("checkpointPercentages", checkpointPercentages=[10, 10, 100]),
    a_checkpoint_is_a_percentage=case("checkpointPercentages", checkpointPercentages=[50, 101]),
    a_pause_has_a_checkpoint=case("checkpointDelay", checkpointPercentages=None),
    a_pause_ends_after_two_days=case("checkpointDelay", checkpointDelay=str(LONGEST_PAUSE + 1)),
    ten_alarms_are_the_most=case(
        "alarmSpecification.alarms", alarmSpecification={"alarms": [f"alarm-{number}" for number in range(11)]}
    ),
    an_alarm_has_a_name=case("alarmSpecification.alarms", alarmSpecification={"alarms": [""]}),
    protected_machines_are_treated_in_a_known_way=case("scaleInProtectedInstances", scaleInProtectedInstances="Drain"),
    standby_machines_are_treated_in_a_known_way=case("standbyInstances", standbyInstances="Refresh"),
    a_machine_lives_a_day_at_least=Case(
        ASG, GOOD, {"maxInstanceLifetime": 86_399}, "ValidationError", "maxInstanceLifetime"
    ),
    a_machine_lives_a_year_at_most=Case(
        ASG, GOOD, {"maxInstanceLifetime": 31_536_001}, "ValidationError", "maxInstanceLifetime"
    ),
    a_rollback_has_a_version_to_go_back_to=Case(
        ASG, GOOD, {"launchTemplate": {"id": "lt-1", "version": "$Latest"}}, "ValidationError", f"{PATH}.autoRollback"
    ),
)
def test_refreshes_and_lifetimes(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_a_lifetime_of_0_is_none(sandbox: Sandbox) -> None:
    assert sandbox.failures(ASG, **{**GOOD, "maxInstanceLifetime": 0}) == []
