"""The official Pulumi CLI: one archive from Pulumi's own server, checked against the published SHA-256 list."""

from __future__ import annotations

import hashlib
import platform
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
from pathlib import Path, PurePosixPath
from typing import IO, cast

from poolwright.engine.cli_binary import CliOrigin, PulumiCli, Say, store
from solver.errors import EngineError

VERSION = "3.272.0"
"""Of the same release as the Python SDK that `requirements/project.lock` holds."""

ARCHIVE_ADDRESS = "https://get.pulumi.com/releases/sdk/pulumi-v{version}-{system}-{machine}.tar.gz"
CHECKSUM_ADDRESSES = (
    "https://get.pulumi.com/releases/sdk/pulumi-{version}-checksums.txt",
    "https://github.com/pulumi/pulumi/releases/download/v{version}/pulumi-{version}-checksums.txt",
)
"""The same list in two places: beside the archive and on the release's own page."""

KEPT = ("pulumi", "pulumi-language-python", "pulumi-analyzer-policy-python", "pulumi-resource-pulumi-python")
"""What a Python project needs of the archive's executables (each with its `-exec` or `.sh` companion)."""

ANSWER_SECONDS = 5.0
"""A machine without the internet shall find out soon."""
TRANSFER_SECONDS = 60.0
"""Longest silence while the archive is on its way."""

_SYSTEMS = {"Linux": "linux", "Darwin": "darwin"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def download(say: Say) -> PulumiCli:
    """Puts the official CLI into the cache; raises EngineError where there is none or it can't be reached."""
    system = _SYSTEMS.get(platform.system())
    machine = _MACHINES.get(platform.machine().lower())
    if system is None or machine is None:
        raise EngineError(f"there is no official Pulumi CLI for {platform.system()} on {platform.machine()}")
    address = ARCHIVE_ADDRESS.format(version=VERSION, system=system, machine=machine)
    expected = published_checksum(_checksums(say), address.rpartition("/")[2])

    def fill(folder: Path) -> None:
        with tempfile.TemporaryFile(dir=folder) as archive:
            digest = _fetch(address, archive)
            if digest != expected:
                raise EngineError(
                    f"{address} has the SHA-256 {digest}, but {expected} is published. It was thrown away"
                )
            archive.seek(0)
            unpack(archive, folder)

    say(f"downloading the Pulumi CLI {VERSION} from {address} (about 130 MB)")
    return store(CliOrigin.DOWNLOADED, VERSION, fill)


def published_checksum(listing: str, archive: str) -> str:
    """The SHA-256 that a list of `<digest>  <file>` lines gives for an archive."""
    for line in listing.splitlines():
        digest, _, name = line.strip().partition(" ")
        if name.strip().lstrip("*") == archive and len(digest) == 64:
            return digest.lower()
    raise EngineError(f"the published checksums do not name {archive}")


def unpack(archive: IO[bytes], folder: Path) -> None:
    """Writes the executables that are kept into the folder, by their base names alone."""
    with tarfile.open(fileobj=archive, mode="r:gz") as tar:
        for member in tar:
            name = PurePosixPath(member.name).name
            wanted = member.isfile() and any(name == kept or name.startswith(f"{kept}-exec") for kept in KEPT)
            content = tar.extractfile(member) if wanted else None
            if content is None:
                continue
            target = folder / name
            with content, target.open("wb") as out:
                shutil.copyfileobj(content, out, 1 << 20)
            target.chmod(0o755)
    if not (folder / "pulumi").is_file():
        raise EngineError("the downloaded archive holds no pulumi executable")


def _checksums(say: Say) -> str:
    failures: list[str] = []
    for template in CHECKSUM_ADDRESSES:
        address = template.format(version=VERSION)
        try:
            with urllib.request.urlopen(address, timeout=ANSWER_SECONDS) as answer:
                return cast("bytes", answer.read(1 << 20)).decode("utf-8", "replace")
        except (OSError, ValueError) as failure:
            failures.append(f"{address}: {_reason(failure)}")
    raise EngineError(f"the official Pulumi CLI can't be downloaded here ({'; '.join(failures)})")


def _fetch(address: str, out: IO[bytes]) -> str:
    """Copies what an address serves and returns its SHA-256."""
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(address, timeout=TRANSFER_SECONDS) as answer:
            while block := cast("bytes", answer.read(1 << 20)):
                digest.update(block)
                out.write(block)
    except (OSError, ValueError) as failure:
        raise EngineError(
            f"the official Pulumi CLI can't be downloaded here ({address}: {_reason(failure)})"
        ) from failure
    return digest.hexdigest()


def _reason(failure: Exception) -> str:
    return str(failure.reason) if isinstance(failure, urllib.error.URLError) else str(failure)
