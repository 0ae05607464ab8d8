"""Price turns: how much dearer a machine type may get before another plan is cheaper.

The plan as it is, at other prices, costs what the tables then say of its machines and commitments. It loses to the plan
without the machine type, whose cost does not depend on these prices, from where it costs as much. As long as it costs
no more than the *bound* of all plans without the type, none of them is cheaper: that is proven.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from solver.answers import Answer, Resolver
from solver.catalog.catalog import Catalog
from solver.catalog.price_edits import PREFIX, price_edit, with_prices
from solver.demand.demand import Demand
from solver.plan.explanation import MachineChoice, PriceBracket
from solver.plan.plan import Plan
from solver.proofs.bill import machine_usd_per_month
from solver.proofs.view import SiteView
from solver.questions import price_question

_MOST = 9.0
"""A rise beyond ten times the price is no turn that anyone waits for."""
_STEPS = 40
"""Halvings of the rise: to one part in 10¹¹."""
_HALVINGS = 2
"""Of the interval in which solved plans turn."""


@dataclass(frozen=True)
class Turns:
    """A plan at other prices of one machine type."""

    plan: Plan
    demand: Demand
    catalog: Catalog
    machine_type: str

    def cost_at(self, rise: float) -> float:
        """USD a month of the plan as it is, its commitments included, when the type's prices are so much higher."""
        edit = price_edit(f"{PREFIX}{self.machine_type}", f"*{1 + rise:.15f}", self.catalog)
        return (
            self.plan.proof.cost_usd_per_month
            + self._bill(with_prices(self.catalog, [edit]))
            - self._bill(self.catalog)
        )

    def _bill(self, catalog: Catalog) -> float:
        return sum(
            machine_usd_per_month(SiteView(name, self.demand, catalog, site)) for name, site in self.plan.sites.items()
        )

    def rise_to(self, usd_per_month: float) -> float | None:
        """The rise at which the plan costs that; 0 where it does today, None where no rise up to ten times does."""
        return _first(lambda rise: self.cost_at(rise) >= usd_per_month)

    def no_turn_below(self, bound_usd_per_month: float) -> float:
        """The rise up to which the plan costs no more than that bound; 0 where it costs more today."""
        rise = _first(lambda rise: self.cost_at(rise) > bound_usd_per_month)
        return _MOST if rise is None else rise


def _first(holds: Callable[[float], bool]) -> float | None:
    """The least rise at which something holds that goes on to hold; None beyond ten times the price."""
    if holds(0.0):
        return 0.0
    low, high = 0.0, _MOST
    if not holds(high):
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def brackets_of(
    resolver: Resolver, choices: Sequence[MachineChoice], ends: Sequence[tuple[float, float] | None]
) -> tuple[list[PriceBracket | None], int]:
    """For each choice the rises between which solved plans turn from it, and the number of plans solved.

    `ends` has for each choice two rises that are tried first, or None for a choice that is left out. A plan has turned
    when the type runs fewer hours. The interval in which it turns is then halved, all choices side by side.
    """
    search = _Search(resolver, choices)
    open_ends: dict[int, tuple[float, float]] = {}
    found: list[PriceBracket | None] = [None] * len(choices)
    tried = {place: _rounded(pair) for place, pair in enumerate(ends) if pair is not None}
    low_turned = search.turned({place: low for place, (low, _) in tried.items() if low})
    high_turned = search.turned({place: high for place, (_, high) in tried.items() if not low_turned.get(place, False)})
    for place, (low, high) in tried.items():
        if low_turned.get(place, False):
            open_ends[place] = (0.0, low)
        elif high_turned[place]:
            open_ends[place] = (low, high)
        else:
            found[place] = PriceBracket(kept_at=high, left_at=None)
    for _ in range(_HALVINGS):
        middles = {place: round((low + high) / 2, 4) for place, (low, high) in open_ends.items()}
        for place, has in search.turned(middles).items():
            low, high = open_ends[place]
            open_ends[place] = (low, middles[place]) if has else (middles[place], high)
    for place, (low, high) in open_ends.items():
        found[place] = PriceBracket(kept_at=low, left_at=high)
    return found, search.solved


class _Search:
    """Solves plans at other prices and counts them."""

    def __init__(self, resolver: Resolver, choices: Sequence[MachineChoice]) -> None:
        self._resolver = resolver
        self._choices = choices
        self.solved = 0

    def turned(self, rises: Mapping[int, float]) -> dict[int, bool]:
        """By choice, whether the plan at this rise of the type's prices runs it fewer hours."""
        questions = [price_question(self._choices[place].machine_type, rise) for place, rise in rises.items()]
        answers = self._resolver.all_of(questions)
        self.solved += len(answers)
        return {place: _turned(answer, self._choices[place]) for place, answer in zip(rises, answers, strict=True)}


def _rounded(ends: tuple[float, float]) -> tuple[float, float]:
    """Outwards, to thousandths."""
    low, high = ends
    return floor(low * 1000) / 1000, ceil(high * 1000) / 1000


def _turned(answer: Answer, choice: MachineChoice) -> bool:
    hours = sum(
        group.machine_hours
        for group in answer.running
        if (group.site, group.machine_type) == (choice.site, choice.machine_type)
    )
    return hours < choice.machine_hours_per_week
