"""Patterns: which replicas one machine holds together.

Only maximal patterns matter: one to which no replica can be added. A pattern that a larger one contains does no more
and costs the same.
"""

from __future__ import annotations

from collections.abc import Sequence

Pattern = tuple[int, ...]
_STEPS_PER_PATTERN = 20


def maximal_patterns(
    room: Sequence[int], requests: Sequence[Sequence[int]], most: Sequence[int], *, limit: int
) -> list[Pattern] | None:
    """All maximal patterns of a machine, or None when there are more than `limit`.

    `room` is the machine's capacity in each resource, `requests` what a replica of each variant needs, `most` the
    largest useful number of each variant. The last variant is always filled up, so each pattern is found once.
    """
    count = len(requests)
    found: list[Pattern] = []
    steps = 0

    def most_that_fit(variant: int, left: Sequence[int]) -> int:
        fit = most[variant]
        for asked, has in zip(requests[variant], left, strict=True):
            if asked:
                fit = min(fit, has // asked)
        return fit

    def extend(variant: int, left: Sequence[int], chosen: Pattern) -> bool:
        nonlocal steps
        steps += 1
        if len(found) > limit or steps > _STEPS_PER_PATTERN * limit:
            return False
        if variant == count:
            # Full in this order: no earlier variant may fit once more.
            if all(
                chosen[earlier] >= most[earlier] or most_that_fit(earlier, left) == 0 for earlier in range(count - 1)
            ):
                found.append(chosen)
            return True
        fit = most_that_fit(variant, left)
        least = fit if variant == count - 1 else 0
        for number in range(fit, least - 1, -1):
            rest = [has - number * asked for has, asked in zip(left, requests[variant], strict=True)]
            if not extend(variant + 1, rest, (*chosen, number)):
                return False
        return True

    if count == 0:
        return []
    return found if extend(0, list(room), ()) else None
