"""Priorities of listener rules, from paths and keys: a service that comes or goes moves no other rule."""

from __future__ import annotations

from collections.abc import Mapping

from components.naming import digest

_PATH_LIMIT = 128
"""AWS's longest path pattern."""
_BAND = 50_000 // _PATH_LIMIT
"""Priorities go from 1 to 50,000: each length of a path has a band of 390 of them."""


def rule_priorities(paths: Mapping[str, str]) -> dict[str, int]:
    """Workload → priority; a longer path goes first, so that `/search/images` is seen before `/search`.

    Inside a length's band the place is a digest of the workload's key. Two keys on one place are rare; then the second
    in order of keys takes the next place that is free.
    """
    taken: set[int] = set()
    priorities: dict[str, int] = {}
    for workload, path in sorted(paths.items()):
        start = (_PATH_LIMIT - min(len(path), _PATH_LIMIT)) * _BAND + 1
        offset = int(digest(workload, path), 16) % _BAND
        place = next(
            start + (offset + step) % _BAND for step in range(_BAND) if start + (offset + step) % _BAND not in taken
        )
        taken.add(place)
        priorities[workload] = place
    return priorities
