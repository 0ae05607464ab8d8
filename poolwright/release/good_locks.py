"""Locks that a stack ran with before: kept in this checkout by `up`, else found in git, by their digest.

A lock is all that the program builds from, so a lock of then is what brings back what ran then, whatever the demand,
the tables or the release file say by now.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

from poolwright.engine.project import Project
from poolwright.release.history import HEAD, read_history
from solver.demand.release_overlay import release_path
from solver.errors import ConfigError, PoolwrightError, Problem
from solver.plan.lock import Lock, digest_of, read_lock, read_text
from solver.plan.whole_file import write_whole

_COMMITS = 200
"""How far back git is searched."""
_KEPT = 20
"""Locks that stay in this checkout."""


@dataclass(frozen=True, kw_only=True)
class GoodLock:
    """A lock that the stack can go back to."""

    digest: str
    text: str
    lock: Lock
    release_text: str | None
    """The release file that was beside it; None for a stack that had none."""
    found: str
    """Where, in words."""

    @property
    def release(self) -> str:
        """The release's id, or head."""
        return HEAD if self.lock.inputs.release is None else self.lock.inputs.release.id


class _Text(NamedTuple):
    """A lock as it was found."""

    digest: str
    text: str
    release: str | None
    found: str


def keep(project: Project, cloud: str, stack: str) -> None:
    """Keeps the stack's lock, with its release file, as one that runs and is good."""
    path = project.stacks / f"{stack}.lock.yaml"
    text = read_text(path)
    if text is None:
        return
    digest = digest_of(text, file=str(path), stack=stack)
    release = read_text(release_path(project.stacks / f"{stack}.yaml"))
    rows = [row for row in _kept_rows(project, cloud, stack) if row[0] != digest]
    folder = _folder(project, cloud, stack)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "good.json", json.dumps([*rows, [digest, text, release]][-_KEPT:]))


def running_digest(outputs: Mapping[str, Any]) -> str | None:
    """The lock that a stack's outputs say it was built from last."""
    plan = outputs.get("approvedPlan")
    digest = cast("Mapping[str, Any]", plan).get("lockDigest") if isinstance(plan, Mapping) else None
    return digest if isinstance(digest, str) and digest.startswith("sha256:") else None


def lock_with(project: Project, cloud: str, stack: str, digest: str) -> GoodLock | None:
    """The lock with a digest, or with one that begins so; None where none is at hand that this version can read."""
    found = (text for text in _all(project, cloud, stack) if text.digest.startswith(digest))
    return next((lock for text in found if (lock := _readable(project, text)) is not None), None)


def leaving(project: Project, cloud: str, stack: str, running: str | None) -> Path | None:
    """The file of the lock that runs, whose node groups have to be left in good order; None where it is not at hand."""
    if running is None or lock_with(project, cloud, stack, running) is None:
        return None
    return lock_file(project, running)


def good_lock(project: Project, cloud: str, stack: str, *, running: str | None, to: str | None = None) -> GoodLock:
    """What a stack goes back to: the newest good lock that is not the one that runs, or the one that `to` names, by
    release, lock or revision. ConfigError where none can be found."""
    if to is None:
        found = _last_good(project, cloud, stack, running)
    else:
        digests = [entry.lock for entry in read_history(project.root, stack) if to in (entry.release, entry.revision)]
        wanted = [*reversed(digests), to if to.startswith("sha256:") else f"sha256:{to}"]
        found = next((lock for each in wanted if (lock := lock_with(project, cloud, stack, each)) is not None), None)
        if found is None:
            at_hand = (lock for text in _all(project, cloud, stack) if (lock := _readable(project, text)) is not None)
            found = next((each for each in at_hand if each.release == to), None)
        if found is None:
            found = _at_revision(project, stack, to)
    if found is not None:
        return found
    raise ConfigError(
        [
            Problem(
                file=f"stacks/{stack}.lock.yaml",
                path="--to" if to is not None else "",
                found=to if to is not None else "no good lock but the one that runs",
                allowed="a release of the stack's history, a lock's digest, or a git revision with the stack's lock, "
                "which this checkout or its git history has, is allowed",
                hint=f"poolwright history {stack} lists them; in CI, fetch the whole history (fetch-depth: 0)",
            )
        ]
    )


def _last_good(project: Project, cloud: str, stack: str, running: str | None) -> GoodLock | None:
    entries = read_history(project.root, stack)
    bad = {entry.lock for entry in entries if entry.healthy is False}
    for digest in [
        *(row[0] for row in reversed(_kept_rows(project, cloud, stack))),
        *(entry.lock for entry in reversed(entries)),
    ]:
        if digest != running and digest not in bad and (lock := lock_with(project, cloud, stack, digest)) is not None:
            return lock
    others = (text for text in _before(running, [*_in_git(project, stack)]) if text.digest not in bad)
    return next((lock for text in others if (lock := _readable(project, text)) is not None), None)


def _before(running: str | None, locks: Sequence[_Text]) -> Sequence[_Text]:
    """Of locks newest first, those older than the one that runs: a newer one has not run, or was taken back."""
    place = next((place for place, each in enumerate(locks) if each.digest == running), None)
    return locks if place is None else [each for each in locks[place:] if each.digest != running]


def _all(project: Project, cloud: str, stack: str) -> Iterator[_Text]:
    """Every lock at hand, newest first: the tree's, the kept ones, git's."""
    path = project.stacks / f"{stack}.lock.yaml"
    release = read_text(release_path(project.stacks / f"{stack}.yaml"))
    yield from _text_of(stack, read_text(path), release, "the files here")
    for _, text, kept_release in reversed(_kept_rows(project, cloud, stack)):
        yield from _text_of(stack, text, kept_release, "kept by `up` in this checkout")
    yield from _in_git(project, stack)


def _in_git(project: Project, stack: str) -> Iterator[_Text]:
    listed = _git(project.root, "log", f"-{_COMMITS}", "--format=%H", "--", f"stacks/{stack}.lock.yaml")
    for commit in (listed or "").split():
        yield from _of_commit(project, stack, commit)


def _at_revision(project: Project, stack: str, revision: str) -> GoodLock | None:
    commit = _git(project.root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    text = None if commit is None else next(_of_commit(project, stack, commit.strip()), None)
    return None if text is None else _readable(project, text)


def _of_commit(project: Project, stack: str, commit: str) -> Iterator[_Text]:
    text = _git(project.root, "show", f"{commit}:./stacks/{stack}.lock.yaml")
    if text is not None:
        release = _git(project.root, "show", f"{commit}:./stacks/{release_path(Path(f'{stack}.yaml')).name}")
        yield from _text_of(stack, text, release, f"git commit {commit[:10]}")


def _text_of(stack: str, text: str | None, release: str | None, found: str) -> Iterator[_Text]:
    """A lock's text with its digest, unless there is none, or it was edited."""
    if text is None:
        return
    try:
        digest = digest_of(text, file=f"stacks/{stack}.lock.yaml", stack=stack)
    except PoolwrightError:
        return
    yield _Text(digest, text, release, f"{found}: stacks/{stack}.lock.yaml")


def _readable(project: Project, text: _Text) -> GoodLock | None:
    """The lock, in a file of its own, unless this version can't read it."""
    path = lock_file(project, text.digest)
    if read_text(path) != text.text:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.text)
    try:
        lock = read_lock(path, shown_as=text.found)
    except PoolwrightError:
        return None
    return GoodLock(
        digest=text.digest, text=text.text, lock=lock, release_text=text.release, found=text.found.partition(":")[0]
    )


def lock_file(project: Project, digest: str) -> Path:
    """Where the program finds a lock of then."""
    return project.home / "locks" / f"{digest.removeprefix('sha256:')}.lock.yaml"


def _folder(project: Project, cloud: str, stack: str) -> Path:
    return project.home / "good" / cloud / stack


def _kept_rows(project: Project, cloud: str, stack: str) -> list[tuple[str, str, str | None]]:
    """Digest, lock and release file of each good lock, oldest first."""
    try:
        rows = json.loads((_folder(project, cloud, stack) / "good.json").read_text(encoding="utf-8"))
        return [(str(digest), str(text), release) for digest, text, release in rows]
    except (OSError, ValueError, TypeError):
        return []


def _git(root: Path, *arguments: str) -> str | None:
    """What git prints; None when it says no, or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
