"""There and back is the identity: what a release takes from a stack, and what it puts on one."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from solver.demand.key_classes import KEY_CLASSES
from solver.demand.release_overlay import KeyPath, overlaid, shared_part
from tests.solver.demand.test_inherits import located, trees

KEYS = {
    section: [row.split(".")[2:] for row in KEY_CLASSES if row.startswith(section)]
    for section in ("workloads", "storage")
}


@st.composite
def entries(draw: st.DrawFn, section: str) -> dict[str, Any]:
    """A workload or a claim: some of its keys, each with any value."""
    entry: dict[str, Any] = {}
    for steps in draw(st.lists(st.sampled_from(KEYS[section]), max_size=6)):
        node = entry
        for step in steps[:-1]:
            node = node.setdefault(step, {})
        node[steps[-1]] = draw(trees)
    return entry


def sections(section: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(["search", "index", "old"]), entries(section), max_size=3)


stacks = st.fixed_dictionaries(
    {"owner": st.just("me"), "workloads": sections("workloads"), "storage": sections("storage")}
)
OWN: list[list[KeyPath]] = [
    [],
    [("workloads", "old")],
    [("workloads", "*", "environment", "a"), ("workloads", "search", "latency"), ("storage", "index")],
    [("workloads", "search", "variants", "b", "c"), ("workloads", "*", "deployment", "strategy")],
]
owns = st.sampled_from(OWN)


def plain(tree: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", tree.plain())


@given(stacks, owns)
def test_a_stacks_own_release_changes_nothing(stack: dict[str, Any], own: list[KeyPath]) -> None:
    tree = located(stack)
    assert plain(overlaid(tree, shared_part(tree, own), own)) == plain(tree)


@given(stacks, stacks, owns)
def test_what_was_promoted_is_what_the_target_then_has(
    source: dict[str, Any], target: dict[str, Any], own: list[KeyPath]
) -> None:
    release = shared_part(located(source), own)
    promoted = overlaid(located(target), release, own)
    assert plain(shared_part(promoted, own)) == plain(release)


@given(stacks, stacks, owns)
def test_promoted_on_and_back_the_source_is_as_it_was(
    source: dict[str, Any], target: dict[str, Any], own: list[KeyPath]
) -> None:
    there = overlaid(located(target), shared_part(located(source), own), own)
    back = overlaid(located(source), shared_part(there, own), own)
    assert plain(back) == plain(located(source))


@given(stacks, stacks, owns)
def test_a_release_reads_nothing_of_the_target(
    source: dict[str, Any], target: dict[str, Any], own: list[KeyPath]
) -> None:
    """The last of two releases counts, whichever came before: a stack's files are never written."""
    first, last = shared_part(located(target), own), shared_part(located(source), own)
    once = overlaid(located(target), last, own)
    assert plain(overlaid(located(target), last, own)) == plain(once)
    assert plain(overlaid(located(target), first, own)) == plain(located(target))


def test_a_part_goes_with_the_release_and_keeps_the_stacks_own_numbers() -> None:
    canary = {"strategy": "canary", "bake_minutes": 5, "hooks": ["dev's"]}
    source = {"workloads": {"web": {"image": "new", "deployment": canary, "load": 1}}}
    target = {"workloads": {"web": {"image": "old", "port": 80, "load": 9, "deployment": {"hooks": ["prod's"]}}}}
    promoted = plain(overlaid(located(target), shared_part(located(source))))
    assert promoted["workloads"]["web"] == {
        "image": "new",
        "load": 9,
        "deployment": {"strategy": "canary", "bake_minutes": 5, "hooks": ["prod's"]},
    }


def test_a_workload_that_the_release_does_not_have_is_gone_and_one_of_the_stacks_own_stays() -> None:
    target = {"workloads": {"web": {"image": "old"}, "beta": {"image": "b", "load": 1}, "edge": {"image": "e"}}}
    release = shared_part(located({"workloads": {"web": {"image": "new"}}}))
    promoted = plain(overlaid(located(target), release, [("workloads", "edge")]))
    assert promoted["workloads"] == {"web": {"image": "new"}, "edge": {"image": "e"}}
