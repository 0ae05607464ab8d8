"""The file of the faults on request: a JSON list, each entry with the fields of its kind; mistakes name their line.

    [{"kind": "throttling", "type": "ec2.Vpc", "times": 2},
     {"kind": "insufficient-capacity", "machine_type": "g6.xlarge", "zone": "eu-west-1a", "times": "always"}]

POOLWRIGHT_SANDBOX_FAULTS names it, else it is `faults.json` in the sandbox's folder, where there is one.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

from poolwright.engine.sandbox.check import near_miss
from poolwright.engine.sandbox.faults import ALWAYS, Fault, FaultKind, Moment
from poolwright.engine.sandbox.machines import machine
from poolwright.engine.sandbox.quotas import DEFAULT_QUOTAS
from poolwright.engine.sandbox.rules.limits import LIMITS
from poolwright.engine.sandbox.rules.rule import Action
from poolwright.engine.sandbox.schema import resource_schema
from poolwright.engine.sandbox.sdk_source import module_tokens
from poolwright.engine.sandbox.store import default_folder
from poolwright.engine.sandbox.tokens import short_type, type_token
from solver.errors import ConfigError, Problem

FAULTS_VARIABLE: Final = "POOLWRIGHT_SANDBOX_FAULTS"

_REQUEST: Final = ("type", "name", "action", "after", "times")
FIELDS: Final[dict[FaultKind, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    FaultKind.THROTTLING: ((), _REQUEST),
    FaultKind.ERROR: (("code", "message"), _REQUEST),
    FaultKind.TIME_OUT: ((), (*_REQUEST, "moment")),
    FaultKind.CRASH: ((), (*_REQUEST, "moment")),
    FaultKind.SLOW: (("seconds",), (*_REQUEST, "moment")),
    FaultKind.INSUFFICIENT_CAPACITY: ((), ("machine_type", "zone", "after", "times")),
    FaultKind.SPOT_INTERRUPTION: ((), ("machine_type", "zone", "after", "times")),
    FaultKind.ZONE_LOST: (("zone",), ("type", "after", "times")),
    FaultKind.QUOTA_REACHED: (("quota",), ("after", "times")),
    FaultKind.NOT_YET_VISIBLE: (("type",), ("name", "after", "times")),
    FaultKind.CHANGED_OUTSIDE: (("type", "set"), ("name", "after", "times")),
    FaultKind.DELETED_OUTSIDE: (("type",), ("name", "after", "times")),
    FaultKind.DOCKER_HOST_GONE: (("host",), ("after", "times", "moment")),
    FaultKind.SMOKE_FAILS: ((), ("name", "after", "times")),
}
"""Fields that an entry of each kind must have, and may have, beside `kind`."""
_ZONE: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d[a-z]|[a-z]+\d-az\d+")
_COUNTED: Final = tuple(sorted({limit.quota for limits in LIMITS.values() for limit in limits}))


def fault_file(folder: Path | None = None) -> Path | None:
    """The file that names the faults of a sandbox's folder; None when none are asked for."""
    chosen = os.environ.get(FAULTS_VARIABLE)
    path = Path(chosen) if chosen else (folder or default_folder()) / "faults.json"
    return path if chosen or path.is_file() else None


def load_faults(path: Path | None) -> tuple[Fault, ...]:
    """The faults of a file, in its order; raises ConfigError with all its mistakes."""
    if path is None:
        return ()
    problems: list[Problem] = []
    faults: list[Fault] = []
    for number, (line, entry) in enumerate(_entries(path)):
        wrong = list(_mistakes(entry))
        problems += [
            Problem(
                file=str(path),
                line=line,
                path=f"[{number}]{field and f'.{field}'}",
                found=found,
                allowed=allowed,
                hint=hint.strip() or None,
            )
            for field, found, allowed, hint in wrong
        ]
        if not wrong:
            faults.append(_fault(cast("dict[str, Any]", entry)))
    if problems:
        raise ConfigError(problems)
    return tuple(faults)


def _entries(path: Path) -> list[tuple[int, object]]:
    """The list's entries, each with its line."""
    try:
        text = path.read_text(encoding="utf-8")
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError([Problem(file=str(path), line=error.lineno, allowed=f"JSON: {error.msg}")]) from None
    except (OSError, ValueError) as error:
        raise ConfigError([Problem(file=str(path), allowed=f"a JSON file that can be read: {error}")]) from None
    if not isinstance(whole, list):
        raise ConfigError([Problem(file=str(path), line=1, found=type(whole).__name__, allowed="a list of faults")])
    entries: list[tuple[int, object]] = []
    position = text.index("[") + 1
    for _ in cast("list[object]", whole):
        position += len(text[position:]) - len(text[position:].lstrip(" \t\r\n,"))
        entry, end = json.JSONDecoder().raw_decode(text, position)
        entries.append((text.count("\n", 0, position) + 1, entry))
        position = end
    return entries


_Mistake = tuple[str, str | None, str, str]
"""Field, what was found, what is allowed, and a hint."""


def _mistakes(entry: object) -> Iterator[_Mistake]:
    kinds = [kind.value for kind in FaultKind]
    if not isinstance(entry, dict):
        yield "", json.dumps(entry), 'an object like {"kind": "throttling"}', ""
        return
    given = cast("dict[str, object]", entry)
    kind = given.get("kind")
    if kind not in kinds:
        found = None if kind is None else json.dumps(kind)
        yield "kind", found, f"one of {', '.join(kinds)}", near_miss(str(kind), kinds)
        return
    needed, more = FIELDS[FaultKind(kind)]
    for name in needed:
        if name not in given:
            yield name, None, f"a fault of the kind {kind} needs it", ""
    for name, value in given.items():
        if name == "kind":
            continue
        if name not in needed and name not in more:
            yield name, json.dumps(value), f"{', '.join((*needed, *more))} for the kind {kind}", near_miss(name, more)
        else:
            yield from _value_mistakes(name, value)


def _value_mistakes(name: str, value: object) -> Iterator[_Mistake]:
    shown = json.dumps(value)
    match name:
        case "after" if not _is_count(value, 0):
            yield name, shown, "a whole number, 0 or more", ""
        case "times" if value != "always" and not _is_count(value, 1):
            yield name, shown, 'a whole number, 1 or more, or "always"', ""
        case "seconds" if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 3600:
            yield name, shown, "seconds, 0 to 3600", ""
        case "action" if value not in [action.name.lower() for action in Action]:
            yield name, shown, "create, update or delete", ""
        case "moment" if value not in [moment.value for moment in Moment]:
            yield name, shown, "before or after AWS has done it", ""
        case "set" if not _is_object(value):
            yield name, shown, "an object, property → value", ""
        case "quota" if value not in _COUNTED:
            hint = near_miss(str(value), _COUNTED)
            if value in DEFAULT_QUOTAS:
                hint = "This one takes a number in quotas.json"
            yield name, shown, f"one of {', '.join(_COUNTED)}", hint
        case "zone" if not isinstance(value, str) or not _ZONE.fullmatch(value):
            yield name, shown, "a zone's name or id, eu-west-1a or euw1-az1", ""
        case "machine_type" if not isinstance(value, str) or machine(value) is None:
            yield name, shown, "a machine type of the catalog, g6.xlarge", ""
        case "type":
            yield from _type_mistakes(value)
        case "name" | "code" | "message" | "host" if not isinstance(value, str) or not value:
            yield name, shown, "a text", ""
        case _:
            pass


def _type_mistakes(value: object) -> Iterator[_Mistake]:
    token = _token(value)
    if token is None or resource_schema(token) is None:
        module = "" if token is None else token.split(":")[1].partition("/")[0]
        names = [short_type(known) for known in module_tokens(module)] if module else []
        yield "type", json.dumps(value), "a resource type like ec2.Vpc", near_miss(str(value), names)


def _token(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    if re.fullmatch(r"(aws|docker):\w+/\w+:\w+", value):
        return value
    return type_token(value) if re.fullmatch(r"\w+\.\w+", value) else None


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _fault(entry: dict[str, Any]) -> Fault:
    kind = FaultKind(entry["kind"])
    named = entry.get("type", "")
    times = entry.get("times", 1)
    return Fault(
        kind=kind,
        type=short_type(named) if ":" in named else named,
        name=entry.get("name", ""),
        action=Action[entry.get("action", "create").upper()],
        after=entry.get("after", 0),
        times=ALWAYS if times == "always" else times,
        moment=Moment(entry.get("moment", "before" if kind is FaultKind.DOCKER_HOST_GONE else "after")),
        seconds=float(entry.get("seconds", 0)),
        code=entry.get("code", ""),
        message=entry.get("message", ""),
        machine_type=entry.get("machine_type", ""),
        zone=entry.get("zone", ""),
        quota=entry.get("quota", ""),
        host=entry.get("host", ""),
        set=entry.get("set", {}),
    )
