"""Evidence: what a check may look at: the approved plan, demand, resources, changes; what is not there is empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from poolwright.checks.resource import NotKnownError, Resource
from poolwright.engine.preview import ResourceChange
from solver.demand.demand import Demand
from solver.plan.docker import DockerSitePlan
from solver.plan.lock import Lock
from solver.plan.plan import SitePlan
from solver.plan.security import KeyPurpose

AUDIT_POOL = "SecurityPool"
"""The component that holds the audit bucket, which no claim has asked for."""


@dataclass(frozen=True, kw_only=True)
class Undeclared:
    """A shared key of which two stacks' own files say different things."""

    key: str
    """`workloads.search.image.reference`."""
    place: str
    """File and line that sets it apart."""
    source: str
    """What the source's files say; empty: nothing."""
    target: str
    """What the target's files say."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that is known about a stack at a time."""

    lock: Lock | None = None
    """The approved plan, with what it costs by item."""
    demand: Demand | None = None
    """What the plan was made for."""
    resources: tuple[Resource, ...] = ()
    """As they will be."""
    changes: tuple[ResourceChange, ...] = ()
    """What happens to them."""
    stack_before: str = ""
    """From which releases come; empty: they begin here, or no way of a release is written down."""
    differences: tuple[Undeclared, ...] = ()
    """Between its files and this stack's, the stack before being the source."""

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return found

    def of_type(self, *types: str) -> list[Resource]:
        """The resources of these type tokens, in the order of the types."""
        return [resource for type_ in types for resource in self._by_type.get(type_, ())]

    def sites(self) -> Iterator[tuple[str, SitePlan]]:
        """The plan's sites, by key."""
        if self.lock is not None:
            yield from sorted(self.lock.aws_sites.items())

    def site_of(self, name: str) -> str | None:
        """Key of the plan's site that a logical name begins with, as all names of a site do; the longest that fits."""
        keys = () if self.lock is None else self.lock.aws_sites
        return max((key for key in keys if name.startswith(f"{key}-")), key=len, default=None)

    def hosted(self) -> Iterator[tuple[str, DockerSitePlan]]:
        """The plan's Docker sites, by key."""
        if self.lock is not None:
            yield from sorted(self.lock.docker_sites.items())

    def hosted_site_of(self, resource: Resource) -> str | None:
        """Key of the Docker site that something on a host belongs to: its name begins with the stack and the site."""
        if self.lock is None or not resource.type.startswith(("docker:", "pulumi:providers:docker")):
            return None
        begins = {key: f"{self.lock.stack}-{key}-" for key in self.lock.docker_sites}
        return max((key for key, begin in begins.items() if resource.name.startswith(begin)), key=len, default=None)

    def items(self, site: str) -> frozenset[str]:
        """Names of what the plan pays for at a site."""
        if self.lock is None:
            return frozenset()
        several = len(self.lock.sites) > 1
        costs = self.lock.cost_usd_per_month.items()
        return frozenset(
            item for pool, by_item in costs if not several or pool.startswith(f"{site} ") for item in by_item
        )

    def builds(self, measure: str) -> Iterator[str]:
        """Keys of the sites whose plan builds a security measure."""
        for key, site in self.sites():
            if any(each.name == measure and each.build for each in site.security.measures):
                yield key

    def protects_data(self, name: str) -> bool:
        """Whether the plan of a resource's site protects its data; of a resource that no plan names: yes."""
        for key, hosted in self.hosted():
            if self.lock is not None and name.startswith(f"{self.lock.stack}-{key}-"):
                return hosted.protect
        key = self.site_of(name)
        return key is None or self.lock is None or self.lock.aws_sites[key].storage.protect

    def has_key(self, resource: Resource, purpose: KeyPurpose) -> bool:
        """Whether the plan of the resource's site has a customer key for a purpose."""
        key = self.site_of(resource.name)
        return key is not None and self.lock is not None and purpose in self.lock.aws_sites[key].security.keys

    def at_site(self, key: str, *types: str) -> list[Resource]:
        """The resources of a site of these types."""
        return [resource for resource in self.of_type(*types) if self.site_of(resource.name) == key]

    def by_id(self, resource: Resource, path: str, type_: str) -> Resource | None:
        """The resource of a type that a property names by id; None while ids are not known."""
        try:
            wanted = resource.get(path)
        except NotKnownError:
            return None
        return next((each for each in self.of_type(type_) if each.id and each.id == wanted), None)

    def companions(self, type_: str, path: str, *, of: Resource, by: str) -> list[Resource]:
        """Resources of a type whose property names another resource by its property `by` (`id` is never known).

        Where the value is not known yet, a logical name that begins with the other's stands for it.
        """
        return [each for each in self.of_type(type_) if _names(each, path, of, by)]


def _names(companion: Resource, path: str, other: Resource, by: str) -> bool:
    try:
        value, wanted = companion.get(path), other.get(by)
    except NotKnownError:
        value = wanted = None
    if value is not None and wanted is not None:
        return value == wanted
    return companion.name == other.name or companion.name.startswith(f"{other.name}-")
