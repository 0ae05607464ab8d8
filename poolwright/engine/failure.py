"""From what the engine said before it failed to the one error that tells the user what happened and what to do."""

from __future__ import annotations

import re

from poolwright.engine.advice import is_disk_full, remedies
from poolwright.engine.environment import Cloud, EngineEnvironment
from poolwright.engine.preview import Diagnostic, Preview, Severity
from solver.errors import CloudError, EngineError, GateError, PoolwrightError, StaleError

_MESSAGES_SHOWN = 10
_NAMES_SHOWN = 3
_INLINE_PREFIX = re.compile(r"^python inline source runtime error: ")
_CHANGES_STATE = ("up", "refresh", "destroy")


def engine_failure(operation: str, environment: EngineEnvironment, seen: Preview, output: str) -> PoolwrightError:
    """The error for a failed operation: locked, refused by a policy, failed in the cloud, or failed in the engine."""
    stack = environment.stack
    if "is currently locked by" in output:
        return _locked(environment, output)
    if re.search(r"no stack named|stack '[^']*' not found", output):
        return EngineError(
            f"there is no stack {stack} in the backend yet", hint=f"create it: pulumi stack init {stack}"
        )
    if "failed to load checkpoint" in output and environment.cloud is Cloud.SANDBOX:
        return EngineError(
            f"the state of {stack} was cut off, as by a full disk",
            hint=f"`poolwright refresh {stack}` puts it together again, from the last whole one and the cloud",
        )
    errors = _distinct([item for item in seen.diagnostics if item.severity is Severity.ERROR])
    if unplanned := [text for text in errors if "violates plan" in text]:
        return StaleError(
            f"{operation} {stack}: what is to be done now is not what the update plan has{_listed(unplanned)}",
            hint="nothing outside of the plan was done: preview again, review, save a new plan",
        )
    mandatory = [finding for finding in seen.findings if finding.mandatory]
    if mandatory:
        lines = "".join(f"\n  - {finding.policy}: {finding.message} ({finding.urn})" for finding in mandatory)
        return GateError(f"{operation} {stack}: {len(mandatory)} mandatory policies say no{lines}")
    known = remedies([*errors, *([] if errors else [output])], environment)
    again = f"poolwright {operation} {stack}" + ("" if environment.cloud is Cloud.SANDBOX else " --cloud aws")
    if operation in _CHANGES_STATE and is_disk_full("\n".join((*errors, output))):
        return EngineError(
            f"{operation} {stack}: the state could not be written{_listed(errors)}",
            hint=_steps([*known, f"then `{again}` goes on from here"]),
        )
    if seen.failed and operation in _CHANGES_STATE:
        done = len(seen.changed) - len(seen.failed)
        return CloudError(
            f"{operation} {stack}: the cloud failed at {len(seen.failed)} of the resources, after {done} were done"
            f"{_listed(errors)}",
            hint=_steps([*known, f"state is whole: mend the cause, then `{again}` goes on from here"]),
        )
    if errors:
        return EngineError(f"{operation} {stack} failed{_listed(errors)}", hint=_steps(known))
    return EngineError(f"{operation} {stack} failed: {_command_text(output)}", hint=_steps(known))


def _locked(environment: EngineEnvironment, output: str) -> EngineError:
    holder = re.search(r"created by ([^\n]+)", output)
    by = f" ({holder[1].strip()})" if holder else ""
    if environment.cloud is Cloud.SANDBOX:
        return EngineError(
            f"stack {environment.stack} is locked by another command{by}",
            hint="wait for it, or end that process: the next command then releases its lock and goes on from there",
        )
    return EngineError(
        f"stack {environment.stack} is locked by another command{by}",
        hint=f"wait for it; if it is dead: pulumi cancel --stack {environment.stack}, then "
        f"pulumi refresh --clear-pending-creates --stack {environment.stack}, then try again",
    )


def _distinct(errors: list[Diagnostic]) -> list[str]:
    """Messages in order, each once with all that it is about, without the engine's closing remark that it failed."""
    messages: dict[str, list[str]] = {}
    for error in errors:
        text = _INLINE_PREFIX.sub("", error.message)
        if text in ("update failed", "preview failed", "refresh failed", "destroy failed"):
            continue
        name = error.urn.rpartition("::")[2]
        is_resource = name and "pulumi:pulumi:Stack" not in error.urn
        about = messages.setdefault(text, [])
        if is_resource and name not in about:
            about.append(name)
    return [f"{_named(about)}: {text}" if about else text for text, about in messages.items()]


def _named(names: list[str]) -> str:
    shown = names[:_NAMES_SHOWN]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} more" if len(names) > len(shown) else "")


def _listed(messages: list[str]) -> str:
    shown = "".join(f"\n  - {_indented(message)}" for message in messages[:_MESSAGES_SHOWN])
    more = len(messages) - _MESSAGES_SHOWN
    return shown if more <= 0 else f"{shown}\n  … and {more} more"


def _steps(steps: list[str]) -> str | None:
    """One line for each thing to know or do."""
    return "\n        ".join(steps) or None


def _indented(message: str) -> str:
    return message.strip().replace("\n", "\n    ")


def _command_text(output: str) -> str:
    """What the CLI itself wrote on standard error, where no event told anything."""
    _, found, text = output.partition("stderr:")
    lines = [line for line in (text if found else output).strip().splitlines() if line.strip()]
    return "\n  ".join(lines[-_MESSAGES_SHOWN:]) or "it gave no reason"
