"""Reads services.yaml, controls.yaml and storage/<class>.yaml, and checks what they say about each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from solver.catalog.documents import read_document
from solver.catalog.entry import Entry
from solver.catalog.services import (
    ComplianceProfile,
    Control,
    CostTerm,
    EndpointService,
    NetworkService,
    SecurityMeasure,
)
from solver.catalog.storage import FileSystemClass, ObjectClass, StorageClass, VolumeType
from solver.catalog.tables import Reading, near_miss, shown
from solver.errors import Problem


class ServicesFile(Entry):
    """services.yaml."""

    drivers: dict[str, str]
    """What costs depend on, with the unit of each."""
    network: dict[str, NetworkService]
    endpoints: dict[str, EndpointService]
    security: dict[str, SecurityMeasure]


class ControlsFile(Entry):
    """controls.yaml."""

    profiles: dict[str, ComplianceProfile]
    controls: dict[str, Control]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTables:
    """What services.yaml, controls.yaml and storage/ hold, each by its name."""

    drivers: Mapping[str, str] = field(default_factory=dict[str, str])
    network: Mapping[str, NetworkService] = field(default_factory=dict[str, NetworkService])
    endpoints: Mapping[str, EndpointService] = field(default_factory=dict[str, EndpointService])
    measures: Mapping[str, SecurityMeasure] = field(default_factory=dict[str, SecurityMeasure])
    controls: Mapping[str, Control] = field(default_factory=dict[str, Control])
    profiles: Mapping[str, ComplianceProfile] = field(default_factory=dict[str, ComplianceProfile])
    storage: Mapping[str, ObjectClass | VolumeType | FileSystemClass] = field(
        default_factory=dict[str, ObjectClass | VolumeType | FileSystemClass]
    )

    def cost_terms(self) -> Iterable[tuple[str, CostTerm]]:
        """All cost terms, with the path in services.yaml that each stands at."""
        for section, services in (("network", self.network), ("security", self.measures)):
            for name, service in services.items():
                for position, term in enumerate(service.costs):
                    yield f"{section}.{name}.costs.{position}", term


_SERVICES = TypeAdapter(ServicesFile)
_CONTROLS = TypeAdapter(ControlsFile)
_STORAGE: TypeAdapter[ObjectClass | VolumeType | FileSystemClass] = TypeAdapter(StorageClass)


def read_service_tables(reading: Reading, folder: Path) -> ServiceTables:
    """The tables; mistakes, also names that one file uses and no file has, are noted in the reading."""
    services = read_document(reading, folder / "services.yaml", _SERVICES)
    standards = read_document(reading, folder / "controls.yaml", _CONTROLS)
    storage = _read_storage(reading, folder / "storage")
    if services is None or standards is None:
        return ServiceTables(storage=storage)
    check = _Names(reading.problems, shown(folder / "services.yaml"))
    for name, measure in services.security.items():
        place = f"security.{name}"
        check.known(f"{place}.covers", measure.covers, standards.controls)
        check.known(f"{place}.requires", measure.requires, services.security)
        check.known(f"{place}.excludes", measure.excludes, services.security)
    tables = ServiceTables(
        drivers=services.drivers,
        network={name: entry.model_copy(update={"name": name}) for name, entry in services.network.items()},
        endpoints={name: entry.model_copy(update={"name": name}) for name, entry in services.endpoints.items()},
        measures={name: entry.model_copy(update={"name": name}) for name, entry in services.security.items()},
        controls={name: entry.model_copy(update={"id": name}) for name, entry in standards.controls.items()},
        profiles=_profiles(_Names(reading.problems, shown(folder / "controls.yaml")), standards),
        storage=storage,
    )
    for place, term in tables.cost_terms():
        check.known(f"{place}.driver", (term.driver,), services.drivers)
    return tables


@dataclass(frozen=True, slots=True)
class _Names:
    """Notes a problem for each name of a file that is not known."""

    problems: list[Problem]
    file: str

    def known(self, place: str, names: Iterable[str], known: Collection[str]) -> bool:
        """Whether all names are known."""
        unknown = [name for name in names if name not in known]
        for name in unknown:
            self.problems.append(
                Problem(
                    file=self.file,
                    path=place,
                    found=f'"{name}"',
                    allowed="a name that the catalog has is allowed",
                    hint=near_miss(name, known),
                )
            )
        return not unknown


def _profiles(check: _Names, standards: ControlsFile) -> dict[str, ComplianceProfile]:
    """The profiles with all their controls, those of included profiles among them."""
    profiles: dict[str, ComplianceProfile] = {}
    for name, entry in standards.profiles.items():
        check.known(f"profiles.{name}.controls", entry.controls, standards.controls)
        controls = set(entry.controls)
        path = [name]
        below = entry.includes
        while below is not None and check.known(f"profiles.{path[-1]}.includes", (below,), standards.profiles):
            if below in path:
                check.problems.append(
                    Problem(
                        file=check.file,
                        path=f"profiles.{name}.includes",
                        found=" → ".join([*path, below]),
                        allowed="profiles that don't include themselves are allowed",
                    )
                )
                break
            path.append(below)
            controls.update(standards.profiles[below].controls)
            below = standards.profiles[below].includes
        profiles[name] = entry.model_copy(update={"name": name, "controls": tuple(sorted(controls))})
    return profiles


def _read_storage(reading: Reading, folder: Path) -> dict[str, ObjectClass | VolumeType | FileSystemClass]:
    classes: dict[str, ObjectClass | VolumeType | FileSystemClass] = {}
    paths = sorted(folder.glob("*.yaml"))
    for path in paths:
        entry = read_document(reading, path, _STORAGE)
        if entry is not None:
            classes[path.stem] = entry.model_copy(update={"name": path.stem})
    for name, entry in classes.items():
        if isinstance(entry, ObjectClass):
            # A class whose own file is broken is known all the same: its file has the blame.
            known = [path.stem for path in paths if isinstance(classes.get(path.stem, entry), ObjectClass)]
            check = _Names(reading.problems, shown(folder / f"{name}.yaml"))
            check.known("transitions_to", entry.transitions_to, known)
    return classes
