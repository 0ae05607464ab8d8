"""Backups of file systems."""

from __future__ import annotations

import pytest

from tests.components import plans
from tests.components.aws import upstream
from tests.recorder import record


@pytest.mark.parametrize(("wanted", "status"), [(True, "ENABLED"), (False, "DISABLED")])
def test_backups_are_as_planned_and_never_left_to_the_default(wanted: bool, status: str) -> None:
    site = plans.full_site()
    (shared,) = site.storage.file_systems
    storage = site.storage.model_copy(update={"file_systems": (shared.model_copy(update={"backup": wanted}),)})
    made = record(lambda: upstream.storage_pool(site.model_copy(update={"storage": storage})))
    assert made.one(":BackupPolicy").inputs["backupPolicy"] == {"status": status}
