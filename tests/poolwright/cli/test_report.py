"""`poolwright report` as a user types it, with a preview at hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from poolwright.cli import main
from poolwright.engine.preview import Operation
from poolwright.engine.saved_preview import save_preview, saved_preview
from poolwright.render.report.markdown import marker
from poolwright.review.review import NO_CLOUD, Review
from solver.plan.explanation import Explanation, GuaranteeCost
from solver.plan.lock import digest_of, read_text
from tests.poolwright.checks.estate import ROOT
from tests.poolwright.forge.forges import TOKEN, FakeForge, served
from tests.poolwright.review.reviews import happening, preview

LOCK = ROOT / "stacks" / "dev.lock.yaml"
DIGEST = digest_of(read_text(LOCK) or "", file=str(LOCK), stack="dev")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Working files that all reports of this module share: the plan is solved once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def at_hand(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A preview of dev in a file."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("POOLWRIGHT_HOME", str(home))
    path = home / "preview.json"
    save_preview(path, preview("dev"), cloud="sandbox", lock_digest=DIGEST)
    return path


def report(path: Path, *more: str) -> int:
    return main.run(["report", "dev", "--against", str(LOCK), "--preview", str(path), "--on", "2026-11-02", *more])


def test_a_saved_preview_is_read_as_it_was(at_hand: Path) -> None:
    assert saved_preview(at_hand, stack="dev", lock_digest=DIGEST) == (preview("dev"), "sandbox")


def test_json_is_the_schemas_review_and_nothing_else(at_hand: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(at_hand, "--json") == 0
    review = Review.model_validate_json(capsys.readouterr().out)
    assert (review.stack, review.quiet, review.cloud) == ("dev", True, "sandbox")
    assert {need.workload for need in review.needs} >= {"assistant", "recommender"}
    assert review.choices
    assert review.not_priced


def test_the_second_report_solves_nothing(
    at_hand: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(at_hand, "--json") == 0
    first = capsys.readouterr().out

    def solve(*_: object, **__: object) -> None:
        raise AssertionError("solved")

    monkeypatch.setattr("solver.solve.solve", solve)
    assert report(at_hand, "--json") == 0
    assert capsys.readouterr().out == first


def test_a_report_with_all_at_hand_loads_neither_models_nor_engine(
    at_hand: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(at_hand, "--json") == 0
    capsys.readouterr()
    arguments = ["report", "dev", "--against", str(LOCK), "--preview", str(at_hand), "--format", "html"]
    code = (
        f"import sys; from poolwright.cli import main; main.run({arguments!r}); "
        "print([name for name in ('pulp', 'numpy', 'highspy', 'pulumi') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("<!doctype html>")
    assert done.stderr.split("\n")[-2] == "[]", "they take a second to load"


def test_a_file_with_any_ending_gets_the_form_that_is_asked_for(
    at_hand: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "review.txt"
    assert report(at_hand, "--format", "markdown", "--out", str(out)) == 0
    assert out.read_text("utf-8").startswith(marker("dev"))
    assert capsys.readouterr().out == ""


def test_each_file_gets_the_form_that_its_ending_says(
    at_hand: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, text, data = (tmp_path / f"review{ending}" for ending in (".html", ".md", ".json"))
    assert report(at_hand, "--out", str(page), "--out", str(text), "--out", str(data)) == 0
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert text.read_text("utf-8").startswith(marker("dev"))
    assert Review.model_validate_json(data.read_text("utf-8")).stack == "dev"
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.endswith(": written") for line in said.err.splitlines()] == [True] * 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "review.txt"), "--out: found review.txt; a name that ends in .md, .html, .json is allowed, or"),
        (("--out", "a.md", "--out", "b"), "--out: found b; a name that ends"),
        (("--format", "html", "--out", "a.html", "--out", "b.md"), "--out: found b.md; one file is allowed with"),
        (("--format", "terminal", "--out", "a.txt"), "--out: found a.txt; a file is allowed with --format markdown"),
    ],
)
def test_a_file_whose_form_is_not_known_is_refused_before_any_is_written(
    at_hand: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert report(at_hand, *arguments) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert not any(Path(name).exists() for name in arguments)


def test_a_terminal_gets_the_first_screen_and_with_all_the_rest(
    at_hand: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(at_hand) == 0
    short = capsys.readouterr().out
    assert report(at_hand, "--all") == 0
    long = capsys.readouterr().out
    assert short.startswith("dev: nothing changes. ")
    assert "With --all: " in short
    assert len(long) > 5 * len(short)


def test_a_gate_that_says_no_ends_with_5_where_it_is_asked(at_hand: Path) -> None:
    assert report(at_hand, "--max-age-days", "1") == 0
    assert report(at_hand, "--max-age-days", "1", "--gate") == 5


def test_previews_of_something_else_are_refused(
    at_hand: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.json"
    save_preview(other, preview("dev"), cloud="sandbox", lock_digest="sha256:1")
    assert report(other) == 4
    assert "poolwright preview dev --save" in capsys.readouterr().err
    save_preview(other, preview("staging"), cloud="sandbox", lock_digest=DIGEST)
    assert report(other) == 2
    other.write_text(json.dumps({"counts": {}}), "utf-8")
    assert report(other) == 2
    assert report(tmp_path / "none.json") == 2
    assert "`poolwright preview STACK --save FILE` wrote is allowed" in capsys.readouterr().err


def test_a_name_to_compare_with_that_is_nothing_is_bad_input(at_hand: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["report", "dev", "--against", "no-such-branch", "--preview", str(at_hand)]) == 2
    assert "--against" in capsys.readouterr().err


def test_a_report_is_posted_once_and_then_only_when_something_changes(
    at_hand: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    with served(FakeForge(kind="github")) as forge:
        where = ("--post", "github", "--pull-request", "12", "--repository", "acme/shop", "--api-url", forge.address)
        assert report(at_hand, *where) == 0
        assert "github: nothing changes, no comment is needed" in capsys.readouterr().err
        changed = at_hand.with_name("changed.json")
        lost = preview("dev", happening(Operation.UPDATE, "aws:s3/bucket:Bucket"))
        save_preview(changed, lost, cloud="sandbox", lock_digest=DIGEST)
        assert report(changed, *where, "--json") == 0
        said = capsys.readouterr()
        Review.model_validate_json(said.out)
        assert "github: comment created, https://forge.example/1#1" in said.err
        assert report(changed, *where) == 0
        assert "comment unchanged" in capsys.readouterr().err
        assert report(at_hand, *where) == 0
        everything = capsys.readouterr()
        assert "comment updated" in everything.err
        assert TOKEN not in said.out + said.err + everything.out + everything.err
    (comment,) = forge.comments
    assert comment["body"].startswith(marker("dev"))
    assert "nothing changes" in comment["body"]


def test_a_right_that_is_missing_ends_with_1_and_a_setting_that_is_missing_with_2(
    at_hand: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_REF", "GITHUB_EVENT_PATH"):
        monkeypatch.delenv(name, raising=False)
    assert report(at_hand, "--post", "github") == 2
    assert "GITHUB_TOKEN" in capsys.readouterr().err
    monkeypatch.setenv("GITLAB_TOKEN", TOKEN)
    with served(FakeForge(kind="gitlab")) as forge:
        forge.add(f"{marker('dev')}\nold")
        forge.failures["PUT"] = [(403, {}, {"message": "403 Forbidden"})]
        where = ("--pull-request", "12", "--repository", "acme/shop", "--api-url", forge.address)
        assert report(at_hand, "--post", "gitlab", *where) == 1
    assert "the scope `api`" in capsys.readouterr().err


def test_what_explain_worked_out_for_the_lock_is_in_the_next_report(
    at_hand: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(at_hand, "--json") == 0
    assert Review.model_validate_json(capsys.readouterr().out).guarantees is None
    cost = GuaranteeCost(name="headroom", kept="assistant", without="0", comparison=None, impossible="no plan")
    found = Explanation(
        stack="dev",
        workload=None,
        cost_usd_per_month=1.0,
        bound_usd_per_month=1.0,
        solved=1,
        services=(),
        jobs=(),
        limits=(),
        load_prices=(),
        machines=(),
        guarantees=(cost,),
        profile="baseline",
        controls=(),
        reasons=(),
    )

    def explain(*_: object, **__: object) -> Explanation:
        return found

    monkeypatch.setattr("solver.explain.explain", explain)
    try:
        assert main.run(["explain", "dev", "--quick"]) == 0
        capsys.readouterr()
        assert report(at_hand, "--json") == 0
        assert Review.model_validate_json(capsys.readouterr().out).guarantees is None, "quick answers are not all"
        assert main.run(["explain", "dev"]) == 0
        capsys.readouterr()
        assert report(at_hand, "--json") == 0
        rows = Review.model_validate_json(capsys.readouterr().out).guarantees
        assert rows is not None
        assert [(row.name, row.usd_per_month, row.note) for row in rows] == [("headroom", None, "no plan")]
    finally:
        for path in (at_hand.parent / "plans").glob("*.explanation.json"):
            path.unlink()


@pytest.mark.engine
def test_without_a_cloud_there_are_plan_bill_and_checks(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("POOLWRIGHT_HOME", str(home))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "not-to-be-used")
    arguments = ["report", "dev", "--no-cloud", "--against", str(LOCK), "--on", "2026-11-02"]
    assert main.run([*arguments, "--json"]) == 0
    review = Review.model_validate_json(capsys.readouterr().out)
    assert (review.cloud, review.counts, review.cautions) == (NO_CLOUD, {}, ())
    assert review.unchanged == len(review.resources) == len([row for row in review.resources if row.reason]) > 100
    shared = sum(round(row.usd_per_month * 100) for row in review.resources)
    elsewhere = sum(round(usd * 100) for usd in review.billed_elsewhere.values())
    assert shared + elsewhere == round(review.money.new * 100)
    assert [gate.id for gate in review.gates] == ["lock", "proof", "checks", "budget"], "what is replaced is not known"
    assert not (home / "sandbox" / "state").exists()


def test_what_needs_a_state_is_refused_without_one(at_hand: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(at_hand, "--no-cloud") == 2
    assert main.run(["report", "dev", "--no-cloud", "--against", "state"]) == 2
    assert "without a cloud no state is asked" in capsys.readouterr().err
