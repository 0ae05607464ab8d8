"""An Explanation on one screen: need and have, what binds, what more load, other machines and each promise cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from math import ceil, floor

from rich.console import Group, RenderableType
from rich.text import Text

from poolwright.render.parts import signed_usd, table
from solver.plan.comparison import Comparison
from solver.plan.explanation import (
    ControlCost,
    Explanation,
    GuaranteeCost,
    JobStanding,
    Limit,
    LoadPrice,
    MachineChoice,
    Reason,
    ServiceStanding,
)
from solver.quantity import format_usd

_NONE = "-"
_TRACE = 1e-4
_MOST_CONTROLS = 12
_MOST_NAMED = 2
_MOST_KEPT = 3


def explain_view(found: Explanation) -> RenderableType:
    """All parts that have something to say."""
    return Group(*chain.from_iterable((Text(), *part) for part in _parts(found) if part))


def _parts(found: Explanation) -> Iterator[list[RenderableType]]:
    """Parts that a blank line stands before."""
    standing: list[RenderableType] = [_services(found.services)] if found.services else []
    standing += [_job_line(job) for job in found.jobs]
    yield standing + ([_limits(found.limits)] if found.limits else [])
    yield [_load_prices(found.load_prices)] if found.load_prices else []
    yield [_machines(found.machines, solved=found.workload is not None), *_notes(found.machines)]
    yield [_guarantees(found.guarantees)] if found.guarantees else []
    yield [_controls(found.profile, found.controls)] if found.controls else []
    yield list(_other_pools(found.reasons)) if found.workload is None else list(_why(found.reasons))
    yield [_foot(found)]


def _services(standings: Sequence[ServiceStanding]) -> RenderableType:
    numbers = ("load/s", "need/s", "have/s", "spare", "zone lost", "spare ")
    shown = table("need and have at peak", "hour", *numbers, "binds, hours a week", right=numbers)
    for each in standings:
        binds = ", ".join(f"{bind.promise} {bind.hours_per_week}" for bind in each.binds) or "nothing"
        shown.add_row(
            "",
            each.workload,
            each.peak,
            f"{each.load_per_second:,.0f}",
            f"{each.need_per_second:,.0f}",
            f"{each.have_per_second:,.0f}",
            _more(each.have_per_second, each.need_per_second),
            f"{each.after_zone_loss_per_second:,.0f}",
            _more(each.after_zone_loss_per_second, each.load_per_second),
            binds,
        )
    return shown


def _more(have: float, need: float) -> str:
    # What only stands by for the loss of another site has next to no load: no part of it says anything.
    return f"{have / need - 1:+.0%}" if need > have * _TRACE else _NONE


def _job_line(job: JobStanding) -> Text:
    return Text(
        f"  {job.workload}: {job.work:,.0f} units a run; {job.can_do:,.0f} can be done in the planned {job.hours} h "
        f"({_more(job.can_do, job.work)}), of {job.window_hours} h allowed"
    )


def _limits(limits: Sequence[Limit]) -> Text:
    words = [
        f"{limit.key.rpartition('.')[2].replace('_', ' ')} {limit.used:,} of {limit.most:,}"
        + (" (binds)" if limit.binds else "")
        for limit in limits
    ]
    return _wrapped("limits", ", ".join(words) + " vCPUs" if len(words) > 1 else words[0])


def _load_prices(prices: Sequence[LoadPrice]) -> RenderableType:
    numbers = ("room", "solved for", "USD a month", "each 1/s")
    shown = table("more load in its dearest hours", "hours", *numbers, "least possible", right=numbers)
    for each in prices:
        price = each.usd_per_month_for_each
        shown.add_row(
            "",
            each.workload,
            each.hours,
            f"+{each.room_per_second:,.1f}/s",
            f"+{each.more_per_second:,.0f}/s",
            *_difference(each.comparison, each.impossible),
            _NONE if price is None else f"{price:,.3f}",
            _range(each.comparison),
        )
    return shown


def _difference(comparison: Comparison | None, impossible: str | None) -> tuple[str, ...]:
    if comparison is None:
        return (_NONE if impossible is None else "no plan",)
    return (signed_usd(comparison.usd_per_month),)


def _range(comparison: Comparison | None) -> str:
    if comparison is None:
        return _NONE
    return _between(comparison.least_usd_per_month, comparison.most_usd_per_month)


def _between(least: float, most: float) -> str:
    """Whole dollars, outwards."""
    return f"{floor(least):+,} to {ceil(most):+,}"


def _machines(choices: Sequence[MachineChoice], *, solved: bool) -> RenderableType:
    more = ("plans turn at",) if solved else ()
    whose = () if solved else ("for",)
    several = len({each.site for each in choices}) > 1
    columns = ("without", *whose, "full in", "USD a month", "least possible", "instead", "price turns at", *more)
    shown = table(*columns, right=("USD a month",))
    for each in choices:
        shown.add_row(
            "",
            f"{each.site} {each.machine_type}" if several else each.machine_type,
            *([] if solved else [", ".join(dict.fromkeys(slot.partition(".")[0] for slot in each.holds))]),
            ", ".join(each.full_in[:_MOST_NAMED]) or "the load",
            *_difference(each.comparison, each.impossible),
            _range(each.comparison),
            each.instead[0].partition(" ")[0] if each.instead else _NONE,
            _turn(each),
            *([_bracket(each)] if solved else []),
        )
    return shown


def _turn(choice: MachineChoice) -> str:
    """The rise of price from which the plan loses to the one without the type, and up to which that is impossible."""
    if choice.comparison is None or choice.turns_by is None:
        return _NONE
    if choice.turns_by == 0:
        return "now"
    return _rises(choice.no_turn_below or None, choice.turns_by)


def _bracket(choice: MachineChoice) -> str:
    if choice.bracket is None:
        return _NONE
    if choice.bracket.left_at is None:
        return f"above +{_tenths_down(choice.bracket.kept_at)} %"
    return _rises(choice.bracket.kept_at, choice.bracket.left_at)


def _rises(low: float | None, high: float) -> str:
    """Parts in percent, rounded outwards."""
    last = f"+{ceil(round(high * 1000, 6)) / 10:.1f} %"
    return f"by {last}" if low is None else f"+{_tenths_down(low)} to {last}"


def _tenths_down(part: float) -> str:
    return f"{floor(round(part * 1000, 6)) / 10:.1f}"


def _notes(choices: Sequence[MachineChoice]) -> Iterator[Text]:
    for each in choices:
        if each.impossible is not None:
            yield _wrapped(f"without {each.machine_type}", f"nothing holds the demand ({each.impossible})")
        elif each.comparison is not None and each.comparison.usd_per_month < 0:
            less = format_usd(-each.comparison.usd_per_month)
            words = f"a plan that costs {less} less was found: the search missed it, within the gap it proves"
            yield _wrapped(f"without {each.machine_type}", words)


def _guarantees(costs: Sequence[GuaranteeCost]) -> RenderableType:
    numbers = ("USD a month",)
    shown = table("what it costs, or saves (-)", "now", "solved with", *numbers, "least possible", right=numbers)
    for each in costs:
        comparison = each.comparison
        if comparison is None:
            cells = (_NONE if each.impossible is None else "no plan without", _NONE)
        else:
            least, most = -comparison.most_usd_per_month, -comparison.least_usd_per_month
            cells = (_plain(-comparison.usd_per_month), _between(least, most))
        names = each.kept.split(", ")
        kept = each.kept if len(names) <= _MOST_KEPT else f"{len(names)} of them"
        shown.add_row("", each.name, kept, each.without, *cells)
    return shown


def _plain(usd: float) -> str:
    # Adding zero turns a negative zero into zero.
    return f"{usd + 0.0:,.2f}"


def _controls(profile: str, costs: Sequence[ControlCost]) -> Text:
    """Controls by what they cost together with those that need the same measures, each group once."""
    groups: dict[tuple[str, ...], ControlCost] = {}
    for each in costs:
        if each.together_usd_per_month:
            groups.setdefault((each.site, *sorted((each.control, *each.together_with))), each)
    words = [_control_words(each) for each in list(groups.values())[:_MOST_CONTROLS]]
    if len(groups) > _MOST_CONTROLS:
        words.append(f"{len(groups) - _MOST_CONTROLS} more in --json")
    paid = {control for group in groups for control in group[1:]}
    free = len(costs) - len(paid)
    words.append(f"the other {free} are free")
    return _wrapped(f"controls of {profile}, USD a month", "; ".join(words))


def _control_words(cost: ControlCost) -> str:
    others = cost.together_with
    usd = f"{cost.together_usd_per_month:,.2f}"
    if not others:
        return f"{cost.control} {usd}"
    return f"{cost.control} with {others[0] if len(others) == 1 else f'{len(others)} others'} {usd}"


def _other_pools(reasons: Sequence[Reason]) -> Iterator[Text]:
    """Runners-up of the other pools."""
    words = [
        f"{reason.subject}: {reason.next_best} +{_plain(reason.extra_usd_per_month)}"
        for reason in reasons
        if reason.next_best is not None and reason.extra_usd_per_month and "workload " not in reason.subject
    ]
    if words:
        yield _wrapped("next best of other pools", "; ".join(words))


def _why(reasons: Sequence[Reason]) -> Iterator[Text]:
    """The plan's own words on a workload."""
    for reason in reasons:
        if "workload " in reason.subject:
            yield _wrapped("why", reason.text)


def _foot(found: Explanation) -> Text:
    if not found.solved:
        return Text("No other plan was solved (--quick): what else would cost is left out.", "dim")
    return Text(
        f"{found.solved} plans solved. USD a month: the difference of two plans, as `poolwright whatif {found.stack}` "
        "gives it for the arguments that --json has. Least possible: by how much the least possible costs differ.",
        "dim",
    )


def _wrapped(head: str, words: str) -> Text:
    return Text.assemble((f"{head}: ", "dim"), words)
