"""Lustre's links to buckets, and the ports of its servers."""

from __future__ import annotations

from typing import Any

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Made, Sandbox, cases

LINK = "fsx.DataRepositoryAssociation"
WHOLE = {"fileSystemId": "fs-1", "fileSystemPath": "/", "dataRepositoryPath": "s3://data/training/"}


@cases(
    a_link_leads_to_a_bucket=Case(
        LINK, WHOLE, {"dataRepositoryPath": "data/training"}, "BadRequest", "dataRepositoryPath"
    ),
    a_link_is_of_a_folder=Case(LINK, WHOLE, {"fileSystemPath": "training"}, "BadRequest", "fileSystemPath"),
    a_link_follows_these_events=Case(
        LINK,
        {**WHOLE, "s3": {"autoImportPolicy": {"events": ["NEW"]}}},
        {"s3": {"autoImportPolicy": {"events": ["MOVED"]}}},
        "BadRequest",
        "s3",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def system(estate: Estate, name: str, **more: Any) -> Made:
    inputs = {"deploymentType": "PERSISTENT_2", "perUnitStorageThroughput": 125, "storageCapacity": 1200, **more}
    return estate.add("fsx.LustreFileSystem", name, subnetIds=estate.subnets[0].id, **inputs)


def test_a_folder_has_one_link_to_a_bucket_of_the_region(estate: Estate) -> None:
    lustre = system(estate, "fast").id
    near = estate.add("s3.Bucket", "near", bucket="near").id
    estate.add("s3.Bucket", "far", bucket="far", region="us-east-1")
    wanted = {"fileSystemId": lustre, "fileSystemPath": "/a", "dataRepositoryPath": f"s3://{near}/"}
    estate.add(LINK, "a", **wanted)
    refusal = estate.sandbox.refusal
    assert "overlaps with /a" in refusal(LINK, "b", **{**wanted, "fileSystemPath": "/a/b"})
    words = refusal(LINK, "c", **{**wanted, "fileSystemPath": "/c", "dataRepositoryPath": "s3://far/"})
    assert "The bucket far does not exist in eu-west-1" in words
    for number in range(7):
        estate.add(LINK, f"d{number}", **{**wanted, "fileSystemPath": f"/a{number}"})
    assert "ServiceLimitExceeded" in refusal(LINK, "e", **{**wanted, "fileSystemPath": "/e"})


def test_older_and_passing_file_systems_have_no_links_and_linked_ones_stay(estate: Estate) -> None:
    older = system(estate, "older", deploymentType="PERSISTENT_1", perUnitStorageThroughput=50).id
    bucket = estate.add("s3.Bucket", "near", bucket="near").id
    wanted = {"fileSystemPath": "/", "dataRepositoryPath": f"s3://{bucket}/"}
    assert "UnsupportedOperation" in estate.sandbox.refusal(LINK, "older", fileSystemId=older, **wanted)
    lustre = system(estate, "fast")
    estate.add(LINK, "it", fileSystemId=lustre.id, **wanted)
    assert "data repository associations" in estate.sandbox.refused_deletion(lustre)


def test_servers_hear_each_other_on_lustres_ports(estate: Estate) -> None:
    group = estate.add("ec2.SecurityGroup", "lustre", vpcId=estate.vpc.id).id
    wanted = {
        "subnetIds": estate.subnets[0].id,
        "securityGroupIds": [group],
        "deploymentType": "PERSISTENT_2",
        "perUnitStorageThroughput": 125,
        "storageCapacity": 1200,
    }
    for first, last in ((988, 988), (1018, 1023)):
        words = estate.sandbox.refusal("fsx.LustreFileSystem", "fast", **wanted)
        assert "InvalidNetworkSettings" in words and f"traffic on port {first}" in words
        estate.add(
            "vpc.SecurityGroupIngressRule",
            f"from-{first}",
            securityGroupId=group,
            referencedSecurityGroupId=group,
            ipProtocol="tcp",
            fromPort=first,
            toPort=last,
        )
    estate.add("fsx.LustreFileSystem", "fast", **wanted)
