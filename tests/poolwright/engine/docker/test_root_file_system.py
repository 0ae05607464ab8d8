"""Packages made here are laid out as an image needs them, with the same bytes each time."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from poolwright.engine.docker.root_file_system import RootFileSystem, lay_out

pytestmark = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="this machine has no dpkg-deb")

SHIPPED = {
    "bin/su": "a program",
    "usr/bin/apt-get": "another program",
    "usr/lib/os-release": "ID=debian\nVERSION_CODENAME=bookworm\n",
    "usr/share/doc/tool/copyright": "its licence",
    "usr/share/doc/tool/changelog": "what changed",
    "usr/share/man/man1/su.1": "a manual",
    "usr/share/base-passwd/passwd.master": "root:*:0:0:root:/root:/bin/bash\n",
    "usr/share/base-passwd/group.master": "root:*:0:\n",
    "usr/share/ca-certificates/mozilla/B.crt": "second\n",
    "usr/share/ca-certificates/mozilla/A.crt": "first\n",
}


@pytest.fixture(scope="module")
def deb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("packages")
    tree = root / "tree"
    for path, content in SHIPPED.items():
        file = tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    (tree / "bin" / "su").chmod(0o4755)
    (tree / "DEBIAN").mkdir()
    control = (
        "Package: tool\nVersion: 1.0\nArchitecture: amd64\nMulti-Arch: same\nMaintainer: A <a@b.c>\nDescription: it\n"
    )
    (tree / "DEBIAN" / "control").write_text(control, encoding="utf-8")
    made = root / "tool.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", str(tree), str(made)], check=True, capture_output=True)
    return made


@pytest.fixture(scope="module")
def system(deb: Path) -> RootFileSystem:
    return lay_out([deb])


@pytest.fixture(scope="module")
def members(system: RootFileSystem) -> dict[str, tuple[tarfile.TarInfo, str]]:
    found: dict[str, tuple[tarfile.TarInfo, str]] = {}
    with tarfile.open(fileobj=io.BytesIO(system.archive)) as archive:
        for member in archive:
            held = archive.extractfile(member) if member.isreg() else None
            found[member.name] = (member, "" if held is None else held.read().decode())
    return found


Members = dict[str, tuple[tarfile.TarInfo, str]]


def test_the_same_packages_give_the_same_bytes(deb: Path, system: RootFileSystem) -> None:
    assert lay_out([deb]) == system


def test_no_program_is_setuid_and_programs_lie_below_usr(members: Members) -> None:
    assert members["usr/bin/su"][0].mode == 0o755
    assert members["bin"][0].linkname == "usr/bin"


def test_a_licence_stays_and_manuals_go(members: Members) -> None:
    kept = {path for path, (member, _) in members.items() if path.startswith("usr/share/") and member.isreg()}

    assert "usr/share/doc/tool/copyright" in kept
    assert not {path for path in kept if "man" in path.split("/") or path.endswith("changelog")}


def test_accounts_have_no_password_and_certificates_are_in_one_bundle(members: Members) -> None:
    assert members["etc/passwd"][1].startswith("root:*:0:0:")
    assert members["etc/shadow"][1].startswith("root:*:")
    assert members["etc/ssl/certs/ca-certificates.crt"][1] == "first\nsecond\n"


def test_apt_finds_the_mirrors_of_the_distribution(members: Members) -> None:
    sources = members["etc/apt/sources.list.d/debian.sources"][1]

    assert "URIs: http://deb.debian.org/debian\nSuites: bookworm bookworm-updates\n" in sources
    assert "Suites: bookworm-security\n" in sources


def test_scanners_find_the_package_installed(system: RootFileSystem, members: Members) -> None:
    assert system.packages == ("tool 1.0 amd64",)
    assert "Package: tool\nStatus: install ok installed\n" in members["var/lib/dpkg/status"][1]
    assert "/usr/bin/su\n" in members["var/lib/dpkg/info/tool:amd64.list"][1]
