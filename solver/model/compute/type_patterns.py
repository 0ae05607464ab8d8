"""Type patterns: whether a machine type's name is one of those that a demand names, `m7g.*`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fnmatch import translate
from functools import lru_cache


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether a machine type's name matches one of the patterns: * is any text, ? one character."""
    return _any_of(tuple(patterns))(name) is not None


@lru_cache(maxsize=256)
def _any_of(patterns: tuple[str, ...]) -> Callable[[str], re.Match[str] | None]:
    """One expression for all patterns: a plan asks some hundred thousand times. Of none it matches nothing."""
    return re.compile("|".join(translate(pattern) for pattern in patterns) or r"(?!)").match
