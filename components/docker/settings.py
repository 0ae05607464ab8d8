"""What every container of a host has that stays: its networks, the rotation of its log, and that it comes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from components.docker.network import Attachment
from solver.plan.docker import DockerSitePlan

KEPT_LOG_FILES = 5
"""Log files of a container, the newest among them."""


def common_settings(plan: DockerSitePlan, networks: Sequence[Attachment]) -> dict[str, Any]:
    """Settings of docker.Container; how many files it may have open is the engine's own limit, which is high."""
    return {
        "restart": "unless-stopped",
        "networks_advanced": [{"name": each.network, "aliases": list(each.aliases)} for each in networks],
        "log_driver": "json-file",
        "log_opts": {"max-size": f"{plan.log_size_mib}m", "max-file": str(KEPT_LOG_FILES)},
    }
