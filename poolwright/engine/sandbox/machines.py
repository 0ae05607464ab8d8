"""Facts about machine types, zones and images, from the project's own catalog; read only when a rule asks.

A rule needs one machine family's rows and one region's tables, of which each is a small CSV file: reading those alone
takes a few milliseconds, loading the whole catalog with its checks some hundred.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CATALOG_VARIABLE: Final = "POOLWRIGHT_CATALOG"
ARCHITECTURES: Final = ("x86_64", "arm64")
_MADE_IMAGE: Final = re.compile(r"ami-0[0-9a-f]{16}")
_SEAL_DIGITS: Final = 6
_ZONE_LINE: Final = re.compile(r"^  ([a-z0-9-]+-az\d+): ([a-z0-9-]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Machine:
    """One machine type, as far as rules need it."""

    name: str
    architecture: str
    """`x86_64` or `arm64`."""
    vcpus: int
    memory_mib: int
    quota_family: str
    """`standard`, `g`, `p`, …: what AWS counts running vCPUs by."""


def catalog_folder() -> Path:
    """The folder that $POOLWRIGHT_CATALOG names, else `catalog/` beside the packages."""
    chosen = os.environ.get(CATALOG_VARIABLE)
    return Path(chosen) if chosen else Path(__file__).resolve().parents[3] / "catalog"


def machine(name: str) -> Machine | None:
    """The machine type; None when the catalog does not have it."""
    return _family(catalog_folder(), name.partition(".")[0]).get(name)


def family_exists(name: str) -> bool:
    """Whether the catalog has machine types of the family."""
    return bool(_family(catalog_folder(), name))


def zones_offering(region: str, name: str) -> frozenset[str] | None:
    """The ids of the zones where the machine type is for sale; None for a region that the catalog does not have."""
    offers = _offers(catalog_folder(), region)
    return None if offers is None else offers.get(name, frozenset())


def zone_names(region: str) -> dict[str, str]:
    """Zone id → name, as the catalog's source account sees them; empty for a region that the catalog does not have."""
    return _zone_names(catalog_folder(), region)


def image_architecture(region: str, image_id: str) -> str | None:
    """The architecture of one of the catalog's images or of the sandbox's own; None for any other image."""
    known = _images(catalog_folder(), region).get(image_id, (None, None))[0]
    if known is not None or not _MADE_IMAGE.fullmatch(image_id):
        return known
    stem, seal = image_id[:-_SEAL_DIGITS], image_id[-_SEAL_DIGITS:]
    return next((architecture for architecture in ARCHITECTURES if _seal(stem, architecture) == seal), None)


def made_image(region: str, architecture: str, name: str) -> str:
    """An image of the sandbox's own; the id ends in a seal that tells the architecture again."""
    stem = f"ami-0{hashlib.sha256(f'{region}/{architecture}/{name}'.encode()).hexdigest()[: 16 - _SEAL_DIGITS]}"
    return stem + _seal(stem, architecture)


def _seal(stem: str, architecture: str) -> str:
    return hashlib.sha256(f"sandbox/{architecture}/{stem}".encode()).hexdigest()[:_SEAL_DIGITS]


def image_of(region: str, architecture: str, flavour: str) -> str | None:
    """The catalog's image of that architecture and flavour; None where it has none."""
    wanted = (architecture, flavour)
    return next((found for found, known in _images(catalog_folder(), region).items() if known == wanted), None)


@functools.cache
def _family(folder: Path, family: str) -> dict[str, Machine]:
    if not re.fullmatch(r"[a-z0-9-]+", family):
        return {}
    found: dict[str, Machine] = {}
    for row in _rows(folder / "machines" / f"{family}.csv"):
        found[row["type"]] = Machine(
            row["type"], row["architecture"], int(row["vcpus"]), int(row["memory_mib"]), row["quota"]
        )
    return found


@functools.cache
def _offers(folder: Path, region: str) -> dict[str, frozenset[str]] | None:
    path = folder / "regions" / region / "machine_prices.csv"
    if not path.is_file():
        return None
    return {row["type"]: frozenset(row["zones"].split()) for row in _rows(path)}


@functools.cache
def _images(folder: Path, region: str) -> dict[str, tuple[str | None, str | None]]:
    path = folder / "regions" / region / "images.csv"
    return {row["id"]: (row["architecture"], row["flavour"]) for row in _rows(path)}


@functools.cache
def _zone_names(folder: Path, region: str) -> dict[str, str]:
    path = folder / "regions" / region / "region.yaml"
    return dict(_ZONE_LINE.findall(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))
