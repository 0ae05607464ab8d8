"""Secret values in the store: kept as digests, so that no secret lies in plain on disk and a change is still seen."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Final

from poolwright.engine.sandbox.values import Path, Properties, Value

DIGEST_KEY: Final = "sandboxSecretSha256"
CHANGED_OUTSIDE: Final = "(a secret that was changed in the sandbox's store)"


def hidden(properties: Properties, secrets: Iterable[Path], salt: str) -> Properties:
    """The properties with each secret value replaced by its digest."""
    marked = frozenset(secrets)
    return {key: _hide(value, (key,), marked, salt) for key, value in properties.items()} if marked else properties


def revealed(stored: Properties, known: Properties, salt: str) -> tuple[Properties, frozenset[Path]]:
    """The properties with each digest replaced by the value that Pulumi's state has for it; and where those are."""
    found: set[Path] = set()
    plain = {key: _reveal(value, known.get(key), (key,), salt, found) for key, value in stored.items()}
    return plain, frozenset(found)


def with_copies(secrets: Iterable[Path]) -> frozenset[Path]:
    """The secret paths, and those that Check copies them to: a secret tag is secret among all tags as well."""
    marked = frozenset(secrets)
    return marked | {("tagsAll", *path[1:]) for path in marked if path[0] == "tags"}


def present(secrets: Iterable[Path], properties: Properties) -> frozenset[Path]:
    """The secret paths that the properties have."""
    return frozenset(path for path in secrets if _has(properties, path))


def _hide(value: Value, path: Path, secrets: frozenset[Path], salt: str) -> Value:
    if path in secrets:
        return {DIGEST_KEY: _digest(value, salt)}
    if isinstance(value, dict):
        return {key: _hide(item, (*path, key), secrets, salt) for key, item in value.items()}
    if isinstance(value, list):
        return [_hide(item, (*path, index), secrets, salt) for index, item in enumerate(value)]
    return value


def _reveal(stored: Value, known: Value, path: Path, salt: str, found: set[Path]) -> Value:
    if isinstance(stored, dict):
        digest = stored.get(DIGEST_KEY)
        if isinstance(digest, str):
            found.add(path)
            return known if hmac.compare_digest(digest, _digest(known, salt)) else CHANGED_OUTSIDE
        nested = known if isinstance(known, dict) else {}
        return {key: _reveal(item, nested.get(key), (*path, key), salt, found) for key, item in stored.items()}
    if isinstance(stored, list):
        members = known if isinstance(known, list) else []
        known_members = [*members, *([None] * (len(stored) - len(members)))]
        return [_reveal(item, known_members[index], (*path, index), salt, found) for index, item in enumerate(stored)]
    return stored


def _digest(value: Value, salt: str) -> str:
    return hmac.new(salt.encode(), json.dumps(value, sort_keys=True).encode(), hashlib.sha256).hexdigest()


def _has(value: Value, path: Path) -> bool:
    for step in path:
        inner: Value = None
        if isinstance(step, str):
            inner = value.get(step) if isinstance(value, dict) else None
        elif isinstance(value, list) and step < len(value):
            inner = value[step]
        if inner is None:
            return False
        value = inner
    return True
