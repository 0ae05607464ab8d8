"""The loss of a whole site, on the hosts of the others: rows of the problem of `program`.

    Σ after(w,o,d,x) over o  ≤  capacity of w on d                      each site x that w outlives, each other site d
    Σ after(w,o,d,x) over d  =  load(w,o), no headroom                  where no site of AWS but x may serve o
                             ≤  load(w,o)                               where one may, which then has the rest

`after` is the load of the peak hour. What has no row here is asked of AWS (`takeover`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pulp

if TYPE_CHECKING:
    from solver.model.owned.program import HostProgram

_pulp: Any = pulp


def loss_rows(program: HostProgram, key: str) -> dict[str, Any]:
    """Adds the rows of a service; by Docker site that is lost, load that hosts hold then though AWS might."""
    shares = program.shares
    outlived: dict[str, Any] = {}
    for lost in shares.options.sites[key]:
        owned = lost in program.demand.docker_sites
        by_site: dict[str, list[Any]] = {site: [] for site in shares.owned_sites(key) if site != lost}
        bought: list[Any] = []
        for number, (_, share) in enumerate(shares.origins(key).items()):
            amounts: list[Any] = []
            for site, here in by_site.items():
                if site in share.owned:
                    amount = _pulp.LpVariable(f"after_{key}_{number}_{site}_{lost}", 0)
                    here.append(amount)
                    amounts.append(amount)
            all_of_it, asked = _pulp.lpSum([*amounts, program.nothing]), share.part * shares.peaks[key]
            name = f"after_{key}_{number}_{lost}"
            if share.bought and owned:
                bought += amounts
                program.row(all_of_it <= asked, name)
            elif key == program.less_of:
                program.row(all_of_it >= program.load * share.part, name)
            else:
                program.row(all_of_it == asked, name)
        for site, amounts in by_site.items():
            here = [host for host in program.of.hosts if host.site == site]
            program.row(program.capacity(key, here) >= _pulp.lpSum(amounts), f"holds_{key}_{site}_{lost}")
        if owned:
            outlived[lost] = _pulp.lpSum(bought)
    return outlived


def survivor_gains(program: HostProgram, key: str, here: Any, levels: Sequence[tuple[float, float]]) -> list[Any]:
    """What levels of a load are worth, half of it where hosts serve them after every loss as well.

    Hosts have replicas of it whatever its load is worth, and what they serve is at least what counts.
    """
    gains: list[Any] = []
    for when, amounts in (("before", [here]), ("after", [here, *program.outlived[key].values()])):
        counted: list[Any] = []
        for number, (width, usd) in enumerate(levels):
            level = _pulp.LpVariable(f"level_{key}_{number}_{when}", 0, width)
            counted.append(level)
            gains.append(level * (usd / 2))
        for number, amount in enumerate(amounts):
            if counted:
                program.row(amount >= _pulp.lpSum(counted), f"levels_{key}_{when}_{number}")
    return gains


def maximise_without(program: HostProgram, key: str, lost: str) -> None:
    """Asks for what a service's replicas can do at most on other sites than one."""
    left = [host for host in program.of.hosts if host.site != lost]
    program.problem.sense = _pulp.LpMaximize
    program.problem.setObjective(program.capacity(key, left) + program.nothing)


def maximise_load(program: HostProgram, key: str) -> None:
    """Asks for the highest load of a service that the hosts hold where no site of AWS can."""
    for number, (origin, share) in enumerate(program.shares.origins(key).items()):
        if share.owned and not share.bought:
            served = [
                amount for (service, at, _), amount in program.from_origin.items() if (service, at) == (key, origin)
            ]
            program.row(_pulp.lpSum(served) >= program.load * share.part, f"load_{key}_{number}")
    program.problem.sense = _pulp.LpMaximize
    program.problem.setObjective(program.load)
