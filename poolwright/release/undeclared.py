"""Undeclared differences: shared keys of which two stacks' own files say different things."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from poolwright.checks.evidence import Undeclared
from poolwright.release.definition_changes import definition_changes
from poolwright.release.release import key_paths
from solver.demand.inherits import merged_stack
from solver.demand.loader import find_stack
from solver.demand.located import Located, Steps, shown_path
from solver.demand.promotion import read_rules
from solver.demand.release_overlay import shared_part
from solver.errors import DemandError, Problem


def own_files(path: Path) -> tuple[Located, tuple[Path, ...]]:
    """A stack file with what it inherits, without its release, and the files read; DemandError for mistakes."""
    problems: list[Problem] = []
    tree, files = merged_stack(path, problems)
    if tree is None or problems:
        raise DemandError(problems)
    return tree, files


def undeclared_differences(source: Path, target: Path, own: Sequence[str]) -> tuple[Undeclared, ...]:
    """What two stack files say differently of shared keys, whatever their releases; `own` are keys that may differ."""
    trees = [own_files(path) for path in (source, target)]
    paths = key_paths(own)
    plain = [cast("dict[str, Any]", shared_part(tree, paths).plain()) for tree, _ in trees]
    inherited = set(trees[0][1]) & set(trees[1][1])
    return tuple(
        Undeclared(
            key=change.key,
            place=_place([tree for tree, _ in trees], change.key.split("."), inherited),
            source=change.old,
            target=change.new,
        )
        for change in definition_changes(plain[0], plain[1])
    )


def undeclared_before(root: Path, stack: str) -> tuple[str, tuple[Undeclared, ...]]:
    """The stack from which releases come to a stack, and what their files say differently; empty without one."""
    read = read_rules(root)
    if read is None or stack not in read[0].order[1:]:
        return "", ()
    rules = read[0]
    before = rules.order[rules.order.index(stack) - 1]
    return before, undeclared_differences(find_stack(root, before), find_stack(root, stack), rules.own_keys)


def _place(trees: Sequence[Located], steps: Steps, inherited: set[Path]) -> str:
    """Where a stack's own file sets the key, or removes it; else where it is inherited."""
    nodes = [tree.at(steps) for tree in trees]
    own = [node for node in nodes if node is not None and node.file not in inherited]
    found = own[0] if own else next((node for node in nodes if node is not None), trees[0].nearest(steps))
    return f"{shown_path(found.file)}:{found.line}"
