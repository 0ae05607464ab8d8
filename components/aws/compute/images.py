"""Container images: the stack's own repositories, and the address of each variant's image."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pulumi
from pulumi_aws import ecr

from components.image_names import pinned
from components.naming import SiteNames
from components.options import child_of
from components.outputs import SecurityOutputs
from solver.plan.compute import VariantPlan
from solver.plan.security import KeyPurpose

KEPT_IMAGES = 100
"""Images of a repository that the lifecycle keeps: enough to roll back to any release of the last months."""


def build_repository(
    parent: pulumi.Resource, name: str, workload: str, *, names: SiteNames, security: SecurityOutputs
) -> ecr.Repository:
    """A repository whose tags never move, scanned at each push; the oldest images beyond `KEPT_IMAGES` go.

    Where Inspector scans the account's registry, scanning is its business and not the repository's.

    The engine deletes it only when it is empty: a running stack pulls from it.
    """
    key_arn = security.key_arn(KeyPurpose.MACHINES)
    repository = ecr.Repository(
        name,
        name=names.repository(workload),
        image_tag_mutability="IMMUTABLE",
        image_scanning_configuration={"scan_on_push": "inspector-images" not in security.measures},
        encryption_configurations=None if key_arn is None else [{"encryption_type": "KMS", "kms_key": key_arn}],
        tags=names.tags("repository", workload, workload=workload),
        opts=child_of(parent),
    )
    ecr.LifecyclePolicy(
        f"{name}-lifecycle", repository=repository.name, policy=json.dumps(_LIFECYCLE), opts=child_of(parent)
    )
    return repository


_LIFECYCLE = {
    "rules": [
        {
            "rulePriority": 1,
            "description": f"keep the newest {KEPT_IMAGES}",
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": KEPT_IMAGES},
            "action": {"type": "expire"},
        }
    ]
}


def waits_for_image(variant: VariantPlan) -> bool:
    """The stack's own repository holds the image and no release has named it yet: the first `up` makes the repository.

    Until someone pushes the image under the variant's key as its tag, tasks are tried again and again, and that is not
    a failure of the deployment.
    """
    return variant.image_reference is None and variant.image_digest is None


def image_address(
    workload: str, variant: VariantPlan, repository_urls: Mapping[str, pulumi.Output[str]]
) -> pulumi.Input[str]:
    """What a container pulls: by digest where the plan has one; a tag beside a digest is for people and is left out.

    Without a digest: the reference as it stands, or `<own repository>:<variant>`.
    """
    digest = variant.image_digest
    if variant.image_reference is not None:
        return pinned(variant.image_reference, digest)
    url = repository_urls[workload]
    return pulumi.Output.concat(url, f":{variant.key}" if digest is None else f"@{digest}")
