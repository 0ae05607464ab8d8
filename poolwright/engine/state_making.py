"""Makes a bucket and keys for Pulumi's state what they are to be, again and again without harm."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from poolwright.engine.state_bucket import BUCKET_ALIAS, Document, StateBucket, keys, settings
from solver.errors import CloudError, ConfigError, Problem

Client = Any
"""A client of boto3, which has no types."""
_ARGUMENTS = {
    "public_access_block": "PublicAccessBlockConfiguration",
    "bucket_ownership_controls": "OwnershipControls",
    "bucket_versioning": "VersioningConfiguration",
    "bucket_encryption": "ServerSideEncryptionConfiguration",
    "bucket_lifecycle_configuration": "LifecycleConfiguration",
    "bucket_policy": "Policy",
    "object_lock_configuration": "ObjectLockConfiguration",
}
"""Setting → the argument of `put_…`, and where other than there `get_…` has it: see `_now`."""


@dataclass(frozen=True, kw_only=True)
class Clients:
    """Of the account and region."""

    s3: Client
    kms: Client
    sts: Client


@dataclass(frozen=True)
class Step:
    """What was done about one thing."""

    what: str
    """`bucket`, `key alias/…`, `bucket_policy`, …."""
    done: str
    """made, changed or unchanged."""


def clients(region: str) -> Clients:
    """boto3's, with the credentials of the process; ConfigError where boto3 is not installed."""
    try:
        boto3: Any = import_module("boto3")
    except ImportError:
        problem = Problem(file="", allowed="boto3 is needed to talk to AWS", hint="pip install 'poolwright[aws]'")
        raise ConfigError([problem]) from None
    session: Any = boto3.session.Session(region_name=region)
    return Clients(s3=session.client("s3"), kms=session.client("kms"), sts=session.client("sts"))


def account_of(made: Clients, expected: str | None) -> str:
    """The account of the credentials; ConfigError when it is another one than expected."""
    found = str(_ask(made.sts.get_caller_identity)["Account"])
    if expected is not None and found != expected:
        problem = Problem(file="", path="--account", found=expected, allowed=f"the credentials are of account {found}")
        raise ConfigError([problem])
    return found


def make_state(wanted: StateBucket, made: Clients) -> Iterator[Step]:
    """Makes or changes what is not as wanted, and says so; CloudError (6) where AWS says no: the next run goes on."""
    arns: dict[str, str] = {}
    for alias, policy in keys(wanted).items():
        arns[alias], done = _key(made.kms, alias, policy)
        yield Step(f"key {alias}", done)
    yield Step(f"bucket {wanted.bucket}", _bucket(wanted, made.s3))
    for name, value in settings(wanted, arns[BUCKET_ALIAS]).items():
        if _now(made.s3, name, wanted) == value:
            yield Step(name, "unchanged")
            continue
        told: dict[str, Any] = {_ARGUMENTS[name]: json.dumps(value) if name == "bucket_policy" else value}
        put = getattr(made.s3, f"put_{name}")
        _ask(put, Bucket=wanted.bucket, ExpectedBucketOwner=wanted.account_id, **told)
        yield Step(name, "changed")


def _key(kms: Client, alias: str, policy: Document) -> tuple[str, str]:
    """ARN of the key, made where no alias names one; it turns its material over once a year."""
    found = _ask(kms.describe_key, none_for=("NotFoundException",), KeyId=alias)
    if found is None:
        made = _ask(kms.create_key, Description=f"Pulumi's state: {alias}", Policy=json.dumps(policy))["KeyMetadata"]
        _ask(kms.create_alias, AliasName=alias, TargetKeyId=made["KeyId"])
        _ask(kms.enable_key_rotation, KeyId=made["KeyId"])
        return str(made["Arn"]), "made"
    key, arn, done = str(found["KeyMetadata"]["KeyId"]), str(found["KeyMetadata"]["Arn"]), "unchanged"
    if json.loads(_ask(kms.get_key_policy, KeyId=key, PolicyName="default")["Policy"]) != policy:
        _ask(kms.put_key_policy, KeyId=key, PolicyName="default", Policy=json.dumps(policy))
        done = "changed"
    if not _ask(kms.get_key_rotation_status, KeyId=key)["KeyRotationEnabled"]:
        _ask(kms.enable_key_rotation, KeyId=key)
        done = "changed"
    return arn, done


def _bucket(wanted: StateBucket, s3: Client) -> str:
    """Made where there is none; ConfigError for one of another account or region, or one that can't be locked."""
    gone = ("404", "NoSuchBucket")
    found = _ask(s3.head_bucket, none_for=gone, Bucket=wanted.bucket, ExpectedBucketOwner=wanted.account_id)
    if found is not None:
        here = _ask(s3.get_bucket_location, Bucket=wanted.bucket)["LocationConstraint"] or "us-east-1"
        if here != wanted.region:
            problem = Problem(file="", path="--region", found=wanted.region, allowed=f"{wanted.bucket} is in {here}")
            raise ConfigError([problem])
        return "unchanged"
    more: dict[str, Any] = {"ObjectLockEnabledForBucket": True} if wanted.object_lock_days else {}
    if wanted.region != "us-east-1":
        more["CreateBucketConfiguration"] = {"LocationConstraint": wanted.region}
    _ask(s3.create_bucket, Bucket=wanted.bucket, **more)
    return "made"


def _now(s3: Client, name: str, wanted: StateBucket) -> object:
    """What a setting is; None where there is none."""
    get = getattr(s3, f"get_{name}")
    missing = (
        "NoSuchBucketPolicy",
        "NoSuchLifecycleConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "ObjectLockConfigurationNotFoundError",
        "OwnershipControlsNotFoundError",
        "ServerSideEncryptionConfigurationNotFoundError",
    )
    answer = _ask(get, none_for=missing, Bucket=wanted.bucket, ExpectedBucketOwner=wanted.account_id)
    if answer is None:
        return None
    match name:
        case "bucket_policy":
            return json.loads(answer["Policy"])
        case "bucket_versioning":
            return {"Status": answer.get("Status")}
        case "bucket_lifecycle_configuration":
            return {"Rules": answer["Rules"]}
        case _:
            return answer[_ARGUMENTS[name]]


def _ask(call: Any, *, none_for: tuple[str, ...] = (), **arguments: Any) -> Any:
    """An answer of AWS; None for these codes, CloudError for all others."""
    from botocore import exceptions

    errors: Any = exceptions
    try:
        return call(**arguments)
    except errors.ClientError as error:
        told: Mapping[str, Any] = error.response.get("Error", {})
        if told.get("Code") in none_for:
            return None
        raise CloudError(f"AWS: {told.get('Code')}: {told.get('Message')}") from error
    except errors.BotoCoreError as error:
        raise CloudError(f"AWS: {error}") from error
