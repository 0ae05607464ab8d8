"""Arguments of check, controls, report: what is asked before something is built."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from poolwright.cli.all_stacks import HELP
from poolwright.cli.options import ApiUrl, CloudName, Json, On, Repository, Stack, stack_names
from poolwright.cli.report_form import Format, outputs
from poolwright.forge.names import Forge

app = typer.Typer()


@app.command(epilog=HELP)
def check(
    stack: Stack,
    cloud: CloudName = "sandbox",
    on: On = None,
    as_json: Json = False,
) -> None:
    """Judge the approved plan and what `up` would do: security, cost, changes. Ends with code 5 on a refusal."""
    from poolwright.cli import check as command

    raise typer.Exit(command.run(stack, cloud=cloud, on=on, as_json=as_json))


@app.command()
def controls(stack: Stack, on: On = None, as_json: Json = False) -> None:
    """Say for each control of the compliance profile what covers it, what shows that, and what it costs."""
    from poolwright.cli import controls as command

    raise typer.Exit(command.run(stack, on=on, as_json=as_json))


@app.command(epilog=HELP)
def drift(
    stack: Stack,
    cloud: CloudName = "sandbox",
    post: Annotated[
        Forge | None, typer.Option("--post", help="Keep one issue up to date, and close it when nothing differs.")
    ] = None,
    repository: Repository = None,
    api_url: ApiUrl = None,
    as_json: Json = False,
) -> None:
    """Say what differs in the cloud from what `up` left, and who did it. Ends with code 5 on someone's hand."""
    from poolwright.cli import drift as command

    place = None if post is None else command.Post(forge=post, repository=repository, address=api_url)
    raise typer.Exit(command.run(stack, cloud=cloud, post=place, as_json=as_json))


@app.command()
def report(
    stack: Annotated[str | None, typer.Argument(help="dev, staging, prod, …", autocompletion=stack_names)] = None,
    all_stacks: Annotated[bool, typer.Option("--all-stacks", help="One review of each stack of the project.")] = False,
    but: Annotated[
        list[str] | None, typer.Option("--but", metavar="STACK", help="With --all-stacks: not this one. Repeatable.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="With --all-stacks: so many at once.")] = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against", metavar="REF|LOCK|state", help="A git revision (HEAD), a lock file, or what runs: state."
        ),
    ] = None,
    cloud: CloudName = "sandbox",
    preview: Annotated[
        Path | None,
        typer.Option("--preview", metavar="FILE", help="What `preview --save` wrote; a folder of all stacks."),
    ] = None,
    no_cloud: Annotated[
        bool, typer.Option("--no-cloud", help="Ask no state and no cloud: plan, bill and checks alone.")
    ] = False,
    form: Annotated[
        Format | None, typer.Option("--format", help="How it is written: on a terminal, or as the file's ending says.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    out: Annotated[
        list[Path] | None,
        typer.Option("--out", metavar="FILE", help="Where it is written: .md, .html or .json. Repeatable."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="On a terminal: also what is folded elsewhere.")] = False,
    gate: Annotated[bool, typer.Option("--gate", help="End with code 5 when a gate says no.")] = False,
    max_age_days: Annotated[
        int | None, typer.Option("--max-age-days", min=0, help="A gate: how old prices may be.")
    ] = None,
    on: On = None,
    post: Annotated[
        Forge | None, typer.Option("--post", help="Keep the pull request's one comment up to date.")
    ] = None,
    pull_request: Annotated[
        int | None, typer.Option("--pull-request", min=1, help="Its number; a job of it knows it.")
    ] = None,
    repository: Repository = None,
    api_url: ApiUrl = None,
) -> None:
    """Review a change: what happens, what it costs, why, and what says no."""
    from poolwright.cli import report as command

    forms = outputs(Format.JSON if as_json else form, out or ())
    place = (
        None if post is None else command.Post(forge=post, number=pull_request, repository=repository, address=api_url)
    )
    if all_stacks:
        from poolwright.cli import report_all

        code = report_all.run(
            report_all.Asked(
                against=against,
                cloud=cloud,
                previews=preview,
                without_cloud=no_cloud,
                on=on,
                max_age_days=max_age_days,
            ),
            stack=stack,
            but=but or (),
            jobs=jobs or os.cpu_count() or 1,
            post=place,
            forms=forms,
            everything=everything,
            gate=gate,
        )
        raise typer.Exit(code)
    if stack is None:
        raise typer.BadParameter("a stack is needed, or --all-stacks", param_hint="STACK")
    code = command.run(
        stack,
        against=against,
        cloud=cloud,
        preview_file=preview,
        without_cloud=no_cloud,
        post=place,
        forms=forms,
        everything=everything,
        gate=gate,
        on=on,
        max_age_days=max_age_days,
    )
    raise typer.Exit(code)
