from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from solver.demand.file_schema import stack_file_schema

ROOT = Path(__file__).parents[3]
SCHEMA = stack_file_schema()
DEFINITIONS = cast("dict[str, Any]", SCHEMA["$defs"])


def accepts(schema: Any, value: object) -> bool:
    """Whether a value has the schema's form, for the keywords that this schema uses; numbers' bounds apart."""
    if "$ref" in schema:
        return accepts(DEFINITIONS[schema["$ref"].rsplit("/", 1)[-1]], value)
    if "anyOf" in schema and not any(accepts(each, value) for each in schema["anyOf"]):
        return False
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        return False
    if (
        "pattern" in schema
        and isinstance(value, str)
        and not re.search(schema["pattern"].replace("(?<", "(?P<"), value)
    ):
        return False
    kinds = schema.get("type", [])
    if kinds and not any(is_a(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        return False
    if isinstance(value, list) and "items" in schema:
        return all(accepts(schema["items"], item) for item in cast("list[object]", value))
    if isinstance(value, dict):
        return all(
            accepts_entry(schema, key, entry) for key, entry in cast("dict[str, object]", value).items()
        ) and set(schema.get("required", [])) <= set(cast("dict[str, object]", value))
    return True


def accepts_entry(schema: Any, key: str, entry: object) -> bool:
    if key in schema.get("properties", {}):
        return accepts(schema["properties"][key], entry)
    for pattern, each in schema.get("patternProperties", {}).items():
        if re.search(pattern, key):
            return accepts(each, entry)
    more = schema.get("additionalProperties", True)
    return more if isinstance(more, bool) else accepts(more, entry)


def is_a(value: object, kind: str) -> bool:
    types: dict[str, tuple[type, ...]] = {
        "object": (dict,),
        "array": (list,),
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
        "null": (type(None),),
    }
    return isinstance(value, types[kind]) and (kind == "boolean" or not isinstance(value, bool))


def records() -> Iterator[tuple[str, Any]]:
    yield "the file", SCHEMA
    yield from DEFINITIONS.items()


def read(path: Path) -> object:
    class TextsOnly(yaml.SafeLoader):
        """Leaves `22:00` and dates as texts, as YAML 1.2 has it."""

    TextsOnly.yaml_implicit_resolvers = {
        first: [(tag, form) for tag, form in forms if "timestamp" not in tag and "int" not in tag]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    cast("Any", TextsOnly).add_implicit_resolver(
        "tag:yaml.org,2002:int", re.compile(r"[-+]?[0-9]+$"), list("-+0123456789")
    )
    return yaml.load(path.read_text("utf-8"), Loader=TextsOnly)


@pytest.mark.parametrize("name", ["stacks/base.yaml", "stacks/dev.yaml", "stacks/staging.yaml", "stacks/prod.yaml"])
def test_the_stack_files_have_the_schemas_form(name: str) -> None:
    assert accepts(SCHEMA, read(ROOT / name))


def test_a_whole_demand_has_the_schemas_form() -> None:
    assert accepts(SCHEMA, read(Path(__file__).with_name("whole.yaml")))


@pytest.mark.parametrize(
    "document",
    [
        {"owners": "x"},
        {"owner": 5},
        {"workloads": {"web": {"port": "8080"}}},
        {"workloads": {"web": {"variants": {"cpu": {"memory": "16 GB"}}}}},
        {"storage": {"documents": {"access": [{"from_days": 0}]}}},
    ],
)
def test_a_wrong_document_has_not(document: object) -> None:
    assert not accepts(SCHEMA, document)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"inherits": "base.yaml"},
        {"inherits": ["base.yaml", "more.yaml"], "stack": "dev"},
        {"owner": None, "workloads": {"web": None, "report": {"variants": {"cpu": None, "gpu": {"image": None}}}}},
    ],
)
def test_a_file_may_leave_out_and_remove_what_it_inherits(document: object) -> None:
    assert accepts(SCHEMA, document)


def test_no_record_takes_a_key_that_it_does_not_have() -> None:
    for name, schema in records():
        if schema.get("type") == "object":
            assert schema["additionalProperties"] is False, name
