"""plan_fleet: many stacks in, one FleetPlan out; what they share is coordinated by prices, with a bound that holds.

Each stack answers by itself: how it would buy alone, and what it costs at least at any worths of the organisation's
commitments (`fleet/stack.py`). These responses give worths hour by hour, and the bound of the whole
(`model/fleet/dual.py`). At the prices that these worths make, each stack is asked once more which machines it would
take; of its two ways the one that costs less at these prices is kept. Then the commitments that are cheapest for all
machines together are bought (`model/fleet/purchase.py`). Nothing depends on the order in which stacks are named, or on
where they are worked out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from solver.catalog.catalog import Catalog
from solver.catalog.prices import CommitmentTerm
from solver.demand.demand import Demand
from solver.fleet.quotas import SharedQuota, is_within, within_quotas
from solver.fleet.scenarios import Draws
from solver.fleet.stack import Ask, StackAnswer, StackTask, one_after_the_other
from solver.model.backend import backend
from solver.model.compute.commitments import Good, merged
from solver.model.compute.purchase import Bought
from solver.model.fleet.dual import Prices, best_worths, bound_usd_per_week
from solver.model.fleet.purchase import Market, separate_usd_per_week
from solver.model.fleet.usage import on_demand_prices, shared_goods, total_usage
from solver.plan.fleet import FleetPlan
from solver.quantity import HOURS_PER_WEEK, WEEKS_PER_MONTH, cents

Floats = NDArray[np.float64]
_NO_BETTER = 1 - 1e-9


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """What is planned together."""

    stacks: Mapping[str, Demand]
    """By a name that no other one has."""
    catalog: Catalog
    """Of all regions of the stacks."""
    terms: tuple[CommitmentTerm, ...] = ()
    """Commitments that the organisation may buy."""
    held: tuple[Bought, ...] = ()
    """Commitments that it holds, by region and type (`model/fleet/usage.py`)."""
    thorough: bool = False
    """Each stack is searched as `poolwright plan` does; else as far as the first whole answer."""
    solver_name: str = "highs"
    draws: Draws | None = None
    """Scenarios that are asked too."""
    quotas: tuple[SharedQuota, ...] = ()
    """vCPUs that stacks may run together."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Of all stacks."""
        return tuple(sorted({site.region for demand in self.stacks.values() for site in demand.aws_sites.values()}))

    @property
    def priced(self) -> tuple[CommitmentTerm, ...]:
        """Terms that machines may cost less by: those on sale, and held savings plans'."""
        held = [each.good.term for each in self.held if not each.good.by_machine]
        return tuple(dict.fromkeys((*self.terms, *held)))

    def task(
        self, name: str, prices: Mapping[str, float] | None = None, within: Mapping[str, int] | None = None
    ) -> StackTask:
        """A question to one stack."""
        return StackTask(
            name=name,
            demand=self.stacks[name],
            terms=self.terms,
            priced=self.priced,
            thorough=self.thorough,
            solver_name=self.solver_name,
            prices=prices,
            draws=self.draws,
            within=within,
        )


@dataclass(frozen=True)
class Settled:
    """How each stack runs, and what is bought."""

    answers: Mapping[str, StackAnswer]
    bought: tuple[Bought, ...]
    usd_per_month: float


@dataclass(frozen=True)
class FleetAnswer:
    """A fleet's plan, with what it was made of."""

    first: Mapping[str, StackAnswer]
    """Each stack by itself."""
    settled: Settled
    own: Mapping[str, tuple[Bought, ...]]
    """What each stack would buy by itself."""
    separate_usd_per_month: float
    bound_usd_per_month: float
    market: Market
    shared: bool

    @property
    def weeks(self) -> dict[str, Sequence[Mapping[str, int]]]:
        """Usage of each stack."""
        return {name: each.usage for name, each in self.settled.answers.items()}


def plan_fleet(fleet: Fleet, *, ask: Ask = one_after_the_other, again: bool = True) -> FleetPlan:
    """The cheapest plan found for all stacks together; InfeasibleError names the stack that can't be planned.

    `ask` works out the stacks' answers, here or on many machines. Without `again` no stack is asked a second time: half
    the work, for machines that each would have taken alone.
    """
    from solver.fleet.report import report

    return report(fleet, settle(fleet, ask=ask, again=again))


def settle(fleet: Fleet, *, ask: Ask = one_after_the_other, again: bool = True) -> FleetAnswer:
    """The fleet's plan, with what it was made of."""
    names = sorted(fleet.stacks)
    first = {each.name: each for each in ask([fleet.task(name) for name in names], fleet.catalog)}
    goods = shared_goods(fleet.terms, fleet.catalog, fleet.regions)
    market = Market(goods, fleet.held, on_demand_prices(fleet.catalog, fleet.regions), backend(fleet.solver_name))
    cheapest = merged(shared_goods(fleet.priced, fleet.catalog, fleet.regions))
    prices = Prices(market.prices, {} if cheapest is None else cheapest.rates, fleet.held)
    worths, bound = _worths(first, prices)
    own = {name: _own(each, goods) for name, each in first.items()}
    usage = {name: each.usage for name, each in first.items()}
    separate = fsum(each.fixed_usd_per_month for each in first.values()) + WEEKS_PER_MONTH * separate_usd_per_week(
        usage, own, fleet.held, market.prices
    )
    at = prices.at(worths)
    best = _bought(first, market, [tuple(each for mine in own.values() for each in mine)])
    ways = {name: [each] for name, each in first.items()}
    if again and (goods or fleet.held):
        best = _again(fleet, ask, ways, best, market, at)
    kept = is_within(fleet.quotas, best.answers)
    if not kept:
        best = _bought(_within(fleet, ask, ways, market, at), market, [])
    # Sums of the same figures in another order may differ; a bill has cents.
    dearer = cents(best.usd_per_month) > cents(separate)
    shared = not kept or not dearer or not is_within(fleet.quotas, first)
    if not shared:
        bought = tuple(each for name in names for each in own[name])
        best = Settled(first, bought, separate)
    return FleetAnswer(first, best, own, separate, min(bound, best.usd_per_month), market, shared)


def _worths(first: Mapping[str, StackAnswer], prices: Prices) -> tuple[Floats, float]:
    """Worths of commitments by hour, and the bound at the best ones known, USD a month."""
    every = np.ones(HOURS_PER_WEEK)
    flat = fsum(each.flat_bound_usd_per_month for each in first.values())
    responses = [each.response for each in first.values() if each.response is not None]
    tried = [every]
    if len(responses) == len(first):
        held = fsum(each.usd_per_hour for each in prices.held)
        tried.append(best_worths(responses, held))
    bounds = [flat + WEEKS_PER_MONTH * bound_usd_per_week(responses, prices, worths) for worths in tried]
    best = max(range(len(tried)), key=lambda number: bounds[number])
    return tried[-1], max(0.0, bounds[best])


def _own(answer: StackAnswer, goods: Sequence[Good]) -> tuple[Bought, ...]:
    by_name = {(good.term, good.scope): good for good in goods}
    return tuple(Bought(by_name[term, scope], machines, usd) for term, scope, machines, usd in answer.bought)


def _bought(answers: Mapping[str, StackAnswer], market: Market, also: Sequence[tuple[Bought, ...]]) -> Settled:
    """With the commitments that are cheapest for these machines; `also` are tried too, each as it is."""
    usage = total_usage(each.usage for each in answers.values())
    tried = [market.buy(usage), *also]
    usd = [market.usd(usage, each) for each in tried]
    best = min(range(len(tried)), key=lambda number: usd[number])
    fixed = fsum(each.fixed_usd_per_month for each in answers.values())
    return Settled(answers, tried[best], fixed + WEEKS_PER_MONTH * usd[best])


def _again(
    fleet: Fleet,
    ask: Ask,
    ways: Mapping[str, list[StackAnswer]],
    best: Settled,
    market: Market,
    prices: Mapping[str, Floats],
) -> Settled:
    """With each stack asked for its machines at the organisation's prices, where that costs less."""
    mean = {name: float(usd.mean()) for name, usd in prices.items()}
    second = {each.name: each for each in ask([fleet.task(name, mean) for name in ways], fleet.catalog)}
    mixed: dict[str, StackAnswer] = {}
    for name, (mine,) in ways.items():
        other = second[name]
        mixed[name] = other if _usd(other, prices) < _usd(mine, prices) * _NO_BETTER else mine
        ways[name].append(other)
    for answers in (mixed, second):
        found = _bought(answers, market, [])
        if found.usd_per_month < best.usd_per_month * _NO_BETTER:
            best = found
    return best


def _within(
    fleet: Fleet, ask: Ask, ways: Mapping[str, list[StackAnswer]], market: Market, prices: Mapping[str, Floats]
) -> dict[str, StackAnswer]:
    """One way of each stack that keeps the shared quotas, the cheapest at the organisation's prices."""
    mean = {name: float(usd.mean()) for name, usd in prices.items()}

    def asked(questions: Sequence[tuple[str, Mapping[str, int]]]) -> Sequence[StackAnswer]:
        return ask([fleet.task(name, mean, within) for name, within in questions], fleet.catalog)

    return within_quotas(fleet.quotas, ways, lambda answer: _usd(answer, prices), asked, market.backend)


def _usd(answer: StackAnswer, prices: Mapping[str, Floats]) -> float:
    """A month of one way at these prices."""
    paid = fsum(
        count * float(prices[name][hour]) for hour, here in enumerate(answer.usage) for name, count in here.items()
    )
    return answer.fixed_usd_per_month + paid * WEEKS_PER_MONTH
