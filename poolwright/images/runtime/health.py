"""The container's health check: asks the health path of the server in the same container."""

from __future__ import annotations

import os
import urllib.error
import urllib.request


def main() -> int:
    """0: it answers 2xx; 1: anything else."""
    url = f"http://127.0.0.1:{os.environ.get('PORT', '8080')}{os.environ.get('HEALTH_PATH', '/healthz')}"
    try:
        with urllib.request.urlopen(url, timeout=3):
            return 0
    except (OSError, urllib.error.URLError):
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
