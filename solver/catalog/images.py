"""Machine images: what a node boots."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from solver.catalog.tables import Reading, read_rows
from solver.vocabulary import Architecture, ImageFlavour

IMAGE_COLUMNS = ("architecture", "flavour", "id", "name", "date")
_IMAGE_ID = re.compile(r"^ami-[0-9a-f]{8,17}$")


@dataclass(frozen=True, slots=True)
class MachineImage:
    """One ECS-optimised Amazon Linux 2023 image of a region."""

    id: str
    name: str
    architecture: Architecture
    flavour: ImageFlavour
    source_date: date
    """The day in the image's version."""


ImageKey = tuple[Architecture, ImageFlavour]


def read_images(reading: Reading, path: Path) -> dict[ImageKey, MachineImage]:
    """The region's images by architecture and flavour."""
    images: dict[ImageKey, MachineImage] = {}
    for row in read_rows(reading, path, IMAGE_COLUMNS):
        architecture = row.word("architecture", Architecture)
        flavour = row.word("flavour", ImageFlavour)
        image_id, name, day = row.text("id"), row.text("name"), row.text("date")
        if not _IMAGE_ID.match(image_id):
            row.refuse("id", "an image id like ami-05fb4f257abd42992 is allowed")
        try:
            built = date.fromisoformat(day)
        except ValueError:
            row.refuse("date", "a day like 2026-09-22 is allowed")
            continue
        if (architecture, flavour) in images:
            row.refuse("flavour", "each flavour of an architecture once is allowed")
        if not row.broken:
            images[architecture, flavour] = MachineImage(image_id, name, architecture, flavour, built)
    return images
