"""Lustre over a bucket: where it stands, what it follows, and how machines of jobs mount it."""

from __future__ import annotations

import base64
import json

from components.aws.compute.pool import ComputePool
from components.aws.storage.pool import StoragePool
from tests.components import plans
from tests.components.aws import upstream
from tests.components.aws.early import early, secured
from tests.recorder import Recording, record


def test_it_has_the_plans_size_and_speed_encrypted_in_a_private_subnet(full_storage: Recording[StoragePool]) -> None:
    system = full_storage.one(":LustreFileSystem").inputs
    assert (system["storageCapacity"], system["perUnitStorageThroughput"]) == (2400, 250)
    assert (system["deploymentType"], system["dataCompressionType"]) == ("PERSISTENT_2", "LZ4")
    assert system["subnetIds"] == f"subnet-private-{plans.ZONES[0]}"
    assert system["securityGroupIds"] == ["sg-corpus"] and system["kmsKeyId"].endswith("key/data")
    assert full_storage.one(":LustreFileSystem").protect


def test_it_follows_the_bucket_and_the_bucket_follows_it(full_storage: Recording[StoragePool]) -> None:
    link = full_storage.one(":DataRepositoryAssociation").inputs
    assert link["dataRepositoryPath"] == f"s3://{plans.names().bucket('documents')}/training/"
    events = {"events": ["NEW", "CHANGED", "DELETED"]}
    assert link["s3"] == {"autoImportPolicy": events, "autoExportPolicy": events}
    site = plans.full_site()
    reading = site.storage.lustre[0].model_copy(update={"exports": False})
    storage = site.storage.model_copy(update={"lustre": (reading,)})
    read = record(lambda: upstream.storage_pool(site.model_copy(update={"storage": storage})))
    assert read.one(":DataRepositoryAssociation").inputs["s3"] == {"autoImportPolicy": events}


def test_machines_of_its_jobs_mount_it_and_others_do_not(full_compute: Recording[ComputePool]) -> None:
    mounting = {
        each.name
        for each in full_compute.of_type(":LaunchTemplate")
        if "mount -t lustre" in base64.b64decode(each.inputs["userData"]).decode()
    }
    assert mounting == {"compute-batch-g5-12xlarge-on-demand-template"}
    template = full_compute.one(":LaunchTemplate", *mounting)
    script = base64.b64decode(template.inputs["userData"]).decode()
    address = "fs-corpus.fsx.eu-west-1.amazonaws.com@tcp:/abcdefgh"
    assert f"mount -t lustre -o relatime,flock {address} /mnt/poolwright/corpus" in script
    assert "trap 'shutdown -h now' ERR" in script


def test_its_jobs_see_it_where_the_plan_says(full_compute: Recording[ComputePool]) -> None:
    definition = full_compute.one(":JobDefinition").inputs
    text = definition.get("nodeProperties") or definition["containerProperties"]
    container = json.loads(text)["nodeRangeProperties"][0]["container"]
    assert {"name": "corpus", "host": {"sourcePath": "/mnt/poolwright/corpus"}} in container["volumes"]
    (mount,) = [each for each in container["mountPoints"] if each["sourceVolume"] == "corpus"]
    assert mount["containerPath"] == "/corpus"
    assert {"name": "PATH_CORPUS", "value": "/corpus"} in container["environment"]


def test_servers_and_clients_reach_each_other_on_lustres_ports_and_call_nobody_else() -> None:
    groups = early(plans.full_site())
    rules = [each for each in groups.of_type(":SecurityGroupIngressRule") if "lustre" in each.name]
    ports = {(each.inputs["fromPort"], each.inputs["toPort"]) for each in rules}
    assert ports == {(988, 988), (1018, 1023)} and len(rules) == 6
    calls = [each for each in groups.of_type(":SecurityGroupEgressRule") if "groups-lustre-corpus" in each.name]
    assert {each.inputs["fromPort"] for each in calls} == {988, 1018}
    assert all(each.inputs["cidrIpv4"] == "10.20.0.0/16" for each in calls)


def test_the_data_key_lets_fsxs_roles_of_this_account_use_it_through_s3_alone() -> None:
    statements = secured(plans.full_site()).one(":Key", "main-security-key-data").document("policy")["Statement"]
    (one,) = [each for each in statements if each["Sid"] == "LustreBuckets"]
    assert one["Condition"]["StringEquals"] == {
        "kms:CallerAccount": plans.ACCOUNT_ID,
        "kms:ViaService": "s3.eu-west-1.amazonaws.com",
    }
    assert "AWSServiceRoleForFSxS3Access_fs-*" in one["Condition"]["ArnLike"]["aws:PrincipalArn"]
