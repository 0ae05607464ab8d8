"""Nothing here reaches AWS: credentials are made up, and files and machines that have others are not looked at."""

from __future__ import annotations

import pytest


@pytest.fixture
def made_up_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """What boto3 wants before it asks anything."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
