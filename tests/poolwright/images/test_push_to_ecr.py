"""`images --push ecr`: each site's own repository, let in by a password of its region, and what is said where it fails.

The API that gives passwords and the registry are stand-ins of this test; AWS's SDK and the Docker Engine are real.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from poolwright.images.publishing import pushed
from poolwright.images.wanted import Wanted
from solver.demand.containers import ImageBuild
from solver.errors import CloudError, EngineError, Problem
from solver.plan.images import BuiltImage
from solver.plan.lock import Lock, lock_of
from solver.vocabulary import Architecture, ImageTemplate
from tests.components import plans
from tests.poolwright.images.registry import Registry, ecr, password_of, registry

REGIONS = {"far": "eu-central-1", "main": "eu-west-1"}
TAG = "c" * 16


def lock(**regions: str) -> Lock:
    """A stack with the service `echo` on sites in these regions."""
    site = plans.minimal_site()
    return lock_of(
        plans.plan("trial", **{key: site.model_copy(update={"region": each}) for key, each in regions.items()})
    )


def wanted(root: Path) -> Wanted:
    return Wanted(
        key="echo.cpu",
        workload="echo",
        variant="cpu",
        architecture=Architecture.X86_64,
        build=ImageBuild(template=ImageTemplate.PYTHON, app="app"),
        template=None,
        where=Problem(file="stacks/trial.yaml", path="workloads.echo.image.build", allowed=""),
        root=root,
    )


@pytest.fixture
def built(small_image: str) -> BuiltImage:
    return BuiltImage(context="c" * 64, image_id=small_image, size_mib=4)


@contextmanager
def account(
    monkeypatch: pytest.MonkeyPatch, *, made: bool = True, passwords: tuple[str, ...] | None = None
) -> Generator[tuple[str, Registry, dict[str, str]]]:
    """ECR of an account; `made`: the first `up` was there."""
    repositories = [f"trial/{site}/echo" for site in REGIONS] if made else []
    right = [password_of(each) for each in REGIONS.values()] if passwords is None else passwords
    with registry(passwords=right, repositories=repositories) as (address, held), ecr(address) as (api, given):
        monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", api)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield address, held, given


def test_each_site_that_runs_it_gets_the_image_with_a_password_of_its_region_once(
    docker_client: Any, built: BuiltImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    with account(monkeypatch) as (address, held, given):
        stack, image = lock(**REGIONS), wanted(tmp_path)
        after = pushed(built, image, registry="ecr", lock=stack, client=docker_client, say=said.append)
        again = pushed(after, image, registry="ecr", lock=stack, client=docker_client, say=said.append)
    places = [f"{address}/trial/{site}/echo:{TAG}" for site in REGIONS]
    for each in places:
        docker_client.api.remove_image(each)
    assert sorted(given) == sorted(REGIONS.values())
    assert sorted(held.manifests) == [f"trial/{site}/echo:{TAG}" for site in REGIONS]
    (manifest,) = set(held.manifests.values())
    assert (after.repository, after.digest) == ("ecr", f"sha256:{hashlib.sha256(manifest).hexdigest()}")
    assert again == after
    assert said == [f"pushing {each}" for each in places]


def test_before_the_first_up_there_is_no_repository_and_that_is_said(
    docker_client: Any, built: BuiltImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with account(monkeypatch, made=False) as (address, held, _), pytest.raises(EngineError) as refused:
        pushed(built, wanted(tmp_path), registry="ecr", lock=lock(main="eu-west-1"), client=docker_client, say=_silent)
    docker_client.api.remove_image(f"{address}/trial/main/echo:{TAG}")
    assert held.manifests == {}
    assert "trial/main/echo can't be pushed to" in str(refused.value)
    assert refused.value.hint == "The stack's first `up` makes its repositories"


def test_a_password_that_is_not_taken_is_told_without_it(
    docker_client: Any, built: BuiltImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with account(monkeypatch, passwords=("another",)) as (address, held, _), pytest.raises(EngineError) as refused:
        pushed(built, wanted(tmp_path), registry="ecr", lock=lock(main="eu-west-1"), client=docker_client, say=_silent)
    docker_client.api.remove_image(f"{address}/trial/main/echo:{TAG}")
    assert held.manifests == {}
    assert password_of("eu-west-1") not in str(refused.value) + str(refused.value.hint)
    assert "policy" in str(refused.value.hint)


def test_who_may_not_ask_for_a_password_is_told_what_aws_says(
    docker_client: Any, built: BuiltImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with account(monkeypatch), pytest.raises(CloudError, match=r"ECR in us-east-1 gives no password: .*not allowed"):
        pushed(built, wanted(tmp_path), registry="ecr", lock=lock(main="us-east-1"), client=docker_client, say=_silent)


def _silent(text: str) -> None:
    del text
