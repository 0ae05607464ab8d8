"""Several sites in one plan: where workloads run, what that costs, and a witness that sees what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.errors import InfeasibleError
from solver.plan.plan import Plan
from solver.replay import Loss, replay
from solver.solve import solve
from solver.witness import plan_faults
from tests.solver.several import BUCKET, FROM_BOTH, JOB, PUBLIC, SERVICE, both_regions, site, two_sites

NEAR = two_sites(
    {
        "front": PUBLIC | FROM_BOTH | {"max_latency_ms": 60, "calls": ["back"]},
        "back": SERVICE,
        "night": JOB,
    }
)
PAIR = ("front", "back")
CALLS = two_sites(
    {
        "front": PUBLIC | {"site": "eu", "calls": ["api"]},
        "api": PUBLIC | {"site": "us", "path": "/api", "load_from": {"front": 1}, "response_kib": 8},
    }
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return both_regions()


@pytest.fixture(scope="module")
def near(catalog: Catalog) -> Plan:
    return solve(NEAR, catalog)


@pytest.fixture(scope="module")
def calls(catalog: Catalog) -> Plan:
    return solve(CALLS, catalog)


def usd(plan: Plan, site: str, item: str) -> float:
    return sum(line.usd_per_month for line in plan.cost_lines if line.site == site and line.item == item)


def test_a_service_is_split_where_its_users_are_too_far_from_one_site(near: Plan) -> None:
    assert near.aws_sites["eu"].serves["front"] == {"europe": 0.6}
    assert near.aws_sites["us"].serves["front"] == {"america": 0.4}
    assert near.aws_sites["eu"].serves["back"] == {"site eu": 0.6}
    assert {service.key for service in near.aws_sites["us"].compute.services} == {"front", "back"}


def test_a_job_runs_whole_on_the_cheaper_site_and_the_plan_says_what_the_other_costs(near: Plan) -> None:
    assert [job.key for job in near.aws_sites["us"].compute.jobs] == ["night"]
    assert not near.aws_sites["eu"].compute.jobs
    (whole,) = [reason for reason in near.reasons if reason.subject == "sites"]
    assert whole.next_best == "all that may run there on eu"
    assert whole.extra_usd_per_month is not None and whole.extra_usd_per_month > 0


def test_a_free_service_goes_to_the_cheapest_site_and_no_other_is_built(catalog: Catalog) -> None:
    plan = solve(two_sites({"front": PUBLIC}), catalog)
    assert list(plan.aws_sites) == ["us"]
    assert plan.proof.proven
    alone = {site: solve(two_sites({"front": PUBLIC | {"site": site}}), catalog) for site in ("us", "eu")}
    assert plan.proof.cost_usd_per_month == alone["us"].proof.cost_usd_per_month
    assert alone["us"].proof.cost_usd_per_month < alone["eu"].proof.cost_usd_per_month


def test_what_is_kept_on_a_site_draws_its_workload_there(catalog: Catalog) -> None:
    kept = two_sites({"front": PUBLIC | {"uses": {"papers": "read"}}}, storage={"papers": BUCKET | {"site": "eu"}})
    assert list(solve(kept, catalog).aws_sites) == ["eu"]


def test_calls_between_sites_are_paid_by_who_sends(calls: Plan) -> None:
    gib = 100 * 3600 * 730 / 2**20
    assert usd(calls, "eu", "transfer to other sites") == pytest.approx(gib * 2 * 0.02, abs=0.01)
    assert usd(calls, "us", "transfer to other sites") == pytest.approx(gib * 8 * 0.02, abs=0.01)
    (front,) = calls.aws_sites["eu"].compute.services
    assert front.variants[0].environment["ADDRESS_API"] == "us-east-1.example.com:443"
    assert front.calls == ()


def test_dear_transfer_keeps_a_service_beside_its_caller(catalog: Catalog) -> None:
    def there(response_kib: float) -> list[str]:
        api = PUBLIC | {"path": "/api", "load_from": {"front": 1}, "response_kib": response_kib}
        plan = solve(two_sites({"front": PUBLIC | {"site": "eu", "calls": ["api"]}, "api": api}), catalog)
        return [key for key, each in plan.aws_sites.items() if "api" in each.serves]

    assert there(400) == ["eu"]


def test_the_same_inputs_give_the_same_plan_again_and_against_the_approved_one(near: Plan, catalog: Catalog) -> None:
    assert solve(NEAR, catalog) == near
    assert solve(NEAR, catalog, previous=near).aws_sites == near.aws_sites


def test_a_job_stays_where_it_is_while_that_costs_hardly_more(near: Plan, catalog: Catalog) -> None:
    elsewhere = solve(NEAR.model_copy(update={"workloads": {**NEAR.workloads, "night": _on(NEAR, "eu")}}), catalog)
    tolerant = NEAR.model_copy(update={"limits": NEAR.limits.model_copy(update={"gap": 0.05})})
    again = solve(tolerant, catalog, previous=elsewhere)
    assert [job.key for job in again.aws_sites["eu"].compute.jobs] == ["night"]
    assert again.proof.cost_usd_per_month <= near.proof.cost_usd_per_month * 1.06


def _on(demand: Any, site: str) -> Any:
    return demand.workloads["night"].model_copy(update={"site": site})


def test_a_replay_asks_of_each_site_its_part_of_the_load(near: Plan, catalog: Catalog) -> None:
    cases = replay(near, NEAR, catalog, factors=(1.0,), losses=(Loss.NOTHING,))
    fronts = {case.site: case for case in cases if case.workload == "front"}
    assert set(fronts) == {"us", "eu"}
    assert all(case.planned.share == 1 for case in fronts.values())


def test_a_replay_loses_each_whole_site_in_turn(near: Plan, catalog: Catalog) -> None:
    cases = replay(near, NEAR, catalog, factors=(1.0, 2.0), losses=(Loss.SITE,))
    assert {(case.site, case.workload) for case in cases} == {(site, key) for site in ("us", "eu") for key in PAIR}
    assert not any(case.promised for case in cases)
    shares = {(case.site, case.workload): case for case in cases if case.factor == 1}
    for lost, left in (("us", 0.6), ("eu", 0.4)):
        # Neither site may serve the users of the other one, so what is left is what it serves already.
        assert shares[lost, "front"].planned.share == pytest.approx(left)
        assert shares[lost, "front"].grown.share == pytest.approx(left)
        # What it calls is counted by itself: it holds its part and the headroom, and grows up to its ceiling.
        assert left <= shares[lost, "back"].planned.share <= shares[lost, "back"].grown.share
    twice = {(case.site, case.workload): case for case in cases if case.factor == 2}
    assert twice["us", "back"].planned.share < shares["us", "back"].planned.share


def test_what_lives_on_one_site_alone_is_not_served_without_it(calls: Plan, catalog: Catalog) -> None:
    cases = replay(calls, CALLS, catalog, factors=(1.0,), losses=(Loss.SITE,))
    assert {(case.site, case.workload): case.planned.share for case in cases} == {("eu", "front"): 0, ("us", "api"): 0}
    assert all(case.planned.short is not None and case.planned.short.hours == 168 for case in cases)


def test_an_accelerator_that_one_region_has_puts_its_workload_there(catalog: Catalog) -> None:
    inferentia = {
        "cpu": 2,
        "memory": "8Gi",
        "accelerator": {"model": "trainium1"},
        "throughput_per_second": 500,
        "source": "measured",
    }
    demand = two_sites({"front": PUBLIC | {"variants": {"trn": inferentia}}}, limits={"machines": ["trn1.*"]})
    here = {offering.machine.name for offering in catalog.purchasable("eu-central-1")}
    plan = solve(demand, catalog)
    assert list(plan.aws_sites) == ["us"]
    assert not any(name.startswith("trn1.") for name in here)


def test_where_no_site_holds_a_workload_the_wishes_in_conflict_are_named(catalog: Catalog) -> None:
    sites = {
        "us": site("us-east-1", "10.0.0.0/16", quotas={"standard": 4}),
        "eu": site("eu-central-1", "10.1.0.0/16", quotas={"standard": 4}),
    }
    with pytest.raises(InfeasibleError) as error:
        solve(two_sites({"front": PUBLIC}, sites=sites), catalog)
    assert "sites.us.quotas.standard: 4" in error.value.conflict


def test_quotas_that_one_site_can_not_keep_split_a_service(catalog: Catalog) -> None:
    sites = {
        "us": site("us-east-1", "10.0.0.0/16", quotas={"standard": 10}),
        "eu": site("eu-central-1", "10.1.0.0/16", quotas={"standard": 10}),
    }
    plan = solve(two_sites({"front": PUBLIC}, sites=sites), catalog)
    assert set(plan.aws_sites) == {"us", "eu"}


Change = Callable[[dict[str, Any]], None]


def less_load(sites: dict[str, Any]) -> None:
    sites["eu"]["serves"]["front"]["europe"] = 0.5


def far_away(sites: dict[str, Any]) -> None:
    sites["us"]["serves"]["front"] = {"europe": 0.6, "america": 0.4}


def another_sites_calls(sites: dict[str, Any]) -> None:
    sites["us"]["serves"]["back"] = {"site eu": 0.4}


def no_back(sites: dict[str, Any]) -> None:
    del sites["us"]["serves"]["back"]


def a_job_twice(sites: dict[str, Any]) -> None:
    sites["eu"]["compute"]["jobs"] = sites["us"]["compute"]["jobs"]


def a_site_less(sites: dict[str, Any]) -> None:
    del sites["us"]


def a_site_more(sites: dict[str, Any]) -> None:
    sites["asia"] = sites["us"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (less_load, "front: 0.5 of its load is served from europe, 0.6 comes from there"),
        (far_away, "front: us serves europe, which is 95 ms away; 60 ms are allowed"),
        (another_sites_calls, "back: calls from eu arrive on us, and it is not public"),
        (no_back, "front calls back, which is neither on us nor public"),
        (a_job_twice, "night is on 2 sites; a job is on one"),
        (a_site_less, "night is on no site of the plan"),
        (a_site_more, "the plan has sites that the demand has not: asia"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_plan_that_breaks_a_rule_of_sites_is_refuted(
    change: Change, words: str, near: Plan, catalog: Catalog
) -> None:
    content = near.model_dump(mode="json")
    change(content["sites"])
    assert any(words in fault for fault in plan_faults(Plan.model_validate(content), NEAR, catalog))


def test_capacity_for_less_than_a_sites_part_is_refuted(near: Plan, catalog: Catalog) -> None:
    content = near.model_dump(mode="json")
    content["sites"]["us"]["serves"]["front"]["america"] = 0.9
    assert any("front, hour 0, capacity" in fault for fault in plan_faults(Plan.model_validate(content), NEAR, catalog))


def test_transfer_that_is_not_in_the_lines_is_refuted(calls: Plan, catalog: Catalog) -> None:
    lines = tuple(line for line in calls.cost_lines if line.item != "transfer to other sites")
    faults = list(plan_faults(calls.model_copy(update={"cost_lines": lines}), CALLS, catalog))
    assert len([fault for fault in faults if "for transfer to other sites, the tables" in fault]) == 2
