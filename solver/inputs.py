"""What a stack's plan is made from, read from disk: demand and catalog with their digests, and the lock's freshness.

Nothing here solves, so a check of freshness costs no more than reading the files.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from solver.catalog.digest import catalog_digest, default_catalog_path, region_names, trial_digest
from solver.demand.loader import LoadedDemand, find_stack, load_demand
from solver.errors import StaleError
from solver.model.known_names import check_regions
from solver.plan.lock import Lock, read_lock
from solver.plan.plan import MODEL_VERSION, DiscountsInput, PlanInputs, PriceTable, ReleaseInput

if TYPE_CHECKING:
    from solver.catalog.catalog import Catalog


@dataclass(frozen=True, kw_only=True)
class StackInputs:
    """A stack's demand and where the catalog and the lock are."""

    loaded: LoadedDemand
    """The demand after inheritance, with the lines that its values stand at."""
    catalog_path: Path
    """Folder of the tables."""
    catalog_digest: str
    """Digest of what the tables of the stack's regions say."""
    lock_path: Path
    """Beside the demand file."""
    discounts: Path | None = None
    """Agreements to plan with instead of the catalog's; the digest of the catalog is then of these too."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions of the stack's sites, by name."""
        return tuple(sorted({site.region for site in self.loaded.demand.aws_sites.values()}))

    def catalog(self) -> Catalog:
        """The tables of the stack's regions."""
        # A check of freshness reads no tables, so it loads nothing that does.
        from solver.catalog.loader import load_catalog

        return load_catalog(self.catalog_path, self.regions, discounts=self.discounts)

    def plan_inputs(self, catalog: Catalog) -> PlanInputs:
        """Digests and price dates for a plan."""
        tables = [catalog.price_table(region) for region in self.regions]
        release, agreed = self.loaded.release, catalog.discounts
        return PlanInputs(
            demand=self.loaded.digest,
            catalog=self.catalog_digest,
            model=MODEL_VERSION,
            prices=tuple(
                PriceTable(region=table.region, dated=str(table.source_date or "undated")) for table in tables
            ),
            release=None if release is None else ReleaseInput(id=release.id, digest=release.digest),
            discounts=None if agreed is None else DiscountsInput(name=agreed.name, digest=agreed.digest),
        )


def read_inputs(
    root: Path,
    stack: str,
    *,
    demand_file: Path | None = None,
    catalog_path: Path | None = None,
    discounts: Path | None = None,
    to_come: Path | None = None,
) -> StackInputs:
    """Reads the demand of a stack: `stacks/<stack>.yaml` of the project, or the file given; `to_come` is a forecast
    that is about to be made, and need not be there.

    Raises DemandError or CatalogError with every mistake found.
    """
    path = demand_file if demand_file is not None else find_stack(root, stack)
    loaded = load_demand(path, to_come=to_come)
    tables = catalog_path if catalog_path is not None else default_catalog_path()
    check_regions(loaded, region_names(tables))
    regions = {site.region for site in loaded.demand.aws_sites.values()}
    digest = catalog_digest(tables, sorted(regions), carbon=loaded.demand.carbon is not None)
    return StackInputs(
        loaded=loaded,
        catalog_path=tables,
        catalog_digest=digest if discounts is None else trial_digest(digest, discounts),
        lock_path=path.parent / f"{stack}.lock.yaml",
        discounts=discounts,
    )


def fresh_lock(root: Path, stack: str) -> Lock:
    """The lock of a stack whose inputs are those on disk; StaleError names what changed and the command to run."""
    inputs = read_inputs(root, stack)
    lock = read_lock(inputs.lock_path, shown_as=shown(inputs.lock_path))
    refuse_stale(lock, inputs)
    return lock


def refuse_stale(lock: Lock, inputs: StackInputs) -> None:
    """Raises StaleError when the lock was not made from these inputs."""
    release = inputs.loaded.release
    changed = lock.stale_inputs(
        demand=inputs.loaded.digest,
        catalog=inputs.catalog_digest,
        release=None if release is None else release.digest,
    )
    if changed:
        raise StaleError(
            f"{shown(inputs.lock_path)} is stale: {'; '.join(changed)} since it was written",
            hint=f"Run: poolwright plan {lock.stack} --write",
        )


def shown(path: Path) -> str:
    """A path as the user would type it: relative to the current folder where it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
