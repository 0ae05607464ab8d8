"""Settings of pip for the build stage: a file of one's own, and the certificates that it trusts."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

from poolwright.images.assembly import PipSettings
from solver.errors import ConfigError, Problem

CERTIFICATES = "/etc/pip/certificates.pem"
"""Where the build stage has them."""
_PASSWORD = re.compile(r"://[^/\s@]+@")


def pip_settings(configuration: Path | None, certificates: Path | None) -> PipSettings | None:
    """What the build stage gets; ConfigError where a password would stay in an engine's layers."""
    if configuration is None and certificates is None:
        return None
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


def _read(path: Path, option: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            [Problem(file=str(path), path=option, allowed=f"a file that can be read is needed: {error.strerror}")]
        ) from error
