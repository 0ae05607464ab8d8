"""Edits: `key=value` arguments over a stack's files, checked as the files are.

An edit is what a file that inherits the stack's would say: mappings merge, lists replace, `null` removes. A mistake in
one is reported as any other of a demand, without file and line where the argument is to blame.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from solver.demand.content import content_of
from solver.demand.demand import Demand
from solver.demand.inherits import merge
from solver.demand.loader import LoadedDemand, validated
from solver.demand.located import Located, shown_path
from solver.demand.yaml_reader import VALUE, read_value
from solver.errors import ConfigError, InputError, Problem

ARGUMENTS = Path("arguments")
"""Stands for the file of what an argument says; a trace's path counts from the working directory."""
_KEYED = ("sites", "workloads", "storage", "variants")
"""Sections whose entries have names of the user's own: a misspelt name would be a new entry."""


def split_argument(argument: str) -> tuple[str, str]:
    """Key and value of `key=value`; ConfigError for anything else."""
    key, sign, value = argument.partition("=")
    if not sign or not all(key.split(".")):
        raise ConfigError(
            [
                Problem(
                    file="",
                    path="KEY=VALUE",
                    found=f'"{argument}"',
                    allowed="a key of the stack's files and its value, like workloads.search.headroom=0.3, is allowed",
                )
            ]
        )
    return key, value


def with_edits(loaded: LoadedDemand, edits: Sequence[tuple[str, str]]) -> LoadedDemand:
    """The demand as the files and the edits, key and YAML text, give it; DemandError or ConfigError for mistakes."""
    problems: list[Problem] = []
    tree = loaded.tree
    seen: set[str] = set()
    for key, text in edits:
        if key in seen:
            problems.append(
                Problem(file="", path=key, found="the key a second time", allowed="each key once is allowed")
            )
        seen.add(key)
        tree = _merged(tree, key, text, problems)
    if problems:
        raise ConfigError(problems)
    try:
        return validated(content_of(tree, loaded.files, problems, loaded.release), problems)
    except InputError as error:
        raise without_place(error) from None


def without_place(error: InputError) -> InputError:
    """The error with no file nor line where an argument is to blame."""
    name = shown_path(ARGUMENTS)
    problems = [replace(each, file="", line=None) if each.file == name else each for each in error.problems]
    return type(error)(problems)


def _merged(tree: Located, key: str, text: str, problems: list[Problem]) -> Located:
    steps = key.split(".")
    unread: list[Problem] = []
    node = read_value(text, ARGUMENTS, unread)
    mistakes = [
        *_unknown_entries(tree, steps),
        *(replace(each, file="", line=None, path=key + each.path.removeprefix(VALUE)) for each in unread),
    ]
    problems += mistakes
    if node is None or mistakes:
        return tree
    for step in reversed(steps):
        node = Located({step: node}, ARGUMENTS, 1)
    return merge(tree, node)


def _unknown_entries(tree: Located, steps: Sequence[str]) -> Iterator[Problem]:
    """A name that no entry of a section has, where the edit is about a part of that entry."""
    for place in range(1, len(steps) - 1):
        section = tree.at(steps[:place])
        entries = section.mapping if section is not None else None
        if steps[place - 1] not in _KEYED or entries is None or steps[place] in entries:
            continue
        near = get_close_matches(steps[place], list(entries), n=1)
        yield Problem(
            file="",
            path=".".join(steps[: place + 1]),
            found=f'"{steps[place]}"',
            allowed=f"one of {', '.join(entries)} is allowed",
            hint=f"Did you mean {near[0]}?" if near else None,
        )
        return


def with_values(demand: Demand, values: Mapping[str, object]) -> Demand:
    """A demand in which the values at some keys are others, each as its file would have it after `json.loads`.

    The demand that `with_edits` gives for `argument_of` each of them.
    """
    content: dict[str, Any] = demand.model_dump(mode="json")
    for key, value in values.items():
        *above, last = key.split(".")
        node = content
        for step in above:
            node = node[step]
        node[last] = _without_nulls(value)
    return Demand.model_validate_json(json.dumps(content), strict=True)


def _without_nulls(value: object) -> object:
    """A mapping without what null removes in a file."""
    if not isinstance(value, dict):
        return value
    return {key: each for key, each in cast("dict[str, object]", value).items() if each is not None}


def argument_of(key: str, value: object) -> str:
    """`key=value` for a scalar or a list of texts: `limits.exclude_machines=[g6.xlarge]`."""
    if isinstance(value, list):
        return f"{key}=[{', '.join(str(each) for each in cast('list[object]', value))}]"
    return f"{key}={value}" if isinstance(value, str) else f"{key}={json.dumps(value)}"
