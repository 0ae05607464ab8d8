"""The example of docs/docker-sites.md plans as the page says, and is told what does not fit in the page's words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from solver.catalog.loader import load_catalog
from solver.demand.loader import LoadedDemand, load_demand
from solver.errors import InfeasibleError
from solver.solve import solve

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "docker-sites.md").read_text("utf-8")


def example(folder: Path, load: str = "20") -> LoadedDemand:
    """The page's first example, with another load."""
    text = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
    path = folder / "plant.yaml"
    path.write_text(text.replace("constant_per_second: 20", f"constant_per_second: {load}"), "utf-8")
    return load_demand(path)


def test_the_example_is_placed_on_its_hosts(tmp_path: Path) -> None:
    plan = solve(example(tmp_path).demand, load_catalog(None, []))
    assert plan.proof.proven
    hosts = plan.docker_sites["plant"].hosts
    assert sum(sum(host.replicas.values()) for host in hosts) >= 4
    assert not next(host for host in hosts if host.key == "gpu").replicas, "it costs something, and the others nothing"


def test_what_does_not_fit_is_told_as_the_page_has_it(tmp_path: Path) -> None:
    loaded = example(tmp_path, "500")
    with pytest.raises(InfeasibleError) as refused:
        solve(loaded.demand, load_catalog(None, []))
    (member,) = refused.value.members
    assert str(member) in PAGE
    line = loaded.problem(("workloads", "inspect", "load"), "").line
    assert f"stacks/plant.yaml:{line} " in PAGE
