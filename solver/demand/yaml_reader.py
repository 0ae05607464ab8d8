"""One YAML file → Located tree, under the core schema of YAML 1.2, with limits that hostile files can't pass.

PyYAML parses (its C parser where it has one) and gives events with lines; what they mean is decided here: only `true`
and `false` are booleans, `22:00` and dates are texts, so is a number with a leading zero; a key occurs once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml

from solver.demand.located import Located, Scalar, shown_path
from solver.errors import Problem

MAX_BYTES = 1024 * 1024
MAX_NODES = 100_000
MAX_DEPTH = 64
VALUE = "value"
"""Key of a value that is read alone."""

_NUMBER_CHARACTERS = 40  # longer digit strings stay texts, which every numeric field refuses
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_OCTAL = re.compile(r"0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_TAGS = {f"tag:yaml.org,2002:{name}": name for name in ("str", "int", "float", "bool", "null", "map", "seq")}
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_PARSER: Any = getattr(yaml, "CSafeLoader", None) or yaml.SafeLoader


def plain_scalar(text: str) -> Scalar:
    """What an unquoted text means under the core schema of YAML 1.2 (its section 10.3.2), leading zeros apart."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _NUMBER_CHARACTERS:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITY.fullmatch(text):
        return float(text.replace(".", ""))
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8)
    return text


_KEYS = "owner, sites, workloads"
"""Of a stack file."""


class _Refused(Exception):
    """A mistake after which the rest of the file can't be read."""

    def __init__(self, line: int | None, found: str | None, allowed: str, hint: str | None = None) -> None:
        super().__init__(allowed)
        self.line, self.found, self.allowed, self.hint = line, found, allowed, hint


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been read."""

    entries: dict[str, Located] | list[Located]
    line: int
    anchor: str | None
    nodes: int = 1
    depth: int = 1
    key: tuple[str, int] | None = None
    """A mapping's key that waits for its value, and its line."""


def read_text(path: Path, problems: list[Problem]) -> str | None:
    """The text of a UTF-8 file of at most 1 MiB; None after adding a problem."""
    name = shown_path(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
            more = len(data) > MAX_BYTES
    except OSError as error:
        problems.append(Problem(file=name, allowed=f"a readable file is allowed ({error.strerror or error})"))
        return None
    if more:
        size = f"a file of {path.stat().st_size / MAX_BYTES:.1f} MiB"
        problems.append(Problem(file=name, found=size, allowed="at most 1 MiB is allowed"))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        found = f"byte 0x{data[error.start]:02x}"
        problems.append(Problem(file=name, line=line, found=found, allowed="UTF-8 text is allowed"))
        return None
    odd = _NOT_TEXT.search(text)
    if odd is not None:
        line = text[: odd.start()].count("\n") + 1
        found = f"character U+{ord(odd[0]):04X}"
        problems.append(Problem(file=name, line=line, found=found, allowed="printable text is allowed"))
        return None
    return text


def read_yaml(path: Path, problems: list[Problem], keys: str = _KEYS) -> Located | None:
    """The file's mapping, of keys like those named; None after adding a problem that leaves it unreadable, which a key
    given twice does not."""
    text = read_text(path, problems)
    if text is None:
        return None
    builder = _Builder(path, problems, keys)
    try:
        return builder.build(text)
    except yaml.MarkedYAMLError as error:
        refused = _syntax_error(error, text)
    except yaml.YAMLError as error:
        refused = _Refused(None, None, f"YAML is allowed ({error})")
    except _Refused as error:
        refused = error
    problems.append(
        Problem(
            file=shown_path(path), line=refused.line, found=refused.found, allowed=refused.allowed, hint=refused.hint
        )
    )
    return None


def read_value(text: str, path: Path, problems: list[Problem]) -> Located | None:
    """A value as it may stand behind a key; None after adding a problem. Its file is `path`, its key VALUE, line 1."""
    builder = _Builder(path, problems)
    odd = _NOT_TEXT.search(text)
    try:
        if odd is not None:
            raise _Refused(1, f"character U+{ord(odd[0]):04X}", "printable text is allowed")
        entries = builder.build(f"{VALUE}: {text}").mapping or {}
        if set(entries) == {VALUE}:
            return entries[VALUE]
        refused = _Refused(1, f'"{text[:60]}"', "one value is allowed")
    except yaml.MarkedYAMLError as error:
        refused = _syntax_error(error, text)
        refused.found = f'"{text[:60]}"'
    except yaml.YAMLError as error:
        refused = _Refused(1, None, f"YAML is allowed ({error})")
    except _Refused as error:
        refused = error
    problems.append(
        Problem(file=shown_path(path), line=1, found=refused.found, allowed=refused.allowed, hint=refused.hint)
    )
    return None


def _syntax_error(error: yaml.MarkedYAMLError, text: str) -> _Refused:
    reason = error.problem or error.context or "it can't be parsed"
    begins = "end of stream" in reason and error.context_mark is not None  # the line where what has no end begins
    mark: Any = error.context_mark if begins else error.problem_mark or error.context_mark
    number = cast("int", mark.line) if mark is not None else 0
    if "nesting depth" in reason:  # the parser's own limit, of brackets that it reads before any of them counts here
        return _Refused(number + 1, f"more than {MAX_DEPTH} levels", f"at most {MAX_DEPTH} levels are allowed")
    lines = text.split("\n")
    line = lines[number] if number < len(lines) else ""
    if line[: len(line) - len(line.lstrip())].find("\t") >= 0:
        return _Refused(number + 1, "a tab at the line's beginning", "spaces are allowed for indentation")
    hint = None
    if "mapping values are not allowed" in reason:
        hint = "A text that holds a colon and a space needs quotes; otherwise check the indentation"
    elif "cannot start any token" in reason:
        hint = "A text that begins with a special character needs quotes"
    found = f'"{line.strip()[:60]}"' if line.strip() else None
    return _Refused(number + 1, found, f"YAML is allowed ({reason})", hint)


@dataclass(slots=True)
class _Builder:
    path: Path
    problems: list[Problem]
    keys: str = _KEYS
    """A few keys that such a file has, for a reader of one that has none."""
    stack: list[_Open] = field(default_factory=list[_Open])
    anchors: dict[str, Located | None] = field(default_factory=dict[str, "Located | None"])
    nodes: int = 0
    root: Located | None = None

    def build(self, text: str) -> Located:
        """The one document's root mapping; _Refused or YAMLError when there is none."""
        documents = 0
        for event in cast("Iterator[Any]", cast("Any", yaml).parse(text, Loader=_PARSER)):
            line = cast("int", event.start_mark.line) + 1
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Refused(line, "a second document", "one document is allowed")
            elif isinstance(event, yaml.AliasEvent):
                self._alias(cast("str", event.anchor), line)
            elif isinstance(event, yaml.ScalarEvent):
                self._scalar(event, line)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._begin(event, line)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end()
        if self.root is None or self.root.value is None:
            raise _Refused(None, "an empty file", f"a mapping of keys like {self.keys} is allowed")
        if self.root.mapping is None:
            raise _Refused(self.root.line, self.root.shown(), f"a mapping of keys like {self.keys} is allowed")
        return self.root

    def _alias(self, anchor: str, line: int) -> None:
        if anchor not in self.anchors:
            raise _Refused(line, f"*{anchor}", f"an anchor &{anchor} before it is needed; there is none")
        target = self.anchors[anchor]
        if target is None:
            raise _Refused(line, f"*{anchor}", "an anchor that does not contain itself is allowed")
        self._place(target, line, target.nodes)

    def _scalar(self, event: Any, line: int) -> None:
        text = cast("str", event.value)
        plain = cast("bool", event.implicit[0])
        odd = None if plain else _NOT_TEXT.search(text)
        if odd is not None:
            raise _Refused(line, f"character U+{ord(odd[0]):04X}", "printable text is allowed")
        kind = self._tag(event, line)
        value: Scalar = plain_scalar(text) if plain and kind is None else text
        if kind not in (None, "str"):
            value = plain_scalar(text)
        node = Located(value=value, file=self.path, line=line, text=text)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        self._place(node, line, 1, is_plain=plain)

    def _tag(self, event: Any, line: int) -> str | None:
        tag = cast("str | None", event.tag)
        if tag is None or tag == "!":
            return None if tag is None else "str"
        if tag not in _TAGS:
            raise _Refused(line, f"the tag {tag}", "no tags are allowed")
        return _TAGS[tag]

    def _begin(self, event: Any, line: int) -> None:
        self._tag(event, line)
        if self.stack and isinstance(self.stack[-1].entries, dict) and self.stack[-1].key is None:
            raise _Refused(line, "a mapping or list as a key", "a text is allowed as a key")
        if len(self.stack) >= MAX_DEPTH:
            raise _Refused(line, f"more than {MAX_DEPTH} levels", f"at most {MAX_DEPTH} levels are allowed")
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.stack.append(_Open({} if isinstance(event, yaml.MappingStartEvent) else [], line, event.anchor))

    def _end(self) -> None:
        done = self.stack.pop()
        node = Located(done.entries, self.path, done.line, nodes=done.nodes, depth=done.depth)
        if done.anchor is not None:
            self.anchors[done.anchor] = node
        self._place(node, done.line, 1)

    def _place(self, node: Located, line: int, new_nodes: int, *, is_plain: bool = False) -> None:
        """Puts a complete node where it belongs: as the root, a list's next item, a mapping's key or its value."""
        self.nodes += new_nodes
        if self.nodes > MAX_NODES:
            raise _Refused(
                line, f"more than {MAX_NODES} values", f"at most {MAX_NODES} are allowed, with aliases counted in full"
            )
        if not self.stack:
            self.root = node
            return
        around = self.stack[-1]
        if isinstance(around.entries, dict) and around.key is None:
            around.key = (self._key(node, line, is_plain=is_plain), line)
            return
        around.nodes += node.nodes
        around.depth = max(around.depth, node.depth + 1)
        if len(self.stack) + node.depth > MAX_DEPTH:
            raise _Refused(line, f"more than {MAX_DEPTH} levels", f"at most {MAX_DEPTH} levels are allowed")
        if isinstance(around.entries, list):
            around.entries.append(node)
            return
        assert around.key is not None
        key, key_line = around.key
        around.key = None
        first = around.entries.get(key)
        if first is not None:
            self._twice(key, key_line, first.line)
        around.entries[key] = Located(
            node.value, self.path, key_line, text=node.text, nodes=node.nodes, depth=node.depth
        )

    def _key(self, node: Located, line: int, *, is_plain: bool) -> str:
        if isinstance(node.value, dict | list):
            raise _Refused(line, "a mapping or list as a key", "a text is allowed as a key")
        if node.text == "<<" and is_plain:
            raise _Refused(
                line, "the merge key <<", "plain keys are allowed", "Use inherits, or repeat the alias under each key"
            )
        return node.text

    def _twice(self, key: str, line: int, first_line: int) -> None:
        keys = [around.key[0] if around.key else str(len(around.entries)) for around in self.stack[:-1]]
        self.problems.append(
            Problem(
                file=shown_path(self.path),
                line=line,
                path=".".join([*keys, key]),
                found="the key a second time",
                allowed="each key once is allowed",
                hint=f"It is first given on line {first_line}",
            )
        )
