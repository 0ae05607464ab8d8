"""A stack that an older program built: today's program replaces and deletes only what the changelog says it does."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from poolwright.engine.automation import Engine
from poolwright.engine.environment import EngineEnvironment
from poolwright.engine.preview import Operation, ResourceChange
from poolwright.engine.sandbox.tokens import short_type
from solver.plan.lock import digest_of, lock_in
from stacks.program import Approved, build_approved
from tests.releases.record import RELEASES, ROOT, STACKS, load_state, read

RECORDINGS = sorted(RELEASES.glob("*/*.json.gz"))
_GONE = (Operation.REPLACE, Operation.DELETE)


def announced(changelog: str, version: str) -> set[str]:
    """Types (`autoscaling.Schedule`) that entries under *replaces* name since a version, or since the last one."""
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    named = [section.partition("\n")[0].strip() for section in sections]
    since = sections[: named.index(version)] if version in named else sections[:1]
    entries = [entry for section in since for entry in re.split(r"^\* ", section, flags=re.MULTILINE)]
    replacing = [entry for entry in entries if entry.startswith("**replaces**")]
    return {name for entry in replacing for name in re.findall(r"`([a-z0-9]+\.[A-Z]\w+)`", entry)}


@pytest.mark.engine
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: str(path.relative_to(RELEASES)))
def test_an_upgrade_replaces_and_deletes_only_what_the_changelog_names(
    path: Path, sandbox_env: Callable[..., EngineEnvironment]
) -> None:
    recorded = read(path)
    text = recorded.lock
    lock = lock_in(text, file=str(path), stack=recorded.stack)
    approved = Approved(plan=lock.as_plan(), lock_digest=digest_of(text, file=str(path), stack=recorded.stack))
    prepared = sandbox_env(recorded.stack)
    load_state(prepared, recorded.deployment)
    preview = Engine(prepared, lambda: build_approved(approved), lambda text: None).preview()
    allowed = announced((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), recorded.version)
    assert len(preview.changes) >= len(recorded.deployment["deployment"]["resources"]) - 1
    assert [said(each) for each in preview.changes if each.operation in _GONE and not excused(each, allowed)] == []


def said(change: ResourceChange) -> str:
    return f"{change.operation} {short_type(change.type)} {change.name} {' '.join(change.replace_reasons)}"


def excused(change: ResourceChange, allowed: set[str]) -> bool:
    return change.type.startswith("aws:") and short_type(change.type) in allowed


def test_each_release_has_a_recording_of_each_shipped_stack() -> None:
    versions = {path.parent.name for path in RECORDINGS}
    assert versions
    assert {(path.parent.name, read(path).stack) for path in RECORDINGS} == {
        (version, stack) for version in versions for stack in STACKS
    }


def test_types_are_excused_by_entries_since_the_version_under_replaces_alone() -> None:
    changelog = """
## Unreleased

* **replaces** scheduled actions, `autoscaling.Schedule`, under
  other names, and `ecs.Service`.
* **adds** `s3.Bucket`.

## 0.2.0

* **replaces** `efs.FileSystem`.

## 0.1.0

* **replaces** `ec2.Vpc`.
"""
    assert announced(changelog, "0.2.0") == {"autoscaling.Schedule", "ecs.Service"}
    assert announced(changelog, "0.1.0") == {"autoscaling.Schedule", "ecs.Service", "efs.FileSystem"}
    assert announced(changelog, "not released") == {"autoscaling.Schedule", "ecs.Service"}
