"""Carbon: what machines draw, and what their electricity emits; read from the catalog's folder `carbon/`.

A machine of v vCPUs, m GiB and a accelerators draws, where its processors and accelerators are half busy,

    W  =  v · (idle + full) / 2  +  0.392 · m  +  a · (idle' + full') / 2

and emits W / 1000 · PUE · g grams an hour on a grid of g grams for a kWh. Formula, the half and the 0.392 watts of a
GiB are those of Cloud Carbon Footprint (https://www.cloudcarbonfootprint.org/docs/methodology), which leaves out the
memory that the servers of the processors' figures had themselves: here all of it counts. What making the machines
emitted, disks, networks and managed services are not in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from solver.catalog.machines import MachineType
from solver.catalog.tables import Reading, Row, near_miss, read_rows, shown, unknown
from solver.errors import Problem

CARBON_FOLDER = "carbon"
WATTS_PER_GIB = 0.392
"""0.000392 kWh for a GiB and hour: MEMORY_COEFFICIENT of the npm package @cloud-carbon-footprint/aws 0.15.0."""
BUSY = 0.5
"""Part of the way from idle to busy: AVG_CPU_UTILIZATION_2020 there, the mean of large data centres' servers."""
AVERAGE = "average"
"""The processor of families that have no row."""
_MIB_PER_GIB = 1024
_MOST_PUE = 5.0
_POWER_COLUMNS = ("idle_watts", "full_watts", "source")


@dataclass(frozen=True, slots=True)
class Power:
    """Watts of one vCPU or accelerator."""

    idle_watts: float
    full_watts: float

    @property
    def watts(self) -> float:
        """When it is half busy."""
        return self.idle_watts + BUSY * (self.full_watts - self.idle_watts)


@dataclass(frozen=True, slots=True)
class Grid:
    """A region's electricity."""

    grams_per_kwh: float
    """CO2 equivalent; the yearly mean of the grid."""
    pue: float
    """kWh that the data centre takes for each of its machines."""


@dataclass(frozen=True, slots=True)
class Carbon:
    """The folder's tables."""

    processors: Mapping[str, Power] = field(default_factory=dict[str, Power])
    """Of a vCPU, by processor; `average` is one."""
    families: Mapping[str, str] = field(default_factory=dict[str, str])
    """Processor by family."""
    accelerators: Mapping[str, Power] = field(default_factory=dict[str, Power])
    """Of a device, by model."""
    grids: Mapping[str, Grid] = field(default_factory=dict[str, Grid])
    """By region."""

    def grid(self, region: str) -> Grid:
        """The region's electricity; CatalogError where the table has no row of it."""
        found = self.grids.get(region)
        if found is None:
            raise unknown("region of carbon/regions.csv", region, self.grids)
        return found

    def watts(self, machine: MachineType) -> float:
        """Of a machine; what `not_counted` names is not in it."""
        processor = self.processors[self.families.get(machine.family, AVERAGE)]
        found = machine.vcpus * processor.watts + machine.memory_mib / _MIB_PER_GIB * WATTS_PER_GIB
        accelerator = machine.accelerator
        power = None if accelerator is None else self.accelerators.get(accelerator.model)
        if accelerator is not None and power is not None:
            found += (accelerator.count or accelerator.share) * power.watts
        return found

    def kg_per_hour(self, machine: MachineType, region: str) -> float:
        """Kilograms of CO2 equivalent of an hour of a machine."""
        grid = self.grid(region)
        return self.watts(machine) / 1000 * grid.pue * grid.grams_per_kwh / 1000

    def with_family(self, family: str, like: str) -> Carbon:
        """With a further family that has the processor of another."""
        return replace(self, families={**self.families, family: self.families.get(like, AVERAGE)})

    def not_counted(self, machine: MachineType) -> str | None:
        """The model of accelerators that have no figures."""
        accelerator = machine.accelerator
        return None if accelerator is None or accelerator.model in self.accelerators else accelerator.model


def read_carbon(reading: Reading, folder: Path, sources: Collection[str]) -> Carbon:
    """The tables of the folder `carbon/`; mistakes are noted in the reading."""
    processors = _powers(reading, folder / "processors.csv", "processor", sources)
    families: dict[str, str] = {}
    for row in read_rows(reading, folder / "families.csv", ("family", "processor", "source")):
        family, processor = row.text("family"), row.text("processor")
        if processor not in processors:
            hint = near_miss(processor, processors)
            row.refuse("processor", "a processor that processors.csv has is needed", hint=hint)
        if family in families:
            row.refuse("family", "each family once is allowed", hint="Remove one of the two rows.")
        _refuse_unknown(row, "source", sources)
        families[family] = processor
    if AVERAGE not in processors:
        needed = f"a row `{AVERAGE}` is needed, for families without a row in families.csv"
        reading.problems.append(Problem(file=shown(folder / "processors.csv"), allowed=needed))
    grids: dict[str, Grid] = {}
    columns = ("region", "grams_per_kwh", "grid_source", "pue", "pue_source")
    for row in read_rows(reading, folder / "regions.csv", columns):
        if row.text("region") in grids:
            row.refuse("region", "each region once is allowed", hint="Remove one of the two rows.")
        for column in ("grid_source", "pue_source"):
            _refuse_unknown(row, column, sources)
        grids[row.text("region")] = Grid(row.number("grams_per_kwh"), row.number("pue", above=0.999, at_most=_MOST_PUE))
    accelerators = _powers(reading, folder / "accelerators.csv", "model", sources)
    return Carbon(processors, families, accelerators, grids)


def _refuse_unknown(row: Row, column: str, sources: Collection[str]) -> None:
    source = row.text(column)
    if source not in sources:
        row.refuse(column, "a source that carbon/sources.yaml has is needed", hint=near_miss(source, sources))


def _powers(reading: Reading, path: Path, key: str, sources: Collection[str]) -> dict[str, Power]:
    found: dict[str, Power] = {}
    for row in read_rows(reading, path, (key, *_POWER_COLUMNS)):
        if row.text(key) in found:
            row.refuse(key, f"each {key} once is allowed", hint="Remove one of the two rows.")
        _refuse_unknown(row, "source", sources)
        found[row.text(key)] = _power(row)
    return found


def _power(row: Row) -> Power:
    idle = row.number("idle_watts")
    full = row.number("full_watts", above=0)
    if full < idle:
        row.refuse("full_watts", f"at least the idle watts, {idle:g}, are allowed")
    return Power(idle, full)
