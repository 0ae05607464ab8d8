"""Where the build stage takes packages from when nobody says: where pip on this machine does."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolwright.images.pip_settings import CERTIFICATES, pip_settings
from solver.errors import ConfigError


def machine(home: Path, config: str = "", **variables: str) -> dict[str, str]:
    """An environment whose pip has this configuration; the machine's own /etc/pip.conf is under it all the same."""
    path = home / "pip.conf"
    path.write_text(config, "utf-8")
    return {"HOME": str(home), "PIP_CONFIG_FILE": str(path), **variables}


def test_index_and_certificates_are_taken_along(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(b"-----BEGIN CERTIFICATE-----")
    config = f"[global]\nindex-url = https://pypi.example/simple\ncert = {bundle}\nno-cache-dir = true\n"
    found = pip_settings(None, None, environment=machine(tmp_path, config))
    assert found is not None
    assert "index-url = https://pypi.example/simple" in found.configuration
    assert f"cert = {CERTIFICATES}" in found.configuration
    assert found.certificates == bundle.read_bytes()
    assert "no-cache-dir" not in found.configuration
    assert str(bundle) not in found.configuration


def test_variables_stand_above_files(tmp_path: Path) -> None:
    environment = machine(tmp_path, "[global]\nindex-url = https://one.example/simple\n")
    found = pip_settings(None, None, environment={**environment, "PIP_INDEX_URL": "https://two.example/simple"})
    assert found is not None
    assert "two.example" in found.configuration
    assert "one.example" not in found.configuration


def test_a_password_does_not_get_into_an_engine(tmp_path: Path) -> None:
    environment = machine(tmp_path, PIP_EXTRA_INDEX_URL="https://me:secret@pypi.example/simple")
    with pytest.raises(ConfigError) as refused:
        pip_settings(None, None, environment=environment)
    assert "--pip-config FILE" in str(refused.value)
    assert "secret@" not in str(refused.value)


def test_certificates_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can be read"):
        pip_settings(None, None, environment=machine(tmp_path, PIP_CERT=str(tmp_path / "none.pem")))
