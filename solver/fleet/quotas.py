"""Shared quotas: running vCPUs of the stacks of one account, in one region and family group, in every hour.

    Σ over stacks s:  vcpus(s, h)  ≤  quota          in each hour h, for each shared quota

Stacks know nothing of each other, so one that is to do with less is asked for ways to run within parts of what it would
take. Then one way of each stack is chosen by an integer program, at the organisation's prices. Without these rows no
bound is higher, so the fleet's bound holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from solver.errors import InfeasibleError, Member
from solver.fleet.stack import StackAnswer
from solver.model.backend import Backend
from solver.model.fleet.choice import Way, cheapest_ways
from solver.quantity import HOURS_PER_WEEK

PARTS = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5)
"""Of the most vCPUs that a stack takes of a quota: what it is asked to do with."""


@dataclass(frozen=True, kw_only=True)
class SharedQuota:
    """vCPUs that the stacks of one account may run together."""

    words: str
    """As the fleet file has it."""
    region: str
    family: str
    vcpus: int
    stacks: tuple[str, ...]

    @property
    def key(self) -> str:
        """As usage names it."""
        return f"{self.region}/{self.family}"


Asked = Callable[[Sequence[tuple[str, Mapping[str, int]]]], Sequence[StackAnswer]]
"""Answers of stacks within vCPUs by region and family; refused where there is none."""


def is_within(quotas: Sequence[SharedQuota], answers: Mapping[str, StackAnswer]) -> bool:
    """Whether no quota is exceeded in any hour."""
    return all(_most(quota, answers) <= quota.vcpus for quota in quotas)


def within_quotas(
    quotas: Sequence[SharedQuota],
    ways: Mapping[str, Sequence[StackAnswer]],
    usd: Callable[[StackAnswer], float],
    asked: Asked,
    backend: Backend,
) -> dict[str, StackAnswer]:
    """One way of each stack within all quotas; InfeasibleError names quotas and stacks where none is found."""
    found = {name: list(each) for name, each in ways.items()}
    chosen = _choose(quotas, found, usd, backend)
    if chosen is not None:
        return chosen
    first = {name: each[0] for name, each in ways.items()}
    short = [quota for quota in quotas if _most(quota, first) > quota.vcpus]
    questions: list[tuple[str, Mapping[str, int]]] = []
    for name, answer in first.items():
        mine = {quota.key: max(answer.vcpus.get(quota.key, (0,))) for quota in short if name in quota.stacks}
        taken = {key: most for key, most in mine.items() if most}
        if taken:
            questions += [(name, {key: int(most * part) for key, most in taken.items()}) for part in PARTS]
    for each in asked(questions):
        if not each.refused:
            found[each.name].append(each)
    chosen = _choose(quotas, found, usd, backend)
    if chosen is not None:
        return chosen
    raise _conflict(short or quotas, found)


def _most(quota: SharedQuota, answers: Mapping[str, StackAnswer]) -> int:
    total = np.zeros(HOURS_PER_WEEK, dtype=np.int64)
    for name in quota.stacks:
        total += np.array(answers[name].vcpus.get(quota.key, (0,) * HOURS_PER_WEEK), dtype=np.int64)
    return int(total.max())


def _choose(
    quotas: Sequence[SharedQuota],
    ways: Mapping[str, Sequence[StackAnswer]],
    usd: Callable[[StackAnswer], float],
    backend: Backend,
) -> dict[str, StackAnswer] | None:
    options = {
        name: [
            Way(
                usd(each),
                {
                    number: each.vcpus[quota.key]
                    for number, quota in enumerate(quotas)
                    if name in quota.stacks and quota.key in each.vcpus
                },
            )
            for each in mine
        ]
        for name, mine in ways.items()
    }
    picked = cheapest_ways(options, [quota.vcpus for quota in quotas], backend)
    return None if picked is None else {name: ways[name][number] for name, number in picked.items()}


def _conflict(quotas: Sequence[SharedQuota], ways: Mapping[str, Sequence[StackAnswer]]) -> InfeasibleError:
    members: list[Any] = []
    for quota in quotas:
        least = {name: min(max(each.vcpus.get(quota.key, (0,))) for each in ways[name]) for name in quota.stacks}
        taking = [f"{name} {vcpus}" for name, vcpus in least.items() if vcpus]
        members.append(Member(f"{quota.words}: {', '.join(taking)} vCPUs at their peaks, the least that was found"))
    return InfeasibleError(
        "no way was found to run these stacks within what they share",
        conflict=members,
        hint="A higher quota of the account, another account or region for one of them, or less demand is needed",
    )
