"""Amounts as whole numbers: each dimension in its own finest unit, requests rounded up and room rounded down."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, lcm
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solver.packing.instance import Instance, Machine

DECIMALS = 9
"""Decimals to which amounts and prices are read."""
GREATEST = 10**15
"""Amounts, in the finest unit of their dimension; floating point counts as far without a mistake."""
_FINEST = 10**DECIMALS


def exact(amount: int | float | Decimal) -> Fraction:
    """The number as it is written: 0.1 is one tenth."""
    return Fraction(repr(float(amount))) if isinstance(amount, float) else Fraction(amount)


def scale_of(amounts: Iterable[int | float | Decimal]) -> int:
    """The least number that makes all amounts whole, or 10⁹ where none below does."""
    scale = 1
    for amount in amounts:
        scale = lcm(scale, exact(amount).denominator)
        if _FINEST % scale:
            return _FINEST
    return scale


def whole_request(amount: int | float | Decimal, scale: int) -> int:
    """An amount that is asked for, in units of 1 / scale, rounded up."""
    return ceil(exact(amount) * scale)


def room(machine: Machine, instance: Instance, dimension: str, scale: int) -> int | None:
    """What a machine has for items, in units of 1 / scale, rounded down; None when overhead alone is more."""
    if dimension not in machine.capacity:
        return 0
    free = floor((exact(machine.capacity[dimension]) - exact(instance.overhead.get(dimension, 0))) * scale)
    return free if free >= 0 else None
