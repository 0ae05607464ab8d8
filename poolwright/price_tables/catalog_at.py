"""The catalog folder that a user names: a folder, or what a git revision has of the project's own."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from solver.catalog.digest import REGION_FOLDER, default_catalog_path
from solver.errors import ConfigError, Problem


@dataclass(frozen=True, kw_only=True)
class NamedCatalog:
    """A folder and what the user calls it."""

    folder: Path
    words: str


@contextmanager
def catalog_at(named: str | None, argument: str) -> Generator[NamedCatalog]:
    """The folder for as long as it is needed; None is the catalog in use. ConfigError for a name that is neither."""
    if named is None:
        yield NamedCatalog(folder=default_catalog_path(), words="the catalog in use")
        return
    if (Path(named) / REGION_FOLDER).is_dir():
        yield NamedCatalog(folder=Path(named), words=named)
        return
    own = default_catalog_path()
    commit = _git(own.parent, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{named}^{{commit}}")
    name = "" if commit is None else commit.decode().strip()
    packed = None if commit is None else _git(own.parent, "archive", "--format=tar", name, own.name)
    if packed is None:
        allowed = f"a catalog folder, or a git revision that has {own.name}/, is allowed"
        hint = "In CI, fetch the branch first: git fetch origin main"
        raise ConfigError([Problem(file="", path=argument, found=named, allowed=allowed, hint=hint)])
    with TemporaryDirectory(prefix="poolwright-catalog-") as folder, tarfile.open(fileobj=io.BytesIO(packed)) as files:
        files.extractall(folder, filter="data")
        yield NamedCatalog(folder=Path(folder) / own.name, words=f"{named} ({name[:10]})")


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git prints; None when it says no, or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
