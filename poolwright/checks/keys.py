"""Keys and secrets: rotation, who may use them, what is encrypted with them, how they go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from poolwright.checks.check import Fault, on_changes, on_each, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import Resource, listed, statements, words
from poolwright.checks.shapes import under_awss_key
from poolwright.engine.preview import Operation
from solver.plan.security import KeyPurpose

KEY = "aws:kms/key:Key"
SECRET = "aws:secretsmanager/secret:Secret"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
SECRET_VALUE = "aws:secretsmanager/secretVersion:SecretVersion"

_KEYS = "components/aws/security/keys.py"
_SECRETS = "components/aws/security/secrets.py"
LEAST_DAYS = 7
_OF_THIS_ACCOUNT = (
    "kms:calleraccount",
    "aws:principalaccount",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:principalarn",
)


@on_each(
    KEY,
    id="KMS.4",
    title="Customer keys rotate every year or sooner",
    controls=("KMS.4", "CIS 3.6"),
    remedy=f"Set enable_key_rotation in {_KEYS}",
)
def keys_rotate(key: Resource) -> Iterator[str]:
    symmetric = key.get("customerMasterKeySpec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
    if symmetric and not key.holds("enableKeyRotation"):
        yield "never changes"
    if int(key.get("rotationPeriodInDays", 365)) > 365:
        yield f"changes every {int(key.get('rotationPeriodInDays'))} days"


@on_each(
    KEY,
    id="KMS.5",
    title="Nobody outside the account may use a key",
    controls=("KMS.5",),
    remedy=f"Name the services and a condition on the account in the key's policy: {_KEYS}",
)
def keys_are_private(key: Resource) -> Iterator[str]:
    for statement in statements(key.document("policy")):
        if statement.get("Effect") == "Allow" and _is_anyone(statement.get("Principal")):
            condition = str(statement.get("Condition") or "").lower()
            if not any(name in condition for name in _OF_THIS_ACCOUNT):
                yield f"anyone may {', '.join(listed(statement.get('Action')))} with it"


def _is_anyone(principal: Any) -> bool:
    return principal == "*" or "*" in words(principal, "AWS")


@on_each(
    KEY,
    id="kms.window",
    title="A deleted key can be called back for a week or more",
    controls=("KMS.3",),
    remedy="Plan again: the plan's key_deletion_days says how long",
)
def keys_can_be_called_back(key: Resource) -> Iterator[str]:
    days = int(key.get("deletionWindowInDays", 30))
    if days < LEAST_DAYS:
        yield f"is gone after {days} days"


@on_changes(
    id="KMS.3",
    title="No key goes while data is encrypted with it",
    controls=("KMS.3",),
    remedy="Keep what needs it in stacks/; a protected stack's keys go by poolwright destroy STACK --with-data alone",
)
def keys_are_not_deleted(evidence: Evidence) -> Iterator[Fault]:
    for change in evidence.changes:
        gone = change.operation in (Operation.DELETE, Operation.REPLACE)
        if change.type == KEY and gone and not change.retained and evidence.protects_data(change.name):
            yield Fault(text=f"would be {change.operation}d, and what it encrypted with it", resource=change)


@on_stack(
    SECRET,
    id="secrets.key",
    title="Secrets are encrypted with the customer key where the plan has one",
    remedy=f"Pass the key for secrets in {_SECRETS}",
)
def secrets_have_the_customer_key(evidence: Evidence) -> Iterator[Fault]:
    yield from under_awss_key(evidence, SECRET, KeyPurpose.SECRETS)


@on_stack(
    SECRET,
    id="secrets.recovery",
    title="A deleted secret can be called back while the stack protects its data",
    remedy=f"Leave the recovery window to the plan's protection in {_SECRETS}",
)
def secrets_can_be_called_back(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        for secret in evidence.at_site(key, SECRET) if site.storage.protect else ():
            days = int(secret.get("recoveryWindowInDays", 30))
            if days < LEAST_DAYS:
                yield Fault(text=f"is gone after {days} days", resource=secret, at=("data_protection",))


@on_each(
    SECRET_VALUE,
    "aws:ssm/parameter:Parameter",
    id="secrets.value",
    title="A program holds the names of secrets, never their values",
    remedy="Fill the secret by hand or from a vault, and name it in `secrets` of the workload in stacks/",
)
def no_secret_values(value: Resource) -> Iterator[str]:
    if value.type == SECRET_VALUE or value.get("type") == "SecureString":
        yield "puts a secret's value into the program and its state"


@on_each(
    SECRET,
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    id="secrets.policy",
    title="No secret is open to other accounts",
    remedy=f"Leave resource policies out in {_SECRETS}: roles say who may read",
)
def secrets_are_private(secret: Resource) -> Iterator[str]:
    for statement in statements(secret.document("policy")):
        if (
            statement.get("Effect") == "Allow"
            and _is_anyone(statement.get("Principal"))
            and not statement.get("Condition")
        ):
            yield "anyone may read it"


@on_stack(
    SECRET,
    ROTATION,
    id="secrets.rotation",
    title="Secrets change by themselves where and as often as the plan says",
    controls=("SecretsManager.1", "SecretsManager.4"),
    remedy=f"Keep the rotation of each secret in {_SECRETS}",
)
def secrets_rotate(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        made = {each.name: each for each in evidence.at_site(key, ROTATION)}
        for plan in site.security.rotations:
            rotation = made.get(f"{key}-security-secret-{plan.secret}")
            if rotation is None:
                yield Fault(text="never changes", subject=f"secret {plan.secret}", at=("secrets", plan.secret))
            elif int(rotation.get("rotationRules.automaticallyAfterDays", 0)) != plan.days:
                yield Fault(text=f"does not change every {plan.days} days", resource=rotation)
