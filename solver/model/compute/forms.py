"""Forms: a site's services as they are, or some of them gathered (`gathers`); the one in which machines cost less.

A search with every service by itself comes first, and is enough where it is proved within the gap. Where it isn't,
services are gathered, and the cheaper of the two plans is taken; with many services for each node group they are
gathered first, and that is enough. An approved plan with gathers is sought in its own form first, and stays in it
unless the other one saves more than the gap.

A gathered plan is held to the bound of the services as they are: in each hour its replicas stand on its machines as
those of any plan do, the same in every zone. What is proved by node groups that hold the same in all hours, the limit
of node groups and the starts by stretches, says nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

from solver.errors import InfeasibleError
from solver.model.compute.approved_gathers import approved_gathers, gathered_again
from solver.model.compute.commitments import merged
from solver.model.compute.gather_choices import Climb, Way, parted, whole
from solver.model.compute.gathering import Gathering
from solver.model.compute.gathers import Gather, Gathered, alike, gathered
from solver.model.compute.hourly import Floats
from solver.model.compute.leeway import Leeway, Standing, most_usd_per_week
from solver.model.compute.problem import Problem, Settled
from solver.model.compute.requirements import usual_prices
from solver.model.compute.search import Search
from solver.model.compute.site_search import Site, found_for, least_usd_per_week, problem_of
from solver.plan.compute import ComputePlan
from solver.quantity import WEEKS_PER_MONTH

_NO_BETTER = 1 - 1e-6
_MANY, _MANY_FOR_A_GROUP = 12, 2
"""Services, also for each node group. In ten seeded stacks of 16 and 20 services and 8 node groups plans with gathers
cost 2 to 13 % less than those without; in eight of 12 services from 10 % less to 8 % more."""
_WORTH = 1.05
"""Times the cheapest plan so far: groups of a dearer one are not adjusted, by which stacks of 8 and 20 services cost 0
to 12 % less."""
_MANY_ALIKE = 0.25
"""Of the services: where alike ones stand for so many more, what they prove together says as much as all by
themselves (within 0.01 % in stacks of twenty), for less work; where they stand for fewer, up to 0.5 % less."""


@dataclass(frozen=True)
class Formed:
    """The best plan found for a site, and the form that its services have in it."""

    site: Site
    """With the needs of the form."""
    found: Settled
    leeway: Leeway
    gathered: Gathered | None = None
    """None: every service by itself."""

    @property
    def has_all_gathered(self) -> bool:
        """Whether no service is by itself."""
        return self.gathered is not None and len(self.gathered.gather_of) == len(self.gathered.needs.runnables)

    def is_proved(self, problem: Problem) -> bool:
        """Whether no more than the gap lies between it and its bound."""
        return self.found.bound_usd_per_week >= problem.usd(self.found) * (1 - problem.gap)


def formed(site: Site, problem: Problem, approved: ComputePlan | None, standing: Standing | None) -> Formed:
    """The best plan found, in the better form; `site` and `problem` have every service by itself."""
    forms = _Forms(site, problem, approved, standing)
    before = forms.approved_gathers()
    kept = forms.with_gathers(before) if before else None
    if kept is not None and kept.is_proved(problem):
        most = kept.leeway.most_changed
        return replace(kept, leeway=replace(kept.leeway, most=most, is_begun=most < inf))
    # Where machines have more fillings than can be listed, gathers of all services or of alike ones are found sooner.
    sooner = forms.are_crowded or not problem.hourly.columns.complete.all()
    sooner = sooner and (forms.has_many_alike or forms.can_gather_all)
    fresh = forms.with_best_gathers() if sooner else None
    if fresh is not None and fresh.is_proved(problem):
        return _steadier(problem, kept, fresh)
    if fresh is not None and fresh.has_all_gathered and forms.are_crowded:
        bound = forms.plain_usd_per_week
        return _steadier(problem, None if kept is None else forms.proved(kept, bound), forms.proved(fresh, bound))
    # Alike services prove what is left out here.
    prove = not forms.has_many_alike or bool(problem.quotas)
    found, leeway = found_for(site, problem, approved, standing, prove=prove)
    plain = Formed(site, found, leeway)
    if not (prove or leeway.most < inf or plain.is_proved(problem) or site.deadline.has_passed()):
        proved = forms.proved(plain)
        plain = proved if proved.found.bound_usd_per_week > found.bound_usd_per_week else plain
    # What an approved plan led to, and is proved as well as that, is enough (`replan`).
    if leeway.most < inf or plain.is_proved(problem) or site.deadline.has_passed():
        return _steadier(problem, kept, plain)
    bound = 0.0 if found.limited else found.bound_usd_per_week
    if fresh is None:
        fresh = forms.with_best_gathers(problem.usd(found))
    kept, fresh = (None if each is None else forms.proved(each, bound) for each in (kept, fresh))
    best = plain if fresh is None or problem.usd(fresh.found) >= problem.usd(found) * _NO_BETTER else fresh
    return _steadier(problem, kept, best)


def _steadier(problem: Problem, kept: Formed | None, other: Formed) -> Formed:
    """What has the approved gathers, unless the other one saves more than the gap."""
    if kept is None or problem.usd(other.found) < problem.usd(kept.found) * (1 - problem.gap):
        return other
    return kept


@dataclass(frozen=True)
class _Forms:
    """What the forms of one site have in common."""

    site: Site
    problem: Problem
    approved: ComputePlan | None
    standing: Standing | None

    @cached_property
    def usd_per_hour(self) -> Floats:
        """What a machine of each type is reckoned with."""
        hourly = self.problem.hourly
        if not (hourly.goods or hourly.held):
            return hourly.price
        return usual_prices(hourly, merged(hourly.goods), self.problem.prices, self.problem.jobs.types)

    @cached_property
    def gathering(self) -> Gathering:
        """Services that run on demand alone."""
        return whole(self.problem.hourly, self.usd_per_hour)

    def with_best_gathers(self, plain_usd_per_week: float = inf) -> Formed | None:
        """The best plan found with gathers as if nothing were approved, where one without them costs so much."""
        found: list[Formed] = []

        def usd_of(gathers: Sequence[Gather]) -> float:
            least = min([plain_usd_per_week, *(self.problem.usd(each.found) for each in found)])
            formed = None if found and self.site.deadline.has_passed() else self._sought(gathers, least * _WORTH)
            if formed is None:
                return inf
            found.append(formed)
            return self.problem.usd(formed.found)

        climb = Climb(max(1, self.problem.limit), usd_of)
        for way in self._ways:
            climb.climb(way)
        best = min(found, key=lambda each: self.problem.usd(each.found), default=None)
        return None if best is None else self.proved(best)

    @property
    def can_gather_all(self) -> bool:
        """Whether some way to gather leaves no service by itself."""
        services = {service.number for service in self.site.needs.services}
        gathered_by = [way.gathers(way.start) for way in self._ways]
        return any({one.service for each in found for one in each.members} == services for found in gathered_by)

    @cached_property
    def _ways(self) -> list[Way]:
        """Those first that are reckoned to cost least."""
        ways = [Way(self.gathering)]
        if self.site.demand.purchase.spot and (apart := parted(self.problem.hourly, self.usd_per_hour)) is not None:
            ways.append(apart)
        return sorted(ways, key=lambda each: each.usd(each.start))

    def approved_gathers(self) -> list[Gather]:
        """Those of the approved plan, with services that have become like theirs."""
        if self.approved is None or (self.standing is not None and not self.standing.is_followed):
            return []
        before = approved_gathers(self.site, self.approved)
        return gathered_again(self.problem.hourly, self.usd_per_hour, before) if before else []

    def with_gathers(self, gathers: list[Gather]) -> Formed | None:
        """The best plan with these gathers, with its bound; None where there is none."""
        found = self._sought(gathers)
        return None if found is None else self.proved(found)

    def _sought(self, gathers: Sequence[Gather], worth_usd_per_week: float = inf) -> Formed | None:
        """The best plan with these gathers, without a bound; None where there is none.

        It is not adjusted where it costs more than it would be worth.
        """
        if not gathers:
            return None
        form = gathered(self.site.needs, gathers)
        there = replace(self.site, needs=form.needs, gathered=form)
        try:
            found = Search.of(problem_of(there)).settle(prove=False, worth_usd_per_week=worth_usd_per_week)
        except InfeasibleError:
            return None
        return Formed(there, replace(found, bound_usd_per_week=0.0), Leeway(), form)

    def proved(self, formed: Formed, plain_usd_per_week: float = 0.0) -> Formed:
        """The plan with the bound that is known, also what no plan costs less than with every service by itself."""
        usd, gap = self.problem.usd(formed.found), self.problem.gap
        bound = min(usd, max(self._alike_usd_per_week, plain_usd_per_week))
        found = replace(formed.found, bound_usd_per_week=max(bound, formed.found.bound_usd_per_week), limited=False)
        if self.standing is not None and not self.standing.is_followed:
            return replace(formed, found=found, leeway=Leeway(most_changed=0.0))
        besides = self._besides_usd_per_week(usd) if self.approved is not None else 0.0
        most = most_usd_per_week(found.bound_usd_per_week, besides, gap)
        return replace(formed, found=found, leeway=Leeway(most_changed=most if usd <= most else inf, besides=besides))

    @property
    def are_crowded(self) -> bool:
        """Whether there are so many services for each node group that fixed fillings are not worth looking for."""
        services = len(self.site.needs.services)
        return services >= max(_MANY, _MANY_FOR_A_GROUP * self.problem.limit) and not self.problem.quotas

    @cached_property
    def plain_usd_per_week(self) -> float:
        """What no plan costs less than, by every service by itself; 0 where alike ones say as much."""
        return 0.0 if self.has_many_alike else least_usd_per_week(self.site, jointly=True)

    @cached_property
    def has_many_alike(self) -> bool:
        """Whether there are clearly fewer services when those that ask for the same are one."""
        fewer = sum(len(each.members) - 1 for each in self._alike)
        return fewer >= _MANY_ALIKE * len(self.site.needs.services)

    @cached_property
    def _alike(self) -> list[Gather]:
        return self.gathering.alike()

    @cached_property
    def _alike_usd_per_week(self) -> float:
        """What no plan costs less than, by services that ask for the same as one; 0 where these are few."""
        if not self.has_many_alike:
            return 0.0
        return least_usd_per_week(replace(self.site, needs=alike(self.site.needs, self._alike)), jointly=True)

    def _besides_usd_per_week(self, usd_per_week: float) -> float:
        """What the other pools cost: as it is known, else what they cost beside the approved plan, about."""
        if self.standing is None:
            return 0.0
        if self.standing.besides_usd_per_month is not None:
            return self.standing.besides_usd_per_month / WEEKS_PER_MONTH
        return max(0.0, self.standing.usd_per_month / WEEKS_PER_MONTH - usd_per_week)
