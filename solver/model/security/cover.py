"""The cheapest set of security measures that covers every control: a weighted set cover, with PuLP.

    min   Σ cost(m) x(m) + Σ cost(k) y(k)
    s.t.  cover_<control>    Σ x(m) over measures m that cover it ≥ 1
          needs_<m>_<n>      x(m) ≤ x(n)          m requires n
          excludes_<m>_<n>   x(m) + x(n) ≤ 1      m excludes n
          key_<m>_<k>        x(m) ≤ y(k)          m encrypts with customer key k
          x = 1 for what the account has, and for what the pools have by construction; both are free
          x = 0 for a part of what the account has (`guardduty-runtime` of `guardduty`) that it does not have itself:
                it is a setting of something that the stack does not make

Several measures share a key, so keys are variables of their own. Of equally cheap sets the smallest is taken, and of
those the first by the catalog's order: a second run at the first's cost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Any

import pulp

from solver.catalog.services import SecurityMeasure
from solver.errors import InfeasibleError, Member
from solver.model.backend import Backend
from solver.model.solution import whole
from solver.plan.security import KeyPurpose

_TIE_USD = 1e-6


@dataclass(frozen=True, kw_only=True)
class CoverProblem:
    """What there is to choose from, and what must be covered."""

    measures: Sequence[SecurityMeasure]
    usd_per_month: Mapping[str, float]
    """Of each measure, without its keys."""
    keys: Mapping[str, Collection[KeyPurpose]]
    """Customer keys of each measure that has some."""
    key_usd_per_month: float
    controls: Sequence[str]
    given: Collection[str]
    """Measures that are there already, free of charge."""


@dataclass(frozen=True, kw_only=True)
class Cover:
    """The chosen measures, those given among them."""

    chosen: tuple[str, ...]
    keys: tuple[KeyPurpose, ...]
    usd_per_month: float


def cheapest_cover(problem: CoverProblem, backend: Backend) -> Cover:
    """The cheapest cover; InfeasibleError names the controls that nothing covers, or that can't be covered together."""
    uncovered = [
        control for control in problem.controls if not any(control in each.covers for each in problem.measures)
    ]
    if uncovered:
        raise InfeasibleError(
            "no measure of the catalog covers these controls",
            conflict=[_control(uncovered[0])],
            also=[[_control(each)] for each in uncovered[1:]],
            hint="a waiver in compliance.waivers names why a control is not asked for",
        )
    cover = _solve(problem, backend, problem.controls)
    if cover is None:
        raise InfeasibleError(
            "no set of measures covers these controls together",
            conflict=_irreducible(problem, backend),
            hint="compliance.existing or a waiver must change",
        )
    return cover


def _solve(problem: CoverProblem, backend: Backend, controls: Sequence[str]) -> Cover | None:
    """The cheapest cover of these controls; None when there is none."""
    model = _Model(problem, controls)
    cheapest = backend.run(model.problem)
    if not cheapest.values:
        return None
    model.prefer_small(cheapest.objective)
    solution = backend.run(model.problem)
    values = solution.values or cheapest.values
    # A variable that no row and no cost mentions is missing: nothing asks for it.
    chosen = tuple(name for name, variable in model.measures.items() if whole(values.get(variable.name, 0.0)))
    keys = tuple(key for key, variable in model.keys.items() if whole(values.get(variable.name, 0.0)))
    return Cover(
        chosen=chosen,
        keys=keys,
        usd_per_month=fsum(problem.usd_per_month[name] for name in chosen) + problem.key_usd_per_month * len(keys),
    )


class _Model:
    """The problem as PuLP has it; names are made from the catalog's and never read back."""

    def __init__(self, problem: CoverProblem, controls: Sequence[str]) -> None:
        self.problem: Any = pulp.LpProblem("security", pulp.LpMinimize)
        self.measures: dict[str, Any] = {
            each.name: self.problem.add_variable(f"measure_{index:03d}", cat="Binary")
            for index, each in enumerate(problem.measures)
        }
        purposes = [purpose for purpose in KeyPurpose if any(purpose in keys for keys in problem.keys.values())]
        self.keys: dict[KeyPurpose, Any] = {
            purpose: self.problem.add_variable(f"key_{purpose}", cat="Binary") for purpose in purposes
        }
        self._cost: Any = pulp.lpSum(
            [
                *(problem.usd_per_month[name] * variable for name, variable in self.measures.items()),
                *(problem.key_usd_per_month * variable for variable in self.keys.values()),
            ]
        )
        self.problem += self._cost
        for control in controls:
            covering = [self.measures[each.name] for each in problem.measures if control in each.covers]
            self.problem += pulp.lpSum(covering) >= 1, f"cover_{control}"
        for each in problem.measures:
            self._rules(each, problem)

    def prefer_small(self, usd_per_month: float) -> None:
        """From here on the smallest set of that cost, of equal ones the first in the catalog's order."""
        self.problem += self._cost <= usd_per_month + _TIE_USD, "cost_stays"
        count = len(self.measures) + 1
        self.problem.setObjective(
            pulp.lpSum(
                [
                    *((1 + index / count**2) * variable for index, variable in enumerate(self.measures.values())),
                    *self.keys.values(),
                ]
            )
        )

    def _rules(self, measure: SecurityMeasure, problem: CoverProblem) -> None:
        own = self.measures[measure.name]
        if measure.name in problem.given:
            self.problem += own == 1, f"given_{measure.name}"
        elif is_part_of_any(measure.name, problem.given):
            self.problem += own == 0, f"not_ours_{measure.name}"
        for needed in measure.requires:
            self.problem += own <= self.measures[needed], f"needs_{measure.name}_{needed}"
        for other in measure.excludes:
            self.problem += own + self.measures[other] <= 1, f"excludes_{measure.name}_{other}"
        for key in problem.keys.get(measure.name, ()):
            self.problem += own <= self.keys[key], f"key_{measure.name}_{key}"


def is_part_of_any(measure: str, others: Collection[str]) -> bool:
    """Whether a measure is a part of one of the others: its name begins with that one's."""
    return any(measure.startswith(f"{other}-") for other in others)


def _control(name: str) -> Member:
    return Member(f"compliance.profile: its control {name}", "a waiver of it would do")


def _irreducible(problem: CoverProblem, backend: Backend) -> list[Member]:
    """Controls and given measures that can't hold together, each needed for that: the others are dropped one by one."""
    controls = list(problem.controls)
    given = sorted(problem.given)
    for control in problem.controls:
        fewer = [each for each in controls if each != control]
        if _solve(replace(problem, given=given), backend, fewer) is None:
            controls = fewer
    for measure in sorted(problem.given):
        fewer = [each for each in given if each != measure]
        if _solve(replace(problem, given=fewer), backend, controls) is None:
            given = fewer
    return [
        *(_control(each) for each in controls),
        *(Member(f"compliance.existing: {each}", "without it there is a cover") for each in given),
    ]
