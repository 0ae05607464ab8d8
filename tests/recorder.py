"""Pulumi mocks that keep every resource, refuse duplicate names and unexpected look-ups.

`record(build)` runs a program against them, waits until all resources are registered, and gives the Recording.
Inputs are as they go over the wire: camel case, references resolved to made-up ids and ARNs.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, TypeVar, cast

import pulumi
from pulumi.runtime import mocks as pulumi_mocks
from pulumi.runtime import rpc
from pulumi.runtime import stack as pulumi_stack
from pulumi.runtime.settings import SETTINGS, set_root_resource

ACCOUNT_ID = "123456789012"
_Built = TypeVar("_Built")


@dataclass(frozen=True, kw_only=True)
class Record:
    """One registered resource."""

    urn: str
    type: str
    """Token, `aws:ec2/vpc:Vpc`."""
    name: str
    """Logical name."""
    id: str
    """Physical id, as references see it; empty for components."""
    inputs: Mapping[str, Any]
    """As sent to the provider."""
    outputs: Mapping[str, Any]
    """Inputs and made-up computed properties."""
    parent: str
    """URN of the parent."""
    custom: bool
    """False for components."""
    protect: bool
    retain_on_delete: bool
    provider: str
    """`urn::id` of the explicit provider; empty when the default one would be used."""
    depends_on: tuple[str, ...]
    """URNs."""
    ignore_changes: tuple[str, ...]
    """Properties whose changes an update leaves alone."""
    delete_before_replace: bool
    """What must be replaced goes first."""
    replaced_with: str
    """Another value makes the engine replace the resource; empty for none."""

    @property
    def arn(self) -> str:
        """Made-up ARN."""
        return str(self.outputs["arn"])

    def document(self, property_name: str) -> dict[str, Any]:
        """A property that holds JSON, as a mapping."""
        return cast("dict[str, Any]", json.loads(self.inputs[property_name]))


@dataclass
class Recording(Generic[_Built]):
    """All that a program registered, by type and name."""

    built: _Built
    records: tuple[Record, ...]
    exports: Mapping[str, Any]
    lookups: tuple[str, ...]

    def of_type(self, type_: str) -> tuple[Record, ...]:
        """Resources of a type token; the end of it (`:Vpc`, `ec2/vpc:Vpc`) is enough."""
        return tuple(record for record in self.records if record.type.endswith(type_))

    def one(self, type_: str, name: str | None = None) -> Record:
        """The only resource of a type, or the one of this name."""
        found = [record for record in self.of_type(type_) if name is None or record.name == name]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} resources of type {type_} (name {name}), not one: {found}")
        return found[0]

    def names(self, type_: str) -> tuple[str, ...]:
        """Logical names of a type."""
        return tuple(record.name for record in self.of_type(type_))

    def custom(self) -> tuple[Record, ...]:
        """Resources of providers, without components and the providers themselves."""
        return tuple(
            record for record in self.records if record.custom and not record.type.startswith("pulumi:providers:")
        )

    def policies(self) -> Iterator[tuple[Record, dict[str, Any]]]:
        """Each policy document with its resource."""
        for record in self.custom():
            for key in ("policy", "assumeRolePolicy", "accessPolicy"):
                if isinstance(record.inputs.get(key), str) and record.inputs[key].lstrip().startswith("{"):
                    yield record, record.document(key)


Maker = Callable[[str, str, dict[str, Any]], tuple[str, dict[str, Any]]]
"""Type, logical name and inputs of a resource → its id and outputs."""


@dataclass
class _Recorder(pulumi_mocks.Mocks):
    lookups_allowed: Mapping[str, Mapping[str, Any]]
    make: Maker | None
    lookups: list[str] = field(default_factory=list[str])

    def call(self, args: pulumi_mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        if args.token not in self.lookups_allowed:
            raise AssertionError(f"unexpected look-up {args.token}: a program reads its plan, not the cloud")
        self.lookups.append(args.token)
        return dict(self.lookups_allowed[args.token]), []

    def new_resource(self, args: pulumi_mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if not args.custom:
            return "", _inputs(args)
        inputs = _inputs(args)
        if self.make is not None and not args.typ.startswith("pulumi:"):
            return self.make(args.typ, args.name, inputs)
        made = _computed(args.typ, args.name, inputs)
        return str(made.pop("id")), {**made, **inputs}


def _inputs(args: pulumi_mocks.MockResourceArgs) -> dict[str, Any]:
    return dict(cast("dict[str, Any]", args.inputs))  # pyright: ignore[reportUnknownMemberType]


def _computed(type_: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Made-up computed properties, enough for what components read."""
    service = type_.split(":")[1].split("/")[0]
    short = type_.rsplit(":", 1)[-1]
    made: dict[str, Any] = {
        "id": f"{name}-id",
        "arn": f"arn:aws:{service}:eu-west-1:{ACCOUNT_ID}:{short.lower()}/{name}",
        "arnSuffix": f"{short.lower()}/{name}/0123456789abcdef",
        "name": inputs.get("name", f"{name}-1a2b3c4"),
        "dnsName": f"{name}.example.amazonaws.com",
        "zoneId": "Z0000000000",
        "bucket": inputs.get("bucket", name),
        "prefixListId": f"pl-{name}",
        "imageId": f"sha256:{name}",
        "repositoryUrl": f"{ACCOUNT_ID}.dkr.ecr.eu-west-1.amazonaws.com/{inputs.get('name', name)}",
        "latestVersion": 1,
        "revision": 1,
        "keyId": f"{name}-id",
        "ipv6CidrBlock": "2001:db8:1234:1a00::/56",
        "nameServers": ["ns-1.example.net", "ns-2.example.net"],
        "defaultSecurityGroupId": f"{name}-default-sg",
        "defaultNetworkAclId": f"{name}-default-acl",
        "defaultRouteTableId": f"{name}-default-rtb",
        "mainRouteTableId": f"{name}-main-rtb",
        "ownerId": ACCOUNT_ID,
        "family": inputs.get("family", name),
        "url": f"https://{name}.example",
        "fqdn": inputs.get("name", name),
    }
    if short == "Certificate":
        domains = [inputs.get("domainName", "example.com"), *inputs.get("subjectAlternativeNames", [])]
        made["domainValidationOptions"] = [
            {
                "domainName": domain,
                "resourceRecordName": f"_check.{domain}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": f"_value.{domain}.",
            }
            for domain in domains
        ]
    if short in {"LogGroup", "Role", "Cluster", "Repository", "InstanceProfile"}:
        made["id"] = made["name"]
    if short == "LogGroup":
        made["arn"] = f"arn:aws:logs:eu-west-1:{ACCOUNT_ID}:log-group:{made['name']}"
    if short in {"Bucket", "BucketV2"}:
        made["id"] = made["bucket"]
        made["arn"] = f"arn:aws:s3:::{made['bucket']}"
    if short in {"Role", "InstanceProfile"}:
        made["arn"] = f"arn:aws:iam::{ACCOUNT_ID}:{'role' if short == 'Role' else 'instance-profile'}/{made['name']}"
    return made


class _Monitor(pulumi_mocks.MockMonitor):
    def __init__(self, recorder: _Recorder) -> None:
        super().__init__(recorder)
        self.records: dict[str, Record] = {}
        self.exports: dict[str, Any] = {}
        self._urns: set[str] = set()
        self._lock = Lock()

    def RegisterResource(self, request: Any) -> Any:
        urn = self.make_urn(request.parent, request.type, request.name)
        with self._lock:  # registrations run in several threads
            if urn in self._urns and request.type != "pulumi:pulumi:Stack":
                raise AssertionError(f"two resources are called {request.name} ({request.type})")
            self._urns.add(urn)
        response = cast("Any", super()).RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            registered = self.resources[urn]
            self.records[urn] = Record(
                urn=urn,
                type=request.type,
                name=request.name,
                id=registered.id,
                inputs=cast("dict[str, Any]", rpc.deserialize_properties(request.object)),
                outputs=cast("dict[str, Any]", registered.state),  # pyright: ignore[reportUnknownMemberType]
                parent=request.parent,
                custom=bool(request.custom),
                protect=bool(request.protect),
                retain_on_delete=bool(request.retainOnDelete),
                provider=request.provider,
                depends_on=tuple(sorted(request.dependencies)),
                ignore_changes=tuple(request.ignoreChanges),
                delete_before_replace=bool(request.deleteBeforeReplace),
                replaced_with=str(request.replacement_trigger) if request.HasField("replacement_trigger") else "",
            )
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:
        if "pulumi:pulumi:Stack" in request.urn:
            self.exports = cast("dict[str, Any]", rpc.deserialize_properties(request.outputs))
        return cast("Any", super()).RegisterResourceOutputs(request)


def record(
    build: Callable[[], _Built],
    *,
    stack: str = "test",
    project: str = "poolwright",
    preview: bool = False,
    config: Mapping[str, str] | None = None,
    lookups: Mapping[str, Mapping[str, Any]] | None = None,
    make: Maker | None = None,
) -> Recording[_Built]:
    """Runs `build` as a Pulumi program and keeps what it registers.

    `lookups` are the answers to the look-ups that the program may make, by token; any other is an AssertionError.
    `make` stands for the providers: without it ids and computed outputs are made up, and everything is taken.
    """
    recorder = _Recorder(lookups_allowed=lookups or {}, make=make)
    monitor = _Monitor(recorder)
    built: list[_Built] = []
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        pulumi.runtime.set_mocks(recorder, project=project, stack=stack, preview=preview, monitor=monitor)
        # set_mocks makes a root of its own, on which exports would be lost; run_in_stack makes the real one.
        set_root_resource(cast("Any", None))
        pulumi.runtime.set_all_config(dict(config or {}))
        settings = cast("Any", SETTINGS)  # its attributes are made at run time
        settings.rpc_manager.clear()
        settings.outputs.clear()
        loop.run_until_complete(pulumi_stack.run_in_stack(lambda: built.append(build())))
    finally:
        pulumi.runtime.set_all_config({})
        loop.close()
        asyncio.set_event_loop(None)
    records = tuple(sorted(monitor.records.values(), key=lambda kept: (kept.type, kept.name)))
    return Recording(built=built[0], records=records, exports=monitor.exports, lookups=tuple(recorder.lookups))
