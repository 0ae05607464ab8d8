from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.demand.inherits import merge, merged_stack
from solver.demand.located import Located, Scalar
from solver.errors import Problem

HERE = Path("dev.yaml")

scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["a", "b", ""])
keys = st.sampled_from(["a", "b", "c"])
trees = st.recursive(
    scalars | st.lists(scalars, max_size=2), lambda inner: st.dictionaries(keys, inner, max_size=3), max_leaves=8
)
mappings = st.dictionaries(keys, trees, max_size=3)


def located(value: object) -> Located:
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        return Located({key: located(entry) for key, entry in entries.items()}, HERE, 1)
    if isinstance(value, list):
        return Located([located(item) for item in cast("list[object]", value)], HERE, 1)
    return Located(cast("Scalar", value), HERE, 1)


def merged(*values: object) -> Any:
    trees = [located(value) for value in values]
    whole = trees[0]
    for tree in trees[1:]:
        whole = merge(whole, tree)
    return whole.plain()


def without_nulls(value: object) -> object:
    return located(value).plain()


def has_nulls(value: object) -> bool:
    if isinstance(value, dict):
        return any(entry is None or has_nulls(entry) for entry in cast("dict[str, object]", value).values())
    return False


def clashes(first: object, second: object) -> bool:
    """Whether one has a mapping where the other has something else: there the later one replaces the earlier."""
    if isinstance(first, dict) != isinstance(second, dict):
        return True
    if isinstance(first, dict) and isinstance(second, dict):
        one, other = cast("dict[str, object]", first), cast("dict[str, object]", second)
        return any(clashes(one[key], other[key]) for key in one.keys() & other.keys())
    return False


@given(mappings)
def test_an_empty_child_or_parent_changes_nothing(tree: object) -> None:
    assert merged(tree, {}) == merged({}, tree) == without_nulls(tree)


@given(mappings)
def test_a_file_merged_with_itself_is_itself(tree: object) -> None:
    assert merged(tree, tree) == without_nulls(tree)


@given(mappings, mappings, mappings)
def test_grouping_does_not_matter_where_no_mapping_meets_another_kind(
    first: object, second: object, third: object
) -> None:
    if clashes(second, third) or clashes(first, second) or clashes(first, third):
        return
    pairwise = merge(located(first), merge(located(second), located(third)))
    assert pairwise.plain() == merged(first, second, third)


@given(mappings, keys)
def test_null_removes_what_is_inherited(tree: dict[str, object], key: str) -> None:
    assert merged(tree, {key: None}) == without_nulls({name: entry for name, entry in tree.items() if name != key})


@given(mappings, keys, trees)
def test_the_childs_entry_is_there_whatever_was_inherited(tree: dict[str, object], key: str, entry: object) -> None:
    if isinstance(entry, dict) or entry is None:
        return
    assert merged(tree, {key: entry}) == {**cast("dict[str, object]", without_nulls(tree)), key: entry}


@given(mappings, mappings)
def test_merging_changes_neither_file(parent: object, child: object) -> None:
    above, below = located(parent), located(child)
    merge(above, below)
    assert (above.plain(), below.plain()) == (without_nulls(parent), without_nulls(child))


def test_lists_replace_lists() -> None:
    assert merged({"a": [1, 2, 3]}, {"a": [4]}) == {"a": [4]}


def test_a_removed_entry_can_be_set_anew_by_a_grandchild() -> None:
    assert merged({"a": {"b": 1}}, {"a": None}, {"a": {"c": 2}}) == {"a": {"c": 2}}


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)


def write(**files: str) -> None:
    for name, text in files.items():
        Path(f"{name}.yaml").write_text(text, "utf-8")


def stack(name: str = "dev") -> tuple[object, list[str], list[str]]:
    problems: list[Problem] = []
    tree, files = merged_stack(Path(f"{name}.yaml"), problems)
    return (tree and tree.plain()), [str(file) for file in files], [str(problem) for problem in problems]


def test_parents_are_read_before_children_and_the_last_file_wins() -> None:
    write(base="a: 1\nb: 1\nc: 1", mid="inherits: base.yaml\nb: 2\nc: 2", dev="inherits: mid.yaml\nc: 3")
    assert stack() == ({"a": 1, "b": 2, "c": 3}, ["base.yaml", "mid.yaml", "dev.yaml"], [])


def test_of_two_parents_the_later_wins_and_their_common_parent_is_merged_once() -> None:
    write(
        base="a: 1\nb: 1\nc: 1",
        one="inherits: base.yaml\na: 2\nb: 2",
        two="inherits: base.yaml\nb: 3",
        dev="inherits: [one.yaml, two.yaml]",
    )
    assert stack() == ({"a": 2, "b": 3, "c": 1}, ["base.yaml", "one.yaml", "two.yaml", "dev.yaml"], [])


def test_a_parents_path_counts_from_the_file_that_names_it() -> None:
    Path("common").mkdir()
    Path("common/base.yaml").write_text("inherits: ../company.yaml\nb: 1", "utf-8")
    write(company="a: 1", dev="inherits: common/base.yaml")
    assert stack()[0] == {"a": 1, "b": 1}


def test_a_parents_own_stack_name_is_not_inherited() -> None:
    write(base="stack: base\na: 1", dev="inherits: base.yaml")
    assert stack()[0] == {"a": 1}
    write(dev="inherits: base.yaml\nstack: other")
    assert stack()[0] == {"a": 1, "stack": "other"}


def test_each_value_points_at_the_file_that_set_it() -> None:
    write(base="a:\n  b: 1\n  c: 1", dev="inherits: base.yaml\na:\n  c: 2")
    tree, _ = merged_stack(Path("dev.yaml"), [])
    assert tree is not None
    inherited, own = tree.at(("a", "b")), tree.at(("a", "c"))
    assert inherited is not None and (str(inherited.file), inherited.line) == ("base.yaml", 2)
    assert own is not None and (str(own.file), own.line) == ("dev.yaml", 3)


def test_a_missing_parent_is_told_at_the_line_that_names_it() -> None:
    write(dev="a: 1\ninherits: bsae.yaml")
    assert stack() == (
        None,
        ["dev.yaml"],
        [
            'dev.yaml:2 inherits: found "bsae.yaml"; an existing file is allowed. '
            "There is no bsae.yaml; the path counts from this file's folder"
        ],
    )


def test_a_cycle_is_told_with_the_chain() -> None:
    write(dev="inherits: mid.yaml", mid="a: 1\ninherits: [base.yaml]", base="inherits: mid.yaml")
    assert stack()[2] == [
        'base.yaml:1 inherits: found "mid.yaml"; a file that does not inherit from this one is allowed; '
        "mid.yaml → base.yaml → mid.yaml is a cycle"
    ]


def test_a_file_that_inherits_itself_is_a_cycle_under_any_spelling() -> None:
    write(dev="inherits: ./dev.yaml")
    assert "dev.yaml → dev.yaml is a cycle" in stack()[2][0]


def test_a_chain_of_parents_has_an_end() -> None:
    write(dev="inherits: p0.yaml", **{f"p{depth}": f"inherits: p{depth + 1}.yaml" for depth in range(40)})
    (problem,) = stack()[2]
    assert problem.startswith('p14.yaml:1 inherits: found "p15.yaml"; a chain of at most 16')


@pytest.mark.parametrize("value", ["5", "{a: b}", "[base.yaml, 5]", '""', "[[base.yaml]]"])
def test_inherits_is_a_file_or_a_list_of_files(value: str) -> None:
    write(base="a: 1", dev=f"inherits: {value}")
    (problem,) = stack()[2]
    assert problem.startswith("dev.yaml:1 inherits: found ")
    assert problem.endswith("; a file, or a list of files, is allowed")


def test_mistakes_of_all_files_of_the_chain_are_told() -> None:
    write(base="a: {", mid="inherits: base.yaml\nb: [", dev="inherits: [mid.yaml, none.yaml]")
    assert [problem.split(":")[0] for problem in stack()[2]] == ["mid.yaml", "dev.yaml"]
