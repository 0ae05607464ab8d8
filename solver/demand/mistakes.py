"""pydantic's errors and a demand's contradictions → one Problem each: file, line, path, what was found, is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from pydantic import BaseModel, TypeAdapter, ValidationError

from solver.demand.content import Content
from solver.demand.demand import Demand, Location, Site
from solver.demand.fields import Declared, Place, declared, place_of
from solver.demand.load import FORMS
from solver.demand.located import Located, Steps, problem_at, shown_path
from solver.demand.references import CONTRADICTIONS, Contradiction, find_contradictions
from solver.demand.storage import StorageClaim
from solver.demand.words import allowed_words, choices_of, either, nearest, remedy
from solver.demand.workloads import Workload
from solver.errors import Problem
from solver.quantity import QuantityError

MAX_PROBLEMS = 200
"""More are counted, not listed."""

Entry = TypeVar("Entry")


def mistakes(content: Content, error: ValidationError) -> list[Problem]:
    """One problem for each mistake; what follows from another mistake only is left out.

    pydantic looks at what parts say about each other only when each part is right; here that is done for the parts that
    are, so that one reading shows all mistakes.
    """
    tree = content.tree
    details = [cast("Mapping[str, Any]", each) for each in error.errors(include_url=False, include_input=False)]
    for detail in details:
        if detail["type"] == CONTRADICTIONS:
            return _contradictions(tree, cast("Sequence[Contradiction]", detail["ctx"]["contradictions"]))
    problems = _listed(tree, details[:MAX_PROBLEMS])
    sections = [content.plain.get(name, {}) for name in ("sites", "workloads", "storage", "locations")]
    if all(isinstance(section, dict) for section in sections):
        sites = _right_entries(sections[0], TypeAdapter(Site))
        workloads = _right_entries(sections[1], TypeAdapter[Workload](Workload))
        storage = _right_entries(sections[2], TypeAdapter[StorageClaim](StorageClaim))
        locations = _right_entries(sections[3], TypeAdapter(Location))
        problems += _contradictions(tree, find_contradictions(sites, workloads, storage, locations=locations))
    if len(details) > MAX_PROBLEMS:
        last = max(problems, key=lambda problem: (problem.file, problem.line or 0, problem.path))
        rest = f"{len(details) - MAX_PROBLEMS} more mistakes are not listed"
        problems[problems.index(last)] = replace(last, hint=rest if last.hint is None else f"{last.hint} {rest}")
    return problems


def mistakes_of(tree: Located, error: ValidationError, record: type[BaseModel]) -> list[Problem]:
    """One problem for each mistake in a file whose root is such a record."""
    details = [cast("Mapping[str, Any]", each) for each in error.errors(include_url=False, include_input=False)]
    return _listed(tree, details[:MAX_PROBLEMS], record)


def _contradictions(tree: Located, contradictions: Iterable[Contradiction]) -> list[Problem]:
    return [problem_at(tree, each.path, each.allowed, found=each.found, hint=each.hint) for each in contradictions]


def _right_entries(section: Mapping[str, object], adapter: TypeAdapter[Entry]) -> dict[str, Entry | None]:
    """The entries of a section, None for those that are wrong."""
    entries: dict[str, Entry | None] = {}
    for name, entry in section.items():
        try:
            entries[name] = adapter.validate_json(json.dumps(entry), strict=True)
        except ValidationError:
            entries[name] = None
    return entries


def _listed(tree: Located, details: Sequence[Mapping[str, Any]], record: type[BaseModel] = Demand) -> list[Problem]:
    placed = [(place_of(record, tuple(detail["loc"])), detail) for detail in details]
    with_errors = [place.path for place, _ in placed]
    problems: list[Problem] = []
    seen: set[tuple[str | int, ...]] = set()
    for place, detail in placed:
        if place.is_member or detail["type"] in ("too_short", "too_long"):
            if place.path in seen or any(_is_below(other, place.path) for other in with_errors):
                continue
            seen.add(place.path)
        problems.append(_problem(tree, place, detail))
    return problems


def _is_below(path: Steps, above: Steps) -> bool:
    return len(path) > len(above) and tuple(path[: len(above)]) == tuple(above)


def _problem(tree: Located, place: Place, detail: Mapping[str, Any]) -> Problem:
    kind = cast("str", detail["type"])
    cause = cast("object", detail.get("ctx", {}).get("error"))
    path = place.path
    there = tree.at(path)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _tag_problem(tree, place)
    if place.is_key:
        words = str(cause) if isinstance(cause, ValueError) else f"{allowed_words(place.declared)} is allowed"
        return problem_at(tree, path, words, found=f'the key "{path[-1]}"')
    if kind == "missing":
        return problem_at(tree, path, f"{allowed_words(place.declared)} is needed", found="nothing")
    if kind == "extra_forbidden":
        return _unknown_key(tree, place)
    if isinstance(cause, QuantityError):
        hint = f"Did you mean {cause.meant}?" if cause.meant else None
        return problem_at(tree, path, cause.allowed, hint=hint)
    if isinstance(cause, ValueError):
        return problem_at(tree, path, str(cause), hint=_inherited_form(tree, path))
    wanted = _declared_at(place)
    found = there.shown() if there is not None else None
    hint = remedy(wanted, there.value, there.text) if there is not None else None
    return problem_at(tree, path, f"{allowed_words(wanted)} is allowed", found=found, hint=hint)


def _declared_at(place: Place) -> Declared:
    """The type of the field itself, where the error is of one member of a union."""
    if not place.is_member or place.record is None:
        return place.declared
    return declared(place.record.model_fields[str(place.path[-1])])


def _tag_problem(tree: Located, place: Place) -> Problem:
    key = place.declared.discriminator or "kind"
    tags = [
        choice
        for member in place.declared.members
        if member.model is not None
        for choice in choices_of(declared(member.model.model_fields[key]))
    ]
    path = (*place.path, key)
    there = tree.at(path)
    if there is None:
        return problem_at(tree, path, f"{either(tags)} is needed", found="nothing")
    meant = nearest(there.text, tags)
    return problem_at(
        tree, path, f"{either(tags)} is allowed", hint=f"Did you mean {meant}?" if meant is not None else None
    )


def _unknown_key(tree: Located, place: Place) -> Problem:
    key = str(place.path[-1])
    keys = list(place.record.model_fields) if place.record is not None else []
    meant = nearest(key, keys)
    hint = f"Did you mean {meant}?" if meant is not None else None
    return problem_at(tree, place.path, f"one of {', '.join(keys)} is allowed", found=f'the key "{key}"', hint=hint)


def _inherited_form(tree: Located, path: Steps) -> str | None:
    """For a load that is given in two ways in two files: which line to write so that one goes."""
    load = tree.at(path)
    entries = load.mapping if load is not None else None
    if load is None or entries is None or not path or path[-1] != "load":
        return None
    given = [name for name in (*FORMS, "trace", "shape") if name in entries and entries[name].value is not None]
    inherited = [name for name in given if entries[name].file != load.file]
    own = [name for name in given if entries[name].file == load.file]
    if not inherited or not own:
        return None
    removals = " and ".join(f"`{name}: null`" for name in inherited)
    place = entries[inherited[0]]
    return f"Write {removals} to drop what {shown_path(place.file)}:{place.line} sets"
