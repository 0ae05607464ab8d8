"""Report of a fleet: what each stack costs, whose machines the commitments pay for, and how good all of it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from solver.fleet.plan import Fleet, FleetAnswer
from solver.fleet.regret import scenarios_of
from solver.model.compute.purchase import Bought, usd_per_week, week_of
from solver.model.fleet.purchase import Shares, shares_of
from solver.model.fleet.usage import total_usage
from solver.plan.cost import gap_of
from solver.plan.fleet import FleetCommitment, FleetHeld, FleetPlan, FleetProof, FleetStack, StackShare
from solver.plan.plan import PriceTable
from solver.quantity import HOURS_PER_WEEK, WEEKS_PER_MONTH, cents, millionths_up


def report(fleet: Fleet, answer: FleetAnswer) -> FleetPlan:
    """The plan as it is told; it says each stack's cost in cents, and the whole is their sum."""
    weeks, settled, market = answer.weeks, answer.settled, answer.market
    held = fleet.held
    shares = shares_of(weeks, (*held, *settled.bought), market.prices)
    if not answer.shared:
        shares = _each_alone(answer, held)
    owed = {
        name: fsum(
            each.usd_per_hour * HOURS_PER_WEEK * shares.parts(len(held) + number).get(name, 0.0)
            for number, each in enumerate(settled.bought)
        )
        for name in weeks
    }
    stacks = tuple(
        FleetStack(
            stack=name,
            cost_usd_per_month=cents(
                each.fixed_usd_per_month + WEEKS_PER_MONTH * (shares.on_demand_usd[name] + owed[name])
            ),
            alone_usd_per_month=cents(answer.first[name].alone_usd_per_month),
            commitments_usd_per_month=cents(WEEKS_PER_MONTH * owed[name]),
            on_demand_usd_per_month=cents(WEEKS_PER_MONTH * shares.on_demand_usd[name]),
            asked_again=each is not answer.first[name],
        )
        for name, each in sorted(settled.answers.items())
    )
    cost = cents(fsum(each.cost_usd_per_month for each in stacks))
    bound = min(cost, cents(answer.bound_usd_per_month))
    regions = fleet.regions
    tables = [fleet.catalog.price_table(region) for region in regions]
    saved = _saved(answer, held)
    return FleetPlan(
        prices=tuple(PriceTable(region=each.region, dated=str(each.source_date or "undated")) for each in tables),
        proof=FleetProof(
            solver=market.backend.label,
            cost_usd_per_month=cost,
            bound_usd_per_month=bound,
            gap=millionths_up(gap_of(cost, bound)),
        ),
        separate_usd_per_month=cents(answer.separate_usd_per_month),
        shared=answer.shared,
        stacks=stacks,
        commitments=tuple(
            _commitment(each, shares, len(held) + number, saved[len(held) + number])
            for number, each in enumerate(settled.bought)
        ),
        scenarios=None if fleet.draws is None else scenarios_of(answer, fleet.draws.seed),
        held=tuple(_held(each, shares, number, saved[number]) for number, each in enumerate(held)),
    )


def _each_alone(answer: FleetAnswer, held: Sequence[Bought]) -> Shares:
    """Shares where each stack's own commitments cover its own machines alone."""
    nothing = dict.fromkeys(answer.weeks, 0.0)
    found = Shares(dict(nothing), [dict(nothing) for _ in held], [0.0] * len(held))
    for name, week in answer.weeks.items():
        mine = shares_of({name: week}, answer.own[name], answer.market.prices)
        found.on_demand_usd[name] = mine.on_demand_usd[name]
        found.used += [{**nothing, **used} for used in mine.used]
        found.lost += mine.lost
    return found


def _saved(answer: FleetAnswer, held: Sequence[Bought]) -> list[float]:
    """USD a month that the same machines would cost more without each commitment, held ones first."""
    usage = total_usage(answer.weeks.values())
    market, bought = answer.market, answer.settled.bought
    whole = market.usd(usage, bought)
    found: list[float] = []
    for number in range(len(held)):
        others = (*held[:number], *held[number + 1 :])
        found.append(_usd(usage, bought, others, market.prices) - whole)
    found += [market.usd(usage, (*bought[:each], *bought[each + 1 :])) - whole for each in range(len(bought))]
    return [cents(usd * WEEKS_PER_MONTH) for usd in found]


def _usd(
    usage: Sequence[Mapping[str, int]], bought: Sequence[Bought], held: Sequence[Bought], prices: Mapping[str, float]
) -> float:
    return usd_per_week(week_of(usage, prices), bought, held)


def _used(each: Bought, lost: float) -> float:
    amount = (each.machines if each.good.by_machine else each.usd_per_hour) * HOURS_PER_WEEK
    return round(1 - lost / amount, 6) if amount else 0.0


def _shares(each: Bought, shares: Shares, number: int) -> tuple[StackShare, ...]:
    return tuple(
        StackShare(
            stack=name,
            usd_per_hour=round(each.usd_per_hour * part, 6),
            machines=round(each.machines * part, 6),
        )
        for name, part in sorted(shares.parts(number).items())
    )


def _where(each: Bought) -> tuple[str | None, str | None]:
    region, slash, scope = each.good.scope.partition("/")
    return (region, scope) if slash else (None, each.good.scope or None)


def _commitment(each: Bought, shares: Shares, number: int, saved: float) -> FleetCommitment:
    region, scope = _where(each)
    return FleetCommitment(
        kind=each.good.term.kind,
        years=each.good.term.years,
        payment=each.good.term.payment,
        region=region,
        scope=scope,
        machines=each.machines,
        usd_per_hour=each.usd_per_hour,
        used=_used(each, shares.lost[number]),
        saved_usd_per_month=saved,
        shares=_shares(each, shares, number),
    )


def _held(each: Bought, shares: Shares, number: int, saved: float) -> FleetHeld:
    region, scope = _where(each)
    return FleetHeld(
        kind=each.good.term.kind,
        region=region,
        scope=scope,
        machines=each.machines,
        usd_per_hour=each.usd_per_hour,
        used=_used(each, shares.lost[number]),
        saved_usd_per_month=saved,
        shares=_shares(each, shares, number),
    )
