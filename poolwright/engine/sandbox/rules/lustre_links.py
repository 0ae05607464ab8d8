"""FSx for Lustre: links between a file system's folders and buckets, and the ports that servers need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, fields, text, texts, whole

_LINK: Final = "fsx.DataRepositoryAssociation"
_PATH: Final = re.compile(r"^s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(/.*)?$")
_EVENTS: Final = frozenset({"NEW", "CHANGED", "DELETED"})
MOST_LINKS: Final = 8
LUSTRE_PORTS: Final = (988, 1018, 1023)


@validates("fsx.DataRepositoryAssociation")
def link_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """A folder, a bucket's address, and events that S3 and Lustre have."""
    place, folder = text(inputs.get("dataRepositoryPath")), text(inputs.get("fileSystemPath"))
    if place is not None and not _PATH.match(place):
        words = f"DataRepositoryPath {place} must be like s3://bucket/prefix/"
        yield Refusal("BadRequest", words, "dataRepositoryPath")
    if folder is not None and not folder.startswith("/"):
        yield Refusal("BadRequest", f"FileSystemPath {folder} must begin with /", "fileSystemPath")
    for name in ("autoImportPolicy", "autoExportPolicy"):
        policy = fields(fields(inputs.get("s3")).get(name))
        unknown = sorted(set(texts(policy.get("events"))) - _EVENTS)
        if unknown:
            yield Refusal("BadRequest", f"Events {', '.join(unknown)}: {', '.join(sorted(_EVENTS))} are allowed", "s3")


@refuses("fsx.DataRepositoryAssociation", on=(Action.CREATE,))
def link_has_its_own_folder(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A persistent file system of the second kind, a bucket of the region, and a folder that no other link has."""
    inputs = change.inputs
    system = cloud.get("fsx.LustreFileSystem", inputs.get("fileSystemId"))
    kind = None if system is None else text(system.outputs.get("deploymentType"))
    if kind in ("SCRATCH_1", "PERSISTENT_1"):
        words = f"Data repository associations are not supported for deployment type {kind}"
        yield Refusal("UnsupportedOperation", words, "fileSystemId")
    others = cloud.where(_LINK, "fileSystemId", inputs.get("fileSystemId"))
    if len(others) >= MOST_LINKS:
        words = f"A file system has at most {MOST_LINKS} data repository associations"
        yield Refusal("ServiceLimitExceeded", words, "fileSystemId")
    folder = text(inputs.get("fileSystemPath")) or "/"
    for other in others:
        theirs = text(other.outputs.get("fileSystemPath")) or "/"
        if _within(folder, theirs) or _within(theirs, folder):
            words = f"FileSystemPath {folder} overlaps with {theirs} of {other.id}"
            yield Refusal("BadRequest", words, "fileSystemPath")
    match = _PATH.match(text(inputs.get("dataRepositoryPath")) or "")
    found = [each for each in cloud.everywhere("s3.Bucket") if match and each.id == match["bucket"]]
    if match and (not found or found[0].region != cloud.region):
        words = f"The bucket {match['bucket']} does not exist in {cloud.region}"
        yield Refusal("BadRequest", words, "dataRepositoryPath")


@refuses("fsx.LustreFileSystem", on=(Action.CREATE,))
def servers_hear_each_other(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """AWS makes no servers whose security groups keep Lustre's ports shut; without groups the VPC's default serves."""
    groups = texts(change.inputs.get("securityGroupIds"))
    rules = [rule for each in groups for rule in cloud.where("vpc.SecurityGroupIngressRule", "securityGroupId", each)]
    shut = [port for port in LUSTRE_PORTS if not any(_lets_in(rule.outputs, port) for rule in rules)]
    if groups and shut:
        words = f"The security group(s) {', '.join(groups)} do not permit Lustre LNET network traffic on port {shut[0]}"
        yield Refusal("InvalidNetworkSettings", words, "securityGroupIds")


def _lets_in(rule: Properties, port: int) -> bool:
    if rule.get("ipProtocol") == "-1":
        return True
    first, last = whole(rule.get("fromPort")), whole(rule.get("toPort"))
    return first is not None and last is not None and first <= port <= last


def _within(inner: str, outer: str) -> bool:
    return f"{inner.rstrip('/')}/".startswith(f"{outer.rstrip('/')}/")
