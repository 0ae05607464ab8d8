from __future__ import annotations

import json
from pathlib import Path

import pytest

from poolwright.cli.schema import KINDS, run, schema_text
from solver.errors import ConfigError

ROOT = Path(__file__).parents[3]


def test_the_exported_schema_of_stack_files_is_current() -> None:
    exported = (ROOT / "docs/schemas/demand.schema.json").read_text("utf-8")
    assert exported == schema_text("demand"), "run: poolwright schema demand > docs/schemas/demand.schema.json"


def test_the_exported_schema_of_the_checks_report_is_current() -> None:
    exported = (ROOT / "docs/schemas/check.schema.json").read_text("utf-8")
    assert exported == schema_text("check"), "run: poolwright schema check > docs/schemas/check.schema.json"


def test_the_exported_schema_of_the_controls_report_is_current() -> None:
    exported = (ROOT / "docs/schemas/controls.schema.json").read_text("utf-8")
    assert exported == schema_text("controls"), "run: poolwright schema controls > docs/schemas/controls.schema.json"


def test_the_exported_schema_of_the_review_is_current() -> None:
    exported = (ROOT / "docs/schemas/review.schema.json").read_text("utf-8")
    assert exported == schema_text("review"), "run: poolwright schema review > docs/schemas/review.schema.json"


@pytest.mark.parametrize(
    "kind", ["release", "promotion", "promotion-rules", "price-diff", "fleet", "fleet-plan", "comparison"]
)
def test_the_exported_schemas_of_releases_and_prices_are_todays(kind: str) -> None:
    file = f"docs/schemas/{kind}.schema.json"
    assert (ROOT / file).read_text("utf-8") == schema_text(kind), f"run: poolwright schema {kind} > {file}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_printed_as_json_on_standard_output(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(kind)
    printed = capsys.readouterr()
    assert "properties" in json.loads(printed.out)
    assert printed.err == ""


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_every_record_is_described(kind: str) -> None:
    schema = json.loads(schema_text(kind))
    for name, record in {"the file": schema, **schema["$defs"]}.items():
        for field, each in record.get("properties", {}).items():
            assert each.get("description"), f"{name}.{field}"


def test_an_unknown_kind_is_told_with_those_that_exist() -> None:
    with pytest.raises(ConfigError) as refused:
        run("demnd")
    kinds = ", ".join(KINDS)
    assert str(refused.value) == f'kind: found "demnd"; one of {kinds} is allowed. Did you mean demand?'


def test_every_stack_file_names_the_schema_for_editors() -> None:
    for path in sorted((ROOT / "stacks").glob("*.yaml")):
        if path.name.startswith("Pulumi.") or path.name.endswith(".lock.yaml"):
            continue
        kind = "promotion-rules" if path.stem == "promotion" else "demand"
        first = path.read_text("utf-8").splitlines()[0]
        assert first == f"# yaml-language-server: $schema=../docs/schemas/{kind}.schema.json", path.name
