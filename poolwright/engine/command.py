"""Runs the Pulumi CLI for the Automation API, in a session of its own that always ends with the command.

An interrupt is passed to the CLI alone, which then finishes the steps that are under way, writes its state and gives
back its lock; a second one ends it and everything it started at once.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from pulumi.automation import CommandResult, PulumiCommand
from pulumi.automation.errors import create_command_error
from semver import VersionInfo

from poolwright.engine.environment import EngineEnvironment

OnOutput = Callable[[str], object]


class EngineCommand(PulumiCommand):
    """The CLI of an engine environment; the version is known, so it is not asked for again."""

    def __init__(self, environment: EngineEnvironment, say: Callable[[str], None]) -> None:
        self.command = str(environment.cli.path)
        self.version = VersionInfo.parse(environment.cli.version)
        self._environment = environment
        self._say = say

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        """As PulumiCommand.run; raises KeyboardInterrupt after the CLI has ended, when one came meanwhile."""
        environment = self._environment.complete({**os.environ, **additional_env})
        environment["PULUMI_AUTOMATION_API"] = "true"
        out: list[str] = []
        err: list[str] = []
        process = subprocess.Popen(
            [self.command, "--non-interactive", *args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=environment,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        readers = [
            threading.Thread(target=_read, args=(process.stdout, on_output, out), daemon=True),
            threading.Thread(target=_read, args=(process.stderr, on_error, err), daemon=True),
        ]
        for reader in readers:
            reader.start()
        interrupted = self._wait(process)
        for reader in readers:
            reader.join(timeout=5)
        # Plugins end with the CLI; one that does not (the CLI was killed) must not stay behind.
        _end_session(process.pid)
        if interrupted:
            raise KeyboardInterrupt
        result = CommandResult(stdout="\n".join(out), stderr="\n".join(err), code=process.returncode)
        if process.returncode != 0:
            raise create_command_error(result)
        return result

    def _wait(self, process: subprocess.Popen[str]) -> bool:
        interrupts = 0
        while True:
            try:
                process.wait()
                return interrupts > 0
            except KeyboardInterrupt:
                interrupts += 1
                if interrupts == 1:
                    self._say("interrupted: finishing the steps that are under way; once more ends them at once")
                    with contextlib.suppress(ProcessLookupError):
                        process.send_signal(signal.SIGINT)
                else:
                    _end_session(process.pid)


def _read(stream: IO[str], callback: OnOutput | None, lines: list[str]) -> None:
    with stream:
        for line in stream:
            text = line.rstrip()
            lines.append(text)
            if callback is not None:
                callback(text)


def _end_session(leader: int) -> None:
    """Kills what is left of a session; the CLI puts each plugin into a process group of its own inside it."""
    groups = {leader}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The command's name, in brackets, may hold anything; after it come state, parent, group and session.
            fields = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == leader:
                groups.add(int(fields[2]))
    for group in sorted(groups):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
