"""The examples as a user has them: each stack planned once, with what pages and golden files say of it."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from poolwright.cli.plan import solved
from solver.answers import answer
from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.explain import explain
from solver.inputs import StackInputs, read_inputs
from solver.plan.comparison import Comparison
from solver.plan.explanation import Explanation
from solver.plan.lock import Lock, lock_of
from solver.plan.plan import Plan
from solver.questions import Question, guarantee_questions
from solver.replay import Case, replay

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "examples"
EXAMPLES = sorted(path.parent.name for path in FOLDER.glob("*/Pulumi.yaml"))
"""Their names."""
STACK = "prod"
"""The stack that each of them has."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What one promise costs."""

    question: Question
    comparison: Comparison | None
    """None where nothing holds the demand without it."""


@dataclass(frozen=True)
class Example:
    """A stack of an example that was planned as `poolwright plan` does, with the lock that stands."""

    name: str
    inputs: StackInputs
    plan: Plan
    standing: Lock | None

    @property
    def folder(self) -> Path:
        """The example's project."""
        return FOLDER / self.name

    @property
    def demand(self) -> Demand:
        """What is wanted."""
        return self.inputs.loaded.demand

    @cached_property
    def catalog(self) -> Catalog:
        """The real tables."""
        return self.inputs.catalog()

    @cached_property
    def lock(self) -> Lock:
        """What would be written."""
        return lock_of(self.plan)

    @cached_property
    def explanation(self) -> Explanation:
        """What needs no other plan."""
        return explain(self.plan, self.demand, self.catalog, previous=self.previous, quick=True)

    @property
    def previous(self) -> Plan | None:
        """The approved plan, as a plan."""
        return None if self.standing is None else self.standing.as_plan()

    @cached_property
    def replayed(self) -> tuple[Case, ...]:
        """What the plan serves of more, and without a zone or spot pools."""
        return replay(self.lock.as_plan(), self.demand, self.catalog)

    def guarantee(self, name: str) -> Asked:
        """What a promise costs: solves the stack without it."""
        question = next(each for each in guarantee_questions(self.demand, None) if each.name == name)
        found = answer(question, self.demand, self.catalog, self.previous)
        return Asked(question=question, comparison=found.compared_with(self.plan.proof, question))


@cache
def planned(name: str, demand: str | None = None) -> Example:
    """The example's stack, or what another file of its folder `stacks` asks for, solved once for all tests."""
    with at_home(name):
        file = None if demand is None else Path("stacks") / demand
        inputs = read_inputs(FOLDER / name, STACK, demand_file=file)
        plan, standing, _ = solved(STACK, inputs)
    return Example(name, inputs, plan, standing)


@contextmanager
def at_home(name: str) -> Generator[None]:
    """In the example's folder, where its user runs commands."""
    before = Path.cwd()
    os.chdir(FOLDER / name)
    try:
        yield
    finally:
        os.chdir(before)
