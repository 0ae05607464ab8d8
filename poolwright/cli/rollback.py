"""`poolwright rollback STACK`: what ran before is built again, from the lock of then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from poolwright.cli import changes, console, engine_commands, smoke
from poolwright.cli.history import entry_of, who
from poolwright.engine.environment import Cloud
from poolwright.engine.project import Project, find_project
from poolwright.release.good_locks import GoodLock, good_lock, keep, leaving, lock_file, running_digest
from poolwright.release.history import Event, append_entry
from solver.demand.release_overlay import release_path
from solver.errors import ConfigError, ExitCode, PoolwrightError, Problem
from solver.inputs import fresh_lock, shown
from solver.plan.whole_file import write_whole


def run(
    stack: str,
    *,
    to: str | None,
    cloud: str,
    reason: str | None,
    on: str | None,
    by: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Builds the lock of then and writes the history; gives 5 when its smoke tests fail too.

    Nothing is solved, and neither demand nor tables of today are asked: what ran then is what runs again.
    """
    project = find_project()
    project.require_stack(stack)
    asks = engine_commands.parse_cloud(cloud) is Cloud.AWS and not (yes or dry_run)
    if asks and not console.is_terminal():
        allowed = "a terminal, where the stack's name can be asked for, or --yes"
        raise ConfigError([Problem(file="", path="rollback", found="neither", allowed=allowed)])
    running = running_digest(engine_commands.outputs_of(project, stack, cloud=cloud))
    if running is None and to is None:
        allowed = "a stack that runs something, or --to"
        hint = f"poolwright up {stack} builds its lock"
        raise ConfigError(
            [Problem(file="", path="rollback", found=f"{stack}, which runs nothing", allowed=allowed, hint=hint)]
        )
    good = good_lock(project, cloud, stack, running=running, to=to)
    now = "nothing" if running is None else f"lock {running[:19]}"
    console.say(f"{stack} runs {now}; back to release {good.release}, lock {good.digest[:19]} ({good.found})")
    lock, left = lock_file(project, good.digest), leaving(project, cloud, stack, running)
    record: dict[str, Any] = {"stack": stack, "cloud": cloud, "from": running, "to": good.digest}
    record |= {"release": good.release, "found": good.found}
    if dry_run or asks:
        planned = engine_commands.preview_lock(project, stack, lock, cloud=cloud, leaving=left)
        if dry_run:
            if as_json:
                console.print_json({**record, "dry_run": True, **changes.preview_record(planned)})
            else:
                for line in (*changes.change_lines(planned), changes.summary(planned, done=False)):
                    print(line)
            return int(ExitCode.DONE)
        for line in (*changes.change_lines(planned), changes.summary(planned, done=False)):
            console.say(line)
        console.confirm(f"Build this in AWS? Type the stack's name ({stack}) to go on: ", stack)
    built = engine_commands.build_lock(project, stack, lock, cloud=cloud, leaving=left)
    results = smoke.ask(project, stack, smoke.tests_of(project, stack), built.outputs, cloud=cloud)
    healthy = all(each.passed for each in results) if results else None
    written = [*_restore(project, stack, good)]
    entry = entry_of(
        lock, stack, event=Event.ROLLED_BACK, on=on, by=by or who(project.root), healthy=healthy, reason=reason
    )
    written.append(append_entry(project.root, stack, entry))
    if healthy is not False and good.release_text is not None:
        keep(project, cloud, stack)
    code = ExitCode.REFUSED if healthy is False else ExitCode.DONE
    if as_json:
        files = [shown(path) for path in written]
        console.print_json(
            {**record, "dry_run": False, "smoke": smoke.records_of(results), "written": files}
            | changes.preview_record(built)
        )
        return int(code)
    for line in (*changes.change_lines(built), *smoke.lines_of(results), changes.summary(built, done=True)):
        print(line)
    for path in written:
        print(f"{shown(path)}: written")
    print(_what_next(project, stack))
    return int(code)


def _restore(project: Project, stack: str, good: GoodLock) -> list[Path]:
    """Puts release and lock of then into the files of a stack that has releases; a head stack's own files stay."""
    release = release_path(project.stacks / f"{stack}.yaml")
    if good.release_text is None or not release.is_file():
        return []
    lock = project.stacks / f"{stack}.lock.yaml"
    write_whole(release, good.release_text)
    write_whole(lock, good.text)
    return [release, lock]


def _what_next(project: Project, stack: str) -> str:
    try:
        fresh_lock(project.root, stack)
    except PoolwrightError as error:
        return f"next: {error.message.strip()}; poolwright plan {stack} --write, and a pull request with all of it"
    if release_path(project.stacks / f"{stack}.yaml").is_file():
        return "next: a pull request with these files, so that the next `up` builds the same"
    return f"next: revert the change in git: the files still say otherwise, and the next `up` of {stack} builds them"
