"""What several commands take: the stack, where, how the answer is printed; with what a shell completes them to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def stack_names(incomplete: str) -> list[str]:
    """What a shell offers for a stack."""
    from poolwright.engine.project import find_project
    from solver.errors import PoolwrightError

    try:
        names = find_project().stack_names()
    except PoolwrightError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def demand_keys(context: typer.Context, incomplete: str) -> list[str]:
    """What a shell offers for a key of the stack's demand."""
    from poolwright.cli.whatif import keys_of

    stack: str | None = context.params.get("stack")
    return [] if stack is None else [key for key in keys_of(stack) if key.startswith(incomplete)]


Stack = Annotated[str, typer.Argument(help="dev, staging, prod, …", autocompletion=stack_names)]
Json = Annotated[bool, typer.Option("--json", help="Print data as JSON, with a schema version, and nothing else.")]
CloudName = Annotated[
    str, typer.Option("--cloud", envvar="POOLWRIGHT_CLOUD", help="sandbox (creates nothing in AWS) or aws.")
]
Replan = Annotated[bool, typer.Option("--replan", help="Plan first and write the lock, then go on.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Packs = Annotated[
    list[str] | None, typer.Option("--policy-pack", metavar="FOLDER", help="Ask a policy pack; `checks` is our own.")
]
Repository = Annotated[
    str | None, typer.Option("--repository", metavar="OWNER/NAME", help="Where it is; a job knows it.")
]
ApiUrl = Annotated[
    str | None, typer.Option("--api-url", metavar="URL", help="REST interface of a GitHub or GitLab of one's own.")
]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="Day that waivers count for; today.")]
CatalogFolder = Annotated[Path | None, typer.Option("--catalog", help="Another folder of machines and prices.")]
DiscountsFile = Annotated[
    Path | None,
    typer.Option("--discounts", metavar="FILE", help="Try these agreements instead of the catalog's discounts.yaml."),
]
