"""A replay on a terminal: what is served of each multiple of the demand, what is short, and what would serve it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from math import floor
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from solver.plan.schedule import format_days
from solver.proofs.served import Served
from solver.quantity import format_clock
from solver.replay import Case, Loss, least_served
from solver.vocabulary import Weekday

_DAYS = tuple(Weekday)
_MOST_SHORT = 12


def replay_view(stack: str, cases: Sequence[Case]) -> RenderableType:
    """A table of what is served, then the hours that even autoscaling can't serve, by factor and loss."""
    sites = list(dict.fromkeys(case.site for case in cases))
    factors = list(dict.fromkeys(case.factor for case in cases))
    parts: list[RenderableType] = [
        Text.assemble(
            (f"Stack {stack}", "bold"),
            ": part of the week's load that the least-served service gets, as planned and when autoscaling has grown",
        )
    ]
    for site in sites:
        parts += [Text(), _table(site, [case for case in cases if case.site == site], factors)]
    short = list(short_lines(cases))
    if short:
        parts += [Text(), Text("Short even when grown", "bold"), *short]
    return Group(*parts)


def _table(site: str, cases: Sequence[Case], factors: Sequence[float]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(f"site {site} loses")
    for factor in factors:
        table.add_column(f"{factor:g} × planned", justify="right")
        table.add_column("grown", justify="right")
    table.add_column("adds first")
    for loss in Loss:
        here = [case for case in cases if case.loss is loss]
        if here:
            table.add_row(_loss_words(here), *_cells(here, factors), _first_added(here))
    return table


def _elsewhere_words(cases: Sequence[Case]) -> str:
    """What of a lost site the others have nothing of."""
    names = dict.fromkeys(case.workload for case in cases if case.grown.share == 0)
    return f"nowhere else: {', '.join(names)}" if names else ""


def _loss_words(cases: Sequence[Case]) -> str:
    pools = sorted({case.pools for case in cases if case.pools})
    few = pools == [1]
    many = "" if few or not pools else f"{pools[0]} " if len(pools) == 1 else f"{pools[0]} to {pools[-1]} "
    of_spot = "spot pool" if few else "spot pools"
    return {
        Loss.NOTHING: "nothing",
        Loss.ZONE: "any one zone",
        Loss.SPOT: f"the {many}largest {of_spot}",
        Loss.ZONE_AND_SPOT: f"a zone, and the {many}largest {of_spot}",
        Loss.SITE: "the whole site",
    }[cases[0].loss]


def _cells(cases: Sequence[Case], factors: Sequence[float]) -> Iterator[Text]:
    for factor in factors:
        here = [case for case in cases if case.factor == factor]
        planned, grown = least_served(here, grown=False), least_served(here, grown=True)
        if planned is None or grown is None:
            # A site may be asked for something only when there is more.
            yield from (Text("–"), Text("–"))
            continue
        broken = any(case.promised and case.planned.short is not None for case in here)
        yield Text(share_words(planned.planned.share), "red" if broken else "")
        yield Text(share_words(grown.grown.share), "" if grown.grown.short is None else "yellow")


def _first_added(cases: Sequence[Case]) -> str:
    """The first machines that autoscaling adds at the smallest factor that asks for any; of a lost site, what ran there
    alone."""
    if cases[0].loss is Loss.SITE:
        return _elsewhere_words(cases)
    for case in cases:
        short = case.planned.short
        if short is not None and short.next is not None and short.next.machines:
            return f"{case.factor:g} ×: {short.next.machines} × {short.next.node_group} for {case.workload}"
    return ""


def short_lines(cases: Sequence[Case]) -> Iterator[Text]:
    """One line for each workload that autoscaling can't serve, at the smallest factor of each loss."""
    seen: set[tuple[str, str, Loss]] = set()
    shown = 0
    for case in cases:
        short = case.grown.short
        key = (case.site, case.workload, case.loss)
        if short is None or key in seen:
            continue
        seen.add(key)
        shown += 1
        if shown > _MOST_SHORT:
            continue
        lost = "" if case.loss is Loss.NOTHING else f" without {_lost_words(case)}"
        yield Text(f"  {case.workload} at {case.factor:g} × the demand{lost}: {_short_words(case)}")
    if shown > _MOST_SHORT:
        yield Text(f"  … and {shown - _MOST_SHORT} more")


def _lost_words(case: Case) -> str:
    return f"site {case.site}" if case.loss is Loss.SITE else _loss_words([case])


def _short_words(case: Case) -> str:
    if case.loss is Loss.SITE and case.grown.share == 0:
        return "no other site has any of it"
    return shortage_words(case.grown, "the other sites have" if case.loss is Loss.SITE else "the plan has")


def shortage_words(served: Served, holder: str = "the plan has") -> str:
    """When and how much is short, and what would serve it; `holder` has no more where nothing would."""
    short = served.short
    if short is None:
        return "all is served"
    hours = f"from {hour_words(short.first_hour)} in {short.hours} h a week"
    text = (
        f"{share_words(served.share)} served; short {hours}, most {hour_words(short.worst_hour)}: "
        f"{_number(short.load_per_second)}/s, {_number(short.held_per_second)}/s are held"
    )
    growth = short.next
    if growth is None:
        return f"{text}; {holder} no more of it"
    if growth.but:
        return f"{text}; {growth.but}"
    machines = f"{growth.machines} × {growth.node_group}" if growth.machines else f"room on {growth.node_group}"
    text += f"; {growth.replicas} more {growth.variant} on {machines} would do"
    return f"{text}, above {' and '.join(growth.over)}" if growth.over else text


def growth_line(cases: Sequence[Case]) -> str:
    """For the plan's own output: what is served of more than the demand, when autoscaling has grown."""
    words: list[str] = []
    for factor in dict.fromkeys(case.factor for case in cases):
        here = [case for case in cases if case.factor == factor]
        parts: list[str] = []
        for loss in dict.fromkeys(case.loss for case in here):
            worst = least_served([case for case in here if case.loss is loss], grown=True)
            assert worst is not None
            text = share_words(worst.grown.share)
            if worst.grown.short is not None:
                text += f" ({worst.workload}, from {hour_words(worst.grown.short.first_hour)})"
            parts.append(text if loss is Loss.NOTHING else f"without {loss} {text}")
        words.append(f"at {factor:g} times the demand {', '.join(parts)}")
    return f"With autoscaling it serves {'; '.join(words)}." if words else ""


def replay_record(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """The cases as plain JSON values."""
    return [asdict(case) for case in cases]


def share_words(share: float) -> str:
    """`97.3 %`, rounded down: only a whole share is 100 %."""
    return "100 %" if share >= 1 else f"{floor(share * 1000) / 10:.1f} %"


def hour_words(hour: int) -> str:
    """`mon 14:00`."""
    return f"{format_days((_DAYS[hour // 24],))} {format_clock(hour % 24)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.3g}"
