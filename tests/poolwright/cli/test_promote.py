"""`poolwright promote FROM TO`, on a small project and without an engine: what it says, writes, and refuses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from poolwright.cli.main import run
from poolwright.release.history import Entry, Event, append_entry, read_history
from poolwright.release.release import read_release
from solver.plan.images import BuiltImage
from solver.plan.lock import digest_of, read_lock, write_lock
from tests.poolwright.release.projects import DIGEST, RULES, commit, edited, plan, project

AT = ("--at", "2026-11-04T10:05")
NEW = "registry.example.com/shop:2.0.0"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("POOLWRIGHT_HOME", raising=False)
    return project(tmp_path)


def promote(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    """What the command says as JSON; without an engine."""
    capsys.readouterr()
    assert run(["promote", *arguments, "--no-preview", "--json", *AT]) == code
    printed = capsys.readouterr()
    return {**json.loads(printed.out), "progress": printed.err}


def files(root: Path) -> dict[str, bytes]:
    """Everything in the project but what belongs to this checkout alone, and the promotion's texts."""
    found = [path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {str(path.relative_to(root)): path.read_bytes() for path in found if ".poolwright/plans" not in str(path)}


def new_image(root: Path) -> None:
    edited(root / "stacks" / "base.yaml", "registry.example.com/shop:1.0.0", NEW)
    edited(root / "stacks" / "base.yaml", "cpu: 200m", "cpu: 400m")
    plan("dev")
    commit(root)


def gates(told: dict[str, Any], *results: str) -> list[str]:
    return [gate["id"] for gate in told["gates"] if gate["result"] in results]


def test_a_release_goes_from_stack_to_stack(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for pair in (("dev", "staging"), ("staging", "prod")):
        assert promote(capsys, *pair)["code"] == []
        commit(root)
    before = {name: (root / "stacks" / f"{name}.lock.yaml").read_text("utf-8") for name in ("staging", "prod")}
    new_image(root)
    for name, text in before.items():
        assert run(["plan", name, "--check"]) == 0, "a promoted stack does not feel what moves in dev"
        assert (root / "stacks" / f"{name}.lock.yaml").read_text("utf-8") == text

    told = promote(capsys, "dev", "staging")
    assert {change["key"]: (change["old"], change["new"]) for change in told["code"]} == {
        "workloads.shop.image.reference": ("registry.example.com/shop:1.0.0", NEW),
        "workloads.shop.variants.cpu.cpu": ("200m", "400m"),
    }
    assert told["outcome"] == "written" and gates(told, "fail", "overridden") == []
    assert [image["name"] for image in told["images"] if image["changed"]] == ["shop.cpu"]
    assert run(["plan", "staging", "--check"]) == 0
    lock = (root / "stacks" / "staging.lock.yaml").read_text("utf-8")
    assert NEW in lock and told["release"] in lock
    commit(root)
    on = promote(capsys, "staging", "prod")
    assert on["release"] == told["release"]
    assert [each.stack for each in read_release(root / "stacks" / "prod.release.yaml").proven] == ["dev", "staging"]
    assert read_release(root / "stacks" / "prod.release.yaml").proven[0].revision is not None


def test_there_and_back_is_the_identity(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    promote(capsys, "dev", "staging")
    commit(root)
    before = files(root)
    edited(root / "stacks" / "base.yaml", "registry.example.com/shop:1.0.0", NEW)
    plan("dev")
    commit(root)
    there = promote(capsys, "dev", "staging")
    commit(root)
    edited(root / "stacks" / "base.yaml", NEW, "registry.example.com/shop:1.0.0")
    plan("dev")
    commit(root)
    back = promote(capsys, "dev", "staging")
    assert back["release"] != there["release"]
    assert "planning staging" in there["progress"]
    assert "planning" not in back["progress"], "what was approved for it is in git"
    after = files(root)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    texts = {f".poolwright/promotions/staging/{name}" for name in ("branch", "title", "body.md")}
    assert changed <= {*texts, "stacks/staging.history.yaml"}
    ids = [entry.release for entry in read_history(root, "staging")]
    assert ids == [back["release"], there["release"], back["release"]], "its history only grows"


def test_what_a_stack_has_already_is_nothing_to_do(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    promote(capsys, "dev", "staging")
    before = files(root)
    told = promote(capsys, "dev", "staging")
    assert (told["outcome"], told["pull_request"]) == ("nothing-to-do", None)
    assert files(root) == before


def test_a_dry_run_says_all_and_writes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_image(root)
    before = files(root)
    told = promote(capsys, "dev", "staging", "--dry-run")
    assert told["outcome"] == "would-be-written" and told["code"] and told["pull_request"]["branch"]
    assert files(root) == before


def test_a_no_writes_nothing_and_ends_with_code_5(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_image(root)
    edited(root / "stacks" / "staging.yaml", "workloads: {shop: {", "workloads: {shop: {port: 9090, ")
    before = files(root)
    told = promote(capsys, "dev", "staging", code=5)
    assert (told["outcome"], told["written"], told["pull_request"]) == ("refused", [], None)
    assert gates(told, "fail") == ["differences"]
    (gate,) = [gate for gate in told["gates"] if gate["id"] == "differences"]
    line = (root / "stacks" / "staging.yaml").read_text("utf-8").splitlines()
    number = 1 + next(place for place, text in enumerate(line) if "9090" in text)
    assert gate["details"] == [
        f"stacks/staging.yaml:{number} workloads.shop.port: dev has nothing, staging 9090",
    ]
    assert files(root) == before


def test_a_no_that_somebody_answers_for_is_written_down(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited(root / "stacks" / "staging.yaml", "workloads: {shop: {", "workloads: {shop: {port: 9090, ")
    plan("staging")
    says = ("--override", "differences", "--reason", "moved next week", "--owner", "me")
    told = promote(capsys, "dev", "staging", *says)
    assert gates(told, "overridden") == ["differences"]
    body = (root / ".poolwright/promotions/staging/body.md").read_text("utf-8")
    assert "Overridden by me, this time: moved next week" in body


def test_overruling_needs_a_reason_and_an_owner(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = promote(capsys, "dev", "staging", "--override", "budget", "--owner", "me", code=2)
    assert told["error"]["problems"][0]["allowed"].startswith("--reason is needed")
    says = ("--override", "bugdet", "--reason", "why", "--owner", "me")
    assert promote(capsys, "dev", "staging", *says, code=2)["error"]["problems"][0]["hint"] == "Did you mean budget?"


def test_a_mistake_in_overruling_is_told_where_there_is_nothing_to_do(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    promote(capsys, "dev", "staging")
    assert run(["promote", "dev", "staging", "--override", "nonsense", "--reason", "x", "--owner", "me"]) == 2
    assert "nonsense" in capsys.readouterr().err


def test_a_lock_that_no_gate_let_through_is_not_named_for_up(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_image(root)
    assert run(["promote", "dev", "staging", "--no-preview", "--dry-run", *AT]) == 0
    assert "poolwright up staging --expect-lock" in capsys.readouterr().out
    edited(root / "stacks" / "staging.yaml", "workloads: {shop: {", "workloads: {shop: {port: 9090, ")
    assert run(["promote", "dev", "staging", "--no-preview", *AT]) == 5
    out = capsys.readouterr().out
    assert "differences" in out and "--expect-lock" not in out


def test_a_stale_source_is_no_release(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited(root / "stacks" / "base.yaml", "registry.example.com/shop:1.0.0", NEW)
    told = promote(capsys, "dev", "staging", code=5)
    assert gates(told, "fail") == ["lock"]


def test_a_stack_in_between_is_not_passed_over(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gates(promote(capsys, "dev", "prod", code=5), "fail") == ["order"]


def test_a_release_goes_one_way(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (problem,) = promote(capsys, "prod", "dev", code=2)["error"]["problems"]
    assert problem["allowed"] == "a stack after prod is allowed: dev → staging → prod"


def test_soak_counts_from_the_commit_of_the_sources_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-03T10:00:00+00:00")
    project(tmp_path, RULES + "stacks:\n  staging: {soak_hours: 24}\n")
    capsys.readouterr()
    for at, code in (("2026-11-04T09:59", 5), ("2026-11-04T10:00", 0)):
        assert run(["promote", "dev", "staging", "--no-preview", "--dry-run", "--json", "--at", at]) == code
        told = json.loads(capsys.readouterr().out)
        assert gates(told, "fail") == (["soak"] if code else [])


def test_a_promotion_is_written_down_in_the_targets_history(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = promote(capsys, "dev", "staging", "--by", "ann")
    (entry,) = read_history(root, "staging")
    lock = (root / "stacks" / "staging.lock.yaml").read_text("utf-8")
    assert (entry.by, entry.source, str(entry.on), entry.release) == ("ann", "dev", "2026-11-04", told["release"])
    assert f"digest: {entry.lock}" in lock
    assert "stacks/staging.history.yaml" in told["pull_request"]["files"]


def test_a_source_whose_smoke_tests_failed_is_not_healthy(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = {"event": Event.RAN, "on": date(2026, 11, 4), "release": "head", "by": "me"}
    lock = digest_of((root / "stacks" / "dev.lock.yaml").read_text("utf-8"), file="", stack="dev")
    append_entry(root, "dev", Entry(**ran, lock=lock, healthy=False))  # pyright: ignore[reportArgumentType]
    told = promote(capsys, "dev", "staging", code=5)
    (gate,) = [gate for gate in told["gates"] if gate["result"] == "fail"]
    assert gate["id"] == "source" and gate["evidence"].endswith("its smoke tests failed on 2026-11-04")
    append_entry(root, "dev", Entry(**ran, lock=lock, healthy=True))  # pyright: ignore[reportArgumentType]
    promote(capsys, "dev", "staging")


def test_images_that_the_project_made_come_with_the_release(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where the files that they were made of have moved on."""
    (root / "apps/shop").mkdir(parents=True)
    (root / "apps/shop/main.py").write_text("app = None\n", "utf-8")
    image = f'{{reference: "registry.example.com/shop:1.0.0", digest: "{DIGEST}"}}'
    edited(root / "stacks" / "base.yaml", image, "{build: {template: python, app: apps/shop}}")
    plan("dev")
    path = root / "stacks" / "dev.lock.yaml"
    built = BuiltImage(context="c" * 64, image_id=f"sha256:{'b' * 64}", size_mib=9)
    write_lock(path, read_lock(path).model_copy(update={"images": {"shop.cpu": built}}))
    told = promote(capsys, "dev", "staging")
    assert [(row["name"], row["digest"]) for row in told["images"]] == [("shop.cpu", built.image_id)]
    assert told["needs"] == ["image shop.cpu (sha256:bbbbbbbbbbbb) is in no registry: the engines of staging need it"]
    (root / "apps/shop/main.py").write_text("app = 1\n", "utf-8")
    edited(root / "stacks" / "staging.yaml", "constant_per_second: 20", "constant_per_second: 40")
    plan("staging")
    assert read_lock(root / "stacks" / "staging.lock.yaml").images == {"shop.cpu": built}
    capsys.readouterr()
    assert run(["images", "staging", "--json"]) == 0
    states = {row["workload"]: row["state"] for row in json.loads(capsys.readouterr().out)["images"]}
    assert states == {"shop": "pinned", "proxy": "missing"}


def test_a_mistake_of_the_target_is_told_in_its_own_files(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A workload that is new in dev has no load in staging yet."""
    second = '  quotes:\n    kind: service\n    image: {reference: "r.example.com/q:1"}\n    variants:\n'
    second += "      cpu: {cpu: 1, memory: 1Gi, throughput_per_second: 1, source: a guess}\n"
    edited(root / "stacks" / "base.yaml", "workloads:\n", f"workloads:\n{second}")
    edited(
        root / "stacks" / "dev.yaml", "workloads: {shop", "workloads: {quotes: {load: {constant_per_second: 1}}, shop"
    )
    told = promote(capsys, "dev", "staging", code=2)
    problems = told["error"]["problems"]
    assert [problem["path"] for problem in problems] == ["workloads.quotes.load"]
    assert all("trial" not in problem["file"] for problem in problems)


def test_the_terminal_shows_code_apart_from_sizes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_image(root)
    capsys.readouterr()
    assert run(["promote", "dev", "staging", "--no-preview", *AT]) == 0
    out = capsys.readouterr().out
    code, _, sizes = out.partition("Size change")
    assert "workloads.shop.image.reference: registry.example.com/shop:1.0.0 → " in " ".join(code.split())
    assert "image" not in sizes.partition("Gates")[0]
    folder = root / ".poolwright/promotions/staging"
    assert (folder / "branch").read_text("utf-8").startswith("promote/staging/")
    assert "shop" in (folder / "title").read_text("utf-8")
    assert "#### Code change" in (folder / "body.md").read_text("utf-8")
