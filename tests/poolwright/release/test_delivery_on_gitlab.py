"""The rendered GitLab pipeline's scripts, executed on the sandbox: from a merge request to the last stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolwright.engine.cli_binary import PulumiCli, cache_folder
from poolwright.render.report.markdown import marker
from tests.poolwright.forge.forges import TOKEN
from tests.poolwright.release.gitlab_jobs import GitLab
from tests.poolwright.release.shops import opened

pytestmark = pytest.mark.engine


def test_from_a_merge_request_to_the_last_stack(tmp_path: Path, pulumi_cli: PulumiCli) -> None:
    del pulumi_cli
    with opened(tmp_path, system="gitlab") as shop:
        # What `make engine` installs is there.
        make = tmp_path / "bin" / "make"
        make.write_text("#!/bin/sh\n", "utf-8")
        make.chmod(0o755)
        gitlab = GitLab(
            origin=shop.runner.origin,
            work=tmp_path,
            # A job's cache is its own; here it is the one in which the CLI is.
            environment={**shop.runner.environment, "POOLWRIGHT_CACHE": str(cache_folder())},
            variables={
                "POOLWRIGHT_CLOUD": "sandbox",
                "GITLAB_TOKEN": TOKEN,
                "CI_API_V4_URL": shop.forge.address,
                "CI_PROJECT_ID": "acme/shop",
            },
        )
        base = shop.git("rev-parse", "main")
        shop.branch("more")
        shop.edit("base.yaml", "constant_per_second: 1}", "constant_per_second: 3}")
        for stack in ("trial", "live"):
            shop.poolwright("plan", stack, "--write")
        revision = shop.push("More load")
        request = {"CI_MERGE_REQUEST_IID": "12", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base}
        reviewed = gitlab.run("review-trial", revision, **request)
        assert reviewed.result == "success", reviewed.log
        assert [each["body"].splitlines()[0] for each in shop.forge.comments] == [marker("trial")]

        merged = shop.merge("more")
        locks = gitlab.run("locks", merged)
        assert locks.result == "success", locks.log
        built = gitlab.run("up-trial", merged, **locks.outputs)
        assert " created" in built.log, built.log

        # Who starts the protected job has approved, if that is somebody who may and who did not ask for the change.
        alone = gitlab.run("up-live", merged, **locks.outputs, GITLAB_USER_LOGIN="me")
        assert (alone.code, "me promotes, and can't approve" in alone.log) == (5, True), alone.log
        approved = gitlab.run("up-live", merged, **locks.outputs, GITLAB_USER_LOGIN="ann")
        assert " created" in approved.log, approved.log

        quiet = gitlab.run("drift-trial", merged)
        assert (quiet.result, shop.forge.issues) == ("success", []), quiet.log
