"""Inputs of the package's components: what is wrong is said in the words of who writes them."""

from __future__ import annotations

from typing import Any

import pytest

from components.package.approved import approved_hosts, approved_site
from components.package.handover import Taken
from solver.errors import PoolwrightError
from solver.plan.network import ExistingPlan, SourceStackPlan
from solver.plan.plan import SitePlan
from solver.vocabulary import StackKind, Tier
from tests.components import plans
from tests.components.docker import hosted
from tests.components.package.locks import lock, lock_with_hosts
from tests.recorder import record

TWO = {"main": plans.minimal_site(), "other": plans.minimal_site()}


def in_a_vpc_of_another_stack() -> SitePlan:
    source = SourceStackPlan(kind=StackKind.PULUMI, name="network")
    existing = ExistingPlan(vpc_id="vpc", subnets={Tier.PRIVATE: {plans.ZONES[0]: "private"}}, stack=source)
    site = plans.minimal_site()
    return site.model_copy(update={"network": site.network.model_copy(update={"existing": existing})})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lock": lock(main=plans.minimal_site()).replace("eu-west-1", "eu-west-2")}, "digest"),
        ({"lock": "stacks/dev.lock.yaml"}, "the line `digest: sha256:…` is missing"),
        ({"lock": lock(**TWO)}, "site: found nothing; one of main, other is needed"),
        ({"site": "mian"}, 'site: found "mian"; the lock has main'),
        (
            {"lock": lock(main=in_a_vpc_of_another_stack())},
            "VPC of Pulumi stack network; a VPC named by ids is allowed",
        ),
        ({"account_id": "1234"}, "accountId: found"),
    ],
)
def test_a_wrong_input_is_named(given: dict[str, Any], said: str) -> None:
    right: dict[str, Any] = {"lock": lock(main=plans.minimal_site()), "site": None, "account_id": plans.ACCOUNT_ID}
    with pytest.raises(PoolwrightError, match=said):
        approved_site("mine", **{**right, **given})


def test_the_only_site_needs_no_name() -> None:
    approved = approved_site("mine", lock=lock(main=plans.minimal_site()), site=None, account_id=plans.ACCOUNT_ID)
    assert (approved.key, approved.names.region) == ("main", plans.REGION)


def test_a_handover_of_another_component_is_refused_by_what_it_lacks() -> None:
    with pytest.raises(PoolwrightError, match=r"the handover of Network has no network\.vpc_id"):
        record(lambda: Taken({"security": {}}, source="Network").at("network", "vpc_id"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lock": lock(main=plans.minimal_site())}, "the lock has no site of the kind docker"),
        ({"lock": lock_with_hosts(edge=hosted.site(), plant=hosted.site())}, "one of edge, plant is needed"),
        ({"site": "main"}, 'site: found "main"; the lock has plant'),
    ],
)
def test_a_wrong_site_of_hosts_is_named(given: dict[str, Any], said: str) -> None:
    right: dict[str, Any] = {"lock": lock_with_hosts(plant=hosted.site()), "site": None}
    with pytest.raises(PoolwrightError, match=said):
        approved_hosts("mine", **{**right, **given})


def test_who_asks_for_hosts_as_a_site_in_aws_is_told_what_builds_them() -> None:
    with pytest.raises(PoolwrightError, match="plant is of hosts: Hosts builds it"):
        approved_site("mine", lock=lock_with_hosts(plant=hosted.site()), site="plant", account_id=plans.ACCOUNT_ID)
