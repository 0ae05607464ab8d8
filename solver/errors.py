"""What can go wrong, as a tree; each error knows the exit code that a command ends with.

PoolwrightError            1  the engine or the program failed
├── InputError             2  bad input; holds one Problem for each mistake
│   ├── DemandError           a stack's demand files
│   ├── CatalogError          the price and machine tables
│   ├── LockError             a lock that can't be read
│   └── ConfigError           arguments and Pulumi configuration
├── InfeasibleError        3  the requirements can't hold together
├── StaleError             4  the lock or a price table is older than its inputs or its allowed age
├── GateError              5  a gate, a check or a budget says no
├── CloudError             6  the cloud failed part-way; state is whole
└── EngineError            1  the Pulumi engine can't be found or failed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """The codes that CI can rely on."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    INFEASIBLE = 3
    STALE = 4
    REFUSED = 5
    CLOUD = 6


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake in one place: where it is, what was found, what is allowed, what to do."""

    file: str
    """Path as the user would type it; empty when the input is no file."""
    line: int | None = None
    """1-based line; None where the file has no lines."""
    path: str = ""
    """Dotted path of the field, `workloads.search.memory`."""
    found: str | None = None
    """The value as it stands in the file."""
    allowed: str
    """What would be accepted."""
    hint: str | None = None
    """One sentence: the likely remedy."""

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        head = " ".join(part for part in (where, self.path) if part)
        body = self.allowed if self.found is None else f"found {self.found}; {self.allowed}"
        text = f"{head}: {body}" if head else body
        return text if self.hint is None else f"{text}. {self.hint}"


def first_of(problems: Sequence[Problem], most: int) -> list[Problem]:
    """So many of the mistakes, and then how many more there are."""
    if len(problems) <= most:
        return list(problems)
    last = problems[most - 1]
    rest = f"{len(problems) - most:,} more mistakes are not listed"
    return [*problems[:most], Problem(file=last.file, line=last.line, path="~", allowed=rest)]


class PoolwrightError(Exception):
    """Something that a user can act on; its text is shown as it is, without a traceback."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message}\n  hint: {hint}")
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """An error comes whole from another process: by what it holds, not by what it was made from."""
        return (_as_it_was, (type(self), self.args), self.__dict__)


def _as_it_was(kind: type[PoolwrightError], args: tuple[object, ...]) -> PoolwrightError:
    error = kind.__new__(kind)
    error.args = args
    return error


class InputError(PoolwrightError):
    """All mistakes found in one reading of an input, in the order of file and line."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(
            sorted(problems, key=lambda problem: (problem.file, problem.line or 0, problem.path))
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DemandError(InputError):
    """A stack's demand can't be read or contradicts itself."""


class CatalogError(InputError):
    """A catalog table has a row that can't be right, or a name that it does not hold was asked for."""


class LockError(InputError):
    """A lock file can't be read."""


class ConfigError(InputError):
    """An argument or a Pulumi configuration value is wrong."""


@dataclass(frozen=True)
class Member:
    """One requirement of a conflict."""

    words: str
    """As the demand file has it: `limits.node_groups: 1`."""
    frees: str | None = None
    """What instead of it would give a plan, `limits.node_groups: 2 would do`; None where nobody looked."""

    def __str__(self) -> str:
        return self.words if self.frees is None else f"{self.words}; {self.frees}"


class InfeasibleError(PoolwrightError):
    """The requirements can't hold together; `conflict` is the smallest set that can't, in the demand file's words.

    `also` has further conflicts, which stand even where the first one is solved.
    """

    exit_code = ExitCode.INFEASIBLE

    def __init__(
        self,
        message: str,
        *,
        conflict: Sequence[str | Member] = (),
        also: Sequence[Sequence[Member]] = (),
        hint: str | None = None,
    ) -> None:
        self.members: tuple[Member, ...] = tuple(Member(each) if isinstance(each, str) else each for each in conflict)
        self.also: tuple[tuple[Member, ...], ...] = tuple(tuple(each) for each in also)
        text = message + "".join(f"\n  - {member}" for member in self.members)
        for members in self.also:
            text += "\n  and besides:" + "".join(f"\n  - {member}" for member in members)
        super().__init__(text, hint=hint)
        self.summary = message
        self.conflict: tuple[str, ...] = tuple(member.words for member in self.members)


class StaleError(PoolwrightError):
    """The lock or a price table is older than its inputs or its allowed age."""

    exit_code = ExitCode.STALE


class GateError(PoolwrightError):
    """A gate, a check or a budget says no."""

    exit_code = ExitCode.REFUSED


class CloudError(PoolwrightError):
    """The cloud failed part-way; state is whole and the next `up` goes on."""

    exit_code = ExitCode.CLOUD


class EngineError(PoolwrightError):
    """The Pulumi engine can't be found, or it failed for a reason that is not the cloud's."""
