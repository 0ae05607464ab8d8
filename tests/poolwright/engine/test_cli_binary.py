"""Which Pulumi CLI is used, and how the cache is filled."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from poolwright.engine import cli_binary, cli_build, cli_download
from poolwright.engine.cli_binary import LAUNCHERS_MARK, CliOrigin, PulumiCli, parse_version
from solver.errors import EngineError

ROOT = Path(__file__).resolve().parents[3]


def _program(folder: Path, name: str, body: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def _pulumi(folder: Path, version: str) -> Path:
    return _program(folder, "pulumi", f"echo v{version}")


@pytest.fixture(autouse=True)
def _own_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # pyright: ignore[reportUnusedFunction]
    """No pulumi on PATH, an empty cache."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setenv("POOLWRIGHT_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("v3.259.0", (3, 259, 0)),
        ("3.300.1-alpha.17+dirty", (3, 300, 1)),
        ("go version go1.26 linux/amd64", (1, 26, 0)),
        ("go version go1.25.11 linux/amd64", (1, 25, 11)),
        ("unknown", None),
    ],
)
def test_versions_are_read_as_numbers(text: str, numbers: tuple[int, int, int] | None) -> None:
    assert parse_version(text) == numbers


def test_a_recent_enough_pulumi_on_path_is_used(tmp_path: Path) -> None:
    path = _pulumi(tmp_path / "bin", "3.300.0")

    assert cli_binary.find() == PulumiCli(path=path, version="3.300.0", origin=CliOrigin.PATH)


def test_an_old_pulumi_on_path_is_passed_over_for_the_cache(tmp_path: Path) -> None:
    _pulumi(tmp_path / "bin", "3.100.0")
    assert cli_binary.find() is None

    cached = _pulumi(tmp_path / "cache" / "pulumi" / "3.259.0-built", "3.259.0")

    assert cli_binary.find() == PulumiCli(path=cached, version="3.259.0", origin=CliOrigin.BUILT)


def test_a_broken_pulumi_on_path_is_passed_over(tmp_path: Path) -> None:
    _program(tmp_path / "bin", "pulumi", "exit 3")

    assert cli_binary.find() is None


def test_the_official_cli_in_the_cache_goes_before_one_built_here(tmp_path: Path) -> None:
    _pulumi(tmp_path / "cache" / "pulumi" / "3.259.0-built", "3.259.0")
    _pulumi(tmp_path / "cache" / "pulumi" / "3.272.0-downloaded", "3.272.0")

    found = cli_binary.find()

    assert found is not None
    assert found.origin is CliOrigin.DOWNLOADED


def test_a_folder_of_launchers_on_path_is_never_taken_for_a_cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launchers = tmp_path / "launchers"
    _pulumi(launchers, "3.999.0")
    (launchers / LAUNCHERS_MARK).touch()
    real = _pulumi(tmp_path / "bin", "3.300.0")
    monkeypatch.setenv("PATH", f"{launchers}{os.pathsep}{os.environ['PATH']}")

    found = cli_binary.find()

    assert found is not None
    assert found.path == real


def test_the_language_host_beside_the_cli_is_found(tmp_path: Path) -> None:
    path = _pulumi(tmp_path / "bin", "3.300.0")
    cli = PulumiCli(path=path, version="3.300.0", origin=CliOrigin.PATH)
    assert cli.language_host is None

    host = _program(tmp_path / "bin", "pulumi-language-python", "exit 0")

    assert cli.language_host == host


def test_the_cache_gets_a_cli_whole_or_not_at_all(tmp_path: Path) -> None:
    def stop_half_way(folder: Path) -> None:
        _pulumi(folder, "3.259.0")
        raise EngineError("no more room")

    with pytest.raises(EngineError, match="no more room"):
        cli_binary.store(CliOrigin.BUILT, "3.259.0", stop_half_way)
    assert list((tmp_path / "cache" / "pulumi").iterdir()) == []

    cli = cli_binary.store(CliOrigin.BUILT, "3.259.0", lambda folder: _pulumi(folder, "3.259.0") and None)

    assert cli_binary.find() == cli
    assert [path.name for path in (tmp_path / "cache" / "pulumi").iterdir()] == ["3.259.0-built"]


def test_a_cli_that_says_another_version_is_not_kept() -> None:
    with pytest.raises(EngineError, match=r"its version is 3\.1\.0, not 3\.259\.0"):
        cli_binary.store(CliOrigin.BUILT, "3.259.0", lambda folder: _pulumi(folder, "3.1.0") and None)

    assert cli_binary.find() is None


def test_where_a_download_fails_the_cli_is_built_and_each_step_says_what_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_network(say: cli_binary.Say) -> PulumiCli:
        raise EngineError("the official Pulumi CLI can't be downloaded here (no route)")

    def build(say: cli_binary.Say) -> PulumiCli:
        return cli_binary.store(CliOrigin.BUILT, "3.259.0", lambda folder: _pulumi(folder, "3.259.0") and None)

    monkeypatch.setattr(cli_download, "download", no_network)
    monkeypatch.setattr(cli_build, "build", build)
    said: list[str] = []

    assert cli_binary.ensure(said.append).origin is CliOrigin.BUILT
    assert said[0].startswith("no pulumi on PATH")
    assert "no route" in said[1]
    assert said[2].startswith("Pulumi CLI 3.259.0 built in 0 s")
    said.clear()
    assert cli_binary.ensure(said.append).origin is CliOrigin.BUILT
    assert said == []


def test_where_neither_way_works_the_error_lists_both_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(reason: str) -> object:
        def step(say: cli_binary.Say) -> PulumiCli:
            raise EngineError(reason)

        return step

    monkeypatch.setattr(cli_download, "download", refuse("no internet"))
    monkeypatch.setattr(cli_build, "build", refuse("no Go"))

    with pytest.raises(EngineError, match=r"(?s)no internet.*no Go.*install it from"):
        cli_binary.ensure(lambda text: None)


def test_a_cache_that_can_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a file").write_text("", encoding="utf-8")
    monkeypatch.setenv("POOLWRIGHT_CACHE", str(tmp_path / "a file" / "cache"))

    with pytest.raises(EngineError, match=r"(?s)can't be written.*POOLWRIGHT_CACHE"):
        cli_binary.ensure(lambda text: None)


HOLD = """
import fcntl, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
with (folder / "lock").open("w") as handle:
    fcntl.flock(handle, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_process_waits_for_the_first_and_finds_its_cli(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(cache)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    said: list[str] = []
    got: list[PulumiCli] = []
    waiter = threading.Thread(target=lambda: got.append(cli_binary.ensure(said.append)))
    waiter.start()
    deadline = time.monotonic() + 10
    while not any("another process" in line for line in said) and time.monotonic() < deadline:
        time.sleep(0.02)

    _pulumi(cache / "pulumi" / "3.259.0-built", "3.259.0")
    other.communicate("done\n")
    waiter.join(10)

    assert [cli.origin for cli in got] == [CliOrigin.BUILT]
