"""The package's components in a Python program: together they make what the stack's own program makes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.package.compute import Compute
from components.package.network import Network
from components.package.security import Security
from components.package.storage import Storage
from solver.errors import ConfigError
from solver.plan.plan import SitePlan
from stacks.docker_site import docker_pools
from stacks.hosts import Hosts, HostsArgs
from stacks.program import aws_pools
from stacks.site import Site
from tests.components import plans
from tests.components.aws.early import with_measures
from tests.components.aws.security.test_detection import measures
from tests.components.docker import hosted
from tests.components.package.locks import lock, lock_with_hosts
from tests.recorder import Record, record


def everything() -> SitePlan:
    return with_measures(plans.full_site(), *measures())


SITES: dict[str, Callable[[], SitePlan]] = {"minimal": plans.minimal_site, "full": everything}


def four_pools(text: str, opts: pulumi.ResourceOptions | None = None) -> None:
    given: Any = {"lock": text, "account_id": plans.ACCOUNT_ID}
    given["security"] = Security("main-security", given, opts).handover
    given["network"] = Network("main-network", given, opts).handover
    given["storage"] = Storage("main-storage", given, opts).handover
    Compute("main-compute", given, opts)


def by_name(records: tuple[Record, ...]) -> dict[tuple[str, str], tuple[Any, set[str]]]:
    """Inputs and dependencies of each resource, groups and guards called as the stack's own program calls them."""

    def told(text: str) -> str:
        return text.replace("main-network-groups", "main-groups").replace("main-network-guards", "main-guards")

    return {
        (each.type, told(each.name)): (
            json.loads(told(json.dumps(each.inputs, default=str))),
            {told("::".join(urn.split("$")[-1].split("::")[-2:])) for urn in each.depends_on},
        )
        for each in records
    }


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
def test_four_components_make_what_the_stacks_program_makes_and_wait_for_as_much(
    site: Callable[[], SitePlan],
) -> None:
    planned = site()
    whole = record(lambda: aws_pools("main", planned, plans.plan("dev", main=planned), plans.ACCOUNT_ID), stack="dev")
    apart = record(lambda: four_pools(lock(main=planned)), stack="dev")
    expected, found = by_name(whole.custom()), by_name(apart.custom())
    assert found.keys() == expected.keys()
    assert {key: inputs for key, (inputs, _) in found.items()} == {key: inputs for key, (inputs, _) in expected.items()}
    # What crosses from one component to the next waits for all that came over, so for more, and never for less.
    assert {key: missing for key, (_, waits) in expected.items() if (missing := waits - found[key][1])} == {}


def test_a_site_as_one_component_makes_the_same() -> None:
    planned = plans.minimal_site()
    whole = record(lambda: aws_pools("main", planned, plans.plan("dev", main=planned), plans.ACCOUNT_ID), stack="dev")
    site = record(lambda: Site("main", {"lock": lock(main=planned), "account_id": plans.ACCOUNT_ID}), stack="dev")
    assert by_name(site.custom()) == by_name(whole.custom())


def test_without_a_provider_resources_have_the_plans_region_account_and_tags() -> None:
    recorded = record(lambda: four_pools(lock(main=plans.minimal_site())))
    providers = recorded.of_type("pulumi:providers:aws")
    assert {each.inputs["region"] for each in providers} == {plans.REGION}
    assert {each.inputs["allowedAccountIds"] for each in providers} == {f'["{plans.ACCOUNT_ID}"]'}
    assert all('"owner"' in each.inputs["defaultTags"] for each in providers)
    assert {each.provider.split("::")[-2] for each in recorded.custom()} <= {each.name for each in providers}


def test_a_provider_that_the_program_gives_is_used() -> None:
    def program() -> None:
        import pulumi_aws

        mine = pulumi_aws.Provider("mine", region=plans.REGION)
        four_pools(lock(main=plans.minimal_site()), pulumi.ResourceOptions(providers=[mine]))

    recorded = record(program)
    assert recorded.names("pulumi:providers:aws") == ("mine",)
    assert {each.provider.split("::")[-2] for each in recorded.custom()} == {"mine"}


def test_hosts_as_one_component_are_what_the_stacks_program_makes() -> None:
    planned, overflow = hosted.site(), {"shop": "https://api.example.com"}
    args: HostsArgs = {"lock": lock_with_hosts(plant=planned), "overflow": {**overflow}}
    plan = plans.plan("dev", main=plans.minimal_site())

    def program() -> None:
        urls = {service: pulumi.Output.from_input(url) for service, url in overflow.items()}
        docker_pools("plant", planned, plan, urls)

    whole = record(program, stack="dev", config=hosted.SECRETS)
    apart = record(lambda: Hosts("mine", args), stack="dev", config=hosted.SECRETS)
    assert by_name(apart.custom()) == by_name(whole.custom())
    with pytest.raises(ConfigError, match=r"poolwright:secrets\.shop-token"):
        record(lambda: Hosts("mine", args), stack="dev")
