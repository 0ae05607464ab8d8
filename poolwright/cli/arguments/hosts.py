"""Arguments of ansible, hosts: what hosts of Docker sites need."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolwright.cli.options import CloudName, Json, Stack

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


@app.command()
def hosts(
    stack: Stack,
    cloud: CloudName = "sandbox",
    wait: Annotated[
        float, typer.Option("--wait", metavar="SECONDS", min=0, help="Ask again until all is well, or so long.")
    ] = 0.0,
    as_json: Json = False,
) -> None:
    """Say what runs on the hosts of Docker sites, what it uses, and which addresses answer."""
    from poolwright.cli import hosts as command

    raise typer.Exit(command.run(stack, cloud=cloud, wait_seconds=wait, as_json=as_json))
