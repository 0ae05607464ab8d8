"""What exists in the sandbox's cloud, on disk: one folder for each account, one JSON file for each resource.

    $POOLWRIGHT_SANDBOX_DIR/<account>/resources/<service>.<Type>/<name of the file>.json
    $POOLWRIGHT_SANDBOX_DIR/<account>/created.log      one line per creation: ids are never used twice
    $POOLWRIGHT_SANDBOX_DIR/<account>/lock             held while something is checked and written

It is separate from Pulumi's state on purpose: a file that is edited or deleted here is a change that somebody made
outside of Pulumi, which a refresh then sees. Files are replaced atomically: a killed process leaves no half of one.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias, TypedDict, cast

from poolwright.engine.sandbox.keys import resource_key
from poolwright.engine.sandbox.values import Properties, Value

FOLDER_VARIABLE: Final = "POOLWRIGHT_SANDBOX_DIR"
# File systems stamp in steps of some milliseconds: a change within one step of a reading shows no new stamp.
_STAMP_STEP_NS: Final = 20_000_000
_SAFE = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class Resource:
    """One thing that exists in the cloud."""

    type: str
    """The type's short name, `ec2.Vpc`."""
    id: str
    region: str
    """Empty for the resources of global services."""
    urn: str
    """Who made it, in Pulumi's words; empty for what the cloud itself brings along."""
    inputs: Properties
    outputs: Properties
    """Everything a read answers, inputs included."""
    facts: Properties = field(default_factory=dict[str, Value])
    """What the cloud knows and Pulumi does not ask: objects in a bucket, running tasks."""

    @property
    def key(self) -> str:
        """What tells it from every other resource of its type in the account."""
        return resource_key(self.type, self.region, self.id, self.outputs)


class _Document(TypedDict):
    type: str
    id: str
    region: str
    urn: str
    inputs: Properties
    outputs: Properties
    facts: Properties


class Store:
    """The resources of one account; safe for threads, and for processes that share the folder."""

    def __init__(self, root: Path, account: str) -> None:
        self._account = root / account
        self._resources = self._account / "resources"
        self._log = self._account / "created.log"
        self._mutex = threading.RLock()
        self._depth = 0
        self._lock_file: int | None = None
        self._types: dict[str, _TypeFolder] = {}
        self._created: Counter[str] = Counter()
        self._log_read = 0

    @contextlib.contextmanager
    def exclusive(self) -> Generator[None]:
        """Nobody else checks or writes in this account meanwhile; may be nested."""
        with self._mutex:
            if self._depth == 0:
                self._resources.mkdir(parents=True, exist_ok=True)
                self._lock_file = os.open(self._account / "lock", os.O_RDWR | os.O_CREAT, 0o644)
                fcntl.flock(self._lock_file, fcntl.LOCK_EX)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0 and self._lock_file is not None:
                    os.close(self._lock_file)  # closing releases the lock
                    self._lock_file = None

    def get(self, kind: str, key: str) -> Resource | None:
        """The resource of that type under that key; None when it does not exist."""
        with self._mutex:
            return self._folder(kind).fresh().get(key)

    def all(self, kind: str) -> list[Resource]:
        """Every resource of a type, ordered by key."""
        with self._mutex:
            known = self._folder(kind).fresh()
            return [known[key] for key in sorted(known)]

    def kinds(self) -> list[str]:
        """The types of which something exists or existed, ordered."""
        if not self._resources.is_dir():
            return []
        return sorted(entry.name for entry in self._resources.iterdir() if entry.is_dir())

    def put(self, resource: Resource) -> None:
        """Create the resource or replace what was known of it."""
        with self.exclusive():
            self._folder(resource.type).write(resource)

    def delete(self, resource: Resource) -> None:
        """Forget the resource; nothing happens when it does not exist."""
        with self.exclusive():
            self._folder(resource.type).remove(resource.key)

    def creations(self, key: str) -> int:
        """How many resources were ever created under this key."""
        with self._mutex:
            self._read_log()
            return self._created[_digest(key)]

    def count_creation(self, key: str) -> None:
        """Remember one more creation under this key, for good."""
        with self.exclusive(), self._log.open("a", encoding="ascii") as log:
            log.write(_digest(key) + "\n")

    def _read_log(self) -> None:
        try:
            size = self._log.stat().st_size
        except FileNotFoundError:
            return
        if size > self._log_read:
            with self._log.open("rb") as log:
                log.seek(self._log_read)
                lines = log.read()
            whole = lines.rfind(b"\n") + 1
            self._created.update(lines[:whole].decode("ascii").split())
            self._log_read += whole

    def _folder(self, kind: str) -> _TypeFolder:
        found = self._types.get(kind)
        if found is None:
            found = self._types[kind] = _TypeFolder(self._resources / kind)
        return found


class _TypeFolder:
    """The files of one resource type, and what was read from them last."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = -1
        self._settled = False
        self._file_stamps: dict[str, _Stamp] = {}
        self._resources: dict[str, Resource] = {}
        self._keys: dict[str, str] = {}
        """File name → key of the resource in it."""

    def fresh(self) -> dict[str, Resource]:
        """The resources by key, read again where a file has changed since."""
        try:
            stamp = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            stamp = 0
        if stamp != self._stamp or not self._settled:
            self._read(stamp)
        return self._resources

    def _read(self, stamp: int) -> None:
        self._remember(stamp)
        seen: dict[str, _Stamp] = {}
        if stamp:
            with os.scandir(self._path) as entries:
                seen = {entry.name: _stamp_of(entry.stat()) for entry in entries if entry.name.endswith(".json")}
        for name in self._file_stamps.keys() - seen.keys():
            self._forget(name)
        for name, found in seen.items():
            if self._file_stamps.get(name) != found:
                self._forget(name)
                resource = _load(self._path / name)
                if resource is not None:
                    self._keep(name, resource, found)

    def write(self, resource: Resource) -> None:
        """Put the resource's file in place in one step."""
        self.fresh()
        if not self._stamp:
            self._path.mkdir(parents=True, exist_ok=True)
        name = _file_name(resource.key)
        document: _Document = {
            "type": resource.type,
            "id": resource.id,
            "region": resource.region,
            "urn": resource.urn,
            "inputs": resource.inputs,
            "outputs": resource.outputs,
            "facts": resource.facts,
        }
        draft = self._path / f".{name}.{os.getpid()}"
        draft.write_text(json.dumps(document, indent=1, sort_keys=True), encoding="utf-8")
        stamp = _stamp_of(draft.stat())
        draft.replace(self._path / name)
        self._forget(name)
        self._keep(name, resource, stamp)
        self._remember(self._path.stat().st_mtime_ns)

    def remove(self, key: str) -> None:
        """Delete the resource's file."""
        self.fresh()
        name = _file_name(key)
        (self._path / name).unlink(missing_ok=True)
        self._forget(name)
        if self._stamp:
            self._remember(self._path.stat().st_mtime_ns)

    def _remember(self, stamp: int) -> None:
        self._stamp = stamp
        self._settled = time.time_ns() - stamp > _STAMP_STEP_NS

    def _keep(self, name: str, resource: Resource, stamp: _Stamp) -> None:
        self._resources[resource.key] = resource
        self._keys[name] = resource.key
        self._file_stamps[name] = stamp

    def _forget(self, name: str) -> None:
        self._file_stamps.pop(name, None)
        known = self._keys.pop(name, None)
        if known is not None:
            self._resources.pop(known, None)


_Stamp: TypeAlias = tuple[int, int, int]


def _stamp_of(status: os.stat_result) -> _Stamp:
    return status.st_mtime_ns, status.st_ino, status.st_size


def _load(path: Path) -> Resource | None:
    try:
        document = cast("_Document", json.loads(path.read_text(encoding="utf-8")))
        return Resource(
            type=document["type"],
            id=document["id"],
            region=document["region"],
            urn=document["urn"],
            inputs=document["inputs"],
            outputs=document["outputs"],
            facts=document.get("facts", {}),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError) as error:
        raise ValueError(f"{path}: not a resource of the sandbox ({error}); delete the file or repair it") from error


def _file_name(key: str) -> str:
    """Readable where the key allows it, and one file for each key always."""
    region, _, name = key.partition("/")
    readable = _SAFE.sub("_", name)
    tail = "" if readable == name and len(readable) <= 100 else f"~{_digest(key)[:12]}"
    return f"{region or 'global'}~{readable[:100]}{tail}.json"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def default_folder() -> Path:
    """Where the sandbox keeps its accounts: $POOLWRIGHT_SANDBOX_DIR, else a folder in the user's state folder."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "poolwright" / "sandbox"
