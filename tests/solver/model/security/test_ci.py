"""The roles for CI: on the first site alone, for the jobs that the demand names, for all sites on AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.demand.demand import Demand
from solver.model.security.ci import ci_of

DemandMaker = Callable[..., Demand]
BOUNDARY = "arn:aws:iam::123456789012:policy/workloads"


@pytest.mark.parametrize(
    ("jobs", "subject"),
    [
        ({"environment": "production"}, "repo:example/shop:environment:production"),
        ({"branch": "release/1"}, "repo:example/shop:ref:refs/heads/release/1"),
    ],
)
def test_jobs_are_known_by_the_subject_of_their_token(
    make_demand: DemandMaker, jobs: dict[str, Any], subject: str
) -> None:
    demand = make_demand(
        {"app": {"exposure": "public"}},
        ci={"repository": "example/shop", "up": jobs},
        permissions_boundary=BOUNDARY,
    )
    plan = ci_of(demand, "main")
    assert plan is not None and plan.up is not None
    assert plan.up.subjects == (subject,)
    assert (plan.others, plan.up.domains) == ((), ("api.example.com",))


def test_without_a_wish_there_is_no_role_for_up(make_demand: DemandMaker) -> None:
    plan = ci_of(make_demand({"app": {}}, ci={"repository": "example/shop"}), "main")
    assert plan is not None and plan.up is None


def test_jobs_on_a_branch_look_where_the_demand_names_it(make_demand: DemandMaker) -> None:
    plan = ci_of(make_demand({"app": {}}, ci={"repository": "example/shop", "branch": "main"}), "main")
    assert plan is not None
    assert plan.subjects == ("repo:example/shop:pull_request", "repo:example/shop:ref:refs/heads/main")
