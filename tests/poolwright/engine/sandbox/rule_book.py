"""The list of the sandbox's rules, `docs/sandbox-rules.md`: what each refuses, with which code, and what test shows it.

It is written from what the rules refuse while their tests run. A code counts as shown where the test names it.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from poolwright.engine.sandbox.rules import rule

ROOT = Path(__file__).resolve().parents[4]
LIST = ROOT / "docs" / "sandbox-rules.md"
TESTS = Path(__file__).resolve().parent / "rules"
_RULES = Path(inspect.getfile(rule)).parent
_REGISTRIES: tuple[dict[Any, list[Callable[..., Iterator[rule.Refusal]]]], ...] = (
    rule._VALIDATIONS,  # pyright: ignore[reportPrivateUsage]
    rule._OBJECTIONS,  # pyright: ignore[reportPrivateUsage]
)
_HEAD = """\
# Every rule of the sandbox

What each says, of which resource types (`*`: of all), with which of AWS's codes it refuses, and the test in
`tests/poolwright/engine/sandbox/rules/` that shows it. `make cases` writes this list from what rules refuse while
their tests run. By subject, with the words for people: [sandbox.md](sandbox.md).
"""


@dataclass(frozen=True)
class Row:
    """One rule in the list, as one test shows it."""

    rule: str
    """`module.function`."""
    sentence: str
    types: tuple[str, ...]
    codes: tuple[str, ...]
    test: str
    """File name."""


@dataclass
class RuleBook:
    """Watches the rules while tests run."""

    shown: set[tuple[str, str, str]] = field(default_factory=set[tuple[str, str, str]])
    """Rule, code, and file of the test that named it."""
    _test: str = ""
    _words: frozenset[str] = frozenset()
    _kept: list[dict[Any, list[Any]]] = field(default_factory=list[dict[Any, list[Any]]])

    def open(self) -> None:
        """From now on each refusal is noted."""
        rules()
        for registry in _REGISTRIES:
            self._kept.append({key: list(found) for key, found in registry.items()})
            for key, found in registry.items():
                registry[key] = [self._watched(each) for each in found]

    def close(self) -> None:
        """The rules are as they were."""
        for registry, kept in zip(_REGISTRIES, self._kept, strict=True):
            registry.update(kept)

    def begin(self, test: Path) -> None:
        """What is refused next, this test shows."""
        self._test = test.name
        self._words = frozenset(re.findall(r"[\w.]+", test.read_text(encoding="utf-8")))

    def _watched(self, asked: Callable[..., Iterator[rule.Refusal]]) -> Callable[..., Iterator[rule.Refusal]]:
        def watched(*arguments: Any) -> Iterator[rule.Refusal]:
            for refusal in asked(*arguments):
                if refusal.code in self._words:
                    self.shown.add((name_of(asked), refusal.code, self._test))
                yield refusal

        watched.__name__, watched.__module__, watched.__doc__ = asked.__name__, asked.__module__, asked.__doc__
        return watched

    def text(self) -> str:
        """The list."""
        parts = [_HEAD]
        for module, names in groupby(rules().items(), key=lambda item: item[0].partition(".")[0]):
            rows = [line for name, (sentence, types) in names for line in self._lines(name, sentence, types)]
            parts.append(
                "\n".join([f"## {module}", "", "| rule | of | codes | test |", "| --- | --- | --- | --- |", *rows])
            )
        return "\n".join(part + "\n" for part in parts).rstrip("\n") + "\n"

    def _lines(self, name: str, sentence: str, types: tuple[str, ...]) -> Iterator[str]:
        for test in sorted({test for asked, _, test in self.shown if asked == name}) or ["none"]:
            codes = sorted(code for asked, code, shown_by in self.shown if (asked, shown_by) == (name, test))
            yield f"| `{name}`: {sentence} | {', '.join(types)} | {', '.join(codes)} | `{test}` |"


def rules() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Each rule by name, with its sentence and the types that it is about."""
    for path in sorted(_RULES.glob("*.py")):
        importlib.import_module(f"poolwright.engine.sandbox.rules.{path.stem}")
    found: dict[str, tuple[str, set[str]]] = {}
    for registry in _REGISTRIES:
        for key, asked in registry.items():
            kind = key if isinstance(key, str) else str(key[0])
            for each in asked:
                sentence = (each.__doc__ or "").partition("\n")[0].replace("|", "\\|")
                found.setdefault(name_of(each), (sentence, set()))[1].add(kind)
    return {name: (sentence, tuple(sorted(types))) for name, (sentence, types) in sorted(found.items())}


def name_of(asked: Callable[..., Any]) -> str:
    """`module.function`."""
    return f"{asked.__module__.rpartition('.')[2]}.{asked.__name__}"


def read_list() -> tuple[Row, ...]:
    """The rows of the list as it stands."""
    pattern = re.compile(r"\| `([\w.]+)`: (.*) \| (.*) \| (.*) \| `(\S+)` \|")
    found = [pattern.fullmatch(line) for line in LIST.read_text(encoding="utf-8").splitlines()]
    return tuple(
        Row(
            match[1],
            match[2],
            tuple(match[3].split(", ")),
            tuple(code for code in match[4].split(", ") if code),
            match[5],
        )
        for match in found
        if match is not None
    )
