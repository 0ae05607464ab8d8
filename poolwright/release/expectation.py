"""What was reviewed is what is applied: the lock's digest and the git revision that a reviewer saw are compared."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from poolwright.engine.project import Project
from solver.errors import ConfigError, Problem, StaleError
from solver.plan.lock import digest_of, read_text

_LEAST_DIGITS = 7


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a reviewer saw."""

    lock: str | None = None
    """The digest of the stack's lock, or its beginning."""
    revision: str | None = None
    """The git revision, as git takes one."""

    def refuse_others(self, project: Project, stack: str, *, replan: bool) -> str | None:
        """The whole revision, where one is expected; StaleError when lock or revision are others."""
        if replan and self.lock is not None:
            allowed = "one of --replan and --expect-lock is allowed: a new plan is not the one that was reviewed"
            raise ConfigError([Problem(file="", path="--expect-lock", found="both", allowed=allowed)])
        revision = None if self.revision is None else refuse_another_revision(project.root, self.revision)
        if self.lock is not None:
            refuse_another_lock(project.root, stack, self.lock)
        return revision


def refuse_another_lock(root: Path, stack: str, expected: str) -> None:
    """StaleError (exit code 4) when the stack's lock has another digest than the one expected, or its beginning."""
    wanted = expected.removeprefix("sha256:")
    if len(wanted) < _LEAST_DIGITS or not set(wanted) <= set("0123456789abcdef"):
        allowed = "a lock's digest, sha256: and at least 7 of its digits, is allowed"
        raise ConfigError([Problem(file="", path="--expect-lock", found=f'"{expected}"', allowed=allowed)])
    path = root / "stacks" / f"{stack}.lock.yaml"
    digest = digest_of(read_text(path) or "", file=str(path), stack=stack)
    if not digest.removeprefix("sha256:").startswith(wanted):
        raise StaleError(
            f"stacks/{stack}.lock.yaml is {digest}, and {expected} was expected: another lock was reviewed",
            hint="apply the revision that was reviewed, or review this one",
        )


def refuse_another_revision(root: Path, expected: str) -> str:
    """The whole revision that the checkout is at; StaleError when it is another one than expected, or was changed."""
    head = _git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head is None:
        raise StaleError(f"revision {expected} was expected, and {root} is no git checkout")
    wanted = _git(root, "rev-parse", "--verify", "--quiet", f"{expected}^{{commit}}")
    if wanted is None or wanted != head:
        raise StaleError(
            f"the checkout is at revision {head[:12]}, and {expected} was expected: another one was reviewed",
            hint=f"git checkout {expected}",
        )
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    if changed:
        first = changed.splitlines()[0][3:]
        raise StaleError(
            f"the checkout is not as revision {head[:12]} has it: {first} was changed",
            hint="apply a clean checkout of the revision that was reviewed",
        )
    return head


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, check=False, text=True, errors="replace"
        )
    except OSError:
        return None
    return done.stdout.rstrip("\n") if done.returncode == 0 else None
