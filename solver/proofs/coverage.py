"""Coverage: each control of the profile is covered by a measure or waived; flows, roles and claims are there."""

from __future__ import annotations

from collections.abc import Iterator

from solver.demand.storage import Bucket, Lustre
from solver.demand.workloads import Service
from solver.plan.security import CONTROLS_OF_A_VPC
from solver.plan.storage import BucketPlan, LustrePlan, StorageClassName
from solver.proofs.view import SiteView
from solver.vocabulary import AccessMode, Exposure

_ONE_ZONE = StorageClassName.ONEZONE_IA


def coverage_faults(view: SiteView) -> Iterator[str]:
    """What is wrong with the security and storage pools of a site, in words."""
    security = view.plan.security
    profile = view.catalog.profile(view.demand.compliance.profile)
    waived = {waiver.control for waiver in view.demand.compliance.waivers}
    covered = {control for measure in security.measures for control in measure.controls}
    elsewhere = CONTROLS_OF_A_VPC if view.plan.network.existing is not None else frozenset[str]()
    for control in sorted(covered & elsewhere):
        yield f"control {control} is said to be covered, though the VPC is not the site's own"
    for control in profile.controls:
        if control not in covered and control not in waived and control not in elsewhere:
            yield f"control {control} is neither covered nor waived"
    for measure in security.measures:
        claimed = set(measure.controls) - set(view.catalog.measure(measure.name).covers)
        if claimed:
            yield f"measure {measure.name} does not cover {', '.join(sorted(claimed))}"
    flows = {(flow.source, flow.target, flow.port) for flow in security.flows}
    for key, workload in view.workloads():
        if isinstance(workload, Service) and workload.exposure is not None:
            balancer = "public" if workload.exposure is Exposure.PUBLIC else "internal"
            if (f"load-balancer {balancer}", f"workload {key}", workload.port) not in flows:
                yield f"{key}: no flow from its load balancer"
        for callee in workload.calls:
            target = view.demand.workloads[callee]
            if callee not in view.running:
                continue
            if isinstance(target, Service) and (f"workload {key}", f"workload {callee}", target.port) not in flows:
                yield f"{key}: no flow to {callee}, which it calls"
    roles = {role.workload for role in security.roles}
    for key, _ in view.workloads():
        if key not in roles:
            yield f"{key}: no role"
    if security.trail_lock != view.demand.compliance.trail_lock:
        yield "the lock of the trail's files is not the one that is wanted"
    if security.permissions_boundary != view.demand.permissions_boundary:
        yield "the boundary of roles is not the one that is wanted"
    yield from _rotation_faults(view)
    yield from _storage_faults(view)


def _rotation_faults(view: SiteView) -> Iterator[str]:
    """Each secret of the site changes by itself exactly where the demand says so, by a function of the region."""
    held = {name for _, workload in view.workloads() for name in workload.secrets.values()}
    wanted = {
        (name, wish.rotation_days, wish.rotation_lambda_arn)
        for name, wish in view.demand.secrets.items()
        if name in held and f":lambda:{view.site.region}:" in wish.rotation_lambda_arn
    }
    planned = {(each.secret, each.days, each.lambda_arn) for each in view.plan.security.rotations}
    for name in sorted({each[0] for each in wanted ^ planned}):
        yield f"secret {name}: its rotation is planned or wanted, not both"


def _storage_faults(view: SiteView) -> Iterator[str]:
    storage = view.plan.storage
    planned = {
        *(bucket.key for bucket in storage.buckets),
        *(volume.key for volume in storage.volumes),
        *(system.key for system in storage.file_systems),
        *(plan.key for plan in storage.lustre),
    }
    wanted = {key for key, _ in view.claims()}
    if planned != wanted:
        yield f"storage claims {', '.join(sorted(planned ^ wanted))} are planned or wanted, not both"
    for plan in storage.lustre:
        need = view.demand.storage[plan.key]
        if isinstance(need, Lustre):
            yield from _lustre_faults(plan, need, view)
    for bucket in storage.buckets:
        days = [step.days for step in bucket.transitions]
        if days != sorted(set(days)) or any(day >= bucket.expiration_days for day in days):
            yield f"bucket {bucket.key}: transitions out of order or after the deletion"
        claim = view.demand.storage[bucket.key]
        if isinstance(claim, Bucket):
            yield from _copy_faults(bucket, claim, view)
        classes = {bucket.storage_class, *(step.storage_class for step in bucket.transitions)}
        if getattr(claim, "zone_loss_tolerant", False) and _ONE_ZONE in classes:
            yield f"bucket {bucket.key}: a one-zone class for objects that must outlive a zone"


def _copy_faults(bucket: BucketPlan, claim: Bucket, view: SiteView) -> Iterator[str]:
    """Copies and lists go where the demand wants them, deletions as it says."""
    wish, plan = claim.replication, bucket.replication
    if (wish is None) != (plan is None):
        yield f"bucket {bucket.key}: its replication is planned or wanted, not both"
    if wish is not None and plan is not None:
        site = wish.site or view.key
        region = wish.region or view.demand.aws_sites[site].region
        wanted = (wish.claim, wish.bucket_arn, wish.key_arn, wish.account_id, wish.delete_markers, region)
        planned = (plan.claim, plan.bucket_arn, plan.key_arn, plan.account_id, plan.delete_markers, plan.region)
        if wanted != planned or (plan.claim is not None and (plan.site or view.key) != site):
            yield f"bucket {bucket.key}: its replication is not the one that is wanted"
    lists, listed = claim.inventory, bucket.inventory
    asked = None if lists is None else (lists.claim, lists.bucket_arn, lists.account_id, lists.frequency)
    given = None if listed is None else (listed.claim, listed.bucket_arn, listed.account_id, listed.frequency)
    if asked != given:
        yield f"bucket {bucket.key}: its inventory is not the one that is wanted"


def _lustre_faults(plan: LustrePlan, need: Lustre, view: SiteView) -> Iterator[str]:
    """It holds and gives what is needed, in sizes and classes that AWS has, and jobs' writes reach the bucket."""
    if plan.size_gib < need.size:
        yield f"lustre {plan.key}: holds {plan.size_gib} GiB, and {need.size} are needed"
    # MB/s for each TiB of 1024 GiB.
    mib_per_second = plan.throughput_mb_per_tib * 1_000_000 / 2**20 * plan.size_gib / 1024
    if mib_per_second < need.throughput_mibps * 0.995:
        yield f"lustre {plan.key}: gives {mib_per_second:.0f} MiB/s, and {need.throughput_mibps:g} are needed"
    if plan.throughput_mb_per_tib not in (125, 250, 500, 1000) or not (
        plan.size_gib == 1200 or plan.size_gib % 2400 == 0
    ):
        yield f"lustre {plan.key}: {plan.size_gib} GiB at {plan.throughput_mb_per_tib} MB/s a TiB are not for sale"
    if (plan.bucket, plan.prefix, plan.compress) != (need.bucket, need.prefix, need.compress):
        yield f"lustre {plan.key}: it is not over the bucket that is wanted"
    modes = {workload.uses[plan.key] for _, workload in view.workloads() if plan.key in workload.uses}
    if plan.exports != bool(modes - {AccessMode.READ}):
        yield f"lustre {plan.key}: what jobs write does not reach the bucket, or nobody writes"
