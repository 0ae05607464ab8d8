"""Images and their repositories."""

from __future__ import annotations

from typing import cast

import pulumi
import pytest

from components.aws.compute.images import KEPT_IMAGES, image_address, waits_for_image
from components.aws.compute.pool import ComputePool
from solver.plan.compute import VariantPlan
from tests.components import plans
from tests.components.aws import upstream
from tests.recorder import Recording, record

DIGEST = "sha256:" + "0" * 64


def variant(reference: str | None, digest: str | None) -> VariantPlan:
    known = plans.full_site().compute.services[0].variants[0]
    return known.model_copy(update={"image_reference": reference, "image_digest": digest})


@pytest.mark.parametrize(
    ("reference", "digest", "address"),
    [
        ("docker.io/tensorflow/serving:2.19.1", None, "docker.io/tensorflow/serving:2.19.1"),
        ("docker.io/tensorflow/serving:2.19.1", DIGEST, f"docker.io/tensorflow/serving@{DIGEST}"),
        ("registry.local:5000/team/model", DIGEST, f"registry.local:5000/team/model@{DIGEST}"),
        ("registry.local:5000/team/model:1", DIGEST, f"registry.local:5000/team/model@{DIGEST}"),
    ],
)
def test_another_registrys_image_is_pinned_by_its_digest_where_there_is_one(
    reference: str, digest: str | None, address: str
) -> None:
    assert image_address("w", variant(reference, digest), {}) == address


def test_the_stacks_own_image_is_named_by_digest_or_before_a_release_by_its_variant() -> None:
    urls = {"assistant": cast("pulumi.Output[str]", "123.dkr.ecr.eu-west-1.amazonaws.com/prod/main/assistant")}

    def build() -> None:
        pulumi.export("released", image_address("assistant", variant(None, DIGEST), urls))
        pulumi.export("first", image_address("assistant", variant(None, None), urls))

    exports = record(build).exports
    assert exports["released"].endswith(f"/prod/main/assistant@{DIGEST}")
    assert exports["first"].endswith("/prod/main/assistant:cpu")


def test_only_an_own_image_that_no_release_has_named_is_waited_for() -> None:
    assert waits_for_image(variant(None, None))
    assert not waits_for_image(variant(None, DIGEST))
    assert not waits_for_image(variant("docker.io/library/python:3.12", None))


def test_tags_never_move_and_every_push_is_scanned_and_encrypted(full_compute: Recording[ComputePool]) -> None:
    repositories = full_compute.of_type(":Repository")
    assert {made.inputs["name"] for made in repositories} == {
        "prod/main/assistant",
        "prod/main/recommender",
        "prod/main/training",
    }
    for made in repositories:
        assert made.inputs["imageTagMutability"] == "IMMUTABLE"
        assert made.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
        assert made.inputs["encryptionConfigurations"][0]["kmsKey"].endswith(":key/machines")
        assert "forceDelete" not in made.inputs


def test_old_images_go_by_number(full_compute: Recording[ComputePool]) -> None:
    (rule,) = full_compute.one(":LifecyclePolicy", "compute-images-assistant-lifecycle").document("policy")["rules"]
    assert rule["selection"]["countNumber"] == KEPT_IMAGES


def test_where_inspector_scans_the_registry_the_repository_does_not() -> None:
    made = record(lambda: upstream.compute_pool(plans.full_site(), measures=frozenset({"inspector-images"})))
    for repository in made.of_type(":Repository"):
        assert repository.inputs["imageScanningConfiguration"] == {"scanOnPush": False}
