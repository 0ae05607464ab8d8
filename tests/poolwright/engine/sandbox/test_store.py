from __future__ import annotations

import json
import multiprocessing
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from poolwright.engine.sandbox.store import FOLDER_VARIABLE, Resource, Store, default_folder


def resource(name: str, kind: str = "ec2.Vpc", **outputs: str) -> Resource:
    return Resource(kind, name, "eu-west-1", "urn", {}, {**outputs})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, "123456789012")


def test_what_is_put_is_there_for_every_process(store: Store, tmp_path: Path) -> None:
    store.put(resource("vpc-1", a="b"))
    other = Store(tmp_path, "123456789012")
    assert other.get("ec2.Vpc", "eu-west-1/vpc-1") == resource("vpc-1", a="b")
    other.delete(resource("vpc-1"))
    assert store.all("ec2.Vpc") == []


def test_accounts_are_apart(store: Store, tmp_path: Path) -> None:
    store.put(resource("vpc-1"))
    assert Store(tmp_path, "210987654321").all("ec2.Vpc") == []


def test_each_resource_is_one_readable_file(store: Store, tmp_path: Path) -> None:
    store.put(resource("arn:aws:x/y", "ecs.Cluster"))
    store.put(resource("vpc-1"))
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.json"))
    assert files[0] == "123456789012/resources/ec2.Vpc/eu-west-1~vpc-1.json"
    assert files[1].startswith("123456789012/resources/ecs.Cluster/eu-west-1~arn_aws_x_y~")


def test_a_file_that_somebody_deletes_is_a_resource_that_is_gone(store: Store, tmp_path: Path) -> None:
    store.put(resource("vpc-1"))
    store.put(resource("vpc-2"))
    next(tmp_path.rglob("*vpc-1.json")).unlink()
    assert [found.id for found in store.all("ec2.Vpc")] == ["vpc-2"]


def test_a_file_that_somebody_replaces_is_read_again(store: Store, tmp_path: Path) -> None:
    store.put(resource("vpc-1", size="small"))
    file = next(tmp_path.rglob("*vpc-1.json"))
    document = json.loads(file.read_text())
    document["outputs"]["size"] = "larger"
    file.write_text(json.dumps(document))
    found = store.get("ec2.Vpc", "eu-west-1/vpc-1")
    assert found is not None and found.outputs["size"] == "larger"


def test_a_file_that_is_no_resource_is_named(store: Store, tmp_path: Path) -> None:
    store.put(resource("vpc-1"))
    next(tmp_path.rglob("*vpc-1.json")).write_text("{}")
    with pytest.raises(ValueError, match=r"vpc-1\.json: not a resource of the sandbox"):
        store.all("ec2.Vpc")


def test_creations_are_counted_for_good(store: Store, tmp_path: Path) -> None:
    for _ in range(3):
        store.count_creation("urn:a")
    store.count_creation("urn:b")
    assert (store.creations("urn:a"), store.creations("urn:b"), store.creations("urn:c")) == (3, 1, 0)
    assert Store(tmp_path, "123456789012").creations("urn:a") == 3


def test_two_resources_of_one_id_in_two_regions_are_two(store: Store) -> None:
    here = resource("web", "cloudwatch.LogGroup")
    store.put(here)
    store.put(replace(here, region="us-east-1"))
    assert len(store.all("cloudwatch.LogGroup")) == 2


def _fill(root: Path, first: int) -> None:
    store = Store(root, "123456789012")
    for number in range(first, first + 20):
        with store.exclusive():
            taken = len(store.all("ec2.Vpc"))
            store.put(resource(f"vpc-{number}", order=str(taken)))


def test_processes_and_threads_see_each_others_writings(tmp_path: Path) -> None:
    """Each writer notes how many there were before it; under the lock no two note the same number."""
    others = [multiprocessing.get_context("spawn").Process(target=_fill, args=(tmp_path, 100))]
    others[0].start()
    threads = [threading.Thread(target=_fill, args=(tmp_path, start)) for start in (200, 300)]
    for thread in threads:
        thread.start()
    for worker in (*threads, *others):
        worker.join()
    found = Store(tmp_path, "123456789012").all("ec2.Vpc")
    assert sorted(int(str(one.outputs["order"])) for one in found) == list(range(60))


def test_the_folder_is_the_one_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert default_folder() == tmp_path
    monkeypatch.delenv(FOLDER_VARIABLE)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "poolwright" / "sandbox"
