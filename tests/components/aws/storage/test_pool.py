"""The storage pool as a whole."""

from __future__ import annotations

from pathlib import Path

from components.aws.storage.pool import StoragePool
from tests.components import plans
from tests.components.aws import upstream
from tests.components.aws.provider_check import refusals
from tests.recorder import Recording, record


def test_what_is_kept_is_named_by_its_claim(full_storage: Recording[StoragePool]) -> None:
    outputs = full_storage.built.outputs
    assert set(outputs.bucket_names) == set(outputs.bucket_arns) == {"documents", "models"}
    assert set(outputs.file_systems) == {"shared"}
    assert set(outputs.file_systems["shared"].access_point_ids) == {"assistant"}


def test_a_claim_added_later_renames_nothing(full_storage: Recording[StoragePool]) -> None:
    site = plans.full_site()
    alone = {"key": "archive", "replication": None, "inventory": None}
    first = site.storage.buckets[0].model_copy(update=alone)
    storage = site.storage.model_copy(update={"buckets": (first, *site.storage.buckets)})
    made = record(lambda: upstream.storage_pool(site.model_copy(update={"storage": storage})))
    before = {kept.name: kept.inputs for kept in full_storage.custom()}
    after = {kept.name: kept.inputs for kept in made.custom()}
    assert before.items() <= after.items()


def test_a_site_that_keeps_nothing_has_an_empty_pool() -> None:
    made = record(lambda: upstream.storage_pool(plans.minimal_site()))
    assert not [kept for kept in made.custom() if kept.type.startswith("aws:")]


def test_everything_is_a_child_of_the_pool(full_storage: Recording[StoragePool]) -> None:
    pool = full_storage.one("poolwright:aws:StoragePool")
    assert {kept.parent for kept in full_storage.custom() if kept.type.startswith("aws:")} == {pool.urn}


def test_the_provider_knows_every_property(full_storage: Recording[StoragePool], tmp_path: Path) -> None:
    assert refusals(full_storage, tmp_path) == []
