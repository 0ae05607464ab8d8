"""The lock: what a reviewer reads, what the program builds from, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
import yaml

from solver.errors import ExitCode, LockError, StaleError
from solver.plan.cost import Billing, Pool, cost_line
from solver.plan.lock import lock_of, lock_text, read_lock, write_lock
from solver.plan.plan import MODEL_VERSION, Plan
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
