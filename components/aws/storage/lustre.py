"""FSx for Lustre over a bucket: its objects are files, and what jobs write is copied back to it.

It stands in the private tier: its servers and their clients call each other, which the data tier's ACL is there to
prevent. https://docs.aws.amazon.com/fsx/latest/LustreGuide/create-dra-linked-data-repo.html
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import fsx

from components.aws.storage.volume import HOST_ROOT
from components.naming import SiteNames
from components.options import child_of, keeper_of_data
from components.outputs import LustreOutputs
from solver.plan.storage import LustrePlan

VERSION = "2.15"
_EVENTS = ["NEW", "CHANGED", "DELETED"]


def build_lustre(
    parent: pulumi.Resource,
    name: str,
    plan: LustrePlan,
    *,
    names: SiteNames,
    bucket: pulumi.Output[str],
    key_arn: pulumi.Output[str] | None,
    subnet_id: pulumi.Input[str],
    security_group_id: pulumi.Input[str],
    rules: Sequence[pulumi.Input[pulumi.Resource]],
    protect: bool,
) -> LustreOutputs:
    """The file system and its link to the bucket; `rules` let its servers hear each other."""
    kept = keeper_of_data(parent, protect=protect)
    system = fsx.LustreFileSystem(
        name,
        subnet_ids=subnet_id,
        security_group_ids=[security_group_id],
        deployment_type="PERSISTENT_2",
        storage_type="SSD",
        storage_capacity=plan.size_gib,
        per_unit_storage_throughput=plan.throughput_mb_per_tib,
        data_compression_type="LZ4" if plan.compress else "NONE",
        file_system_type_version=VERSION,
        kms_key_id=key_arn,
        # The bucket is what is kept: AWS makes no backups of file systems that are linked to one.
        automatic_backup_retention_days=0,
        skip_final_backup=True,
        tags=names.tags("lustre", plan.key),
        opts=pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(depends_on=list(rules))),
    )
    follows: fsx.DataRepositoryAssociationS3ArgsDict = {"auto_import_policy": {"events": _EVENTS}}
    if plan.exports:
        follows["auto_export_policy"] = {"events": _EVENTS}
    link = fsx.DataRepositoryAssociation(
        f"{name}-link",
        file_system_id=system.id,
        file_system_path="/",
        data_repository_path=bucket.apply(lambda each: f"s3://{each}/{plan.prefix or ''}"),
        batch_import_meta_data_on_create=True,
        delete_data_in_filesystem=False,
        s3=follows,
        tags=names.tags("lustre", plan.key, "link"),
        opts=child_of(parent),
    )
    return LustreOutputs(id=system.id, dns_name=system.dns_name, mount_name=system.mount_name, ready=(link,))


def host_path(claim: str) -> str:
    """Where machines mount it."""
    return f"{HOST_ROOT}/{claim}"
