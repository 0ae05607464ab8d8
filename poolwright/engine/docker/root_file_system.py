"""A root file system out of Debian packages, as one tar archive with the same bytes for the same packages.

The packages' files are laid out as they are, without running any of the packages' scripts. What scripts would have made
and programs need is made here: accounts, name services, the bundle of certificates, a few links, dpkg's own records. No
program is setuid, and manuals, translations and change logs are left out; each package's licence stays.
"""

from __future__ import annotations

import copy
import io
import re
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_MERGED: Final = re.compile(r"^(bin|sbin|lib|lib32|lib64|libx32|libo32)(?=/|$)")
"""Folders that are links into /usr."""
_LEFT_OUT: Final = re.compile(
    r"^usr/share/(doc(?!/[^/]+/copyright$)|man|info|locale|lintian|bug|doc-base|bash-completion)/."
)
_LINKS: Final = {
    "usr/bin/awk": "mawk",
    "usr/bin/which": "which.debianutils",
}
"""Links that a package's script makes, where their target is there."""
_COPIES: Final = {
    "etc/passwd": "usr/share/base-passwd/passwd.master",
    "etc/group": "usr/share/base-passwd/group.master",
    "etc/nsswitch.conf": "usr/share/base-files/nsswitch.conf",
    "etc/profile": "usr/share/base-files/profile",
    "root/.profile": "usr/share/base-files/dot.profile",
    "root/.bashrc": "usr/share/base-files/dot.bashrc",
}
_MIRRORS: Final = {
    "debian": (
        ("http://deb.debian.org/debian", ("", "-updates"), "main"),
        ("http://deb.debian.org/debian-security", ("-security",), "main"),
    ),
    "ubuntu": (("http://archive.ubuntu.com/ubuntu", ("", "-updates", "-security"), "main universe"),),
}
"""By a distribution's id: address, what follows its codename, components."""
_CERTIFICATES: Final = "usr/share/ca-certificates/"
_BUNDLE: Final = "etc/ssl/certs/ca-certificates.crt"
_INFO: Final = "var/lib/dpkg/info/"


@dataclass
class _Tree:
    """What is laid out so far, by path."""

    entries: dict[str, tuple[tarfile.TarInfo, bytes]] = field(default_factory=dict[str, tuple[tarfile.TarInfo, bytes]])
    newest: int = 0

    def put(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """A file that no package brings."""
        self._folders_to(path)
        member = tarfile.TarInfo(path)
        member.mode, member.size = mode, len(content)
        self.entries[path] = (member, content)

    def link(self, path: str, target: str) -> None:
        """A symbolic link that no package brings."""
        self._folders_to(path)
        member = tarfile.TarInfo(path)
        member.type, member.linkname, member.mode = tarfile.SYMTYPE, target, 0o777
        self.entries[path] = (member, b"")

    def content(self, path: str) -> bytes | None:
        """A file's bytes; None when there is none."""
        found = self.entries.get(path)
        return None if found is None else found[1]

    def _folders_to(self, path: str) -> None:
        parts = path.split("/")[:-1]
        for count in range(1, len(parts) + 1):
            parent = "/".join(parts[:count])
            if parent not in self.entries:
                member = tarfile.TarInfo(parent)
                member.type, member.mode = tarfile.DIRTYPE, 0o755
                self.entries[parent] = (member, b"")


@dataclass(frozen=True)
class RootFileSystem:
    """An archive, and what is known of it."""

    archive: bytes
    newest: int
    """When the newest file of any package was made, in seconds since 1970: the archive's own age."""
    packages: tuple[str, ...]
    """`name version architecture` of each."""


def lay_out(debs: Sequence[Path]) -> RootFileSystem:
    """The root file system of these packages."""
    tree = _Tree()
    status: list[str] = []
    packages: list[str] = []
    for deb in debs:
        control = _output(["dpkg-deb", "--field", str(deb)]).decode()
        name, version, architecture = (_field(control, key) for key in ("Package", "Version", "Architecture"))
        packages.append(f"{name} {version} {architecture}")
        status.append(control.replace("\n", "\nStatus: install ok installed\n", 1))
        own = f"{name}:{architecture}" if _field(control, "Multi-Arch") == "same" else name
        listed = ["/.", *_lay_out_files(tree, deb)]
        _keep_records(tree, deb, own, listed)
    _settle(tree)
    tree.put("var/lib/dpkg/status", "\n".join(sorted(status)).encode())
    tree.put("var/lib/dpkg/available", b"")
    # Records of packages that may be there for several architectures have the architecture in their names.
    tree.put(f"{_INFO}format", b"1\n")
    return RootFileSystem(_packed(tree), tree.newest, tuple(sorted(packages)))


def _lay_out_files(tree: _Tree, deb: Path) -> Iterator[str]:
    """Lays out one package's files, and tells the paths that are its."""
    for member, content in _members(_output(["dpkg-deb", "--fsys-tarfile", str(deb)])):
        path = _merged(member.name)
        if not path or _LEFT_OUT.match(path):
            continue
        yield f"/{path}"
        if path in tree.entries and member.isdir():
            continue
        member.name = path
        if member.islnk():
            member.linkname = _merged(member.linkname)
        member.uname = member.gname = ""
        # Containers need no setuid program, and what is not there can't be used to gain rights.
        member.mode &= 0o1777
        member.pax_headers = {}
        tree.newest = max(tree.newest, int(member.mtime))
        tree.entries[path] = (member, content)


def _keep_records(tree: _Tree, deb: Path, own: str, listed: list[str]) -> None:
    """What dpkg and scanners read to know which packages are there."""
    tree.put(f"{_INFO}{own}.list", ("\n".join(listed) + "\n").encode())
    for member, content in _members(_output(["dpkg-deb", "--ctrl-tarfile", str(deb)])):
        name = member.name.removeprefix("./")
        if member.isfile() and name != "control":
            tree.put(f"{_INFO}{own}.{name}", content, mode=0o755 if member.mode & 0o100 else 0o644)


def _settle(tree: _Tree) -> None:
    """What the packages' scripts would have made."""
    for name in ("bin", "sbin", "lib", "lib64"):
        tree.link(name, f"usr/{name}")
        if f"usr/{name}" not in tree.entries:
            del tree.entries[name]
    for path, source in _COPIES.items():
        content = tree.content(source)
        if content is not None and path not in tree.entries:
            tree.put(path, content)
    for path, target in _LINKS.items():
        if path not in tree.entries and f"usr/bin/{target}" in tree.entries:
            tree.link(path, target)
    certificates = sorted(path for path in tree.entries if path.startswith(_CERTIFICATES) and path.endswith(".crt"))
    if certificates:
        bundle = b"".join((tree.content(path) or b"").strip() + b"\n" for path in certificates)
        tree.put(_BUNDLE, bundle)
        names = (path.removeprefix(_CERTIFICATES) for path in certificates)
        tree.put("etc/ca-certificates.conf", "".join(f"{name}\n" for name in names).encode())
    if "usr/bin/apt-get" in tree.entries:
        _name_sources(tree)
    tree.put("etc/shadow", _shadow(tree.content("etc/passwd") or b""), mode=0o640)


def _name_sources(tree: _Tree) -> None:
    """Lets apt in a container find the distribution's public mirrors, as the distribution's own images do."""
    release = (tree.content("usr/lib/os-release") or b"").decode()
    told = {key: value.strip('"') for key, _, value in (line.partition("=") for line in release.splitlines())}
    codename = told.get("VERSION_CODENAME", "")
    mirrors = _MIRRORS.get(told.get("ID", ""))
    if mirrors is not None and codename:
        key = f"/usr/share/keyrings/{told['ID']}-archive-keyring.gpg"
        stanzas = (
            f"Types: deb\nURIs: {address}\nSuites: {' '.join(f'{codename}{end}' for end in ends)}\n"
            f"Components: {components}\nSigned-By: {key}\n"
            for address, ends, components in mirrors
        )
        tree.put(f"etc/apt/sources.list.d/{told['ID']}.sources", "\n".join(stanzas).encode())


def _shadow(passwd: bytes) -> bytes:
    """No account can log in with a password."""
    names = [line.partition(":")[0] for line in passwd.decode().splitlines() if line]
    return "".join(f"{name}:*:19000:0:99999:7:::\n" for name in names).encode()


def _packed(tree: _Tree) -> bytes:
    """The archive: by path, and hard links after what they link to."""
    ordered = sorted(tree.entries.items(), key=lambda entry: (entry[1][0].islnk(), entry[0]))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, (known, content) in ordered:
            member = copy.copy(known)
            member.name = path
            # A file that was made here is as old as the newest one that was not.
            member.mtime = int(known.mtime) or tree.newest
            archive.addfile(member, io.BytesIO(content) if member.isreg() else None)
    return out.getvalue()


def _members(archive: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        for member in opened:
            held = opened.extractfile(member) if member.isreg() else None
            yield member, b"" if held is None else held.read()


def _merged(path: str) -> str:
    return _MERGED.sub(r"usr/\1", path.removeprefix("./").strip("/").removeprefix("."))


def _field(control: str, name: str) -> str:
    found = re.search(rf"^{name}: (.*)$", control, re.MULTILINE)
    return "" if found is None else found[1].strip()


def _output(command: list[str]) -> bytes:
    return subprocess.run(command, capture_output=True, check=True).stdout
