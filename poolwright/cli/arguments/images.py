"""Arguments of images: what containers run, and how those images are made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolwright.cli.options import CloudName, Json, Stack

app = typer.Typer()


@app.command()
def images(
    stack: Stack,
    as_json: Json = False,
    check: Annotated[
        bool, typer.Option("--check", help="End with code 4 when an image is missing or made of other files.")
    ] = False,
    build: Annotated[bool, typer.Option("--build", help="Build what is missing, with a Docker Engine.")] = False,
    push: Annotated[
        str | None, typer.Option("--push", metavar="REGISTRY", help="Push there: registry.example.com/team, or ecr.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Put what was built into the lock.")] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove the stack's images from its engines; containers must be gone.")
    ] = False,
    cloud: CloudName = "sandbox",
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="ADDRESS", help="The engine that builds; DOCKER_HOST's.")
    ] = None,
    pip_config: Annotated[
        Path | None, typer.Option("--pip-config", metavar="FILE", help="A pip.conf for the build stage alone.")
    ] = None,
    pip_certificates: Annotated[
        Path | None, typer.Option("--pip-certificates", metavar="FILE", help="What pip trusts in the build stage.")
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option("--secret", metavar="ID=FILE", help="Mounted for steps of your own Dockerfile that ask for it."),
    ] = None,
    sbom: Annotated[
        Path | None, typer.Option("--sbom", metavar="FOLDER", help="Write there what software each image has.")
    ] = None,
    sign: Annotated[
        str | None, typer.Option("--sign", metavar="KEY", help="Sign what was pushed, with cosign and this key.")
    ] = None,
) -> None:
    """List what runs where by digest; build, push and lock the images that the project makes."""
    from poolwright.cli import images as command

    settings = command.Settings(
        check=check,
        build=build,
        push=push,
        write=write,
        remove=remove,
        cloud=cloud,
        engine=engine,
        pip_config=pip_config,
        pip_certificates=pip_certificates,
        secrets=tuple(secret or ()),
        sbom=sbom,
        sign=sign,
        as_json=as_json,
    )
    raise typer.Exit(command.run(stack, settings))
