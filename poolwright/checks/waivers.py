"""Waivers: what they may name beside the catalog's controls, until when they count, and what to do about ended ones."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from solver.demand.compliance import Waiver
from solver.demand.demand import Demand
from solver.demand.loader import LoadedDemand
from solver.errors import Problem


def more_waivable(demand: Demand) -> Collection[str]:
    """Ids of checks and of the controls that they serve; nothing for a demand that waives nothing.

    The checks take longer to load than all the rest of a plan's inputs: only who waives pays.
    """
    if not demand.compliance.waivers:
        return ()
    from poolwright.checks.registry import waivable

    return waivable()


def counts(waiver: Waiver, on: date) -> bool:
    """Whether a waiver counts on a day: up to and including its last one."""
    return waiver.expires >= on


def remedy(stack: str) -> str:
    """What to do about a waiver that has ended."""
    return f"Decide again and write a later `expires`, or take the waiver out and run: poolwright plan {stack} --write"


def ended_waivers(loaded: LoadedDemand, on: date) -> list[Problem]:
    """One problem for each waiver that has ended by a day, at its file and line."""
    return [
        loaded.problem(
            ("compliance", "waivers", number, "expires"),
            f"the waiver of {waiver.control} ({answers_for(waiver.id, waiver.owner)}) ended before {on}",
            hint=remedy(loaded.demand.stack),
        )
        for number, waiver in enumerate(loaded.demand.compliance.waivers)
        if not counts(waiver, on)
    ]


def answers_for(ticket: str | None, owner: str) -> str:
    """The ticket, where there is one, and who answers for a waiver."""
    return owner if ticket is None else f"{ticket}, {owner}"
