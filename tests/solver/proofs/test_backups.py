"""The witness knows what backups were wished for, and finds every term of them that a plan changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.storage.model import solve_storage
from solver.proofs.backups import backup_faults
from solver.proofs.view import SiteView
from tests.components import plans
from tests.solver.model.conftest import catalog as catalog
from tests.solver.model.conftest import make_demand as make_demand
from tests.solver.model.storage.test_backup import wished

LOCK = {"mode": "governance", "min_days": 7, "max_days": 90}
COPY = {"vault_arn": "arn:aws:backup:eu-central-1:123456789012:backup-vault:far", "keep_days": 90}


def faults(catalog: Catalog, demand: Demand, **change: Any) -> list[str]:
    storage = solve_storage(demand, "main", catalog).plan
    content = storage.model_dump(mode="json")
    content["backup"] |= change
    site = plans.minimal_site().model_copy(update={"storage": type(storage).model_validate(content)})
    return list(backup_faults(SiteView("main", demand, catalog, site)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"buckets": []}, "backups of documents are planned or wanted"),
        ({"keep_days": 29}, "kept 29 days, not 30"),
        ({"schedule": "cron(0 4 ? * * *)"}, "not every day at 03:00"),
        ({"schedule": "cron(0 3 ? * SUN *)"}, "not every day at 03:00"),
        ({"lock": None}, "lock of the vault"),
        ({"lock": {**LOCK, "max_days": 91}}, "lock of the vault"),
        ({"copy_to": None}, "second copy"),
        ({"copy_to": {**COPY, "keep_days": 8}}, "second copy"),
    ],
)
def test_each_term_of_the_backups_is_the_wished_one(
    catalog: Catalog, make_demand: Callable[..., Demand], change: dict[str, Any], words: str | None
) -> None:
    found = faults(catalog, wished(make_demand, lock=LOCK, copy_to=COPY), **change)
    assert (found == []) if words is None else (len(found) == 1 and words in found[0])
