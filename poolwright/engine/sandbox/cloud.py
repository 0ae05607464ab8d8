"""The cloud as rules and outputs see it: what exists, read-only, from one account and region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.identity import Identity
from poolwright.engine.sandbox.keys import has_composite_key, resource_key
from poolwright.engine.sandbox.store import Resource, Store
from poolwright.engine.sandbox.tokens import service_of
from poolwright.engine.sandbox.values import Value

GLOBAL_SERVICES: Final = frozenset(
    {"iam", "route53", "budgets", "costexplorer", "cloudfront", "organizations", "globalaccelerator", "shield", "waf"}
)
"""Services whose resources belong to an account, not to a region."""


class Cloud:
    """What exists; every look-up answers for the region unless the service is global."""

    def __init__(self, store: Store, identity: Identity, region: str | None = None) -> None:
        self._store = store
        self.identity = identity
        self.region = region or identity.region

    def in_region(self, region: str) -> Cloud:
        """The same account seen from another region."""
        return self if region == self.region else Cloud(self._store, self.identity, region)

    def get(self, kind: str, resource_id: Value) -> Resource | None:
        """The resource of that type and id in this region; None when there is none or the id is not known."""
        if not isinstance(resource_id, str):
            return None
        if has_composite_key(kind):
            return next((found for found in self.all(kind) if found.id == resource_id), None)
        return self._store.get(kind, resource_key(kind, region_of(kind, self.region), resource_id, {}))

    def all(self, kind: str) -> list[Resource]:
        """Every resource of a type in this region, ordered by id."""
        return [resource for resource in self._store.all(kind) if self._here(resource)]

    def everywhere(self, kind: str) -> list[Resource]:
        """Every resource of a type in all regions of the account, ordered by id."""
        return self._store.all(kind)

    def where(self, kind: str, name: str, value: Value) -> list[Resource]:
        """The resources of a type with that output."""
        return [resource for resource in self.all(kind) if resource.outputs.get(name) == value]

    def by_arn(self, kind: str, arn: Value) -> Resource | None:
        """The resource of a type with that ARN."""
        if not isinstance(arn, str):
            return None
        return next((resource for resource in self.all(kind) if resource.outputs.get("arn") == arn), None)

    def holding(self, kind: str, name: str, value: Value) -> Iterator[Resource]:
        """The resources of a type whose list output holds the value."""
        for resource in self.all(kind):
            held = resource.outputs.get(name)
            if isinstance(held, list) and value in held:
                yield resource

    def kinds(self) -> list[str]:
        """The types of which something exists or existed."""
        return self._store.kinds()

    def creations(self, key: str) -> int:
        """How many resources were ever created under this key."""
        return self._store.creations(key)

    def _here(self, resource: Resource) -> bool:
        return resource.region in (self.region, "")


def region_of(kind: str, region: str) -> str:
    """The region that a type's resources are kept under: none for global services."""
    return "" if service_of(kind) in GLOBAL_SERVICES else region
