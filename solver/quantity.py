"""Quantities as people write them, kept as exact integers: cpu in thousandths of a vCPU, memory in MiB; money and time.

`500m` is half a vCPU, `4Gi` is 4096 MiB. Decimal suffixes (GB, MB) are refused with the binary quantity that was
probably meant, since a machine's memory is sold in binary units under decimal names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

HOURS_PER_WEEK = 168
HOURS_PER_MONTH = 730
"""AWS's month: 365 × 24 / 12."""
WEEKS_PER_MONTH = HOURS_PER_MONTH / HOURS_PER_WEEK
_WHOLE_ANYWAY = 1e15
"""USD above which a number has no cents any more."""

# Fifteen digits are more than any quantity has, and few enough that hostile input costs nothing.
_CPU = re.compile(r"^(?P<whole>[0-9]{1,15})(?:\.(?P<part>[0-9]{1,15}))?(?P<milli>m?)$")
_BINARY = re.compile(r"^(?P<whole>[0-9]{1,15})(?:\.(?P<part>[0-9]{1,15}))?(?P<unit>Mi|Gi|Ti|Pi)$")
_LOOSE_SIZE = re.compile(r"^(?P<number>[0-9]{1,15}(?:\.[0-9]{1,15})?)\s*(?P<letter>[MGTP])i?B?$", re.IGNORECASE)
_MIB = {"Mi": 1, "Gi": 1024, "Ti": 1024**2, "Pi": 1024**3}
_CLOCK = re.compile(r"^(?P<hour>[01][0-9]|2[0-4]):00$")


@dataclass(frozen=True, slots=True)
class Written:
    """Annotation of a type: how people write its values, for messages; `a range like 10.0.0.0/16`."""

    words: str


class QuantityError(ValueError):
    """A text that is no quantity: what is allowed and, where it can be told, what was meant."""

    def __init__(self, allowed: str, *, meant: str | None = None) -> None:
        super().__init__(allowed if meant is None else f"{allowed}. Did you mean {meant}?")
        self.allowed = allowed
        self.meant = meant


def parse_cpu(value: object) -> int:
    """Thousandths of a vCPU from `2`, `0.5`, "500m" or "2"; QuantityError says what is allowed."""
    text = str(value).strip() if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    match = _CPU.fullmatch(text)
    if match is None:
        raise QuantityError("a number of vCPUs like 2, 0.5 or 500m is allowed")
    millis = _scaled(match, 1 if match["milli"] else 1000)
    if millis is None:
        raise QuantityError("vCPUs in thousandths, like 0.125 or 125m, are allowed")
    return millis


def parse_memory_mib(value: object) -> int:
    """MiB from "512Mi", "4Gi", "1.5Ti"; QuantityError says what is allowed and what was probably meant."""
    return _parse_binary(value, "16Gi")


def parse_gib(value: object) -> int:
    """Whole GiB from "100Gi" or "2Ti", since disks are sold by the GiB; QuantityError says what is allowed."""
    mib = _parse_binary(value, "100Gi")
    if mib % 1024:
        raise QuantityError("a whole number of Gi is allowed")
    return mib // 1024


def parse_clock(value: object) -> int:
    """Hour of the day, 0 to 24, from "22:00", since plans work in whole hours; QuantityError says what is allowed."""
    text = value if isinstance(value, str) else ""
    match = _CLOCK.fullmatch(text)
    if match is None:
        meant = f"0{text}" if _CLOCK.fullmatch(f"0{text}") else None
        raise QuantityError("a full hour like 22:00, from 00:00 to 24:00, is allowed", meant=meant)
    return int(match["hour"])


def _parse_binary(value: object, example: str) -> int:
    text = value.strip() if isinstance(value, str) else ""
    match = _BINARY.fullmatch(text)
    if match is None:
        loose = _LOOSE_SIZE.fullmatch(text)
        meant = None if loose is None else f"{loose['number']}{loose['letter'].upper()}i"
        raise QuantityError(f"a quantity like {example} is allowed", meant=meant)
    mib = _scaled(match, _MIB[match["unit"]])
    if mib is None:
        raise QuantityError("a whole number of Mi is allowed")
    return mib


def _scaled(match: re.Match[str], factor: int) -> int | None:
    """The matched decimal number times the factor where that is whole, without rounding; else None."""
    part = match["part"] or ""
    quotient, rest = divmod(int(match["whole"] + part) * factor, 10 ** len(part))
    return None if rest else quotient


def format_cpu(millis: int) -> str:
    """`4`, `0.5`, `1.25`: the shortest text that parse_cpu reads back."""
    whole, rest = divmod(millis, 1000)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)


def format_memory_mib(mib: int) -> str:
    """`16Gi`, `512Mi`, `2Ti`: the largest unit that stays whole."""
    for unit in ("Pi", "Ti", "Gi"):
        if mib and mib % _MIB[unit] == 0:
            return f"{mib // _MIB[unit]}{unit}"
    return f"{mib}Mi"


def format_gib(gib: int) -> str:
    """`100Gi`, `2Ti`."""
    return format_memory_mib(gib * 1024)


def format_clock(hour: int) -> str:
    """`22:00`."""
    return f"{hour:02d}:00"


def cents(usd: float) -> float:
    """Dollars rounded to whole cents, half to even; amounts go through here before people add them up."""
    if abs(usd) >= _WHOLE_ANYWAY:
        return usd
    return float(Decimal(repr(usd)).quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN))


def millionths_up(share: float) -> float:
    """A share rounded up to six decimals: what is shown is never less than what is so."""
    return float(Decimal(repr(share)).quantize(Decimal("0.000001"), rounding=ROUND_CEILING))


def format_usd(usd: float) -> str:
    """`$1,234.56`, `-$3.00`."""
    amount = cents(usd)
    if abs(amount) >= _WHOLE_ANYWAY:
        return f"{'-' if amount < 0 else ''}${abs(amount):.3g}"
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


CpuMillis = Annotated[
    int,
    BeforeValidator(parse_cpu),
    Field(ge=0, le=1_000_000),
    Written("a number of vCPUs like 2, 0.5 or 500m, from 0 to 1000,"),
    PlainSerializer(format_cpu, return_type=str),
    WithJsonSchema({"type": ["number", "string"], "examples": [2, 0.5, "500m"]}),
]
"""Thousandths of a vCPU; written 2, 0.5 or 500m."""

MemoryMib = Annotated[
    int,
    BeforeValidator(parse_memory_mib),
    Field(ge=0, le=64 * 1024**2),
    Written("a quantity like 16Gi, at most 64Ti,"),
    PlainSerializer(format_memory_mib, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _BINARY.pattern.replace("?P", "?"), "examples": ["512Mi", "16Gi"]}),
]
"""MiB; written 512Mi or 16Gi."""

DiskGib = Annotated[
    int,
    BeforeValidator(parse_gib),
    Field(ge=0, le=16 * 1024**2),
    Written("a quantity like 100Gi, at most 16Pi,"),
    PlainSerializer(format_gib, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _BINARY.pattern.replace("?P", "?"), "examples": ["100Gi", "2Ti"]}),
]
"""Whole GiB; written 100Gi or 2Ti."""

RootGib = Annotated[
    int,
    BeforeValidator(parse_gib),
    Field(ge=30, le=64 * 1024),
    Written("a quantity like 100Gi, from 30Gi to 64Ti,"),
    PlainSerializer(format_gib, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _BINARY.pattern.replace("?P", "?"), "examples": ["100Gi", "2Ti"]}),
]
"""Whole GiB of a root volume: at least what the ECS-optimised images unpack to, at most what a gp3 volume has."""

ClockHour = Annotated[
    int,
    BeforeValidator(parse_clock),
    Field(ge=0, le=24),
    Written("a full hour like 22:00, from 00:00 to 24:00,"),
    PlainSerializer(format_clock, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _CLOCK.pattern.replace("?P", "?"), "examples": ["22:00"]}),
]
"""Hour of the day; written 22:00."""

Share = Annotated[float, Field(ge=0, le=1)]
"""A part of a whole, 0 to 1."""

Headroom = Annotated[float, Field(ge=0, le=10)]
"""Spare capacity above the load, as a part of the load: 0.2 holds 1.2 times it."""

UsdPerHour = Annotated[float, Field(gt=0, le=100_000)]
"""Dollars an hour, before tax."""

UsdPerMonth = Annotated[float, Field(ge=0, le=1e12)]
"""Dollars for 730 hours, before tax."""

PositiveRate = Annotated[float, Field(gt=0, le=1e9)]
"""Units of load a second."""
