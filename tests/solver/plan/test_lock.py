"""The lock: what a reviewer reads, what the program builds from, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import ndiff
from pathlib import Path
from typing import cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import ExitCode, LockError, StaleError
from solver.plan.cost import Billing, Pool, cost_line
from solver.plan.lines import lines_of
from solver.plan.lock import digest_of, lock_of, lock_text, read_lock, text_digest, write_lock
from solver.plan.plan import MODEL_VERSION, Plan
from solver.plan.schedule import WeekSchedule
from tests.components.plans import full_site
from tests.components.plans import plan as plan_of


@pytest.fixture
def plan() -> Plan:
    lines = tuple(
        cost_line(
            pool, "main", item, "hours", billing=Billing.FIXED, amount_per_month=730, unit="hour", usd_per_unit=price
        )
        for pool, item, price in (
            (Pool.COMPUTE, "node-group a", 0.1),
            (Pool.COMPUTE, "node-group a", 0.01),
            (Pool.NETWORK, "nat-gateway", 0.045),
        )
    )
    return plan_of("prod", main=full_site()).model_copy(update={"cost_lines": lines})


def without_what_is_not_locked(value: object) -> object:
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        kept = {key: entry for key, entry in entries.items() if key not in ("reason", "hour_classes")}
        return {key: without_what_is_not_locked(entry) for key, entry in kept.items()}
    if isinstance(value, list):
        return [without_what_is_not_locked(entry) for entry in cast("list[object]", value)]
    return value


def test_a_written_lock_reads_back(tmp_path: Path, plan: Plan) -> None:
    lock = lock_of(plan)
    write_lock(tmp_path / "prod.lock.yaml", lock)
    again = read_lock(tmp_path / "prod.lock.yaml")
    assert without_what_is_not_locked(again.model_dump(mode="json")) == without_what_is_not_locked(
        lock.model_dump(mode="json")
    )
    assert lock_text(again) == lock_text(lock)


def test_a_lock_has_the_cost_of_each_item_in_cents(plan: Plan) -> None:
    assert lock_of(plan).cost_usd_per_month == {
        "compute": {"node-group a": 80.30},
        "network": {"nat-gateway": 32.85},
    }


def test_the_same_plan_gives_the_same_bytes(plan: Plan) -> None:
    assert lock_text(lock_of(plan)) == lock_text(lock_of(plan))


def test_a_lock_is_yaml_with_keyed_parts_as_mappings(plan: Plan) -> None:
    content = yaml.safe_load(lock_text(lock_of(plan)))
    groups = next(iter(content["sites"].values()))["compute"]["node_groups"]
    assert isinstance(groups, dict)
    assert "reason" not in lock_text(lock_of(plan))


def changed_lines(old: Plan, new: Plan) -> list[str]:
    """Lines of the two locks that are not in both, but for the digest of the text itself."""
    before, after = (lock_text(lock_of(plan)).splitlines() for plan in (old, new))
    return [line for line in ndiff(before, after) if line[0] in "+-" and not line[2:].startswith("digest:")]


def with_machines(plan: Plan, change: Callable[[WeekSchedule], WeekSchedule]) -> Plan:
    site = plan.aws_sites["main"]
    first, *others = site.compute.node_groups
    changed = first.model_copy(update={"machines": change(first.machines)})
    compute = site.compute.model_copy(update={"node_groups": (changed, *others)})
    return plan.model_copy(update={"sites": {"main": site.model_copy(update={"compute": compute})}})


def test_a_cost_item_that_changes_is_one_line(plan: Plan) -> None:
    first, *others = plan.cost_lines
    dearer = plan.model_copy(update={"cost_lines": (first.model_copy(update={"usd_per_month": 80.0}), *others)})
    assert changed_lines(plan, dearer) == ["-     node-group a: 80.3", "+     node-group a: 87.3"]


def test_a_cost_item_that_comes_is_one_line(plan: Plan) -> None:
    first, *_ = plan.cost_lines
    more = (*plan.cost_lines, first.model_copy(update={"item": "volume b", "usd_per_month": 7.0}))
    assert changed_lines(plan, plan.model_copy(update={"cost_lines": more})) == ["+     volume b: 7.0"]


def test_an_hour_of_a_schedule_that_changes_is_one_line(plan: Plan) -> None:
    def busier(machines: WeekSchedule) -> WeekSchedule:
        first, *others = machines.steps
        return WeekSchedule(steps=(first.model_copy(update={"value": 12}), *others))

    indent = " " * 12
    assert changed_lines(plan, with_machines(plan, busier)) == [
        f"- {indent}mon-fri 08:00: 3",
        f"+ {indent}mon-fri 08:00: 12",
    ]


def test_a_figure_of_the_proof_that_changes_is_one_line(plan: Plan) -> None:
    tighter = plan.model_copy(update={"proof": plan.proof.model_copy(update={"gap": 0.00002})})
    assert changed_lines(plan, tighter) == [f"-   gap: {plan.proof.gap}", "+   gap: 0.00002"]


def test_a_row_is_a_line(plan: Plan) -> None:
    lines = [line.strip() for line in lock_text(lock_of(plan)).splitlines()]
    assert "- {source: internet, target: load-balancer public, port: 443}" in lines
    assert "public-euw1-az1: {tier: public, zone: euw1-az1, cidr: 10.20.0.0/20}" in lines
    assert "machine_types: [c7g.xlarge, c6g.xlarge, m7g.xlarge]" in lines


def lines_that_continue(text: str) -> list[int]:
    """Lines (from 1) on which a value or a bracket stays open, or a key waits for its colon."""

    def opened(node: yaml.Node) -> Iterator[int]:
        one_line = isinstance(node, yaml.ScalarNode) or (isinstance(node, yaml.CollectionNode) and node.flow_style)
        if one_line and node.start_mark.line != node.end_mark.line:
            yield node.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode):
            yield from (line for entry in node.value for line in opened(entry))
        elif isinstance(node, yaml.MappingNode):
            yield from (line for pair in node.value for entry in pair for line in opened(entry))

    waiting = [number for number, line in enumerate(text.splitlines(), 1) if line.lstrip().startswith("? ")]
    root = cast("yaml.Node", yaml.SafeLoader(text).get_single_node())
    return sorted([*opened(root), *waiting])


def test_no_line_goes_on_in_the_next(plan: Plan) -> None:
    long = " ".join(["word"] * 100)
    proof = plan.proof.model_copy(update={"witness": long})
    line = plan.cost_lines[0].model_copy(update={"item": "name " + ".".join(["x" * 60] * 4)})
    tags = {"lines": "one\ntwo\n", "long": f"{long}: #{long}", "break": "a\u2028b"}
    text = lock_text(
        lock_of(plan.model_copy(update={"proof": proof, "tags": tags, "cost_lines": (*plan.cost_lines, line)}))
    )
    assert lines_that_continue(text) == []
    content = yaml.safe_load(text)
    assert content["tags"] == tags
    assert content["proof"]["witness"] == long
    assert line.item in content["cost_usd_per_month"]["compute"]


def test_the_check_of_lines_finds_what_continues() -> None:
    assert lines_that_continue("a: {b: 1,\n  c: 2}\nd: [1]\ne: one\n  two\nf: [1,\n  2]\n? g\n: 1\n") == [1, 4, 6, 8]


VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
NAMES = st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1)
CONTENT = st.recursive(VALUES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=12)


@given(st.dictionaries(NAMES, CONTENT))
def test_any_content_reads_back_from_lines_of_its_own(content: dict[str, object]) -> None:
    text = lines_of(content)
    assert lines_that_continue(text) == []
    assert yaml.load(text, Loader=yaml.CSafeLoader) == content


def test_the_style_of_a_line_does_not_depend_on_its_length() -> None:
    words: dict[str, object] = {"words": ["word"] * 200, "rows": [{"name": "a", "words": ["word"] * 200}]}
    assert len(lines_of(words).splitlines()) == 3


def test_a_lock_in_another_style_reads_the_same(tmp_path: Path, plan: Plan) -> None:
    path = tmp_path / "prod.lock.yaml"
    lock = lock_of(plan)
    write_lock(path, lock)
    read = read_lock(path)
    content = yaml.safe_load(path.read_text())
    content.pop("digest")
    body = yaml.safe_dump(content, default_flow_style=None, sort_keys=False, width=80)
    path.write_text(f"# a comment\ndigest: {text_digest(body)}\n{body}")
    assert read_lock(path) == read
    assert write_lock(path, read_lock(path)) == digest_of(lock_text(lock), file="", stack="prod")
    assert path.read_text() == lock_text(lock)


def test_names_of_a_stack_are_locked_whatever_they_are(tmp_path: Path) -> None:
    path = tmp_path / "prod.lock.yaml"
    lock = lock_of(plan_of("prod", reason=full_site()).model_copy(update={"tags": {"reason": "audit"}}))
    write_lock(path, lock)
    assert read_lock(path).tags == {"reason": "audit"}
    assert set(read_lock(path).aws_sites) == {"reason"}


def test_a_lock_edited_by_hand_is_refused_with_its_line(tmp_path: Path, plan: Plan) -> None:
    path = tmp_path / "prod.lock.yaml"
    write_lock(path, lock_of(plan))
    path.write_text(path.read_text().replace("owner:", "owner: someone-else #", 1))
    with pytest.raises(
        LockError, match=r"prod.lock.yaml:3 digest: .*edited or merged by hand.*poolwright plan prod"
    ) as caught:
        read_lock(path)
    assert caught.value.exit_code is ExitCode.BAD_INPUT


def test_no_lock_is_stale_and_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(StaleError, match="poolwright plan prod --write") as caught:
        read_lock(tmp_path / "prod.lock.yaml")
    assert caught.value.exit_code is ExitCode.STALE


def test_a_failed_write_leaves_the_old_lock(tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "prod.lock.yaml"
    write_lock(path, lock_of(plan))
    before = path.read_bytes()

    def broken(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="No space"):
        write_lock(path, lock_of(plan.model_copy(update={"owner": "another"})))
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["prod.lock.yaml"]


@pytest.mark.parametrize("changed", ["demand", "catalog", "model"])
def test_a_lock_knows_which_input_changed(plan: Plan, changed: str) -> None:
    inputs = plan.inputs.model_copy(update={"demand": "d", "catalog": "c", "model": MODEL_VERSION})
    lock = lock_of(plan.model_copy(update={"inputs": inputs}))
    assert lock.stale_inputs(demand="d", catalog="c") == ()
    old = lock.model_copy(update={"inputs": inputs.model_copy(update={changed: "another"})})
    assert len(old.stale_inputs(demand="d", catalog="c")) == 1
