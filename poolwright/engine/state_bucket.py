"""A bucket for Pulumi's state with a key for each stack's secrets: what both are to be, as plain data.

The backend's own locks are objects of the bucket, so a bucket is all that locking needs. A job's session is named in
the policies, and not its role: what a policy of a resource allows a session, no permissions boundary takes away
(https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html), and the role for previews has one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.naming import partition_of

SESSION = "poolwright"
"""The name that pipelines give their sessions."""
OLD_DAYS = 90
"""Days for which earlier versions of a state are kept."""

Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class StateOf:
    """A stack whose state is in the bucket."""

    stack: str
    """Its name."""
    look_role: str
    """The role of jobs that preview."""
    up_role: str
    """The role of jobs that apply."""


@dataclass(frozen=True, kw_only=True)
class StateBucket:
    """What is wanted."""

    bucket: str
    """Its name."""
    region: str
    """Where."""
    account_id: str
    """Whose, 12 digits."""
    project: str
    """The Pulumi project, which is a folder of the backend."""
    stacks: tuple[StateOf, ...]
    """Stacks that get a key."""
    granted: frozenset[str] = frozenset()
    """Stacks whose roles exist, and so can be named in policies."""
    object_lock_days: int = 0
    """Days for which no version of an object can be deleted; 0: no object lock."""

    @property
    def partition(self) -> str:
        """AWS's partition."""
        return partition_of(self.region)

    @property
    def url(self) -> str:
        """For PULUMI_BACKEND_URL."""
        return f"s3://{self.bucket}?region={self.region}&awssdk=v2"

    def secrets_provider(self, stack: str) -> str:
        """For `pulumi stack init --secrets-provider`."""
        return f"awskms://{key_alias(stack)}?region={self.region}&awssdk=v2"

    def session(self, role: str) -> str:
        """ARN of a pipeline's session with a role of the account."""
        return f"arn:{self.partition}:sts::{self.account_id}:assumed-role/{role}/{SESSION}"


def key_alias(stack: str) -> str:
    """Name of the key of a stack's secrets."""
    return f"alias/poolwright-state-{stack}"


BUCKET_ALIAS = "alias/poolwright-state"
"""Name of the key of the objects."""


def bucket_policy(wanted: StateBucket) -> Document:
    """TLS of today or nothing; jobs of a stack read its state, those that apply it write it; no job reads another's."""
    arn = f"arn:{wanted.partition}:s3:::{wanted.bucket}"
    everything = [arn, f"{arn}/*"]
    statements: list[Document] = [
        _deny("TlsOnly", everything, {"Bool": {"aws:SecureTransport": "false"}}),
        _deny("TlsOfToday", everything, {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
    ]
    for place, state in enumerate(_granted(wanted), 1):
        look, apply = wanted.session(state.look_role), wanted.session(state.up_role)
        own = [f"{arn}/.pulumi/{kind}/{wanted.project}/{state.stack}" for kind in ("stacks", "history", "backups")]
        locks = f"{arn}/.pulumi/locks/organization/{wanted.project}/{state.stack}/*"
        reads = [f"{arn}/.pulumi/meta.yaml", f"{arn}/.pulumi/Pulumi.yaml", *_below(own), locks]
        statements += [
            _allow(f"List{place}", [look, apply], ["s3:ListBucket", "s3:GetBucketLocation"], [arn]),
            _allow(f"Read{place}", [look, apply], ["s3:GetObject"], reads),
            _allow(f"Write{place}", [apply], ["s3:PutObject", "s3:DeleteObject"], [*_below(own), locks]),
        ]
    return {"Version": "2012-10-17", "Statement": statements}


def key_policy(wanted: StateBucket, sessions: Sequence[str]) -> Document:
    """The account's own administrators, and the sessions that decrypt and encrypt with it."""
    root = f"arn:{wanted.partition}:iam::{wanted.account_id}:root"
    # In a key's policy `*` is this key alone; and without every action for the account nobody could change it again.
    statements = [_allow("Account", [root], ["kms:*"], ["*"])]
    if sessions:
        uses = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
        statements.append(_allow("Jobs", sessions, uses, ["*"]))
    return {"Version": "2012-10-17", "Statement": statements}


def keys(wanted: StateBucket) -> Mapping[str, Document]:
    """Alias → policy: one key for the objects, and one for each stack's secrets."""
    sessions = {
        state.stack: [wanted.session(role) for role in (state.look_role, state.up_role)] for state in _granted(wanted)
    }
    everybody = [session for each in sessions.values() for session in each]
    own = {key_alias(state.stack): key_policy(wanted, sessions.get(state.stack, [])) for state in wanted.stacks}
    return {BUCKET_ALIAS: key_policy(wanted, everybody), **own}


def settings(wanted: StateBucket, key_arn: str) -> Mapping[str, Document]:
    """Setting of S3 → what it is to be, in the order in which they are made."""
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    found: dict[str, Document] = {
        "public_access_block": dict.fromkeys(blocked, True),
        "bucket_ownership_controls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "bucket_versioning": {"Status": "Enabled"},
        "bucket_encryption": {"Rules": [{"ApplyServerSideEncryptionByDefault": encryption, "BucketKeyEnabled": True}]},
        "bucket_lifecycle_configuration": {
            "Rules": [
                {
                    "ID": "old-versions",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "NoncurrentVersionExpiration": {"NoncurrentDays": max(OLD_DAYS, wanted.object_lock_days)},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ]
        },
        "bucket_policy": bucket_policy(wanted),
    }
    if wanted.object_lock_days:
        retention = {"Mode": "GOVERNANCE", "Days": wanted.object_lock_days}
        found["object_lock_configuration"] = {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": retention},
        }
    return found


def _granted(wanted: StateBucket) -> list[StateOf]:
    return [state for state in wanted.stacks if state.stack in wanted.granted]


def _below(places: Sequence[str]) -> list[str]:
    # The state is an object with an ending, its history and backups are folders.
    return [f"{place}{end}" for place in places for end in (".*", "/*")]


def _allow(name: str, who: Sequence[str], actions: Sequence[str], resources: Sequence[str]) -> Document:
    principal = {"AWS": list(who) if len(who) > 1 else who[0]}
    found: Document = {"Sid": name, "Effect": "Allow", "Principal": principal}
    return found | {"Action": list(actions), "Resource": list(resources)}


def _deny(name: str, resources: Sequence[str], condition: Document) -> Document:
    # What is refused is refused to everybody, whatever they ask.
    found: Document = {"Sid": name, "Effect": "Deny", "Principal": "*"}
    return found | {"Action": "s3:*", "Resource": list(resources), "Condition": condition}
