"""The wishes of a site's storage claims: how large, how fast, how soon, and what they outlive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil

from solver.demand.demand import Demand
from solver.demand.storage import Bucket, FileSystem, Lustre, StorageClaim, Volume
from solver.model.conflict.wish import Change, Figures, Wish, with_claim
from solver.quantity import format_gib

_MOST_HOURS = 48.0


def storage_wishes(demand: Demand, site_key: str) -> list[Wish]:
    """All of one site, claim by claim."""
    found: list[Wish] = []
    for key, claim in sorted(demand.storage.items()):
        if demand.site_of(claim) == site_key:
            found += _claim_wishes(key, claim)
    return found


def _claim_wishes(key: str, claim: StorageClaim) -> Iterator[Wish]:
    path = f"storage.{key}"
    match claim:
        case Volume():
            yield _less(f"{path}.size", claim.size, 1, lambda gib: with_claim(key, size=gib), format_gib)
            for field in ("iops", "throughput_mibps"):
                asked: int = getattr(claim, field)
                if asked > 0:
                    yield _less(f"{path}.{field}", asked, 0, _field(key, field), str)
        case FileSystem():
            yield _less(f"{path}.peak_mibps", ceil(claim.peak_mibps), 1, _field(key, "peak_mibps"), str)
            if claim.zone_loss_tolerant:
                yield _one_zone(key)
        case Lustre():
            # It grows with what is asked for; only a region that does not sell it says no.
            return
        case Bucket():
            slow = tuple(band.model_copy(update={"retrieval_within_hours": _MOST_HOURS}) for band in claim.access)
            soonest = min(band.retrieval_within_hours for band in claim.access)
            yield Wish(f"{path}.access: within {soonest:g} h", with_claim(key, access=slow))
            if claim.zone_loss_tolerant:
                yield _one_zone(key)


def _less(path: str, now: int, least: int, at: Callable[[int], Change], words: Callable[[int], str]) -> Wish:
    return Wish(f"{path}: {words(now)}", at(least), Figures(now, least, at, words))


def _one_zone(key: str) -> Wish:
    words, change = f"storage.{key}.zone_loss_tolerant", with_claim(key, zone_loss_tolerant=False)
    return Wish(f"{words}: true", change, others=((f"{words}: false would do", change),))


def _field(key: str, name: str) -> Callable[[int], Change]:
    return lambda value: with_claim(key, **{name: value})
