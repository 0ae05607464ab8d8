"""Base images are kept in a cache, and an unknown name is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from poolwright.engine.docker import base_images
from poolwright.engine.docker.root_file_system import RootFileSystem
from solver.errors import ConfigError

SYSTEM = RootFileSystem(archive=b"layer", newest=1_700_000_000, packages=("bash 5 amd64",))


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A cache of the test's own, and what was asked of the mirror."""
    asked: list[str] = []

    def fetch(packages: tuple[str, ...], architecture: str, folder: Path) -> list[Path]:
        asked.append(architecture)
        return []

    def lay_out(debs: list[Path]) -> RootFileSystem:
        return SYSTEM

    monkeypatch.setenv("POOLWRIGHT_CACHE", str(tmp_path))
    monkeypatch.setattr(base_images.debian_packages, "fetch", fetch)
    monkeypatch.setattr(base_images, "lay_out", lay_out)
    return asked


def test_an_image_is_made_once_for_an_architecture_and_named_by_its_packages(mirror: list[str]) -> None:
    first = base_images.prepared("debian", "amd64")

    assert base_images.prepared("debian", "amd64") == first
    assert base_images.prepared("debian", "arm64").image_id != first.image_id
    assert mirror == ["amd64", "arm64"]
    assert first.reference.startswith("poolwright/base-debian:")
    assert first.packages == ("bash 5 amd64",)


def test_renewed_it_is_the_same_when_its_packages_are(mirror: list[str]) -> None:
    first = base_images.prepared("caddy", "amd64")

    assert base_images.prepared("caddy", "amd64", renew=True) == first
    assert mirror == ["amd64", "amd64"]


def test_an_unknown_image_is_refused_with_those_that_there_are(mirror: list[str]) -> None:
    with pytest.raises(ConfigError, match="found alpine; one of debian, caddy"):
        base_images.prepared("alpine", "amd64")


def test_its_record_names_every_package(mirror: list[str], tmp_path: Path) -> None:
    base_images.prepared("debian", "amd64")
    [record] = tmp_path.glob("base-images/*/image.json")

    assert json.loads(record.read_text(encoding="utf-8"))["packages"] == ["bash 5 amd64"]
