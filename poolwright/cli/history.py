"""`poolwright history STACK`: what a stack was made to run, and the recording of a run."""

from __future__ import annotations

import getpass
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from poolwright.cli import console
from poolwright.cli.waiver_day import day_of
from poolwright.engine.project import find_project
from poolwright.release.history import HEAD, Entry, Event, append_entry, read_history
from solver.errors import ConfigError, Problem
from solver.inputs import shown
from solver.plan.lock import digest_of, read_lock, read_text


def run(
    stack: str,
    *,
    record: bool,
    healthy: bool | None,
    on: str | None,
    by: str | None,
    revision: str | None,
    as_json: bool,
) -> None:
    """Prints the entries; with `record` adds one for the lock that stands, first."""
    project = find_project()
    project.require_stack(stack)
    given = {"--healthy": healthy, "--on": on, "--by": by, "--revision": revision}
    if not record and (named := next((name for name, value in given.items() if value is not None), None)):
        problem = Problem(file="", path=named, found="no --record", allowed="it is allowed with --record")
        raise ConfigError([problem])
    if record:
        entry = entry_of(
            project.stacks / f"{stack}.lock.yaml",
            stack,
            event=Event.RAN,
            on=on,
            by=by or who(project.root),
            revision=revision,
            healthy=healthy,
        )
        console.say(f"{shown(append_entry(project.root, stack, entry))}: written")
    entries = read_history(project.root, stack)
    if as_json:
        console.print_json({"stack": stack, "entries": [entry.model_dump(mode="json") for entry in entries]})
        return
    for line in history_lines(stack, entries):
        print(line)


def entry_of(
    lock_path: Path,
    stack: str,
    *,
    event: Event,
    on: str | None,
    by: str,
    revision: str | None = None,
    healthy: bool | None = None,
    reason: str | None = None,
) -> Entry:
    """An entry for a lock; ConfigError for a revision that is none."""
    lock = read_lock(lock_path, shown_as=shown(lock_path))
    release = lock.inputs.release
    try:
        return Entry(
            event=event,
            on=day_of(on),
            release=HEAD if release is None else release.id,
            lock=digest_of(read_text(lock_path) or "", file=str(lock_path), stack=stack),
            by=by,
            revision=revision,
            healthy=healthy,
            reason=reason,
        )
    except ValidationError:
        allowed = "a git revision of 7 to 64 hexadecimal digits is allowed"
        raise ConfigError([Problem(file="", path="--revision", found=revision, allowed=allowed)]) from None


def who(root: Path) -> str:
    """Git's user.name, or the name of this machine's user."""
    try:
        asked = subprocess.run(
            ["git", "-C", str(root), "config", "user.name"], capture_output=True, check=False, text=True
        )
        if name := asked.stdout.strip():
            return name
    except OSError:
        pass
    return getpass.getuser()


def history_lines(stack: str, entries: Sequence[Entry]) -> Iterator[str]:
    """One line for each entry, oldest first."""
    if not entries:
        yield f"stacks/{stack}.history.yaml: nothing was promoted, rolled back or recorded yet"
    for entry in entries:
        source = "" if entry.source is None else f" from {entry.source}"
        health = "" if entry.healthy is None else ", healthy" if entry.healthy else ", UNHEALTHY"
        revision = "" if entry.revision is None else f", revision {entry.revision[:12]}"
        reason = "" if entry.reason is None else f": {entry.reason}"
        head = f"{entry.on.isoformat()}  {entry.event.value:<11}  {entry.release:<12}  {entry.lock[:19]}"
        yield f"{head}{source}, by {entry.by}{revision}{health}{reason}"
