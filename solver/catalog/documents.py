"""The catalog's YAML files: read once, checked against a Schema, every mistake with its line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar, cast

import yaml
from pydantic import TypeAdapter, ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from solver.catalog.tables import Reading, shown
from solver.errors import Problem

_Document = TypeVar("_Document")


class _LoaderApi(Protocol):
    """What is used of PyYAML's loaders, which have no annotations."""

    def get_single_node(self) -> Node | None: ...

    def construct_document(self, node: Node) -> object: ...

    def dispose(self) -> None: ...


_open_loader = cast("Callable[[str], _LoaderApi]", getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def read_document(reading: Reading, path: Path, shape: TypeAdapter[_Document]) -> _Document | None:
    """The file as the shape says, or None after noting what is wrong with it."""
    text = reading.text(path)
    if text is None:
        return None
    file = shown(path)
    loader = _open_loader(text)
    try:
        root = loader.get_single_node()
        repeated = _repeated_keys(root)
        data = None if root is None else loader.construct_document(root)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else cast("int", mark.line) + 1
        said = str(getattr(error, "problem", None) or error)
        reading.problems.append(Problem(file=file, line=line, allowed=f"valid YAML is needed: {said}"))
        return None
    finally:
        loader.dispose()
    for key, line in repeated:
        reading.problems.append(
            Problem(file=file, line=line, path=key, found=f'"{key}" again', allowed="each key once is allowed")
        )
    if repeated:
        return None
    try:
        return shape.validate_python(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False):
            place = detail["loc"]
            reading.problems.append(
                Problem(
                    file=file,
                    line=_line_of(root, place),
                    path=".".join(str(part) for part in place),
                    found=_short(detail["input"]),
                    allowed=detail["msg"],
                )
            )
        return None


def line_in(path: Path, place: Sequence[str | int]) -> int | None:
    """The line of a value of a document that was read without a mistake."""
    loader = _open_loader(path.read_text(encoding="utf-8"))
    try:
        return _line_of(loader.get_single_node(), place)
    finally:
        loader.dispose()


def _short(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _repeated_keys(root: Node | None) -> list[tuple[str, int]]:
    """Keys that stand twice in one mapping, with the line of the second; YAML itself would keep the last."""
    found: list[tuple[str, int]] = []
    waiting: list[Node] = [] if root is None else [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, MappingNode):
            seen: set[str] = set()
            for key, value in cast("list[tuple[Node, Node]]", node.value):
                name = str(key.value) if isinstance(key, ScalarNode) else ""
                if name in seen:
                    found.append((name, key.start_mark.line + 1))
                seen.add(name)
                waiting.append(value)
        elif isinstance(node, SequenceNode):
            waiting.extend(cast("list[Node]", node.value))
    return found


def _line_of(root: Node | None, place: Sequence[str | int]) -> int | None:
    """1-based line of the deepest part of the place that the document has."""
    node = root
    line = None if node is None else node.start_mark.line + 1
    for part in place:
        inner: Node | None = None
        if isinstance(node, MappingNode):
            for key, value in cast("list[tuple[Node, Node]]", node.value):
                if isinstance(key, ScalarNode) and str(key.value) == str(part):
                    inner, line = value, key.start_mark.line + 1
        elif isinstance(node, SequenceNode) and isinstance(part, int):
            items = cast("list[Node]", node.value)
            if part < len(items):
                inner = items[part]
                line = inner.start_mark.line + 1
        if inner is None:
            break
        node = inner
    return line
