"""Groovy as a parser sees it: mistakes, and what its quoted texts say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import dekobon_tree_sitter_groovy as grammar
import tree_sitter

# The grammar hands its address over as a number still.
_PARSER: Any = tree_sitter.Parser(cast("Any", tree_sitter).Language(grammar.language()))
_ESCAPE = re.compile(r"\\([0-7]{1,3}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}


def groovy_mistakes(text: str) -> list[str]:
    """Where the parser finds no Groovy."""
    root = _PARSER.parse(text.encode()).root_node
    return [f"line {node.start_point[0] + 1}" for node in _nodes(root) if node.is_error or node.is_missing]


def groovy_strings(text: str) -> list[str]:
    """What texts between single quotes say, without those of three quotes."""
    found: list[str] = []
    for match in re.finditer(r"'''.*?'''|\"[^\"\n]*\"|//[^\n]*|'((?:[^'\\\n]|\\.)*)'", text, re.DOTALL):
        if match[1] is not None:
            value = _ESCAPE.sub(_said, match[1])
            # Letters beyond the first plane are written as two.
            found.append(value.encode("utf-16", "surrogatepass").decode("utf-16"))
    return found


def _said(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "01234567":
        return chr(int(code, 8))
    if code[0] == "u" and len(code) == 5:
        return chr(int(code[1:], 16))
    return _LETTERS.get(code, code)


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in node.children:
        yield from _nodes(child)
