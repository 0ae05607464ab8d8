from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from poolwright.engine.sandbox import machines
from poolwright.engine.sandbox.places import first_zone, zone_id, zones_of


def test_machine_types_are_those_of_the_catalog() -> None:
    found = machines.machine("c7g.large")
    assert found is not None
    assert (found.architecture, found.vcpus, found.memory_mib, found.quota_family) == ("arm64", 2, 4096, "standard")
    assert machines.machine("c7g.huge") is None
    assert machines.machine("../c7g.large") is None
    assert machines.family_exists("c7i") and not machines.family_exists("c99")


def test_zones_that_offer_a_type_are_those_of_the_catalog() -> None:
    assert machines.zones_offering("eu-west-1", "c7g.large")
    assert machines.zones_offering("eu-west-1", "c7g.huge") == frozenset()
    assert machines.zones_offering("af-south-1", "c7g.large") is None


def test_images_of_the_catalog_and_of_the_sandbox_tell_their_architecture() -> None:
    listed = machines.image_of("eu-west-1", "arm64", "standard")
    assert listed is not None and machines.image_architecture("eu-west-1", listed) == "arm64"
    for architecture in machines.ARCHITECTURES:
        made = machines.made_image("af-south-1", architecture, "mine")
        assert machines.image_architecture("af-south-1", made) == architecture
    assert machines.image_architecture("eu-west-1", "ami-0123456789abcdef0") is None


def test_a_question_reads_one_small_file(monkeypatch: pytest.MonkeyPatch) -> None:
    machines._family.cache_clear()  # pyright: ignore[reportPrivateUsage]
    opened: list[Path] = []
    real: Any = Path.open

    def noted(path: Path, *args: Any, **kwargs: Any) -> Any:
        opened.append(path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", noted)
    machines.machine("c7g.large")
    assert [path.name for path in opened] == ["c7g.csv"]


def test_zone_names_and_ids_are_those_of_the_catalog() -> None:
    assert zones_of("eu-west-1") == ("eu-west-1a", "eu-west-1b", "eu-west-1c")
    assert sorted(zone_id(zone) for zone in zones_of("us-east-1")) == [f"use1-az{number}" for number in range(1, 7)]


def test_regions_that_the_catalog_lacks_have_zones_by_their_letters() -> None:
    assert zones_of("eu-north-1") == ("eu-north-1a", "eu-north-1b", "eu-north-1c")
    assert [zone_id(zone) for zone in zones_of("ap-northeast-2")] == [f"apne2-az{number}" for number in range(1, 5)]
    assert zone_id("us-gov-west-1b") == "usgw1-az2"
    assert first_zone("ca-central-1") == "ca-central-1a"


def test_another_catalog_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(machines.CATALOG_VARIABLE, str(tmp_path))
    assert machines.machine("c7g.large") is None
    assert machines.zones_offering("eu-west-1", "c7g.large") is None
