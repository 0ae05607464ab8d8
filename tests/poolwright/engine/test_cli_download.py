"""The official CLI: only what its published checksum vouches for, and only what is needed of it."""

from __future__ import annotations

import hashlib
import io
import platform
import tarfile
from pathlib import Path

import pytest

from poolwright.engine import cli_download
from poolwright.engine.cli_binary import CliOrigin
from solver.errors import EngineError

CLI = f"#!/bin/sh\necho v{cli_download.VERSION}\n".encode()


def _archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for Pulumi's server."""
    folder = tmp_path / "server"
    folder.mkdir()
    monkeypatch.setenv("POOLWRIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    address = f"{folder.as_uri()}/pulumi-v{{version}}-{{system}}-{{machine}}.tar.gz"
    monkeypatch.setattr(cli_download, "ARCHIVE_ADDRESS", address)
    monkeypatch.setattr(cli_download, "CHECKSUM_ADDRESSES", (f"{folder.as_uri()}/a.txt", f"{folder.as_uri()}/b.txt"))
    return folder


def _serve(server: Path, archive: bytes, digest: str | None = None) -> None:
    name = f"pulumi-v{cli_download.VERSION}-linux-x64.tar.gz"
    (server / name).write_bytes(archive)
    listed = digest or hashlib.sha256(archive).hexdigest()
    (server / "b.txt").write_text(f"{'0' * 64}  pulumi-other.tar.gz\n{listed}  {name}\n", encoding="utf-8")


def test_the_official_cli_and_its_language_host_are_put_into_the_cache(server: Path) -> None:
    members = {
        "pulumi/pulumi": CLI,
        "pulumi/pulumi-language-python": b"#!/bin/sh\n",
        "pulumi/pulumi-language-python-exec": b"#!/bin/sh\n",
        "pulumi/pulumi-language-java": b"large and not wanted",
    }
    _serve(server, _archive(members))

    cli = cli_download.download(lambda text: None)

    assert cli.origin is CliOrigin.DOWNLOADED
    assert sorted(path.name for path in cli.folder.iterdir()) == [
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
    ]
    assert cli.language_host == cli.folder / "pulumi-language-python"


def test_an_archive_that_is_not_the_published_one_is_thrown_away(server: Path, tmp_path: Path) -> None:
    _serve(server, _archive({"pulumi/pulumi": CLI}), digest="f" * 64)

    with pytest.raises(EngineError, match="is published"):
        cli_download.download(lambda text: None)

    assert list((tmp_path / "cache" / "pulumi").iterdir()) == []


def test_no_member_of_an_archive_is_written_outside_the_cache(server: Path, tmp_path: Path) -> None:
    _serve(server, _archive({"../../pulumi": CLI, "/etc/pulumi-language-python": b"x"}))

    cli = cli_download.download(lambda text: None)

    assert sorted(path.name for path in cli.folder.iterdir()) == ["pulumi", "pulumi-language-python"]
    assert not (tmp_path / "pulumi").exists()


def test_a_list_of_checksums_without_the_archive_is_refused() -> None:
    with pytest.raises(EngineError, match="do not name wanted"):
        cli_download.published_checksum(f"{'0' * 64}  other.tar.gz\n", "wanted.tar.gz")


def test_a_server_that_does_not_answer_is_named(server: Path) -> None:
    with pytest.raises(EngineError, match=r"can't be downloaded here .*a\.txt.*b\.txt"):
        cli_download.download(lambda text: None)


def test_a_machine_without_an_official_cli_is_told_so(server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")

    with pytest.raises(EngineError, match="Linux on riscv64"):
        cli_download.download(lambda text: None)
