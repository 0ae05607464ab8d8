"""Question: is there any plan for a demand, asked as fast as it can be answered.

What only changes the cost is left out: commitments, the budget, how close a plan is to its bound. Three stages, from
fast to slow, each an answer by itself where it can be:

1. each workload alone: what can't be planned alone can't be planned with others, and what no quota limits can be
   planned on machines of its own (`alone`); and whether the services fit on so few node groups (`together`, and
   `single` for one);
2. all together, in one hour that has each service's highest load: what can be planned for it can be for every hour;
3. all together, hour by hour. Without quotas the second stage is exact, since hours then share nothing but node groups,
   which hold as many machines as wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from solver.demand.demand import Demand
from solver.demand.purchase import PurchaseWish
from solver.demand.workloads import Service
from solver.errors import InfeasibleError
from solver.model.conflict.alone import Told

_ANY_GAP = 0.5
MOST_WORK = 300
"""Of a search for conflicts: a plan is as much work as the square of its workloads."""


class GivenUpError(Exception):
    """The work that a search may take is done."""


@dataclass
class Question:
    """Answers about the demands of one site; the same demand is planned once."""

    site: str
    solve: Callable[[Demand], object]
    """Plans the site's compute pool; InfeasibleError where it finds nothing."""
    alone: Callable[[Demand], Told] | None = None
    """What is known of a demand with one workload without planning it."""
    too_few_groups: Callable[[Demand], bool] | None = None
    """Whether the services certainly need more node groups than a demand allows."""
    single: Callable[[Demand], bool | None] | None = None
    """Whether one node group, where no more are allowed, holds the services beside the jobs; None: not known."""
    work: int = 0
    """Done so far."""
    most_work: int = MOST_WORK
    """More is refused by GivenUpError."""
    _known_alone: dict[str, Told] = field(default_factory=dict[str, Told])
    _known_told: dict[str, bool | None] = field(default_factory=dict[str, "bool | None"])
    _known: dict[str, bool] = field(default_factory=dict[str, bool])

    def possible(self, demand: Demand) -> bool:
        """Whether there is a plan, by the three stages."""
        here = [key for key, entry in demand.workloads.items() if demand.site_of(entry) == self.site]
        bare = _bare(demand)
        certain = self.certain(demand)
        if certain is not None:
            return certain
        free = True
        for key in here:
            single = _at_peak(_with_only(bare, self.site, [key]))
            told = self._told(single)
            if told is Told.IMPOSSIBLE or (told is Told.UNKNOWN and not self._planned(single)):
                return False
            free = free and told is Told.FREE
        services = sum(isinstance(demand.workloads[key], Service) for key in here)
        if len(here) <= 1 or (free and services <= demand.limits.node_groups):
            return True
        together = _with_only(bare, self.site, here)
        if self._planned(_at_peak(together)):
            return True
        return bool(demand.aws_sites[self.site].quotas) and self._planned(together)

    def certain(self, demand: Demand) -> bool | None:
        """What is proved about the services together, and their node groups, without planning them; None: nothing."""
        here = [key for key, entry in demand.workloads.items() if demand.site_of(entry) == self.site]
        together = _at_peak(_with_only(_bare(demand), self.site, here))
        key = _key(together)
        if key not in self._known_told:
            told = None if self.single is None else self.single(together)
            few = told is None and self.too_few_groups is not None and self.too_few_groups(together)
            self._known_told[key] = False if few else told
        return self._known_told[key]

    def _told(self, single: Demand) -> Told:
        if self.alone is None:
            return Told.UNKNOWN
        key = _key(single)
        if key not in self._known_alone:
            self._known_alone[key] = self.alone(single)
        return self._known_alone[key]

    def allow_more(self, work: int) -> None:
        """So much work from now on."""
        self.most_work = self.work + work

    def planned(self, demand: Demand) -> bool:
        """Whether the solver finds a plan in all hours: what a report is checked with.

        It is not asked where it is proved that there is none.
        """
        return self.certain(demand) is not False and self._planned(_bare(demand))

    def _planned(self, demand: Demand) -> bool:
        key = _key(demand)
        if key not in self._known:
            if self.work >= self.most_work:
                raise GivenUpError
            self.work += len(demand.workloads) ** 2
            try:
                self.solve(demand)
            except InfeasibleError:
                self._known[key] = False
            else:
                self._known[key] = True
        return self._known[key]


def _key(demand: Demand) -> str:
    return demand.model_dump_json(include={"sites", "workloads", "limits", "purchase"})


def _bare(demand: Demand) -> Demand:
    limits = demand.limits.model_copy(update={"gap": _ANY_GAP, "budget_usd_per_month": None})
    purchase = PurchaseWish(spot=demand.purchase.spot)
    return demand.model_copy(update={"limits": limits, "purchase": purchase})


def _at_peak(demand: Demand) -> Demand:
    """All hours of the week as one, for the highest load of each service."""
    limits = demand.limits.model_copy(update={"changes_per_day": 1, "fold": "day"})
    return demand.model_copy(update={"limits": limits})


def _with_only(demand: Demand, site: str, keys: list[str]) -> Demand:
    """The site with these workloads alone."""
    return demand.model_copy(update={"workloads": {key: demand.workloads[key] for key in keys}})
