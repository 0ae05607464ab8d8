"""The view of a replay: a lost site has its row, names what nothing else runs, and says what is short without it."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from poolwright.render.replay_view import replay_view
from solver.proofs.served import Served, Shortage
from solver.replay import Case, Loss


def served(share: float) -> Served:
    short = Shortage(hours=168, first_hour=0, worst_hour=9, load_per_second=20, held_per_second=20 * share, next=None)
    return Served(share=share, short=None if share == 1 else short)


def case(workload: str, loss: Loss, planned: float, grown: float, factor: float = 1.0) -> Case:
    return Case(
        site="plant",
        workload=workload,
        factor=factor,
        loss=loss,
        zone=None,
        pools=0,
        promised=loss is Loss.NOTHING,
        planned=served(planned),
        grown=served(grown),
    )


def lines_of(cases: list[Case]) -> list[str]:
    screen = Console(file=StringIO(), width=250)
    screen.print(replay_view("hybrid", cases))
    assert isinstance(screen.file, StringIO)
    return [" ".join(line.split()) for line in screen.file.getvalue().splitlines()]


def test_what_a_site_is_asked_for_only_when_there_is_more_has_no_figure_before() -> None:
    lines = lines_of([case("web", Loss.SITE, 1, 1), case("web", Loss.NOTHING, 0.5, 1, factor=1.5)])
    assert "nothing – – 50.0 % 100 %" in lines
    assert "the whole site 100 % 100 % – –" in lines


def test_a_lost_site_is_a_row_of_its_own_that_names_what_runs_nowhere_else() -> None:
    cases = [
        case("archive", Loss.NOTHING, 1, 1),
        case("archive", Loss.SITE, 0, 0),
        case("web", Loss.SITE, 0.4, 0.75),
    ]
    lines = lines_of(cases)
    assert "the whole site 0.0 % 0.0 % nowhere else: archive" in lines
    assert "archive at 1 × the demand without site plant: no other site has any of it" in lines
    (web,) = [line for line in lines if line.startswith("web at")]
    assert web.startswith("web at 1 × the demand without site plant: 75.0 % served; short from mon 00:00 in 168 h")
    assert web.endswith("20/s, 15/s are held; the other sites have no more of it")
