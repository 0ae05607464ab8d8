"""explain: a plan, its demand and the catalog in, an Explanation out: need and have, what binds, what else would cost.

What a promise costs and what a machine type is worth are differences of two plans, each solved as the stack's was; each
names the arguments with which `poolwright whatif` gives the same figure. A control's cost is exact. With `quick` only
what needs no other plan is answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import floor

from solver.answers import Answer, Resolver, Running, Told, running
from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.load import LoadProfile
from solver.demand.workloads import Service
from solver.model.backend import backend
from solver.model.compute.dearest import dearest_hours, hours_words, left_over_hours, load_on_top
from solver.model.compute.fullness import full_in, limits_of
from solver.model.compute.standing import Standing, job_standings, standing
from solver.model.owned.rest import rest_of
from solver.model.security.control_costs import control_costs
from solver.model.sites.as_planned import demand_as_planned
from solver.plan.compute import NodeGroup
from solver.plan.explanation import (
    ControlCost,
    Explanation,
    GuaranteeCost,
    Limit,
    LoadPrice,
    MachineChoice,
    PriceBracket,
    Reason,
)
from solver.plan.plan import Plan
from solver.price_turns import Turns, brackets_of
from solver.questions import Question, exclusion_question, guarantee_questions, load_question

_NOTHING = Answer(proof=None)


def explain(
    plan: Plan,
    demand: Demand,
    catalog: Catalog,
    workload: str | None = None,
    *,
    previous: Plan | None = None,
    quick: bool = False,
    processes: int = 1,
    told: Told | None = None,
) -> Explanation:
    """Why a plan of this demand is as it is: of the whole stack, or of one workload, then with the prices at which
    its machines would change.

    `previous` is the approved plan that the plan was solved with. With more than one process the calling program must
    be importable without running (`if __name__ == "__main__":`); the answer is the same.
    """
    resolver = Resolver(demand=demand, catalog=catalog, previous=previous, processes=processes, told=told)
    return _Explaining(plan, demand, catalog, workload, resolver, quick).explanation()


class _Explaining:
    """What the parts of one explanation share."""

    def __init__(
        self, plan: Plan, demand: Demand, catalog: Catalog, workload: str | None, resolver: Resolver, quick: bool
    ) -> None:
        self.plan = plan
        self.demand = demand
        self.catalog = catalog
        self.workload = workload
        self.resolver = resolver
        self.quick = quick
        self.bought = rest_of(demand, plan.docker_sites)
        """What sites of AWS are asked for."""
        self.here = {name: demand_as_planned(self.bought, plan.aws_sites, name) for name in plan.aws_sites}
        self.standings = {name: standing(self.here[name], name, site.compute) for name, site in plan.aws_sites.items()}

    def explanation(self) -> Explanation:
        guarantees = list(guarantee_questions(self.demand, self.workload))
        loads = list(self._loads())
        machines = list(self._machines())
        excluded = [exclusion_question(self.demand, name) for _, name, _ in machines]
        questions = [*guarantees, *excluded, *(question for _, question in loads)]
        answers = [_NOTHING] * len(questions) if self.quick else self.resolver.all_of(questions)
        found = iter(answers)
        costs = tuple(self._guarantee(question, next(found)) for question in guarantees)
        choices = [
            self._choice(*entry, question, next(found)) for entry, question in zip(machines, excluded, strict=True)
        ]
        prices = tuple(self._load_price(price, question, next(found)) for price, question in loads)
        brackets, more = self._brackets(choices)
        return Explanation(
            stack=self.plan.stack,
            workload=self.workload,
            cost_usd_per_month=self.plan.proof.cost_usd_per_month,
            bound_usd_per_month=self.plan.proof.bound_usd_per_month,
            solved=0 if self.quick else len(questions) + more,
            services=tuple(
                each for own in self.standings.values() for each in own.services() if self._is_asked(each.workload)
            ),
            jobs=tuple(
                each
                for name, site in self.plan.aws_sites.items()
                for each in job_standings(self.bought, name, site.compute)
                if self._is_asked(each.workload)
            ),
            limits=tuple(self._limits()),
            load_prices=prices,
            machines=tuple(
                choice.model_copy(update={"bracket": bracket})
                for choice, bracket in zip(choices, brackets, strict=True)
            ),
            guarantees=costs,
            profile=self.demand.compliance.profile,
            controls=tuple(self._controls()),
            reasons=reasons_of(self.plan, self.workload),
        )

    def _is_asked(self, workload: str) -> bool:
        return self.workload in (None, workload)

    def _guarantee(self, question: Question, answer: Answer) -> GuaranteeCost:
        return GuaranteeCost(
            name=question.name,
            kept=question.kept,
            without=question.without,
            comparison=answer.compared_with(self.plan.proof, question),
            impossible=answer.impossible,
        )

    def _loads(self) -> Iterator[tuple[LoadPrice, Question]]:
        """The price to ask for of each service, and the question."""
        for name, own in self.standings.items():
            site = self.plan.aws_sites[name]
            left_over = left_over_hours(site.compute, self.catalog, site.region)
            for need in own.needs.services:
                if self._is_asked(need.key):
                    hours = dearest_hours(own.needs, need, left_over)
                    room = own.room(need, hours)
                    more = float(floor(room) + 1)
                    price = LoadPrice(
                        site=name,
                        workload=need.key,
                        hours=hours_words(hours),
                        room_per_second=float(room),
                        more_per_second=more,
                        comparison=None,
                    )
                    yield price, load_question(need.key, load_on_top(self._load_of(need.key), hours, more))

    def _load_of(self, key: str) -> LoadProfile:
        """A service's whole load, also where several sites serve it."""
        entry = self.demand.workloads[key]
        assert isinstance(entry, Service)
        return entry.load

    def _load_price(self, price: LoadPrice, question: Question, answer: Answer) -> LoadPrice:
        comparison = answer.compared_with(self.plan.proof, question)
        return price.model_copy(update={"comparison": comparison, "impossible": answer.impossible})

    def _machines(self) -> Iterator[tuple[str, str, list[NodeGroup]]]:
        """Site, machine type and node groups of each type that runs."""
        for name, site in self.plan.aws_sites.items():
            types: dict[str, list[NodeGroup]] = {}
            for group in site.compute.node_groups:
                if group.machines.high and any(self._is_asked(slot.partition(".")[0]) for slot in group.slots):
                    types.setdefault(group.machine_types[0], []).append(group)
            for machine_type, groups in sorted(types.items()):
                yield name, machine_type, groups

    def _choice(
        self, site: str, machine_type: str, groups: Sequence[NodeGroup], question: Question, answer: Answer
    ) -> MachineChoice:
        comparison = answer.compared_with(self.plan.proof, question)
        turns = Turns(self.plan, self.bought, self.catalog, machine_type)
        return MachineChoice(
            site=site,
            machine_type=machine_type,
            node_groups=tuple(group.key for group in groups),
            holds=tuple(dict.fromkeys(slot for group in groups for slot in group.slots)),
            full_in=tuple(
                dict.fromkeys(each for group in groups for each in full_in(self.bought, site, self.catalog, group))
            ),
            machine_hours_per_week=sum(sum(group.machines.hourly()) for group in groups),
            comparison=comparison,
            impossible=answer.impossible,
            instead=self._instead(groups, answer),
            no_turn_below=None if answer.proof is None else turns.no_turn_below(answer.proof.bound_usd_per_month),
            turns_by=None if answer.proof is None else turns.rise_to(answer.proof.cost_usd_per_month),
        )

    def _instead(self, groups: Sequence[NodeGroup], answer: Answer) -> tuple[str, ...]:
        """Machine types that run more for the workloads of these groups, most added hours first."""
        held = {slot.partition(".")[0] for group in groups for slot in group.slots}
        before, after = _hours(running(self.plan), held), _hours(answer.running, held)
        added = {name: hours - before.get(name, 0) for name, hours in after.items() if hours > before.get(name, 0)}
        return tuple(sorted(added, key=lambda name: (-added[name], name)))

    def _brackets(self, choices: Sequence[MachineChoice]) -> tuple[list[PriceBracket | None], int]:
        """Of one workload: the prices between which plans turn, and how many plans that took."""
        if self.workload is None or self.quick:
            return [None] * len(choices), 0
        return brackets_of(self.resolver, choices, [self._ends(choice) for choice in choices])

    def _ends(self, choice: MachineChoice) -> tuple[float, float] | None:
        """Where no plan without the type can be cheaper, and where these machines cost the gap more than one that is.

        Up to the gap an approved plan is kept.
        """
        if choice.comparison is None or not choice.turns_by:
            return None
        without = self.plan.proof.cost_usd_per_month + choice.comparison.usd_per_month
        most = without * (1 + self.demand.limits.gap)
        last = Turns(self.plan, self.bought, self.catalog, choice.machine_type).rise_to(most)
        return (choice.no_turn_below or 0.0, choice.turns_by if last is None else last)

    def _limits(self) -> Iterator[Limit]:
        if self.workload is None:
            seen: set[str] = set()
            for name, site in self.plan.aws_sites.items():
                for limit in limits_of(self.bought, name, self.catalog, site.compute):
                    if limit.key not in seen:
                        seen.add(limit.key)
                        yield limit

    def _controls(self) -> Iterator[ControlCost]:
        if self.workload is None:
            engine = backend("highs")
            for name, site in self.plan.aws_sites.items():
                yield from control_costs(self.here[name], name, self.catalog, site, engine)


def _hours(groups: Sequence[Running], workloads: set[str]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for group in groups:
        if group.workloads & workloads:
            name = f"{group.machine_type} {group.purchase}"
            found[name] = found.get(name, 0) + group.machine_hours
    return found


def reasons_of(plan: Plan, workload: str | None) -> tuple[Reason, ...]:
    """The plan's reasons; with a workload, its own and those of the node groups that hold it."""
    if workload is None:
        return plan.reasons
    groups = {
        group.key
        for site in plan.aws_sites.values()
        for group in site.compute.node_groups
        if any(slot.partition(".")[0] == workload for slot in group.slots)
    }
    subjects = {f"workload {workload}", *(f"node-group {group}" for group in groups)}
    return tuple(reason for reason in plan.reasons if reason.subject in subjects)


__all__ = ["Standing", "explain", "reasons_of"]
