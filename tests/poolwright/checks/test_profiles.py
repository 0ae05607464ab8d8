"""The shipped prod under each compliance profile: what its plan promises is built, and the checks find nothing."""

from __future__ import annotations

from datetime import date

import pytest

from components.aws.provider import ACCOUNT_LOOKUP
from poolwright.checks.evidence import Evidence
from poolwright.checks.judging import judge
from poolwright.checks.registry import CHECKS
from solver.catalog.loader import load_catalog
from solver.model.backend import Backend
from solver.model.security.effects import with_log_retention, with_measures, without_measures
from solver.model.security.model import solve_security
from solver.plan.lock import Lock
from stacks.program import aws_pools
from tests.components import plans
from tests.poolwright.checks.estate import recorded_resources, shipped
from tests.recorder import record


def under(profile: str) -> Evidence:
    """Prod's compute, storage and network with the security that a profile asks for, built."""
    evidence = shipped()
    assert evidence.lock is not None and evidence.demand is not None
    wish = evidence.demand.compliance.model_copy(update={"profile": profile})
    demand = evidence.demand.model_copy(update={"compliance": wish})
    site = evidence.lock.aws_sites["main"]
    catalog = load_catalog(None, [site.region])
    network, compute = without_measures(demand, "main", site.network, site.compute)
    answer = solve_security(demand, "main", catalog, Backend(), network=network, compute=compute, storage=site.storage)
    changed = site.model_copy(
        update={
            "network": with_measures(network, answer.plan),
            "compute": with_log_retention(compute, answer.plan),
            "security": answer.plan,
        }
    )
    costs = {**evidence.lock.cost_usd_per_month, "security": {line.item: 0.0 for line in answer.lines}}
    total = round(sum(usd for items in costs.values() for usd in items.values()), 2)
    proof = evidence.lock.proof.model_copy(update={"cost_usd_per_month": total})
    lock = Lock.model_validate(
        {**dict(evidence.lock), "sites": {"main": changed}, "cost_usd_per_month": costs, "proof": proof}
    )
    recording = record(
        lambda: aws_pools("main", changed, lock.as_plan(), plans.ACCOUNT_ID),
        stack="prod",
        lookups={ACCOUNT_LOOKUP: {"accountId": plans.ACCOUNT_ID}},
    )
    return Evidence(lock=lock, demand=demand, resources=recorded_resources(recording))


@pytest.mark.parametrize("profile", ["none", "baseline", "hipaa-like", "pci-like"])
def test_prod_passes_under_every_profile(profile: str) -> None:
    verdict = judge(CHECKS, under(profile), on=date(2026, 11, 26))
    assert [(finding.check, finding.resource, finding.text) for finding in verdict.findings] == []
    assert verdict.undecided == ()
