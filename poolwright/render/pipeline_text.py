"""What quotes a text where it stands in a pipeline: YAML, GitHub's expressions, Groovy; and our own shell steps.

No text of a project gets into a script: scripts read variables, whose values these filters quote.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final, cast

import yaml

from poolwright.render.quoted import Quoted

FOLDER: Final = Path(__file__).parent / "templates" / "pipeline"
_EXPRESSION: Final = re.compile(r"^[A-Za-z0-9_.'=!&|()*/, -]+$")
_COMMIT: Final = re.compile(r"^[0-9a-f]{40}$")


def yaml_text(value: str) -> Quoted:
    """A text as a double-quoted scalar of YAML 1.2, on one line whatever it has."""
    return Quoted('"' + "".join(map(_yaml_letter, value)) + '"')


def _yaml_letter(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    if letter.isprintable():
        return letter
    number = ord(letter)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def github_text(value: str | list[str]) -> Quoted:
    """A text of a workflow, or its parts: in YAML's quotes, with no expression but those that `expression` has made."""
    parts = [value] if isinstance(value, str) else value
    return yaml_text("".join(part if isinstance(part, Quoted) else _no_expression(part) for part in parts))


def _no_expression(text: str) -> str:
    """GitHub evaluates `${{` wherever it stands; as a text inside an expression it is itself.

    A `$` or a `${` at the end can't become one with what follows: parts that follow are ours, and begin otherwise.
    """
    return text.replace("${{", "${{ '${{' }}")


def expression(code: str) -> Quoted:
    """An expression of GitHub's, `github.sha`; ValueError for one with anything that could end it."""
    if not _EXPRESSION.match(code):
        raise ValueError(f"{code!r} is no plain expression")
    return Quoted("${{ " + code + " }}")


def groovy_text(value: str) -> Quoted:
    """A text between single quotes in Groovy, where `$` means nothing.

    Octal escapes, since Groovy reads `\\u` before it looks for texts at all.
    """
    return Quoted("'" + "".join(map(_groovy_letter, value)) + "'")


def _groovy_letter(letter: str) -> str:
    if letter == "\\":
        return "\\134"
    if letter == "'":
        return "\\'"
    number = ord(letter)
    if letter.isprintable() and number < 0x7F:
        return letter
    if number <= 0xFF:
        return f"\\{number:03o}"
    if number <= 0xFFFF:
        return f"\\u{number:04x}"
    high, low = divmod(number - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def jenkins_value(value: str) -> Quoted:
    """A value of Jenkins' `environment` and `withEnv`, which put variables in the place of `$NAME` and `$` for `$$`."""
    return groovy_text(value.replace("$", "$$"))


def script(names: str | list[str], indent: int) -> Quoted:
    """Steps of `steps/`, indented so that they go on a block of YAML."""
    return Quoted(("\n" + " " * indent).join(_lines(names)))


def groovy_script(names: str | list[str], indent: int) -> Quoted:
    """A step of Jenkins that runs them, in a text in which `$` means nothing and a backslash is written twice."""
    inside = [" " * (indent + 2) + line.replace("\\", "\\\\") for line in _lines(names)]
    return Quoted("\n".join(("sh '''", *inside, " " * indent + "'''")))


def _lines(names: str | list[str]) -> list[str]:
    chosen = [names] if isinstance(names, str) else names
    texts = ((FOLDER / "steps" / f"{name}.sh").read_text(encoding="utf-8") for name in chosen)
    return [line for text in texts for line in text.splitlines()]


def action(name: str) -> Quoted:
    """An action by its commit, and its version for whoever reads."""
    version, commit = pinned_actions()[name]
    return Quoted(f"{name}@{commit} # {version}")


@cache
def pinned_actions() -> dict[str, tuple[str, str]]:
    """Version and commit of each action that may be used."""
    rows = cast("dict[str, dict[str, str]]", yaml.safe_load((FOLDER / "actions.yaml").read_text(encoding="utf-8")))
    for name, row in rows.items():
        if not _COMMIT.match(row["commit"]):
            raise ValueError(f"{name}: {row['commit']} is no commit")
    return {name: (row["version"], row["commit"]) for name, row in rows.items()}
