"""What a declared type allows, in words for a message: `a whole number from 1 to 65535`."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from enum import Enum
from typing import Any, Literal, cast, get_args, get_origin

from solver.demand.fields import Declared, declared
from solver.quantity import Written

_SWITCH = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def allowed_words(wanted: Declared) -> str:
    """The values that a type takes, as a phrase that "is allowed" can follow."""
    written = [note.words for note in wanted.metadata if isinstance(note, Written)]
    if written:
        return written[-1]
    if wanted.is_tagged:
        tags = [tag for member in wanted.members for tag in _tags_of(member, wanted.discriminator)]
        return f"a mapping with {wanted.discriminator} {either(tags)}"
    choices = choices_of(wanted)
    if choices:
        return either(choices)
    if len(wanted.members) > 1:
        return " or ".join(allowed_words(member) for member in wanted.members)
    if wanted.model is not None:
        needed = [name for name, field in wanted.model.model_fields.items() if field.is_required()]
        return (
            f"a mapping with {', '.join(needed)}" if needed else f"a mapping of {', '.join(wanted.model.model_fields)}"
        )
    if get_origin(wanted.bare) is tuple:
        return f"a list{_count(wanted, 'values')}, each {_inner_words(get_args(wanted.bare)[0])},"
    if get_origin(wanted.bare) is dict:
        return f"a mapping{_count(wanted, 'entries')}, each {_inner_words(get_args(wanted.bare)[1])},"
    return _simple_words(wanted)


def choices_of(wanted: Declared) -> list[str]:
    """The words of a closed list (enum, literal, or a union of them); empty for any other type."""
    found: list[str] = []
    for member in wanted.members:
        if get_origin(member.bare) is Literal:
            found += [str(choice) for choice in get_args(member.bare)]
        elif isinstance(member.bare, type) and issubclass(member.bare, Enum):
            found += [str(cast("Any", choice).value) for choice in member.bare]
        else:
            return []
    return found


def either(choices: list[str]) -> str:
    """`a, b or c`."""
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"


def nearest(found: str, choices: list[str]) -> str | None:
    """The choice that was probably meant; None where none is near."""
    near = get_close_matches(found.lower(), choices, n=1, cutoff=0.6)
    return near[0] if near else None


def remedy(wanted: Declared, found: object, text: str) -> str | None:
    """One sentence on what was probably meant by a value, as it stands in the file, that the type does not take."""
    choices = choices_of(wanted)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    meant: str | None = None
    if choices and is_number:
        meant = _nearest_number(text, choices)
    elif choices:
        meant = nearest(text, choices)
    elif wanted.bare is bool:
        meant = f"{text} without quotes" if text in ("true", "false") else _SWITCH.get(text.lower())
    elif wanted.bare in (int, float) and isinstance(found, str) and not _is_written(wanted):
        meant = _number_in(text)
    elif wanted.bare is str and isinstance(found, bool | int | float):
        meant = f'"{text}" in quotes'
    return f"Did you mean {meant}?" if meant is not None else None


def _nearest_number(text: str, choices: list[str]) -> str | None:
    numbers = [choice for choice in choices if choice.isdigit()]
    if not numbers:
        return None
    return min(numbers, key=lambda choice: (abs(int(choice) - float(text)), int(choice)))


def _number_in(text: str) -> str | None:
    """The number that a text says in a way that YAML does not read: in quotes, `4_000`, `$700`, `20%`."""
    bare = text.replace("_", "").replace(",", "").strip("$ ")
    percent = bare.endswith("%")
    try:
        value = float(bare.removesuffix("%"))
    except ValueError:
        return None
    if percent:
        return f"{value / 100:g}"
    return f"{bare} without quotes" if bare == text else bare


def _is_written(wanted: Declared) -> bool:
    return any(isinstance(note, Written) for note in wanted.metadata)


def _tags_of(member: Declared, discriminator: str | None) -> list[str]:
    assert member.model is not None and discriminator is not None
    return choices_of(declared(member.model.model_fields[discriminator]))


def _simple_words(wanted: Declared) -> str:
    if wanted.bare is bool:
        return "true or false"
    if wanted.bare is int:
        return f"a whole number{_range(wanted)}"
    if wanted.bare is float:
        return f"a number{_range(wanted)}"
    if wanted.bare is date:
        return "a date like 2027-06-30"
    if wanted.bare is str:
        least, most = _bound(wanted, "min_length"), _bound(wanted, "max_length")
        if most is None:
            return "a text"
        return f"a text of {_number(least or 0)} to {_number(most)} characters"
    return "a value of another kind"


def _range(wanted: Declared) -> str:
    least, above = _bound(wanted, "ge"), _bound(wanted, "gt")
    most, below = _bound(wanted, "le"), _bound(wanted, "lt")
    if least is not None and most is not None:
        return f" from {_number(least)} to {_number(most)}"
    parts = [
        f"{word} {_number(bound)}"
        for word, bound in (("above", above), ("of at least", least), ("at most", most), ("below", below))
        if bound is not None
    ]
    return f" {' and '.join(parts)}" if parts else ""


def _inner_words(annotation: object) -> str:
    return allowed_words(declared(annotation)).removesuffix(",")


def _count(wanted: Declared, what: str) -> str:
    least, most = _bound(wanted, "min_length"), _bound(wanted, "max_length")
    if least is not None and most is not None:
        return f" of {_number(least)} to {_number(most)} {what}"
    if most is not None:
        return f" of at most {_number(most)} {what}"
    return f" of {_number(least)} or more {what}" if least is not None else ""


def _bound(wanted: Declared, name: str) -> float | None:
    for note in wanted.metadata:
        bound = getattr(note, name, None)
        if bound is not None:
            return cast("float", bound)
    return None


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else f"{value:g}"
