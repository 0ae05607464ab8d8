"""BuiltImage: an image that the project made, as a lock names it; and the plan that is built with such images.

Which image runs is no decision of the pre-solve: a plan has the same sizes whatever its images hold. So a lock keeps
them beside the sites, by what they are made from, and the program puts them in where the demand names no digest.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from solver.plan.compute import JobPlan, ServicePlan, VariantPlan
from solver.plan.docker import DockerSitePlan, HostedVariant
from solver.plan.plan import AnySitePlan, Plan
from solver.schema import Schema, is_empty
from solver.vocabulary import SiteKind

PROXY_IMAGE = "proxy"
"""Key of the image in front of Docker sites' services."""


class BuiltImage(Schema):
    """One image."""

    context: str
    """sha256 of the Dockerfile and the files that it was built of."""
    image_id: str
    """Under which a Docker Engine knows it: what Docker sites without a registry run."""
    repository: str | None = Field(default=None, exclude_if=is_empty)
    """Where it was pushed: a registry's, or `ecr` for the stack's own."""
    digest: str | None = Field(default=None, exclude_if=is_empty)
    """Of its manifest there."""
    size_mib: int
    """On an engine."""
    bases: dict[str, str] = Field(default_factory=dict[str, str], exclude_if=is_empty)
    """What it was made of, by name in `catalog/images/bases.yaml`."""


OWN_REPOSITORY = "ecr"
"""The stack's own repository, whose address the account has."""


def image_key(workload: str, variant: str) -> str:
    """Key of a variant's image."""
    return f"{workload}.{variant}"


def with_images(plan: Plan, images: Mapping[str, BuiltImage]) -> Plan:
    """The plan in which variants that name no image have those that were built for them."""
    if not images:
        return plan
    return plan.model_copy(update={"sites": {key: _site(site, images) for key, site in plan.sites.items()}})


def _site(site: AnySitePlan, images: Mapping[str, BuiltImage]) -> AnySitePlan:
    if site.kind is SiteKind.DOCKER:
        return _docker_site(site, images)
    services = tuple(
        service.model_copy(update={"variants": tuple(_variant(service, each, images) for each in service.variants)})
        for service in site.compute.services
    )
    jobs = tuple(job.model_copy(update={"variant": _variant(job, job.variant, images)}) for job in site.compute.jobs)
    compute = site.compute.model_copy(update={"services": services, "jobs": jobs})
    return site.model_copy(update={"compute": compute})


def _variant(workload: ServicePlan | JobPlan, variant: VariantPlan, images: Mapping[str, BuiltImage]) -> VariantPlan:
    """A machine of AWS pulls from a registry alone: an image that only an engine has is none for it."""
    built = images.get(image_key(workload.key, variant.key))
    if built is None or built.digest is None or variant.image_reference is not None or variant.image_digest is not None:
        return variant
    reference = None if built.repository == OWN_REPOSITORY else built.repository
    return variant.model_copy(update={"image_reference": reference, "image_digest": built.digest})


def _docker_site(site: DockerSitePlan, images: Mapping[str, BuiltImage]) -> DockerSitePlan:
    services = tuple(
        service.model_copy(update={"variants": tuple(_hosted(service.key, each, images) for each in service.variants)})
        for service in site.services
    )
    proxy, network = images.get(PROXY_IMAGE), site.network
    if proxy is not None and network.proxy_reference is None and network.proxy_digest is None:
        network = network.model_copy(update=_hosted_at(proxy, "proxy_reference", "proxy_digest"))
    return site.model_copy(update={"services": services, "network": network})


def _hosted(workload: str, variant: HostedVariant, images: Mapping[str, BuiltImage]) -> HostedVariant:
    """A host runs what its own engine has, unless the image is in a registry that is no AWS account's."""
    built = images.get(image_key(workload, variant.key))
    if built is None or variant.image_reference is not None or variant.image_digest is not None:
        return variant
    return variant.model_copy(update=_hosted_at(built, "image_reference", "image_digest"))


def _hosted_at(built: BuiltImage, reference: str, digest: str) -> dict[str, str]:
    if built.repository is None or built.repository == OWN_REPOSITORY or built.digest is None:
        return {digest: built.image_id}
    return {reference: built.repository, digest: built.digest}
