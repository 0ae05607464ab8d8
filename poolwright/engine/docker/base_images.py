"""Base images made of Debian packages, for a Docker Engine that reaches no registry.

    reference = ensure_base(docker.from_env(), "debian")

An image is made once for a recipe and an architecture, kept in the cache as an archive that `docker load` reads, and
named by the digest of its content. The same packages give the same image id on every machine: nothing in it has a time
that is not the packages' own.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from poolwright.engine.cli_binary import cache_folder
from poolwright.engine.docker import debian_packages
from poolwright.engine.docker.root_file_system import RootFileSystem, lay_out
from solver.errors import ConfigError, EngineError, Problem

LABEL: Final = "org.poolwright.base"
"""Names the recipe in an image's labels."""
_EDITION: Final = "2"
"""Goes up when the same packages are laid out in another way."""
_ARCHITECTURES: Final = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
"""The Docker Engine's word → Debian's, which is also that of images."""
_PATH: Final = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SYSTEM: Final = ("?essential", "usr-is-merged", "ca-certificates", "openssl")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Recipe:
    """What an image is made of: packages, and with them all that they depend on."""

    packages: tuple[str, ...]
    title: str


RECIPES: Final = {
    "debian": Recipe((*_SYSTEM, "apt", "python3", "python3-venv"), "Debian with Python"),
    "caddy": Recipe((*_SYSTEM, "caddy"), "Debian with the web server Caddy"),
}


@dataclass(frozen=True)
class BaseImage:
    """An image in the cache."""

    reference: str
    """Repository and tag; the tag is of the layer's digest, so another content has another name."""
    image_id: str
    packages: tuple[str, ...]
    """`name version architecture` of each."""


def ensure_base(client: Any, name: str, *, renew: bool = False, say: Say | None = None) -> str:
    """The reference of the base image of that name, in the client's Docker Engine now.

    `renew` asks the mirror for newer packages; without it the image of the cache is used where there is one.
    """
    architecture = _architecture(client)
    image = prepared(name, architecture, renew=renew, say=say)
    if not _has(client, image.reference):
        with _archive(name, architecture).open("rb") as archive:
            list(client.images.load(archive))
    return image.reference


def prepared(name: str, architecture: str, *, renew: bool = False, say: Say | None = None) -> BaseImage:
    """The base image of that name in the cache; made when it is not there, or when it is to be renewed."""
    if name not in RECIPES:
        raise ConfigError([Problem(file="", path="base image", found=name, allowed=f"one of {', '.join(RECIPES)}")])
    record = _record(name, architecture)
    if record.is_file() and _archive(name, architecture).is_file() and not renew:
        known = json.loads(record.read_text(encoding="utf-8"))
        return BaseImage(known["reference"], known["image_id"], tuple(known["packages"]))
    if say is not None:
        say(f"making the base image {name} of Debian packages, since no registry has it for this engine")
    return _made(name, architecture)


def _made(name: str, architecture: str) -> BaseImage:
    recipe = RECIPES[name]
    folder = _folder(name, architecture)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        hint = "POOLWRIGHT_CACHE=/a/writable/folder chooses another place"
        raise EngineError(f"the cache {folder} can't be written: {failure.strerror}", hint=hint) from failure
    with tempfile.TemporaryDirectory(prefix="base-image-", dir=folder) as scratch:
        debs = debian_packages.fetch(recipe.packages, architecture, Path(scratch))
        system = lay_out(debs)
        image, archive = _image(name, recipe, architecture, system)
        _write(_archive(name, architecture), archive)
    _write(_record(name, architecture), json.dumps(asdict(image), indent=1).encode())
    return image


def _image(name: str, recipe: Recipe, architecture: str, system: RootFileSystem) -> tuple[BaseImage, bytes]:
    """The image, and the archive that an engine loads: one layer, its configuration, and a name."""
    made = datetime.fromtimestamp(system.newest, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    labels = {
        LABEL: name,
        "org.opencontainers.image.title": recipe.title,
        "org.opencontainers.image.source": "https://www.debian.org/distrib/packages",
        "org.opencontainers.image.licenses": "of each package: /usr/share/doc/*/copyright",
    }
    layer = hashlib.sha256(system.archive).hexdigest()
    configuration = _json(
        {
            "architecture": architecture,
            "os": "linux",
            "created": made,
            "config": {"Env": [_PATH], "Cmd": ["bash"], "Labels": labels},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}"]},
            "history": [{"created": made, "created_by": f"poolwright base image {name} of Debian packages"}],
        }
    )
    image_id = hashlib.sha256(configuration).hexdigest()
    reference = f"poolwright/base-{name}:{layer[:12]}"
    manifest = _json(
        [{"Config": f"{image_id}.json", "RepoTags": [reference], "Layers": [f"{layer}/layer.tar"]}],
    )
    files = {f"{image_id}.json": configuration, f"{layer}/layer.tar": system.archive, "manifest.json": manifest}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.size, member.mtime = len(content), system.newest
            archive.addfile(member, io.BytesIO(content))
    return BaseImage(reference, f"sha256:{image_id}", system.packages), out.getvalue()


def _architecture(client: Any) -> str:
    told: str = client.info()["Architecture"]
    if told not in _ARCHITECTURES:
        raise EngineError(
            f"no base image is made for hosts of the architecture {told}", hint="name an image of your own"
        )
    return _ARCHITECTURES[told]


def _has(client: Any, reference: str) -> bool:
    from docker.errors import ImageNotFound

    try:
        client.images.get(reference)
    except ImageNotFound:
        return False
    return True


def _folder(name: str, architecture: str) -> Path:
    told = "\n".join((_EDITION, *RECIPES[name].packages))
    return cache_folder() / "base-images" / f"{name}-{architecture}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def _archive(name: str, architecture: str) -> Path:
    return _folder(name, architecture) / "image.tar"


def _record(name: str, architecture: str) -> Path:
    return _folder(name, architecture) / "image.json"


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
