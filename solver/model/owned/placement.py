"""Which replicas run on which owned hosts: what is asked of the problem (`program`), and what hosts can do at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from solver.model.backend import Backend
from solver.model.owned.hosts import HostKey
from solver.model.owned.losses import maximise_load, maximise_without
from solver.model.owned.program import NODES, Held, HostProgram, machines_of
from solver.model.owned.shares import Shares
from solver.model.solution import Outcome


@dataclass
class Placement:
    """The problem of one demand."""

    shares: Shares
    backend: Backend
    approved: Mapping[HostKey, Mapping[str, int]] = field(default_factory=dict[HostKey, "Mapping[str, int]"])

    def __post_init__(self) -> None:
        self.machines = machines_of(self.shares, self.approved)

    def held(self, values: Mapping[str, Sequence[tuple[float, float]]]) -> Held | None:
        """The best placement where levels of each service's load are worth so much; None where none holds what must.

        `values`: service → (width of a level in units a second, USD a month for each unit), dearest level first. A
        service without one serves no more here than it must.
        """
        if not self.shares.services:
            return Held({host: {} for host in self.machines.hosts}, {}, 0.0, 0.0)
        model = HostProgram(self.machines, values)
        first = self.backend.run(model.problem, node_limit=NODES)
        if not first.values:
            return None
        chosen = model.nearest(first.objective, self.backend) or first.values
        full = model.filled(chosen, self.backend) or chosen
        return model.read(full, bound=first.bound if not values else float("-inf"))

    def most_without(self, service: str, lost: str) -> float:
        """Load of a service in units a second that no placement does more of on all sites but one; infinite where that
        can't be told."""
        model = HostProgram(self.machines, {})
        maximise_without(model, service, lost)
        found = self.backend.run(model.problem, node_limit=NODES)
        return found.bound if found.values else inf

    def most_load(self, service: str) -> float | None:
        """Highest load of a service, in units a second, that hosts hold where no site of AWS can, beside what must be
        here of others; None where they don't hold that."""
        if service not in self.shares.survivors:
            return self.most(service)
        model = HostProgram(self.machines, {}, less_of=service)
        maximise_load(model, service)
        found = self.backend.run(model.problem, node_limit=NODES)
        return None if found.outcome is Outcome.INFEASIBLE else found.bound

    def most(self, service: str) -> float | None:
        """Load of a service in units a second that no placement serves more of, beside what others must have here; None
        where the hosts don't hold that."""
        model = HostProgram(self.machines, {}, less_of=service)
        model.maximise(service)
        found = self.backend.run(model.problem, node_limit=NODES)
        return None if found.outcome is Outcome.INFEASIBLE else found.bound
