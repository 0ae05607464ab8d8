"""The rendered pipelines' nightly autopilot, executed on the sandbox: it offers a branch, and touches no other."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from poolwright.cli.autopilot import SETTLED
from poolwright.engine.cli_binary import PulumiCli, cache_folder
from tests.poolwright.forge.forges import TOKEN
from tests.poolwright.release.gitlab_jobs import GitLab
from tests.poolwright.release.shops import Shop, opened
from tests.poolwright.release.workflows import Job

LIMITS = "autopilot: {most_usd_per_month: %d, most_up: 10}\n"
VARIABLE = "POOLWRIGHT_MEASURED_LIVE"

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, pulumi_cli: PulumiCli) -> Generator[Shop]:
    with opened(tmp_path_factory.mktemp("shop"), system="github", live=LIMITS % 500) as made:
        yield made


def measured(shop: Shop, highest: float, *, most: int = 500) -> str:
    """A revision of main whose measurements, of ten days, go up to `highest` a second; the limit may be another."""
    rng = np.random.default_rng(1)
    rows = ["time,workload,load_per_second"]
    for hour in range(10 * 24):
        time = (datetime(2026, 11, 13, tzinfo=UTC) + timedelta(hours=hour)).isoformat()
        rows.append(f"{time},echo,{highest * (0.75 + 0.25 * np.sin(hour * np.pi / 12)) * rng.normal(1, 0.02):.4f}")
    shop.git("checkout", "--quiet", "-B", "main", "origin/main")
    (shop.tree / "measured").mkdir(exist_ok=True)
    (shop.tree / "measured" / "loads.csv").write_text("\n".join(rows) + "\n", "utf-8")
    if most != 500:
        shop.edit("live.yaml", LIMITS % 500, LIMITS % most)
        # More load then needs more machines.
        shop.edit("base.yaml", "throughput_per_second: 10", "throughput_per_second: 1")
        shop.poolwright("plan", "live", "--write")
    return shop.push("Measured")


def branches(shop: Shop) -> set[str]:
    shop.git("fetch", "--quiet", "--prune", "origin")
    listed = shop.git("for-each-ref", "--format=%(refname:lstrip=3)", "refs/remotes/origin").split()
    return set(listed) - {"HEAD"}


def run(shop: Shop, revision: str) -> Job:
    shop.runner.variables[VARIABLE] = "measured"
    try:
        return shop.autopilot(revision)
    finally:
        del shop.runner.variables[VARIABLE]


def test_without_its_variable_nothing_runs(shop: Shop) -> None:
    assert shop.autopilot(measured(shop, 2)).result == "skipped"


def test_loads_that_were_measured_are_offered_with_their_lock_and_review(shop: Shop) -> None:
    revision = measured(shop, 3)
    before = branches(shop)

    job = run(shop, revision)

    assert (job.result, job.ran) == ("success", ("Autopilot", "Review", "Offer")), job.log
    assert branches(shop) == before | {"autopilot/live"}
    assert shop.git("rev-parse", "origin/main") == revision, "nothing is pushed there"
    changed = shop.git("diff", "--name-only", "origin/main", "origin/autopilot/live").split()
    assert changed == ["stacks/live.lock.yaml", "stacks/live.suggestions.yaml", "stacks/live.yaml"]
    assert shop.git("rev-list", "--count", "origin/main..origin/autopilot/live") == "1"
    asked = shop.calls.read_text("utf-8")
    assert "pr create --head autopilot/live --base main --title Loads of live as measured" in asked
    # What is offered is fresh: its review would stop at a lock of other files.
    shop.git("checkout", "--quiet", "--detach", "origin/autopilot/live")
    shop.poolwright("plan", "live", "--check")


def test_loads_that_are_near_what_was_measured_are_offered_to_nobody_any_more(shop: Shop) -> None:
    before = branches(shop)
    assert "autopilot/live" in before
    revision = measured(shop, 1)
    job = run(shop, revision)
    assert (job.result, job.ran) == ("success", ("Autopilot", "Withdraw")), job.log
    assert SETTLED in job.log
    assert branches(shop) == before - {"autopilot/live"}
    # Where nothing was offered, nothing is taken back.
    job = run(shop, revision)
    assert (job.result, branches(shop)) == ("success", before - {"autopilot/live"}), job.log


def test_a_limit_that_says_no_fails_the_job_and_offers_nothing(shop: Shop) -> None:
    revision = measured(shop, 30, most=1)
    before = {name: shop.git("rev-parse", f"origin/{name}") for name in branches(shop)}
    job = run(shop, revision)
    assert (job.result, job.failed, job.code) == ("failure", "Autopilot", 5), job.log
    assert "autopilot.most_usd_per_month" in job.log
    assert {name: shop.git("rev-parse", f"origin/{name}") for name in branches(shop)} == before


def test_gitlab_offers_them_as_a_merge_request(tmp_path: Path, pulumi_cli: PulumiCli) -> None:
    del pulumi_cli
    with opened(tmp_path, system="gitlab", live=LIMITS % 500) as shop:
        make = tmp_path / "bin" / "make"
        make.write_text("#!/bin/sh\n", "utf-8")
        make.chmod(0o755)
        revision = measured(shop, 3)
        shop.git("--git-dir", str(shop.runner.origin), "config", "receive.advertisePushOptions", "true")
        gitlab = GitLab(
            origin=shop.runner.origin,
            work=tmp_path,
            environment={
                **shop.runner.environment,
                "POOLWRIGHT_CACHE": str(cache_folder()),
                # The project's address is the folder here.
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": f"url.{shop.runner.origin}.insteadOf",
                "GIT_CONFIG_VALUE_0": f"https://gitlab-ci-token:{TOKEN}@gitlab.example/acme/shop.git",
            },
            variables={"POOLWRIGHT_CLOUD": "sandbox", VARIABLE: "measured", "CI_JOB_TOKEN": TOKEN},
        )
        job = gitlab.run("autopilot-live", revision, CI_SERVER_HOST="gitlab.example", CI_PROJECT_PATH="acme/shop")
        assert job.result == "success", job.log
        assert branches(shop) == {"main", "autopilot/live"}
        assert shop.git("rev-parse", "origin/main") == revision

        place = {"CI_SERVER_HOST": "gitlab.example", "CI_PROJECT_PATH": "acme/shop"}
        near = measured(shop, 1)
        for _ in range(2):
            quiet = gitlab.run("autopilot-live", near, **place)
            assert (quiet.result, SETTLED in quiet.log) == ("success", True), quiet.log
            assert branches(shop) == {"main"}
        no = gitlab.run("autopilot-live", measured(shop, 30, most=1))
        assert no.code == 5, no.log
