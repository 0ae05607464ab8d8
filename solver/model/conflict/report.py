"""Report: the smallest conflicts of a demand, and for each member what would free it.

What is reported is checked: the members alone can't be planned, and with each remedy the demand can.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from solver.demand.demand import Demand
from solver.errors import Member
from solver.model.conflict.question import GivenUpError
from solver.model.conflict.smallest import nearest_figure, smallest_conflict
from solver.model.conflict.wish import Wish

_MOST_CONFLICTS = 5
_NOT_ALONE = "not enough by itself"

Asked = Callable[[Demand], bool]
"""Whether there is a plan."""


def _nothing(_: Demand) -> None:
    """Nothing is proved."""


@dataclass
class Conflicts:
    """The conflicts of one demand."""

    demand: Demand
    wishes: Sequence[Wish]
    possible: Asked
    """The fast answer."""
    planned: Asked
    """The slow one, which has the last word."""
    certain: Callable[[Demand], bool | None] = _nothing
    """What is proved without planning."""

    def members(self) -> list[tuple[Member, ...]]:
        """Conflicts that share no member, the smallest first; none where the wishes explain nothing."""
        if not self.found:
            return []
        return [tuple(self._member(number, wish) for wish in sorted(each)) for number, each in enumerate(self.found)]

    def each_alone(self) -> list[Member]:
        """Wishes of which each, changed by itself, gives a plan: what is left to say when the search was given up."""
        members: list[Member] = []
        try:
            for wish in self.wishes:
                words = None if wish.is_fact else self._instead(self.demand, wish)
                if words is not None:
                    members.append(Member(wish.words, words))
        except GivenUpError:
            pass
        return members

    @cached_property
    def found(self) -> list[frozenset[int]]:
        """The conflicts, by the wishes' numbers: without facts where wishes alone explain them."""
        every = frozenset(range(len(self.wishes)))
        facts = frozenset(number for number, wish in enumerate(self.wishes) if wish.is_fact)
        for asked in (self.possible, self.planned):
            conflicts = self._by(asked, every - facts, facts) or self._by(asked, every, frozenset())
            if conflicts and all(self._holds(each, facts) for each in conflicts):
                return conflicts
        return []

    def _holds(self, conflict: frozenset[int], facts: frozenset[int]) -> bool:
        """Whether the solver has no plan for the conflict, and one for each part of it."""
        parts = (conflict - {wish} for wish in sorted(conflict))
        beside = facts - conflict if conflict.isdisjoint(facts) else frozenset[int]()
        return not self.planned(self._with(conflict | beside)) and all(
            self._has_plan(self._with(part | beside)) for part in parts
        )

    def _has_plan(self, demand: Demand) -> bool:
        told = self.certain(demand)
        return self.planned(demand) if told is None else told

    def _by(self, asked: Asked, left: frozenset[int], always: frozenset[int]) -> list[frozenset[int]]:
        """Conflicts among the wishes that are left, beside those that always stand."""
        conflicts: list[frozenset[int]] = []
        likely = [number for number, wish in enumerate(self.wishes) if wish.path.startswith("limits.")]
        while len(conflicts) < _MOST_CONFLICTS:
            found = smallest_conflict(left, lambda kept: asked(self._with(kept | always)), likely)
            if found is None:
                return conflicts
            if not found:
                return []
            conflicts.append(found)
            left -= found
        return conflicts

    def _with(self, kept: frozenset[int]) -> Demand:
        """The demand with these wishes alone."""
        demand = self.demand
        for number, wish in enumerate(self.wishes):
            if number not in kept:
                demand = wish.dropped(demand)
        return demand

    def _member(self, conflict: int, number: int) -> Member:
        wish = self.wishes[number]
        return Member(wish.words, self._frees(conflict, wish) or _NOT_ALONE)

    def _frees(self, conflict: int, wish: Wish) -> str | None:
        """What in the wish's place gives a plan, when the other conflicts are solved."""
        demand = self.demand
        for place, others in enumerate(self.found):
            if place != conflict:
                for other in sorted(others):
                    demand = self.wishes[other].dropped(demand)
        return self._instead(demand, wish)

    def _instead(self, demand: Demand, wish: Wish) -> str | None:
        """What in a wish's place gives a plan for the demand."""
        if not self.possible(wish.dropped(demand)):
            return None
        figures = wish.figures
        if figures is not None:
            nearest = nearest_figure(figures.now, figures.last, lambda each: self.possible(figures.at(each)(demand)))
            if nearest is not None and self.planned(figures.at(nearest)(demand)):
                return f"{wish.path}: {figures.words(nearest)} would do"
        for words, change in wish.others:
            other = change(demand)
            if self.possible(other) and self.planned(other):
                return words
        return "without it there is a plan" if self.planned(wish.dropped(demand)) else None
