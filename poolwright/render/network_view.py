"""A plan's network as lines: addresses, ways out, what is beyond the VPC, load balancers."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from solver.plan.network import NetworkPlan


def network_view(network: NetworkPlan) -> Iterator[RenderableType]:
    """Addresses, ways out, endpoints and load balancers, in lines."""
    tiers = ", ".join(f"{tier} {'/'.join(sizes)}" for tier, sizes in _subnet_sizes(network).items())
    endpoints = ", ".join(f"{endpoint.service} ({endpoint.kind})" for endpoint in network.endpoints) or "none"
    balancers = "; ".join(
        f"{balancer.key} for {', '.join(target.workload for target in balancer.targets)}"
        for balancer in network.load_balancers
    )
    yield Text("Network")
    held = f"subnets: {tiers}" if network.existing is None else f"in {network.existing.words}, which exists"
    beside = " and IPv6" if network.dual_stack else ""
    yield Text(f"  {network.cidr}{beside} in {', '.join(network.zones)}; {held}")
    yield Text(f"  NAT: {network.nat.mode}. Endpoints: {endpoints}.")
    if network.routed:
        beyond = "; ".join(f"{each.name} to {', '.join(map(str, each.ranges))}" for each in network.routed)
        yield Text(f"  Beyond the VPC: {beyond}.")
    yield Text(f"  Load balancers: {balancers or 'none'}. Flow logs: {'on' if network.flow_logs else 'off'}.")


def _subnet_sizes(network: NetworkPlan) -> dict[str, list[str]]:
    sizes: dict[str, list[str]] = {}
    for subnet in network.subnets:
        known = sizes.setdefault(subnet.tier.value, [])
        if (size := f"{subnet.cidr.prefixlen}") not in known:
            known.append(size)
    return {tier: [f"/{size}" for size in known] for tier, known in sizes.items()}
