"""One bucket's objects on their way through S3's classes: the cheapest path, exactly.

Objects are written into a class, moved at rising ages along the ways that lifecycle rules allow, and deleted at last.
Nodes are (age, class), edges are stays in a class between two ages; the cheapest path is found by dynamic programming.
Ages are those at which a cost can turn: where a band of reads begins, where S3's rules first allow a move, both plus a
class's minimum duration, the end less one, and those that people use (60, 90, 180, 365 days).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import fsum

from solver.catalog.storage import ObjectClass
from solver.model.storage.object_life import ObjectLife

_USUAL_AGES = (30, 60, 90, 180, 365)
_CENT_PARTS = 9
"""Dollars are compared at nine decimals, so that the order of additions decides nothing."""


@dataclass(frozen=True, kw_only=True)
class LifePlan:
    """The classes of a bucket's objects: the first at birth, each from an age on."""

    stays: tuple[tuple[int, ObjectClass], ...]
    amounts: Mapping[str, float]
    """Price item → amount a month."""

    @property
    def words(self) -> str:
        """`STANDARD, from day 30 GLACIER_IR`."""
        (_, first), *rest = self.stays
        return ", ".join([first.lifecycle_name, *(f"from day {age} {each.lifecycle_name}" for age, each in rest)])

    def usd(self, rates: Mapping[str, float]) -> float:
        """Dollars a month at one rate for each item."""
        return usd_of(self.amounts, rates)


def usd_of(amounts: Mapping[str, float], rates: Mapping[str, float]) -> float:
    """Dollars for the amounts at one rate for each item."""
    return fsum(amount * rates[item] for item, amount in amounts.items())


@dataclass(frozen=True)
class Lifecycle:
    """All ways through the classes that a bucket may use."""

    life: ObjectLife
    classes: tuple[ObjectClass, ...]
    """By name; S3 Standard is among them."""

    @property
    def items(self) -> set[str]:
        """Every price item that some way has."""
        found: set[str] = set()
        for amounts in (*self._stays.values(), *self._moves.values(), *self._births.values()):
            found.update(amounts)
        return found

    @property
    def most_gib(self) -> float:
        """More GiB than any class ever holds."""
        months = max(self.life.end_days, *(each.minimum_days for each in self.classes)) / 30
        kib = max(self.life.object_kib, *(each.minimum_object_kib for each in self.classes))
        overhead = max(each.overhead_kib + each.standard_overhead_kib for each in self.classes)
        return self.life.objects_per_month * months * (kib + overhead) / 2**20

    def cheapest(self, rates: Mapping[str, float], *, without: str | None = None) -> LifePlan | None:
        """The cheapest way at these rates, of equal ones that with the fewest moves; None when there is none.

        `without` is the name of a class that is not used.
        """
        end = self.life.end_days
        usable = [each for each in self.classes if each.name != without]
        labels: dict[tuple[int, str], _Label] = {}
        for each in usable:
            labels[0, each.name] = _Label(usd_of(self._births[each.name], rates), ((0, each.name),))
        finished: list[_Label] = []
        for index, age in enumerate(self.ages):
            for each in usable:
                label = labels.get((age, each.name))
                if label is None:
                    continue
                self._finish(label, each, age, end, rates, finished)
                for later in self.ages[index + 1 :]:
                    stay = self._stays.get((each.name, age, later))
                    if stay is None or later - age < each.minimum_days:
                        continue
                    so_far = label.usd + usd_of(stay, rates)
                    for target in usable:
                        move = self._moves.get((each.name, target.name))
                        if move is None or later < target.earliest_transition_days:
                            continue
                        reached = _Label(so_far + usd_of(move, rates), (*label.path, (later, target.name)))
                        known = labels.get((later, target.name))
                        if known is None or reached.rank < known.rank:
                            labels[later, target.name] = reached
        if not finished:
            return None
        by_name = {each.name: each for each in self.classes}
        return self._plan([(age, by_name[name]) for age, name in min(finished, key=lambda label: label.rank).path])

    def follow(self, path: Sequence[tuple[int, str]]) -> LifePlan | None:
        """The way that objects take by these ages and lifecycle names, or None when S3's rules forbid it."""
        by_name = {each.lifecycle_name: each for each in self.classes}
        if any(name not in by_name for _, name in path):
            return None
        stays = [(age, by_name[name]) for age, name in path]
        for (age, before), (later, target) in pairwise(stays):
            too_early = later - age < before.minimum_days or later < target.earliest_transition_days
            if (before.name, target.name) not in self._moves or too_early or later >= self.life.need.retention_days:
                return None
        return self._plan(stays)

    @cached_property
    def ages(self) -> tuple[int, ...]:
        """Ages at which objects may move, 0 first."""
        need = self.life.need
        starts = {band.from_days for band in need.access} | {each.earliest_transition_days for each in self.classes}
        durations = {each.minimum_days for each in self.classes}
        durations |= {tier.after_days for each in self.classes for tier in each.unread_tiers}
        ages = {0, *_USUAL_AGES, *starts, *(start + days for start in starts for days in durations)}
        ages |= {self.life.end_days - days for days in durations}
        return tuple(sorted(age for age in ages if 0 <= age < need.retention_days))

    @property
    def _standard(self) -> ObjectClass:
        return next(each for each in self.classes if each.lifecycle_name == "STANDARD")

    @cached_property
    def _births(self) -> dict[str, dict[str, float]]:
        return {each.name: self.life.birth_amounts(each) for each in self.classes}

    @cached_property
    def _moves(self) -> dict[tuple[str, str], dict[str, float]]:
        found: dict[tuple[str, str], dict[str, float]] = {}
        for source in self.classes:
            for target in self.classes:
                amounts = self.life.transition_amounts(target) if target.name in source.transitions_to else None
                if amounts is not None:
                    found[source.name, target.name] = amounts
        return found

    @cached_property
    def _stays(self) -> dict[tuple[str, int, int], dict[str, float]]:
        standard = self._standard
        found: dict[tuple[str, int, int], dict[str, float]] = {}
        for each in self.classes:
            for index, start in enumerate(self.ages):
                for end in (*self.ages[index + 1 :], self.life.end_days):
                    amounts = self.life.stay_amounts(each, standard, start, end)
                    if amounts is not None:
                        found[each.name, start, end] = amounts
        return found

    def _finish(
        self,
        label: _Label,
        each: ObjectClass,
        age: int,
        end: int,
        rates: Mapping[str, float],
        finished: list[_Label],
    ) -> None:
        stay = self._stays.get((each.name, age, end))
        if stay is not None:
            finished.append(_Label(label.usd + usd_of(stay, rates), label.path))

    def _plan(self, stays: Sequence[tuple[int, ObjectClass]]) -> LifePlan | None:
        standard = self._standard
        parts: list[Mapping[str, float]] = [self._births[stays[0][1].name]]
        ends = [*(age for age, _ in stays[1:]), self.life.end_days]
        for (start, each), end in zip(stays, ends, strict=True):
            stay = self.life.stay_amounts(each, standard, start, end)
            if stay is None:
                return None
            parts.append(stay)
        parts += [self._moves[before.name, target.name] for (_, before), (_, target) in pairwise(stays)]
        amounts: dict[str, float] = defaultdict(float)
        for part in parts:
            for item, amount in part.items():
                amounts[item] += amount
        return LifePlan(stays=tuple(stays), amounts=dict(sorted(amounts.items())))


@dataclass(frozen=True)
class _Label:
    """The cheapest way found to a node."""

    usd: float
    path: tuple[tuple[int, str], ...]

    @property
    def rank(self) -> tuple[float, int, Sequence[tuple[int, str]]]:
        return round(self.usd, _CENT_PARTS), len(self.path), self.path
