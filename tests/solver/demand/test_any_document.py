"""Whatever stands at a place of a stack file: it is read, or refused with problems; nothing else happens."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.demand.inherits import merged_stack
from solver.demand.loader import load_demand
from solver.errors import DemandError
from tests.solver.demand.format_walk import fields_of_the_format

WHOLE = Path(__file__).with_name("whole.yaml")
FIELDS = list(fields_of_the_format())
NAMES = sorted({place.name for place in FIELDS} | {"web", "gpu", "files", "service", "bucket", "main", "[key]", ""})

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from([*NAMES, "4Gi", "22:00", "10.1.0.0/16", "2027-01-01"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)


def plain_whole() -> dict[str, Any]:
    tree, _ = merged_stack(WHOLE, [])
    assert tree is not None
    return cast("dict[str, Any]", tree.plain())


def put(document: dict[str, Any], path: tuple[str | int, ...], value: object) -> None:
    here: Any = document
    for step, inside in pairwise(path):
        here = here[step] if isinstance(step, int) else here.setdefault(step, [{}] if isinstance(inside, int) else {})
    here[path[-1]] = value


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FIELDS), values)
def test_any_value_at_any_field_is_read_or_refused_with_problems(tmp_path: Path, place: Any, value: object) -> None:
    document = plain_whole()
    put(document, place.path, value)
    path = tmp_path / "dev.yaml"
    path.write_text(json.dumps(document), "utf-8")  # JSON is YAML, but for NaN and Infinity, which are texts there
    try:
        load_demand(path)
    except DemandError as refused:
        assert refused.problems
        assert all(problem.file and problem.allowed for problem in refused.problems)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(NAMES), values, max_size=4))
def test_any_document_is_read_or_refused_with_problems(tmp_path: Path, document: dict[str, object]) -> None:
    path = tmp_path / "dev.yaml"
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(DemandError):
        load_demand(path)
