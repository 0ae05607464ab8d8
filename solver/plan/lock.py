"""Lock: the plan that a stack is approved with; short text for a reviewer, all that the Pulumi program reads.

It carries what is built and what it costs by item, not the witness nor the reasons: those are made anew from the same
inputs by `poolwright plan`. A line of the file is a decision. Its `digest` line is the sha256 of all below it: a lock
that was edited by hand, or merged line by line, is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast

import yaml
from pydantic import Field, ValidationError

from solver.errors import LockError, Problem, StaleError
from solver.plan.cost import total_usd_per_month
from solver.plan.docker import DockerSitePlan
from solver.plan.images import BuiltImage, with_images
from solver.plan.lines import lines_of
from solver.plan.plan import (
    MODEL_VERSION,
    AnySitePlan,
    Plan,
    PlanInputs,
    Proof,
    SitePlan,
    aws_sites_of,
    docker_sites_of,
)
from solver.plan.whole_file import write_whole
from solver.schema import Schema, is_empty

_HEADER = """\
# Lock of stack {stack}: the approved plan. Made by `poolwright plan {stack} --write`; review it, don't edit it.
# Money is USD a month before tax.
"""
_STALE = {
    "demand": "the demand files changed",
    "catalog": "the catalog's tables changed",
    "model": "this version of poolwright may give another plan",
    "release": "the release changed",
}
_DIGEST = re.compile(r"^digest: (?P<digest>sha256:[0-9a-f]{64})\n", re.MULTILINE)
_NOT_LOCKED = frozenset({"reason", "held", "kept", "hour_classes"})


class Lock(Schema):
    """What a stack is built from, as committed beside its demand."""

    schema_version: Literal[1] = 1
    """Of this format."""
    stack: str
    """Its name."""
    owner: str
    """Who answers for it."""
    cost_centre: str
    """Who pays."""
    tags: dict[str, str]
    """Added to every resource."""
    time_zone: str
    """Of all hours and schedules."""
    week_of: date | None = Field(default=None, exclude_if=is_empty)
    """The Monday of the one week that it is for; None: any week."""
    inputs: PlanInputs
    """Digests of what the plan was made from."""
    proof: Proof
    """How good it is."""
    cost_usd_per_month: dict[str, dict[str, float]]
    """Pool → item → dollars a month; of a stack with several sites, `site pool`."""
    sites: dict[str, AnySitePlan]
    """What is built."""
    images: dict[str, BuiltImage] = Field(default_factory=dict[str, BuiltImage], exclude_if=is_empty)
    """Images that the project made: `workload.variant` → image."""

    @property
    def aws_sites(self) -> dict[str, SitePlan]:
        """Sites of the kind aws, by key."""
        return aws_sites_of(self.sites)

    @property
    def docker_sites(self) -> dict[str, DockerSitePlan]:
        """Sites of the kind docker, by key."""
        return docker_sites_of(self.sites)

    def as_plan(self) -> Plan:
        """The plan without witness, cost lines and reasons: what a new solve compares itself with."""
        return Plan(
            stack=self.stack,
            owner=self.owner,
            cost_centre=self.cost_centre,
            tags=self.tags,
            time_zone=self.time_zone,
            week_of=self.week_of,
            inputs=self.inputs,
            proof=self.proof,
            sites=self.sites,
            cost_lines=(),
        )

    def plan_to_build(self) -> Plan:
        """The plan, with the images that were made for it."""
        return with_images(self.as_plan(), self.images)

    def stale_inputs(self, *, demand: str, catalog: str, release: str | None = None) -> tuple[str, ...]:
        """What changed since the lock was written, in words; empty when it is fresh. All are digests."""
        now = {"demand": demand, "catalog": catalog, "model": MODEL_VERSION, "release": release}
        mine = self.inputs
        then = {
            "demand": mine.demand,
            "catalog": mine.catalog,
            "model": mine.model,
            "release": None if mine.release is None else mine.release.digest,
        }
        return tuple(text for name, text in _STALE.items() if then[name] != now[name])


def lock_of(plan: Plan, images: Mapping[str, BuiltImage] | None = None) -> Lock:
    """The lock that approves this plan, with the images that are built for it."""
    return Lock(
        stack=plan.stack,
        owner=plan.owner,
        cost_centre=plan.cost_centre,
        tags=plan.tags,
        time_zone=plan.time_zone,
        week_of=plan.week_of,
        inputs=plan.inputs,
        proof=plan.proof,
        cost_usd_per_month=_cost_by_item(plan),
        sites=plan.sites,
        images=dict(sorted((images or {}).items())),
    )


def _cost_by_item(plan: Plan) -> dict[str, dict[str, float]]:
    several = len(plan.sites) > 1
    items: dict[str, dict[str, list[Any]]] = {}
    for line in plan.cost_lines:
        pool = f"{line.site} {line.pool}" if several else line.pool.value
        items.setdefault(pool, {}).setdefault(line.item, []).append(line)
    return {
        pool: {item: total_usd_per_month(lines) for item, lines in sorted(by_item.items())}
        for pool, by_item in sorted(items.items())
    }


def lock_text(lock: Lock) -> str:
    """The file's text: the same lock gives the same bytes."""
    content: dict[str, Any] = {
        "schema_version": lock.schema_version,
        **lock.model_dump(mode="json", exclude_defaults=True),
    }
    content["sites"] = {key: _built(site) for key, site in content["sites"].items()}
    body = lines_of(content)
    return f"{_HEADER.format(stack=lock.stack)}digest: {text_digest(body)}\n{body}"


def _built(value: Any) -> Any:
    """A part of a site without what is made anew from the same inputs."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return {name: _built(entry) for name, entry in entries.items() if name not in _NOT_LOCKED}
    if isinstance(value, list):
        return [_built(entry) for entry in cast("list[Any]", value)]
    return value


def text_digest(body: str) -> str:
    """sha256 of the part of a lock that the digest line covers."""
    return f"sha256:{hashlib.sha256(body.encode()).hexdigest()}"


def digest_of(text: str, *, file: str, stack: str) -> str:
    """The digest that a lock's text states, which is what a reviewer approved; LockError when the text is another."""
    match = _DIGEST.search(text)
    if match is None:
        raise LockError([Problem(file=file, allowed="the line `digest: sha256:…` is missing", hint=_remedy(stack))])
    if text_digest(text[match.end() :]) != match["digest"]:
        line = text.count("\n", 0, match.start()) + 1
        problem = Problem(
            file=file,
            line=line,
            path="digest",
            found=match["digest"][:19] + "…",
            allowed="the digest of the lines below it; this lock was edited or merged by hand",
            hint=_remedy(stack),
        )
        raise LockError([problem])
    return match["digest"]


def _remedy(stack: str) -> str:
    return f"Run: poolwright plan {stack} --write"


def write_lock(path: Path, lock: Lock) -> str:
    """Replaces the file in one step, so that a reader sees the old lock or the new one; gives its digest."""
    text = lock_text(lock)
    if read_text(path) != text:
        write_whole(path, text)
    return digest_of(text, file=str(path), stack=lock.stack)


def read_text(path: Path) -> str | None:
    """The file's text, or None when there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def read_lock(path: Path, *, shown_as: str | None = None) -> Lock:
    """The lock in a file; LockError names what can't be read, and the command that writes a new one."""
    file = shown_as or str(path)
    text = read_text(path)
    stack = path.name.removesuffix(".lock.yaml")
    if text is None:
        raise StaleError(f"{file}: stack {stack} has no lock yet", hint=_remedy(stack))
    return lock_in(text, file=file, stack=stack)


def lock_in(text: str, *, file: str, stack: str) -> Lock:
    """The lock that a text is; `file` and `stack` are what an error calls it."""
    digest_of(text, file=file, stack=stack)
    try:
        content = yaml.load(text, Loader=yaml.CSafeLoader)
        content.pop("digest")
        return Lock.model_validate(content)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problem = Problem(file=file, line=line, allowed=f"this is no YAML: {error.problem}", hint=_remedy(stack))
        raise LockError([problem]) from error
    except ValidationError as error:
        raise LockError(
            [
                Problem(
                    file=file,
                    path=".".join(str(part) for part in detail["loc"]),
                    allowed=f"{detail['msg']}; the lock was written by another version of poolwright",
                    hint=_remedy(stack),
                )
                for detail in error.errors()
            ]
        ) from error
