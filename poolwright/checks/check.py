"""Check, Finding, Severity: what a rule is, what it finds, and how bad that is.

A check is a function over plain records that yields what is wrong with them. The decorators below make it one:
`on_each` for what a resource shows by itself, `on_stack` for what takes several resources or the plan, `on_plan` for
the plan alone, `on_changes` for what a preview would do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import NotKnownError, Resource
from poolwright.engine.preview import ResourceChange

DemandPath = tuple[str | int, ...]
"""Keys from the root of a demand file: ("limits", "budget_usd_per_month")."""


class Severity(StrEnum):
    """What a finding means for the stack."""

    REFUSE = "refuse"
    """It must not be built so: exit code 5, and a policy pack stops the engine."""
    WARN = "warn"
    """Someone should decide about it."""


class Reads(StrEnum):
    """What a check needs; it is not run without."""

    RESOURCE = "resource"
    """One resource at a time."""
    STACK = "stack"
    """Several resources, or resources and the plan."""
    PLAN = "plan"
    """The plan, and the demand where there is one."""
    CHANGES = "changes"
    """The changes of a preview."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What a check function yields: what is wrong, and with what."""

    text: str
    """One sentence without its end, about the resource or the plan: `port 22 is open to 0.0.0.0/0`."""
    resource: Resource | ResourceChange | None = None
    """What it is about; None: the plan."""
    subject: str = ""
    """What it is about where there is no resource: `node-group g6-xlarge-spot`."""
    at: DemandPath = ()
    """Where the demand asks for it."""


@dataclass(frozen=True)
class NotYet:
    """What a check of a stack yields for a resource that can't be judged before the cloud has answered."""

    resource: Resource


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a check found."""

    check: str
    """Id of the check."""
    severity: Severity
    controls: tuple[str, ...]
    """Controls that the check serves."""
    resource: str
    """Logical name, or the part of the plan."""
    type: str
    """Type token; empty for a part of the plan."""
    urn: str
    """Empty for a part of the plan."""
    text: str
    """What is wrong."""
    remedy: str
    """What to change in Poolwright's own files."""
    at: DemandPath = ()
    """Where the demand asks for it, as far as known."""


@dataclass(frozen=True, kw_only=True)
class Undecided:
    """A check that could not judge a resource before the cloud has answered."""

    check: str
    resource: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """One rule with all that is said about it."""

    id: str
    """Short and stable: waivers name it."""
    title: str
    """The rule as a fact that holds."""
    severity: Severity
    controls: tuple[str, ...]
    """Ids in catalog/controls.yaml, of AWS Security Hub or CIS AWS Foundations (`CIS 5.4`); none: Poolwright's own."""
    remedy: str
    """What to change in Poolwright's own files."""
    reads: Reads
    types: tuple[str, ...]
    """Resource types that it looks at; empty: all, or none."""
    judge: Callable[[Evidence, list[Undecided]], Iterator[Fault]]
    """Yields what is wrong; adds what can't be judged yet to the list."""

    def findings(self, evidence: Evidence, undecided: list[Undecided]) -> Iterator[Finding]:
        """What the check finds in the evidence."""
        for fault in self.judge(evidence, undecided):
            yield self._finding(fault)

    def _finding(self, fault: Fault) -> Finding:
        resource = fault.resource
        workload = resource.workload if isinstance(resource, Resource) else None
        return Finding(
            check=self.id,
            severity=self.severity,
            controls=self.controls,
            resource=fault.subject or ("plan" if resource is None else resource.name),
            type="" if resource is None else resource.type,
            urn="" if resource is None else resource.urn,
            text=fault.text,
            remedy=self.remedy,
            at=fault.at or (() if workload is None else ("workloads", workload)),
        )


StackLook = Callable[[Evidence], Iterable[Fault | NotYet]]


def on_each(
    *types: str,
    id: str,
    title: str,
    remedy: str,
    controls: tuple[str, ...] = (),
    severity: Severity = Severity.REFUSE,
) -> Callable[[Callable[[Resource], Iterable[str]]], Check]:
    """A check of each resource by itself, of some types or of all; the function yields what is wrong with one."""

    def made(look: Callable[[Resource], Iterable[str]]) -> Check:
        def judge(evidence: Evidence, undecided: list[Undecided]) -> Iterator[Fault]:
            for resource in evidence.of_type(*types) if types else evidence.resources:
                try:
                    yield from [Fault(text=text, resource=resource) for text in look(resource)]
                except NotKnownError:
                    undecided.append(Undecided(check=id, resource=resource.name))

        return Check(
            id=id,
            title=title,
            severity=severity,
            controls=controls,
            remedy=remedy,
            reads=Reads.RESOURCE,
            types=types,
            judge=judge,
        )

    return made


def _on(
    reads: Reads,
    id: str,
    title: str,
    remedy: str,
    controls: tuple[str, ...],
    severity: Severity,
    types: tuple[str, ...],
) -> Callable[[StackLook], Check]:
    def made(look: StackLook) -> Check:
        def judge(evidence: Evidence, undecided: list[Undecided]) -> Iterator[Fault]:
            try:
                for found in look(evidence):
                    if isinstance(found, NotYet):
                        undecided.append(Undecided(check=id, resource=found.resource.name))
                    else:
                        yield found
            except NotKnownError:
                undecided.append(Undecided(check=id, resource="stack"))

        return Check(
            id=id,
            title=title,
            severity=severity,
            controls=controls,
            remedy=remedy,
            reads=reads,
            types=types,
            judge=judge,
        )

    return made


def on_stack(
    *types: str,
    id: str,
    title: str,
    remedy: str,
    controls: tuple[str, ...] = (),
    severity: Severity = Severity.REFUSE,
) -> Callable[[StackLook], Check]:
    """A check of what takes several resources, or resources and the plan."""
    return _on(Reads.STACK, id, title, remedy, controls, severity, types)


def on_plan(
    *, id: str, title: str, remedy: str, controls: tuple[str, ...] = (), severity: Severity = Severity.REFUSE
) -> Callable[[StackLook], Check]:
    """A check of the plan, and of the demand where there is one."""
    return _on(Reads.PLAN, id, title, remedy, controls, severity, ())


def on_changes(
    *, id: str, title: str, remedy: str, controls: tuple[str, ...] = (), severity: Severity = Severity.REFUSE
) -> Callable[[StackLook], Check]:
    """A check of what a preview would do."""
    return _on(Reads.CHANGES, id, title, remedy, controls, severity, ())
