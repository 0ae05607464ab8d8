"""A fleet's plan on a terminal: what each stack costs, what the organisation buys, and how good all of it is."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from solver.plan.fleet import FleetCommitment, FleetHeld, FleetPlan, FleetScenarios
from solver.quantity import format_usd

_MOST_STACKS = 40
_MOST_SHARES = 6


def fleet_view(plan: FleetPlan) -> RenderableType:
    """The stacks by name, the dearest ones of many; then commitments with their shares, then the proof."""
    parts: list[RenderableType] = [_stacks(plan)]
    if plan.commitments or plan.held:
        parts.append(Text())
    parts += [Text(line) for each in plan.commitments for line in _bought_lines(each)]
    parts += [Text(line) for each in plan.held for line in _held_lines(each)]
    if not plan.shared:
        parts.append(Text("Each stack is cheaper with commitments of its own: turn sharing off for their accounts."))
    if plan.scenarios is not None:
        parts += [Text(), *(Text(line) for line in _scenario_lines(plan.scenarios))]
    return Group(*parts, Text(), *(Text(line) for line in _proof_lines(plan)))


def _stacks(plan: FleetPlan) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("stack")
    for head in ("a month", "of that committed", "on demand", "bought by itself"):
        table.add_column(head, justify="right")
    dearest = sorted(plan.stacks, key=lambda each: (-each.cost_usd_per_month, each.stack))
    shown = {each.stack for each in dearest[:_MOST_STACKS]}
    for each in plan.stacks:
        if each.stack in shown:
            table.add_row(
                each.stack,
                format_usd(each.cost_usd_per_month),
                format_usd(each.commitments_usd_per_month),
                format_usd(each.on_demand_usd_per_month),
                format_usd(each.alone_usd_per_month),
            )
    if len(plan.stacks) > _MOST_STACKS:
        table.add_row(f"… and {len(plan.stacks) - _MOST_STACKS} more, each cheaper than these", "", "", "", "")
    return table


def _what(each: FleetCommitment | FleetHeld) -> str:
    where = "" if each.region is None else f" in {each.region}"
    if each.machines:
        return f"{each.machines} × {each.scope}{where}"
    return f"{format_usd(each.usd_per_hour)} an hour, {each.scope or 'any machine it covers'}{where}"


def _use(each: FleetCommitment | FleetHeld) -> str:
    return (
        f"{100 * each.used:.0f} % used; without it the same machines cost "
        f"{format_usd(each.saved_usd_per_month)} a month more."
    )


def _bought_lines(each: FleetCommitment) -> Iterator[str]:
    yield f"To buy: {each.kind} for {each.years} y, {each.payment}, {_what(each)}: {_use(each)}"
    yield from _share_lines(each)


def _held_lines(each: FleetHeld) -> Iterator[str]:
    yield f"Held: {each.kind}, {_what(each)}: {_use(each)}"
    yield from _share_lines(each)


def _share_lines(each: FleetCommitment | FleetHeld) -> Iterator[str]:
    largest = sorted(each.shares, key=lambda share: (-share.usd_per_hour, -share.machines, share.stack))
    words = [
        f"{share.stack} {share.machines:.2f}" if each.machines else f"{share.stack} ${share.usd_per_hour:.3f}"
        for share in largest[:_MOST_SHARES]
    ]
    more = len(largest) - _MOST_SHARES
    yield f"  shares: {', '.join(words)}{f', and {more} more stacks' if more > 0 else ''}"


def _scenario_lines(each: FleetScenarios) -> Iterator[str]:
    yield (
        f"{each.scenarios} weeks of other loads and losses (seed {each.seed}): {format_usd(each.mean_usd_per_month)} a "
        f"month in the mean, nine in ten from {format_usd(each.low_usd_per_month)} to "
        f"{format_usd(each.high_usd_per_month)}."
    )
    yield (
        f"Not all is served in {100 * each.unserved:.2f} % of the services' hours by the planned machines, in "
        f"{100 * each.unserved_grown:.2f} % when autoscaling has grown."
    )
    best = f"{each.best_part:g} times as much" if each.best_part != 1 else "what is bought"
    yield (
        f"What is bought costs {format_usd(each.regret_usd_per_month)} a month more than foresight would; {best} costs "
        f"least in the mean, {format_usd(each.best_mean_usd_per_month)}."
    )


def _proof_lines(plan: FleetPlan) -> Iterator[str]:
    proof = plan.proof
    saved = plan.separate_usd_per_month - proof.cost_usd_per_month
    yield (
        f"All stacks: {format_usd(proof.cost_usd_per_month)} a month; with commitments bought stack by stack "
        f"{format_usd(plan.separate_usd_per_month)}, which is {format_usd(saved)} more."
    )
    yield (
        f"No plan of them costs less than {format_usd(proof.bound_usd_per_month)}: "
        f"gap {100 * proof.gap:.2f} % ({proof.solver})."
    )
