"""What can't hold together on owned hosts: the smallest set of services, and what load of each would fit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from solver.errors import InfeasibleError, Member
from solver.model.backend import Backend
from solver.model.conflict.smallest import smallest_conflict
from solver.model.owned.placement import Placement
from solver.model.owned.shares import Shares
from solver.vocabulary import Survive


def too_small(shares: Shares, backend: Backend) -> InfeasibleError:
    """The error for hosts that don't hold what must run on them."""
    names = sorted(shares.services)
    numbers = {name: number for number, name in enumerate(names)}

    def possible(chosen: frozenset[int]) -> bool:
        return Placement(_only(shares, [names[number] for number in chosen]), backend).held({}) is not None

    found = smallest_conflict(frozenset(numbers.values()), possible)
    conflict = [names[number] for number in sorted(found or ())]
    kept = _only(shares, conflict)
    placement = Placement(kept, backend)
    sites = " and ".join(dict.fromkeys(site for name in conflict for site in shares.owned_sites(name)))
    return InfeasibleError(
        f"the hosts of {sites} don't hold together what must run on them, with headroom and what may be lost",
        conflict=[*(_member(shares, placement, name) for name in conflict), *_losses(kept, backend)],
        hint="More hosts, larger ones, or a site of AWS in the workload's sites would hold them",
    )


def _member(shares: Shares, placement: Placement, name: str) -> Member:
    most = placement.most_load(name)
    frees = None if not most else f"{most:,.4g}/s would do"
    return Member(f"workloads.{name}.load: {shares.peaks[name]:,.4g}/s at its highest", frees)


def _losses(shares: Shares, backend: Backend) -> list[Member]:
    """The fewest losses of which each must be survived for the loads to be too much; none where the loads are."""
    demand = shares.demand
    names = sorted(key for key, entry in shares.services.items() if entry.survive is not Survive.NONE)

    def possible(chosen: frozenset[int]) -> bool:
        kept = {names[number] for number in chosen}
        workloads = {
            key: entry.model_copy(update={"survive": Survive.NONE}) if key in names and key not in kept else entry
            for key, entry in demand.workloads.items()
        }
        other = Shares(replace(shares.options, demand=demand.model_copy(update={"workloads": workloads})))
        return Placement(other, backend).held({}) is not None

    found = smallest_conflict(frozenset(range(len(names))), possible)
    return [
        Member(f"workloads.{name}.survive: {shares.services[name].survive}", "without it they fit")
        for name in (names[number] for number in sorted(found or ()))
    ]


def _only(shares: Shares, names: Collection[str]) -> Shares:
    """The same with these services alone on Docker sites."""
    demand = shares.demand
    workloads = {
        key: entry.model_copy(update={"calls": tuple(callee for callee in entry.calls if callee in names)})
        for key, entry in demand.workloads.items()
        if key in names
    }
    return Shares(replace(shares.options, demand=demand.model_copy(update={"workloads": workloads})))
