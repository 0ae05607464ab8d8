"""What software an image has: a CycloneDX document of its Debian and Python packages, and a signature by cosign.

syft sees more (what is compiled in, other languages), and is asked where it is installed.
"""

from __future__ import annotations

import email.parser
import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from poolwright.images.engine import asking
from solver.errors import ConfigError, EngineError, Problem
from solver.plan.images import BuiltImage


def write_sbom(client: Any, key: str, built: BuiltImage, folder: Path) -> Path:
    """`<key>.cdx.json` in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{key}.cdx.json"
    if shutil.which("syft") is not None:
        _run(["syft", "scan", f"docker:{built.image_id}", "-o", f"cyclonedx-json={path}"])
    else:
        path.write_text(json.dumps(sbom(client, key, built), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return path


def sign(built: BuiltImage, key: str) -> None:
    """A signature beside the image in its registry."""
    if shutil.which("cosign") is None:
        raise ConfigError(
            [Problem(file="", path="--sign", found=key, allowed="cosign is needed, and is not installed")]
        )
    if built.repository is None or built.digest is None:
        raise ConfigError(
            [Problem(file="", path="--sign", found="no digest", allowed="an image in a registry is needed: add --push")]
        )
    _run(["cosign", "sign", "--yes", "--key", key, f"{built.repository}@{built.digest}"])


def sbom(client: Any, key: str, built: BuiltImage) -> dict[str, Any]:
    """A CycloneDX 1.5 document of what package managers have put into the image."""
    with asking(f"{key} can't be read"):
        container = client.api.create_container(built.image_id, command=["none"])["Id"]
        try:
            found = sorted({*_debian(client, container), *_python(client, container)})
        finally:
            client.api.remove_container(container, force=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "container", "name": key, "version": built.digest or built.image_id}},
        "components": [
            {"type": "library", "name": name, "version": version, "purl": f"pkg:{kind}/{name}@{version}"}
            for kind, name, version in found
        ],
    }


def _debian(client: Any, container: str) -> Iterator[tuple[str, str, str]]:
    for _, content in _files(client, container, "/var/lib/dpkg/status"):
        for paragraph in content.decode("utf-8", "replace").split("\n\n"):
            fields = dict(
                line.split(": ", 1) for line in paragraph.splitlines() if ": " in line and not line.startswith(" ")
            )
            if "installed" in fields.get("Status", "") and "Package" in fields:
                yield "deb/debian", fields["Package"], fields.get("Version", "unknown")


def _python(client: Any, container: str) -> Iterator[tuple[str, str, str]]:
    for name, content in _files(client, container, "/opt/venv/lib"):
        if name.endswith(".dist-info/METADATA"):
            said = email.parser.HeaderParser().parsestr(content.decode("utf-8", "replace"))
            yield "pypi", str(said["Name"]).lower().replace("_", "-"), str(said["Version"])


def _files(client: Any, container: str, path: str) -> Iterator[tuple[str, bytes]]:
    from docker.errors import NotFound

    try:
        stream, _ = client.api.get_archive(container, path)
    except NotFound:
        return
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
        for member in archive:
            opened = archive.extractfile(member) if member.isfile() else None
            if opened is not None and (member.name == "status" or member.name.endswith("METADATA")):
                yield member.name, opened.read()


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EngineError(f"{command[0]} failed: {' '.join(done.stderr.split())[-400:]}")
