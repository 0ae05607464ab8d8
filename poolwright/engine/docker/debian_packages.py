"""Debian packages with all that they depend on, fetched by the machine's own apt into a folder.

apt works on folders of its own here: it reads the machine's sources and keys, changes nothing on the machine, needs no
root, and checks what it fetches as it always does.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from solver.errors import EngineError


def fetch(packages: Sequence[str], architecture: str, folder: Path) -> list[Path]:
    """The `.deb` files of the packages and of what they depend on, ordered by name; `folder` must be empty."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise EngineError(
            "a base image can't be made of Debian packages here: this machine has no apt-get",
            hint="make it on a machine with Debian or Ubuntu, or let the Docker Engine reach a registry",
        )
    options = _options(folder, architecture)
    _apt([*options, "update"], "the lists of packages can't be read")
    wish = ["install", "--yes", "--download-only", "--no-install-recommends", *packages]
    _apt([*options, *wish], f"the packages {', '.join(packages)} can't be had")
    return sorted((folder / "cache" / "archives").glob("*.deb"))


def _options(folder: Path, architecture: str) -> list[str]:
    """Options that give apt its own folders, an empty machine to install on, and the distribution's packages alone."""
    for name in ("state/lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    (folder / "status").touch()
    # Sources that somebody added for other software would bring other versions of what the distribution has.
    pins = (
        f"Package: *\nPin: release o={_origin()}\nPin-Priority: 990\n\nPackage: *\nPin: release o=*\nPin-Priority: -1\n"
    )
    (folder / "preferences").write_text(pins, encoding="utf-8")
    chosen = {
        "Dir::State": folder / "state",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder / "cache",
        "Dir::Etc::Preferences": folder / "preferences",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "APT::Architecture": architecture,
        "APT::Architectures": architecture,
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Debug::NoLocking": "1",
    }
    return [part for name, value in chosen.items() for part in ("-o", f"{name}={value}")]


def _origin() -> str:
    """The distribution's name as its archive signs it."""
    try:
        told = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        told = ""
    found = re.search(r'^ID="?(\w+)', told, re.MULTILINE)
    return "Ubuntu" if found is not None and found[1] == "ubuntu" else "Debian"


def _apt(arguments: list[str], failure: str) -> None:
    answer = subprocess.run(
        ["apt-get", "--quiet", *arguments],
        env=os.environ | {"LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        wrong = [line for line in answer.stderr.splitlines() if line.startswith("E:")]
        raise EngineError(
            f"{failure}: {' '.join(wrong) or answer.stderr.strip()}",
            hint="apt-get update on this machine shows whether its mirror can be reached",
        )
