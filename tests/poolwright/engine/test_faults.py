"""Faults to survive, on the real engine: the state stays whole, nothing is made twice, and the next command goes on."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from poolwright.engine import recovery
from poolwright.engine.cli_binary import PulumiCli
from poolwright.engine.preview import Operation, Preview
from poolwright.review.drift import DriftClass, drift_of
from solver.errors import CloudError, EngineError, ExitCode
from tests.poolwright.engine.shop import RESOURCES, Shop, shop_in

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("state_after_each_step")]


@pytest.fixture
def shop(tmp_path: Path, pulumi_cli: PulumiCli) -> Shop:
    del pulumi_cli
    return shop_in(tmp_path / "shop")


def _failed(shop: Shop) -> CloudError:
    """The error of an `up` that the cloud fails part-way."""
    with pytest.raises(CloudError) as caught:
        shop.engine.up()
    assert caught.value.exit_code is ExitCode.CLOUD
    return caught.value


def _touched(result: Preview) -> dict[str, Operation]:
    return {change.name: change.operation for change in result.changed}


def test_what_pulumi_aws_repeats_by_itself_is_no_failure(shop: Shop) -> None:
    shop.ask_for(
        {"kind": "throttling", "type": "ec2.Vpc", "times": 2},
        {"kind": "not-yet-visible", "type": "iam.Role", "times": 3},
        {"kind": "insufficient-capacity", "machine_type": "c7g.large", "zone": "eu-west-1a"},
    )

    built = shop.engine.up()

    shop.assert_whole()
    assert any("AWS has no c7g.large in eu-west-1a now" in item.message for item in built.diagnostics)
    assert shop.engine.preview().changed == ()


def test_each_failure_says_what_to_do_and_the_next_up_goes_on(shop: Shop) -> None:
    shop.ask_for({"kind": "throttling", "type": "ec2.Vpc", "times": 25})
    said = str(_failed(shop))
    assert "net: " in said and "exceeded maximum number of attempts, 25, api error ThrottlingException" in said
    assert "AWS limits how often it is asked" in said
    assert "state is whole: mend the cause, then `poolwright up dev` goes on from here" in said
    shop.assert_whole(resources=shop.count())

    shop.ask_for({"kind": "quota-reached", "quota": "vpcs"})
    said = str(_failed(shop))
    assert "VpcLimitExceeded" in said
    assert "quota vpcs is used up at 0" in said
    assert "request-service-quota-increase --service-code vpc --quota-code L-F678F1CE --desired-value 1" in said
    shop.assert_whole(resources=shop.count())

    shop.ask_for({"kind": "zone-lost", "zone": "eu-west-1b"})
    said = str(_failed(shop))
    assert "Unavailable: The service is unavailable in the Availability Zone you requested (eu-west-1b)" in said
    assert "zone eu-west-1b does not answer" in said
    assert "sites.<site>.zones of stacks/dev.yaml" in said
    shop.assert_whole(resources=shop.count())

    shop.engine.up()
    shop.assert_whole()


def test_a_group_without_machines_is_kept_and_filled_by_the_next_up(shop: Shop) -> None:
    shop.ask_for({"kind": "insufficient-capacity", "times": 4})

    said = str(_failed(shop))

    for name in ("c7g.large", "c7g.xlarge"):
        for zone in ("eu-west-1a", "eu-west-1b"):
            assert f"sufficient {name} capacity in the Availability Zone you requested ({zone})" in said
            assert f"AWS has no {name} in {zone} now: try again later" in said
    assert 'exclude_machines: ["c7g.large"] in stacks/dev.yaml' in said
    shop.assert_whole()
    assert _touched(shop.engine.up()) == {"machines": Operation.UPDATE}
    assert shop.engine.preview().changed == ()


@pytest.mark.parametrize("kind", ["time-out", "crash"])
def test_what_was_made_without_an_answer_is_taken_over_and_not_made_twice(shop: Shop, kind: str) -> None:
    shop.ask_for({"kind": kind, "type": "ec2.SecurityGroup"})

    assert "where no answer came, the cloud may have done it" in str(_failed(shop))

    assert shop.count()["ec2.SecurityGroup"] == 1
    assert "front" not in {record.name for record in shop.engine.records()}
    if kind == "time-out":
        built = shop.engine.up()
        assert "front" not in _touched(built)
        shop.assert_whole()
        assert shop.engine.preview().changed == ()
    else:
        shop.engine.destroy()
        shop.assert_whole(resources=Counter())
    # A crash may take the answers of others with it.
    assert any("never kept the answer" in line and "front" in line for line in shop.said)


def test_a_killed_up_leaves_nothing_running_and_nothing_to_make_twice(shop: Shop) -> None:
    shop.ask_for(
        {"kind": "slow", "type": "ec2.Vpc", "seconds": 60},
        {"kind": "slow", "type": "iam.Role", "seconds": 60, "moment": "before"},
    )
    process = shop.up_elsewhere()
    _wait_until(lambda: shop.count()["ec2.Vpc"] == 1)
    _wait_for(process, {"net", "machine"})

    _kill(shop, process)

    shop.ask_for()
    shop.engine.up()
    assert any("its lock is released" in line for line in shop.said)
    assert any("now in the state: net" in line for line in shop.said)
    shop.assert_whole()
    assert shop.engine.preview().changed == ()


def test_when_only_poolwright_is_killed_the_engine_ends_by_itself(shop: Shop) -> None:
    shop.ask_for({"kind": "slow", "type": "ec2.Vpc", "seconds": 2})
    process = shop.up_elsewhere()
    _wait_for(process, {"net"})

    process.kill()
    process.communicate(timeout=30)

    _wait_until(lambda: not _engine_processes(shop))
    shop.ask_for()
    shop.engine.up()
    shop.assert_whole()


def test_a_second_up_says_who_holds_the_lock_and_leaves_the_first_alone(shop: Shop) -> None:
    shop.ask_for({"kind": "slow", "type": "ec2.Vpc", "seconds": 4})
    first = shop.up_elsewhere()
    _wait_for(first, {"net"})

    with pytest.raises(EngineError, match=r"stack dev is locked by another command \(\w+@\S+ \(pid \d+\)") as caught:
        shop.engine.up()

    assert caught.value.exit_code is ExitCode.FAILED
    assert "wait for it, or end that process" in str(caught.value)
    assert first.communicate(timeout=60) and first.returncode == 0
    shop.assert_whole()


def test_what_was_changed_or_deleted_outside_is_shown_taken_and_restored(shop: Shop) -> None:
    shop.engine.up()
    shop.ask_for(
        {"kind": "changed-outside", "type": "ec2.Vpc", "set": {"tags": {"Name": "eve's"}}},
        {"kind": "deleted-outside", "type": "autoscaling.Group"},
    )

    shown = shop.engine.preview(refresh=True)
    assert _touched(shown) == {"net": Operation.UPDATE, "machines": Operation.CREATE}
    drift = drift_of(shop.engine.read_anew(), stack="dev", cloud="sandbox")
    assert [(record.resource, record.path, record.by) for record in drift.differences] == [
        ("net", "tags.Name", DriftClass.HAND),
        ("machines", "", DriftClass.DELETED),
    ]
    assert drift.resources == sum(RESOURCES.values())
    shop.engine.refresh()
    assert "machines" not in {record.name for record in shop.engine.records()}
    assert _touched(shop.engine.up()) == {"net": Operation.UPDATE, "machines": Operation.CREATE}
    shop.assert_whole()


def test_spot_machines_that_aws_takes_back_are_replaced_and_nothing_of_the_stack_changes(shop: Shop) -> None:
    back = {"kind": "spot-interruption", "machine_type": "c7g.large", "zone": "eu-west-1a"}
    shop.ask_for(back)
    shop.engine.up()  # there is nothing to take back before it

    taken = shop.engine.up()

    said = " ".join(item.message for item in taken.diagnostics)
    assert "AWS took spot machines back: 1 × c7g.large eu-west-1a; 1 × c7g.xlarge eu-west-1a came before they" in said
    assert taken.changed == ()
    shop.assert_whole()

    shop.ask_for({**back, "zone": "eu-west-1b"}, {"kind": "insufficient-capacity", "times": 3})
    short = shop.engine.refresh()
    said = " ".join(item.message for item in short.diagnostics)
    assert "none came; 1 of 2 are missing, and AWS goes on trying" in said
    shop.assert_whole()

    converged = shop.engine.up()
    assert any("missing 1 × " in item.message for item in converged.diagnostics)
    assert converged.changed == ()
    shop.assert_whole()


def test_a_destroy_that_stopped_half_way_is_ended_by_a_later_one(shop: Shop) -> None:
    shop.engine.up()
    refused = {"kind": "error", "code": "InternalError", "message": "An internal error has occurred"}
    shop.ask_for({**refused, "type": "ec2.Subnet", "name": "a", "action": "delete"})

    with pytest.raises(CloudError, match="InternalError") as caught:
        shop.engine.destroy()

    assert "`poolwright destroy dev` goes on from here" in str(caught.value)
    assert 0 < sum(shop.count().values()) < sum(RESOURCES.values())
    shop.assert_whole(resources=shop.count())

    shop.ask_for({"kind": "time-out", "type": "ec2.Subnet", "name": "a", "action": "delete"})
    with pytest.raises(CloudError, match="timeout awaiting"):
        shop.engine.destroy()

    shop.engine.destroy()
    assert "an earlier command did not see or keep what the cloud did; reading the cloud anew first" in shop.said
    shop.assert_whole(resources=Counter())


_SMALL_DISK = """
import resource, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGXFSZ})
resource.setrlimit(resource.RLIMIT_FSIZE, (14000, resource.RLIM_INFINITY))
"""


def test_a_state_that_a_full_disk_cut_off_is_put_together_again(shop: Shop) -> None:
    process = shop.up_elsewhere(preload=_SMALL_DISK)
    # Pulumi's own backend leaves half a file, and half a backup, while it tries again and again.
    _wait_until(lambda: not recovery.is_readable(shop.environment))
    _kill(shop, process)

    shop.engine.up()

    assert any("the state was cut off" in line for line in shop.said)
    shop.assert_whole()
    assert shop.engine.preview().changed == ()


def _wait_for(process: subprocess.Popen[str], names: set[str]) -> None:
    """Until the changes of these names have begun."""
    assert process.stdout is not None
    left = set(names)
    for line in process.stdout:
        left.discard(line.strip())
        if not left:
            return
    raise AssertionError(process.communicate())


def _kill(shop: Shop, process: subprocess.Popen[str]) -> None:
    """Ends a command and its engine as a machine that goes down does; plugins are left to end by themselves."""
    engine = [pid for pid in _engine_processes(shop) if b"sandbox" not in _command_line(pid)]
    for pid in (process.pid, *engine):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=30)
    _wait_until(lambda: not _engine_processes(shop))


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _wait_until(holds: object, seconds: float = 60) -> None:
    assert callable(holds)
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def _engine_processes(shop: Shop) -> Iterable[int]:
    """The CLI and its plugins: processes that were given the environment of the stack's engine."""
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes()
        except OSError:
            continue
        if f"POOLWRIGHT_SANDBOX_DIR={shop.sandbox}".encode() in variables:
            found.append(int(folder.name))
    return found
