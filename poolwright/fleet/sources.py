"""Sources of a fleet: a fleet file, or stacks of the project by name, read into what the solver plans together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from solver.catalog.catalog import Catalog
from solver.catalog.digest import default_catalog_path
from solver.catalog.loader import load_catalog
from solver.catalog.prices import CommitmentTerm
from solver.catalog.tables import near_miss
from solver.demand.content import problem_at
from solver.demand.demand import Demand
from solver.demand.fleet import FleetFile, SharedComputePlan, SharedHeld, SharedReservation, read_fleet
from solver.demand.loader import find_stack
from solver.demand.located import Located, shown_path
from solver.errors import ConfigError, DemandError, Problem
from solver.fleet.held import held_by, held_of_stacks
from solver.fleet.plan import Fleet
from solver.fleet.quotas import SharedQuota
from solver.fleet.scenarios import Draws
from solver.inputs import read_inputs, shown
from solver.model.requirements import held_problems


@dataclass(frozen=True, kw_only=True)
class FleetSource:
    """A fleet with where it came from."""

    fleet: Fleet
    path: Path | None
    """The fleet file; None: stacks were named."""
    file: FleetFile | None
    tree: Located | None
    """The file with the line of each value."""
    demands: dict[str, str]
    """Digest of each stack's demand."""

    @property
    def digest(self) -> str:
        """Of all that the plan is made from but the catalog: stacks' demands, and what is shared."""
        shared = "" if self.file is None else self.file.model_dump_json()
        text = "\n".join((shared, *(f"{name} {digest}" for name, digest in sorted(self.demands.items()))))
        return sha256(text.encode()).hexdigest()

    def problem(self, path: Sequence[str | int], allowed: str, found: str | None = None) -> Problem:
        """A mistake at a place of the fleet file."""
        if self.tree is None:
            return Problem(file="", path=".".join(map(str, path)), found=found, allowed=allowed)
        return problem_at(self.tree, tuple(path), allowed, found=found)


def fleet_of(
    root: Path,
    targets: Sequence[str],
    *,
    catalog: Path | None = None,
    thorough: bool = False,
    solver_name: str = "highs",
    draws: Draws | None = None,
) -> FleetSource:
    """The fleet of a file, `fleet.yaml`, or of stacks of the project by name; InputError names every mistake."""
    files = [each for each in targets if each.endswith((".yaml", ".yml"))]
    if files and len(targets) > 1:
        allowed = "either one fleet file or stacks by name are allowed"
        raise ConfigError([Problem(file="", path="TARGET", found=" ".join(targets), allowed=allowed)])
    if files:
        path = Path(files[0])
        file, tree = read_fleet(path)
        paths = {name: path.parent / each for name, each in file.stacks.items()}
        missing = [
            problem_at(tree, ("stacks", name), "an existing stack file is allowed")
            for name, each in paths.items()
            if not each.is_file()
        ]
        if missing:
            raise ConfigError(missing)
    else:
        path, file, tree = None, None, None
        paths = {name: find_stack(root, name) for name in dict.fromkeys(targets)}
    tables = catalog if catalog is not None else default_catalog_path()
    loaded = {
        name: read_inputs(each.parent.parent, each.stem, demand_file=each, catalog_path=tables).loaded
        for name, each in sorted(paths.items())
    }
    demands = {name: each.demand for name, each in loaded.items()}
    regions = sorted({site.region for demand in demands.values() for site in demand.aws_sites.values()})
    if not regions:
        allowed = "at least one stack with a site in a region of AWS is allowed"
        raise ConfigError([Problem(file=shown(path) if path else "", path="stacks", allowed=allowed)])
    if file is not None and tree is not None:
        _refuse_elsewhere(file, tree, regions)
    prices = load_catalog(tables, regions)
    if problems := [problem for each in loaded.values() for problem in held_problems(each, prices)]:
        raise DemandError(problems)
    if file is not None and tree is not None:
        _refuse_unknown(file, tree, prices)
    terms, held = _shared(file, demands)
    fleet = Fleet(
        stacks=demands,
        catalog=prices,
        terms=terms,
        held=held_by(held, prices, regions),
        thorough=thorough,
        solver_name=solver_name,
        draws=draws,
        quotas=() if file is None or tree is None else _quotas(file, tree),
    )
    return FleetSource(
        fleet=fleet, path=path, file=file, tree=tree, demands={name: each.digest for name, each in loaded.items()}
    )


def _refuse_elsewhere(file: FleetFile, tree: Located, regions: Sequence[str]) -> None:
    """ConfigError for what is held in regions where no stack of the fleet has a site: nothing there can use it."""
    held = () if file.purchase is None else file.purchase.held
    allowed = f"a region of the fleet's stacks is allowed: {', '.join(regions)}"
    problems = [
        problem_at(tree, ("purchase", "held", place, "region"), allowed)
        for place, each in enumerate(held)
        if not isinstance(each, SharedComputePlan) and each.region not in regions
    ]
    if problems:
        raise ConfigError(problems)


def _refuse_unknown(file: FleetFile, tree: Located, prices: Catalog) -> None:
    """ConfigError for what is held of a machine type or a family that its region does not sell."""
    problems: list[Problem] = []
    for place, each in enumerate(() if file.purchase is None else file.purchase.held):
        if isinstance(each, SharedComputePlan):
            continue
        machines = [offering.machine for offering in prices.purchasable(each.region)]
        if isinstance(each, SharedReservation):
            key, name, known = "machine_type", each.machine_type, {machine.name for machine in machines}
        else:
            key, name, known = "family", each.family, {machine.family for machine in machines}
        if name not in known:
            allowed = f"a {key.replace('_', ' ')} of {each.region} is allowed, one of {len(known)}"
            problems.append(
                problem_at(tree, ("purchase", "held", place, key), allowed, hint=near_miss(name, sorted(known)))
            )
    if problems:
        raise ConfigError(problems)


def _quotas(file: FleetFile, tree: Located) -> tuple[SharedQuota, ...]:
    """Shared quotas in the file's own words, with its line."""
    found: list[SharedQuota] = []
    for account, each in sorted(file.accounts.items()):
        for region, families in sorted(each.quotas.items()):
            for family, vcpus in sorted(families.items()):
                path = ("accounts", account, "quotas", region, family)
                node = tree.nearest(path)
                words = f"{shown_path(node.file)}:{node.line} {'.'.join(path)}: {vcpus}"
                found.append(
                    SharedQuota(
                        words=words, region=region, family=family, vcpus=vcpus, stacks=tuple(sorted(each.stacks))
                    )
                )
    return tuple(found)


def _shared(
    file: FleetFile | None, demands: dict[str, Demand]
) -> tuple[tuple[CommitmentTerm, ...], tuple[SharedHeld, ...]]:
    """What may be bought and what is held, in the file's words or in those of the stacks' files."""
    if file is not None and file.purchase is not None:
        wishes, held = file.purchase.commitments, file.purchase.held
    else:
        wishes = tuple(wish for _, demand in sorted(demands.items()) for wish in demand.purchase.commitments)
        held = held_of_stacks(demands)
    terms = (CommitmentTerm(wish.kind, wish.years, wish.payment) for wish in wishes)
    return tuple(sorted(set(terms), key=str)), held
