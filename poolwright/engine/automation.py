"""preview, up, refresh and destroy of a stack, through Pulumi's Automation API with the program run in this process.

The engine works in the project's folder with its `Pulumi.yaml`, so it is the same stack that plain `pulumi` sees. It
writes its state after every step: `PULUMI_SKIP_CHECKPOINTS` would save time, and is not used, since then a killed
engine forgets everything that it had done; journaling is for Pulumi's own service alone.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, cast

from pulumi import automation
from pulumi.automation.errors import CommandError

from poolwright.engine import recovery
from poolwright.engine.command import EngineCommand
from poolwright.engine.environment import Cloud, EngineEnvironment
from poolwright.engine.events import EventReader
from poolwright.engine.failure import engine_failure
from poolwright.engine.preview import Preview, ResourceChange, ResourceRecord, records_of
from poolwright.engine.program import InlineProgram

Say = Callable[[str], None]
Watch = Callable[[ResourceChange, int], None]
"""Called with each change that begins or ends, and the number of steps that are done."""


class Engine:
    """The Pulumi engine on one stack of one cloud."""

    def __init__(self, environment: EngineEnvironment, build: Callable[[], None], say: Say) -> None:
        self._environment = environment
        self._program = InlineProgram(build)
        self._say = say
        project = environment.project
        command = EngineCommand(environment, say)
        workspace = _Workspace(work_dir=str(project.root), program=cast("Any", self._program), pulumi_command=command)
        self._stack = _Stack(environment.stack, workspace)

    def preview(self, watch: Watch | None = None) -> Preview:
        """What `up` would do."""
        return self._run("preview", watch, self._stack.preview)

    def up(self, watch: Watch | None = None) -> Preview:
        """Makes the stack what the program says; raises CloudError when the cloud fails part-way."""
        self._recover()
        return self._run("up", watch, self._stack.up)

    def refresh(self, watch: Watch | None = None) -> Preview:
        """Makes the state what the cloud says."""
        self._recover()
        return self._run("refresh", watch, self._stack.refresh)

    def destroy(self, watch: Watch | None = None, *, with_data: bool = False) -> Preview:
        """Deletes what is not protected, and nothing that protected resources depend on; all of it `with_data`."""
        self._recover()
        if with_data:
            self._unprotect()
        return self._run("destroy", watch, self._stack.destroy, exclude_protected=not with_data)

    def records(self) -> tuple[ResourceRecord, ...]:
        """The resources in the stack's state, ordered by URN, secrets masked."""
        return records_of(self._export())

    def _run(self, operation: str, watch: Watch | None, run: Callable[..., object], **options: object) -> Preview:
        reader = EventReader(self._environment.stack)

        def on_event(event: Any) -> None:
            change = reader.read(event)
            if change is not None and watch is not None:
                watch(change, reader.finished)

        try:
            run(on_event=on_event, color="never", **options)
        except CommandError as failure:
            text = str(failure)
        else:
            return reader.result()
        finally:
            self._program.break_off()
        if self._program.error is not None:
            raise self._program.error
        raise engine_failure(operation, self._environment, reader.result(), text)

    def _recover(self) -> None:
        """On the sandbox, what a killed command left is put right; elsewhere that is a person's decision."""
        if self._environment.cloud is not Cloud.SANDBOX:
            return
        if recovery.release_dead_locks(self._environment):
            self._say("a command on this stack was killed; its lock is released")
        if recovery.has_pending_operations(self._environment):
            self._say("a command on this stack was killed while creating resources; reading the cloud anew first")
            self._run("refresh", None, self._stack.refresh, clear_pending_creates=True)

    def _export(self) -> Mapping[str, Any]:
        try:
            deployment: Any = self._stack.export_stack()
        except CommandError as failure:
            empty = EventReader(self._environment.stack).result()
            raise engine_failure("export", self._environment, empty, str(failure)) from None
        return cast("Mapping[str, Any]", deployment.deployment or {})

    def _unprotect(self) -> None:
        """Takes protection, and the wish to keep what leaves the state, off every resource in the state."""
        deployment: Any = self._stack.export_stack()
        exported = cast("Mapping[str, Any]", deployment.deployment or {})
        resources = cast("list[dict[str, Any]]", exported.get("resources") or [])
        guarded = [entry for entry in resources if entry.get("protect") or entry.get("retainOnDelete")]
        if not guarded:
            return
        for entry in guarded:
            entry.pop("protect", None)
            entry.pop("retainOnDelete", None)
        self._say(f"took the protection off {len(guarded)} resources")
        self._stack.import_stack(deployment)


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
