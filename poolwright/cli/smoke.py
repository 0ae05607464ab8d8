"""Smoke tests around `up`: asked once it is done, and what ran before is built again when they fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from poolwright.cli import console
from solver.errors import ExitCode, PoolwrightError

if TYPE_CHECKING:
    from poolwright.engine.automation import Engine
    from poolwright.engine.preview import Preview
    from poolwright.engine.project import Project
    from poolwright.release.good_locks import GoodLock
    from poolwright.release.smoke import SmokeResult
    from solver.demand.smoke import SmokeTest


@dataclass(frozen=True, kw_only=True)
class Before:
    """What is known before an `up`."""

    tests: Mapping[str, SmokeTest] = field(default_factory=dict[str, "SmokeTest"])
    running: str | None = None
    """Digest of the lock that the stack was built from last; None when there are no tests, or it never was."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What came of an `up`, or of a rollback, as its smoke tests say."""

    results: tuple[SmokeResult, ...] = ()
    rolled_back_to: str | None = None
    """Digest of the lock that was built again."""
    after_rollback: tuple[SmokeResult, ...] = ()
    rollback_error: PoolwrightError | None = None
    """Why the way back ended half-way."""
    lines: tuple[str, ...] = ()
    exit_code: ExitCode = ExitCode.DONE

    @property
    def record(self) -> dict[str, Any]:
        """For the command's JSON."""
        return {
            "smoke": records_of(self.results),
            "rolled_back_to": self.rolled_back_to,
            "smoke_after_rollback": records_of(self.after_rollback),
            "rollback_error": None if self.rollback_error is None else console.error_record(self.rollback_error),
        }


def tests_of(project: Project, stack: str) -> Mapping[str, SmokeTest]:
    """The demand's smoke tests; none where the demand can't be read."""
    from solver.inputs import read_inputs

    try:
        return read_inputs(project.root, stack).loaded.demand.smoke
    except PoolwrightError:
        return {}


def before_up(project: Project, stack: str, engine: Engine) -> Before:
    """The smoke tests, and what a failure goes back to."""
    from poolwright.cli.engine_commands import stack_outputs
    from poolwright.release.good_locks import running_digest

    tests = tests_of(project, stack)
    return Before(tests=tests, running=running_digest(stack_outputs(engine)) if tests else None)


def after_up(project: Project, stack: str, result: Preview, before: Before, *, cloud: str, roll_back: bool) -> Ended:
    """Asks the tests; a lock that passes is kept as good, one that fails makes room for the one before it."""
    from poolwright.release import good_locks

    results = ask(project, stack, before.tests, result.outputs, cloud=cloud)
    if all(each.passed for each in results):
        good_locks.keep(project, cloud, stack)
        return Ended(results=results, lines=tuple(lines_of(results)))
    now = good_locks.running_digest(result.outputs)
    refused = "smoke tests failed"
    if not roll_back:
        why = f"{refused}; --no-rollback leaves the stack as it is"
    elif before.running is None or before.running == now:
        why = f"{refused}, and the same lock ran before: there is nothing to go back to"
    else:
        good = good_locks.lock_with(project, cloud, stack, before.running)
        if good is not None:
            return _gone_back(project, stack, results, before, good, now, cloud=cloud)
        why = (
            f"{refused}; the lock that ran before, {before.running}, is neither in this checkout nor in its git "
            "history: in CI, fetch the whole history"
        )
    return Ended(results=results, lines=(*lines_of(results), why), exit_code=ExitCode.REFUSED)


def _gone_back(
    project: Project,
    stack: str,
    results: tuple[SmokeResult, ...],
    before: Before,
    good: GoodLock,
    now: str | None,
    *,
    cloud: str,
) -> Ended:
    from poolwright.cli.engine_commands import build_lock
    from poolwright.release.good_locks import leaving, lock_file

    console.say(f"smoke tests failed: going back to release {good.release}, lock {good.digest[:19]} ({good.found})")
    where = "" if cloud == "sandbox" else f" --cloud {cloud}"
    try:
        built = build_lock(
            project, stack, lock_file(project, good.digest), cloud=cloud, leaving=leaving(project, cloud, stack, now)
        )
    except PoolwrightError as error:
        # What the tests said must not be lost with it.
        failed = (
            *lines_of(results),
            f"the way back FAILED: {error}",
            f"{stack} is between the two: `poolwright rollback {stack} --to {good.digest[:19]}{where}` goes on",
        )
        return Ended(results=results, rollback_error=error, lines=failed, exit_code=error.exit_code)
    again = ask(project, stack, before.tests, built.outputs, cloud=cloud)
    healthy = all(each.passed for each in again)
    after = "whose smoke tests pass" if healthy else "whose smoke tests FAIL TOO"
    lines = (
        *lines_of(results),
        f"rolled back: {stack} runs release {good.release}, lock {good.digest[:19]} again, {after}",
        *(lines_of(again) if not healthy else ()),
        f"the files still say otherwise: revert or mend the change; `poolwright up {stack}{where}` tries them again",
    )
    return Ended(
        results=results,
        rolled_back_to=good.digest,
        after_rollback=again,
        lines=lines,
        exit_code=ExitCode.REFUSED,
    )


def ask(
    project: Project, stack: str, tests: Mapping[str, SmokeTest], outputs: Mapping[str, Any], *, cloud: str
) -> tuple[SmokeResult, ...]:
    """Asks each test, and says on standard error what came of it."""
    from poolwright.release.smoke import run_tests, status_of

    results: list[SmokeResult] = []
    for key, test in tests.items():
        ask_one = status_of if cloud != "sandbox" else _sandbox(project, key, test)
        results += run_tests({key: test}, outputs, folder=project.root, ask=ask_one)
        console.say(next(iter(lines_of(results[-1:]))))
    return tuple(results)


def _sandbox(project: Project, key: str, test: SmokeTest) -> Any:
    from poolwright.engine.sandbox.fault_file import fault_file, load_faults
    from poolwright.engine.sandbox.faults import FaultKind, Faults
    from poolwright.engine.sandbox.store import Store
    from poolwright.release.smoke import on_sandbox

    asked = load_faults(fault_file(project.sandbox))
    faults = Faults(asked, Store(project.home, "smoke"))
    mine = [fault for fault in faults.of(FaultKind.SMOKE_FAILS) if fault.name in ("", key)]
    return on_sandbox(lambda: any(faults.strikes(fault) for fault in mine), test.status)


def lines_of(results: Sequence[SmokeResult]) -> Iterator[str]:
    """One line for each test."""
    for each in results:
        word = "passed" if each.passed else "FAILED"
        times = "" if each.attempts == 1 else f", after {each.attempts} attempts"
        yield f"smoke {each.key}: {word}{times}: {each.asked}: {each.said}"


def records_of(results: Sequence[SmokeResult]) -> list[dict[str, Any]]:
    """For JSON."""
    return [
        {
            "key": each.key,
            "asked": each.asked,
            "passed": each.passed,
            "said": each.said,
            "attempts": each.attempts,
        }
        for each in results
    ]
