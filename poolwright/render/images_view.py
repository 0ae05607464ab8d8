"""The images of a stack on a terminal: what runs where, by digest, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from poolwright.render.parts import table

_DIGITS = 19
"""Of a digest, with its `sha256:`."""


def images_view(rows: Sequence[Mapping[str, Any]]) -> RenderableType:
    """A line for each variant, sidecar, daemon and proxy of each site."""
    if not rows:
        return Text("The stack runs no container.")
    shown = table("runs", "site", "state", "image", "digest", "made from", "base", "MiB", right=("MiB",))
    for row in rows:
        pulled = row["digest"] or row["image_id"]
        shown.add_row(
            "",
            f"{row['workload']} {row['variant']}",
            row["site"],
            row["state"],
            row["image"] or ("an engine's own" if row["image_id"] and not row["digest"] else "the stack's own"),
            pulled[:_DIGITS] if pulled else "-",
            _made_from(row),
            ", ".join(_short(base) for base in row["bases"].values()) or "-",
            str(row["size_mib"] or "-"),
        )
    return Group(shown)


def _made_from(row: Mapping[str, Any]) -> str:
    if row["built_from"] is None:
        return "-"
    return row["built_from"] if row["context"] is None else f"{row['built_from']} {row['context'][:12]}"


def _short(base: str) -> str:
    name, sign, digest = base.rpartition("@")
    return f"{name.rpartition('/')[2]}@{digest[7:15]}" if sign else f"Debian packages {digest[7:15]}"
