"""What images are made of: pinned bases and versions of PyPI, from `catalog/images/`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from solver.catalog.digest import default_catalog_path
from solver.demand.names import Digest, ImageReference
from solver.errors import CatalogError, Problem
from solver.schema import Schema

BASES, PACKAGES = "bases.yaml", "packages.yaml"
_Content = TypeVar("_Content")
_Packages = dict[str, dict[str, str]]


class Base(Schema):
    """An image that others are made of."""

    reference: ImageReference
    """Address with tag; the tag says what it is, the digest which one."""
    digest: Digest | None = None
    """Of its index; None: not seen at its source, resolved by the first build."""
    licence: str
    """Of what is in it."""
    source: str | None = None
    """Where the digest was seen."""
    dated: date | None = None
    """Day of that."""

    @property
    def pinned(self) -> str | None:
        """Address with digest, where there is one."""
        return None if self.digest is None else f"{self.reference}@{self.digest}"


@dataclass(frozen=True)
class Materials:
    """The two tables."""

    bases: dict[str, Base]
    packages: _Packages

    def requirements(self, sets: tuple[str, ...]) -> str:
        """A requirements file of exact versions; a package of two sets has one version, which the tests hold."""
        chosen = {name: version for each in sets for name, version in self.packages[each].items()}
        return "".join(f"{name}=={version}\n" for name, version in sorted(chosen.items()))


@cache
def materials() -> Materials:
    """The tables of the catalog; CatalogError names what is wrong in them."""
    folder = default_catalog_path() / "images"
    return Materials(
        bases=_read(folder / BASES, TypeAdapter(dict[str, Base])),
        packages=_read(folder / PACKAGES, TypeAdapter(_Packages)),
    )


def _read(path: Path, shape: TypeAdapter[_Content]) -> _Content:
    try:
        return shape.validate_python(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    except (OSError, yaml.YAMLError) as error:
        raise CatalogError([Problem(file=str(path), allowed=f"can't be read: {error}")]) from error
    except ValidationError as error:
        raise CatalogError(
            [
                Problem(file=str(path), path=".".join(map(str, each["loc"])), allowed=each["msg"])
                for each in error.errors(include_url=False)
            ]
        ) from error
