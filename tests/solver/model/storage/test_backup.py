"""Backups of a site: what goes into its vault, when, and what the witness says of a plan without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.backup import BackupWish
from solver.demand.demand import Demand
from solver.model.security.identity import key_purposes
from solver.model.storage.backup import backup_of, cron_of
from solver.model.storage.model import solve_storage
from solver.plan.security import KeyPurpose
from solver.plan.storage import StoragePlan
from tests.solver.model.storage.test_model import CLAIMS

DemandMaker = Callable[..., Demand]
WISH: dict[str, Any] = {"claims": ["documents", "shared"], "keep_days": 30}


def wished(make_demand: DemandMaker, **more: Any) -> Demand:
    wish = BackupWish.model_validate({**WISH, **more})
    return make_demand(storage=CLAIMS).model_copy(update={"backup": wish, "time_zone": "Europe/Dublin"})


def test_claims_of_the_site_go_into_its_vault_and_no_file_system_is_backed_up_twice(
    catalog: Catalog, make_demand: DemandMaker
) -> None:
    lock = {"mode": "compliance", "min_days": 7, "changeable_for_days": 14}
    answer = solve_storage(wished(make_demand, lock=lock), "main", catalog)
    backup = answer.plan.backup
    assert backup is not None and backup.lock is not None
    assert (backup.buckets, backup.file_systems, backup.volumes) == (("documents",), ("shared",), ())
    assert (backup.schedule, backup.time_zone, backup.keep_days) == ("cron(0 3 ? * * *)", "Europe/Dublin", 30)
    assert (backup.lock.changeable_for_days, backup.lock.min_days, backup.lock.max_days) == (14, 7, None)
    assert [system.backup for system in answer.plan.file_systems] == [False]
    assert "backups of documents, shared in the vault" in " ".join(answer.not_priced)
    assert KeyPurpose.BACKUPS in key_purposes(answer.plan, ())


def test_without_the_wish_there_is_neither_vault_nor_key(catalog: Catalog, make_demand: DemandMaker) -> None:
    answer = solve_storage(make_demand(storage=CLAIMS), "main", catalog)
    assert answer.plan.backup is None and "backup" not in answer.plan.model_dump()
    assert KeyPurpose.BACKUPS not in key_purposes(answer.plan, ())


@pytest.mark.parametrize(
    ("every", "cron"),
    [("day", "cron(0 22 ? * * *)"), ("week", "cron(0 22 ? * SUN *)"), ("month", "cron(0 22 1 * ? *)")],
)
def test_backups_are_made_each_day_week_or_month(every: str, cron: str) -> None:
    assert cron_of(BackupWish.model_validate({**WISH, "every": every, "at": "22:00"})) == cron


def test_a_site_that_takes_copies_has_a_vault_and_copies_no_further(make_demand: DemandMaker) -> None:
    demand = wished(make_demand, copy_to={"site": "far", "keep_days": 90})
    far = demand.aws_sites["main"].model_copy(update={"region": "eu-west-1"})
    demand = demand.model_copy(update={"sites": {**demand.aws_sites, "far": far}})
    there = backup_of(demand, "far", StoragePlan(protect=True))
    assert there is not None and there.claims == () and there.copy_to is None
    assert backup_of(demand, "main", StoragePlan(protect=True)) is None
