"""preview, up, refresh and destroy of a stack, through Pulumi's Automation API with the program run in this process.

The engine works in the project's folder with its `Pulumi.yaml`, so it is the same stack that plain `pulumi` sees. It
writes its state after every step: `PULUMI_SKIP_CHECKPOINTS` would save time, and is not used, since then a killed
engine forgets everything that it had done; journaling is for Pulumi's own service alone.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from pulumi import automation
from pulumi.automation.errors import CommandError

from poolwright.engine import lost, policy_packs, recovery
from poolwright.engine.advice import is_doubtful
from poolwright.engine.command import EngineCommand
from poolwright.engine.environment import Cloud, EngineEnvironment
from poolwright.engine.events import EventReader
from poolwright.engine.failure import engine_failure
from poolwright.engine.journal import Begun, Journal
from poolwright.engine.preview import Preview, ResourceChange, ResourceRecord, records_of
from poolwright.engine.program import InlineProgram
from poolwright.engine.refreshed import Reading, RefreshReader

RELEASE_DATA = "POOLWRIGHT_RELEASE_DATA"
"""Environment variable that has the program build everything unprotected."""

Say = Callable[[str], None]
Watch = Callable[[ResourceChange, int], None]
"""Called with each change that begins or ends, and the number of steps that are done."""


class Engine:
    """The Pulumi engine on one stack of one cloud."""

    def __init__(
        self, environment: EngineEnvironment, build: Callable[[], None], say: Say, *, keep_going: bool = False
    ) -> None:
        """With `keep_going`, what fails keeps nothing from being made or deleted that does not need it."""
        self._environment = environment
        self._program = InlineProgram(build)
        self._say = say
        self._options: dict[str, Any] = {"continue_on_error": True} if keep_going else {}
        project = environment.project
        self._journal = Journal(project.begun(environment.stack)) if environment.cloud is Cloud.SANDBOX else None
        command = EngineCommand(environment, say)
        workspace = _Workspace(work_dir=str(project.root), program=cast("Any", self._program), pulumi_command=command)
        self._stack = _Stack(environment.stack, workspace)

    def preview(
        self,
        watch: Watch | None = None,
        *,
        refresh: bool = False,
        packs: Sequence[Path] = (),
        save_plan: Path | None = None,
    ) -> Preview:
        """What `up` would do; with `refresh`, after it has looked at what was changed outside of Pulumi; with
        `save_plan` Pulumi's own update plan is written to that file.

        Raises GateError when a mandatory policy of a pack says no.
        """
        plan = {} if save_plan is None else {"plan": str(save_plan.absolute())}
        return self._run("preview", watch, self._stack.preview, refresh=refresh or None, **plan, **self._packs(packs))

    def up(self, watch: Watch | None = None, *, packs: Sequence[Path] = (), plan: Path | None = None) -> Preview:
        """Makes the stack what the program says; with an update plan, nothing that the plan does not have.

        Raises CloudError when the cloud fails part-way, GateError when a mandatory policy of a pack says no, StaleError
        at the first step that the update plan does not have.
        """
        self._recover()
        held = {} if plan is None else {"plan": str(plan.absolute())}
        return self._run("up", watch, self._stack.up, **held, **self._options, **self._packs(packs))

    def refresh(self, watch: Watch | None = None) -> Preview:
        """Makes the state what the cloud says."""
        self._recover()
        return self._run("refresh", watch, self._stack.refresh)

    def read_anew(self, watch: Watch | None = None) -> tuple[Reading, ...]:
        """What the cloud says of each resource beside what the state has; neither is changed."""
        readings = RefreshReader()
        self._run("refresh preview", watch, self._stack.preview_refresh, also=readings.read)
        return readings.result()

    def destroy(self, watch: Watch | None = None, *, with_data: bool = False) -> Preview:
        """Deletes what is not protected, and nothing that protected resources depend on; all of it `with_data`."""
        self._recover()
        if with_data:
            self._release()
        return self._run("destroy", watch, self._stack.destroy, exclude_protected=not with_data, **self._options)

    def records(self) -> tuple[ResourceRecord, ...]:
        """The resources in the stack's state, ordered by URN, secrets masked."""
        return records_of(self._export())

    def _run(
        self,
        operation: str,
        watch: Watch | None,
        run: Callable[..., object],
        *,
        also: Callable[[Any], None] | None = None,
        **options: object,
    ) -> Preview:
        reader = EventReader(self._environment.stack)
        journal = self._journal if operation == "up" else None

        def on_event(event: Any) -> None:
            if journal is not None:
                journal.note(event)
            if also is not None:
                also(event)
            change = reader.read(event)
            if change is not None and watch is not None:
                watch(change, reader.finished)

        try:
            run(on_event=on_event, color="never", **options)
        except CommandError as failure:
            text = str(failure)
            if self._journal is not None and (self._restore() or is_doubtful(text)):
                self._journal.doubt()
        else:
            if journal is not None:
                journal.clear()
            return reader.result()
        finally:
            self._program.break_off()
        if self._program.error is not None:
            raise self._program.error
        raise engine_failure(operation, self._environment, reader.result(), text)

    def _packs(self, folders: Sequence[Path]) -> dict[str, Any]:
        """The Automation API's option for policy packs; absent where there are none."""
        found = policy_packs.executables(self._environment.project, folders)
        return {"policy_packs": [str(path) for path in found]} if found else {}

    def _recover(self) -> None:
        """On the sandbox, what a failed or killed command left is put right; elsewhere that is up to a person."""
        if self._journal is None:
            return
        if recovery.release_dead_locks(self._environment):
            self._say("a command on this stack was killed; its lock is released")
        if recovery.is_locked(self._environment):
            return
        restored = self._restore()
        pending = recovery.has_pending_operations(self._environment)
        begun = self._journal.read()
        if begun or pending:
            self._find_lost(begun)
        doubtful = self._journal.has_doubt()
        if pending:
            self._say("a command on this stack was killed while it changed resources; reading the cloud anew first")
        elif doubtful or restored:
            self._say("an earlier command did not see or keep what the cloud did; reading the cloud anew first")
        if pending or doubtful or restored:
            self._run("refresh", None, self._stack.refresh, clear_pending_creates=True)
        self._journal.clear()
        recovery.keep_state(self._environment)

    def _restore(self) -> bool:
        """Puts the last whole state in the place of one that was cut off; what the cloud has since is read later."""
        try:
            # Whoever holds the lock writes the state as well.
            restored = not recovery.is_locked(self._environment) and recovery.restore_state(self._environment)
        except OSError:
            # The disk is still full: the next command tries again.
            return False
        if restored:
            self._say("the state was cut off, as by a full disk; the last whole one is in its place")
        return restored

    def _find_lost(self, begun: tuple[Begun, ...]) -> None:
        deployment: Any = self._stack.export_stack()
        state = cast("lost.Deployment", deployment.deployment or {})
        deployment.deployment = state
        adopted = lost.adopt(state, (*begun, *lost.pending(state)), self._environment.project.sandbox)
        if adopted:
            self._stack.import_stack(deployment)
            self._say(f"made by an earlier command that never kept the answer, now in the state: {', '.join(adopted)}")

    def _export(self) -> Mapping[str, Any]:
        try:
            deployment: Any = self._stack.export_stack()
        except CommandError as failure:
            empty = EventReader(self._environment.stack).result()
            raise engine_failure("export", self._environment, empty, str(failure)) from None
        return cast("Mapping[str, Any]", deployment.deployment or {})

    def _release(self) -> None:
        """Lets go of protected data: the cloud's own guards first, by an update of just these resources, then Pulumi's.

        Taking `protect` off the state is not enough: a load balancer's deletion protection and a bucket that may not be
        emptied are properties of the resources.
        """
        guarded = self._guarded(self._stack.export_stack())
        if not guarded:
            return
        self._say(f"taking the protection off {len(guarded)} resources")
        with _environment(RELEASE_DATA, "1"):
            self._run("up", None, self._stack.up, target=[str(entry["urn"]) for entry in guarded])
        # What the program no longer has was not in that update.
        deployment: Any = self._stack.export_stack()
        left = self._guarded(deployment)
        for entry in left:
            entry.pop("protect", None)
            entry.pop("retainOnDelete", None)
        if left:
            self._stack.import_stack(deployment)

    def _guarded(self, deployment: Any) -> list[dict[str, Any]]:
        exported = cast("Mapping[str, Any]", deployment.deployment or {})
        resources = cast("list[dict[str, Any]]", exported.get("resources") or [])
        return [entry for entry in resources if _is_guarded(entry)]


def _is_guarded(entry: Mapping[str, Any]) -> bool:
    """Protected by Pulumi, or by the cloud where an earlier attempt took Pulumi's protection off already."""
    inputs = cast("Mapping[str, Any]", entry.get("inputs") or {})
    return bool(entry.get("protect") or entry.get("retainOnDelete") or inputs.get("enableDeletionProtection"))


@contextmanager
def _environment(name: str, value: str) -> Generator[None]:
    """Sets a variable of this process, which runs the program, for a while."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


class _Workspace(automation.LocalWorkspace):
    """Leaves which stack is selected for plain `pulumi` as it is: every command names its stack anyway."""

    def select_stack(self, stack_name: str) -> None:
        del stack_name


class _Stack(automation.Stack):
    """Asks the CLI for nothing after an operation: the events have told all there is to know."""

    def __init__(self, name: str, workspace: automation.LocalWorkspace) -> None:
        modes: Any = importlib.import_module("pulumi.automation._stack")
        super().__init__(name, workspace, modes.StackInitMode.SELECT)

    def outputs(self) -> automation.OutputMap:
        return {}

    def info(self, show_secrets: bool = False) -> automation.UpdateSummary | None:
        del show_secrets
        return cast("automation.UpdateSummary", _NOT_ASKED)


_NOT_ASKED = object()
