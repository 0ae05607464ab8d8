"""Answers: the plans that questions ask for, solved side by side in processes; the same whatever their number."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context

from solver.alternatives import solve_without_budget
from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.plan.comparison import Comparison, compared
from solver.plan.plan import Plan, Proof
from solver.questions import Question

Told = Callable[[Question, int, int], None]
"""Hears of each question that is answered, how many are by now, and of how many."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """One node group of a plan."""

    site: str
    key: str
    machine_type: str
    purchase: str
    workloads: frozenset[str]
    machine_hours: int
    """In a week."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a question."""

    proof: Proof | None
    """Cost and bound of its plan; None where there is none."""
    running: tuple[Running, ...] = ()
    """Its node groups with machines."""
    impossible: str | None = None
    """Why nothing holds the demand."""

    def compared_with(self, now: Proof, question: Question) -> Comparison | None:
        """Its plan's cost against the stack's."""
        if self.proof is None:
            return None
        return compared(
            question.arguments,
            (now.cost_usd_per_month, now.bound_usd_per_month),
            (self.proof.cost_usd_per_month, self.proof.bound_usd_per_month),
            question.direction,
        )


@dataclass(frozen=True, kw_only=True)
class Resolver:
    """Solves other demands of one stack as its own was solved."""

    demand: Demand
    catalog: Catalog
    previous: Plan | None
    """The approved plan."""
    processes: int = 1
    told: Told | None = None

    def all_of(self, questions: Sequence[Question]) -> list[Answer]:
        """The answers, in the order of the questions."""
        answers: list[Answer | None] = [None] * len(questions)
        with self._workers(len(questions)) as submit:
            places = {submit(question): place for place, question in enumerate(questions)}
            for done, future in enumerate(as_completed(places), start=1):
                place = places[future]
                answers[place] = future.result()
                if self.told is not None:
                    self.told(questions[place], done, len(questions))
        return [answer for answer in answers if answer is not None]

    @contextmanager
    def _workers(self, tasks: int) -> Generator[Callable[[Question], Future[Answer]]]:
        if self.processes <= 1 or tasks <= 1:
            yield self._here
            return
        # A fork would copy the solvers' threads half-way; a new interpreter has none.
        pool = ProcessPoolExecutor(
            max_workers=min(self.processes, tasks),
            mp_context=get_context("spawn"),
            initializer=_begin,
            initargs=(self.demand, self.catalog, self.previous),
        )
        try:
            yield lambda question: pool.submit(_in_worker, question)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _here(self, question: Question) -> Future[Answer]:
        future: Future[Answer] = Future()
        future.set_result(answer(question, self.demand, self.catalog, self.previous))
        return future


def answer(question: Question, demand: Demand, catalog: Catalog, previous: Plan | None) -> Answer:
    """The plan that a question asks for."""
    other, prices = question.asked_of(demand, catalog)
    try:
        plan = solve_without_budget(other, prices, previous=previous, reasons=False)
    except InfeasibleError as error:
        words = "; ".join(error.conflict) or error.summary
        return Answer(proof=None, impossible=words)
    return Answer(proof=plan.proof, running=running(plan))


def running(plan: Plan) -> tuple[Running, ...]:
    """The node groups of a plan that have machines."""
    return tuple(
        Running(
            site=name,
            key=group.key,
            machine_type=group.machine_types[0],
            purchase=group.purchase.value,
            workloads=frozenset(slot.partition(".")[0] for slot in group.slots),
            machine_hours=hours,
        )
        for name, site in plan.aws_sites.items()
        for group in site.compute.node_groups
        if (hours := sum(group.machines.hourly()))
    )


_given: list[tuple[Demand, Catalog, Plan | None]] = []


def _begin(demand: Demand, catalog: Catalog, previous: Plan | None) -> None:
    _given[:] = [(demand, catalog, previous)]


def _in_worker(question: Question) -> Answer:
    return answer(question, *_given[0])
