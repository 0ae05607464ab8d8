"""Golden cases: a folder each, that is planned and built as a stack would be, and written down as text.

case.yaml        which PuLP problem to show; what each promise costs here, as the edits that lift it
demand.yaml      what is wanted; its first comment tells the story
before.yaml      if there: the demand whose plan was approved before
catalog/         beside the folders, for all of them: few machine types, at prices that never change
plan.yaml        expected: the lock's content, without the digests of its inputs
change.diff      expected, where there was a plan before: what the new one changes in it
model.lp         expected, where case.yaml names one: the largest problem of that name that was solved
resources.txt    expected: all that the Pulumi program registers, with the inputs that decide
"""

from __future__ import annotations

import difflib
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml
from pydantic import Field

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.demand.edits import split_argument, with_edits
from solver.demand.loader import load_demand
from solver.model.backend import Backend
from solver.plan.lock import Lock, lock_of, lock_text
from solver.plan.plan import Plan, PlanInputs
from solver.schema import Schema
from solver.solve import OPTIMAL_GAP, solve
from stacks.program import Approved, build_approved
from tests.recorder import Record, record

CASES = Path(__file__).resolve().parent / "cases"
ACCOUNT_ID = "123456789012"
LONGEST_DIFF = 60
"""Lines of a difference that a failing case shows."""
_LONGEST_VALUE = 110
_UNDECIDED = frozenset({"tags", "name", "description", "comment", "alarmDescription", "containerDefinitions"})
"""Inputs that follow from a resource's name, or are too long for a line."""
_REFERENCE = re.compile(r"(arn|id|ids|arns)$|^(role|bucket|cluster|keyId|vpcZoneIdentifiers)$", re.IGNORECASE)
_INPUTS = PlanInputs(demand="demand.yaml", catalog="catalog", model="any", prices=())


class CaseFile(Schema):
    """case.yaml."""

    shows: str | None = None
    """Name of the PuLP problem in model.lp; None where none but the trivial one of security is solved."""
    keeps: dict[str, tuple[str, ...]]
    """Promise → edits of the demand, as `poolwright whatif` takes them, without which the stack costs less."""
    uses: dict[str, tuple[str, ...]] = Field(default_factory=dict[str, tuple[str, ...]])
    """What lowers the cost → edits without which the stack costs more."""
    most_gap: float = OPTIMAL_GAP
    """Starts of machines are in the bound only as far as no plan goes without; such a case says how far it is off."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A case that was planned."""

    demand: Demand
    plan: Plan
    before: Plan | None
    model: str
    """The problem that the case shows, as an LP file; empty when it shows none."""


def stories() -> list[str]:
    """Names of the case folders."""
    return sorted(path.parent.name for path in CASES.glob("*/case.yaml"))


@cache
def catalog() -> Catalog:
    """The tables of all cases."""
    return load_catalog(CASES / "catalog")


def case_file(story: str) -> CaseFile:
    """What a case says about itself."""
    return CaseFile.model_validate(yaml.safe_load((CASES / story / "case.yaml").read_text(encoding="utf-8")))


def demand_of(story: str, edits: Sequence[str] = (), *, file: str = "demand.yaml") -> Demand:
    """A case's demand, with edits `key=value`."""
    loaded = load_demand(CASES / story / file)
    return with_edits(loaded, [split_argument(edit) for edit in edits]).demand


@cache
def told(story: str) -> Told:
    """The case's plan; solved once for all tests."""
    before = None
    if (CASES / story / "before.yaml").is_file():
        before = lock_of(solve(demand_of(story, file="before.yaml"), catalog(), inputs=_INPUTS)).as_plan()
    demand = demand_of(story)
    with Shown(case_file(story).shows) as problems:
        plan = solve(demand, catalog(), previous=before, inputs=_INPUTS.model_copy(update={"demand": story}))
    return Told(demand=demand, plan=plan, before=before, model=problems.text)


class Shown:
    """Keeps the largest problem of a name that is solved meanwhile, the first of those, as the text of an LP file."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.names: set[str] = set()
        self.variables = 0
        self.text = ""
        self._patch: Any = None

    def __enter__(self) -> Shown:
        run = Backend.run

        def keeping(backend: Backend, problem: Any, **options: Any) -> Any:
            self.names.add(problem.name)
            if problem.name == self.name and problem.numVariables() > self.variables:
                self.variables = problem.numVariables()
                self.text = lp_text(problem)
            return run(backend, problem, **options)

        self._patch = patch.object(Backend, "run", keeping)
        self._patch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.stop()
        if self.name is not None and not self.text:
            raise AssertionError(f"no problem is called {self.name}; solved were {sorted(self.names)}")


def lp_text(problem: Any) -> str:
    """The problem as PuLP writes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.lp"
        problem.writeLP(str(path))
        return path.read_text(encoding="utf-8")


def written(story: str) -> dict[str, str]:
    """File → text of all that a case expects."""
    case = told(story)
    plan = plan_text(lock_of(case.plan))
    files = {"plan.yaml": plan, "resources.txt": resources_text(case.plan)}
    if case.model:
        files["model.lp"] = case.model
    if case.before is not None:
        before = plan_text(lock_of(solve(demand_of(story, file="before.yaml"), catalog(), inputs=_INPUTS)))
        files["change.diff"] = "".join(
            difflib.unified_diff(before.splitlines(True), plan.splitlines(True), "before", "plan", n=1)
        )
    return files


def plan_text(lock: Lock) -> str:
    """The lock's text without its header, its digest and the names of its inputs, which are no decisions."""
    text = lock_text(lock)
    body = text.split("\ndigest: ", 1)[1].split("\n", 1)[1]
    return re.sub(r"^inputs:\n(?: .*\n)+", "", body, flags=re.MULTILINE)


def resources_text(plan: Plan) -> str:
    """A block for each resource of the Pulumi program, by type and name: first line both, then one line an input."""
    return "\n".join(sorted(map(_block, resources(plan)))) + "\n"


def resources(plan: Plan) -> tuple[Record, ...]:
    """All that the Pulumi program registers of a plan."""
    named = {secret for site in plan.docker_sites.values() for secret in site.secrets}
    secrets = json.dumps(dict.fromkeys(sorted(named), "made up"))
    config = {"poolwright:account": ACCOUNT_ID, "poolwright:secrets": secrets}

    def build() -> None:
        build_approved(Approved(plan=plan, lock_digest=None))

    return record(build, stack=plan.stack, config=config).custom()


def _block(record_: Record) -> str:
    lines = [f"{record_.type} {record_.name}"]
    for name, value in sorted(_decisive(record_.inputs).items()):
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        lines.append(f"    {name}: {text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + '…'}")
    if record_.protect:
        lines.append("    (protected)")
    return "\n".join(lines)


def _decisive(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs that are no names, no references and no documents of many lines."""
    return {
        name: value
        for name, value in inputs.items()
        if name not in _UNDECIDED
        and not _REFERENCE.search(name)
        and not (isinstance(value, str) and ("\n" in value or value.startswith(("{", "arn:"))))
    }


def difference(expected: str, found: str, file: str) -> str:
    """A unified diff of at most `LONGEST_DIFF` lines; empty when there is none."""
    lines = list(difflib.unified_diff(expected.splitlines(), found.splitlines(), f"{file} expected", file, lineterm=""))
    left = len(lines) - LONGEST_DIFF
    return "\n".join([*lines[:LONGEST_DIFF], *([f"… and {left} more lines"] if left > 0 else [])])
