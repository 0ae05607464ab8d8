"""The apps of the examples, and the images that the project makes of them: by its rules, doing what pages say."""

from __future__ import annotations

import asyncio
import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from poolwright.checks.dockerfiles import faults_of
from poolwright.images.assembly import Resolved
from poolwright.images.wanted import wanted_images
from solver.inputs import read_inputs
from solver.plan.lock import read_lock
from tests.examples.stacks import FOLDER, STACK


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("customer-service", {"assistant.inferentia2": "bert", "assistant.l4": "bert"}),
        ("healthcare", {"records.x86": "python", "proxy": "proxy"}),
    ],
)
def test_an_example_names_images_that_can_be_made_and_break_no_rule(name: str, made: dict[str, str]) -> None:
    inputs = read_inputs(FOLDER / name, STACK)
    wanted = wanted_images(inputs.loaded, read_lock(inputs.lock_path), FOLDER / name)
    assert {key: each.built_from for key, each in wanted.items()} == made
    for each in wanted.values():
        bases = {base: Resolved(f"registry.example.com/{base}:1@sha256:{'0' * 64}") for base in each.bases}
        assert faults_of(each.context(bases).dockerfile) == []


class Records:
    """The app of the hospital, asked without a server."""

    def __init__(self, folder: Path) -> None:
        self._app = runpy.run_path(str(FOLDER / "healthcare" / "apps" / "records" / "main.py"))["app"]
        self.folder = folder

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, Any]]:
        """Status and answer."""
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asyncio.run(self._app({"type": "http", "method": method, "path": path}, receive, send))
        return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Records:
    (tmp_path / "key").write_text("hush\n", "utf-8")
    monkeypatch.setenv("ALIAS_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("PATH_ARCHIVE", str(tmp_path / "archive"))
    return Records(tmp_path)


def test_a_record_is_kept_in_the_archive_and_given_back(records: Records) -> None:
    assert records.ask("GET", "/records/17")[0] == 404
    assert records.ask("PUT", "/records/17", b'{"name": "A. Person"}') == (200, {})
    assert records.ask("GET", "/records/17") == (200, {"name": "A. Person"})
    assert [path.name for path in (records.folder / "archive" / "records").iterdir()] == ["17.json"]


def test_an_alias_is_the_patients_own_and_hangs_on_the_secret(records: Records, tmp_path: Path) -> None:
    _, first = records.ask("GET", "/records/17/alias")
    assert records.ask("GET", "/records/17/alias")[1] == first
    assert records.ask("GET", "/records/18/alias")[1] != first
    (tmp_path / "key").write_text("louder", "utf-8")
    assert Records(tmp_path).ask("GET", "/records/17/alias")[1] != first


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/records/../../etc/passwd", b"", 404),
        ("GET", "/records/a", b"", 404),
        ("PUT", "/records/17", b"no JSON", 400),
        ("PUT", "/records/17", b'"' + b"x" * (1 << 20) + b'"', 400),
        ("DELETE", "/records/17", b"", 405),
        ("PUT", "/records/17/alias", b"{}", 405),
    ],
)
def test_what_is_asked_wrongly_is_refused_and_kept_nowhere(
    records: Records, method: str, path: str, body: bytes, status: int
) -> None:
    assert records.ask(method, path, body)[0] == status
    assert not (records.folder / "archive").exists()
