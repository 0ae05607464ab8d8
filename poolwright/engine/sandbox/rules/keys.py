"""KMS keys and secrets: policies that leave an administrator, windows for deletion, names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, cast

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.grammar import PolicyKind, policy_refusals
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, Value, fields, flag, objects, text, whole

KEY_POLICY_CHARACTERS: Final = 32768
SECRET_BYTES: Final = 65536
MOST_ROTATION_DAYS: Final = 1000
_REGION_OF_ARN: Final = 3
_FUNCTION: Final = re.compile(
    r"^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:[\w-]{1,128})?$", re.ASCII
)
_ALIAS: Final = re.compile(r"^alias/[a-zA-Z0-9/_-]+$")
_SECRET: Final = re.compile(r"^[A-Za-z0-9/_+=.@-]{1,512}$")
_SPECS_TEXT: Final = """
SYMMETRIC_DEFAULT RSA_2048 RSA_3072 RSA_4096 ECC_NIST_P256 ECC_NIST_P384 ECC_NIST_P521 ECC_SECG_P256K1
ECC_NIST_EDWARDS25519 HMAC_224 HMAC_256 HMAC_384 HMAC_512 ML_DSA_44 ML_DSA_65 ML_DSA_87 SM2
"""
_SPECS: Final = frozenset(_SPECS_TEXT.split())
_USAGES: Final = frozenset({"ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"})
_PUT_POLICY: Final = frozenset({"kms:putkeypolicy", "kms:put*", "kms:*", "*"})


@validates("kms.Key")
def key_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """Deletion after 7 to 30 days; a known kind of key; rotation of symmetric keys alone."""
    days = whole(inputs.get("deletionWindowInDays"))
    if days is not None and not 7 <= days <= 30:
        words = f"PendingWindowInDays must be between 7 and 30, found {days}"
        yield Refusal("ValidationException", words, "deletionWindowInDays")
    spec, usage = text(inputs.get("customerMasterKeySpec")), text(inputs.get("keyUsage"))
    if spec is not None and spec not in _SPECS:
        yield Refusal("ValidationException", f"KeySpec {spec} is not supported", "customerMasterKeySpec")
    if usage is not None and usage not in _USAGES:
        yield Refusal("ValidationException", f"KeyUsage {usage} is not supported", "keyUsage")
    if spec not in (None, "SYMMETRIC_DEFAULT") and flag(inputs.get("enableKeyRotation")):
        words = f"You cannot perform this operation on a key of spec {spec}"
        yield Refusal("UnsupportedOperationException", words, "enableKeyRotation")
    period = whole(inputs.get("rotationPeriodInDays"))
    if period is not None and not 90 <= period <= 2560:
        words = f"RotationPeriodInDays must be between 90 and 2560, found {period}"
        yield Refusal("ValidationException", words, "rotationPeriodInDays")
    policy = text(inputs.get("policy"))
    if policy is not None:
        refusals = list(policy_refusals(policy, PolicyKind.RESOURCE, "policy", "MalformedPolicyDocumentException"))
        yield from refusals
        if len(policy) > KEY_POLICY_CHARACTERS:
            words = f"The key policy has {len(policy)} characters; {KEY_POLICY_CHARACTERS} are allowed"
            yield Refusal("LimitExceededException", words, "policy")
        if (
            not refusals
            and not flag(inputs.get("bypassPolicyLockoutSafetyCheck"))
            and not leaves_an_administrator(policy)
        ):
            words = "The new key policy will not allow you to update the key policy in the future."
            yield Refusal("MalformedPolicyDocumentException", words, "policy")


def leaves_an_administrator(policy: str) -> bool:
    """Whether some statement lets a principal of AWS change the policy later, without a condition on it."""
    found = fields(cast("Value", json.loads(policy))).get("Statement")
    statements = [found] if isinstance(found, dict) else objects(found)
    return any(
        statement.get("Effect") == "Allow"
        and _PUT_POLICY & {action.lower() for action in _strings(statement.get("Action"))}
        and (statement.get("Principal") == "*" or "AWS" in fields(statement.get("Principal")))
        for statement in statements
    )


@validates("kms.Alias")
def alias_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """An alias begins with `alias/`, and not with AWS's own `alias/aws/`."""
    name = text(inputs.get("name"))
    if name is None:
        return
    if not _ALIAS.match(name) or len(name) > 256:
        words = f'Alias must start with the prefix "alias/" and have letters, digits and /_- only: {name}'
        yield Refusal("ValidationException", words, "name")
    elif name.startswith("alias/aws/"):
        yield Refusal("NotAuthorizedException", f"Alias {name} is reserved for AWS", "name")


@validates("secretsmanager.Secret")
def secret_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """A name of plain characters; recovery for 7 to 30 days, or none at all."""
    name = text(inputs.get("name"))
    if name is not None and not _SECRET.match(name):
        words = (
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
        )
        yield Refusal("ValidationException", f"{words}: {name}", "name")
    days = whole(inputs.get("recoveryWindowInDays"))
    if days is not None and days != 0 and not 7 <= days <= 30:
        words = f"RecoveryWindowInDays value must be between 7 and 30 days (inclusive), found {days}"
        yield Refusal("InvalidParameterException", words, "recoveryWindowInDays")
    yield from policy_refusals(inputs.get("policy"), PolicyKind.RESOURCE, "policy", "MalformedPolicyDocumentException")


@refuses("secretsmanager.Secret", on=(Action.CREATE,))
def secret_name_is_new(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A region has one secret of a name."""
    name = change.inputs.get("name")
    if name is not None and cloud.where("secretsmanager.Secret", "name", name):
        words = f"The operation failed because the secret {name} already exists."
        yield Refusal("ResourceExistsException", words, "name")


@validates("secretsmanager.SecretVersion")
def secret_has_one_value(inputs: Properties) -> Iterator[Refusal]:
    """A text or bytes, of at most 64 KiB."""
    given = [name for name in ("secretString", "secretBinary", "secretStringWo") if inputs.get(name) is not None]
    if len(given) != 1:
        words = f"one of secretString, secretBinary and secretStringWo must be given, found {len(given)}"
        yield Refusal("InvalidRequestException", words)
    size = len((text(inputs.get("secretString")) or "").encode())
    if size > SECRET_BYTES:
        yield Refusal(
            "ValidationException", f"SecretString has {size} bytes; {SECRET_BYTES} are allowed", "secretString"
        )


@validates("secretsmanager.SecretRotation")
def rotation_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """Days of 1 to 1,000 or a schedule, and not both; a function that changes the secret."""
    rules = fields(inputs.get("rotationRules"))
    days = whole(rules.get("automaticallyAfterDays"))
    if days is not None and not 1 <= days <= MOST_ROTATION_DAYS:
        words = f"AutomaticallyAfterDays must be between 1 and {MOST_ROTATION_DAYS}, found {days}"
        yield Refusal("InvalidParameterException", words, "rotationRules.automaticallyAfterDays")
    if rules.get("automaticallyAfterDays") is not None and rules.get("scheduleExpression") is not None:
        words = "You can't specify both AutomaticallyAfterDays and ScheduleExpression."
        yield Refusal("InvalidParameterException", words, "rotationRules")
    function = text(inputs.get("rotationLambdaArn"))
    if function is not None and not _FUNCTION.match(function):
        words = f"Invalid Lambda function ARN {function}"
        yield Refusal("InvalidParameterException", words, "rotationLambdaArn")


@refuses("secretsmanager.SecretRotation", on=(Action.CREATE, Action.UPDATE))
def function_is_near(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Secrets Manager calls functions of its own region."""
    function = (text(change.inputs.get("rotationLambdaArn")) or "").split(":")
    if len(function) > _REGION_OF_ARN and function[_REGION_OF_ARN] != cloud.region:
        words = "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants "
        yield Refusal("AccessDeniedException", f"{words}access, in {cloud.region}", "rotationLambdaArn")


@refuses("kms.Alias")
def aliased_key_is_usable(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A key that is asked to go away takes no alias."""
    target = (text(change.inputs.get("targetKeyId")) or "").rpartition("/")[2]
    key = cloud.get("kms.Key", target)
    if key is not None and key.facts.get("state") == "PendingDeletion":
        arn = key.outputs.get("arn")
        yield Refusal("KMSInvalidStateException", f"{arn} is pending deletion.", "targetKeyId")


def _strings(value: Value) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
