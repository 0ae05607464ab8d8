"""Release: what is promoted from stack to stack, definitions and digests and no sizes: `stacks/<stack>.release.yaml`.

The file is text for people, made by `poolwright promote`; its `digest` line covers all below it, so that a release that
was edited by hand is refused. `solver.demand.release_overlay` lays it over the stack's own files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import Field, StringConstraints

from solver.demand.file_format import read_record
from solver.demand.key_classes import KEY_CLASSES
from solver.demand.located import Located
from solver.demand.names import Distinct, Key
from solver.demand.promotion import KeyPattern, ReleaseId
from solver.demand.release_overlay import KeyPath, body_digest, release_path, shared_part, stated_digest
from solver.demand.yaml_reader import plain_scalar
from solver.errors import ConfigError, Problem
from solver.plan.images import BuiltImage
from solver.plan.lines import Quoted, lines_of
from solver.plan.lock import read_text
from solver.plan.whole_file import write_whole
from solver.quantity import Written
from solver.schema import Schema, is_empty

ID_LENGTH = 12
"""Digits of the digest of a release's content that name it."""
_HEADER = """\
# Release of stack {stack}: what it runs, as it was promoted; sizes are in its lock. Made by `poolwright promote`;
# review it, don't edit it.
"""
_ORDER = tuple(dict.fromkeys(row.split(".")[2] for row in KEY_CLASSES if row.count(".") >= 2))

LockDigest = Annotated[
    str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$"), Written("a digest, sha256: and 64 hexadecimal digits,")
]
Revision = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{7,64}$"), Written("a git revision of 7 to 64 hexadecimal digits")
]


class Proven(Schema):
    """A stack in which the release ran before."""

    stack: Key
    """The stack."""
    lock: LockDigest
    """The lock that it was approved with there."""
    revision: Annotated[Revision | None, Field(exclude_if=is_empty)] = None
    """The git revision of these files; None: they were in no revision."""


class Release(Schema):
    """What a stack runs, whatever its size."""

    digest: LockDigest
    """Of the lines below it."""
    schema_version: Literal[1] = 1
    """Of this format."""
    release: ReleaseId
    """Its name: the first digits of the digest of own, images, workloads and storage."""
    stack: Key
    """The stack whose release this is."""
    proven: tuple[Proven, ...] = ()
    """Stacks in which it ran before, in the order of the promotions."""
    own: Annotated[tuple[KeyPattern, ...], Distinct] = Field(default=(), exclude_if=is_empty)
    """Keys that are shared by nature and that the project keeps out of its releases."""
    images: dict[str, BuiltImage] = Field(default_factory=dict[str, BuiltImage], exclude_if=is_empty)
    """Images that the project made: `workload.variant` → image, as the source's lock has them."""
    workloads: dict[Key, dict[str, Any]]
    """The shared keys of each workload, as a stack file has them."""
    storage: dict[Key, dict[str, Any]] = Field(default_factory=dict[str, dict[str, Any]], exclude_if=is_empty)
    """The shared keys of each storage claim."""

    @property
    def own_keys(self) -> tuple[KeyPath, ...]:
        """`own` in steps."""
        return key_paths(self.own)


def key_paths(patterns: Sequence[str]) -> tuple[KeyPath, ...]:
    """Patterns of keys in steps."""
    return tuple(tuple(pattern.split(".")) for pattern in patterns)


def release_of(
    stack: str,
    tree: Located,
    *,
    own: Sequence[str] = (),
    images: Mapping[str, BuiltImage] | None = None,
    proven: Sequence[Proven] = (),
) -> Release:
    """The release that a stack's merged files and its lock's images are, written for another stack.

    `tree` is `LoadedDemand.tree` of the source. The same content gives the same id, whatever its order.
    """
    plain = cast("dict[str, dict[str, Any]]", shared_part(tree, key_paths(own)).plain())
    content = {
        "own": sorted(own),
        "images": {key: each.model_dump(mode="json") for key, each in sorted((images or {}).items())},
        "workloads": _ordered(plain.get("workloads", {})),
        "storage": _ordered(plain.get("storage", {})),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    whole: dict[str, Any] = {
        "schema_version": 1,
        "release": sha256(text.encode()).hexdigest()[:ID_LENGTH],
        "stack": stack,
        "proven": [each.model_dump(mode="json") for each in proven],
        **content,
    }
    release = Release.model_validate({"digest": body_digest(""), **whole})
    return release.model_copy(update={"digest": body_digest(_body(release))})


def release_text(release: Release) -> str:
    """The file's text: the same release gives the same bytes."""
    return f"{_HEADER.format(stack=release.stack)}digest: {release.digest}\n{_body(release)}"


def read_release(path: Path) -> Release:
    """The release in a file; ConfigError names each mistake by line."""
    release, _ = read_record(path, Release)
    problems: list[Problem] = []
    stated_digest(path, problems)
    if problems:
        raise ConfigError(problems)
    return release


def stack_release(stack_file: Path) -> Release | None:
    """The release that belongs to a stack file; None where there is none."""
    path = release_path(stack_file)
    return read_release(path) if path.is_file() else None


def write_release(path: Path, release: Release) -> bool:
    """Replaces the file in one step; whether its bytes changed."""
    text = release_text(release)
    if read_text(path) == text:
        return False
    write_whole(path, text)
    return True


def _body(release: Release) -> str:
    content = release.model_dump(mode="json", exclude={"digest"})
    if not content["proven"]:
        del content["proven"]
    return lines_of(cast("dict[str, object]", _quoted(content)))


def _ordered(section: Mapping[str, Any]) -> dict[str, Any]:
    """Entries by name; keys of each as the table of classes has them, deeper ones by name."""
    return {
        name: {key: _sorted(section[name][key]) for key in sorted(section[name], key=_place)}
        for name in sorted(section)
    }


def _place(key: str) -> tuple[int, str]:
    return (_ORDER.index(key) if key in _ORDER else len(_ORDER), key)


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        return {key: _sorted(entries[key]) for key in sorted(entries)}
    return [_sorted(each) for each in cast("list[object]", value)] if isinstance(value, list) else value


def _quoted(value: object) -> object:
    """Texts in quotes that our reader, whose YAML is 1.2, would take for something else."""
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        return {_quoted(key): _quoted(each) for key, each in entries.items()}
    if isinstance(value, list):
        return [_quoted(each) for each in cast("list[object]", value)]
    return Quoted(value) if isinstance(value, str) and not isinstance(plain_scalar(value), str) else value
