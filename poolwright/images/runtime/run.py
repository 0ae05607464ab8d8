"""Runs a job: the function that `ENTRY` names (`module:function`), or the module itself when it names no function.

SIGTERM comes when a spot machine is taken back, or a job is cancelled: it is raised as SystemExit, so that `finally`
blocks write their checkpoints.
"""

from __future__ import annotations

import runpy
import signal
from types import FrameType

from poolwright.images.runtime.entry import entry_name, load_entry


def main() -> None:
    """Once; what the function raises ends the container with code 1."""
    signal.signal(signal.SIGTERM, _stop)
    if ":" in entry_name():
        load_entry()[1]()
    else:
        runpy.run_module(entry_name(), run_name="__main__", alter_sys=True)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    main()
