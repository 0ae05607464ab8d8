"""Stability: the approved plan is kept where it still holds, and left only for what earns the disruption.

The services that share machines are a part, which stays or moves by itself (`parts`). The plan in which all parts stay
is kept while it costs at most the gap more than the new plan, or no more than the double running of the machines that a
move to the new plan starts. Otherwise parts move, those that save most first and each as little as it can, until the
plan costs at most half of the gap more: a plan that was just moved to the edge of the gap would move again with the
next price. Commitments stay by the same rule; where they have to change and the machines with the best ones are still
within half of the gap, only they do.

A plan that is kept may be proven less well than the new plan would be: its own gap says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from solver.model.compute.approved import Approved
from solver.model.compute.fewest_steps import FewestSteps
from solver.model.compute.hourly import Hourly, HourPlan
from solver.model.compute.leeway import Leeway
from solver.model.compute.parts import Part, Way, Ways, parts_of
from solver.model.compute.promises import is_within_quotas
from solver.model.compute.purchase import Bought
from solver.model.compute.services import Besides, Choice, priced, with_columns
from solver.model.compute.splitting import split_by
from solver.quantity import WEEKS_PER_MONTH

_HOURS_SIDE_BY_SIDE = 1
"""New machines run beside the old ones until the tasks have moved."""
_SAME = 1e-6
_ANY = Leeway()


@dataclass(frozen=True)
class Rejected:
    """A move that is not made."""

    services: tuple[int, ...]
    """Numbers of the services that would move; none for commitments alone."""
    old: tuple[int, ...]
    """Columns that they would leave."""
    new: tuple[int, ...]
    """Columns that they would begin to use."""
    usd_per_week: float
    """What it would save."""


@dataclass(frozen=True)
class Steady:
    """The choice that is taken, with the classes it is made for."""

    hourly: Hourly
    choice: Choice
    rejected: tuple[Rejected, ...] = ()
    fresh_usd_per_week: float = 0.0
    """What the plan would cost without the approved one."""
    stays: bool = False
    """All approved machines stay as they are."""


@dataclass(frozen=True)
class _Moves:
    """The parts and what they cost together."""

    ways: Ways
    parts: Sequence[Part]
    besides: Besides
    limit: int
    held: Sequence[Bought] | None
    """Commitments of the approved plan; None where they can't be bought any more."""
    gap: float
    leeway: Leeway

    def gap_usd(self, fresh: Choice) -> float:
        """The gap, as a part of all that the stack costs."""
        return self.gap * (fresh.usd_per_week + self.leeway.besides)

    def most_changed(self, fresh: Choice) -> float:
        """What a plan may cost that has to change, USD a week."""
        least = min(self.leeway.most, self.leeway.most_changed)
        return max(fresh.usd_per_week, min(fresh.usd_per_week + self.gap_usd(fresh) / 2, least))

    def choice(self, taken: Sequence[Way], bought: Sequence[Bought] | None = None) -> Choice | None:
        """All parts in these ways; None where they have too many groups, or more machines than the quotas."""
        if len(frozenset[int]().union(*(way.columns for way in taken))) > self.limit:
            return None
        hours: list[HourPlan] = []
        for number in range(len(self.ways.hourly.task.weight)):
            machines = {column: count for way in taken for column, count in way.hours[number].items()}
            if not is_within_quotas(self.ways.hourly, number, machines):
                return None
            hours.append(HourPlan(dict(sorted(machines.items())), 0.0, {}))
        return priced(self.ways.hourly, tuple(hours), self.besides, bought)


def steadiest(
    hourly: Hourly,
    approved: Approved,
    fresh: Choice,
    besides: Besides,
    *,
    gap: float,
    limit: int,
    leeway: Leeway = _ANY,
) -> Steady:
    """The choice that changes least among those that cost the same as the fresh one within the gap.

    `leeway` says what it may cost, if the fresh one does not cost more.
    """
    if not approved.weeks:
        return Steady(hourly, fresh)
    coarse = with_columns(hourly, approved.columns)
    columns = sorted(approved.weeks)
    fine, origin = split_by(coarse, list(zip(*(approved.weeks[column] for column in columns), strict=True)))
    machines = [hour.machines for hour in fresh.hours]
    ways = Ways(fine, coarse, origin, approved.weeks, machines, fresh.bought, besides.usage)
    held = approved_commitments(fine, approved)
    moves = _Moves(ways, parts_of(fine, columns, fresh.columns), besides, limit, held, gap, leeway)
    options = [_Options(ways, part) for part in moves.parts]
    taken = _least(moves, options, fresh)
    if taken is None or any(way.rank for way in taken):
        taken = _with_fewer_steps(moves, options, taken, moves.most_changed(fresh))
    best = moves.choice(taken) if taken is not None else None
    if taken is None or best is None:
        return Steady(hourly, fresh)
    rejected = list(_rejected(moves, taken, best))
    choice = best
    kept = moves.choice(taken, held) if held is not None and held != best.bought else None
    if kept is not None and kept.usd_per_week <= max(_most(moves, taken, fresh), best.usd_per_week):
        choice = kept
        rejected.append(Rejected((), (), (), kept.usd_per_week - best.usd_per_week))
    rejected = [move for move in rejected if move.usd_per_week > _SAME]
    stays = not any(way.rank for way in taken)
    return Steady(fine, choice, tuple(rejected), fresh.usd_per_week, stays)


class _Options:
    """The ways of one part, each made once and only when it is asked for."""

    def __init__(self, ways: Ways, part: Part) -> None:
        self._more = ways.of(part)
        self.known: list[Way] = []
        self.renewed = ways.renewed(part)

    def __iter__(self) -> Iterator[Way]:
        yield from self.known
        for way in self._more:
            self.known.append(way)
            yield way


def _with_fewer_steps(
    moves: _Moves, options: Sequence[_Options], taken: Sequence[Way] | None, target: float
) -> list[Way] | None:
    """By part a way with fewer changes of schedules, up to a cost; else what was taken, None for the fresh choice."""
    begun = list(taken) if taken is not None else [each.renewed for each in options]
    steps = FewestSteps(moves.ways.hourly, moves.parts, moves.ways.weeks, moves.ways.bought, moves.besides, moves.limit)
    known = [[*each.known, each.renewed] for each in options]
    found = steps.ways(known, [begun, [each[0] for each in known]], lambda some: _usd(moves, some) <= target)
    if found is not None and steps.changes(found) < steps.changes(begun):
        return found
    return None if taken is None else begun


def _least(moves: _Moves, options: Sequence[_Options], fresh: Choice) -> list[Way] | None:
    """By part the way that is taken; None for the fresh choice as it is."""
    taken = [next(iter(each)) for each in options]
    usd = _usd(moves, taken)
    target = moves.most_changed(fresh)
    most = _most(moves, taken, fresh)
    if usd <= target or (usd <= most and (moves.held is None or _usd(moves, taken, moves.held) <= most)):
        return taken
    # The part that saves most comes first.
    after = [_usd(moves, _with(taken, place, each.renewed)) for place, each in enumerate(options)]
    order = sorted(range(len(taken)), key=lambda place: (round(after[place], 6), place))
    moved: list[int] = []
    for place in order:
        if usd <= target:
            break
        moved.append(place)
        now = taken[place]
        for way in options[place]:
            if way.rank >= now.rank:
                taken[place] = way
                usd = _usd(moves, taken)
                if usd <= target:
                    break
    if usd > target:
        return None
    # What turned out to be more than enough is taken back, the least saving first.
    for place in reversed(moved):
        for way in options[place]:
            if way.rank >= taken[place].rank:
                break
            if _usd(moves, _with(taken, place, way)) <= target:
                taken[place] = way
                break
    return None if all(way.hours == each.renewed.hours for way, each in zip(taken, options, strict=True)) else taken


def _with(taken: Sequence[Way], place: int, way: Way) -> list[Way]:
    return [*taken[:place], way, *taken[place + 1 :]]


def _usd(moves: _Moves, taken: Sequence[Way], bought: Sequence[Bought] | None = None) -> float:
    choice = moves.choice(taken, bought)
    return inf if choice is None else choice.usd_per_week


def _most(moves: _Moves, taken: Sequence[Way], fresh: Choice) -> float:
    """What a plan may cost: that stays as it is, or that has to change anyway."""
    if any(way.rank for way in taken):
        return moves.most_changed(fresh)
    more = max(moves.gap_usd(fresh), _disruption_usd(moves, taken, fresh))
    return min(fresh.usd_per_week + more, max(moves.leeway.most, fresh.usd_per_week))


def _disruption_usd(moves: _Moves, taken: Sequence[Way], fresh: Choice) -> float:
    """What the machines that the fresh choice starts anew cost while the old ones still run, by the week of a month."""
    columns = moves.ways.hourly.columns
    usd = columns.usd_per_hour()
    total = 0.0
    for column in fresh.columns:
        before = max(way.hours[number].get(column, 0) for way in taken for number in range(len(way.hours)))
        after = max(hour.machines.get(column, 0) for hour in fresh.hours)
        total += max(0, after - before) * float(usd[column])
    return total * _HOURS_SIDE_BY_SIDE / WEEKS_PER_MONTH


def _rejected(moves: _Moves, taken: Sequence[Way], choice: Choice) -> Iterator[Rejected]:
    renewed = [moves.ways.renewed(part) for part in moves.parts]
    differ = [place for place, way in enumerate(taken) if way.hours != renewed[place].hours]
    for place in differ:
        saving = choice.usd_per_week - _usd(moves, _with(taken, place, renewed[place]))
        old, new = taken[place].columns, renewed[place].columns
        services = tuple(sorted(moves.parts[place].services))
        yield Rejected(services, tuple(sorted(old - new)), tuple(sorted(new - old)), saving)


def approved_commitments(hourly: Hourly, approved: Approved) -> tuple[Bought, ...] | None:
    """Those of the approved plan; None when one of them can no longer be bought."""
    found: list[Bought] = []
    for each in approved.plan.commitments:
        good = next(
            (
                good
                for good in hourly.goods
                if (good.term.kind, good.term.years, good.term.payment, good.scope or None)
                == (each.kind, each.years, each.payment, each.machine_type)
            ),
            None,
        )
        if good is None:
            return None
        usd = each.machines * good.rates[good.scope] if good.by_machine else each.usd_per_hour
        found.append(Bought(good, each.machines, usd))
    return tuple(sorted(found, key=lambda each: hourly.goods.index(each.good)))
