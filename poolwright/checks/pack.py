"""CheckPack: the checks as a policy pack, which the engine asks before it makes a resource and when it has seen all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date
from importlib import metadata
from pathlib import Path

from poolwright.checks.check import Check, Finding, Reads, Severity
from poolwright.checks.evidence import Evidence
from poolwright.checks.judging import judge
from poolwright.checks.registry import CHECKS
from poolwright.checks.resource import Resource, is_custom
from poolwright.engine.analyzer import Analyzed, Policy, Violation
from poolwright.engine.project import find_project
from solver.demand.demand import Demand
from solver.errors import PoolwrightError
from solver.inputs import read_inputs
from solver.plan.lock import Lock, read_lock

NAME = "poolwright"
FOLDER = Path(__file__).resolve().parent / "policy_pack"
ON = "POOLWRIGHT_CHECKS_ON"
"""Environment variable: the day that waivers are compared with, instead of today."""


def pack_checks() -> tuple[Check, ...]:
    """The checks that a pack can ask: those of changes need a whole preview."""
    return tuple(check for check in CHECKS if check.reads in (Reads.RESOURCE, Reads.STACK))


class CheckPack:
    """The project's checks, with the stack's lock, demand and waivers where they are found."""

    name = NAME

    def __init__(self, start: Path) -> None:
        """`start` is the folder that the engine works in, or one below it."""
        self._start = start
        self.version = metadata.version("poolwright")
        self._checks = pack_checks()
        self.policies = tuple(
            Policy(
                name=check.id,
                description=check.title,
                mandatory=check.severity is Severity.REFUSE,
                remedy=check.remedy,
                of_stack=check.reads is Reads.STACK,
            )
            for check in self._checks
        )
        self._lock: Lock | None = None
        self._demand: Demand | None = None

    def begin(self, stack: str) -> None:
        """Reads the stack's lock and demand; without them the checks that need none are asked."""
        try:
            inputs = read_inputs(find_project(self._start).root, stack)
            self._lock, self._demand = read_lock(inputs.lock_path), inputs.loaded.demand
        except PoolwrightError as error:
            print(f"checks without the plan of {stack}: {error}", file=sys.stderr)

    def of_resource(self, resource: Analyzed) -> Iterator[Violation]:
        """What the checks of single resources find."""
        return self._ask(Reads.RESOURCE, (resource,))

    def of_stack(self, resources: tuple[Analyzed, ...]) -> Iterator[Violation]:
        """What the checks of the whole stack find."""
        return self._ask(Reads.STACK, resources)

    def _ask(self, reads: Reads, resources: tuple[Analyzed, ...]) -> Iterator[Violation]:
        evidence = Evidence(
            lock=self._lock,
            demand=self._demand,
            resources=tuple(_resource(each) for each in resources if is_custom(each.type)),
        )
        waivers = () if self._demand is None else self._demand.compliance.waivers
        day = date.fromisoformat(os.environ[ON]) if os.environ.get(ON) else date.today()
        checks = [check for check in self._checks if check.reads is reads]
        for finding in judge(checks, evidence, waivers=waivers, on=day).findings:
            yield Violation(policy=finding.check, text=_words(finding), urn=finding.urn)


def _resource(seen: Analyzed) -> Resource:
    return Resource(urn=seen.urn, type=seen.type, name=seen.name, inputs=seen.properties, protected=seen.protected)


def _words(finding: Finding) -> str:
    return f"{finding.resource}: {finding.text}. {finding.remedy}"
