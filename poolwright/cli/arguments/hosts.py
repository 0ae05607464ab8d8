"""Arguments of ansible: what hosts of Docker sites need."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolwright.cli.options import Json, Stack

app = typer.Typer()


@app.command()
def ansible(
    stack: Stack,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the files go.")] = Path("ansible"),
    as_json: Json = False,
) -> None:
    """Write an Ansible inventory and play that prepare the hosts of a stack's Docker sites."""
    from poolwright.cli import ansible as command

    command.run(stack, out=out, as_json=as_json)
