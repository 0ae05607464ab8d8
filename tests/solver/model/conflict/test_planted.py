"""Planted conflicts come back exactly, and what is said to free them does, by solving again."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError, Member
from solver.model.conflict.site_wishes import wishes_of
from solver.solve import solve
from tests.solver.model.conflict.planted import content, job, service, value_of, variants, with_value, without

CI: dict[str, Any] = {"machines": ["c7i.*"]}
ALL_M = {"machines": ["c7i.*", "m7i.*"]}
ONE_GROUP: dict[str, Any] = {"machines": ["m7i.*"], "node_groups": 1}
L4 = variants(accelerator={"model": "l4"})
PLANTED: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "a ceiling below the load": (
        content({"a": service(headroom=0, replicas={"max": 2})}, {}, {}),
        {"workloads.a.replicas.max": "3"},
    ),
    "a ceiling that holds the load but not its headroom": (
        content({"a": service(replicas={"max": 3})}, {}, {}),
        {"workloads.a.replicas.max": "4", "workloads.a.headroom": "0.05"},
    ),
    "a quota of the only family that the filter lets through": (
        content({"a": service(headroom=0)}, {"quotas": {"standard": 2}}, CI),
        {"limits.machines": "add g6f.large", "sites.main.quotas.standard": "4 vCPU"},
    ),
    "a floor above the quota": (
        content({"a": service(replicas={"min": 20})}, {"quotas": {"standard": 10}}, {"machines": ["m7i.*"]}),
        {
            "limits.machines": "add g6f.large",
            "sites.main.quotas.standard": "20 vCPU",
            "workloads.a.replicas.min": "10",
        },
    ),
    "replicas kept apart within a quota": (
        content({"a": service(headroom=0, max_per_machine=1)}, {"quotas": {"standard": 4}}, CI),
        {
            "limits.machines": "add m7a.medium",
            "sites.main.quotas.standard": "6 vCPU",
            "workloads.a.max_per_machine": "3",
        },
    ),
    "two filters and one node group": (
        content(
            {"a": service(**variants(machines=["m7i.*"])), "b": service(**variants(machines=["c7i.*"]))},
            {},
            {"node_groups": 1},
        ),
        {
            "limits.node_groups": "2",
            "workloads.a.variants.cpu.machines": "add c7i.xlarge",
            "workloads.b.variants.cpu.machines": "add m7i.large",
        },
    ),
    "services apart and one node group": (
        content({"a": service(), "b": service(apart_from=["a"])}, {}, ONE_GROUP),
        {"limits.node_groups": "2", "workloads.b.apart_from": ""},
    ),
    "a service apart from all and one node group": (
        content({"a": service(apart_from="all"), "b": service()}, {}, ONE_GROUP),
        {"limits.node_groups": "2", "workloads.a.apart_from": ""},
    ),
    "services apart within a quota": (
        content(
            {"a": service(load={"constant_per_second": 10}), "b": service(load={"constant_per_second": 10})}
            | {"c": service(load={"constant_per_second": 10}, apart_from=["a"])},
            {"quotas": {"standard": 4}},
            {"machines": ["m7i.xlarge"]},
        ),
        {"limits.machines": "add m7a.medium", "sites.main.quotas.standard": "8 vCPU", "workloads.c.apart_from": ""},
    ),
    "an accelerator that the allowed machines have not": (
        content({"a": service(**L4)}, {}, ALL_M),
        {"limits.machines": "add g6.xlarge"},
    ),
    "an accelerator whose machines are all excluded": (
        content({"a": service(**L4)}, {}, {"exclude_machines": ["g6.*", "gr6.*", "g6f.*"]}),
        {"limits.exclude_machines": ""},
    ),
    "memory that no machine has": (
        content({"a": service(**variants(memory="64Ti"))}, {}, {}),
        {"workloads.a.variants.cpu.memory": "32043926Mi"},
    ),
    "scratch space beyond the root volume": (
        content({"a": service(**variants(disk="400Gi"))}, {}, {}),
        {"sites.main.root_volume": "400Gi"},
    ),
    "a batch job with too few replicas for its window": (
        content({"a": job("batch", 1, max_parallel=4)}, {}, {}),
        {"workloads.a.window": "4 h, until 02:00", "workloads.a.max_parallel": "14"},
    ),
    "a gang too small for its deadline": (
        content({"a": job("training", 1, workers=4)}, {}, {}),
        {"workloads.a.window": "4 h, until 02:00", "workloads.a.workers": "14"},
    ),
    "a gang within a quota": (
        content({"a": job("training", 24, workers=4)}, {"quotas": {"standard": 4}}, CI),
        {
            "limits.machines": "add m7a.medium",
            "sites.main.quotas.standard": "8 vCPU",
            "workloads.a.workers": "2",
        },
    ),
    "a workload's own filter and the stack's": (
        content({"a": service(**variants(machines=["r7i.*"]))}, {}, CI),
        {"limits.machines": "add r7i.large", "workloads.a.variants.cpu.machines": "add c7i.large"},
    ),
    "zone survival within a quota": (
        content(
            {"a": service(headroom=0, survive="zone")},
            {"zones": 2, "quotas": {"standard": 4}},
            {"machines": ["c7i.xlarge"]},
        ),
        {
            "limits.machines": "add g6f.large",
            "sites.main.quotas.standard": "8 vCPU",
            "workloads.a.survive": "",
        },
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_conflict_comes_back_with_what_frees_each_of_its_members(name: str, catalog: Catalog) -> None:
    planted, expected = PLANTED[name]
    error = conflict_of(Demand.model_validate(planted), catalog)
    assert error is not None
    assert not error.also
    assert {path_of(member): member.frees for member in error.members} == {
        path: f"{path}: {value}{',' if 'until' in value else ''} would do" if value else frees_of(error, path)
        for path, value in expected.items()
    }
    for member in error.members:
        assert_frees(planted, member, catalog)


def assert_frees(planted: dict[str, Any], member: Member, catalog: Catalog) -> None:
    """The remedy gives a plan; where it is a number, the number before it gives none."""
    assert member.frees is not None
    if not member.frees.endswith("would do"):
        if member.frees == "without it there is a plan":
            assert is_possible(without(planted, path_of(member)), catalog)
        return
    path, value = value_of(member.frees)
    assert is_possible(with_value(planted, path, value), catalog)
    if not value.startswith("add "):
        assert not is_possible(with_value(planted, path, value, less=1), catalog)


def test_two_conflicts_that_have_nothing_to_do_with_each_other_are_both_reported(catalog: Catalog) -> None:
    workloads = {"a": service(headroom=0, replicas={"max": 2}), "b": job("batch", 1, max_parallel=4)}
    error = conflict_of(Demand.model_validate(content(workloads, {}, {})), catalog)
    assert error is not None
    assert error.conflict == ("workloads.a.replicas.max: 2",)
    assert [[path_of(member) for member in each] for each in error.also] == [
        ["workloads.b.window", "workloads.b.max_parallel"]
    ]
    assert error.also[0][1].frees == "workloads.b.max_parallel: 14 would do"


def test_of_services_that_name_each_other_both_lines_are_told(catalog: Catalog) -> None:
    workloads = {"a": service(apart_from=["b", "c"]), "b": service(apart_from=["a"]), "c": service()}
    error = conflict_of(Demand.model_validate(content(workloads, {}, ONE_GROUP)), catalog)
    assert error is not None
    assert [member.words for member in error.members] == ["limits.node_groups: 1", "workloads.a.apart_from: b"]
    assert error.members[0].frees == "limits.node_groups: 2 would do"
    # With c it is still too many.
    assert error.members[1].frees == "not enough by itself"
    fewer = {**workloads, "a": service(apart_from=["b"])}
    error = conflict_of(Demand.model_validate(content(fewer, {}, ONE_GROUP)), catalog)
    assert error is not None
    assert error.members[1].frees == "without b there, nor a in workloads.b.apart_from"


def test_five_services_in_a_ring_of_strangers_fit_on_three_node_groups_and_not_on_two(catalog: Catalog) -> None:
    ring = {key: service(apart_from=[other]) for key, other in zip("abcde", "bcdea", strict=True)}
    limits = {"machines": ["m7i.large", "m7i.xlarge"]}
    assert is_possible(Demand.model_validate(content(ring, {}, limits | {"node_groups": 3})), catalog)
    error = conflict_of(Demand.model_validate(content(ring, {}, limits | {"node_groups": 2})), catalog)
    assert error is not None
    assert error.members[0].frees == "limits.node_groups: 3 would do"
    assert {member.words for member in error.members[1:]} == {
        f"workloads.{key}.apart_from: {other}" for key, other in zip("abcde", "bcdea", strict=True)
    }


SMALL = st.fixed_dictionaries(
    {
        "max": st.integers(1, 5),
        "per_machine": st.sampled_from([None, 1, 2]),
        "survive": st.sampled_from(["none", "zone"]),
        "quota": st.sampled_from([2, 4, 6, 8]),
        "groups": st.integers(1, 2),
        "other": st.sampled_from([None, ["m7i.large"], ["c7i.large"]]),
    }
)


@settings(max_examples=12, deadline=None)
@given(SMALL)
def test_a_reported_conflict_can_not_be_planned_and_every_smaller_part_of_it_can(
    catalog: Catalog, small: dict[str, Any]
) -> None:
    first = service(
        replicas={"max": small["max"]}, max_per_machine=small["per_machine"], survive=small["survive"], headroom=0
    )
    workloads = {"a": first}
    if small["other"] is not None:
        workloads["b"] = service(headroom=0, **variants(machines=small["other"]))
    limits = {"machines": ["c7i.large", "m7i.large"], "node_groups": small["groups"]}
    demand = Demand.model_validate(content(workloads, {"quotas": {"standard": small["quota"]}}, limits))
    error = conflict_of(demand, catalog)
    if error is None:
        return
    wishes = wishes_of(demand, "main", catalog)
    named = [number for number, wish in enumerate(wishes) if wish.words in error.conflict]
    facts = [number for number, wish in enumerate(wishes) if wish.is_fact]
    assert len(named) == len(error.conflict) > 0

    def possible(kept: tuple[int, ...]) -> bool:
        left = demand
        for number, wish in enumerate(wishes):
            if number not in kept and number not in facts:
                left = wish.dropped(left)
        return is_possible(left, catalog)

    assert not possible(tuple(named))
    assert all(possible(less) for less in combinations(named, len(named) - 1))


def conflict_of(demand: Demand, catalog: Catalog) -> InfeasibleError | None:
    try:
        solve(demand, catalog)
    except InfeasibleError as error:
        return error
    return None


def is_possible(demand: Demand, catalog: Catalog) -> bool:
    """Whether there is a plan; where there is none, nobody asks which wishes are in conflict."""
    try:
        solve(demand, catalog, explain=False)
    except InfeasibleError:
        return False
    return True


def path_of(member: Member) -> str:
    return member.words.partition(": ")[0]


def frees_of(error: InfeasibleError, path: str) -> str | None:
    """Words of a remedy that is no number."""
    (found,) = [member.frees for member in error.members if path_of(member) == path]
    assert found is not None
    assert found != "not enough by itself"
    return found
