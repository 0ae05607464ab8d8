"""stacks/promotion.yaml: what it may say, and what a mistake in it is told as."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.demand.promotion import PromotionRules, read_rules
from solver.errors import ConfigError

ROOT = Path(__file__).resolve().parents[3]
ORDER = "order: [dev, staging, prod]\n"


def rules(root: Path, text: str) -> PromotionRules:
    (root / "stacks").mkdir(exist_ok=True)
    (root / "stacks" / "promotion.yaml").write_text(text, "utf-8")
    read = read_rules(root)
    assert read is not None
    return read[0]


def test_a_project_may_have_none(tmp_path: Path) -> None:
    assert read_rules(tmp_path) is None


def test_what_is_not_said_of_a_stack_asks_nothing(tmp_path: Path) -> None:
    found = rules(tmp_path, ORDER).of("prod")
    assert (found.soak_hours, found.window, found.approvals, found.overrides) == (0, None, 0, ())


def test_the_shipped_rules_are_right() -> None:
    read = read_rules(ROOT)
    assert read is not None and read[0].order == ("dev", "staging", "prod")


@pytest.mark.parametrize(
    ("text", "line", "path", "words"),
    [
        ("order: [dev]\n", 1, "order", "a list of 2 to 50 values"),
        ("order: [dev, dev]\n", 1, "order", "dev is there twice"),
        (f"{ORDER}stacks: {{qa: {{}}}}\n", 1, "", "staging, prod, are allowed in stacks; qa is none"),
        (f"{ORDER}stacks: {{dev: {{}}}}\n", 1, "", "dev is none"),
        (f"{ORDER}of: []\n", 2, "of", "Did you mean off?"),
        (f"{ORDER}off: [{{gate: bugdet, reason: x}}]\n", 2, "off.0.gate", "one of order, differences"),
        (f"{ORDER}own: [{{keys: [sites.main], reason: x}}]\n", 2, "own.0.keys.0", "a key like workloads.search."),
        (
            f"{ORDER}stacks:\n  prod:\n    window: {{opens: 16:00, closes: 9:00}}\n",
            4,
            "stacks.prod.window.closes",
            "a full hour",
        ),
        (
            f"{ORDER}stacks:\n  prod:\n    window: {{opens: 16:00, closes: 09:00}}\n",
            4,
            "stacks.prod.window",
            "closes after it opens",
        ),
        (f"{ORDER}stacks:\n  prod: {{approvals: 2, approvers: [me]}}\n", 3, "stacks.prod", "at least 2 approvers"),
        (
            f"{ORDER}stacks:\n  prod:\n    overrides: [{{gate: budget, reason: x, owner: me}}]\n",
            4,
            "stacks.prod.overrides.0.expires",
            "a date like 2027-06-30",
        ),
    ],
)
def test_a_mistake_is_told_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, line: int, path: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as refused:
        rules(tmp_path, text)
    (problem,) = refused.value.problems
    assert (problem.file, problem.line, problem.path) == ("stacks/promotion.yaml", line, path)
    assert words in str(problem)
