"""What a review compares with: the lock of a git revision, of a file, or of the stack that runs."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from poolwright.engine.preview import Preview
from poolwright.review.drivers import Loads, Side
from solver.demand.demand import Demand
from solver.demand.loader import find_stack, load_demand
from solver.demand.workloads import Service
from solver.errors import ConfigError, PoolwrightError, Problem
from solver.plan.lock import Lock, digest_of, read_lock

STATE = "state"
"""Word for what runs now."""
HEAD = "HEAD"
_COMMITS = 200
"""How far back the lock of the running stack is looked for."""


@dataclass(frozen=True, kw_only=True)
class Against:
    """The other side of a comparison."""

    words: str
    """What it is."""
    side: Side | None
    """None where there is nothing to compare with."""
    usd_per_month: float | None
    """Its cost; known also where its lock is not."""


def loads_of(demand: Demand) -> Loads:
    """Load of each service by hour of the week."""
    return {
        key: tuple(entry.load.week_per_second())
        for key, entry in demand.workloads.items()
        if isinstance(entry, Service)
    }


def against(named: str | None, root: Path, stack: str, preview: Preview) -> Against:
    """The side that a user named: `state`, a lock file, a git revision; None is HEAD where there is one.

    Raises ConfigError for a name that is none of them.
    """
    if named == STATE:
        return _running(root, stack, preview)
    if named is not None and Path(named).is_file():
        lock = read_lock(Path(named), shown_as=named)
        return Against(words=f"lock {named}", side=Side(lock=lock, loads=None), usd_per_month=_cost(lock))
    commit = _git(root, "rev-parse", "--verify", "--quiet", f"{named or HEAD}^{{commit}}")
    if commit is None:
        if named is None:
            return Against(words="nothing: the project is in no git repository", side=None, usd_per_month=None)
        problem = Problem(
            file="",
            path="--against",
            found=named,
            allowed="a git revision, a lock file or `state` is allowed",
            hint="In CI, fetch the branch first: git fetch origin main",
        )
        raise ConfigError([problem])
    return _at(root, stack, commit.decode().strip(), named or HEAD)


def _at(root: Path, stack: str, commit: str, words: str) -> Against:
    """A stack as a revision has it; its demand may be one that this version can't read."""
    shown = f"{words} ({commit[:10]})"
    packed = _git(root, "archive", "--format=tar", commit, "stacks")
    if packed is None:
        return Against(words=f"{shown}, which has no stacks", side=None, usd_per_month=None)
    with TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(packed)) as files:
        files.extractall(folder, filter="data")
        path = Path(folder) / "stacks" / f"{stack}.lock.yaml"
        if not path.is_file():
            return Against(words=f"{shown}, which has no lock of {stack}", side=None, usd_per_month=None)
        try:
            lock = read_lock(path, shown_as=f"{words}:stacks/{stack}.lock.yaml")
        except PoolwrightError:
            text = f"{shown}, whose lock this version can't read"
            return Against(words=text, side=None, usd_per_month=None)
        return Against(
            words=shown, side=Side(lock=lock, loads=_loads_in(Path(folder), stack)), usd_per_month=_cost(lock)
        )


def _loads_in(root: Path, stack: str) -> Loads | None:
    try:
        return loads_of(load_demand(find_stack(root, stack)).demand)
    except PoolwrightError:
        return None


def _running(root: Path, stack: str, preview: Preview) -> Against:
    """What the stack was built from last: its own output has the lock's digest, git has the lock."""
    output = _approved(preview)
    if output is None:
        return Against(words="nothing: the stack was not built yet", side=None, usd_per_month=None)
    digest = str(output.get("lockDigest", ""))
    cost = output.get("costUsdPerMonth")
    usd = float(cost) if isinstance(cost, int | float) else None
    listed = _git(root, "log", f"-{_COMMITS}", "--format=%H", "--", f"stacks/{stack}.lock.yaml")
    for commit in (listed or b"").decode().split():
        text = _git(root, "show", f"{commit}:./stacks/{stack}.lock.yaml")
        if text is not None and _has_digest(text.decode("utf-8", "replace"), digest, stack):
            found = _at(root, stack, commit, "what runs, of")
            return found if found.side is not None else Against(words=found.words, side=None, usd_per_month=usd)
    return Against(words=f"what runs, of lock {digest[:19]}, which git does not have", side=None, usd_per_month=usd)


def _has_digest(text: str, digest: str, stack: str) -> bool:
    try:
        return digest_of(text, file=f"stacks/{stack}.lock.yaml", stack=stack) == digest
    except PoolwrightError:
        return False


def _approved(preview: Preview) -> Mapping[str, Any] | None:
    stack = next((change for change in preview.changes if change.type == "pulumi:pulumi:Stack"), None)
    found: object = None if stack is None else stack.before.get("approvedPlan")
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else None


def _cost(lock: Lock) -> float:
    return lock.proof.cost_usd_per_month


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git prints; None when it says no, or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
