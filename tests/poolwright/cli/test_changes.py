"""A Preview as lines and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

from poolwright.cli.changes import change_lines, output_lines, preview_record, remarks, summary
from poolwright.engine.preview import (
    Diagnostic,
    DiffKind,
    Operation,
    PolicyFinding,
    Preview,
    PropertyChange,
    ResourceChange,
    Severity,
)


def _change(
    name: str, operation: Operation, *properties: PropertyChange, kind: str = "aws:s3/bucket:Bucket"
) -> ResourceChange:
    return ResourceChange(
        urn=f"urn:pulumi:dev::poolwright::{kind}::{name}",
        type=kind,
        name=name,
        parent="",
        operation=operation,
        properties=properties,
    )


PREVIEW = Preview(
    stack="dev",
    changes=(
        _change("fresh", Operation.CREATE),
        _change("kept", Operation.SAME),
        _change(
            "moved",
            Operation.REPLACE,
            PropertyChange(path="zone", kind=DiffKind.CHANGE, replaces=True, old="a", new="b"),
            PropertyChange(path="tags.x", kind=DiffKind.ADD, replaces=False, new={"k": "v" * 90}),
        ),
        _change("gone", Operation.DELETE, kind="aws:ec2/vpc:Vpc"),
    ),
    diagnostics=(
        Diagnostic(severity=Severity.WARNING, message="careful", urn="urn::thing"),
        Diagnostic(severity=Severity.WARNING, message="careful", urn="urn::thing"),
        Diagnostic(severity=Severity.INFO, message="printed"),
    ),
    findings=(PolicyFinding(policy="pack/open", mandatory=False, message="port 22 is open", urn="urn::sg"),),
    outputs={"url": "https://example.org", "ports": [80, 443]},
)


def test_what_can_not_be_undone_comes_first_and_a_replacement_says_why() -> None:
    assert list(change_lines(PREVIEW)) == [
        "+- aws:s3/bucket:Bucket  moved",
        "      ~ zone: a -> b   (forces the replacement)",
        '      + tags.x: {"k": "' + "v" * 52 + "…",
        " - aws:ec2/vpc:Vpc  gone",
        " + aws:s3/bucket:Bucket  fresh",
    ]


def test_the_summary_counts_what_is_to_do_or_done() -> None:
    assert summary(PREVIEW, done=False) == "1 to create, 1 to replace, 1 to delete, 1 unchanged"
    assert summary(PREVIEW, done=True) == "1 created, 1 replaced, 1 deleted, 1 unchanged"
    assert summary(Preview(stack="dev", changes=(), outputs={}), done=True) == "nothing to do"


def test_a_warning_is_shown_once_and_a_finding_names_its_resource() -> None:
    assert list(remarks(PREVIEW)) == ["warning: thing: careful", "policy: pack/open: port 22 is open (urn::sg)"]


def test_outputs_are_lined_up() -> None:
    assert list(output_lines(PREVIEW)) == ["  ports  [80, 443]", "  url    https://example.org"]


def test_the_json_holds_every_change_and_counts_the_rest() -> None:
    record = json.loads(json.dumps(preview_record(PREVIEW)))

    assert record["counts"] == {"same": 1, "create": 1, "replace": 1, "delete": 1}
    assert [change["name"] for change in record["changes"]] == ["fresh", "moved", "gone"]
    assert record["changes"][1]["replace_reasons"] == ["zone"]
    assert record["outputs"] == {"url": "https://example.org", "ports": [80, 443]}


def test_an_output_with_parts_has_a_line_for_each() -> None:
    nested = replace(PREVIEW, outputs={"main": {"urls": {"public": "https://example.org"}, "zones": ["a"]}})
    assert list(output_lines(nested)) == ["  main.urls.public  https://example.org", '  main.zones        ["a"]']
