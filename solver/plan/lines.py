"""The lines of a lock: YAML in which no line depends on how long another is, so that a change shows where it is.

A value has a line. So has a row of a list, `- {claim: models, mode: read}`, and a keyed part, when plain values are all
that it holds; in a row that may also be lists of them. A list of plain values is a line, and an empty one is `[]`.
Nothing is wrapped.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import cast

import yaml

_WITHOUT_END = 2**31 - 1
_LINE_BREAKS = re.compile("[\n\r\x85\u2028\u2029]")
_LONG_KEY = re.compile(r"^( *)\? (.+)\n\1: ", re.MULTILINE)
"""How the emitter writes an entry whose key has more than 128 bytes; readers take 1024 in front of a colon."""


class _Line(dict[str, object]):
    """A mapping on one line."""


class _Words(list[object]):
    """A list on one line."""


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


class Quoted(str):
    """A text that is written in quotes: another reader of YAML would take it for a number or a word."""


def _line(dumper: _Dumper, value: _Line) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True)


def _words(dumper: _Dumper, value: _Words) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)


def _text(dumper: _Dumper, value: str) -> yaml.Node:
    del dumper
    return yaml.ScalarNode("tag:yaml.org,2002:str", value, style='"' if _LINE_BREAKS.search(value) else None)


def _quoted(dumper: _Dumper, value: Quoted) -> yaml.Node:
    del dumper
    return yaml.ScalarNode("tag:yaml.org,2002:str", str(value), style='"')


def _number(dumper: _Dumper, value: float) -> yaml.Node:
    del dumper
    digits = format(Decimal(repr(value)), "f")  # no exponents: 0.00002
    return yaml.ScalarNode("tag:yaml.org,2002:float", digits if "." in digits else f"{digits}.0")


_Dumper.add_representer(_Line, _line)
_Dumper.add_representer(_Words, _words)
_Dumper.add_representer(str, _text)
_Dumper.add_representer(Quoted, _quoted)
_Dumper.add_representer(float, _number)


def lines_of(content: dict[str, object]) -> str:
    """The YAML of plain data; lists of parts with a `key` become mappings from it."""
    text = yaml.dump(
        _styled(content),
        Dumper=_Dumper,
        default_flow_style=False,
        sort_keys=False,
        width=_WITHOUT_END,
        allow_unicode=True,
    )
    return _LONG_KEY.sub(r"\1\2: ", text)


def _styled(value: object) -> object:
    if isinstance(value, dict):
        return {key: _styled(entry) for key, entry in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        rows = cast("list[object]", value)
        if all(_is_plain(row) for row in rows):
            return _Words(rows)
        if all(isinstance(row, dict) and "key" in row for row in rows):
            return {str(row["key"]): _part(row) for row in cast("list[dict[str, object]]", rows)}
        return [_row(row) for row in rows]
    return value


def _part(row: dict[str, object]) -> object:
    rest = {name: value for name, value in row.items() if name != "key"}
    return _Line(rest) if all(_is_plain(value) for value in rest.values()) else _styled(rest)


def _row(row: object) -> object:
    if not isinstance(row, dict):
        return _styled(row)
    entries = cast("dict[str, object]", row)
    is_line = all(_is_plain(value) or _is_plain_list(value) for value in entries.values())
    return _Line(entries) if is_line else _styled(entries)


def _is_plain_list(value: object) -> bool:
    return isinstance(value, list) and all(_is_plain(entry) for entry in cast("list[object]", value))


def _is_plain(value: object) -> bool:
    return not isinstance(value, dict | list)
