"""Context: the files that an image is built of, and the hash that names it.

The hash is over the Dockerfile, which has the bases' digests, and over each file's path, whether it may be run, and its
content. Times and owners don't count, and the tar file that the engine gets has none, so the same files are the same
image's name on every machine, and nothing is built twice. Settings of pip say where packages come from, not which: they
don't count either.
"""

from __future__ import annotations

import fnmatch
import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from solver.errors import DemandError, Problem

OURS: Final = ".poolwright"
"""Folder of the context with what comes from the project."""
_NEVER: Final = (".git", ".hg", ".svn", ".venv", "__pycache__", "*.pyc", ".DS_Store", ".pytest_cache", ".mypy_cache")
_SECRETS: Final = (".env", "*.pem", "*.key", "id_rsa*", "id_ed25519*", ".netrc", ".pypirc", ".npmrc", "credentials")
_MOST_BYTES: Final = 512 << 20
"""An app's files above this are weights or data, which are mounted or fetched."""


@dataclass(frozen=True)
class ContextFile:
    """One file of a context."""

    content: bytes
    executable: bool = False


@dataclass(frozen=True)
class Context:
    """A Dockerfile and its files; `unnamed` are files that the hash leaves out."""

    dockerfile: str
    files: dict[str, ContextFile]
    unnamed: dict[str, ContextFile] = field(default_factory=dict[str, ContextFile])
    unnamed_dockerfile: str | None = None
    """The Dockerfile that is built with those."""

    @property
    def hash(self) -> str:
        """64 hexadecimal digits."""
        digest = hashlib.sha256()
        for path, file in [("Dockerfile", ContextFile(self.dockerfile.encode())), *sorted(self.files.items())]:
            # Lengths keep the end of one part from being read as the beginning of the next.
            name = path.encode()
            digest.update(b"%d %d %d\n" % (len(name), file.executable, len(file.content)))
            digest.update(name)
            digest.update(file.content)
        return digest.hexdigest()

    def tar(self) -> bytes:
        """What the engine builds from."""
        out = io.BytesIO()
        dockerfile = self.unnamed_dockerfile or self.dockerfile
        files = {**self.files, **self.unnamed, "Dockerfile": ContextFile(dockerfile.encode())}
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for path, file in sorted(files.items()):
                member = tarfile.TarInfo(path)
                member.size, member.mode = len(file.content), 0o755 if file.executable else 0o644
                archive.addfile(member, io.BytesIO(file.content))
        return out.getvalue()


def app_files(folder: Path, *, shown: str, where: Problem) -> dict[str, ContextFile]:
    """The app's files by their path in it; DemandError where they can't or should not be in an image.

    What no image needs is left out: caches, version control, what `.dockerignore` names. A file that looks like a
    secret is an error rather than left out: whoever put it there may believe that the app has it.
    """
    if not folder.is_dir():
        raise DemandError([_told(where, found=shown, allowed="a folder of the project is needed")])
    ignored = _ignored(folder)
    found: dict[str, ContextFile] = {}
    total = 0
    for path, name in _walk(folder, ignored):
        if any(fnmatch.fnmatch(path.name, pattern) for pattern in _SECRETS):
            hint = "Name a secret in `secrets`, or the file in .dockerignore"
            raise DemandError(
                [_told(where, found=f"{shown}/{name}", allowed="no secret goes into an image", hint=hint)]
            )
        total += path.stat().st_size
        if total > _MOST_BYTES:
            hint = "Mount weights and data, or fetch them with MODEL_SOURCE"
            raise DemandError([_told(where, found=shown, allowed="files of at most 512 MiB in all are", hint=hint)])
        found[name] = ContextFile(path.read_bytes(), os.access(path, os.X_OK))
    return found


def _walk(folder: Path, ignored: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        left_out = any(fnmatch.fnmatch(part, pattern) for part in name.split("/") for pattern in _NEVER)
        if left_out or any(_matches(name, pattern) for pattern in ignored):
            continue
        if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
            # A link out of the folder would carry any file of this machine into the image.
            continue
        if path.is_file():
            yield path, name


def _ignored(folder: Path) -> tuple[str, ...]:
    file = folder / ".dockerignore"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return tuple(line.strip().strip("/") for line in lines if line.strip() and not line.startswith(("#", "!")))


def _matches(name: str, pattern: str) -> bool:
    return fnmatch.fnmatch(name, pattern) or name.startswith(f"{pattern}/")


def _told(where: Problem, *, found: str, allowed: str, hint: str | None = None) -> Problem:
    return Problem(file=where.file, line=where.line, path=where.path, found=f'"{found}"', allowed=allowed, hint=hint)


def runtime_files() -> dict[str, ContextFile]:
    """The modules that start and serve in the container, as the package that they are here."""
    folder = Path(__file__).parent / "runtime"
    package = "poolwright/images/runtime"
    found = {f"{OURS}/runtime/{package}/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.py"))}
    for parent in ("poolwright", "poolwright/images"):
        found[f"{OURS}/runtime/{parent}/__init__.py"] = b""
    return {name: ContextFile(content) for name, content in found.items()}
