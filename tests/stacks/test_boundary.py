"""The boundary that no role of a stack may exceed."""

from __future__ import annotations

from stacks.program import aws_pools
from tests.components import plans
from tests.components.aws import edits
from tests.components.aws.early import with_measures
from tests.components.aws.security.test_detection import measures
from tests.recorder import record

BOUNDARY = f"arn:aws:iam::{plans.ACCOUNT_ID}:policy/workloads"


def test_every_role_has_the_boundary_but_the_one_for_previews_which_has_its_own() -> None:
    site = with_measures(edits.deployed(plans.full_site(), "recommender", edits.CANARY), *measures())
    security = site.security.model_copy(update={"permissions_boundary": BOUNDARY})
    plan = plans.plan("prod", main=site.model_copy(update={"security": security}))
    made = record(lambda: aws_pools("main", plan.aws_sites["main"], plan, plans.ACCOUNT_ID), stack="prod")
    roles = {role.name: role.inputs.get("permissionsBoundary") for role in made.of_type("iam/role:Role")}
    assert {name for name, boundary in roles.items() if boundary != BOUNDARY} == {"main-security-ci-preview"}
    # Of workloads, machines, logs, the trail, Config, requests that move, copies and backups.
    assert len(roles) >= 15
