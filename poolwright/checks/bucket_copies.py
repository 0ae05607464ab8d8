"""Copies and lists of buckets: what takes part in them, and how they are encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from poolwright.checks.check import Fault, on_each, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import Resource, part
from solver.plan.security import KeyPurpose

REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
INVENTORY = "aws:s3/inventory:Inventory"

_HERE = "components/aws/storage/replication.py"


@on_stack(
    REPLICATION,
    id="s3.copies",
    title="Buckets are copied where the plan says so, deletions as it says",
    remedy=f"Keep the replication of each bucket in {_HERE}",
)
def versions_are_copied(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        made = {each.name: each for each in evidence.at_site(key, REPLICATION)}
        for bucket in site.storage.buckets:
            plan = bucket.replication
            if plan is None:
                continue
            names = (f"{key}-storage-bucket-{bucket.key}-replication", f"{key}-copies-{bucket.key}-replication")
            found = next((made[name] for name in names if name in made), None)
            if found is None:
                yield Fault(text="is not copied", subject=f"bucket {bucket.key}", at=("storage", bucket.key))
                continue
            wanted = "Enabled" if plan.delete_markers else "Disabled"
            for rule in found.mappings("rules"):
                if rule.get("status") != "Enabled":
                    yield Fault(text="is switched off", resource=found)
                if part(rule, "deleteMarkerReplication").get("status") != wanted:
                    yield Fault(text=f"copies of deletions are not {wanted.lower()}", resource=found)


@on_stack(
    REPLICATION,
    id="s3.copies-encrypted",
    title="Objects under the customer key are copied too, and stay encrypted",
    remedy=f"Keep sse_kms_encrypted_objects and the replica's key in {_HERE}",
)
def copies_are_encrypted(evidence: Evidence) -> Iterator[Fault]:
    for replication in evidence.of_type(REPLICATION):
        if not evidence.has_key(replication, KeyPurpose.DATA):
            continue
        for rule in replication.mappings("rules"):
            chosen = part(part(rule, "sourceSelectionCriteria"), "sseKmsEncryptedObjects")
            if chosen.get("status") != "Enabled":
                yield Fault(text="leaves out objects that a key of KMS encrypts: all of them", resource=replication)
            if not part(part(rule, "destination"), "encryptionConfiguration"):
                yield Fault(text="names no key for the copies", resource=replication)


@on_each(
    INVENTORY,
    id="s3.inventory",
    title="Lists of objects are encrypted",
    remedy="Keep the encryption of the destination in components/aws/storage/inventory.py",
)
def lists_are_encrypted(inventory: Resource) -> Iterator[str]:
    if "encryption" not in part(inventory.inputs.get("destination"), "bucket"):
        yield "does not say how its files are encrypted"
