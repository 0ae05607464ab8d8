"""Containers on a real Docker Engine: they run, are held to their limits, come back, and leave nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from poolwright.engine.sandbox.docker import networks
from poolwright.engine.sandbox.docker.hosts import host_of
from poolwright.engine.sandbox.docker.provider import DockerProvider
from poolwright.engine.sandbox.subject import NameWish, Refused
from tests.poolwright.engine.sandbox.docker.conftest import SLEEPS, Host, subject


def until(holds: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether something holds soon; waits for an engine, and for nothing longer than it takes."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


def test_limits_are_those_of_the_inputs_and_change_in_place(host: Host) -> None:
    known = host.run("web", memory=64, memorySwap=64, cpus="0.5", cpuShares=512)
    limits = host.container(known).attrs["HostConfig"]

    assert (limits["Memory"], limits["NanoCpus"], limits["CpuShares"]) == (64 << 20, 500_000_000, 512)
    changed = host.update("Container", "web", known, memory=96, memorySwap=96, restart="always")
    limits = host.container(known).attrs["HostConfig"]
    assert (limits["Memory"], limits["RestartPolicy"]["Name"]) == (96 << 20, "always")
    assert changed.outputs["memory"] == 96


def test_who_takes_more_memory_than_the_limit_is_killed(host: Host) -> None:
    command = ["sh", "-c", "head -c 200000000 /dev/zero | tail -c 100000000 >/dev/null; echo ended with $?"]
    known = host.run(
        "eater", memory=16, memorySwap=16, command=command, attach=True, logs=True, mustRun=False, removeVolumes=True
    )

    assert host.container(known).attrs["State"]["OOMKilled"] or "ended with 137" in str(known.outputs["containerLogs"])


def test_a_container_that_is_killed_comes_back(host: Host) -> None:
    known = host.run("web", restart="always")
    # The engine takes a kill of its own interface for a wish; a crash of the process is none.
    first = host.container(known).attrs["State"]["StartedAt"]
    host.container(known).exec_run(["sh", "-c", "kill -9 -1; kill -TERM 1"])

    def is_back() -> bool:
        state = host.container(known).attrs["State"]
        return bool(state["Running"]) and state["StartedAt"] != first

    assert until(is_back)
    assert host.read("Container", "web", known) is not None


def test_ports_of_two_hosts_are_published_side_by_side(host: Host, docker_host: str) -> None:
    first = host.run("web", ports=[{"internal": 80, "external": 18080}])
    other = DockerProvider(host_of({"host": f"{host.provider.host.name}-2"}), {})
    beside = Host(other, host.client, host.image, f"{host.prefix}-beside")
    try:
        second = beside.run("web", ports=[{"internal": 80, "external": 18080}])
        ports: list[Any] = [known.outputs["ports"] for known in (first, second)]
        assert [port[0]["external"] for port in ports] == [18080, 18080]
        assert ports[0][0]["ip"] != ports[1][0]["ip"]
        bound = host.container(first).attrs["NetworkSettings"]["Ports"]["80/tcp"]
        assert bound == [{"HostIp": ports[0][0]["ip"], "HostPort": "18080"}]
        seen = host.read("Container", "web", first)
        assert seen is not None
        assert seen.inputs["ports"] == [{"internal": 80, "external": 18080}]
    finally:
        beside.clear()


def test_containers_of_a_network_know_each_other_by_alias(host: Host) -> None:
    network = host.make("Network", "net")
    known = host.run("web", networksAdvanced=[{"name": network.outputs["name"], "aliases": ["web"]}])
    datas: Any = known.outputs["networkDatas"]

    assert [data["networkName"] for data in datas] == [host.name("net")]
    assert datas[0]["ipAddress"]
    joined = host.container(known).attrs["NetworkSettings"]["Networks"][host.name("net")]
    assert "web" in joined["Aliases"]


def test_files_are_there_before_the_container_starts(host: Host) -> None:
    upload = {"file": "/data/secret", "content": "hidden", "permissions": "0400", "owner": "10001", "group": "10001"}
    known = host.run(
        "job",
        command=["sh", "-c", "ls -ln /data/secret; cat /data/secret"],
        user="10001",
        uploads=[upload],
        attach=True,
        logs=True,
        mustRun=False,
    )

    assert str(known.outputs["containerLogs"]).startswith("-r-------- 1 10001 10001 6 ")
    assert str(known.outputs["containerLogs"]).endswith("hidden")
    assert known.outputs["exitCode"] == 0


def test_a_read_only_root_takes_its_files_from_a_volume(host: Host) -> None:
    with pytest.raises(Refused, match=r"rootfs is marked read-only \(hint: .*never started"):
        host.run("web", readOnly=True, uploads=[{"file": "/data/a", "content": "b"}])
    volume = host.make("Volume", "files")
    mount = {"volumeName": volume.id, "containerPath": "/data"}
    host.run("filler", start=False, mustRun=False, volumes=[mount], uploads=[{"file": "/data/a", "content": "b"}])
    known = host.run("web", readOnly=True, volumes=[{**mount, "readOnly": True}])

    assert host.container(known).exec_run(["cat", "/data/a"]).output == b"b"
    assert host.container(known).exec_run(["touch", "/data/c"]).exit_code != 0


def test_a_container_that_ends_at_once_is_an_error_with_its_last_words(host: Host) -> None:
    with pytest.raises(Refused, match="exited immediately with code 3; its log ends: no model"):
        host.run("web", command=["sh", "-c", "echo no model; exit 3"])

    assert host.client.containers.list(all=True, filters={"name": host.name("web")}) == []


def test_waiting_ends_with_health_or_with_what_the_check_says(host: Host) -> None:
    check = {"tests": ["CMD", "ls", "/tmp"], "interval": "200ms", "retries": 1}
    known = host.run("web", healthcheck=check, wait=True)
    assert host.container(known).attrs["State"]["Health"]["Status"] == "healthy"

    bad = {**check, "tests": ["CMD", "ls", "/absent"]}
    with pytest.raises(Refused, match=r"failed to be in healthy state within 1 seconds; its check says: .*absent"):
        host.run("sick", healthcheck=bad, wait=True, waitTimeout=1)


def test_what_was_changed_outside_is_seen(host: Host) -> None:
    known = host.run("web", memory=64, memorySwap=64)
    host.container(known).update(mem_limit="80m", memswap_limit="80m", restart_policy={"Name": "always"})
    seen = host.read("Container", "web", known)

    assert seen is not None
    assert (seen.inputs["memory"], seen.inputs["restart"]) == (80, "always")


def test_a_container_that_stopped_although_it_must_run_counts_as_gone(host: Host) -> None:
    known = host.run("web")
    host.container(known).stop(timeout=0)
    assert host.read("Container", "web", known) is None

    again = host.run("web")
    assert again.id != known.id
    host.container(again).remove(force=True)
    assert host.read("Container", "web", again) is None


def test_a_creation_whose_answer_was_lost_leaves_no_second_container(host: Host) -> None:
    lost = host.run("web")
    known = host.run("web")
    host.make("Network", "net")
    host.make("Network", "net")

    found = host.client.containers.list(all=True, filters={"name": host.name("web")})
    assert [each.id for each in found] == [known.id] != [lost.id]
    assert len(host.client.networks.list(names=[host.name("net")])) == 1


def test_another_checkouts_container_of_the_same_stack_stays(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = host.run("web")
    with monkeypatch.context() as patched:
        patched.setenv("POOLWRIGHT_SANDBOX_DIR", str(tmp_path))
        with pytest.raises(Refused, match="already in use"):
            host.run("web")

    assert host.container(theirs).attrs["State"]["Running"]


def test_a_container_of_somebody_else_with_the_name_stays(host: Host) -> None:
    theirs = host.client.containers.create(host.image, SLEEPS, name=host.name("web"))
    try:
        with pytest.raises(Refused, match=r"Conflict.*already in use.*\(hint: that container was made outside"):
            host.run("web")
        assert host.client.containers.get(theirs.id).name == host.name("web")
    finally:
        theirs.remove(force=True)


def test_what_is_in_use_is_not_removed_and_the_engine_says_so(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "_PATIENCE_SECONDS", 0.0)
    volume, network = host.make("Volume", "data"), host.make("Network", "net")
    host.run(
        "web",
        volumes=[{"volumeName": volume.id, "containerPath": "/data"}],
        networksAdvanced=[{"name": network.outputs["name"]}],
    )

    with pytest.raises(Refused, match="volume is in use"):
        host.delete("Volume", "data", volume)
    with pytest.raises(Refused, match="has active endpoints"):
        host.delete("Network", "net", network)


def test_anonymous_volumes_go_with_their_container_and_named_ones_stay(host: Host) -> None:
    volume = host.make("Volume", "data")
    known = host.run("web", volumes=[{"containerPath": "/tmp"}, {"volumeName": volume.id, "containerPath": "/data"}])
    mounts = {each["Destination"]: each["Name"] for each in host.container(known).attrs["Mounts"]}
    host.delete("Container", "web", known)

    left = {each.name for each in host.client.volumes.list()}
    assert mounts["/tmp"] not in left
    assert mounts["/data"] in left
    # What is gone already is no mistake.
    host.delete("Container", "web", known)


def test_an_image_is_built_found_and_tagged(host: Host, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {host.image}\nCOPY greeting /data/greeting\n", encoding="utf-8")
    (tmp_path / "greeting").write_text("hello", encoding="utf-8")
    name = f"{host.name('image')}:1"
    inputs: dict[str, Any] = {"imageName": name, "skipPush": True, "build": {"context": str(tmp_path)}}
    before = host.provider.check(subject("Image", "a"), inputs, {}, NameWish()).inputs
    made = host.make_of("Image", "image", inputs)
    pulled = host.make_of("RemoteImage", "found", {"name": name})
    tagged = host.make_of("Tag", "tag", {"sourceImage": name, "targetImage": f"{host.name('image')}:2"})
    try:
        assert made.outputs["repoDigest"] == pulled.outputs["imageId"] == tagged.outputs["sourceImageId"]
        job = {"command": ["cat", "/data/greeting"], "attach": True, "logs": True, "mustRun": False}
        assert host.run("job", **job, image=pulled.outputs["imageId"]).outputs["containerLogs"] == "hello"

        (tmp_path / "greeting").write_text("good day", encoding="utf-8")
        after = host.provider.check(subject("Image", "a"), inputs, {}, NameWish()).inputs
        changed = host.provider.diff(subject("Image", "a"), before, after).differences
        assert [(each.path, each.replaces) for each in changed] == [("build.contextDigest", False)]
    finally:
        host.clear()
        host.made.clear()
        host.client.images.remove(f"{host.name('image')}:2", force=True)


def test_an_image_that_is_nowhere_is_refused_with_what_to_do(host: Host) -> None:
    with pytest.raises(Refused, match=r"No such image: sha256:0+ \(hint: `poolwright images"):
        host.run("web", image=f"sha256:{'0' * 64}")


def test_a_container_keeps_what_only_a_new_one_can_have_and_says_so(host: Host) -> None:
    known = host.run("web")
    changed = host.update("Container", "web", known, tmpfs={"/tmp": "size=1m"})

    assert "pulumi-docker keeps tmpfs" in changed.remarks[0]
    assert host.container(known).attrs["HostConfig"].get("Tmpfs") in (None, {})


def test_a_stood_in_host_runs_with_what_this_machine_has(host: Host) -> None:
    share = {"type": "nfs", "o": "addr=nas.example.com", "device": ":/export"}
    volume = host.make("Volume", "share", driver="local", driverOpts=share)
    assert volume.outputs["driverOpts"] == share
    known = host.run("big", cpus="64", gpus="all", devices=[{"hostPath": "/dev/nothing"}], privileged=True)
    limits = host.container(known).attrs["HostConfig"]
    assert limits["NanoCpus"] == host.client.info()["NCPU"] * 1_000_000_000
    assert not limits["Privileged"]
    seen = host.read("Container", "big", known)
    assert seen is not None
    assert (seen.outputs["cpus"], seen.outputs["gpus"]) == ("64", "all"), "the program's own values stay"


def test_an_image_that_can_not_be_had_is_stood_in_for_and_said(host: Host) -> None:
    image = host.make_of("RemoteImage", "gone", {"name": f"localhost:9/{host.prefix}:1"})
    assert "answers every request" in image.remarks[0]
    check = {
        "tests": ["CMD-SHELL", "python3 -c \"import urllib.request as u; u.urlopen('http://127.0.0.1:9090/healthz')\""]
    }
    known = host.make(
        "Container",
        "stand-in",
        image=image.outputs["imageId"],
        command=["no-such-program"],
        healthcheck={**check, "interval": "1s", "retries": 20},
        wait=True,
        waitTimeout=60,
    )
    assert host.container(known).attrs["State"]["Health"]["Status"] == "healthy"
    assert host.read("RemoteImage", "gone", image) is not None
    with pytest.raises(Refused, match="images STACK --build"):
        host.make_of("RemoteImage", "own", {"name": "localhost/poolwright/nothing:1"})
