"""pydantic's errors and a demand's contradictions → Problems: file, line, path, what was found, what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from solver.demand.fields import Declared, Place, declared, place_of
from solver.demand.load import FORMS
from solver.demand.located import Located, Steps, shown_path
from solver.demand.references import CONTRADICTIONS, Contradiction
from solver.demand.words import allowed_words, choices_of, either, nearest, remedy
from solver.errors import Problem
from solver.quantity import QuantityError

MAX_PROBLEMS = 200
"""More are counted, not listed."""


def problem_at(
    tree: Located, path: Steps, allowed: str, *, found: str | None = None, hint: str | None = None
) -> Problem:
    """A problem with the value at a path; its line is the value's, or that of what should hold it."""
    there, nearby = tree.at(path), tree.nearest(path)
    if found is None and there is not None and not isinstance(there.value, dict):
        found = there.shown()
    return Problem(
        file=shown_path(nearby.file),
        line=nearby.line,
        path=".".join(str(step) for step in path),
        found=found,
        allowed=allowed,
        hint=hint,
    )


def contradiction_problems(tree: Located, contradictions: Iterable[Contradiction]) -> list[Problem]:
    """One problem for each contradiction."""
    return [problem_at(tree, each.path, each.allowed, found=each.found, hint=each.hint) for each in contradictions]


def validation_problems(tree: Located, root: type[BaseModel], error: ValidationError) -> list[Problem]:
    """One problem for each mistake that pydantic found; what follows from another mistake only is left out."""
    details = [cast("Mapping[str, Any]", each) for each in error.errors(include_url=False)]
    placed = [(place_of(root, tuple(detail["loc"])), detail) for detail in details]
    with_errors = [place.path for place, _ in placed]
    problems: list[Problem] = []
    seen: set[tuple[str | int, ...]] = set()
    for place, detail in placed[:MAX_PROBLEMS]:
        if detail["type"] == CONTRADICTIONS:
            contradictions = cast("Sequence[Contradiction]", detail["ctx"]["contradictions"])
            problems += contradiction_problems(tree, contradictions)
            continue
        if place.is_member or detail["type"] in ("too_short", "too_long"):
            if place.path in seen or any(_is_below(other, place.path) for other in with_errors):
                continue
            seen.add(place.path)
        problems.append(_problem(tree, root, place, detail))
    if len(placed) > MAX_PROBLEMS:
        rest = len(placed) - MAX_PROBLEMS
        problems.append(Problem(file=shown_path(tree.file), allowed=f"{rest} more mistakes are not listed"))
    return problems


def _is_below(path: Steps, above: Steps) -> bool:
    return len(path) > len(above) and tuple(path[: len(above)]) == tuple(above)


def _problem(tree: Located, root: type[BaseModel], place: Place, detail: Mapping[str, Any]) -> Problem:
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
    wanted = declared_at(root, place)
    hint = remedy(wanted, there.value, there.text) if there is not None else None
    return problem_at(tree, path, f"{allowed_words(wanted)} is allowed", hint=hint)


def declared_at(root: type[BaseModel], place: Place) -> Declared:
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
