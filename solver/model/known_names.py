"""Known names: what is said of a name in a demand that the catalog does not have, and of regions, before it is read.

Apart from `requirements`, which needs the catalog's tables: a check whether a lock is fresh reads none of them.
"""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from solver.demand.loader import LoadedDemand
from solver.errors import DemandError, Problem

Path = tuple[str | int, ...]
_MOST_LISTED = 20


def check_regions(loaded: LoadedDemand, known: Collection[str]) -> None:
    """DemandError when a site is in a region of which the catalog has no tables."""
    problems = [
        unknown_name(loaded, ("sites", name, "region"), site.region, known, "region of the catalog")
        for name, site in loaded.demand.aws_sites.items()
        if site.region not in known
    ]
    if problems:
        raise DemandError(problems)


def unknown_name(
    loaded: LoadedDemand, path: Path, name: str, known: Collection[str], what: str, *, as_key: bool = False
) -> Problem:
    """The mistake at a path, with the names that are allowed there and the nearest of them."""
    names = sorted(known)
    wanted = f"{'an' if what[0] in 'aeiou' else 'a'} {what} is allowed"
    if len(names) <= _MOST_LISTED:
        allowed = f"{wanted}: {', '.join(names)}" if names else f"{wanted}; there is none"
    else:
        allowed = f"{wanted}, one of {len(names)}"
    near = get_close_matches(name, names, n=1)
    hint = f"Did you mean {near[0]}?" if near else None
    return loaded.problem(path, allowed, found=f'the key "{name}"' if as_key else None, hint=hint)
