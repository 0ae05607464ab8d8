"""Ceilings: how far autoscaling may go beyond the plan.

A node group may grow to what its services would need at half again the planned peak, and once more by the machines that
the loss of a zone takes away:

    max_machines = ⌈1.5 · peak⌉ + ⌈peak / zones⌉

but not beyond the machines on which every service of the group reaches its replicas.max, and never below the peak, nor
below what both versions need while a deployment moves requests between them. It stays within the quotas: where the
ceilings of a family's groups together exceed its quota, each keeps that least and takes its share of the rest. A Batch
environment grows to what its job needs, no further.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Growing:
    """One node group of services."""

    key: str
    peak: int
    zones: int
    vcpus: int
    family: str
    useful: int
    """Machines on which every service of the group reaches its ceiling of replicas."""
    deploying: int = 0
    """Machines on which old and new versions fit beside each other."""


def max_machines(groups: Sequence[Growing], quotas: Mapping[str, int], taken: Mapping[str, int]) -> dict[str, int]:
    """Ceiling of each group; `taken` has by family the vCPUs that jobs may use."""
    wished = {
        group.key: max(
            group.peak,
            group.deploying,
            min(-(-3 * group.peak // 2) - (-group.peak // group.zones), group.useful),
        )
        for group in groups
    }
    for family, quota in quotas.items():
        members = [group for group in groups if group.family == family]
        free = max(0, quota - taken.get(family, 0))
        base = {group.key: max(group.peak, group.deploying) for group in members}
        if sum(base[group.key] * group.vcpus for group in members) > free:
            base = {group.key: group.peak for group in members}
        room = max(0, free - sum(base[group.key] * group.vcpus for group in members))
        extra = sum((wished[group.key] - base[group.key]) * group.vcpus for group in members)
        if extra > room:
            for group in members:
                share = (wished[group.key] - base[group.key]) * room // extra
                wished[group.key] = base[group.key] + share
    return wished
