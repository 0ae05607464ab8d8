"""Names and labels on the hosts of a Docker site.

Docker adds no random end to a name, and two sites may share an engine: so each name, in the engine and in Pulumi, has
stack, site and host in it, `prod-plant-line-1-inspect-cpu-0`. Nothing can exist twice under such a name: what must be
replaced goes first, and its successor takes its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from components.naming import internal_domain

if TYPE_CHECKING:  # a review's network map takes names from here, and loads no engine
    import pulumi


class Label(TypedDict):
    """A label of a container, a network or a volume, as the SDK has it."""

    label: pulumi.Input[str]
    value: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class DockerNames:
    """Names on one Docker site of one stack."""

    stack: str
    """The stack."""
    site: str
    """Key of the site."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """What all that is made carries: owner, cost centre, stack, site."""

    def on_host(self, host: str, *keys: str) -> str:
        """`prod-plant-line-1-front`."""
        return "-".join((self.stack, self.site, host, *keys))

    def labels_of(self, host: str, *, workload: str | None = None, **more: str) -> list[Label]:
        """Of one thing on a host, in order."""
        own = {"host": host, **({} if workload is None else {"workload": workload}), **more}
        return [{"label": name, "value": value} for name, value in sorted({**self.labels, **own}.items())]

    def address_of(self, service: str) -> str:
        """`fraud.plant.prod.internal`: how callers on its host reach a service, the same form as on AWS."""
        return f"{service}.{internal_domain(self.stack, self.site)}"
