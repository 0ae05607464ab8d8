"""A stack file with what it inherits: its parents in order, and the deep merge of all of them.

Parents come before their children and each file is merged once, where it first occurs; so of two parents that share
a grandparent the second does not undo what the first changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from solver.demand.located import Located, shown_path
from solver.demand.yaml_reader import read_yaml
from solver.errors import Problem

INHERITS = "inherits"
STACK = "stack"
MAX_CHAIN = 16
MAX_FILES = 64


def merge(parent: Located, child: Located) -> Located:
    """Mappings key by key, child over parent; else the child's value. A child's null stays, to remove the entry."""
    above, below = parent.mapping, child.mapping
    if above is None or below is None:
        return child
    merged = dict(above)
    for key, entry in below.items():
        merged[key] = merge(above[key], entry) if key in above else entry
    return Located(merged, child.file, child.line)


def merged_stack(path: Path, problems: list[Problem]) -> tuple[Located | None, tuple[Path, ...]]:
    """The merged tree of a stack file and the files read, parents first; None where a file can't be read.

    A parent's `stack` is the parent's own name and is left out; so is every `inherits`.
    """
    chain = _Chain(problems)
    chain.read(path, ())
    if chain.broken:
        return None, tuple(chain.trees)
    merged: Located | None = None
    for file, tree in chain.trees.items():
        entries = dict(tree.mapping or {})
        entries.pop(INHERITS, None)
        if file != path:
            entries.pop(STACK, None)
        own = Located(entries, tree.file, tree.line)
        merged = own if merged is None else merge(merged, own)
    return merged, tuple(chain.trees)


@dataclass(slots=True)
class _Chain:
    problems: list[Problem]
    trees: dict[Path, Located] = field(default_factory=dict[Path, Located])
    """In the order of the merge."""
    broken: bool = False

    def read(self, path: Path, children: tuple[Path, ...]) -> None:
        tree = read_yaml(path, self.problems)
        if tree is None:
            self.broken = True
            return
        for name, place in self._parents(tree):
            parent = path.parent / name
            if not self._allowed(parent, place, (*children, path)):
                self.broken = True
            elif _resolved(parent) not in {_resolved(file) for file in self.trees}:
                self.read(parent, (*children, path))
        self.trees[path] = tree

    def _parents(self, tree: Located) -> list[tuple[str, Located]]:
        given = tree.child(INHERITS)
        if given is None or given.value is None:
            return []
        items = given.value if isinstance(given.value, list) else [given]
        parents: list[tuple[str, Located]] = []
        for item in items:
            if isinstance(item.value, str) and item.value:
                parents.append((item.value, item))
            else:
                self._refuse(item, "a file, or a list of files, is allowed")
                self.broken = True
        return parents

    def _allowed(self, parent: Path, place: Located, children: tuple[Path, ...]) -> bool:
        resolved = _resolved(parent)
        chain = [_resolved(child) for child in children]
        if resolved in chain:
            cycle = [*children[chain.index(resolved) :], parent]
            names = " → ".join(shown_path(file) for file in cycle)
            self._refuse(place, f"a file that does not inherit from this one is allowed; {names} is a cycle")
            return False
        if len(children) >= MAX_CHAIN or len(self.trees) + len(children) >= MAX_FILES:
            self._refuse(place, f"a chain of at most {MAX_CHAIN} and in all at most {MAX_FILES} files are allowed")
            return False
        if not parent.is_file():
            self._refuse(
                place,
                "an existing file is allowed",
                f"There is no {shown_path(parent)}; the path counts from this file's folder",
            )
            return False
        return True

    def _refuse(self, place: Located, allowed: str, hint: str | None = None) -> None:
        self.problems.append(
            Problem(
                file=shown_path(place.file),
                line=place.line,
                path=INHERITS,
                found=place.shown(),
                allowed=allowed,
                hint=hint,
            )
        )


def _resolved(path: Path) -> Path:
    return path.resolve()
