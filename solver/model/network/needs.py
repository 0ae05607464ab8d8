"""How many addresses each subnet needs: at the peak, in a rolling release, after the loss of a zone, after growth."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from solver.model.network.addressing import SubnetKey, usable_addresses
from solver.plan.compute import ComputePlan
from solver.plan.network import LoadBalancerPlan
from solver.plan.storage import StoragePlan
from solver.vocabulary import Exposure, Tier

ROLLING_DEPLOYMENT = 2
"""Old and new tasks of a service run side by side: maximumPercent 200, the default of ECS."""
LOAD_BALANCER_ADDRESSES = 8
"""Free addresses that AWS asks for in each subnet of a load balancer
(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html)."""
SMALLEST_LOAD_BALANCER_PREFIX = 27
"""AWS asks for at least a /27 there."""
_GIB_OF_A_LUSTRE_SERVER = 1200


def address_needs(
    zones: Sequence[str],
    compute: ComputePlan,
    storage: StoragePlan,
    load_balancers: Sequence[LoadBalancerPlan],
    *,
    interface_endpoints: int,
    nat_zones: Sequence[str],
    growth: float,
) -> dict[SubnetKey, int]:
    """Addresses by subnet, by tier and zone; a tier that holds nothing has no subnet.

    A zone must hold what it gets when another zone is lost. Each task has an address of its own (awsvpc), each machine
    one, and a second for the trunk interface of its tasks.
    """
    exposures = {balancer.exposure for balancer in load_balancers}
    internal = Exposure.INTERNAL in exposures
    public = Exposure.PUBLIC in exposures
    needs: dict[SubnetKey, int] = {}
    for zone in zones if public else nat_zones:
        nat = 1 if zone in nat_zones else 0
        needs[SubnetKey(Tier.PUBLIC, zone)] = _with_load_balancer(nat, balancers=int(public))
    private = _tasks(compute, len(zones), growth) + _machines(compute, len(zones), growth) + interface_endpoints
    for zone in zones:
        servers = sum(_lustre_servers(plan.size_gib) for plan in storage.lustre if plan.zone == zone)
        needs[SubnetKey(Tier.PRIVATE, zone)] = _with_load_balancer(private + servers, balancers=int(internal))
    for zone in zones:
        mounts = sum(file_system.zone in (None, zone) for file_system in storage.file_systems)
        if mounts:
            needs[SubnetKey(Tier.DATA, zone)] = mounts
    return needs


def _lustre_servers(size_gib: int) -> int:
    """Interfaces of FSx for Lustre: one for metadata, one for each 1,200 GiB at most."""
    return 1 + ceil(size_gib / _GIB_OF_A_LUSTRE_SERVER)


def _with_load_balancer(addresses: int, *, balancers: int) -> int:
    if not balancers:
        return addresses
    # One address more than the next smaller subnet has, so that the block is large enough even with few addresses used.
    return max(addresses + LOAD_BALANCER_ADDRESSES, usable_addresses(SMALLEST_LOAD_BALANCER_PREFIX + 1) + 1)


def _tasks(compute: ComputePlan, zones: int, growth: float) -> int:
    """Tasks in one zone: twice the schedule's peak, grown, and at least all that autoscaling may start."""
    variants = [variant for service in compute.services for variant in service.variants]
    peak = sum(variant.replicas.high for variant in variants)
    ceiling = sum(variant.max_replicas for variant in variants)
    workers = sum(job.workers for job in compute.jobs)
    return _share(max(peak * ROLLING_DEPLOYMENT * (1 + growth), ceiling) + workers * (1 + growth), zones)


def _machines(compute: ComputePlan, zones: int, growth: float) -> int:
    addresses = 2 if compute.eni_trunking else 1
    return addresses * sum(
        _share(max(group.machines.high * (1 + growth), group.max_machines), min(zones, len(group.zones)))
        for group in compute.node_groups
    )


def _share(count: float, zones: int) -> int:
    """What one zone holds when one of the others is lost; a single zone holds all."""
    return ceil(count / max(1, zones - 1))
