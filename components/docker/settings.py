"""What every container of a host has that stays: its networks, the rotation of its log, and that it comes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from components.docker.network import Attachment
from solver.plan.docker import DockerSitePlan

KEPT_LOG_FILES = 5
"""Log files of a container, the newest among them."""
_OPEN_FILES = 65536


def common_settings(plan: DockerSitePlan, networks: Sequence[Attachment]) -> dict[str, Any]:
    """Settings of docker.Container; Docker's own limit of open files is too low for a busy server."""
    return {
        "restart": "unless-stopped",
        "networks_advanced": [{"name": each.network, "aliases": list(each.aliases)} for each in networks],
        "log_driver": "json-file",
        "log_opts": {"max-size": f"{plan.log_size_mib}m", "max-file": str(KEPT_LOG_FILES)},
        "ulimits": [{"name": "nofile", "soft": _OPEN_FILES, "hard": _OPEN_FILES}],
    }
