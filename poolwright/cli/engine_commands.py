"""`preview`, `up`, `refresh` and `destroy`: the engine on the chosen cloud, with progress and a summary."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from poolwright.cli import changes, console
from poolwright.cli.progress import Progress
from poolwright.engine import cli_binary, environment
from poolwright.engine.preview import Operation, Preview, ResourceRecord
from poolwright.engine.project import Project, find_project
from solver.errors import ConfigError, PoolwrightError, Problem

if TYPE_CHECKING:
    from poolwright.engine.automation import Engine, Watch
    from poolwright.engine.refreshed import Reading
    from poolwright.release.expectation import Expected

Answer = TypeVar("Answer")

OWN_PACK = "checks"
"""How a user names the project's own policy pack."""


def preview(
    stack: str,
    *,
    cloud: str,
    as_json: bool,
    replan: bool,
    refresh: bool,
    packs: Sequence[str] = (),
    save: Path | None = None,
    save_plan: Path | None = None,
) -> None:
    """Prints what `up` would do, and writes it to a file; GateError when a policy pack says no."""
    project = find_project()
    with _engine(project, stack, cloud, as_json=as_json, replan=replan) as engine:
        kept = {} if save_plan is None else {"save_plan": save_plan}
        result = _watched(
            "preview", stack, lambda watch: engine.preview(watch, refresh=refresh, packs=pack_folders(packs), **kept)
        )
    if save is not None:
        from poolwright.engine.saved_preview import save_preview
        from solver.plan.lock import digest_of, read_text

        lock = project.stacks / f"{stack}.lock.yaml"
        digest = digest_of(read_text(lock) or "", file=str(lock), stack=stack)
        save_preview(save, result, cloud=cloud, lock_digest=digest)
    _print(result, cloud, done=False, as_json=as_json)


def previewed(stack: str, *, cloud: str, project: Project | None = None) -> Preview:
    """What `up` would do, for another command; of the project at hand, or of another one with its state."""
    with _engine(project or find_project(), stack, cloud, as_json=True) as engine:
        return _watched("preview", stack, engine.preview)


def read_anew(stack: str, *, cloud: str) -> tuple[Reading, ...]:
    """What the cloud says of each resource beside what the state has, for another command."""
    with _engine(find_project(), stack, cloud, as_json=True, reads_lock=False) as engine:
        return _watched("drift", stack, engine.read_anew)


def described(stack: str) -> Preview:
    """Each resource of the approved plan as the program describes it to the engine, with nothing compared.

    The engine works on a sandbox that is empty and goes away again: neither a state nor a cloud is asked.
    """
    project = find_project()
    with tempfile.TemporaryDirectory() as folder:
        apart = Project(root=project.root, home=Path(folder))
        with _engine(apart, stack, environment.Cloud.SANDBOX, as_json=True) as engine:
            found = _watched("describe", stack, engine.preview)
    changes = tuple(replace(change, operation=Operation.SAME, properties=()) for change in found.changes)
    return replace(found, changes=changes)


def up(
    stack: str,
    *,
    cloud: str,
    as_json: bool,
    replan: bool,
    yes: bool,
    packs: Sequence[str] = (),
    plan: Path | None = None,
    expected: Expected | None = None,
    roll_back: bool = True,
) -> int:
    """Builds the stack, asks its smoke tests, and goes back to what ran before when they fail; gives the exit code.

    Where it costs money, it builds only after someone has seen the preview or said --yes. StaleError (4), before
    anything is touched, when lock or revision are not the ones expected.
    """
    from poolwright.cli import smoke

    project = find_project()
    asks = parse_cloud(cloud) is environment.Cloud.AWS and not yes
    if asks:
        _require_terminal("up")
    revision = None if expected is None else expected.refuse_others(project, stack, replan=replan)
    with _engine(project, stack, cloud, as_json=as_json, replan=replan, revision=revision) as engine:
        if asks:
            planned = _watched("preview", stack, lambda watch: engine.preview(watch, packs=pack_folders(packs)))
            for line in (*changes.change_lines(planned), changes.summary(planned, done=False)):
                console.say(line)
            console.confirm(f"Build this in AWS? Type the stack's name ({stack}) to go on: ", stack)
        before = smoke.before_up(project, stack, engine)
        held = {} if plan is None else {"plan": plan}
        result = _watched("up", stack, lambda watch: engine.up(watch, packs=pack_folders(packs), **held))
    ended = smoke.after_up(project, stack, result, before, cloud=cloud, roll_back=roll_back)
    _print(result, cloud, done=True, as_json=as_json, extra=ended.record if before.tests else None)
    if not as_json:
        from poolwright.cli import hosts

        hosts.after_up(project.root, stack, cloud=cloud)
        for line in ended.lines:
            print(line)
    return int(ended.exit_code)


def build_lock(project: Project, stack: str, lock: Path, *, cloud: str, leaving: Path | None) -> Preview:
    """Builds the stack from a lock of then, leaving the lock that runs; what the tree says by now is not asked."""
    with _engine(project, stack, cloud, as_json=True, reads_lock=False, lock=lock, leaving=leaving) as engine:
        return _watched("rollback", stack, engine.up)


def preview_lock(project: Project, stack: str, lock: Path, *, cloud: str, leaving: Path | None) -> Preview:
    """What building a lock of then would change."""
    with _engine(project, stack, cloud, as_json=True, reads_lock=False, lock=lock, leaving=leaving) as engine:
        return _watched("preview", stack, engine.preview)


def outputs_of(project: Project, stack: str, *, cloud: str) -> Mapping[str, Any]:
    """The stack's outputs as its state has them, secrets masked; empty for a stack that was never built."""
    with _engine(project, stack, cloud, as_json=True, reads_lock=False) as engine:
        return stack_outputs(engine)


def state_of(stack: str, *, cloud: str) -> tuple[ResourceRecord, ...]:
    """The resources in the stack's state, secrets masked; empty for a stack that was never built."""
    with _engine(find_project(), stack, cloud, as_json=True, reads_lock=False) as engine:
        return engine.records()


def stack_outputs(engine: Engine) -> Mapping[str, Any]:
    """The outputs in an engine's state."""
    none: Mapping[str, Any] = {}
    return next((record.outputs for record in engine.records() if record.type == "pulumi:pulumi:Stack"), none)


def refresh(stack: str, *, cloud: str, as_json: bool, yes: bool) -> None:
    """Reads the resources from the cloud anew; this changes the state alone."""
    del yes
    project = find_project()
    with _engine(project, stack, cloud, as_json=as_json, reads_lock=False) as engine:
        result = _watched("refresh", stack, engine.refresh)
    _print(result, cloud, done=True, as_json=as_json)


def destroy(stack: str, *, cloud: str, as_json: bool, yes: bool, with_data: bool) -> None:
    """Deletes what is not protected and says what is kept; with the data, after the stack's name was typed."""
    project = find_project()
    asks = not yes and (with_data or parse_cloud(cloud) is environment.Cloud.AWS)
    if asks:
        _require_terminal("destroy")
        what = "everything, ITS DATA INCLUDED," if with_data else "everything but its data"
        console.confirm(f"This deletes {what} of {stack} on {cloud}. Type the stack's name to go on: ", stack)
    with _engine(project, stack, cloud, as_json=as_json, reads_lock=False) as engine:
        result = _watched("destroy", stack, lambda watch: engine.destroy(watch, with_data=with_data))
        kept = engine.records()
    protected = [record for record in kept if record.protected]
    extra = {"kept": [{"urn": record.urn, "type": record.type, "protected": record.protected} for record in kept]}
    _print(result, cloud, done=True, as_json=as_json, extra=extra)
    if kept and not as_json:
        _say_kept(stack, cloud, protected, len(kept) - len(protected))


def pack_folders(names: Sequence[str]) -> tuple[Path, ...]:
    """The folders of policy packs; `checks` is the project's own."""
    if not names:
        return ()
    from poolwright.checks.pack import FOLDER

    return tuple(FOLDER if name == OWN_PACK else Path(name) for name in names)


def parse_cloud(name: str) -> environment.Cloud:
    """The cloud that a user named; raises ConfigError for any other word."""
    try:
        return environment.Cloud(name)
    except ValueError:
        allowed = " or ".join(cloud.value for cloud in environment.Cloud)
        raise ConfigError([Problem(file="", path="--cloud", found=name, allowed=f"{allowed} is allowed")]) from None


@contextmanager
def _engine(
    project: Project,
    stack: str,
    cloud: str,
    *,
    as_json: bool,
    replan: bool = False,
    reads_lock: bool = True,
    lock: Path | None = None,
    leaving: Path | None = None,
    revision: str | None = None,
) -> Generator[Engine]:
    """The engine with all that it needs, the plan checked first; nothing but data reaches standard output."""
    chosen = parse_cloud(cloud)
    project.require_stack(stack)
    signal.signal(signal.SIGTERM, _interrupt)
    with console.data_alone():
        if replan:
            from poolwright.cli import plan

            plan.run(stack, as_json=False, demand=None, catalog=None, write=True, check=False)
        elif reads_lock:
            from solver.inputs import fresh_lock

            fresh_lock(project.root, stack)
        keep_going = _has_docker_sites(project, stack)
        if chosen is environment.Cloud.SANDBOX:
            _say_faults(project)
        cli = cli_binary.ensure(console.say)
        prepared = environment.prepare(project, stack, chosen, cli)
        if chosen is environment.Cloud.SANDBOX:
            console.say(f"sandbox: nothing is created in AWS; this cloud lives in {project.sandbox}")
        from poolwright.engine.automation import Engine
        from stacks.program import build

        yield Engine(
            prepared,
            lambda: build(project.root, lock=lock, leaving=leaving, revision=revision),
            console.say,
            keep_going=keep_going,
        )


def _has_docker_sites(project: Project, stack: str) -> bool:
    """Whether a host that is gone must not keep the rest of the stack from being made."""
    from solver.plan.lock import read_lock

    try:
        return bool(read_lock(project.config_file(stack).with_name(f"{stack}.lock.yaml")).docker_sites)
    except PoolwrightError:
        # Without a lock there is nothing to build; what is to be deleted is in the state.
        return False


def _say_faults(project: Project) -> None:
    """Reads the sandbox's fault file, so that a mistake in it ends the command now."""
    from poolwright.engine.sandbox.fault_file import fault_file, load_faults

    path = fault_file(project.sandbox)
    if load_faults(path):
        console.say(f"sandbox: faults are asked for in {path}")


def _watched(title: str, stack: str, run: Callable[[Watch], Answer]) -> Answer:
    with Progress(f"{title} {stack}") as progress:
        return run(progress.watch)


def _print(result: Preview, cloud: str, *, done: bool, as_json: bool, extra: dict[str, Any] | None = None) -> None:
    if as_json:
        console.print_json({"cloud": cloud, **changes.preview_record(result), **(extra or {})})
        return
    for line in changes.change_lines(result):
        print(line)
    outputs = list(changes.output_lines(result)) if done else []
    if outputs:
        print("outputs:")
        for line in outputs:
            print(line)
    for line in changes.remarks(result):
        console.say(line)
    print(changes.summary(result, done=done))


def _say_kept(stack: str, cloud: str, protected: list[ResourceRecord], needed: int) -> None:
    print(f"kept, because they are protected data ({len(protected)}):")
    for record in protected:
        print(f"   {record.type}  {record.name}")
    if needed:
        print(f"and {needed} resources that those can't be without (providers, components, keys, subnets).")
    where = "" if cloud == environment.Cloud.SANDBOX else f" --cloud {cloud}"
    print(f"To delete them too, for good: poolwright destroy {stack}{where} --with-data")


def _require_terminal(command: str) -> None:
    if not console.is_terminal():
        problem = Problem(
            file="",
            path=command,
            allowed="a terminal, where the stack's name can be asked for, or --yes",
            found="neither",
        )
        raise ConfigError([problem])


def _interrupt(number: int, frame: object) -> None:
    """A CI system ends a job with SIGTERM; the engine then gives its lock back as it does for Ctrl-C."""
    del number, frame
    raise KeyboardInterrupt
