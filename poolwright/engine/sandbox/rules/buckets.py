"""S3: names, lifecycles, encryption, policies and logging of buckets."""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.grammar import PolicyKind, policy_refusals
from poolwright.engine.sandbox.rules.paths import texts_at
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, fields, flag, objects, parsed_json, text, texts, whole

_NAME: Final = re.compile(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
_RESERVED: Final = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS: Final = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
BUCKET_POLICY_BYTES: Final = 20480
# The order in which objects can go down; each may only be followed by later ones.
_CLASSES: Final = {
    "STANDARD_IA": 1,
    "INTELLIGENT_TIERING": 2,
    "ONEZONE_IA": 3,
    "GLACIER_IR": 4,
    "GLACIER": 5,
    "DEEP_ARCHIVE": 6,
}
_COOL_DAYS: Final = 30
"""Objects stay 30 days in Standard before an infrequent-access class, and 30 days in that one before the next."""
_INFREQUENT: Final = frozenset({"STANDARD_IA", "ONEZONE_IA"})
MOST_RULES: Final = 1000


@validates("s3.Bucket")
def bucket_name_fits(inputs: Properties) -> Iterator[Refusal]:
    """3 to 63 lower-case letters, digits, dots and hyphens, as DNS has them, and no address."""
    name = text(inputs.get("bucket"))
    if name is None:
        return
    fits = _NAME.match(name) and ".." not in name and ".-" not in name and "-." not in name and not _is_address(name)
    if not fits or name.startswith(_RESERVED) or name.endswith(_RESERVED_ENDS):
        yield Refusal("InvalidBucketName", f"The specified bucket is not valid: {name}", "bucket")


@refuses("s3.Bucket", on=(Action.CREATE,))
def bucket_name_is_free(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Bucket names are one space for all regions of all accounts."""
    name = change.inputs.get("bucket")
    for other in cloud.everywhere("s3.Bucket"):
        if other.id == name:
            words = "Your previous request to create the named bucket succeeded and you already own it."
            yield Refusal("BucketAlreadyOwnedByYou", f"{words} ({name})", "bucket")


@validates("s3.BucketLifecycleConfiguration")
def lifecycle_fits(inputs: Properties) -> Iterator[Refusal]:
    """Rules with ids of their own that do something, in an order of classes and days that S3 allows."""
    rules = objects(inputs.get("rules"))
    ids = [text(rule.get("id")) for rule in rules]
    if len(rules) > MOST_RULES:
        yield Refusal(
            "InvalidRequest", f"At most {MOST_RULES} lifecycle rules are allowed, found {len(rules)}", "rules"
        )
    for index, rule in enumerate(rules):
        path, rule_id = f"rules[{index}]", ids[index]
        if rule_id is not None and (ids.count(rule_id) > 1 or len(rule_id) > 255):
            words = f"Rule ID must be unique and at most 255 characters. Found: {rule_id}"
            yield Refusal("InvalidArgument", words, f"{path}.id")
        if text(rule.get("status")) not in (None, "Enabled", "Disabled"):
            words = f"status {rule.get('status')}: Enabled or Disabled is allowed"
            yield Refusal("MalformedXML", words, f"{path}.status")
        does = ("transitions", "expiration", "noncurrentVersionTransitions", "noncurrentVersionExpiration")
        if not any(rule.get(name) for name in (*does, "abortIncompleteMultipartUpload")):
            words = "At least one action needs to be specified in a rule."
            yield Refusal("InvalidRequest", words, path)
        yield from _transitions(rule, path)
        yield from _versions(rule, path)


def _transitions(rule: Properties, path: str) -> Iterator[Refusal]:
    steps = [
        (whole(step.get("days")), text(step.get("storageClass")), f"{path}.transitions[{index}]")
        for index, step in enumerate(objects(rule.get("transitions")))
    ]
    yield from _steps(steps)
    known = [(days, name) for days, name, _ in steps if days is not None and name is not None]
    expiration = whole(fields(rule.get("expiration")).get("days"))
    last = max((days for days, _ in known), default=None)
    if expiration is not None and expiration <= 0:
        words = "'Days' for Expiration action must be a positive integer"
        yield Refusal("InvalidArgument", words, f"{path}.expiration.days")
    if expiration is not None and last is not None and expiration <= last:
        words = "'Days' in the Expiration action for filter '' must be greater than 'Days' in the Transition action: "
        yield Refusal("InvalidArgument", f"{words}{expiration} and {last}", f"{path}.expiration.days")


def _versions(rule: Properties, path: str) -> Iterator[Refusal]:
    steps = [
        (
            whole(step.get("noncurrentDays")),
            text(step.get("storageClass")),
            f"{path}.noncurrentVersionTransitions[{index}]",
        )
        for index, step in enumerate(objects(rule.get("noncurrentVersionTransitions")))
    ]
    yield from _steps(steps)
    gone = whole(fields(rule.get("noncurrentVersionExpiration")).get("noncurrentDays"))
    last = max((days for days, _, _ in steps if days is not None), default=None)
    if gone is not None and last is not None and gone <= last:
        words = (
            "'NoncurrentDays' in the NoncurrentVersionExpiration action must be greater than 'NoncurrentDays' in the "
        )
        yield Refusal("InvalidArgument", f"{words}NoncurrentVersionTransition action: {gone} and {last}", path)


def _steps(steps: list[tuple[int | None, str | None, str]]) -> Iterator[Refusal]:
    for days, name, path in steps:
        if name is not None and name not in _CLASSES:
            words = f"storageClass {name}: {', '.join(_CLASSES)} are allowed"
            yield Refusal("MalformedXML", words, f"{path}.storageClass")
        if days is not None and name in _INFREQUENT and days < _COOL_DAYS:
            words = (
                f"'Days' in Transition action must be greater than or equal to {_COOL_DAYS} for storageClass '{name}'"
            )
            yield Refusal("InvalidArgument", f"{words}, found {days}", f"{path}")
        if days is not None and days < 0:
            yield Refusal("InvalidArgument", "'Days' in Transition action must be nonnegative", path)
    known = [(days, name, path) for days, name, path in steps if days is not None and name in _CLASSES]
    ordered = sorted(known, key=lambda step: _CLASSES[str(step[1])])
    for (days, name, _), (later_days, later, path) in itertools.pairwise(ordered):
        least = days + (_COOL_DAYS if name in _INFREQUENT else 1)
        if name == later or later_days < least:
            words = f"'Days' in the Transition action for StorageClass '{later}' must be {least} or more days, since "
            yield Refusal(
                "InvalidArgument", f"{words}StorageClass '{name}' begins after {days}: found {later_days}", path
            )


@validates("s3.BucketServerSideEncryptionConfiguration")
def encryption_is_known(inputs: Properties) -> Iterator[Refusal]:
    """AES256 without a key, or KMS with one or with AWS's own."""
    for index, rule in enumerate(objects(inputs.get("rules"))):
        given, path = fields(rule.get("applyServerSideEncryptionByDefault")), f"rules[{index}]"
        algorithm = text(given.get("sseAlgorithm"))
        if algorithm is not None and algorithm not in ("AES256", "aws:kms", "aws:kms:dsse"):
            words = f"sseAlgorithm {algorithm}: AES256, aws:kms or aws:kms:dsse is allowed"
            yield Refusal("MalformedXML", words, path)
        if algorithm == "AES256" and given.get("kmsMasterKeyId") is not None:
            words = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
            yield Refusal("InvalidArgument", words, f"{path}.applyServerSideEncryptionByDefault.kmsMasterKeyId")


@validates("s3.BucketVersioning")
def versioning_is_known(inputs: Properties) -> Iterator[Refusal]:
    """Enabled, Suspended or Disabled."""
    status = text(fields(inputs.get("versioningConfiguration")).get("status"))
    if status is not None and status not in ("Enabled", "Suspended", "Disabled"):
        words = f"status {status}: Enabled, Suspended or Disabled is allowed"
        yield Refusal("IllegalVersioningConfigurationException", words, "versioningConfiguration.status")


@validates("s3.BucketObjectLockConfiguration")
def lock_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """A mode, and either days or years of at least one."""
    retention = fields(fields(inputs.get("rule")).get("defaultRetention"))
    path = "rule.defaultRetention"
    if not retention:
        return
    if text(retention.get("mode")) not in (None, "GOVERNANCE", "COMPLIANCE"):
        words = f"mode {retention.get('mode')}: GOVERNANCE or COMPLIANCE is allowed"
        yield Refusal("MalformedXML", words, f"{path}.mode")
    spans = [name for name in ("days", "years") if retention.get(name) is not None]
    if len(spans) != 1:
        yield Refusal("MalformedXML", "either days or years is needed, and not both", path)
    for name in spans:
        span = whole(retention.get(name))
        if span is not None and span < 1:
            words = "Default retention period must be a positive integer value."
            yield Refusal("InvalidRetentionPeriod", words, f"{path}.{name}")


@refuses("s3.BucketObjectLockConfiguration")
def locked_buckets_have_versions(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """S3 locks versions: a bucket without versioning takes no lock."""
    settings = cloud.where("s3.BucketVersioning", "bucket", change.inputs.get("bucket"))
    statuses = [text(fields(each.outputs.get("versioningConfiguration")).get("status")) for each in settings]
    if "Enabled" not in statuses:
        words = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        yield Refusal("InvalidBucketState", words, "bucket")


@refuses("s3.BucketVersioning", on=(Action.UPDATE,))
def versions_stay_under_a_lock(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Where objects are locked, versioning can't be suspended."""
    locked = cloud.where("s3.BucketObjectLockConfiguration", "bucket", change.inputs.get("bucket"))
    status = text(fields(change.inputs.get("versioningConfiguration")).get("status"))
    if locked and status != "Enabled":
        words = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        yield Refusal("InvalidBucketState", words, "versioningConfiguration.status")


@validates("s3.BucketPolicy")
def bucket_policy_fits(inputs: Properties) -> Iterator[Refusal]:
    """A policy of at most 20 KB that names principals and this bucket alone."""
    policy, bucket = text(inputs.get("policy")), text(inputs.get("bucket"))
    refusals = list(policy_refusals(policy, PolicyKind.RESOURCE, "policy", "MalformedPolicy"))
    yield from refusals
    if policy is None or refusals:
        return
    if len(policy.encode()) > BUCKET_POLICY_BYTES:
        words = f"Bucket policies are limited to {BUCKET_POLICY_BYTES} bytes, found {len(policy.encode())}"
        yield Refusal("PolicyTooLarge", words, "policy")
    document = fields(parsed_json(policy))
    for resource in texts_at(document, "Statement.Resource") + texts_at(document, "Statement.NotResource"):
        name = resource.partition(":::")[2].partition("/")[0]
        if bucket is not None and name and not any(mark in name for mark in "*?$") and name != bucket:
            yield Refusal("MalformedPolicy", f"Policy has invalid resource: {resource}", "policy")


@refuses("s3.BucketPolicy")
def public_policy_is_not_blocked(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A bucket that blocks public policies takes none."""
    document = fields(parsed_json(change.inputs.get("policy")))
    blocked = cloud.where("s3.BucketPublicAccessBlock", "bucket", change.inputs.get("bucket"))
    if any(flag(block.outputs.get("blockPublicPolicy")) for block in blocked) and _is_public(document):
        words = "User is not authorized to perform: s3:PutBucketPolicy because public policies are blocked by the "
        yield Refusal("AccessDenied", f"{words}BlockPublicPolicy block public access setting.", "policy")


@refuses("s3.BucketLogging")
def logs_stay_in_the_region(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A bucket's logs go to a bucket of its own region."""
    target = change.inputs.get("targetBucket")
    far = [bucket for bucket in cloud.everywhere("s3.Bucket") if bucket.id == target and bucket.region != cloud.region]
    if far:
        words = f"Cross S3 location logging not allowed: {target} is in {far[0].region}"
        yield Refusal("CrossLocationLoggingProhibited", words, "targetBucket")


@validates("s3.BucketOwnershipControls")
def ownership_is_known(inputs: Properties) -> Iterator[Refusal]:
    """One of the three ways in which objects are owned."""
    given = text(fields(inputs.get("rule")).get("objectOwnership"))
    if given not in (None, "BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"):
        words = f"objectOwnership {given}: BucketOwnerPreferred, ObjectWriter or BucketOwnerEnforced is allowed"
        yield Refusal("MalformedXML", words, "rule.objectOwnership")


def _is_public(document: Properties) -> bool:
    """Whether a statement lets everybody in, without a condition that says who."""
    found = document.get("Statement")
    statements = [found] if isinstance(found, dict) else objects(found)
    for statement in statements:
        principal = statement.get("Principal")
        named = fields(principal).get("AWS")
        everybody = principal == "*" or named == "*" or "*" in texts(named)
        if statement.get("Effect") == "Allow" and everybody and not statement.get("Condition"):
            return True
    return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True
