"""A release over a stack's own files: what is shared comes from the release, what is scaled or local from the files.

`shared_part` is what a release takes from a stack, `overlaid` puts a release on a stack. For any stacks a, b whose keys
of their own are the same: `shared_part(overlaid(b, r)) == r` (what was promoted is what runs), and
`overlaid(a, shared_part(a)) == a` (a stack's own release changes nothing).

Like all of a stack's content it loads no pydantic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from solver.demand.key_classes import SECTIONS, KeyClass, class_of, is_above, leads_to, matches
from solver.demand.located import Located, shown_path
from solver.demand.yaml_reader import read_yaml
from solver.errors import Problem

SUFFIX = ".release.yaml"
_DIGEST = re.compile(r"^digest: (?P<digest>sha256:[0-9a-f]{64})\n", re.MULTILINE)

KeyPath = tuple[str, ...]
"""A key by the steps from the root: `("workloads", "search", "image")`, or a pattern with `*` for any one step."""


@dataclass(frozen=True, slots=True)
class ReleaseName:
    """Which release a stack's content has."""

    id: str
    """The first digits of the digest of what it carries."""
    digest: str
    """`sha256:…` of the file below its digest line."""


def release_path(stack_file: Path) -> Path:
    """The release file that belongs to a stack file."""
    return stack_file.with_name(f"{stack_file.stem}{SUFFIX}")


def body_digest(body: str) -> str:
    """The digest of the text below a release's digest line."""
    return f"sha256:{sha256(body.encode()).hexdigest()}"


def with_release(stack_file: Path, tree: Located, problems: list[Problem]) -> tuple[Located, Path, ReleaseName] | None:
    """A stack's merged files with its release on them, the release's file and name; None where it has no release.

    Problems are added where the release can't be read, or is not what its digest says.
    """
    file = release_path(stack_file)
    if not file.is_file():
        return None
    release = read_yaml(file, problems, "digest, release, stack")
    if release is None:
        return tree, file, ReleaseName("", "")
    digest, name = stated_digest(file, problems), release.child("release")
    own = tuple(tuple(str(each.value).split(".")) for each in _items(release.child("own")))
    return overlaid(tree, release, own), file, ReleaseName("" if name is None else name.text, digest)


def stated_digest(file: Path, problems: list[Problem]) -> str:
    """The digest that a release's text states; a problem is added where the text is another."""
    text = file.read_text(encoding="utf-8")
    match = _DIGEST.search(text)
    if match is None or body_digest(text[match.end() :]) != match["digest"]:
        problems.append(
            Problem(
                file=shown_path(file),
                line=1 if match is None else text.count("\n", 0, match.start()) + 1,
                path="digest",
                found="no digest" if match is None else f"{match['digest'][:19]}…",
                allowed="the digest of the lines below it is allowed; this release was edited or merged by hand",
                hint="Take the file as it is in git, or promote again: poolwright promote FROM TO",
            )
        )
    return "" if match is None else match["digest"]


def _items(node: Located | None) -> list[Located]:
    return node.value if node is not None and isinstance(node.value, list) else []


def shared_part(tree: Located, own: Sequence[KeyPath] = ()) -> Located:
    """What a release takes of a stack's merged files; `own` are keys that the project keeps out of releases."""
    sections = {name: _taken(tree.child(name), (name,), own) for name in SECTIONS}
    return Located({name: each for name, each in sections.items() if each is not None}, tree.file, tree.line)


def overlaid(tree: Located, release: Located, own: Sequence[KeyPath] = ()) -> Located:
    """A stack's merged files in which all that is shared is the release's."""
    entries = dict(tree.mapping or {})
    for name in SECTIONS:
        put = _put(entries.get(name), release.child(name), (name,), own)
        if put is None:
            entries.pop(name, None)
        else:
            entries[name] = put
    return Located(entries, tree.file, tree.line)


def _taken(node: Located | None, path: KeyPath, own: Sequence[KeyPath]) -> Located | None:
    if node is None or node.value is None:
        return None
    if _parts(path, own) and node.mapping is not None:
        parts = {name: _taken(entry, (*path, name), own) for name, entry in node.mapping.items()}
        kept = {name: entry for name, entry in parts.items() if entry is not None}
        # A key of which rows name parts exists by the release, also where it has no shared part.
        exists = kept or (class_of(path) is None and len(path) > 1)
        return Located(kept, node.file, node.line) if exists else None
    return node if _is_shared(path, own) else None


def _put(node: Located | None, release: Located | None, path: KeyPath, own: Sequence[KeyPath]) -> Located | None:
    above, below = (None if each is None else each.mapping for each in (node, release))
    if _parts(path, own) and (above is not None or below is not None):
        if release is None and class_of(path) is None and len(path) > 1:
            return None
        above, below = above or {}, below or {}
        names = (*above, *(name for name in below if name not in above))
        parts = {name: _put(above.get(name), below.get(name), (*path, name), own) for name in names}
        place = node if node is not None and node.mapping is not None else release
        assert place is not None
        return Located({name: each for name, each in parts.items() if each is not None}, place.file, place.line)
    return release if _is_shared(path, own) else node


def _parts(path: KeyPath, own: Sequence[KeyPath]) -> bool:
    """Whether the parts of a key are decided one by one."""
    if any(matches(pattern, path) for pattern in own):
        return False
    inside = class_of(path) is None and is_above(path)
    return inside or (class_of(path) is KeyClass.SHARED and any(leads_to(path, pattern) for pattern in own))


def _is_shared(path: KeyPath, own: Sequence[KeyPath]) -> bool:
    return class_of(path) is KeyClass.SHARED and not any(matches(pattern, path) for pattern in own)
