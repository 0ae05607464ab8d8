"""Backups: what the demand wants in a vault is there, on its schedule, for as long as it says, under its lock."""

from __future__ import annotations

from collections.abc import Iterator

from solver.demand.backup import BackupWish
from solver.plan.backup import BackupPlan
from solver.proofs.view import SiteView


def backup_faults(view: SiteView) -> Iterator[str]:
    """What is wrong with the vault of a site, in words."""
    wish, plan = view.demand.backup, view.plan.storage.backup
    here = {key for key, _ in view.claims()}
    wanted = here & set(wish.claims) if wish is not None else set[str]()
    planned = set(plan.claims) if plan is not None else set[str]()
    if wanted != planned:
        yield f"backups of {', '.join(sorted(wanted ^ planned))} are planned or wanted, not both"
    if wish is None or plan is None:
        return
    yield from _terms(wish, plan, view.key)
    for system in view.plan.storage.file_systems:
        if system.backup and system.key in planned:
            yield f"file-system {system.key}: backed up twice"


def _terms(wish: BackupWish, plan: BackupPlan, site: str) -> Iterator[str]:
    if plan.keep_days != wish.keep_days:
        yield f"backups are kept {plan.keep_days} days, not {wish.keep_days}"
    minute, hour, day, month, weekday, year = plan.schedule.removeprefix("cron(").removesuffix(")").split()
    days = {("?", "*"): "day", ("?", "SUN"): "week", ("1", "?"): "month"}.get((day, weekday))
    if (minute, hour, month, year, days) != ("0", str(wish.at), "*", "*", wish.every):
        yield f"backups are made at {plan.schedule}, not every {wish.every} at {wish.at:02d}:00"
    asked = None if wish.lock is None else (wish.lock.mode, wish.lock.changeable_for_days, wish.lock.min_days)
    given = None if plan.lock is None else (plan.lock.mode, plan.lock.changeable_for_days, plan.lock.min_days)
    if asked != given or (wish.lock and plan.lock and wish.lock.max_days != plan.lock.max_days):
        yield "the lock of the vault is not the one that is wanted"
    elsewhere = wish.copy_to if wish.copy_to is not None and wish.copy_to.site != site else None
    to = None if elsewhere is None else (elsewhere.site, elsewhere.vault_arn, elsewhere.keep_days)
    goes = None if plan.copy_to is None else (plan.copy_to.site, plan.copy_to.vault_arn, plan.copy_to.keep_days)
    if to != goes:
        yield "the second copy of backups does not go where it is wanted"
