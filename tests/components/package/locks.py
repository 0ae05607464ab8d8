"""Locks of made-up plans, as the components of the package are given them."""

from __future__ import annotations

from solver.plan.docker import DockerSitePlan
from solver.plan.lock import lock_of, lock_text
from solver.plan.plan import SitePlan
from tests.components import plans


def lock(**sites: SitePlan) -> str:
    """Text of the lock of stack `dev` with these sites."""
    return lock_text(lock_of(plans.plan("dev", **sites)))


def lock_with_hosts(**hosted: DockerSitePlan) -> str:
    """Text of the lock of stack `dev` with a site in AWS, `main`, and these of hosts."""
    plan = plans.plan("dev", main=plans.minimal_site())
    return lock_text(lock_of(plan.model_copy(update={"sites": {**plan.sites, **hosted}})))
