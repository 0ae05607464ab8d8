"""Draws the README picture: what `poolwright plan STACK` prints. `python tools/picture.py dev OUTPUT.svg`."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME

from poolwright.cli.plan import growth_of, solved
from poolwright.engine.project import find_project
from poolwright.render.plan_view import plan_view
from solver.inputs import read_inputs

WIDTH = 132


def main(stack: str, output: Path) -> None:
    """Plans the stack and writes the picture; the same plan gives the same bytes."""
    inputs = read_inputs(find_project().root, stack)
    plan, _, change = solved(stack, inputs)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(plan_view(plan, change, growth=growth_of(plan, inputs)))
    svg = console.export_svg(title=f"poolwright plan {stack}", theme=SVG_EXPORT_THEME, unique_id="plan")
    # The font would be fetched from another host; any monospaced font of the reader's will do.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", "ui-monospace, Menlo, Consolas")
    output.write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
