"""From an engine that failed to the one error that a user reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolwright.engine.cli_binary import CliOrigin, PulumiCli
from poolwright.engine.environment import Cloud, EngineEnvironment
from poolwright.engine.failure import engine_failure
from poolwright.engine.preview import (
    Diagnostic,
    Operation,
    PolicyFinding,
    Preview,
    ResourceChange,
    Severity,
)
from poolwright.engine.project import Project
from solver.errors import CloudError, EngineError, GateError, StaleError

URN = "urn:pulumi:dev::poolwright::aws:s3/bucket:Bucket::models"


def _environment(cloud: Cloud = Cloud.SANDBOX) -> EngineEnvironment:
    return EngineEnvironment(
        project=Project(root=Path("/p"), home=Path("/p/.poolwright")),
        stack="dev",
        cloud=cloud,
        cli=PulumiCli(path=Path("/bin/pulumi"), version="3.259.0", origin=CliOrigin.PATH),
        path=(),
        variables={},
    )


def _seen(*messages: tuple[str, str], failed: bool = False, finding: bool = False) -> Preview:
    change = ResourceChange(urn=URN, type="aws:s3/bucket:Bucket", name="models", parent="", operation=Operation.CREATE)
    policy = PolicyFinding(policy="pack/open", mandatory=True, message="port 22 is open", urn=URN)
    return Preview(
        stack="dev",
        changes=(change,),
        diagnostics=tuple(Diagnostic(severity=Severity.ERROR, message=text, urn=urn) for text, urn in messages),
        failed=(URN,) if failed else (),
        findings=(policy,) if finding else (),
        outputs={},
    )


def test_a_failing_cloud_is_code_six_and_says_how_to_go_on() -> None:
    error = engine_failure("up", _environment(Cloud.AWS), _seen(("no capacity", URN), failed=True), "")

    assert isinstance(error, CloudError)
    assert error.exit_code == 6
    assert "models: no capacity" in str(error)
    assert "poolwright up dev --cloud aws" in str(error)


def test_what_several_resources_say_alike_is_one_line() -> None:
    said = [("no engine answers", f"{URN}-{number}") for number in range(5)]
    error = engine_failure("up", _environment(), _seen(*said, failed=True), "")

    assert str(error).count("no engine answers") == 1
    assert "models-0, models-1, models-2 and 2 more: no engine answers" in str(error)


def test_a_failing_resource_of_a_preview_is_no_failure_of_the_cloud() -> None:
    assert isinstance(engine_failure("preview", _environment(), _seen(("bad", URN), failed=True), ""), EngineError)


def test_each_message_is_shown_once_and_the_closing_remark_not_at_all() -> None:
    error = engine_failure("up", _environment(), _seen(("bad", URN), ("bad", URN), ("update failed", "")), "")

    assert str(error) == "up dev failed\n  - models: bad"


def test_a_long_list_of_messages_is_cut() -> None:
    error = engine_failure("up", _environment(), _seen(*[(f"bad {number}", "") for number in range(13)]), "")

    assert str(error).endswith("- bad 9\n  … and 3 more")


def test_a_lock_names_its_holder_and_the_commands_that_cure_it() -> None:
    output = "error: the stack is currently locked by 1 lock(s).\n file: created by eve@host (pid 7) at noon\n"

    error = engine_failure("up", _environment(Cloud.AWS), _seen(), output)

    assert "eve@host (pid 7)" in str(error)
    assert "pulumi cancel --stack dev" in str(error)
    assert "refresh --clear-pending-creates" in str(error)


def test_a_missing_stack_says_how_to_create_it() -> None:
    error = engine_failure("up", _environment(Cloud.AWS), _seen(), "error: no stack named 'dev' found")

    assert "pulumi stack init dev" in str(error)


def test_a_mandatory_policy_is_code_five() -> None:
    error = engine_failure("preview", _environment(), _seen(finding=True), "")

    assert isinstance(error, GateError)
    assert "pack/open: port 22 is open" in str(error)


@pytest.mark.parametrize("output", ["stderr: error: getting secrets manager: no key", "error: no key"])
def test_without_events_the_commands_own_words_are_shown(output: str) -> None:
    assert "no key" in str(engine_failure("up", _environment(), _seen(), output))


def test_without_any_words_that_is_said() -> None:
    assert str(engine_failure("up", _environment(), _seen(), "")) == "up dev failed: it gave no reason"


DISK = (
    "pre-step event returned an error: failed to save snapshot: An IO error occurred while writing the new snapshot "
    'file: blob (key ".pulumi/stacks/shop/dev.json") (code=Unknown): write /p/dev.json.18eb.tmp: {}'
)
CAPACITY = (
    "We currently do not have sufficient g6.xlarge capacity in the Availability Zone you requested (us-east-1a). Our "
    "system will be working on provisioning additional capacity."
)


@pytest.mark.parametrize("reason", ["no space left on device", "file too large", "disk quota exceeded"])
def test_a_full_disk_is_no_failure_of_the_cloud_and_says_where_it_is(reason: str) -> None:
    error = engine_failure("up", _environment(), _seen((DISK.format(reason), URN), failed=True), "")

    assert isinstance(error, EngineError)
    assert error.exit_code == 1
    assert "the state could not be written" in str(error)
    assert "the disk of /p/.poolwright/state is full: free some space" in str(error)
    assert "then `poolwright up dev` goes on from here" in str(error)


def test_a_state_that_was_cut_off_says_which_command_puts_it_together() -> None:
    output = "error: failed to load checkpoint: place 1: unexpected end of JSON input"

    assert "`poolwright refresh dev` puts it together again" in str(
        engine_failure("preview", _environment(), _seen(), output)
    )


@pytest.mark.parametrize("cloud", Cloud)
@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            CAPACITY,
            'AWS has no g6.xlarge in us-east-1a now: try again later, or plan without it: exclude_machines: ["g6',
        ),
        ("api error RequestLimitExceeded: Request limit exceeded.", "AWS limits how often it is asked"),
        ("api error VpcLimitExceeded: reached. (quota vpcs: 5, vpc L-F678F1CE)", "quota vpcs is used up at 5: free"),
        ("api error VpcLimitExceeded: The maximum number of VPCs has been reached.", "--quota-code L-F678F1CE"),
        ("api error LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000", "--quota-code L-FE177D64"),
        ("api error NatGatewayLimitExceeded: performing this", "--quota-code L-FE5A380F"),
        ("api error TrailX: (quota trails: 5)", "quota trails is used up at 5: free some, or ask AWS's support"),
        ("The role with name web-1 cannot be found.", "a role that was just made may take minutes"),
        ("error reading from server: EOF", "the cloud may have done it"),
        ("Error pinging Docker server: error during connect", "`docker -H ADDRESS info` shows why"),
    ],
)
def test_each_known_cause_comes_with_what_to_do(cloud: Cloud, message: str, said: str) -> None:
    if cloud is Cloud.AWS:
        said = said.replace("the cloud may", "AWS may")
    assert said in str(engine_failure("up", _environment(cloud), _seen((message, URN), failed=True), ""))


def test_an_unknown_cause_gets_no_advice() -> None:
    error = engine_failure("up", _environment(), _seen(("of a new kind", URN), failed=True), "")

    assert error.hint == "state is whole: mend the cause, then `poolwright up dev` goes on from here"


def test_on_the_sandbox_a_lock_is_released_by_the_next_command() -> None:
    output = "error: the stack is currently locked by 1 lock(s).\n file: created by eve@host (pid 7) at noon\n"

    assert "the next command then releases its lock" in str(engine_failure("up", _environment(), _seen(), output))


def test_a_step_that_the_update_plan_does_not_have_is_stale() -> None:
    seen = _seen(("resource urn:x violates plan: properties changed: ~~size[{1}!={2}]", URN), failed=True)
    error = engine_failure("up", _environment(), seen, "")
    assert isinstance(error, StaleError)
    assert "models: resource urn:x violates plan" in str(error)
