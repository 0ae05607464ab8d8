"""Which images a stack runs, where, and how those that the project makes are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from poolwright.images.assembly import (
    PipSettings,
    Resolved,
    TemplateImage,
    base_names,
    own_context,
    proxy_context,
    template_context,
)
from poolwright.images.bases import materials
from poolwright.images.context import Context, app_files
from poolwright.images.recipe import not_made, processor_of
from poolwright.render.dockerfile import Purpose
from solver.demand.containers import ContainerImage, ImageBuild
from solver.demand.loader import LoadedDemand
from solver.demand.workloads import BatchJob, Service, TrainingJob, Workload
from solver.errors import DemandError, Problem
from solver.plan.compute import VariantPlan
from solver.plan.docker import DockerSitePlan, HostedVariant, HostPlan
from solver.plan.images import PROXY_IMAGE, BuiltImage, image_key
from solver.plan.lock import Lock
from solver.plan.plan import AnySitePlan, SitePlan
from solver.vocabulary import AcceleratorKind, Architecture


class State(StrEnum):
    """What is known of an image."""

    PINNED = "pinned"
    """Another's image, by its digest."""
    BY_TAG = "by-tag"
    """Another's image, by a tag that may be moved."""
    AWAITED = "awaited"
    """In the stack's own repository, where others push it: no digest yet."""
    BUILT = "built"
    """Made by the project, of what the files are now."""
    CHANGED = "changed"
    """Made by the project, of what the files were before."""
    MISSING = "missing"
    """To be made by the project."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """One variant, sidecar, daemon or proxy on one site."""

    workload: str
    variant: str
    site: str
    reference: str | None
    digest: str | None
    key: str | None
    """Of the image in the lock, where the project makes it."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An image that the project makes."""

    key: str
    workload: str
    variant: str
    architecture: Architecture
    build: ImageBuild | None
    """None: the proxy."""
    template: TemplateImage | None
    where: Problem
    """The place in the demand that asks for it."""
    root: Path

    @property
    def built_from(self) -> str:
        """The template, or one's own Dockerfile."""
        if self.build is None:
            return PROXY_IMAGE
        return self.build.template.value if self.build.template else f"{self.build.app}/{self.build.dockerfile}"

    @property
    def bases(self) -> tuple[str, ...]:
        """What it is made of, by name in the table; one's own Dockerfile names its bases itself."""
        return () if self.template is None and self.build is not None else base_names(self.template)

    def context(self, bases: Mapping[str, Resolved], pip: PipSettings | None = None) -> Context:
        """The files that it is built of; DemandError where the app's can't be."""
        if self.build is None:
            return proxy_context(bases)
        folder = self.build.app
        files = {} if folder is None else app_files(self.root / folder, shown=folder, where=self.where)
        if self.template is not None:
            return template_context(self.template, files, bases, pip)
        name = self.build.dockerfile or ""
        if name not in files:
            raise DemandError([_problem(self.where, f'"{folder}/{name}"', "a Dockerfile is needed there")])
        return own_context(files[name].content.decode("utf-8", "replace"), files)


def wanted_images(loaded: LoadedDemand, lock: Lock, root: Path) -> dict[str, Wanted]:
    """The images of the plan that the project makes, by key; DemandError for those that no template is for."""
    found: dict[str, Wanted] = {}
    problems: list[Problem] = []
    for _, site in sorted(lock.sites.items()):
        for workload, variant, kind in _variants(site):
            key = image_key(workload, variant)
            image, path = _image_of(loaded.demand.workloads[workload], workload, variant)
            if key in found or image.build is None:
                continue
            where = loaded.problem(path, "")
            architecture = loaded.demand.workloads[workload].variants[variant].architecture
            template = _template_image(loaded.demand.workloads[workload], workload, variant, image.build, kind)
            if template is not None:
                refusal = not_made(template.template, template.processor, template.purpose, architecture)
                if refusal is not None:
                    problems.append(_problem(where, f'"{template.template}"', refusal))
            found[key] = Wanted(
                key=key,
                workload=workload,
                variant=variant,
                architecture=architecture,
                build=image.build,
                template=template,
                where=where,
                root=root,
            )
    if problems:
        raise DemandError(problems)
    proxies = {host.architecture for site in lock.docker_sites.values() for host in _with_proxy(site)}
    # One image is one architecture's: hosts of several need a proxy from a registry, `proxy_image` of the site.
    for proxy in proxies if len(proxies) == 1 else ():
        where = Problem(file=f"stacks/{lock.stack}.yaml", path="sites", allowed="")
        found[PROXY_IMAGE] = Wanted(
            key=PROXY_IMAGE,
            workload=PROXY_IMAGE,
            variant="-",
            architecture=proxy,
            build=None,
            template=None,
            where=where,
            root=root,
        )
    return dict(sorted(found.items()))


def running(loaded: LoadedDemand, lock: Lock, wanted: Mapping[str, Wanted]) -> list[Running]:
    """What runs where, by workload, variant and site."""
    rows: list[Running] = []
    hosted = lock.plan_to_build()
    for key, site in sorted(hosted.sites.items()):
        rows += [_row(workload, each, key, wanted) for workload, each in _plain_variants(site)]
        if isinstance(site, SitePlan):
            for service in site.compute.services:
                rows += [
                    _other(service.key, f"sidecar {each.key}", key, each.image_reference, each.image_digest)
                    for each in service.sidecars
                ]
            rows += [
                _other("daemon", each.key, key, each.image_reference, each.image_digest)
                for each in site.compute.daemons
            ]
        elif PROXY_IMAGE in wanted and _with_proxy(lock.docker_sites[key]):
            network = site.network
            rows.append(
                Running(
                    workload=PROXY_IMAGE,
                    variant="-",
                    site=key,
                    reference=network.proxy_reference,
                    digest=network.proxy_digest,
                    key=PROXY_IMAGE,
                )
            )
    return sorted(rows, key=lambda row: (row.workload, row.variant, row.site))


def resolved(wanted: Wanted, built: BuiltImage | None) -> dict[str, Resolved] | None:
    """The bases as they are known without an engine: as the lock has them, else as the table pins them; None where one
    is known to nobody yet."""
    found: dict[str, Resolved] = {}
    for name in wanted.bases:
        entry = materials().bases[name]
        recorded = built.bases.get(name) if built is not None else None
        if recorded is not None and "@" not in recorded:
            found[name] = Resolved(recorded, of_debian_packages=True)
        elif recorded is not None and entry.pinned in (None, recorded):
            found[name] = Resolved(recorded)
        elif entry.pinned is not None:
            found[name] = Resolved(entry.pinned)
        else:
            return None
    return found


def context_hash(wanted: Wanted, built: BuiltImage | None) -> str | None:
    """What an image built now would be named by; None where a base must be looked up first."""
    bases = resolved(wanted, built)
    return None if bases is None else wanted.context(bases).hash


def state_of(row: Running, wanted: Wanted | None, built: BuiltImage | None) -> State:
    """What is known of a row's image."""
    if wanted is not None:
        if built is None:
            return State.MISSING
        return State.BUILT if context_hash(wanted, built) == built.context else State.CHANGED
    if row.digest is not None:
        return State.PINNED
    return State.AWAITED if row.reference is None else State.BY_TAG


def unchanged_images(loaded: LoadedDemand, lock: Lock, before: Mapping[str, BuiltImage], root: Path) -> list[str]:
    """Keys of the images of an older lock that are still what this one needs."""
    wanted = wanted_images(loaded, lock, root)
    return [
        key
        for key, built in sorted(before.items())
        if key in wanted and context_hash(wanted[key], built) == built.context
    ]


def _variants(site: AnySitePlan) -> Iterator[tuple[str, str, AcceleratorKind | None]]:
    for workload, variant in _plain_variants(site):
        yield workload, variant.key, variant.accelerator_kind


def _plain_variants(site: AnySitePlan) -> Iterator[tuple[str, HostedVariant | VariantPlan]]:
    if isinstance(site, DockerSitePlan):
        placed = {slot for host in site.hosts for slot in host.replicas}
        for service in site.services:
            for each in service.variants:
                if image_key(service.key, each.key) in placed:
                    yield service.key, each
        return
    for service in site.compute.services:
        for each in service.variants:
            yield service.key, each
    for job in site.compute.jobs:
        yield job.key, job.variant


def _with_proxy(site: DockerSitePlan) -> list[HostPlan]:
    """Hosts that run the proxy's image of the project's own."""
    # The component knows what needs it, and brings Pulumi along: only stacks with such a site pay for that.
    from components.docker.images import needs_the_proxy

    if site.network.proxy_reference is not None or site.network.proxy_digest is not None:
        return []
    return [host for host in site.hosts if host.replicas and needs_the_proxy(site, host)]


def _image_of(workload: Workload, key: str, variant: str) -> tuple[ContainerImage, tuple[str, ...]]:
    """A variant's image, and the path in the demand at which it is made."""
    own = workload.variants[variant].image
    if own is not None:
        return own, ("workloads", key, "variants", variant, "image", "build")
    return workload.image, ("workloads", key, "image", "build")


def _template_image(
    workload: Workload, key: str, variant: str, build: ImageBuild, kind: AcceleratorKind | None
) -> TemplateImage | None:
    if build.template is None:
        return None
    is_service = isinstance(workload, Service)
    return TemplateImage(
        template=build.template,
        purpose=_purpose(workload),
        processor=processor_of(kind),
        build=build,
        title=workload.description or f"{key}, {variant}",
        port=workload.port if is_service else 8080,
        health_path=workload.health_check.path if is_service else "/healthz",
    )


def _purpose(workload: Workload) -> Purpose:
    match workload:
        case Service():
            return Purpose.SERVING
        case BatchJob():
            return Purpose.BATCH
        case TrainingJob():
            return Purpose.TRAINING


def _row(workload: str, variant: HostedVariant | VariantPlan, site: str, wanted: Mapping[str, Wanted]) -> Running:
    key = image_key(workload, variant.key)
    return Running(
        workload=workload,
        variant=variant.key,
        site=site,
        reference=variant.image_reference,
        digest=variant.image_digest,
        key=key if key in wanted else None,
    )


def _other(workload: str, variant: str, site: str, reference: str, digest: str | None) -> Running:
    return Running(workload=workload, variant=variant, site=site, reference=reference, digest=digest, key=None)


def _problem(where: Problem, found: str, allowed: str) -> Problem:
    return Problem(file=where.file, line=where.line, path=where.path, found=found, allowed=allowed)
