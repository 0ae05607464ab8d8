"""S3: replication and inventories: both buckets have versions, and the one that takes lists lets S3 write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.grants import bucket_lets_in, key_lets_in
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.store import Resource
from poolwright.engine.sandbox.values import Properties, Value, fields, objects, text, whole

_CONFIG: Final = "s3.BucketReplicationConfig"
_INVENTORY_ID: Final = re.compile(r"^[A-Za-z0-9._-]{1,64}$")
MOST_REPLICATION_RULES: Final = 1000


@validates("s3.BucketReplicationConfig")
def replication_rules_fit(inputs: Properties) -> Iterator[Refusal]:
    """Rules in the newer form say their priority, each once, and what becomes of delete markers; keys come in pairs."""
    rules = objects(inputs.get("rules"))
    if len(rules) > MOST_REPLICATION_RULES:
        words = f"At most {MOST_REPLICATION_RULES} rules are allowed, found {len(rules)}"
        yield Refusal("InvalidRequest", words, "rules")
    seen: set[int] = set()
    for index, rule in enumerate(rules):
        path = f"rules[{index}]"
        if text(rule.get("status")) not in (None, "Enabled", "Disabled"):
            words = f"status {rule.get('status')}: Enabled or Disabled is allowed"
            yield Refusal("MalformedXML", words, f"{path}.status")
        if rule.get("filter") is not None:
            yield from _newer_form(rule, path)
        priority = whole(rule.get("priority"))
        if priority is not None and priority in seen:
            yield Refusal("InvalidRequest", f"Found duplicate priority {priority} in rules", f"{path}.priority")
        if priority is not None:
            seen.add(priority)
        yield from _encryption(rule, path)


def _newer_form(rule: Properties, path: str) -> Iterator[Refusal]:
    for name, word in (("priority", "Priority"), ("deleteMarkerReplication", "DeleteMarkerReplication")):
        if rule.get(name) is None:
            words = f"{word} must be specified for this version of Cross Region Replication configuration schema."
            yield Refusal("InvalidRequest", words, f"{path}.{name}")


def _encryption(rule: Properties, path: str) -> Iterator[Refusal]:
    wanted = fields(fields(rule.get("sourceSelectionCriteria")).get("sseKmsEncryptedObjects"))
    given = fields(rule.get("destination")).get("encryptionConfiguration")
    if text(wanted.get("status")) == "Enabled" and given is None:
        words = "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present."
        yield Refusal("InvalidRequest", words, f"{path}.destination.encryptionConfiguration")
    if given is not None and not wanted:
        words = "SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present."
        yield Refusal("InvalidRequest", words, f"{path}.sourceSelectionCriteria")


@refuses("s3.BucketReplicationConfig")
def both_buckets_have_versions(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """S3 copies versions, to a bucket that exists and is not the same; other accounts' buckets are trusted."""
    source = change.inputs.get("bucket")
    if not _is_versioned(source, cloud):
        words = "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        yield Refusal("InvalidRequest", words, "bucket")
    for index, rule in enumerate(objects(change.inputs.get("rules"))):
        destination = fields(rule.get("destination"))
        path = f"rules[{index}].destination.bucket"
        name = (text(destination.get("bucket")) or "").rpartition(":::")[2]
        if name == source:
            yield Refusal("InvalidRequest", "Destination bucket cannot be the same as the source bucket.", path)
        if text(destination.get("account")) in (None, cloud.identity.account):
            found = next((each for each in cloud.everywhere("s3.Bucket") if each.id == name), None)
            if found is None:
                yield Refusal("InvalidRequest", f"Destination bucket must exist: {name}", path)
            elif not _is_versioned(name, cloud.in_region(found.region)):
                yield Refusal("InvalidRequest", "Destination bucket must have versioning enabled.", path)


@refuses("s3.BucketVersioning", on=(Action.UPDATE,))
def versions_stay_under_replication(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Where S3 copies versions, versioning can't be suspended."""
    status = text(fields(change.inputs.get("versioningConfiguration")).get("status"))
    if status != "Enabled" and cloud.where(_CONFIG, "bucket", change.inputs.get("bucket")):
        words = "A replication configuration is present on this bucket, so the versioning state cannot be changed."
        yield Refusal("InvalidBucketState", words, "versioningConfiguration.status")


@validates("s3.Inventory")
def inventory_fits(inputs: Properties) -> Iterator[Refusal]:
    """A name, a frequency, versions and a format that S3 has."""
    name = text(inputs.get("name"))
    if name is not None and not _INVENTORY_ID.match(name):
        words = f"Inventory configuration Id {name} must have 1 to 64 letters, digits and ._-"
        yield Refusal("InvalidConfigurationId", words, "name")
    place = fields(fields(inputs.get("destination")).get("bucket"))
    for value, allowed, path in (
        (fields(inputs.get("schedule")).get("frequency"), ("Daily", "Weekly"), "schedule.frequency"),
        (inputs.get("includedObjectVersions"), ("All", "Current"), "includedObjectVersions"),
        (place.get("format"), ("CSV", "ORC", "Parquet"), "destination.bucket.format"),
    ):
        if text(value) is not None and value not in allowed:
            yield Refusal("MalformedXML", f"{value}: {', '.join(allowed)} are allowed", path)


@refuses("s3.Inventory")
def lists_can_be_delivered(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The bucket that takes lists is of the same region and lets S3 write, its key lets S3 encrypt."""
    place = fields(fields(change.inputs.get("destination")).get("bucket"))
    if text(place.get("accountId")) not in (None, cloud.identity.account):
        return
    path = "destination.bucket.bucketArn"
    name = (text(place.get("bucketArn")) or "").rpartition(":::")[2]
    code = "InvalidS3DestinationBucket"
    found: list[Resource] = [each for each in cloud.everywhere("s3.Bucket") if each.id == name]
    if not found:
        yield Refusal(code, f"The destination bucket {name} does not exist", path)
    elif found[0].region != cloud.region:
        yield Refusal(code, f"The destination bucket {name} is in {found[0].region}, not in {cloud.region}", path)
    elif not bucket_lets_in(name, "s3.amazonaws.com", cloud):
        yield Refusal(code, f"Insufficient permissions to write to the destination bucket {name}", path)
    key = fields(fields(place.get("encryption")).get("sseKms")).get("keyId")
    if key is not None and not key_lets_in(key, "s3.amazonaws.com", cloud):
        words = f"The policy of {key} does not let S3 encrypt lists with it"
        yield Refusal(code, words, "destination.bucket.encryption.sseKms.keyId")


def _is_versioned(bucket: Value, cloud: Cloud) -> bool:
    settings = cloud.where("s3.BucketVersioning", "bucket", bucket)
    return any(
        text(fields(each.outputs.get("versioningConfiguration")).get("status")) == "Enabled" for each in settings
    )
