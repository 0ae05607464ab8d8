"""Buckets: who reaches them, how they are encrypted, what is kept and for how long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from poolwright.checks.check import Fault, NotYet, on_each, on_stack
from poolwright.checks.evidence import AUDIT_POOL, Evidence
from poolwright.checks.resource import Resource, listed, part, statements, words
from solver.plan.security import KeyPurpose

BUCKET = "aws:s3/bucket:Bucket"
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
ACL = "aws:s3/bucketAcl:BucketAcl"
ACCOUNT_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"

FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_BUCKET = "components/aws/storage/bucket.py"
_BOTH = f"{_BUCKET} or components/aws/security/audit_bucket.py"


def _with(evidence: Evidence, type_: str) -> Iterator[tuple[Resource, list[Resource]]]:
    """Each bucket with its settings of a type, which S3 has as resources of their own."""
    for bucket in evidence.of_type(BUCKET):
        yield bucket, evidence.companions(type_, "bucket", of=bucket, by="bucket")


@on_stack(
    BUCKET,
    BLOCK,
    id="S3.8",
    title="Each bucket blocks public access",
    controls=("S3.8", "S3.2", "S3.3", "CIS 2.1.4"),
    remedy=f"Keep all four settings of the public access block in {_BOTH}",
)
def buckets_block_public_access(evidence: Evidence) -> Iterator[Fault]:
    for bucket, blocks in _with(evidence, BLOCK):
        if not blocks:
            yield Fault(text="has no public access block", resource=bucket)
        for block in blocks:
            off = [flag for flag in FLAGS if not block.holds(flag)]
            if off:
                yield Fault(text=f"leaves {', '.join(off)} off", resource=block)


@on_stack(
    ACCOUNT_BLOCK,
    id="S3.1",
    title="The account blocks public access to all its buckets where the plan says so",
    controls=("S3.1", "CIS 2.1.4"),
    remedy="Build it in components/aws/security/detection.py, as the plan's measure account-public-access-block asks",
)
def account_blocks_public_access(evidence: Evidence) -> Iterator[Fault]:
    for key in evidence.builds("account-public-access-block"):
        blocks = evidence.at_site(key, ACCOUNT_BLOCK)
        if not blocks:
            yield Fault(text="the account's block is missing", subject=f"site {key}", at=("compliance", "profile"))
        for block in blocks:
            off = [flag for flag in FLAGS if not block.holds(flag)]
            if off:
                yield Fault(text=f"leaves {', '.join(off)} off", resource=block)


@on_stack(
    BUCKET,
    POLICY,
    id="S3.5",
    title="Buckets refuse requests without TLS",
    controls=("S3.5", "CIS 2.1.1"),
    remedy=f"Keep the statement DenyPlainHttp of the bucket's policy in {_BOTH}",
)
def buckets_want_tls(evidence: Evidence) -> Iterator[Fault | NotYet]:
    for bucket, policies in _with(evidence, POLICY):
        if not policies:
            yield Fault(text="has no policy, so plain HTTP is let in", resource=bucket)
        for policy in policies:
            if not policy.known("policy"):
                yield NotYet(policy)
            elif not any(map(_denies_plain_http, statements(policy.document("policy")))):
                yield Fault(text="lets plain HTTP in", resource=policy)


def _denies_plain_http(statement: Mapping[str, Any]) -> bool:
    condition = part(part(statement, "Condition"), "Bool")
    everyone = statement.get("Principal") in ("*", {"AWS": "*"}) and "s3:*" in listed(statement.get("Action"))
    return (
        statement.get("Effect") == "Deny" and everyone and str(condition.get("aws:SecureTransport")).lower() == "false"
    )


@on_each(
    POLICY,
    id="S3.6",
    title="No bucket's policy gives rights to other accounts or to anyone",
    controls=("S3.6", "S3.2", "S3.3"),
    remedy=f"Give rights by `uses` of the workload in stacks/; policies of buckets only deny: {_BUCKET}",
)
def policies_admit_no_strangers(policy: Resource) -> Iterator[str]:
    for statement in statements(policy.document("policy")):
        if statement.get("Effect") != "Allow":
            continue
        principal = statement.get("Principal")
        if words(principal, "Service") and not words(principal, "AWS"):
            if not statement.get("Condition"):
                yield f"{', '.join(words(principal, 'Service'))} may write on behalf of any account"
            continue
        yield f"gives {', '.join(listed(statement.get('Action')))} to {principal}"


@on_stack(
    BUCKET,
    ENCRYPTION,
    id="s3.encryption",
    title="Each bucket says how its objects are encrypted",
    remedy=f"Keep the encryption configuration in {_BOTH}",
)
def buckets_are_encrypted(evidence: Evidence) -> Iterator[Fault]:
    for bucket, settings in _with(evidence, ENCRYPTION):
        if not settings:
            yield Fault(text="leaves encryption to S3's default", resource=bucket)


@on_stack(
    BUCKET,
    ENCRYPTION,
    id="S3.17",
    title="Buckets of data are encrypted with the customer key where the plan has one",
    controls=("S3.17",),
    remedy=f"Pass the data key in {_BUCKET}",
)
def buckets_have_the_customer_key(evidence: Evidence) -> Iterator[Fault]:
    for bucket, settings in _with(evidence, ENCRYPTION):
        # Load balancers and S3 deliver logs under S3's own key only, so the audit bucket has that.
        if bucket.pool == AUDIT_POOL or not evidence.has_key(bucket, KeyPurpose.DATA):
            continue
        for setting in settings:
            for rule in setting.mappings("rules"):
                applied = part(rule, "applyServerSideEncryptionByDefault")
                if applied.get("sseAlgorithm") not in ("aws:kms", "aws:kms:dsse") or "kmsMasterKeyId" not in applied:
                    yield Fault(text="encrypts with S3's own key, which the account can't revoke", resource=setting)


@on_stack(
    BUCKET,
    OWNERSHIP,
    ACL,
    id="S3.12",
    title="No access control lists: policies alone say who reaches a bucket",
    controls=("S3.12",),
    remedy=f"Keep BucketOwnerEnforced in {_BUCKET}, and make no BucketAcl",
)
def acls_are_off(evidence: Evidence) -> Iterator[Fault]:
    for acl in evidence.of_type(ACL):
        yield Fault(text="gives rights by an access control list", resource=acl)
    for setting in evidence.of_type(OWNERSHIP):
        # A bucket without the setting is BucketOwnerEnforced since April 2023.
        if setting.get("rule.objectOwnership") != "BucketOwnerEnforced":
            yield Fault(text=f"allows access control lists ({setting.get('rule.objectOwnership')})", resource=setting)


@on_stack(
    BUCKET,
    LIFECYCLE,
    id="S3.13",
    title="Each bucket has a lifecycle, which also ends uploads that were never finished",
    controls=("S3.13",),
    remedy=f"Keep the lifecycle rules: components/aws/storage/lifecycle.py, or {_BOTH}",
)
def buckets_have_a_lifecycle(evidence: Evidence) -> Iterator[Fault]:
    for bucket, cycles in _with(evidence, LIFECYCLE):
        rules = [rule for cycle in cycles for rule in cycle.mappings("rules") if rule.get("status") == "Enabled"]
        if not rules:
            yield Fault(text="keeps everything for ever", resource=bucket)
        elif not any(rule.get("abortIncompleteMultipartUpload") for rule in rules):
            yield Fault(text="keeps and pays for parts of uploads that failed", resource=bucket)


@on_stack(
    BUCKET,
    VERSIONING,
    id="S3.14",
    title="Buckets keep old versions where the plan says so; the audit bucket always does",
    controls=("S3.14",),
    remedy=f"Set `versioned: true` of the bucket in stacks/, and keep versioning in {_BOTH}",
)
def buckets_keep_versions(evidence: Evidence) -> Iterator[Fault]:
    versioned = {
        f"{key}-storage-bucket-{bucket.key}": ("storage", bucket.key)
        for key, site in evidence.sites()
        for bucket in site.storage.buckets
        if bucket.versioned
    }
    for bucket, settings in _with(evidence, VERSIONING):
        if bucket.name not in versioned and bucket.pool != AUDIT_POOL:
            continue
        if not any(each.get("versioningConfiguration.status") == "Enabled" for each in settings):
            at = versioned.get(bucket.name, ())
            yield Fault(text="overwrites for good", resource=bucket, at=at)


@on_stack(
    BUCKET,
    LOGGING,
    "aws:cloudtrail/trail:Trail",
    id="S3.9",
    title="Requests to buckets are recorded where the plan says so",
    controls=("S3.9",),
    remedy=f"Keep BucketLogging in {_BUCKET}, as the plan's measure s3-access-logs asks",
)
def requests_to_buckets_are_recorded(evidence: Evidence) -> Iterator[Fault]:
    sites = set(evidence.builds("s3-access-logs"))
    for bucket, logs in _with(evidence, LOGGING):
        if bucket.pool != AUDIT_POOL and evidence.site_of(bucket.name) in sites and not logs:
            yield Fault(text="does not log its requests", resource=bucket, at=("compliance", "profile"))


@on_stack(
    BUCKET,
    id="s3.emptied",
    title="The engine empties no bucket while the stack protects its data",
    remedy=f"Leave force_destroy to the plan's protection in {_BUCKET}; destroy --with-data gives the data up",
)
def buckets_are_not_emptied(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        for bucket in evidence.at_site(key, BUCKET) if site.storage.protect else ():
            if bucket.holds("forceDestroy"):
                yield Fault(text="would be emptied when it is deleted", resource=bucket, at=("data_protection",))


@on_stack(
    BUCKET,
    LIFECYCLE,
    id="s3.retention",
    title="Objects are kept as long as the demand says, and no less",
    remedy="Set `retention_days` of the bucket in stacks/ and plan again; components/aws/storage/lifecycle.py follows",
)
def objects_are_kept(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        planned = {f"{key}-storage-bucket-{bucket.key}": bucket for bucket in site.storage.buckets}
        for bucket, cycles in _with(evidence, LIFECYCLE):
            plan = planned.get(bucket.name)
            for rule in () if plan is None else (rule for cycle in cycles for rule in cycle.mappings("rules")):
                days = part(rule, "expiration").get("days")
                if plan is not None and days is not None and int(days) < plan.expiration_days:
                    text = f"deletes objects after {int(days)} days, and the plan keeps them {plan.expiration_days}"
                    yield Fault(text=text, resource=bucket, at=("storage", plan.key, "retention_days"))


@on_stack(
    BUCKET,
    "aws:efs/fileSystem:FileSystem",
    "aws:fsx/lustreFileSystem:LustreFileSystem",
    "aws:kms/key:Key",
    "aws:secretsmanager/secret:Secret",
    id="storage.protect",
    title="The engine refuses to delete data, keys and secrets while the stack protects its data",
    remedy="Make it with keeper_of_data() (components/options.py); `data_protection: false` in stacks/ gives it up",
)
def data_is_protected(evidence: Evidence) -> Iterator[Fault]:
    types = (
        BUCKET,
        "aws:efs/fileSystem:FileSystem",
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        "aws:kms/key:Key",
        "aws:secretsmanager/secret:Secret",
    )
    for key, site in evidence.sites():
        for resource in evidence.at_site(key, *types) if site.storage.protect else ():
            # Volumes of machines go with the machines, so may their key; what is told of alarms is kept nowhere.
            keeps_nothing = resource.name.endswith((f"-key-{KeyPurpose.MACHINES}", "-monitoring-checks-key"))
            if not resource.protected and not keeps_nothing:
                yield Fault(text="is deleted without asking", resource=resource, at=("data_protection",))
