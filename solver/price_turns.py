"""Price turns: how much dearer a machine type may get before another plan is cheaper.

The machines of the plan, at other prices, cost what the tables then say of them, with the commitments that are best for
them then. They lose to the plan without the machine type, whose cost does not depend on these prices, from where they
cost as much. As long as they cost no more than the *bound* of all plans without the type, none of them is cheaper: that
is proven.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from solver.answers import Answer, Resolver
from solver.catalog.catalog import Catalog
from solver.catalog.price_edits import PREFIX, price_edit, with_prices
from solver.demand.demand import Demand
from solver.model.backend import backend
from solver.model.compute.rebuy import with_best_commitments
from solver.plan.explanation import MachineChoice, PriceBracket
from solver.plan.plan import Plan, SitePlan
from solver.proofs.bill import machine_usd_per_month
from solver.proofs.view import SiteView
from solver.questions import price_question

_MOST = 9.0
"""A rise beyond ten times the price is no turn that anyone waits for."""
_STEPS = 14
"""Halvings of the rise: to less than a tenth of a percent."""
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
        """USD a month of the plan's machines when the type's prices are so much higher.

        With the commitments that the plan has, or others that are better then.
        """
        edit = price_edit(f"{PREFIX}{self.machine_type}", f"*{1 + rise:.15f}", self.catalog)
        dearer = with_prices(self.catalog, [edit])
        return self.plan.proof.cost_usd_per_month + sum(
            self._bill(name, site, dearer) - self._bill(name, site, self.catalog)
            for name, site in self.plan.aws_sites.items()
        )

    def _bill(self, name: str, site: SitePlan, catalog: Catalog) -> float:
        as_it_is = machine_usd_per_month(SiteView(name, self.demand, catalog, site))
        if catalog is self.catalog or not self.demand.purchase.commitments:
            return as_it_is
        compute = with_best_commitments(self.demand, name, catalog, site.compute, backend("highs"))
        again = site.model_copy(update={"compute": compute})
        return min(as_it_is, machine_usd_per_month(SiteView(name, self.demand, catalog, again)))

    def rise_to(self, usd_per_month: float) -> float | None:
        """A rise at which the plan costs that; 0 where it does today, None where no rise up to ten times does."""
        found = _where(lambda rise: self.cost_at(rise) >= usd_per_month)
        return None if found is None else found[1]

    def no_turn_below(self, bound_usd_per_month: float) -> float:
        """A rise up to which the plan costs no more than that bound; 0 where it costs more today."""
        found = _where(lambda rise: self.cost_at(rise) > bound_usd_per_month)
        return _MOST if found is None else found[0]


def _where(holds: Callable[[float], bool]) -> tuple[float, float] | None:
    """Two rises of which something holds at the second only, and goes on to hold; None beyond ten times the price."""
    if holds(0.0):
        return 0.0, 0.0
    low, high = 0.0, _MOST
    if not holds(high):
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return low, high


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
