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
from solver.errors import CloudError, EngineError, GateError

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
