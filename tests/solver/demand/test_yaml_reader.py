from __future__ import annotations

import math
import time
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.demand.yaml_reader import MAX_BYTES, plain_scalar, read_yaml
from solver.errors import Problem


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)


def read(text: str | bytes) -> dict[str, object]:
    path = Path("dev.yaml")
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    problems: list[Problem] = []
    tree = read_yaml(path, problems)
    assert tree is not None and not problems, problems
    return cast("dict[str, object]", tree.plain())


def refusals(text: str | bytes) -> list[str]:
    path = Path("dev.yaml")
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    problems: list[Problem] = []
    read_yaml(path, problems)
    return [str(problem) for problem in problems]


def refusal(text: str | bytes) -> str:
    (only,) = refusals(text)
    return only


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("on", "on"),
        ("NO", "NO"),
        ("22:00", "22:00"),
        ("1:30:00", "1:30:00"),
        ("2027-01-01", "2027-01-01"),
        ("010", "010"),
        ("0o10", 8),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("-7", -7),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-.inf", -math.inf),
        ("=", "="),
        ("9" * 41, "9" * 41),
    ],
)
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    found = plain_scalar(text)
    assert (type(found), found) == (type(value), value)


@given(st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_as_they_are_written(number: float) -> None:
    assert plain_scalar(repr(number)) == number


def test_null_in_its_five_forms_removes_an_entry() -> None:
    assert read("a:\nb: ~\nc: null\nd: Null\ne: NULL\nf: nil") == {"f": "nil"}


def test_a_number_that_no_float_holds_is_infinite_and_keeps_its_text() -> None:
    assert read("a: 1e999")["a"] == math.inf


def test_quoted_texts_stay_texts() -> None:
    assert read("a: 'true'\nb: \"5\"\nc: |\n  x\n  y\n") == {"a": "true", "b": "5", "c": "x\ny\n"}


def test_an_alias_is_the_value_of_its_anchor() -> None:
    assert read("a: &x {b: 1}\nc: *x\nd: [*x, 2]") == {"a": {"b": 1}, "c": {"b": 1}, "d": [{"b": 1}, 2]}


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read(b"\xef\xbb\xbfa: 1") == {"a": 1}


def test_each_value_knows_its_line() -> None:
    Path("dev.yaml").write_text("a:\n  b: 1\n  c:\n    - 2\n    - {d: 3,\n       e: 4}\n", "utf-8")
    tree = read_yaml(Path("dev.yaml"), [])
    assert tree is not None
    paths: list[tuple[str | int, ...]] = [("a",), ("a", "b"), ("a", "c"), ("a", "c", 0), ("a", "c", 1, "e")]
    assert [node.line for node in map(tree.at, paths) if node is not None] == [1, 2, 3, 4, 6]


def test_a_key_twice_is_a_mistake_that_names_both_lines_and_leaves_the_rest_readable() -> None:
    assert refusals("a:\n  b: 1\n  c: 2\n  b: 3\nd: 1\nd: 2\n") == [
        "dev.yaml:4 a.b: found the key a second time; each key once is allowed. It is first given on line 2",
        "dev.yaml:6 d: found the key a second time; each key once is allowed. It is first given on line 5",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "dev.yaml: found an empty file; a mapping"),
        ("# only a comment\n", "dev.yaml: found an empty file; a mapping"),
        ("null", "dev.yaml: found an empty file; a mapping"),
        ("- a\n- b\n", "dev.yaml:1: found a list of 2; a mapping"),
        ("owner\n", 'dev.yaml:1: found "owner"; a mapping'),
        ("a: 1\n\tb: 2\n", "dev.yaml:2: found a tab at the line's beginning; spaces are allowed"),
        ("a: b: c\n", 'dev.yaml:1: found "a: b: c"; YAML is allowed (mapping values are not allowed'),
        ("a: 1\nb: @x\n", 'dev.yaml:2: found "b: @x"; YAML is allowed'),
        ('a: 1\nb: "x\nc: 2\n', 'dev.yaml:2: found "b: "x"; YAML is allowed'),
        ("a: {b: 1\n", "YAML is allowed"),
        ("a: *x\n", "dev.yaml:1: found *x; an anchor &x before it is needed"),
        ("a: 1\n---\nb: 2\n", "dev.yaml:2: found a second document; one document is allowed"),
        (
            "a: !!python/name:os.system x\n",
            "dev.yaml:1: found the tag tag:yaml.org,2002:python/name:os.system; no tags",
        ),
        ("a: !secret x\n", "dev.yaml:1: found the tag !secret; no tags are allowed"),
        ("[a]: 1\n", "dev.yaml:1: found a mapping or list as a key; a text is allowed"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "dev.yaml:3: found the merge key <<; plain keys are allowed. Use inherits"),
        (b"a: 1\nb: \xe9\n", "dev.yaml:2: found byte 0xe9; UTF-8 text is allowed"),
        ("a: 1\n".encode("utf-16"), "dev.yaml:1: found byte 0xff; UTF-8 text is allowed"),
        (b"a: 1\nb: \x00\n", "dev.yaml:2: found character U+0000; printable text is allowed"),
        ('a: "\\0"\n', "dev.yaml:1: found character U+0000; printable text is allowed"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused_with_its_line(text: str | bytes, message: str) -> None:
    assert message in refusal(text)


def test_unpaired_surrogates_are_refused() -> None:
    assert refusal('a: "\\ud800"').startswith("dev.yaml:1: found")


@pytest.mark.parametrize("text", ["a: &x [1, *x]\n", "a: &x\n  b: {c: *x}\n"])
def test_an_anchor_that_contains_itself_is_refused(text: str) -> None:
    assert "found *x; an anchor that does not contain itself is allowed" in refusal(text)


def billion_laughs() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{depth}: &a{depth} [{', '.join([f'*a{depth - 1}'] * 10)}]" for depth in range(1, 60)]
    return "\n".join(lines)


def long_chain_of_aliases() -> str:
    return "a0: &a0 {x: 1}\n" + "".join(f"a{depth}: &a{depth} {{x: *a{depth - 1}}}\n" for depth in range(1, 500))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (billion_laughs(), "found more than 100000 values; at most 100000 are allowed, with aliases counted in full"),
        (long_chain_of_aliases(), "found more than 64 levels; at most 64 levels are allowed"),
        ("a: " + "[" * 500_000, "found more than 64 levels; at most 64 levels are allowed"),
        ("a:\n " + "- " * 300_000, "found more than 64 levels; at most 64 levels are allowed"),
        ("a: " + "{b: " * 100_000, "found more than 64 levels; at most 64 levels are allowed"),
        ("a:\n" + "- 1\n" * 200_000, "found more than 100000 values"),
        ("a: " + "x" * (10 * 1024 * 1024), "found a file of 10.0 MiB; at most 1 MiB is allowed"),
    ],
    ids=["alias bomb", "alias chain", "flow lists", "block lists", "flow mappings", "long list", "10 MiB"],
)
def test_hostile_files_are_refused_at_once_with_one_message(text: str, message: str) -> None:
    began = time.process_time()
    assert message in refusal(text)
    assert time.process_time() - began < 2  # seconds; usually hundredths


def test_a_file_of_exactly_1_mib_is_read() -> None:
    text = "a: '" + "x" * (MAX_BYTES - 5) + "'"
    assert len(text) == MAX_BYTES
    assert len(str(read(text)["a"])) == MAX_BYTES - 5


def test_a_folder_and_a_missing_file_are_problems_not_tracebacks() -> None:
    Path("folder").mkdir()
    for name in ("folder", "missing.yaml"):
        problems: list[Problem] = []
        assert read_yaml(Path(name), problems) is None
        assert str(problems[0]).startswith(f"{name}: a readable file is allowed")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)
    problems: list[Problem] = []
    assert (read_yaml(path, problems) is None) <= bool(problems)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@`,? \n\t\\0", max_size=60))
def test_any_text_of_yaml_signs_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "signs.yaml"
    path.write_text(text, "utf-8")
    problems: list[Problem] = []
    assert (read_yaml(path, problems) is None) <= bool(problems)
