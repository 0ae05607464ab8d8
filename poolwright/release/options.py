"""What a user says with a promotion: when, who, and what a no may be overruled by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

from poolwright.review.gate import Overrule
from solver.demand.located import Located, shown_path
from solver.demand.promotion import PromotionRules, read_rules
from solver.errors import ConfigError, Problem
from solver.plan.lock import Lock
from solver.vocabulary import GateId


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the command line says beside the stacks."""

    at: str | None = None
    by: str | None = None
    approved_by: tuple[str, ...] = ()
    approvals_later: bool = False
    overrides: tuple[str, ...] = ()
    acknowledged: tuple[str, ...] = ()
    reason: str | None = None
    owner: str | None = None


@dataclass(frozen=True, kw_only=True)
class Overruling:
    """Which gates are not asked, which may say no, and which resources are known to go."""

    off: Mapping[GateId, Overrule]
    overrides: Mapping[GateId, Overrule]
    acknowledged: tuple[str, ...]


def moment_of(at: str | None, time_zone: str, now: datetime) -> datetime:
    """The moment that a user writes, or now, in a stack's time zone; ConfigError for what is none."""
    zone = ZoneInfo(time_zone)
    if at is None:
        return now.astimezone(zone).replace(second=0, microsecond=0)
    try:
        found = datetime.fromisoformat(at) if "T" in at or " " in at else None
    except ValueError:
        found = None
    if found is None:
        allowed = "a moment like 2027-06-30T14:05, or with its offset 2027-06-30T14:05+00:00, is allowed"
        raise ConfigError([Problem(file="", path="--at", found=f'"{at}"', allowed=allowed)])
    return found.replace(tzinfo=zone) if found.tzinfo is None else found.astimezone(zone)


def way(root: Path, source: str, target: str) -> tuple[PromotionRules, Located | None]:
    """The rules of the project and their lines; ConfigError where a release does not go from source to target.

    Without the file, the two stacks are the whole way, and nothing is kept out of releases.
    """
    if source == target:
        allowed = "another stack than the one that has the release is allowed"
        raise ConfigError([Problem(file="", path="TO", found=f'"{target}"', allowed=allowed)])
    read = read_rules(root)
    if read is None:
        return PromotionRules(order=(source, target)), None
    rules, tree = read
    problems: list[Problem] = []
    file = shown_path(tree.file)
    for path, name in (("FROM", source), ("TO", target)):
        if name not in rules.order:
            near = get_close_matches(name, rules.order, n=1)
            problems.append(
                Problem(
                    file="",
                    path=path,
                    found=f'"{name}"',
                    allowed=f"one of {', '.join(rules.order)} is allowed, as {file} has it",
                    hint=f"Did you mean {near[0]}?" if near else f"Add it to `order` in {file}",
                )
            )
    if not problems and rules.order.index(source) > rules.order.index(target):
        problems.append(
            Problem(
                file="",
                path="TO",
                found=f'"{target}"',
                allowed=f"a stack after {source} is allowed: {' → '.join(rules.order)}",
                hint=f"To take a release back: poolwright rollback {source}",
            )
        )
    if problems:
        raise ConfigError(problems)
    return rules, tree


def overruling(
    rules: PromotionRules, tree: Located | None, stack: str, *, release: str | None, day: date, words: Words
) -> Overruling:
    """What counts on a day, from the file of the rules and from the command; the command's goes first."""
    mine, there = rules.of(stack), ("stacks", stack)
    off = {
        each.gate: Overrule(reason=each.reason, place=_place(tree, *at, "off", number))
        for at, listed in (((), rules.off), (there, mine.off))
        for number, each in enumerate(listed)
    }
    overrides: dict[GateId, Overrule] = {}
    for number, each in enumerate(mine.overrides):
        if each.expires >= day and each.release in (None, release):
            owner = each.owner if each.id is None else f"{each.id}, {each.owner}"
            overrides[each.gate] = Overrule(
                reason=each.reason, owner=owner, expires=each.expires, place=_place(tree, *there, "overrides", number)
            )
    known = [each.resource for each in mine.acknowledged if each.expires >= day]
    if words.overrides or words.acknowledged:
        said = _said(words)
        overrides |= dict.fromkeys(_gates(words.overrides), said)
        known += words.acknowledged
    return Overruling(off=off, overrides=overrides, acknowledged=tuple(dict.fromkeys(known)))


def overruled_in(root: Path, stack: str, lock: Lock, day: date) -> Overruling:
    """What the project's rules overrule of a review of one stack on a day; nothing where it has none."""
    read = read_rules(root)
    if read is None:
        return Overruling(off={}, overrides={}, acknowledged=())
    rules, tree = read
    release = None if lock.inputs.release is None else lock.inputs.release.id
    return overruling(rules, tree, stack, release=release, day=day, words=Words())


def _said(words: Words) -> Overrule:
    if not words.reason or not words.owner:
        missing = [name for name, value in (("--reason", words.reason), ("--owner", words.owner)) if not value]
        allowed = f"{' and '.join(missing)} is needed: who overrules a gate says why, and answers for it"
        raise ConfigError(
            [Problem(file="", path="--override" if words.overrides else "--acknowledge", allowed=allowed)]
        )
    return Overrule(reason=words.reason, owner=words.owner)


def _gates(names: Sequence[str]) -> Iterable[GateId]:
    for name in names:
        try:
            yield GateId(name)
        except ValueError:
            near = get_close_matches(name, [each.value for each in GateId], n=1)
            problem = Problem(
                file="",
                path="--override",
                found=f'"{name}"',
                allowed=f"one of {', '.join(GateId)} is allowed",
                hint=f"Did you mean {near[0]}?" if near else None,
            )
            raise ConfigError([problem]) from None


def _place(tree: Located | None, *steps: str | int) -> str:
    found = None if tree is None else tree.at(steps)
    return "" if found is None else f"{shown_path(found.file)}:{found.line}"
