"""What objects cost while they are in one class, from one age to another; S3's rules, in a steady state.

Each month W GiB in N objects are written, and each object lives to the age L (retention, and after that as a noncurrent
version). In a steady state a class that objects are in from age a to age b holds W × (b − a) / month GiB. Billed are

* the larger of an object's size and the class's minimum, and the class's overhead for each object;
* storage at least for the class's minimum days, also for objects that leave or are deleted earlier;
* reads, retrieved bytes, and the wait: the cheapest way to read that is fast enough for each band of ages;
* in Intelligent-Tiering the tier that an object has when reads come as a Poisson stream of the band's rate: an object
  is in a tier for unread objects when no read came for that tier's days.

Sources: the S3 user guide on storage classes, on lifecycle transitions and on Intelligent-Tiering.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from math import exp, fsum

from solver.catalog.storage import ObjectClass
from solver.demand.storage import AgeBand, Bucket
from solver.quantity import HOURS_PER_MONTH

DAYS_PER_MONTH = HOURS_PER_MONTH / 24
KIB_PER_MIB = 1024
KIB_PER_GIB = 2**20
SMALLEST_TRANSITION_KIB = 128
"""Lifecycle rules leave smaller objects where they are unless told otherwise (`all_storage_classes_128K`)."""


@dataclass(frozen=True, kw_only=True)
class ObjectLife:
    """The objects of one claim."""

    need: Bucket

    @property
    def object_kib(self) -> float:
        """Mean size."""
        return self.need.object_mib * KIB_PER_MIB

    @property
    def objects_per_month(self) -> float:
        """Objects written in a month."""
        return self.need.written_gib_per_month * KIB_PER_GIB / self.object_kib

    @property
    def end_days(self) -> int:
        """Age at which an object is gone for good: a versioned bucket keeps it as a noncurrent version for a while."""
        return self.need.retention_days + (self.need.noncurrent_days if self.need.versioned else 0)

    @property
    def movable(self) -> bool:
        """Whether lifecycle rules move the objects."""
        return self.object_kib >= SMALLEST_TRANSITION_KIB

    def reads_per_object(self, start_days: float, end_days: float) -> float:
        """Reads of one object between two ages."""
        months = self._months_by_band(start_days, end_days)
        return fsum(duration * band.reads_per_object_month for band, duration in months)

    def birth_amounts(self, storage_class: ObjectClass) -> dict[str, float]:
        """Price item → amount a month, for writing the objects."""
        return {storage_class.put: self.objects_per_month}

    def transition_amounts(self, storage_class: ObjectClass) -> dict[str, float] | None:
        """Price item → amount a month, for moving the objects into a class; None when no rule can."""
        item = storage_class.transition_in
        return None if item is None or not self.movable else {item: self.objects_per_month}

    def stay_amounts(
        self, storage_class: ObjectClass, standard: ObjectClass, start_days: int, end_days: int
    ) -> dict[str, float] | None:
        """Price item → amount a month, for objects of these ages in the class; None when they can't be there.

        They can't when a band of these ages must be read faster than the class can.
        """
        amounts: dict[str, float] = defaultdict(float)
        for band, months in self._months_by_band(start_days, end_days):
            retrieval = _cheapest_item(storage_class, band)
            if retrieval is None:
                return None
            if storage_class.get is not None:
                amounts[storage_class.get] += self.objects_per_month * months * band.reads_per_object_month
            if retrieval:
                amounts[retrieval] += self.need.written_gib_per_month * months * band.retrieved_share_per_month
        billed_months = max(end_days - start_days, storage_class.minimum_days) / DAYS_PER_MONTH
        billed_kib = max(self.object_kib, storage_class.minimum_object_kib)
        stock_gib = self.objects_per_month * billed_months * billed_kib / KIB_PER_GIB
        watched = storage_class.monitoring is not None and self.object_kib >= storage_class.monitored_from_kib
        if watched and storage_class.monitoring is not None:
            amounts[storage_class.monitoring] += self.objects_per_month * billed_months
            unread = self._unread_shares(storage_class, start_days, end_days)
            for item, share in unread.items():
                amounts[item] += stock_gib * share
            stock_gib *= 1 - fsum(unread.values())
        amounts[storage_class.storage] += stock_gib
        overheads = (
            (storage_class.storage, storage_class.overhead_kib),
            (standard.storage, storage_class.standard_overhead_kib),
        )
        for item, kib in overheads:
            if kib:
                amounts[item] += self.objects_per_month * billed_months * kib / KIB_PER_GIB
        return dict(amounts)

    def _unread_shares(self, storage_class: ObjectClass, start_days: int, end_days: int) -> dict[str, float]:
        """Part of the stock in each tier for unread objects, mean over the ages, day by day at noon."""
        sums: list[float] = []
        for tier in storage_class.unread_tiers:
            unread = self._unread_days(tier.after_days)
            sums.append(unread[end_days] - unread[min(end_days, start_days + tier.after_days)])
        # Who was not read for the longer time is in the later tier.
        own = [total - later for total, later in zip(sums, [*sums[1:], 0.0], strict=True)]
        days = end_days - start_days
        return {tier.storage: total / days for tier, total in zip(storage_class.unread_tiers, own, strict=True)}

    @lru_cache(maxsize=8)  # noqa: B019 - a claim's life lasts as long as one solve
    def _unread_days(self, span_days: int) -> tuple[float, ...]:
        """For each day d: days before d, weighted with the part of the objects that nobody read in the span before."""
        sums = [0.0]
        for day in range(self.end_days):
            age = day + 0.5
            unread = exp(-self.reads_per_object(age - span_days, age)) if day >= span_days else 0.0
            sums.append(sums[-1] + unread)
        return tuple(sums)

    def _months_by_band(self, start_days: float, end_days: float) -> list[tuple[AgeBand, float]]:
        """Months that an object spends in each band between two ages; noncurrent versions are in none."""
        bands = self.need.access
        ends = [*(band.from_days for band in bands[1:]), self.need.retention_days]
        spans = [
            (band, min(end_days, end) - max(start_days, band.from_days)) for band, end in zip(bands, ends, strict=True)
        ]
        return [(band, days / DAYS_PER_MONTH) for band, days in spans if days > 0]


def _cheapest_item(storage_class: ObjectClass, band: AgeBand) -> str | None:
    """Price item of the slowest way to read that is fast enough, "" where it has no price, None when none is."""
    fast_enough = [each for each in storage_class.retrievals if each.hours <= band.retrieval_within_hours]
    if not fast_enough:
        return None
    # The catalog lists ways to read from the fastest, and dearest, on.
    return fast_enough[-1].item or ""
