"""Promotion: all that is told of moving a release from one stack to the next; what prints it computes nothing."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from poolwright.review.gate import GateAnswer
from poolwright.review.review import Decisions, Money
from solver.plan.difference import ChangeKind
from solver.schema import Schema, is_empty


class DefinitionChange(Schema):
    """A shared key that the release changes."""

    key: str
    """`workloads.search.image.reference`."""
    kind: ChangeKind
    """Added, removed or changed."""
    old: str = ""
    """As the target had it."""
    new: str = ""
    """As the release has it."""


class ImageRow(Schema):
    """What one variant runs once the release is there."""

    name: str
    """`workload.variant`."""
    image: str
    """Its address."""
    digest: str | None
    """None: named by a tag."""
    changed: bool
    """Whether the target ran another one."""
    evidence: str = Field(default="", exclude_if=is_empty)
    """What is known of scans and signatures."""


class PullRequest(Schema):
    """What a pull request needs."""

    branch: str
    """Name of its branch."""
    title: str
    """Its title."""
    body: str
    """Its text, Markdown."""
    files: tuple[str, ...]
    """Files of the project that it changes."""


class Promotion(Schema):
    """A release on its way from one stack to the next."""

    schema_version: Literal[1] = 1
    """Of this format."""
    source: str
    """The stack that has it."""
    target: str
    """The stack that gets it."""
    release: str
    """Its id."""
    before: str | None
    """Id of the target's release before; None: its own files said all."""
    lock: str
    """Digest of the target's lock for it."""
    outcome: Literal["written", "would-be-written", "refused", "nothing-to-do"]
    """What became of it."""
    cloud: str | None
    """sandbox or aws: where the engine was asked; None: it was not."""
    gates: tuple[GateAnswer, ...]
    """In their order; empty where there is nothing to do."""
    code: tuple[DefinitionChange, ...]
    """What changes of the definitions: the same in every stack."""
    code_is_known: bool = True
    """False: the target has had no release yet, and git does not have what its lock was made of."""
    sizes: Decisions
    """What changes of the target's sizes."""
    other_decisions: Decisions
    """Decisions of the target's lock that follow from the definitions: images, ports, settings."""
    also_stale: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    """What else changed since the target's lock was written, so that sizes may differ because of it."""
    money: Money
    """The target's cost."""
    resources: dict[str, int] = Field(default_factory=dict[str, int])
    """What the engine would do: `create` → number of resources; empty where it was not asked."""
    images: tuple[ImageRow, ...]
    """What runs once the release is there."""
    needs: tuple[str, ...]
    """What has to be there in the target before `up`: names of secrets, images in repositories."""
    pull_request: PullRequest | None
    """None where nothing is to be done, or a gate says no."""
    written: tuple[str, ...]
    """Files that were written, as a user would type them."""

    @property
    def passed(self) -> bool:
        """Whether no gate says no."""
        return all(gate.passed for gate in self.gates)
