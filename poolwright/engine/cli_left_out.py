"""Parts of the Pulumi CLI that a build of ours leaves out: the clouds that no stack is on, and an explorer of an API.

A fourth of the packages that the CLI is made of open state and secrets at Azure, Google Cloud and Vault. Where it is
built from its module, `cli_module/left_out/` stands for what leads to them, package by package, and for
`pulumi api`, which lists the operations of Pulumi Cloud and takes a fourth of all compiling: whoever asks for one of
these is told to install the official CLI. State in S3 or files and secrets by passphrase or KMS are as ever.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from solver.errors import EngineError

LEFT_OUT = Path(__file__).parent / "cli_module" / "left_out"
_WHOLE = "left_out.go"
"""Stands for all files of its package, any other for the one of its name."""


def leave_out(vendor: Path) -> None:
    """Puts the stand-ins into a folder of vendored packages; EngineError where it has no such package."""
    for stand_in in sorted(LEFT_OUT.rglob("*.go")):
        target = vendor / stand_in.relative_to(LEFT_OUT)
        replaced = sorted(target.parent.glob("*.go")) if target.name == _WHOLE else [target]
        if not replaced or not all(each.is_file() for each in replaced):
            raise EngineError(
                f"the module of the Pulumi CLI has no package {target.parent.relative_to(vendor)}, which is left out"
            )
        for each in replaced:
            each.unlink()
        shutil.copyfile(stand_in, target)
