"""Faults on request: what goes wrong, for which requests, when and how often; `fault_file` reads them from a file.

How often a fault has struck is kept beside the account's resources, so that it holds for all plugins and commands.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.places import zone_id
from poolwright.engine.sandbox.rules.limits import LIMITS, reached
from poolwright.engine.sandbox.rules.paths import texts_at
from poolwright.engine.sandbox.rules.reference_table import REFERENCES
from poolwright.engine.sandbox.rules.references import target_of
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal
from poolwright.engine.sandbox.store import Resource, Store
from poolwright.engine.sandbox.tokens import service_of
from poolwright.engine.sandbox.values import Properties, Value, fields, text

ATTEMPTS: Final = 25
"""How often pulumi-aws asks AWS for one thing before it gives up: its `maxRetries`."""
ALWAYS: Final = 1 << 60


class FaultKind(Enum):
    """What can go wrong on request."""

    THROTTLING = "throttling"
    ERROR = "error"
    TIME_OUT = "time-out"
    CRASH = "crash"
    SLOW = "slow"
    INSUFFICIENT_CAPACITY = "insufficient-capacity"
    SPOT_INTERRUPTION = "spot-interruption"
    ZONE_LOST = "zone-lost"
    QUOTA_REACHED = "quota-reached"
    NOT_YET_VISIBLE = "not-yet-visible"
    CHANGED_OUTSIDE = "changed-outside"
    DELETED_OUTSIDE = "deleted-outside"
    DOCKER_HOST_GONE = "docker-host-gone"
    SMOKE_FAILS = "smoke-fails"


class Moment(Enum):
    """On which side of the cloud's work a request is cut off."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that goes wrong: for these requests, after so many of them, so many times."""

    kind: FaultKind
    type: str = ""
    """The resources' type, `ec2.Vpc`; empty for all."""
    name: str = ""
    """The resource's logical name; empty for all."""
    action: Action = Action.CREATE
    after: int = 0
    """So many requests pass first."""
    times: int = 1
    moment: Moment = Moment.AFTER
    seconds: float = 0.0
    code: str = ""
    message: str = ""
    machine_type: str = ""
    zone: str = ""
    """A zone's name or id; empty for all."""
    quota: str = ""
    host: str = ""
    """The address of a Docker host, as the program gives it."""
    set: Properties = field(default_factory=dict[str, Value], hash=False)

    @property
    def key(self) -> str:
        """What its strikes are counted under."""
        told = (
            self.type,
            self.name,
            self.action.name,
            self.moment.value,
            self.machine_type,
            self.zone,
            self.quota,
            self.host,
        )
        return f"fault:{self.kind.value}:{':'.join((*told, str(self.after)))}"

    def is_in(self, zone: str) -> bool:
        """Whether it strikes in the zone of that name."""
        return self.zone in ("", zone) or self.zone == zone_id(zone)


class Struck(Exception):
    """What the provider says when a fault strikes: the words after the operation's name."""


class Faults:
    """The faults of one account."""

    def __init__(self, faults: tuple[Fault, ...], store: Store, end: Callable[[], None] | None = None) -> None:
        self._faults = faults
        self._store = store
        self.end = end or _end_process

    def of(self, *kinds: FaultKind) -> tuple[Fault, ...]:
        """Those of some kinds, in the file's order."""
        return tuple(fault for fault in self._faults if fault.kind in kinds)

    @contextlib.contextmanager
    def delayed(self, kind: str, name: str, action: Action) -> Generator[None]:
        """Waits before or after a request that is to be slow; nobody else waits for it."""
        self._wait(kind, name, action, Moment.BEFORE)
        yield
        self._wait(kind, name, action, Moment.AFTER)

    def _wait(self, kind: str, name: str, action: Action, moment: Moment) -> None:
        for fault in self.of(FaultKind.SLOW):
            if fault.moment is moment and meets(fault, kind, name, action) and self.strikes(fault):
                time.sleep(fault.seconds)

    def before(self, change: Change, name: str, cloud: Cloud) -> None:
        """What happens to a request that AWS has not heard of yet; raises Struck when it fails."""
        for fault in self._faults:
            match fault.kind:
                case FaultKind.THROTTLING if meets(fault, change.type, name, change.action):
                    self._retried(fault, Refusal("ThrottlingException", "Rate exceeded"))
                case FaultKind.NOT_YET_VISIBLE if change.action is not Action.DELETE:
                    for refusal in _unseen(fault, change, cloud):
                        self._retried(fault, refusal)
                case FaultKind.ERROR if meets(fault, change.type, name, change.action) and self.strikes(fault):
                    raise Struck(str(Refusal(fault.code, fault.message)))
                case FaultKind.ZONE_LOST if change.action is Action.CREATE and self._in_lost_zone(fault, change, cloud):
                    raise Struck(_gave_up(_zone_refusal(_zone_of(change, cloud))))
                case FaultKind.QUOTA_REACHED if change.action is Action.CREATE:
                    self._at_quota(fault, change, cloud)
                case FaultKind.TIME_OUT | FaultKind.CRASH if fault.moment is Moment.BEFORE:
                    self._cut_off(fault, change, name, cloud)
                case _:
                    pass

    def after(self, change: Change, name: str, cloud: Cloud) -> None:
        """What happens to the answer of a request that AWS has done; raises Struck when it is lost."""
        for fault in self.of(FaultKind.TIME_OUT, FaultKind.CRASH):
            if fault.moment is Moment.AFTER:
                self._cut_off(fault, change, name, cloud)

    def outside(self) -> None:
        """What somebody does to the account's resources between two commands."""
        for fault in self.of(FaultKind.CHANGED_OUTSIDE, FaultKind.DELETED_OUTSIDE):
            for found in self._store.all(fault.type):
                if fault.name in ("", _name_of(found)) and self.strikes(fault):
                    if fault.kind is FaultKind.DELETED_OUTSIDE:
                        self._store.delete(found)
                    else:
                        self._store.put(_changed(found, fault.set))

    def strikes(self, fault: Fault) -> bool:
        """Counts one request that the fault meets, and tells whether it strikes."""
        with self._store.exclusive():
            if self._store.creations(f"{fault.key}:passed") < fault.after:
                self._store.count_creation(f"{fault.key}:passed")
                return False
            if self._store.creations(fault.key) >= fault.times:
                return False
            self._store.count_creation(fault.key)
            return True

    def _retried(self, fault: Fault, refusal: Refusal) -> None:
        """The provider asks again and again, without the waiting; raises Struck when it gives up."""
        for _ in range(ATTEMPTS):
            if not self.strikes(fault):
                return
        raise Struck(_gave_up(refusal))

    def _cut_off(self, fault: Fault, change: Change, name: str, cloud: Cloud) -> None:
        if not meets(fault, change.type, name, change.action) or not self.strikes(fault):
            return
        if fault.kind is FaultKind.CRASH:
            self.end()
        address = f"https://{service_of(change.type)}.{cloud.region}.{cloud.identity.dns_suffix}/"
        raise Struck(
            f"exceeded maximum number of attempts, {ATTEMPTS}, https response error StatusCode: 0, RequestID: , "
            f'request send failed, Post "{address}": net/http: timeout awaiting response headers'
        )

    def _in_lost_zone(self, fault: Fault, change: Change, cloud: Cloud) -> bool:
        zone = _zone_of(change, cloud)
        return bool(zone) and fault.type in ("", change.type) and fault.is_in(zone) and self.strikes(fault)

    def _at_quota(self, fault: Fault, change: Change, cloud: Cloud) -> None:
        for limit in LIMITS.get(change.type, ()):
            if limit.quota == fault.quota and self.strikes(fault):
                raise Struck(str(reached(limit, len(cloud.all(change.type)))))


def _end_process() -> None:
    os._exit(70)


def meets(fault: Fault, kind: str, name: str, action: Action) -> bool:
    """Whether a fault is about a request."""
    return fault.type in ("", kind) and fault.name in ("", name) and fault.action is action


def _gave_up(refusal: Refusal) -> str:
    return f"exceeded maximum number of attempts, {ATTEMPTS}, {refusal}"


def _zone_refusal(zone: str) -> Refusal:
    words = "The service is unavailable in the Availability Zone you requested"
    return Refusal("Unavailable", f"{words} ({zone}). Please try again shortly.")


def _zone_of(change: Change, cloud: Cloud) -> str:
    """The one zone that a request is for; empty where there is none or several."""
    own = text(change.inputs.get("availabilityZone"))
    place = cloud.get("ec2.Subnet", change.inputs.get("subnetId"))
    return own or ("" if place is None else str(place.outputs.get("availabilityZone")))


def _unseen(fault: Fault, change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """What AWS says of each property that names a resource which it does not see everywhere yet."""
    for reference in REFERENCES:
        if reference.holder == change.type and reference.target == fault.type:
            for value in texts_at(change.inputs, reference.path):
                target = target_of(reference, value, cloud)
                if target is not None and fault.name in ("", _name_of(target)):
                    yield Refusal(reference.code, reference.words.replace("{}", value), reference.path)


def _name_of(resource: Resource) -> str:
    return resource.urn.rpartition("::")[2]


def _changed(resource: Resource, values: Properties) -> Resource:
    outputs = {**resource.outputs, **values}
    if "tags" in values and "tagsAll" in resource.outputs:
        outputs["tagsAll"] = {**fields(resource.outputs["tagsAll"]), **fields(values["tags"])}
    return Resource(
        type=resource.type,
        id=resource.id,
        region=resource.region,
        urn=resource.urn,
        inputs=resource.inputs,
        outputs=outputs,
        facts=resource.facts,
    )
