"""What the lock lists, and what each type costs, is what the components build: nothing more, nothing less."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from components.aws.provider import ACCOUNT_LOOKUP
from poolwright.checks.billed import TYPES, Paid
from poolwright.checks.check import Severity
from poolwright.checks.evidence import Evidence
from poolwright.checks.registry import BY_ID, CHECKS
from poolwright.checks.stack import PROVIDER
from solver.model.security.effects import with_log_retention
from solver.model.security.effects import with_measures as with_effects
from solver.plan.lock import lock_of
from solver.plan.plan import SitePlan
from solver.plan.security import CiUpPlan
from solver.plan.storage import ObjectLockPlan
from solver.vocabulary import LockMode
from stacks.program import aws_pools
from tests.components import plans
from tests.components.aws import edits
from tests.components.aws.compute.test_daemon import AGENT
from tests.components.aws.early import dual_stack, routed, with_measures
from tests.components.aws.security.test_detection import measures
from tests.components.aws.watching import asked
from tests.poolwright.checks.estate import recorded_resources, shipped, with_hosts
from tests.recorder import record

MADE_UP = {"cost.not-in-plan", "cost.sum"}
"""Checks of the plan's bill, which the plans of the components' tests don't have."""


def everything() -> SitePlan:
    """The full site with every measure of the catalog that goes with the others, IPv6, a locked bucket, a canary,
    a role for `up`, synthetic checks."""
    chosen = [measure for measure in measures() if measure != "ecr-scan-on-push"]
    site = edits.deployed(with_measures(routed(dual_stack(plans.full_site())), *chosen), "recommender", edits.CANARY)
    compute = site.compute.model_copy(update={"daemons": (AGENT,)})
    site = site.model_copy(update={"compute": compute})
    first, *others = site.storage.buckets
    locked = first.model_copy(update={"object_lock": ObjectLockPlan(mode=LockMode.GOVERNANCE, days=30)})
    assert site.security.ci is not None
    up = CiUpPlan(subjects=("repo:example/shop:ref:refs/heads/main",), domains=("api.example.com",))
    security = site.security.model_copy(
        update={
            "trail_lock": LockMode.GOVERNANCE,
            "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess",
            "ci": site.security.ci.model_copy(update={"up": up, "synthetic_checks": True}),
        }
    )
    return asked(site).model_copy(
        update={
            "security": security,
            "storage": site.storage.model_copy(update={"buckets": (locked, *others)}),
            "network": with_effects(site.network, site.security),
            "compute": with_log_retention(site.compute, site.security),
        }
    )


@cache
def built(name: str) -> Evidence:
    site = {"everything": everything, "full": plans.full_site, "minimal": plans.minimal_site}[name]()
    plan = plans.plan("prod", main=site)
    recording = record(
        lambda: aws_pools("main", site, plan, plans.ACCOUNT_ID),
        stack="prod",
        lookups={ACCOUNT_LOOKUP: {"accountId": plans.ACCOUNT_ID}},
    )
    return Evidence(lock=lock_of(plan), resources=recorded_resources(recording))


@pytest.mark.parametrize("name", ["everything", "full", "minimal"])
@pytest.mark.parametrize("check", ["plan.unlisted", "plan.missing"])
def test_the_lock_lists_exactly_what_is_built(name: str, check: str) -> None:
    found = list(BY_ID[check].findings(built(name), []))
    assert [(finding.resource, finding.text) for finding in found] == []


@pytest.mark.parametrize("name", ["everything", "full", "minimal"])
def test_no_site_of_the_components_tests_is_refused(name: str) -> None:
    refused = [
        (finding.check, finding.resource, finding.text)
        for check in CHECKS
        if check.id not in MADE_UP and check.severity is Severity.REFUSE
        for finding in check.findings(built(name), [])
    ]
    assert refused == []


def test_every_type_that_is_built_is_priced_or_free_and_no_row_is_left_over() -> None:
    made = {
        resource.type
        for evidence in (built("everything"), built("minimal"), with_hosts(shipped("prod")), shipped("dev"))
        for resource in evidence.resources
        if not resource.type.startswith("pulumi:")
    }
    assert made - set(TYPES) == set()
    assert set(TYPES) - made == set()
    assert list(TYPES) == sorted(TYPES)


def test_every_item_that_pays_for_a_type_is_one_that_plans_have() -> None:
    items = {item for stack in ("prod", "dev", "staging") for item in shipped(stack).items("main")}
    rare = {"transit-gateway", "log errors ", "alarms ", "lustre ", "measure s3-access-logs", "endpoint"}
    rare |= {"synthetic check ", "synthetic checks' key"}
    paying = {begin for row in TYPES.values() if isinstance(row, Paid) for begin in row.items}
    assert {begin for begin in paying if not any(item.startswith(begin) for item in items)} <= rare


def test_only_alarms_on_synthetic_checks_are_in_another_region_than_the_site() -> None:
    evidence = built("everything")
    checks, site = (
        next(each for each in evidence.of_type(PROVIDER) if each.name == name)
        for name in ("main-monitoring-checks-aws", "main-aws")
    )
    moved = tuple(
        replace(each, inputs={**each.inputs, "region": region})
        for each, region in ((checks, "eu-west-1"), (site, "us-east-1"))
    )
    found = list(BY_ID["stack.region"].findings(replace(evidence, resources=moved), []))
    assert [(finding.resource, finding.text) for finding in found] == [
        ("main-monitoring-checks-aws", "builds in eu-west-1, and the plan is for us-east-1"),
        ("main-aws", "builds in us-east-1, and the plan is for eu-west-1"),
    ]


def test_a_replica_on_a_host_that_the_lock_lists_not_is_refused_and_one_that_it_lists_is_missed() -> None:
    evidence = with_hosts(shipped("prod"))
    container = next(each for each in evidence.resources if each.name == "prod-plant-one-shop-cpu-1")
    more = replace(container, name="prod-plant-one-shop-cpu-2")
    grown = replace(evidence, resources=(*evidence.resources, more))
    assert [found.resource for found in BY_ID["plan.unlisted"].findings(grown, [])] == [more.name]
    left = tuple(each for each in evidence.resources if each is not container)
    missed = list(BY_ID["plan.missing"].findings(replace(evidence, resources=left), []))
    assert [found.resource for found in missed] == ["prod-plant-one-shop-cpu-1"]


def test_what_belongs_to_no_host_of_the_lock_is_refused() -> None:
    evidence = with_hosts(shipped("prod"))
    volume = next(each for each in evidence.resources if each.name == "prod-plant-one-files")
    strangers = (
        replace(volume, name="other-volume"),
        replace(volume, urn="urn:pulumi:prod::poolwright::docker:index/volume:Volume::prod-plant-one-files"),
        replace(volume, name="prod-plant-one-more"),
    )
    more = replace(evidence, resources=(*evidence.resources, *strangers))
    assert [found.text for found in BY_ID["plan.unlisted"].findings(more, [])] == [
        "belongs to no site of the lock",
        "belongs to no pool",
        "is nowhere in the lock",
    ]
