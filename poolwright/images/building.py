"""Builds images on a Docker Engine: bases first, then what the engine does not have under the name of its context."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from poolwright.checks.dockerfiles import faults_of
from poolwright.engine.docker.base_images import RECIPES, ensure_base
from poolwright.images.assembly import PipSettings, Resolved
from poolwright.images.bases import Base, materials
from poolwright.images.context import Context
from poolwright.images.engine import architecture_of, asking, image_id
from poolwright.images.wanted import Wanted
from solver.errors import ConfigError, EngineError, GateError, Problem
from solver.plan.images import PROXY_IMAGE, BuiltImage

Say = Callable[[str], None]

HASH_LENGTH: Final = 16
"""Digits of a context's hash in a tag."""
PROXY_NAMES: Final = ("localhost/poolwright/proxy:caddy-2.6",)
"""What components call the proxy where no lock has its id."""
_NEEDS_BUILDKIT: Final = re.compile(
    r"^\s*(RUN|COPY|ADD)\s.*(--mount=|--link\b|--chmod=|<<-?[\"']?[A-Za-z_])", re.MULTILINE
)
_MIB: Final = 1 << 20


@dataclass(frozen=True)
class BuildSettings:
    """How images are built, apart from what they are."""

    pip: PipSettings | None = None
    secrets: Mapping[str, Path] | None = None
    """Of one's own Dockerfile: id → file, mounted for a step and in no layer."""


class Builder:
    """Builds on one engine; bases are looked up once."""

    def __init__(self, client: Any, *, stack: str, say: Say, settings: BuildSettings) -> None:
        self._client = client
        self._stack = stack
        self._say = say
        self._settings = settings
        self._bases: dict[str, Resolved] = {}
        self._no_registry: set[str] = set()

    def build(self, wanted: Wanted, before: BuiltImage | None) -> BuiltImage:
        """The image, built unless the engine has it; GateError where its Dockerfile breaks a rule."""
        self._refuse_other_machine(wanted)
        bases = {name: self._base(name, before) for name in wanted.bases}
        context = wanted.context(bases, self._settings.pip)
        refuse_faults(wanted, context)
        name = self.name_of(wanted, context)
        found = image_id(self._client, name)
        if found is None:
            self._say(f"{wanted.key}: building {name}")
            found = self._built(wanted, context, name)
        for alias in self._aliases(wanted):
            self._client.api.tag(found, *alias.rsplit(":", 1))
        size = int(self._client.images.get(found).attrs["Size"])
        same = before is not None and before.context == context.hash and before.image_id == found
        return BuiltImage(
            context=context.hash,
            image_id=found,
            repository=before.repository if same and before is not None else None,
            digest=before.digest if same and before is not None else None,
            size_mib=max(1, round(size / _MIB)),
            bases={key: base.pinned for key, base in sorted(bases.items())},
        )

    def name_of(self, wanted: Wanted, context: Context) -> str:
        """Repository and tag on an engine: what it is built of, so the same files are built once."""
        return f"{self._stack}/{wanted.workload}:{context.hash[:HASH_LENGTH]}"

    def _aliases(self, wanted: Wanted) -> tuple[str, ...]:
        """What components call the proxy where no lock has its id."""
        if wanted.key != PROXY_IMAGE:
            return ()
        from components.docker.images import PROXY

        return (PROXY,)

    def _refuse_other_machine(self, wanted: Wanted) -> None:
        here = architecture_of(self._client)
        if here is not wanted.architecture:
            raise ConfigError(
                [
                    Problem(
                        file=wanted.where.file,
                        line=wanted.where.line,
                        path=wanted.where.path,
                        found=f"{wanted.architecture}",
                        allowed=f"what this engine builds, {here}, is allowed",
                        hint="Name an engine on such a machine with --engine",
                    )
                ]
            )

    def _base(self, name: str, before: BuiltImage | None) -> Resolved:
        if name not in self._bases:
            self._bases[name] = self._looked_up(name, before)
        return self._bases[name]

    def _looked_up(self, name: str, before: BuiltImage | None) -> Resolved:
        """As the table pins it; where it is not pinned, as the lock has it, else as its registry has it now."""
        entry = materials().bases[name]
        recorded = before.bases.get(name) if before is not None else None
        wish = entry.pinned or (recorded if recorded is not None and "@" in recorded else None)
        if wish is not None and image_id(self._client, wish) is not None:
            return Resolved(wish)
        if recorded is not None and "@" not in recorded and image_id(self._client, recorded) is not None:
            return Resolved(recorded, of_debian_packages=True)
        registry = entry.reference.partition("/")[0]
        failure = (
            f"{registry} was not reached" if registry in self._no_registry else self._pulled(wish or entry.reference)
        )
        if failure is None:
            return Resolved(wish or self._digest_of(entry))
        self._no_registry.add(registry)
        if name not in RECIPES:
            raise EngineError(
                f"the base {entry.reference} can't be had: {failure}",
                hint="Let the engine reach its registry, or load the image into the engine",
            )
        made = ensure_base(self._client, name, say=self._say)
        return Resolved(str(image_id(self._client, made)), of_debian_packages=True)

    def _pulled(self, reference: str) -> str | None:
        """None, or why the engine can't pull it."""
        import requests
        from docker.errors import DockerException

        head, sign, digest = reference.partition("@")
        repository, _, tag = head.rpartition(":")
        try:
            self._client.images.pull(repository, tag=digest if sign else tag)
        except (DockerException, requests.RequestException) as error:
            return " ".join(str(getattr(error, "explanation", None) or error).split())[:200]
        return None

    def _digest_of(self, entry: Base) -> str:
        repository = entry.reference.rpartition(":")[0]
        found: list[str] = self._client.images.get(entry.reference).attrs["RepoDigests"]
        digest = next((each.partition("@")[2] for each in found), None)
        if digest is None:
            raise EngineError(f"the engine has {repository} without a digest: pull it from its registry")
        return f"{entry.reference}@{digest}"

    def _built(self, wanted: Wanted, context: Context, name: str) -> str:
        if _NEEDS_BUILDKIT.search(context.dockerfile) or self._settings.secrets:
            return self._built_by_buildx(wanted, context, name)
        lines: list[str] = []
        with asking(f"{wanted.key} can't be built"):
            answers = self._client.api.build(
                fileobj=io.BytesIO(context.tar()),
                custom_context=True,
                tag=name,
                decode=True,
                rm=True,
                forcerm=True,
                # The engine's own network may lead nowhere where only this machine knows how to reach out.
                network_mode="host",
            )
            for answer in answers:
                lines += str(answer.get("stream", "")).splitlines()
                if "error" in answer:
                    raise EngineError(f"{wanted.key} can't be built: {answer['error']}{_last(lines)}")
        return str(image_id(self._client, name))

    def _built_by_buildx(self, wanted: Wanted, context: Context, name: str) -> str:
        """BuildKit, by Docker's own command: the engine's HTTP interface to it is none that the SDK speaks."""
        if not has_buildx():
            raise EngineError(
                f"{wanted.key} can't be built: it needs BuildKit, and there is no docker buildx",
                hint="Install Docker's buildx plugin",
            )
        secrets = [f"--secret=id={key},src={path}" for key, path in sorted((self._settings.secrets or {}).items())]
        with tempfile.TemporaryDirectory(prefix="poolwright-image-") as folder:
            note = Path(folder) / "metadata.json"
            command = ["docker", "buildx", "build", "--load", f"--tag={name}", f"--metadata-file={note}", *secrets, "-"]
            done = subprocess.run(command, input=context.tar(), capture_output=True, check=False)
            if done.returncode:
                raise EngineError(
                    f"{wanted.key} can't be built{_last(done.stderr.decode(errors='replace').splitlines())}"
                )
            noted: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
        return str(image_id(self._client, name) or noted.get("containerimage.config.digest"))


def has_buildx() -> bool:
    """Whether Docker's command with its plugin is there."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "buildx", "version"], capture_output=True, check=False).returncode == 0


def refuse_faults(wanted: Wanted, context: Context) -> None:
    """GateError with everything that is wrong with a Dockerfile."""
    found = faults_of(context.dockerfile)
    if found:
        lines = "".join(
            f"\n  - {wanted.built_from}:{each.line} {each.rule}: {each.text}. {each.remedy}" for each in found
        )
        raise GateError(f"the Dockerfile of {wanted.key} breaks {len(found)} of the rules for images:{lines}")


def copied(image: str, name: str, source: Any, target: Any) -> None:
    """Puts an image of one engine into another, under its name, unless it is there."""
    if image_id(target, image) is None:
        with asking(f"{name} can't be copied to another engine"):
            stream = source.images.get(image).save(named=False)
            target.images.load(b"".join(stream))
    target.api.tag(image, *name.rsplit(":", 1))


def _last(lines: list[str]) -> str:
    said = [line for line in lines if line.strip()][-8:]
    return "".join(f"\n  {line}" for line in said)
