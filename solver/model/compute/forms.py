"""Forms: a site's services as they are, or some of them gathered (`gathers`); the one in which machines cost less.

A search with every service by itself comes first, and is enough where it is proved within the gap. Where it isn't,
services are gathered, and the cheaper of the two plans is taken. An approved plan with gathers is sought in its own
form first, and stays in it unless the other one saves more than the gap.

A gathered plan is held to the bound of the services as they are: in each hour its replicas stand on its machines as
those of any plan do, the same in every zone. What is proved by node groups that hold the same in all hours, the limit
of node groups and the starts by stretches, says nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

from solver.errors import InfeasibleError
from solver.model.compute.commitments import merged
from solver.model.compute.gathering import Gathering
from solver.model.compute.gathers import Gather, Gathered, alike, gathered
from solver.model.compute.leeway import Leeway, Standing, most_usd_per_week
from solver.model.compute.problem import Problem, Settled
from solver.model.compute.requirements import usual_prices
from solver.model.compute.search import Search
from solver.model.compute.site_search import Site, found_for, least_usd_per_week, problem_of
from solver.plan.compute import ComputePlan
from solver.plan.sharing import shared_machines
from solver.quantity import WEEKS_PER_MONTH

_NO_BETTER = 1 - 1e-6
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
    # Where machines have more fillings than can be listed, gathers are found sooner.
    fresh = None if problem.hourly.columns.complete.all() else forms.with_best_gathers()
    if fresh is not None and fresh.is_proved(problem):
        return _steadier(problem, kept, fresh)
    # Alike services prove what is left out here.
    prove = not forms.has_many_alike or bool(problem.quotas)
    found, leeway = found_for(site, problem, approved, standing, prove=prove)
    plain = Formed(site, found, leeway)
    if not (prove or leeway.is_begun or plain.is_proved(problem) or site.deadline.has_passed()):
        proved = forms.proved(plain)
        plain = proved if proved.found.bound_usd_per_week > found.bound_usd_per_week else plain
    if leeway.is_begun or plain.is_proved(problem) or site.deadline.has_passed():
        return _steadier(problem, kept, plain)
    bound = 0.0 if found.limited else found.bound_usd_per_week
    if fresh is None:
        fresh = forms.with_best_gathers()
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
    def gathering(self) -> Gathering:
        hourly = self.problem.hourly
        usd = hourly.price
        if hourly.goods or hourly.held:
            usd = usual_prices(hourly, merged(hourly.goods), self.problem.prices, self.problem.jobs.types)
        return Gathering(hourly, usd)

    def with_best_gathers(self) -> Formed | None:
        """The best plan with gathers as if nothing were approved: of services that ask for on-demand machines alone, or
        of interruptible ones too, all of whose replicas then run on demand."""
        limit = max(1, self.problem.limit - 1)
        steady = self.gathering.choose(limit)
        found = self.with_gathers(steady)
        if not any(service.spot_share > 0 for service in self.problem.hourly.needs.services):
            return found
        every = self.gathering.choose(limit, interruptible=True)
        other = None if every == steady else self.with_gathers(every)
        if found is None or other is None:
            return found or other
        return other if self.problem.usd(other.found) < self.problem.usd(found.found) * _NO_BETTER else found

    def approved_gathers(self) -> list[Gather]:
        """Those of the approved plan, with services that have become like theirs."""
        if self.approved is None or (self.standing is not None and not self.standing.is_followed):
            return []
        before = _approved_gathers(self.site, self.approved)
        return self.gathering.again(before) if before else []

    def with_gathers(self, gathers: list[Gather]) -> Formed | None:
        """The best plan with these gathers, with its bound; None where there is none."""
        if not gathers:
            return None
        form = gathered(self.site.needs, gathers)
        there = replace(self.site, needs=form.needs, gathered=form)
        try:
            found = Search.of(problem_of(there)).settle(prove=False)
        except InfeasibleError:
            return None
        return self.proved(Formed(there, replace(found, bound_usd_per_week=0.0), Leeway(), form))

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


def _approved_gathers(site: Site, approved: ComputePlan) -> list[tuple[list[int], str]]:
    """Services of the approved gathers by number, and the type of machine that has most of their slots."""
    numbers = {runnable.name: runnable.service for runnable in site.needs.runnables}
    found: list[tuple[set[int], str]] = []
    shared = [group for group in approved.node_groups if group.shared is not None and group.slots]
    for group in sorted(shared, key=lambda each: (-shared_machines(each, 0).units_of_week, each.key)):
        services = {numbers[name] for name in group.slots if name in numbers}
        mine = next((place for place, (known, _) in enumerate(found) if known & services), None)
        if mine is None:
            found.append((services, group.machine_types[0]))
        else:
            found[mine] = (found[mine][0] | services, found[mine][1])
    return [(sorted(services), name) for services, name in found]
