"""Where the catalog is, which of its files a stack's regions use, and one digest over what they say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path

from solver.catalog.tables import content_digest, shown, unknown
from solver.errors import CatalogError, Problem

REGION_FOLDER = "regions"
OWN_SOURCES = "sources.yaml"
"""In a region's folder: sources of its figures alone. No part of the digest: it says when a figure was looked up, the
tables say what it is, so a lock stays fresh where prices were looked up again and had not moved."""
_SHARED = ("*.yaml", "machines/*.csv", "storage/*.yaml")
_CARBON = ("carbon/*.csv", "carbon/*.yaml")
_REGIONAL = ("region.yaml", "*.csv")


def default_catalog_path() -> Path:
    """The folder `catalog/` beside the packages."""
    return Path(__file__).resolve().parents[2] / "catalog"


def region_names(catalog: Path) -> tuple[str, ...]:
    """The regions that the folder has tables for, by name; CatalogError when it is no catalog."""
    found = tuple(sorted(path.parent.name for path in (catalog / REGION_FOLDER).glob("*/region.yaml")))
    if not found:
        needed = f"a catalog folder with {REGION_FOLDER}/<region>/region.yaml is needed"
        raise CatalogError([Problem(file=shown(catalog), allowed=needed, hint="Name one with --catalog.")])
    return found


def table_files(catalog: Path, regions: Collection[str], *, carbon: bool = False) -> tuple[str, ...]:
    """The files that these regions' catalog is read from, as paths inside the folder, in order.

    The shared tables and the regions' own folders: a new price in one region makes no other region's lock stale. The
    tables of `carbon/` are for plans that ask for it. Raises CatalogError for a region that the folder does not have.
    """
    known = region_names(catalog) if regions else ()
    found = [path for pattern in (*_SHARED, *(_CARBON if carbon else ())) for path in catalog.glob(pattern)]
    for region in regions:
        if region not in known:
            raise unknown("region", region, known, file=shown(catalog / REGION_FOLDER))
        found += [path for pattern in _REGIONAL for path in (catalog / REGION_FOLDER / region).glob(pattern)]
    return tuple(sorted(path.relative_to(catalog).as_posix() for path in found))


def combined_digest(file_digests: Mapping[str, str], files: Collection[str]) -> str:
    """One SHA-256 over the files' paths and the content digest of each."""
    lines = "".join(f"{file} {file_digests[file]}\n" for file in sorted(files))
    return sha256(lines.encode()).hexdigest()


def catalog_digest(catalog: Path, regions: Collection[str], *, carbon: bool = False) -> str:
    """The same as `Catalog.digest`, from the files alone; no cell is read."""
    files = table_files(catalog, regions, carbon=carbon)
    digests = {file: content_digest(catalog / file, (catalog / file).read_bytes()) for file in files}
    return combined_digest(digests, files)


def trial_digest(digest: str, discounts: Path) -> str:
    """The digest of a catalog with the agreements of another file; CatalogError where that can't be read."""
    try:
        content = discounts.read_bytes()
    except OSError as error:
        allowed = f"a readable file of discounts is needed: {error.strerror}"
        raise CatalogError([Problem(file=shown(discounts), allowed=allowed)]) from None
    return sha256(f"{digest} {sha256(content).hexdigest()}".encode()).hexdigest()
