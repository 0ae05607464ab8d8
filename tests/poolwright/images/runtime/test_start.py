"""What a container does before it serves: weights are fetched, checked and unpacked, or it does not start."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from poolwright.images.runtime import start


def packed(tmp_path: Path, **files: str) -> tuple[Path, str]:
    path = tmp_path / "model.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name.replace("__", "/"))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_archive_with_its_checksum_is_unpacked(tmp_path: Path) -> None:
    path, checksum = packed(tmp_path, config="a", weights__part="b")
    folder = start.weights(str(path), checksum, tmp_path / "model")
    assert {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()} == {
        "config",
        "weights/part",
    }


def test_an_archive_with_another_checksum_leaves_nothing_and_ends_the_container(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = packed(tmp_path, config="a")
    with pytest.raises(SystemExit) as ended:
        start.weights(str(path), "0" * 64, tmp_path / "model")
    assert ended.value.code == 78
    assert "has the checksum" in capsys.readouterr().err
    assert list((tmp_path / "model").iterdir()) == []


@pytest.mark.parametrize(
    ("source", "checksum", "said"),
    [
        ("s3://models/bert.tar.gz", "", "MODEL_SHA256 is not set"),
        ("https://models.example/bert", "abc", "MODEL_SHA256 is not set"),
        ("ftp://models.example/bert", "0" * 64, "s3://bucket/key, https://"),
        ("/nowhere/bert", "", "nothing is mounted there"),
    ],
)
def test_a_source_that_can_not_be_checked_is_refused(
    source: str, checksum: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        start.weights(source, checksum, tmp_path / "model")
    assert said in capsys.readouterr().err


def test_a_bucket_may_be_a_claim_whose_name_poolwright_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUCKET_OLD_MODELS", "prod-main-old-models-1a2b3c")
    assert start.bucket_of("old-models") == "prod-main-old-models-1a2b3c"
    assert start.bucket_of("weights.example.com") == "weights.example.com"


def test_a_mounted_folder_is_used_where_it_is(tmp_path: Path) -> None:
    mounted = tmp_path / "models" / "bert"
    mounted.mkdir(parents=True)
    start.weights(str(mounted), "", tmp_path / "model")
    assert (tmp_path / "model").resolve() == mounted


@pytest.mark.parametrize("name", ["../escape", "/etc/escape", "a/../../escape"])
def test_an_archive_writes_nothing_outside_of_its_folder(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(SystemExit):
        start.weights(str(path), hashlib.sha256(path.read_bytes()).hexdigest(), tmp_path / "deep" / "model")
    assert not list(tmp_path.rglob("escape"))


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("weights")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)
    with pytest.raises(SystemExit):
        start.weights(str(path), hashlib.sha256(path.read_bytes()).hexdigest(), tmp_path / "model")
    assert not (tmp_path / "model" / "weights").exists()
