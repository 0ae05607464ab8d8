"""Settings of pip for the build stage: of a file, else of this machine; and the certificates that it trusts."""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from poolwright.images.assembly import PipSettings
from solver.errors import ConfigError, Problem

CERTIFICATES = "/etc/pip/certificates.pem"
"""Where the build stage has them."""
_PASSWORD = re.compile(r"://[^/\s@]+@")


_OF_MACHINE = ("index-url", "extra-index-url", "trusted-host", "cert")
"""Settings that say where packages come from; others are about this machine's own environments."""


def pip_settings(
    configuration: Path | None, certificates: Path | None, *, environment: Mapping[str, str] | None = None
) -> PipSettings | None:
    """What the build stage gets; ConfigError where a password would stay in an engine's layers.

    Without files it is what pip on this machine would use, as its own files and variables say; None where they say
    nothing.
    """
    if configuration is None and certificates is None:
        return _of_machine(os.environ if environment is None else environment)
    parser = configparser.RawConfigParser()
    if configuration is not None:
        text = _read(configuration, "--pip-config").decode("utf-8", "replace")
        if _PASSWORD.search(text):
            allowed = "addresses without a name and password are allowed: a layer of the build stage would keep them"
            raise ConfigError([Problem(file=str(configuration), path="--pip-config", allowed=allowed)])
        try:
            parser.read_string(text)
        except configparser.Error as error:
            said = str(error).splitlines()[0]
            raise ConfigError(
                [Problem(file=str(configuration), path="--pip-config", allowed=f"pip's own format is needed: {said}")]
            ) from error
    trusted = None if certificates is None else _read(certificates, "--pip-certificates")
    if trusted is not None:
        if not parser.has_section("global"):
            parser.add_section("global")
        parser.set("global", "cert", CERTIFICATES)
    lines = [
        line
        for section in parser.sections()
        for line in (f"[{section}]", *(f"{name} = {value}" for name, value in parser.items(section)), "")
    ]
    return PipSettings(configuration="\n".join(lines), certificates=trusted)


def _of_machine(environment: Mapping[str, str]) -> PipSettings | None:
    found: dict[str, str] = {}
    for path in _own_files(environment):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue  # pip itself will say so when it is used here
        for section in ("global", "install"):
            if parser.has_section(section):
                found |= {name: value for name, value in parser.items(section) if name in _OF_MACHINE}
    for name in _OF_MACHINE:
        value = environment.get(f"PIP_{name.upper().replace('-', '_')}")
        if value:
            found[name] = value
    if any(_PASSWORD.search(value) for value in found.values()):
        allowed = "addresses without a name and password are allowed: a layer of the build stage would keep them"
        hint = "Name a file with other addresses: --pip-config FILE"
        raise ConfigError([Problem(file="", path="pip's configuration", allowed=allowed, hint=hint)])
    if not found:
        return None
    certificates = found.pop("cert", None)
    trusted = None if certificates is None else _read(Path(certificates).expanduser(), "pip's setting cert")
    lines = ["[global]", *(f"{name} = {' '.join(value.split())}" for name, value in sorted(found.items()))]
    if trusted is not None:
        lines.append(f"cert = {CERTIFICATES}")
    return PipSettings(configuration="\n".join((*lines, "")), certificates=trusted)


def _own_files(environment: Mapping[str, str]) -> Iterator[Path]:
    """pip's files on Linux and macOS, later ones above earlier ones."""
    home = Path(environment.get("HOME") or "~").expanduser()
    yield Path("/etc/pip.conf")
    yield home / ".pip" / "pip.conf"
    yield Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    named = environment.get("PIP_CONFIG_FILE")
    if named and named != os.devnull:
        yield Path(named)


def _read(path: Path, option: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            [Problem(file=str(path), path=option, allowed=f"a file that can be read is needed: {error.strerror}")]
        ) from error
