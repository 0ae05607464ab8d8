"""What two stacks' files say differently of shared keys, unless it is declared."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolwright.release.undeclared import undeclared_before
from tests.poolwright.release.projects import RULES, edited, project


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("undeclared")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        patch.delenv("POOLWRIGHT_HOME", raising=False)
        project(made)
        edited(made / "stacks" / "staging.yaml", "{shop: {", "{shop: {port: 9000, ")
    return made


def test_a_stack_is_compared_with_the_one_before_it(root: Path) -> None:
    before, (found,) = undeclared_before(root, "staging")
    assert (before, found.key, found.target) == ("dev", "workloads.shop.port", "9000")
    assert found.place.endswith("staging.yaml:6")
    assert undeclared_before(root, "dev") == ("", ()), "releases begin there"


def test_what_is_declared_is_none(root: Path) -> None:
    rules = root / "stacks" / "promotion.yaml"
    rules.write_text(f"{RULES}own: [{{keys: [workloads.shop.port], reason: another proxy}}]\n", "utf-8")
    assert undeclared_before(root, "staging") == ("dev", ())
    rules.write_text(RULES, "utf-8")
