"""The resources of the shipped stacks, recorded once, as evidence for checks; and edits that break one thing in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import Resource, is_custom
from poolwright.engine.preview import Operation, PropertyChange, ResourceChange
from solver.inputs import read_inputs
from solver.plan.lock import Lock, read_lock
from stacks.program import build
from tests.components import plans
from tests.components.docker import hosted
from tests.recorder import Recording, record

ROOT = Path(__file__).resolve().parents[3]
Edit = Callable[[Evidence], Evidence]
"""What makes a check refuse: evidence that is right in, evidence with one thing wrong out."""
REMOVED = object()
"""As a value: take the property out."""


@cache
def shipped(stack: str = "prod") -> Evidence:
    """Lock, demand and recorded resources of a shipped stack."""
    account = {"poolwright:account": plans.ACCOUNT_ID}
    recording = record(lambda: build(ROOT), stack=stack, config=account)
    inputs = read_inputs(ROOT, stack)
    return Evidence(
        lock=read_lock(inputs.lock_path), demand=inputs.loaded.demand, resources=recorded_resources(recording)
    )


@cache
def _hosts() -> tuple[Resource, ...]:
    site = hosted.site(network=hosted.site().network.model_copy(update={"proxy_digest": hosted.DIGEST}))
    return recorded_resources(record(lambda: hosted.build(site), stack="prod", config=hosted.SECRETS))


def with_hosts(evidence: Evidence) -> Evidence:
    """The same with a Docker site more, `plant`, in the lock and among the resources."""
    assert evidence.lock is not None
    costs = {f"main {pool}": items for pool, items in evidence.lock.cost_usd_per_month.items()}
    sites = {**evidence.lock.sites, "plant": hosted.site()}
    lock = evidence.lock.model_copy(update={"sites": sites, "cost_usd_per_month": costs})
    return replace(evidence, lock=lock, resources=(*evidence.resources, *_hosts()))


def on_hosts(*edits: Edit) -> Edit:
    """With a Docker site, and then the edits."""
    return both(with_hosts, *edits)


def recorded_resources(recording: Recording[Any]) -> tuple[Resource, ...]:
    """What a program registered, as checks see it."""
    return tuple(
        Resource(
            urn=record_.urn,
            type=record_.type,
            name=record_.name,
            id=record_.id,
            inputs=record_.inputs,
            protected=record_.protect,
        )
        for record_ in recording.records
        if is_custom(record_.type)
    )


def with_input(type_: str, path: str, value: Any, *, name: str = "") -> Edit:
    """The first resource of a type (whose name has this part) with another value at a path; `a.0.b` goes into lists."""

    def edit(evidence: Evidence) -> Evidence:
        chosen = _first(evidence, type_, name)
        return _swap(evidence, chosen, replace(chosen, inputs=_edited(chosen.inputs, path.split("."), value)))

    return edit


def with_document(type_: str, path: str, change: Callable[[dict[str, Any]], object], *, name: str = "") -> Edit:
    """The first resource of a type with its JSON property changed by a function."""

    def edit(evidence: Evidence) -> Evidence:
        chosen = _first(evidence, type_, name)
        content = json.loads(chosen.inputs[path])
        change(content)
        return _swap(evidence, chosen, replace(chosen, inputs={**chosen.inputs, path: json.dumps(content)}))

    return edit


def unprotected(type_: str) -> Edit:
    """The first resource of a type without the engine's protection."""

    def edit(evidence: Evidence) -> Evidence:
        chosen = _first(evidence, type_, "")
        return _swap(evidence, chosen, replace(chosen, protected=False))

    return edit


def without(type_: str, *, name: str = "") -> Edit:
    """No resource of a type (whose name has this part)."""

    def edit(evidence: Evidence) -> Evidence:
        _first(evidence, type_, name)
        left = tuple(each for each in evidence.resources if each.type != type_ or name not in each.name)
        return replace(evidence, resources=left)

    return edit


def with_resource(
    type_: str, inputs: Mapping[str, Any] | None = None, *, name: str = "main-network-more", pool: str = "NetworkPool"
) -> Edit:
    """One resource more."""
    parents = f"poolwright:aws:{pool}$" if pool else ""
    extra = Resource(
        urn=f"urn:pulumi:prod::poolwright::{parents}{type_}::{name}", type=type_, name=name, inputs=inputs or {}
    )
    return lambda evidence: replace(evidence, resources=(*evidence.resources, extra))


def with_lock(change: Callable[[dict[str, Any]], object]) -> Edit:
    """The lock changed by a function of its JSON."""

    def edit(evidence: Evidence) -> Evidence:
        assert evidence.lock is not None
        content = evidence.lock.model_dump(mode="json")
        change(content)
        return replace(evidence, lock=Lock.model_validate(content))

    return edit


def with_change(
    type_: str,
    operation: Operation,
    *,
    name: str = "main-thing",
    inputs: Mapping[str, Any] | None = None,
    before: Mapping[str, Any] | None = None,
    retained: bool = False,
    properties: tuple[PropertyChange, ...] = (),
) -> Edit:
    """One more change in the preview."""
    change = ResourceChange(
        urn=f"urn:pulumi:prod::poolwright::{type_}::{name}",
        type=type_,
        name=name,
        parent="",
        operation=operation,
        inputs=inputs or {},
        before=before or {},
        retained=retained,
        properties=properties,
    )
    return lambda evidence: replace(evidence, changes=(*evidence.changes, change))


def both(*edits: Edit) -> Edit:
    """One edit after the other."""

    def edit(evidence: Evidence) -> Evidence:
        for each in edits:
            evidence = each(evidence)
        return evidence

    return edit


def _first(evidence: Evidence, type_: str, name: str) -> Resource:
    found = [each for each in evidence.of_type(type_) if name in each.name]
    assert found, f"no {type_} called like {name}"
    return found[0]


def _swap(evidence: Evidence, old: Resource, new: Resource) -> Evidence:
    return replace(evidence, resources=tuple(new if each is old else each for each in evidence.resources))


def _edited(value: Any, steps: list[str], new: Any) -> Any:
    step, *rest = steps
    if isinstance(value, list):
        entries = cast("list[Any]", value)
        return [_edited(each, rest, new) if rest else new if i == int(step) else each for i, each in enumerate(entries)]
    copy = dict(cast("Mapping[str, Any]", value or {}))
    if rest:
        copy[step] = _edited(copy.get(step), rest, new)
    elif new is REMOVED:
        copy.pop(step, None)
    else:
        copy[step] = new
    return copy
