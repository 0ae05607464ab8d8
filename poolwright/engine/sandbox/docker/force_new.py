"""Whether a change of a resource of pulumi-docker takes a new one, as terraform-provider-docker has it."""

from __future__ import annotations

from typing import Final

from poolwright.engine.sandbox.values import Path, Properties

IN_PLACE: Final[dict[str, frozenset[str]]] = {
    "docker.Container": frozenset(
        # The engine can change memoryReservation; that the provider lets it is taken from what it does for memory.
        {"restart", "maxRetryCount", "cpuShares", "cpuSet", "memory", "memorySwap", "memoryReservation"}
    ),
    "docker.RemoteImage": frozenset({"build", "forceRemove", "keepLocally"}),
    "docker.Image": frozenset({"build", "buildOnPreview", "imageName", "registry", "skipPush"}),
}
"""What the provider changes without a new resource."""
STATE_ALONE: Final[dict[str, frozenset[str]]] = {
    "docker.Container": frozenset(
        {
            "attach",
            "containerReadRefreshTimeoutMilliseconds",
            "cpuPeriod",
            "cpuQuota",
            "destroyGraceSeconds",
            "healthcheck",
            "init",
            "logs",
            "mustRun",
            "removeVolumes",
            "rm",
            "start",
            "tmpfs",
            "wait",
            "waitTimeout",
        }
    ),
}
"""What the provider takes into its state, and leaves the container as it is."""
WITHOUT_EFFECT: Final = frozenset({"cpuPeriod", "cpuQuota", "healthcheck", "init", "rm", "tmpfs"})
"""Of those, what a container keeps as it was made, so that the change is not there although the state says so."""
# A change inside of `build` of a RemoteImage rebuilds only where the provider says so.
_BUILT_ANEW: Final = frozenset({"context", "dockerfile", "buildArgs", "buildArg", "builder", "platform"})


def needs_new(kind: str, path: Path, old: Properties, new: Properties) -> bool:
    """Whether a change at the path can't be made in place."""
    first = str(path[0])
    if kind == "docker.RemoteImage" and first == "build":
        return len(path) < 2 or str(path[1]) in _BUILT_ANEW
    return first not in IN_PLACE.get(kind, frozenset()) | STATE_ALONE.get(kind, frozenset())
