"""`poolwright check` as a user types it; the engine's preview is made up."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from poolwright.checks.report import CheckReport
from poolwright.cli import engine_commands, main
from poolwright.engine.preview import Operation, Preview, ResourceChange
from tests.poolwright.checks.estate import ROOT, shipped
from tests.stacks.projects import waiving

BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"


def preview() -> Preview:
    """The shipped dev as it stands: nothing changes."""
    return Preview(
        stack="dev",
        changes=tuple(
            ResourceChange(
                urn=each.urn,
                type=each.type,
                name=each.name,
                parent="",
                operation=Operation.SAME,
                inputs=each.inputs,
                before=each.inputs,
                protected=each.protected,
                id=each.id,
            )
            for each in shipped("dev").resources
        ),
        outputs={},
    )


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> list[Preview]:
    """What the engine says, the last one: a test may append another."""
    answers = [preview()]

    def previewed(stack: str, *, cloud: str) -> Preview:
        return answers[-1]

    monkeypatch.setattr(engine_commands, "previewed", previewed)
    monkeypatch.chdir(ROOT)
    return answers


def broken(seen: Preview) -> Preview:
    """A bucket of models without one setting of its public access block."""
    changes = tuple(
        replace(each, inputs={**each.inputs, "blockPublicPolicy": False}) if each.type == BLOCK else each
        for each in seen.changes
    )
    return replace(seen, changes=changes)


def test_a_stack_without_findings_ends_with_0(engine: list[Preview], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["check", "dev"]) == 0
    assert capsys.readouterr().out.endswith("checks, nothing found\n")


def test_a_refusal_ends_with_5_and_names_resource_and_remedy(
    engine: list[Preview], capsys: pytest.CaptureFixture[str]
) -> None:
    engine.append(broken(engine[-1]))
    assert main.run(["check", "dev"]) == 5
    out = capsys.readouterr().out
    assert f"S3.8  main-storage-bucket-documents-public-access ({BLOCK})" in out
    assert "leaves blockPublicPolicy off" in out
    assert "components/aws/storage/bucket.py" in out


def test_json_is_the_schemas_report_and_nothing_else(engine: list[Preview], capsys: pytest.CaptureFixture[str]) -> None:
    engine.append(broken(engine[-1]))
    assert main.run(["check", "dev", "--json", "--on", "2027-01-01"]) == 5
    out = capsys.readouterr().out
    assert json.loads(out)["schema_version"] == 1
    report = CheckReport.model_validate_json(out)
    assert not report.passed
    assert str(report.on) == "2027-01-01"
    assert {finding.check for finding in report.findings} == {"S3.8"}


def test_a_finding_about_the_demand_names_file_and_line(
    engine: list[Preview], capsys: pytest.CaptureFixture[str]
) -> None:
    changed = ResourceChange(
        urn="urn:x",
        type="aws:ecs/taskDefinition:TaskDefinition",
        name="main-compute-task-fraud-cpu",
        parent="",
        operation=Operation.SAME,
        inputs={"networkMode": "host", "tags": {"workload": "fraud"}},
    )
    engine.append(replace(engine[-1], changes=(*engine[-1].changes, changed)))
    assert main.run(["check", "dev", "--json"]) == 5
    report = CheckReport.model_validate_json(capsys.readouterr().out)
    [found] = [finding for finding in report.findings if finding.check == "ECS.17"]
    assert found.place is not None and found.place.line is not None
    assert found.place.path == "workloads.fraud"
    lines = (ROOT / found.place.file).read_text("utf-8").splitlines()
    assert lines[found.place.line - 1].strip() == "fraud:"


def test_a_day_that_is_none_is_bad_input(engine: list[Preview], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["check", "dev", "--on", "tomorrow"]) == 2
    assert '--on: found "tomorrow"; a date like 2027-06-30 is allowed' in capsys.readouterr().err


@pytest.mark.parametrize(("day", "code"), [("2027-06-30", 0), ("2027-07-01", 5)])
def test_a_waiver_silences_a_check_until_its_last_day(
    tmp_path: Path,
    engine: list[Preview],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    day: str,
    code: int,
) -> None:
    monkeypatch.chdir(waiving(tmp_path, "compute.loose-machines"))
    loose = ResourceChange(
        urn="urn:pulumi:trial::trial::poolwright:aws:ComputePool$aws:ec2/instance:Instance::main-by-hand",
        type="aws:ec2/instance:Instance",
        name="main-by-hand",
        parent="",
        operation=Operation.SAME,
    )
    engine.append(Preview(stack="trial", changes=(loose,), outputs={}))
    ended = main.run(["check", "trial", "--json", "--on", day])
    report = CheckReport.model_validate_json(capsys.readouterr().out)
    of_the_machine = [each.check for each in report.findings if each.check == "compute.loose-machines"]
    waived = [each.waiver.owner for each in report.waived]
    assert (of_the_machine, waived) == ([], ["me@example.com"]) if code == 0 else (["compute.loose-machines"], [])
    assert len(report.expired) == (code == 5)
    assert code == 0 or (ended == 5 and not report.passed)


def test_a_waiver_of_a_name_that_no_check_has_is_bad_input(
    tmp_path: Path, engine: list[Preview], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(waiving(tmp_path, "compute.lose-machines"))
    assert main.run(["check", "trial"]) == 2
    assert "Did you mean compute.loose-machines?" in capsys.readouterr().err
