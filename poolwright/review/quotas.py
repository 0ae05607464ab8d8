"""What a plan needs of an account's vCPU quotas, beside what the demand or AWS says that there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from poolwright.review.gate_facts import QuotaUse
from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.plan.lock import Lock

Told = Callable[[str, str, str], int | None]
"""Region, family, purchase option → vCPUs that the account may run; None: not known."""


def quota_uses(lock: Lock, demand: Demand, catalog: Catalog, told: Told | None = None) -> tuple[QuotaUse, ...]:
    """By site, family and purchase option; families of which nobody says a quota are left out.

    What the account says goes before what the demand says; planned is the highest hour of the week.
    """
    return tuple(_uses(lock, demand, catalog, told))


def _uses(lock: Lock, demand: Demand, catalog: Catalog, told: Told | None) -> Iterator[QuotaUse]:
    for key, site in sorted(lock.aws_sites.items()):
        by_family: dict[tuple[str, str], list[tuple[tuple[int, ...], int]]] = {}
        for group in site.compute.node_groups:
            family = str(catalog.machine(group.machine_types[0]).quota)
            hourly = tuple(group.vcpus * machines for machines in group.machines.hourly())
            by_family.setdefault((family, str(group.purchase)), []).append((hourly, group.vcpus * group.max_machines))
        said = demand.aws_sites[key].quotas if key in demand.aws_sites else {}
        for (family, purchase), groups in sorted(by_family.items()):
            asked = None if told is None else told(site.region, family, purchase)
            quota = asked if asked is not None else said.get(family)
            if quota is None:
                continue
            yield QuotaUse(
                site=key,
                family=family,
                purchase=purchase,
                planned=max(map(sum, zip(*(hourly for hourly, _ in groups), strict=True))),
                most=sum(most for _, most in groups),
                quota=quota,
                told_by="the account" if asked is not None else f"sites.{key}.quotas",
            )
