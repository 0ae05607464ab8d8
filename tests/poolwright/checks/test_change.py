"""Checks of changes: what the shipped stacks' own rules ask, and what the real engine tells of a change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from poolwright.checks.check import Reads
from poolwright.checks.evidence import Evidence
from poolwright.checks.judging import judge
from poolwright.checks.registry import BY_ID, CHECKS
from poolwright.checks.resource import resources_of
from poolwright.engine.automation import Engine
from poolwright.engine.environment import EngineEnvironment
from poolwright.engine.preview import Operation
from tests.poolwright.checks.estate import shipped, with_change

BUCKET, KEY = "aws:s3/bucket:Bucket", "aws:kms/key:Key"


def found(check: str, evidence: Evidence) -> int:
    return len(list(BY_ID[check].findings(evidence, [])))


@pytest.mark.parametrize(("check", "type_"), [("change.data", BUCKET), ("KMS.3", KEY)])
def test_a_stack_that_protects_nothing_may_lose_its_data(check: str, type_: str) -> None:
    deletion = with_change(type_, Operation.DELETE, name="main-thing")
    assert found(check, deletion(shipped("prod"))) == 1
    assert found(check, deletion(shipped("dev"))) == 0


def test_a_new_revision_is_no_replacement_to_look_at() -> None:
    revision = with_change("aws:ecs/taskDefinition:TaskDefinition", Operation.REPLACE)
    assert found("change.replacement", revision(shipped())) == 0


@dataclass
class Wanted:
    """What the program makes."""

    retention_days: int = 365
    bucket: bool = True


@pytest.mark.engine
def test_what_the_real_engine_tells_is_enough_to_judge_a_change(
    sandbox_env: Callable[..., EngineEnvironment], tmp_path: Path
) -> None:
    root = tmp_path / "project"
    (root / "stacks").mkdir(parents=True)
    (root / "Pulumi.yaml").write_text("name: trying\nruntime: python\nstackConfigDir: stacks\n", encoding="utf-8")
    (root / "stacks" / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    wanted = Wanted()

    def program() -> None:
        here = pulumi.ResourceOptions(provider=aws.Provider("aws", region="eu-west-1"))
        aws.cloudwatch.LogGroup("logs", retention_in_days=wanted.retention_days, opts=here)
        if wanted.bucket:
            aws.s3.Bucket("data", opts=here)

    engine = Engine(sandbox_env("dev", root=root), program, lambda text: None)
    engine.up()
    wanted.retention_days, wanted.bucket = 30, False
    preview = engine.preview()
    evidence = Evidence(resources=resources_of(preview), changes=preview.changes)
    verdict = judge([check for check in CHECKS if check.reads is Reads.CHANGES], evidence, on=date(2026, 11, 26))
    assert {(finding.check, finding.resource) for finding in verdict.findings} == {
        ("change.data", "data"),
        ("change.retention", "logs"),
    }
    [retention] = [finding.text for finding in verdict.findings if finding.check == "change.retention"]
    assert retention == "deletes events after 30 days, which were kept for 365 days"
