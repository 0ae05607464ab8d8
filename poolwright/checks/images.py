"""Image repositories: scans, tags that stay, what is kept."""

from __future__ import annotations

from collections.abc import Iterator

from poolwright.checks.check import Fault, on_each, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import Resource, is_true, part, statements
from solver.plan.security import KeyPurpose

REPOSITORY = "aws:ecr/repository:Repository"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
POLICY = "aws:ecr/repositoryPolicy:RepositoryPolicy"

_HERE = "components/aws/compute/images.py"


@on_stack(
    REPOSITORY,
    id="ECR.1",
    title="Images are scanned where the plan says so",
    controls=("ECR.1",),
    remedy=f"Set scan_on_push in {_HERE}, as the plan's measure ecr-scan-on-push asks",
)
def images_are_scanned(evidence: Evidence) -> Iterator[Fault]:
    for key in evidence.builds("ecr-scan-on-push"):
        for repository in evidence.at_site(key, REPOSITORY):
            if not is_true(part(repository.inputs, "imageScanningConfiguration").get("scanOnPush")):
                yield Fault(text="takes images in unseen", resource=repository, at=("compliance", "profile"))


@on_each(
    REPOSITORY,
    id="ECR.2",
    title="A tag names one image for good",
    controls=("ECR.2",),
    remedy=f"Keep image_tag_mutability IMMUTABLE in {_HERE}",
)
def tags_stay(repository: Resource) -> Iterator[str]:
    if not str(repository.get("imageTagMutability", "MUTABLE")).startswith("IMMUTABLE"):
        yield "lets a tag be moved to another image"


@on_stack(
    REPOSITORY,
    LIFECYCLE,
    id="ECR.3",
    title="Repositories let old images go",
    controls=("ECR.3",),
    remedy=f"Keep the lifecycle policy of each repository in {_HERE}",
)
def old_images_go(evidence: Evidence) -> Iterator[Fault]:
    for repository in evidence.of_type(REPOSITORY):
        if not evidence.companions(LIFECYCLE, "repository", of=repository, by="name"):
            yield Fault(text="keeps every image for ever", resource=repository)


@on_stack(
    REPOSITORY,
    id="ECR.5",
    title="Images are encrypted with the customer key where the plan has one",
    controls=("ECR.5",),
    remedy=f"Pass machine_key_arn in {_HERE}",
)
def images_have_the_customer_key(evidence: Evidence) -> Iterator[Fault]:
    for repository in evidence.of_type(REPOSITORY):
        kinds = [each.get("encryptionType") for each in repository.mappings("encryptionConfigurations")]
        if evidence.has_key(repository, KeyPurpose.MACHINES) and "KMS" not in kinds:
            yield Fault(text="is encrypted with S3's key", resource=repository)


@on_each(
    POLICY,
    id="ecr.policy",
    title="Images are pulled by roles of the account only",
    remedy=f"Leave repository policies out in {_HERE}: execution roles say who may pull",
)
def images_are_private(policy: Resource) -> Iterator[str]:
    for statement in statements(policy.document("policy")):
        if statement.get("Effect") == "Allow" and statement.get("Principal") in ("*", {"AWS": "*"}):
            yield "anyone may pull its images"
