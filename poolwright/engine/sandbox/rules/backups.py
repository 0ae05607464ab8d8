"""AWS Backup: what a vault's lock may say, what outlasts it, and the role that a selection is copied with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, flag, objects, text, whole

LEAST_CHANGEABLE_DAYS: Final = 3
MOST_DAYS: Final = 36500
_LOCK: Final = "backup.VaultLockConfiguration"
_CODE: Final = "InvalidParameterValueException"
_SERVICE: Final = "backup.amazonaws.com"


@validates("backup.VaultLockConfiguration")
def lock_is_in_range(inputs: Properties) -> Iterator[Refusal]:
    """Days of 1 to 36,500, the least not above the most; at least three in which a lock can be taken back."""
    least, most = whole(inputs.get("minRetentionDays")), whole(inputs.get("maxRetentionDays"))
    changeable = whole(inputs.get("changeableForDays"))
    if changeable is not None and not LEAST_CHANGEABLE_DAYS <= changeable <= MOST_DAYS:
        words = f"ChangeableForDays must be between {LEAST_CHANGEABLE_DAYS} and {MOST_DAYS}, found {changeable}"
        yield Refusal(_CODE, words, "changeableForDays")
    for name, days in (("minRetentionDays", least), ("maxRetentionDays", most)):
        if days is not None and not 1 <= days <= MOST_DAYS:
            yield Refusal(_CODE, f"{name} must be between 1 and {MOST_DAYS}, found {days}", name)
    if least is not None and most is not None and least > most:
        words = f"MinRetentionDays ({least}) cannot be greater than MaxRetentionDays ({most})"
        yield Refusal(_CODE, words, "minRetentionDays")


@refuses("backup.VaultLockConfiguration", on=(Action.CREATE, Action.UPDATE, Action.DELETE))
def final_locks_stay(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A lock whose days to change it are over stays as it is; `facts.final` in the store says that they are."""
    vault = change.inputs.get("backupVaultName")
    for lock in cloud.where(_LOCK, "backupVaultName", vault):
        if flag(lock.facts.get("final")):
            yield Refusal("InvalidRequestException", f"The vault lock of {vault} can no longer be changed or deleted")


@refuses("backup.Selection", on=(Action.CREATE,))
def role_trusts_backup(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The role of a selection lets AWS Backup take it."""
    role = cloud.by_arn("iam.Role", text(change.inputs.get("iamRoleArn")) or "")
    if role is not None and _SERVICE not in (text(role.outputs.get("assumeRolePolicy")) or ""):
        words = f"IAM Role {role.outputs.get('arn')} cannot be assumed by AWS Backup"
        yield Refusal(_CODE, words, "iamRoleArn")


@validates("backup.Plan")
def lives_are_in_range(inputs: Properties) -> Iterator[Refusal]:
    """Backups and their copies are kept for a day at least."""
    for index, rule in enumerate(objects(inputs.get("rules"))):
        places = [(rule, f"rules[{index}]")]
        copies = objects(rule.get("copyActions"))
        places += [(copy, f"rules[{index}].copyActions[{number}]") for number, copy in enumerate(copies)]
        for place, path in places:
            life = place.get("lifecycle")
            days = whole(life.get("deleteAfter")) if isinstance(life, dict) else None
            if days is not None and not 1 <= days <= MOST_DAYS:
                words = f"DeleteAfterDays must be between 1 and {MOST_DAYS}, found {days}"
                yield Refusal(_CODE, words, f"{path}.lifecycle.deleteAfter")
