"""Whether a change takes a new resource: the provider's table, and the cases that the values decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from poolwright.engine.sandbox.force_new import FORCE_NEW
from poolwright.engine.sandbox.values import Path, Properties, fields, flag, items, number

NeedsNew: TypeAlias = Callable[[str, Path, Properties, Properties], bool]
"""Type, path, old and new inputs → whether the change takes a new resource."""

_USUAL: Final = frozenset({"name", "namePrefix"})

_SEQUENCES: Final = frozenset(
    {
        "actions",
        "blockDeviceMappings",
        "command",
        "defaultActions",
        "entrypoints",
        "eventSelectors",
        "networkInterfaces",
        "orderedPlacementStrategies",
        "overrides",
        "tagSpecifications",
        "terminationPolicies",
        "tests",
        "transitions",
    }
)
"""Properties whose list is a sequence; AWS treats its other lists as sets."""


def needs_new_resource(kind: str, path: Path, old: Properties, new: Properties) -> bool:
    """Whether a change at the path can't be made in place."""
    if path[0] == "region":
        return True
    forced = FORCE_NEW.get(kind, _USUAL)
    names = [step for step in path if isinstance(step, str)]
    if names[0] in forced or any(".".join(names[:end]) in forced for end in range(2, len(names) + 1)):
        return True
    decides = _DEPENDS.get((kind, names[0]))
    return decides is not None and decides(path, old, new)


def order_matters(path: Path) -> bool:
    """Whether the list at the path is a sequence."""
    return path[-1] in _SEQUENCES


def _tenancy(path: Path, old: Properties, new: Properties) -> bool:
    # A dedicated VPC can become a default one; the other way takes a new VPC.
    return new.get("instanceTenancy") == "dedicated"


def _capacity_provider_strategy(path: Path, old: Properties, new: Properties) -> bool:
    # ECS moves a running service between strategies only in a forced deployment, and never to or from none at all.
    before, after = items(old.get("capacityProviderStrategies")), items(new.get("capacityProviderStrategies"))
    return not (flag(new.get("forceNewDeployment")) and before and after)


def _load_balancer_groups(path: Path, old: Properties, new: Properties) -> bool:
    # A network load balancer gets security groups when it is created, or never.
    if new.get("loadBalancerType") != "network":
        return False
    return bool(items(old.get("securityGroups"))) != bool(items(new.get("securityGroups")))


_RESIZED_IN_PLACE: Final = frozenset({"minVcpus", "maxVcpus", "desiredVcpus", "securityGroupIds", "subnets"})


def _compute_resources(path: Path, old: Properties, new: Properties) -> bool:
    # Batch updates the infrastructure of environments that use its service-linked role and a strategy other than
    # BEST_FIT; of others it changes the numbers of vCPUs alone.
    resources = fields(new.get("computeResources"))
    if len(path) < 2 or path[1] in ("spotIamFleetRole",):
        return True
    if path[1] in _RESIZED_IN_PLACE:
        return False
    strategy = resources.get("allocationStrategy")
    linked = new.get("serviceRole") is None or "AWSServiceRoleForBatch" in str(new.get("serviceRole"))
    return not (
        linked and strategy in ("BEST_FIT_PROGRESSIVE", "SPOT_CAPACITY_OPTIMIZED", "SPOT_PRICE_CAPACITY_OPTIMIZED")
    )


def _lustre_capacity(path: Path, old: Properties, new: Properties) -> bool:
    # Capacity grows in place, except that of SCRATCH_1; it never shrinks.
    before, after = number(old.get("storageCapacity")), number(new.get("storageCapacity"))
    return before is None or after is None or after < before or new.get("deploymentType") == "SCRATCH_1"


def _user_data(path: Path, old: Properties, new: Properties) -> bool:
    return flag(new.get("userDataReplaceOnChange"))


_DEPENDS: Final[dict[tuple[str, str], Callable[[Path, Properties, Properties], bool]]] = {
    ("ec2.Vpc", "instanceTenancy"): _tenancy,
    ("ecs.Service", "capacityProviderStrategies"): _capacity_provider_strategy,
    ("lb.LoadBalancer", "securityGroups"): _load_balancer_groups,
    ("batch.ComputeEnvironment", "computeResources"): _compute_resources,
    ("fsx.LustreFileSystem", "storageCapacity"): _lustre_capacity,
    ("ec2.Instance", "userData"): _user_data,
    ("ec2.Instance", "userDataBase64"): _user_data,
}
