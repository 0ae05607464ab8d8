"""Storage: a site's buckets and file systems, as a component of the package."""

# No `from __future__ import annotations` in this module: Pulumi reads the schema from annotations that are types.

from typing import Any, NotRequired, TypedDict

import pulumi

from components.aws.of_site import storage_args
from components.aws.storage.pool import StoragePool
from components.package.approved import approved_site
from components.package.handover import groups_from, hand_over, network_from, security_from, together


class StorageArgs(TypedDict):
    """What the component is built from."""

    lock: str
    """Text of the stack's lock (`stacks/<stack>.lock.yaml`): the approved plan, from which all sizes come."""
    site: NotRequired[str]
    """Key of the site in the lock; it may be left out where the lock has one site."""
    account_id: str
    """The account, 12 digits: names of buckets and ARNs in policies contain it."""
    security: pulumi.Input[dict[str, pulumi.Input[Any]]]
    """`handover` of a Security component of the same lock and site."""
    network: pulumi.Input[dict[str, pulumi.Input[Any]]]
    """`handover` of a Network component of the same lock and site."""


class Storage(pulumi.ComponentResource):
    """Buckets and file systems with the classes, ages and throughput of the plan."""

    handover: pulumi.Output[dict[str, Any]]
    """All that was made, for the `storage` input of a Compute component."""
    bucket_names: pulumi.Output[dict[str, str]]
    """Buckets, by claim."""
    file_system_ids: pulumi.Output[dict[str, str]]
    """File systems, by claim."""

    def __init__(self, name: str, args: StorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:index:Storage", name, None, opts)
        approved = approved_site(name, lock=args["lock"], site=args.get("site"), account_id=args["account_id"])
        site = approved.site
        made = StoragePool(
            name,
            storage_args(
                site,
                approved.names,
                security=security_from(args["security"], site),
                network=network_from(args["network"], site),
                groups=groups_from(args["network"], site),
            ),
            approved.options(self, name),
        ).outputs
        self.handover = hand_over(storage=made)
        self.bucket_names = together(made.bucket_names)
        self.file_system_ids = together({key: each.id for key, each in made.file_systems.items()})
        self.register_outputs({"bucketNames": self.bucket_names, "fileSystemIds": self.file_system_ids})
