"""solve_storage: classes, types, sizes and lifecycle of a site's claims, and what they cost, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.storage import Bucket, FileSystem, Lustre, Volume
from solver.errors import InfeasibleError
from solver.model.answer import PoolAnswer
from solver.model.priced import SitePrices
from solver.model.storage.backup import backup_of
from solver.model.storage.buckets import (
    S3,
    BucketAnswer,
    bucket_charges,
    bucket_moves,
    bucket_plan,
    bucket_reason,
    solve_buckets,
)
from solver.model.storage.copies import copies_not_priced, copy_charges, with_copies
from solver.model.storage.file_systems import (
    FileSystemOption,
    file_system_options,
    file_system_plan,
    file_system_reason,
)
from solver.model.storage.lustre import LustreOption, lustre_options, lustre_plan, lustre_reason
from solver.model.storage.volumes import VolumeOption, volume_options, volume_plan, volume_reason, volume_usd
from solver.model.zones import zones_of
from solver.plan.backup import BackupPlan
from solver.plan.cost import Pool, total_usd_per_month
from solver.plan.storage import LustrePlan, StoragePlan, VolumePlan
from solver.quantity import format_gib
from solver.vocabulary import AccessMode, Termination

EBS = "ebs"


def solve_storage(
    demand: Demand, site_key: str, catalog: Catalog, *, previous: StoragePlan | None = None
) -> PoolAnswer[StoragePlan]:
    """The storage of one site; its parts are enumerated exactly, so it takes no backend.

    Volumes have no lines here: how many there are follows from machines and replicas, and the compute pool counts them
    at `volume_usd_per_month`. InfeasibleError for a claim that nothing in the region can hold.

    `previous` classes of a bucket are kept while they cost no more than `limits.gap` above the best. A file system
    stays in its zone, or in all, while the claim allows that: AWS can't move one, nor do its files move by themselves.
    """
    prices = SitePrices(catalog, demand.aws_sites[site_key].region, site_key, Pool.STORAGE)
    zones = zones_of(demand, site_key, catalog)
    claims = {key: claim for key, claim in sorted(demand.storage.items()) if demand.site_of(claim) == site_key}
    bucket_needs = {key: claim for key, claim in claims.items() if isinstance(claim, Bucket)}
    volume_needs = {key: claim for key, claim in claims.items() if isinstance(claim, Volume)}
    file_needs = {key: claim for key, claim in claims.items() if isinstance(claim, FileSystem)}
    fast_needs = {key: claim for key, claim in claims.items() if isinstance(claim, Lustre)}
    users = _users(demand, site_key)

    buckets = _buckets(bucket_needs, prices, previous, demand.limits.gap)
    volumes = {key: _volume(key, need, prices) for key, need in volume_needs.items()}
    places = {
        each.key: each.zone
        for each in (previous.file_systems if previous is not None else ())
        if each.zone is None or each.zone in zones
    }
    files = {
        key: _in_place(_file_system(key, need, prices, zones=len(zones)), key, places)
        for key, need in file_needs.items()
    }

    present = {each.key: each for each in (previous.lustre if previous is not None else ()) if each.zone in zones}
    fast = {key: _lustre(key, need, prices, present.get(key)) for key, need in fast_needs.items()}

    plan = StoragePlan(
        buckets=tuple(
            with_copies(bucket_plan(key, need, buckets[key]), need, demand, site_key)
            for key, need in bucket_needs.items()
        ),
        volumes=tuple(volume_plan(key, need, volumes[key], users[key]) for key, need in volume_needs.items()),
        file_systems=tuple(
            file_system_plan(key, need, files[key], places.get(key) or zones[0], users[key])
            for key, need in file_needs.items()
        ),
        lustre=tuple(
            lustre_plan(
                key,
                need,
                fast[key],
                present[key].zone if key in present else zones[0],
                workloads=users[key],
                writes=_writes(demand, users[key], key),
            )
            for key, need in fast_needs.items()
        ),
        protect=demand.data_protection,
    )
    plan = _backed_up(plan, backup_of(demand, site_key, plan))
    other_charges = [
        *copy_charges(plan.buckets, bucket_needs, prices.region),
        *(charge for options in files.values() for charge in options[0].charges),
        *(charge for options in fast.values() for charge in options[0].charges),
    ]
    lines = prices.lines([*bucket_charges({key: each.plan for key, each in buckets.items()}), *other_charges])
    least = prices.lines([*bucket_charges({key: each.least for key, each in buckets.items()}), *other_charges])
    return PoolAnswer(
        plan=plan,
        lines=lines,
        bound_usd_per_month=min(total_usd_per_month(lines), total_usd_per_month(least)),
        termination=Termination.OPTIMAL,
        reasons=(
            *(bucket_reason(key, answer) for key, answer in buckets.items()),
            *(volume_reason(key, options) for key, options in volumes.items()),
            *(file_system_reason(key, options) for key, options in files.items()),
            *(lustre_reason(key, options) for key, options in fast.items()),
        ),
        rejected=bucket_moves(buckets, demand.limits.gap),
        not_priced=_not_priced(plan),
    )


def volume_usd_per_month(volume: VolumePlan, catalog: Catalog, region: str) -> float:
    """Dollars a month for one claim's volume, all its stripes together, of one machine or replica."""
    volume_type = next(each for each in catalog.volume_types(region) if each.volume_type == volume.volume_type)
    usd = volume_usd(
        volume_type,
        lambda item: catalog.price(region, EBS, item),
        size_gib=volume.size_gib,
        iops=volume.iops,
        throughput_mibps=volume.throughput_mibps,
    )
    return volume.stripes * usd


def _buckets(
    needs: Mapping[str, Bucket], prices: SitePrices, previous: StoragePlan | None, gap: float
) -> dict[str, BucketAnswer]:
    answers = solve_buckets(
        needs,
        prices.catalog.object_classes(prices.region),
        lambda item: prices.price(S3, item),
        previous={} if previous is None else {each.key: each for each in previous.buckets},
        gap=gap,
    )
    found: dict[str, BucketAnswer] = {}
    for key, answer in answers.items():
        if answer is None:
            raise InfeasibleError(
                f"no S3 class of {prices.region} can hold bucket {key}",
                conflict=tuple(
                    f"storage.{key}.access.{index}.retrieval_within_hours: {band.retrieval_within_hours:g}"
                    for index, band in enumerate(needs[key].access)
                ),
            )
        found[key] = answer
    return found


def _volume(key: str, need: Volume, prices: SitePrices) -> list[VolumeOption]:
    options = volume_options(need, prices.catalog.volume_types(prices.region), lambda item: prices.price(EBS, item))
    if not options:
        raise InfeasibleError(
            f"no EBS type of {prices.region} holds volume {key}, however striped",
            conflict=(
                f"storage.{key}.size: {format_gib(need.size)}",
                f"storage.{key}.iops: {need.iops}",
                f"storage.{key}.throughput_mibps: {need.throughput_mibps}",
            ),
        )
    return options


def _file_system(key: str, need: FileSystem, prices: SitePrices, *, zones: int) -> list[FileSystemOption]:
    options = file_system_options(key, need, prices.catalog.file_systems(prices.region), prices, zones=zones)
    if not options:
        raise InfeasibleError(
            f"no EFS mode of {prices.region} holds file system {key}",
            conflict=(
                f"storage.{key}.peak_mibps: {need.peak_mibps:g}",
                f"storage.{key}.zone_loss_tolerant: {str(need.zone_loss_tolerant).lower()}",
            ),
        )
    return options


def _lustre(key: str, need: Lustre, prices: SitePrices, present: LustrePlan | None) -> list[LustreOption]:
    options = lustre_options(
        key,
        need,
        prices.catalog.file_systems(prices.region),
        prices,
        present_gib=0 if present is None else present.size_gib,
    )
    if not options:
        raise InfeasibleError(
            f"{prices.region} has no persistent FSx for Lustre for {key}", conflict=(f"storage.{key}.kind: lustre",)
        )
    return options


def _writes(demand: Demand, users: tuple[str, ...], claim: str) -> bool:
    return any(demand.workloads[user].uses[claim] is not AccessMode.READ for user in users)


def _in_place(options: list[FileSystemOption], key: str, places: Mapping[str, str | None]) -> list[FileSystemOption]:
    """The options with those first that leave an approved file system where it is."""
    if key not in places:
        return options
    everywhere = places[key] is None
    return sorted(options, key=lambda option: option.file_class.zone_loss_tolerant is not everywhere)


def _users(demand: Demand, site_key: str) -> defaultdict[str, tuple[str, ...]]:
    """Claim → workloads of the site that use it."""
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for key, entry in sorted(demand.workloads.items()):
        if demand.site_of(entry) == site_key:
            for claim in entry.uses:
                found[claim] = (*found[claim], key)
    return found


def _backed_up(plan: StoragePlan, backup: BackupPlan | None) -> StoragePlan:
    """The plan with a vault; what is copied to it has no backups of EFS's own beside that."""
    if backup is None:
        return plan
    systems = tuple(
        each.model_copy(update={"backup": each.backup and each.key not in backup.file_systems})
        for each in plan.file_systems
    )
    return plan.model_copy(update={"backup": backup, "file_systems": systems})


def _not_priced(plan: StoragePlan) -> tuple[str, ...]:
    found: list[str] = []
    archived = [
        bucket.key
        for bucket in plan.buckets
        if {"GLACIER", "DEEP_ARCHIVE"} & {bucket.storage_class, *(each.storage_class for each in bucket.transitions)}
    ]
    if archived:
        found.append(
            f"restore requests and restored copies of {', '.join(archived)}: the tables have no price for them"
        )
    versioned = [bucket.key for bucket in plan.buckets if bucket.versioned]
    if versioned:
        found.append(
            f"overwritten objects of {', '.join(versioned)}: the demand does not say how many; deleted ones are priced"
        )
    backed_up = [file_system.key for file_system in plan.file_systems if file_system.backup]
    if backed_up:
        found.append(f"backups of {', '.join(backed_up)}: the tables have no price of AWS Backup for EFS")
    if plan.backup is not None and plan.backup.claims:
        found.append(
            f"backups of {', '.join(plan.backup.claims)} in the vault, and their restores: the tables have no price of "
            "AWS Backup, and the demand does not say what changes from one backup to the next"
        )
        if plan.backup.copy_to is not None:
            found.append(f"second copies of {', '.join(plan.backup.claims)}, and their way there: as for the first")
    found += copies_not_priced(plan.buckets)
    if plan.lustre:
        names = ", ".join(each.key for each in plan.lustre)
        found.append(f"requests to buckets and bytes between zones of {names}: the demand does not say how many")
    return tuple(found)
