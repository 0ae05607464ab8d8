"""Questions: the other demands whose plans explain a stack's, each as the keys that `poolwright whatif` takes.

Every figure of an explanation that is a difference of two plans is the answer to one of these, so that anyone can ask
it again by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from solver.catalog.catalog import Catalog
from solver.catalog.price_edits import PREFIX, price_edit, with_prices
from solver.demand.demand import Demand
from solver.demand.edits import argument_of, with_values
from solver.demand.names import ALL
from solver.demand.workloads import Service
from solver.plan.comparison import Direction
from solver.vocabulary import Survive

_MANY_GROUPS = 100
_EVERY_HOUR = 24
_NO_PROFILE = "none"


@dataclass(frozen=True, kw_only=True)
class Question:
    """A plan to solve."""

    name: str
    """What is asked about: `zone survival`, a machine type, a workload."""
    kept: str = ""
    """What the demand says."""
    without: str = ""
    """What is asked instead."""
    values: Mapping[str, object] = field(default_factory=dict[str, object])
    """Keys of the demand with the values that a file would have."""
    prices: Mapping[str, str] = field(default_factory=dict[str, str])
    """Price keys with their changes."""
    direction: Direction = Direction.OTHER
    """How its plans are related to the stack's."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """As `poolwright whatif` takes it."""
        return (
            *(argument_of(key, value) for key, value in self.values.items()),
            *(f"{key}={change}" for key, change in self.prices.items()),
        )

    def asked_of(self, demand: Demand, catalog: Catalog) -> tuple[Demand, Catalog]:
        """The other demand, and the catalog at the other prices."""
        edits = [price_edit(key, change, catalog) for key, change in self.prices.items()]
        return with_values(demand, self.values) if self.values else demand, with_prices(catalog, edits)


def guarantee_questions(demand: Demand, workload: str | None) -> Iterator[Question]:
    """What each promise, limit and permission costs: of one workload, or of the whole stack."""
    services = {
        key: entry for key, entry in demand.workloads.items() if isinstance(entry, Service) and workload in (None, key)
    }
    surviving = [key for key, entry in services.items() if entry.survive is Survive.ZONE]
    yield from _of_services("zone survival", surviving, "survive", "none", "none")
    beyond = [key for key, entry in services.items() if entry.survive is Survive.SITE]
    yield from _of_services("site survival", beyond, "survive", "none", "none")
    spare = [key for key, entry in services.items() if entry.headroom > 0]
    yield from _of_services("headroom", spare, "headroom", 0, "0")
    for level in sorted({entry.load.service_level or 0.5 for entry in services.values()}):
        # Only where it is above the median, the loads at which are never higher.
        sure = [key for key, entry in services.items() if entry.load.service_level == level > 0.5]
        yield from _of_services(f"service level {level:g}", sure, "load.service_level", 0.5, "the median")
    apart = [key for key, entry in services.items() if entry.max_per_machine is not None]
    yield from _of_services("max per machine", apart, "max_per_machine", None, "any number")
    yield from _apart(demand, workload)
    if workload is None:
        yield from _of_stack(demand)
        return
    floors = [key for key, entry in services.items() if entry.replicas.min > 1]
    yield from _of_services("min replicas", floors, "replicas.min", 1, "1")
    interruptible = [key for key, entry in services.items() if entry.interruptible_share > 0 and demand.purchase.spot]
    for key in interruptible:
        yield Question(
            name="interruptible share",
            kept=f"{services[key].interruptible_share:.0%}",
            without="0",
            values={f"workloads.{key}.interruptible_share": 0},
            direction=Direction.TIGHTER,
        )


def _of_services(name: str, keys: Sequence[str], field_name: str, value: object, words: str) -> Iterator[Question]:
    if keys:
        yield Question(
            name=name,
            kept=", ".join(keys),
            without=words,
            values={f"workloads.{key}.{field_name}": value for key in keys},
            direction=Direction.FREER,
        )


def _apart(demand: Demand, workload: str | None) -> Iterator[Question]:
    """All may share machines; or one workload may, also with those that name it. Jobs never do."""
    values: dict[str, object] = {}
    apart: list[str] = []
    for key, entry in demand.workloads.items():
        named = entry.apart_from
        others = [each for each in demand.workloads if each != key] if named == ALL else list(named)
        left = [] if workload in (None, key) else [each for each in others if each != workload]
        if not isinstance(entry, Service) or len(left) == len(others):
            continue
        apart.append(f"{key} from {ALL if named == ALL else ', '.join(named)}")
        values[f"workloads.{key}.apart_from"] = left
    if values:
        kept = "; ".join(apart)
        yield Question(name="machines apart", kept=kept, without="shared", values=values, direction=Direction.FREER)


def _of_stack(demand: Demand) -> Iterator[Question]:
    limits = demand.limits
    if limits.node_groups < _MANY_GROUPS:
        yield Question(
            name="limit of node groups",
            kept=str(limits.node_groups),
            without=str(_MANY_GROUPS),
            values={"limits.node_groups": _MANY_GROUPS},
            direction=Direction.FREER,
        )
    if limits.changes_per_day < _EVERY_HOUR:
        yield Question(
            name="changes a day",
            kept=str(limits.changes_per_day),
            without=str(_EVERY_HOUR),
            values={"limits.changes_per_day": _EVERY_HOUR},
            direction=Direction.FREER,
        )
    for key, patterns in (("machines", limits.machines), ("exclude_machines", limits.exclude_machines)):
        if patterns:
            yield Question(
                name=f"limits.{key}",
                kept=", ".join(patterns),
                without="all machines" if key == "machines" else "none",
                values={f"limits.{key}": []},
                direction=Direction.FREER,
            )
    if demand.compliance.profile != _NO_PROFILE:
        yield Question(
            name="compliance profile",
            kept=demand.compliance.profile,
            without=_NO_PROFILE,
            values={"compliance.profile": _NO_PROFILE},
            direction=Direction.FREER,
        )
    if demand.purchase.spot and any(entry.interruptible_share for entry in demand.workloads.values()):
        yield Question(
            name="spot machines",
            kept="allowed",
            without="none",
            values={"purchase.spot": False},
            direction=Direction.TIGHTER,
        )
    if demand.purchase.commitments:
        yield Question(
            name="commitments",
            kept="allowed",
            without="none",
            values={"purchase.commitments": []},
            direction=Direction.TIGHTER,
        )


def exclusion_question(demand: Demand, machine_type: str) -> Question:
    """The plan without a machine type."""
    return Question(
        name=machine_type,
        values={"limits.exclude_machines": [*demand.limits.exclude_machines, machine_type]},
        direction=Direction.TIGHTER,
    )


def price_question(machine_type: str, part: float) -> Question:
    """The plan when all prices of a machine type rise by a part."""
    return Question(
        name=machine_type, prices={f"{PREFIX}{machine_type}": f"*{1 + part:.4f}"}, direction=Direction.OTHER
    )


def load_question(workload: str, load: Mapping[str, object]) -> Question:
    """The plan with another load of a service."""
    return Question(name=workload, values={f"workloads.{workload}.load": dict(load)})
