"""What git says of files: the last commit that changed them, where they are as it has them."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

_COMMITS = 100
"""How far back a file is looked for."""


@dataclass(frozen=True)
class Commit:
    """A commit."""

    revision: str
    """All of its hexadecimal digits."""
    at: datetime
    """When it was committed, with its offset from UTC."""


def last_commit(root: Path, files: Sequence[Path]) -> Commit | None:
    """The last commit of the checkout that changed one of the files; None where there is no git, or where a file is in
    no commit or is not as the checkout's commit has it."""
    names = [str(file) for file in files]
    if not names or _git(root, "status", "--porcelain", "--", *names) != "":
        return None
    if len((_git(root, "ls-files", "--", *names) or "").splitlines()) < len(set(names)):
        return None
    found = _git(root, "log", "-1", "--format=%H %cI", "--", *names)
    if not found:
        return None
    revision, _, at = found.strip().partition(" ")
    return Commit(revision, datetime.fromisoformat(at))


def texts_before(root: Path, file: Path) -> Iterator[str]:
    """What a file was in the last commits that changed it, the newest first; nothing where there is no git."""
    listed = _git(root, "log", f"-{_COMMITS}", "--format=%H", "--", str(file)) or ""
    for revision in listed.split():
        text = _git(root, "show", f"{revision}:./{file.relative_to(root).as_posix()}")
        if text is not None:
            yield text


@contextmanager
def stacks_at(root: Path, revision: str) -> Generator[Path | None]:
    """A folder with the project's `stacks` as a revision has them; None where it has none."""
    packed = _output(root, "archive", "--format=tar", revision, "stacks")
    with TemporaryDirectory() as folder:
        if packed is None:
            yield None
            return
        with tarfile.open(fileobj=io.BytesIO(packed)) as files:
            files.extractall(folder, filter="data")
        yield Path(folder).resolve() / "stacks"


def _git(root: Path, *arguments: str) -> str | None:
    """The text that git prints; None when it says no, or is not there."""
    found = _output(root, *arguments)
    return None if found is None else found.decode("utf-8", "replace")


def _output(root: Path, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
