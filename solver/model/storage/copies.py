"""Copies and lists of buckets: where they go, and what the way there costs."""

from __future__ import annotations

from collections.abc import Mapping

from solver.demand.demand import Demand
from solver.demand.storage import Bucket
from solver.model.priced import Charge
from solver.plan.cost import Billing
from solver.plan.storage import BucketPlan, InventoryPlan, ReplicationPlan


def with_copies(plan: BucketPlan, need: Bucket, demand: Demand, site_key: str) -> BucketPlan:
    """The bucket's plan with its replication and its lists."""
    return plan.model_copy(update={"replication": _replication(need, demand, site_key), "inventory": _inventory(need)})


def copy_charges(plans: tuple[BucketPlan, ...], needs: Mapping[str, Bucket], region: str) -> list[Charge]:
    """Bytes to other regions; what the copies cost there is in the claims that take them."""
    return [
        Charge(
            subject=f"bucket {plan.key}",
            detail=f"bytes copied to {plan.replication.region}",
            service="data_transfer",
            item="inter_region_out",
            amount_per_month=needs[plan.key].written_gib_per_month,
            billing=Billing.USAGE,
        )
        for plan in plans
        if plan.replication is not None and plan.replication.region != region
    ]


def copies_not_priced(plans: tuple[BucketPlan, ...]) -> list[str]:
    """What the demand or the tables don't say of copies and lists."""
    outside = [each.key for each in plans if each.replication is not None and each.replication.bucket_arn is not None]
    listed = [each.key for each in plans if each.inventory is not None]
    found: list[str] = []
    if outside:
        found.append(f"copies of {', '.join(outside)} in buckets that the stack does not have: they are billed there")
    if listed:
        found.append(f"inventories of {', '.join(listed)}: the tables have no price for objects listed")
    return found


def _replication(need: Bucket, demand: Demand, site_key: str) -> ReplicationPlan | None:
    wish = need.replication
    if wish is None:
        return None
    site = wish.site or site_key
    return ReplicationPlan(
        claim=wish.claim,
        site=None if wish.claim is None or site == site_key else site,
        bucket_arn=wish.bucket_arn,
        region=wish.region or demand.aws_sites[site].region,
        key_arn=wish.key_arn,
        account_id=wish.account_id,
        delete_markers=wish.delete_markers,
    )


def _inventory(need: Bucket) -> InventoryPlan | None:
    wish = need.inventory
    if wish is None:
        return None
    return InventoryPlan(
        claim=wish.claim, bucket_arn=wish.bucket_arn, account_id=wish.account_id, frequency=wish.frequency
    )
