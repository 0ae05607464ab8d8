"""Faults on request, one request at a time."""

from __future__ import annotations

from typing import Any

import pytest

from poolwright.engine.sandbox.faults import ATTEMPTS, Fault, FaultKind, Faults, Moment, Struck
from poolwright.engine.sandbox.identity import Identity
from poolwright.engine.sandbox.provider import Provider
from poolwright.engine.sandbox.rules.rule import Action
from poolwright.engine.sandbox.subject import Refused
from tests.poolwright.engine.sandbox.estate import TRUST, Estate
from tests.poolwright.engine.sandbox.harness import Made, Sandbox


def ask_for(sandbox: Sandbox, *faults: Fault) -> None:
    """From now on these go wrong."""
    sandbox.provider = Provider(Identity("123456789012", "eu-west-1"), sandbox.root, faults)


def vpc(sandbox: Sandbox, name: str = "net") -> Made:
    return sandbox.create("ec2.Vpc", name, cidrBlock="10.0.0.0/16")


def refusal(sandbox: Sandbox, name: str = "net") -> str:
    return sandbox.refusal("ec2.Vpc", name, cidrBlock="10.0.0.0/16")


def test_a_throttled_request_is_repeated_as_pulumi_aws_does(sandbox: Sandbox) -> None:
    fault = Fault(kind=FaultKind.THROTTLING, type="ec2.Vpc", times=3)
    ask_for(sandbox, fault)
    vpc(sandbox)
    assert sandbox.provider.store.creations(fault.key) == 3


def test_a_request_throttled_for_too_long_fails_and_changes_nothing(sandbox: Sandbox) -> None:
    ask_for(sandbox, Fault(kind=FaultKind.THROTTLING, times=ATTEMPTS + 1))
    assert "exceeded maximum number of attempts, 25, api error ThrottlingException: Rate exceeded" in refusal(sandbox)
    assert sandbox.provider.store.all("ec2.Vpc") == []
    vpc(sandbox)


@pytest.mark.parametrize(
    "met", [{"type": "ec2.Vpc"}, {"name": "net"}, {"action": Action.CREATE}, {"type": "ec2.Vpc", "name": "net"}]
)
@pytest.mark.parametrize("missed", [{}, {"type": "ec2.Eip"}, {"name": "other"}, {"action": Action.DELETE}])
def test_a_fault_strikes_the_requests_that_it_names(sandbox: Sandbox, met: Any, missed: Any) -> None:
    ask_for(sandbox, Fault(kind=FaultKind.ERROR, code="Mine", message="of my own", **{**met, **missed}))
    if missed:
        vpc(sandbox)
    else:
        assert "creating ec2 Vpc (net): operation error ec2: api error Mine: of my own" in refusal(sandbox)


def test_a_fault_comes_after_so_many_requests_and_so_often(sandbox: Sandbox) -> None:
    ask_for(sandbox, Fault(kind=FaultKind.ERROR, code="Mine", message="of my own", after=1, times=2))
    vpc(sandbox, "first")
    assert [refusal(sandbox, name) for name in ("second", "third")]
    vpc(sandbox, "fourth")


@pytest.mark.parametrize(("moment", "made"), [(Moment.BEFORE, 0), (Moment.AFTER, 1)])
def test_a_time_out_leaves_what_aws_had_done_by_then(sandbox: Sandbox, moment: Moment, made: int) -> None:
    ask_for(sandbox, Fault(kind=FaultKind.TIME_OUT, moment=moment))
    assert "timeout awaiting response headers" in refusal(sandbox)
    assert len(sandbox.provider.store.all("ec2.Vpc")) == made


@pytest.mark.parametrize(("moment", "gone"), [(Moment.BEFORE, False), (Moment.AFTER, True)])
def test_a_crash_ends_the_plugin_on_either_side_of_the_work(
    sandbox: Sandbox, moment: Moment, gone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = vpc(sandbox)
    monkeypatch.setattr("poolwright.engine.sandbox.faults._end_process", _ended)
    ask_for(sandbox, Fault(kind=FaultKind.CRASH, action=Action.DELETE, moment=moment))
    with pytest.raises(SystemExit):
        sandbox.delete(made)
    assert (sandbox.provider.store.all("ec2.Vpc") == []) is gone


def _ended() -> None:
    raise SystemExit


def test_a_slow_request_keeps_nobody_else_waiting(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("poolwright.engine.sandbox.faults.time.sleep", slept.append)
    slow = [
        Fault(kind=FaultKind.SLOW, seconds=seconds, moment=moment, times=2)
        for seconds, moment in ((4, Moment.BEFORE), (5, Moment.AFTER))
    ]
    faults = Faults(tuple(slow), sandbox.provider.store)
    with faults.delayed("ec2.Vpc", "net", Action.CREATE):
        assert slept == [4]
        ask_for(sandbox, *slow)
        vpc(sandbox, "other")
    assert slept == [4, 4, 5, 5]


def test_what_is_in_a_lost_zone_is_not_made_and_the_rest_is(estate: Estate) -> None:
    sandbox = estate.sandbox
    ask_for(sandbox, Fault(kind=FaultKind.ZONE_LOST, zone="euw1-az3", times=9))
    lost = estate.subnets[0]
    assert lost["availabilityZoneId"] == "euw1-az3"
    for kind, inputs in (
        ("ec2.Subnet", {"vpcId": estate.vpc.id, "cidrBlock": "10.0.9.0/24", "availabilityZone": "eu-west-1a"}),
        ("ec2.NatGateway", {"connectivityType": "private", "subnetId": lost.id}),
        ("ebs.Volume", {"availabilityZone": "eu-west-1a", "size": 20}),
    ):
        assert "Unavailable: The service is unavailable in the Availability Zone you requested (eu-west-1a)" in (
            sandbox.refusal(kind, "new", **inputs)
        )
    sandbox.create("ebs.Volume", "new", availabilityZone="eu-west-1b", size=20)


def test_a_quota_is_reached_with_its_name_value_and_code(sandbox: Sandbox) -> None:
    ask_for(sandbox, Fault(kind=FaultKind.QUOTA_REACHED, quota="vpcs"))
    assert "VpcLimitExceeded: The maximum number of VPCs has been reached. (quota vpcs: 0, vpc L-F678F1CE)" in (
        refusal(sandbox)
    )
    vpc(sandbox)


def test_a_role_that_is_not_visible_yet_is_asked_for_again(sandbox: Sandbox) -> None:
    role = sandbox.create("iam.Role", "web", assumeRolePolicy=TRUST)
    fault = Fault(kind=FaultKind.NOT_YET_VISIBLE, type="iam.Role", name="web", times=3)
    ask_for(sandbox, fault)
    sandbox.create("iam.InstanceProfile", "web", role=role["name"])
    assert sandbox.provider.store.creations(fault.key) == 3


def test_a_role_that_stays_invisible_is_refused_in_aws_s_words(sandbox: Sandbox) -> None:
    role = sandbox.create("iam.Role", "web", assumeRolePolicy=TRUST)
    ask_for(sandbox, Fault(kind=FaultKind.NOT_YET_VISIBLE, type="iam.Role", times=99))
    said = sandbox.refusal("iam.InstanceProfile", "web", role=role["name"])
    assert f"NoSuchEntity: The role with name {role['name']} cannot be found." in said


def test_somebody_changes_a_resource_between_two_commands(sandbox: Sandbox) -> None:
    made = vpc(sandbox)
    fault = Fault(kind=FaultKind.CHANGED_OUTSIDE, type="ec2.Vpc", name="net", set={"tags": {"owner": "eve"}})
    ask_for(sandbox, fault)
    read = sandbox.provider.read(sandbox.subject("ec2.Vpc", "net"), made.id, made.outputs)
    assert read is not None
    assert (read.outputs["tags"], read.outputs["tagsAll"]) == ({"owner": "eve"}, {"owner": "eve"})
    sandbox.update(made, cidrBlock="10.0.0.0/16", tags={"owner": "me"})
    ask_for(sandbox, fault)
    assert sandbox.provider.store.all("ec2.Vpc")[0].outputs["tags"] == {"owner": "me"}


def test_somebody_deletes_a_resource_between_two_commands(sandbox: Sandbox) -> None:
    for name in ("net", "other"):
        vpc(sandbox, name)
    ask_for(sandbox, Fault(kind=FaultKind.DELETED_OUTSIDE, type="ec2.Vpc", name="net"))
    assert [found.urn.rpartition("::")[2] for found in sandbox.provider.store.all("ec2.Vpc")] == ["other"]


def test_what_was_struck_is_a_refusal_of_the_provider(sandbox: Sandbox) -> None:
    ask_for(sandbox, Fault(kind=FaultKind.ERROR, code="Mine", message="of my own"))
    with pytest.raises(Refused, match="api error Mine") as refused:
        vpc(sandbox)
    assert not isinstance(refused.value, Struck)
