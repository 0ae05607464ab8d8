"""What `make test` does where no Docker Engine and no Chromium is installed; apt is played."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
SCRIPTS = {
    "install-docker": ("dockerd", "docker.io", "Docker Engine"),
    "install-chromium": ("google-chrome", "chromium-headless-shell", "Chromium"),
}
"""Script → a program with which nothing is to be done, the package, what it is called."""


class Machine:
    """Programs of a made-up machine, and what apt was asked."""

    def __init__(self, folder: Path, script: str) -> None:
        self._folder = folder
        self._script = TOOLS / script
        self.program, self.package, self.what = SCRIPTS[script]
        for name in ("sh", "mktemp", "grep", "head", "rm"):
            found = next(place for place in (Path("/usr/bin"), Path("/bin")) if (place / name).exists())
            (folder / name).symlink_to(found / name)

    def has(self, name: str, body: str) -> None:
        program = self._folder / name
        program.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        program.chmod(0o755)

    def run(self) -> tuple[int, str]:
        answer = subprocess.run(
            ["/bin/sh", str(self._script)], env={"PATH": str(self._folder)}, capture_output=True, text=True, check=False
        )
        return answer.returncode, answer.stderr


@pytest.fixture(params=SCRIPTS)
def machine(tmp_path: Path, request: pytest.FixtureRequest) -> Machine:
    made = Machine(tmp_path, request.param)
    made.has("id", "echo 0")
    made.has("apt-get", f'echo "$@" >> {tmp_path}/asked')
    return made


def test_one_that_is_there_is_left_alone(machine: Machine, tmp_path: Path) -> None:
    machine.has(machine.program, "exit 0")

    assert machine.run() == (0, "")
    assert not (tmp_path / "asked").exists()


def test_root_on_debian_gets_one(machine: Machine, tmp_path: Path) -> None:
    code, said = machine.run()

    assert (code, f"installing a {machine.what}" in said) == (0, True)
    assert (tmp_path / "asked").read_text(encoding="utf-8").splitlines()[1].endswith(machine.package)


def test_nobody_else_is_asked_for_anything(machine: Machine, tmp_path: Path) -> None:
    machine.has("id", "echo 1000")

    assert machine.run() == (0, "")
    assert not (tmp_path / "asked").exists()


def test_a_mirror_that_fails_is_one_line_and_no_failure(machine: Machine) -> None:
    machine.has("apt-get", 'echo "E: no mirror"; exit 100')
    code, said = machine.run()

    assert code == 0
    assert said.splitlines()[-1] == f"no {machine.what} could be installed: E: no mirror"
