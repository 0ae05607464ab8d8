"""Volumes of hosts and replicas: whose they are, who owns them, and that they outlive the stack."""

from __future__ import annotations

from components.docker.storage import nfs_options
from tests.components.docker import hosted
from tests.components.docker.hosted import container

VOLUME = "docker:index/volume:Volume"


def test_claims_are_protected_and_stay_and_what_can_be_made_again_is_not() -> None:
    kept = {made.name.removeprefix("prod-plant-") for made in hosted.whole().of_type(VOLUME) if made.protect}
    assert kept == {
        "one-files",
        "two-files",
        "one-stock-cpu-0-ledger",
        "one-stock-cpu-1-ledger",
        "two-stock-cpu-0-ledger",
    }
    assert kept == {
        made.name.removeprefix("prod-plant-") for made in hosted.whole().of_type(VOLUME) if made.retain_on_delete
    }


def test_nothing_is_protected_where_the_demand_protects_no_data() -> None:
    assert not any(made.protect for made in hosted.recorded(hosted.site(protect=False)).of_type(VOLUME))


def test_a_shared_file_system_is_a_folder_of_the_sites_export() -> None:
    made = hosted.whole().one(VOLUME, "prod-plant-two-files")
    assert made.inputs["driverOpts"] == {
        "type": "nfs",
        "o": "addr=nas.example.com,rw,nfsvers=4,hard,noatime",
        "device": ":/plant/files",
    }
    assert nfs_options("nas:/", "files")["device"] == ":/files"


def test_who_only_reads_a_claim_mounts_it_so_and_is_told_where() -> None:
    reader, writer = container(hosted.whole(), "one-shop-cpu-0"), container(hosted.whole(), "one-stock-cpu-0")
    mounted = {each["volumeName"]: each["readOnly"] for each in reader.inputs["volumes"]}
    assert mounted["prod-plant-one-files"] is True
    assert {"volumeName": "prod-plant-one-files", "containerPath": "/files", "readOnly": False} in writer.inputs[
        "volumes"
    ]
    assert {"PATH_FILES=/files", "PATH_LEDGER=/ledger"} < set(writer.inputs["envs"])


def test_a_volume_gets_its_user_before_the_replica_starts() -> None:
    recording = hosted.whole()
    owner = container(recording, "one-stock-cpu-1-ledger-owner")
    assert owner.inputs["image"] == recording.one(":RemoteImage", "prod-plant-one-proxy-image").outputs["imageId"]
    assert owner.inputs["volumes"][0]["containerPath"] == "/data", "the folder of that image which is the user's"
    assert owner.inputs["start"] is False and owner.inputs["networkMode"] == "none"
    assert owner.urn in container(recording, "one-stock-cpu-1").depends_on
    assert "prod-plant-two-files-owner" not in recording.names(":Container")


def test_scratch_of_a_size_is_on_the_hosts_disk() -> None:
    made = container(hosted.whole(), "two-vision-l4-0")
    assert made.inputs["volumes"] == [
        {"volumeName": "prod-plant-two-vision-l4-0-scratch", "containerPath": "/tmp", "readOnly": False}
    ]
    assert "tmpfs" not in made.inputs
