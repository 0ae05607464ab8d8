"""Assembly: an image that is wanted, with the digests of its bases, becomes a Dockerfile and the files around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from poolwright.images.bases import materials
from poolwright.images.context import OURS, Context, ContextFile, runtime_files
from poolwright.images.recipe import FPGA_TOOLS_COMMIT, Recipe, recipe
from poolwright.render.dockerfile import (
    Processor,
    ProxyImage,
    Purpose,
    WorkloadImage,
    proxy_dockerfile,
    workload_dockerfile,
)
from solver.demand.containers import ImageBuild
from solver.plan.images import PROXY_IMAGE
from solver.vocabulary import ImageTemplate


@dataclass(frozen=True)
class Resolved:
    """A base as an engine or a registry has it."""

    pinned: str
    """name@digest, or the id of an image that only engines have."""
    of_debian_packages: bool = False
    """Made by the project, since no registry was reached: it has Python, or Caddy, already."""


@dataclass(frozen=True, kw_only=True)
class TemplateImage:
    """What is wanted of a template."""

    template: ImageTemplate
    purpose: Purpose
    processor: Processor
    build: ImageBuild
    title: str
    port: int
    health_path: str

    @property
    def recipe(self) -> Recipe:
        """What it is made of."""
        return recipe(self.template, self.processor, self.purpose)


@dataclass(frozen=True)
class PipSettings:
    """Where the build stage finds packages: the text of a pip.conf, and certificates that it trusts."""

    configuration: str
    certificates: bytes | None = None


def base_names(image: TemplateImage | None) -> tuple[str, ...]:
    """The bases that a build needs, of `catalog/images/`; None: the proxy's."""
    if image is None:
        return ("debian", "caddy")
    chosen = image.recipe
    return (chosen.base,) if chosen.server is None else (chosen.base, chosen.server)


def template_context(
    image: TemplateImage,
    files: Mapping[str, ContextFile],
    bases: Mapping[str, Resolved],
    pip: PipSettings | None = None,
) -> Context:
    """The context of a template's image; `files` are the app's, by their path in its folder."""
    chosen = image.recipe
    base = bases[chosen.base]
    wanted = WorkloadImage(
        template=image.template,
        purpose=image.purpose,
        processor=image.processor,
        base=base.pinned,
        # Only Debian's own image is without it: the others are made for Python, or get it from their own Debian.
        base_has_python=base.of_debian_packages or image.processor is Processor.NEURON,
        compiles_python=base.of_debian_packages,
        server_image=None if chosen.server is None else bases[chosen.server].pinned,
        tools_commit=FPGA_TOOLS_COMMIT if image.template is ImageTemplate.FPGA else None,
        entry=image.build.entry or chosen.entry,
        has_app=bool(files),
        has_requirements="requirements.txt" in files,
        packages=image.build.packages,
        port=image.port,
        health_path=image.health_path,
        labels=_labels(image, chosen, base),
    )
    ours = {**runtime_files(), f"{OURS}/packages.txt": ContextFile(chosen.requirements().encode())}
    everything = {**{f"app/{name}": file for name, file in files.items()}, **ours}
    if pip is None:
        return Context(workload_dockerfile(wanted), everything)
    return Context(
        dockerfile=workload_dockerfile(wanted),
        files=everything,
        unnamed=_pip_files(pip),
        unnamed_dockerfile=workload_dockerfile(wanted.model_copy(update={"pip_settings": True})),
    )


def own_context(dockerfile: str, files: Mapping[str, ContextFile]) -> Context:
    """The context of a Dockerfile of one's own."""
    return Context(dockerfile, {name: file for name, file in files.items() if name != "Dockerfile"})


def proxy_context(bases: Mapping[str, Resolved]) -> Context:
    """The context of the proxy: of Caddy's own image, or of Debian's package where no registry has it."""
    debian, caddy = bases["debian"], bases.get("caddy")
    made_here = caddy is not None and caddy.of_debian_packages
    entry = materials().bases["caddy"]
    labels = {
        "org.opencontainers.image.title": "Caddy, the proxy of a Docker site",
        "org.opencontainers.image.licenses": entry.licence,
        "org.opencontainers.image.source": "https://github.com/caddyserver/caddy",
        "org.poolwright.template": PROXY_IMAGE,
    }
    image = ProxyImage(
        base=caddy.pinned if caddy is not None and made_here else debian.pinned,
        caddy=None if caddy is None or made_here else caddy.pinned,
        base_has_caddy=made_here,
        labels=labels,
    )
    return Context(proxy_dockerfile(image), {})


def _labels(image: TemplateImage, chosen: Recipe, base: Resolved) -> dict[str, str]:
    licence = image.build.licence or "LicenseRef-of-its-owner"
    return {
        "org.opencontainers.image.title": image.title,
        "org.opencontainers.image.licenses": licence,
        "org.opencontainers.image.source": image.build.source or "not said",
        "org.opencontainers.image.base.name": (
            "Debian packages" if base.of_debian_packages else materials().bases[chosen.base].reference
        ),
        "org.opencontainers.image.base.digest": base.pinned.rpartition("@")[2],
        "org.poolwright.template": image.template.value,
    }


def _pip_files(pip: PipSettings) -> dict[str, ContextFile]:
    found = {f"{OURS}/pip/pip.conf": ContextFile(pip.configuration.encode())}
    if pip.certificates is not None:
        found[f"{OURS}/pip/certificates.pem"] = ContextFile(pip.certificates)
    return found
