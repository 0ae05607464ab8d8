"""The release file: what it carries, that it reads back as it was, and what it does to the stack that has it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolwright.release.release import Proven, Release, read_release, release_of, release_text, write_release
from solver.demand.loader import load_demand, stack_names
from solver.demand.located import Located
from solver.demand.release_overlay import release_path
from solver.errors import ConfigError, DemandError
from solver.plan.images import BuiltImage

ROOT = Path(__file__).resolve().parents[3]
LOCK = f"sha256:{'a' * 64}"
BUILT = BuiltImage(context="c" * 64, image_id=f"sha256:{'b' * 64}", size_mib=12)


@pytest.fixture
def stacks(tmp_path: Path) -> Path:
    """The shipped demand files, to be changed."""
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks", ignore=shutil.ignore_patterns("*.py", "*.lock.yaml"))
    return tmp_path / "stacks"


def promoted(stacks: Path, source: str, target: str) -> Release:
    release = release_of(
        target,
        load_demand(stacks / f"{source}.yaml").tree,
        own=[
            "workloads.assistant.latency",
            "workloads.assistant.variants.cpu-small",
            "workloads.fraud.max_per_machine",
        ],
        images={"fraud.cpu": BUILT},
        proven=[Proven(stack=source, lock=LOCK, revision="1e30000")],
    )
    write_release(release_path(stacks / f"{target}.yaml"), release)
    return release


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_a_release_reads_back_as_it_was(stacks: Path) -> None:
    release = promoted(stacks, "dev", "staging")
    assert read_release(release_path(stacks / "staging.yaml")) == release


def test_releases_of_what_already_runs_leave_a_stacks_demand_as_it_is(stacks: Path) -> None:
    before = {name: load_demand(stacks / f"{name}.yaml") for name in ("staging", "prod")}
    promoted(stacks, "dev", "staging")
    promoted(stacks, "staging", "prod")
    for name, loaded in before.items():
        after = load_demand(stacks / f"{name}.yaml")
        assert (after.demand, after.digest) == (loaded.demand, loaded.digest)
        assert after.release is not None and release_path(stacks / f"{name}.yaml") in after.files


def test_the_same_definitions_have_the_same_id_in_each_stack(stacks: Path) -> None:
    ids = {promoted(stacks, *pair).release for pair in (("dev", "staging"), ("staging", "prod"), ("prod", "staging"))}
    assert len(ids) == 1


def test_a_promoted_stack_stays_where_the_shared_files_move_on(stacks: Path) -> None:
    promoted(stacks, "dev", "staging")
    before = load_demand(stacks / "staging.yaml")
    replaced(stacks / "base.yaml", "docker.io/tensorflow/serving:2.19.1", "docker.io/tensorflow/serving:2.20.0")
    replaced(stacks / "base.yaml", "storage:\n", "storage:\n  more: {kind: volume, attach: machine, size: 5Gi}\n")
    assert load_demand(stacks / "staging.yaml").digest == before.digest
    image = load_demand(stacks / "dev.yaml").demand.workloads["recommender"].image
    assert image.reference == "docker.io/tensorflow/serving:2.20.0"


def test_a_number_of_the_stacks_own_still_counts(stacks: Path) -> None:
    promoted(stacks, "dev", "staging")
    replaced(stacks / "staging.yaml", "peak_per_second: 500", "peak_per_second: 700")
    load = load_demand(stacks / "staging.yaml").demand.workloads["assistant"].model_dump()["load"]
    assert load["peak_per_second"] == 700


def test_an_edited_release_is_refused_at_its_line(stacks: Path) -> None:
    promoted(stacks, "dev", "staging")
    path = release_path(stacks / "staging.yaml")
    replaced(path, "serving:2.19.1", "serving:2.20.0")
    with pytest.raises(DemandError) as refused:
        load_demand(stacks / "staging.yaml")
    (problem,) = refused.value.problems
    assert (problem.file.endswith("staging.release.yaml"), problem.path) == (True, "digest")
    assert problem.line == path.read_text("utf-8").split("\n").index(next(iter(_digest_lines(path)))) + 1
    with pytest.raises(ConfigError):
        read_release(path)


def _digest_lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").split("\n") if line.startswith("digest: ")]


def test_a_mistake_in_a_release_is_told_at_its_line(stacks: Path) -> None:
    promoted(stacks, "dev", "staging")
    path = release_path(stacks / "staging.yaml")
    replaced(path, "stack: staging", "stage: staging")
    with pytest.raises(ConfigError) as refused:
        read_release(path)
    lines = path.read_text("utf-8").split("\n")
    assert lines.index("stage: staging") + 1 in [problem.line for problem in refused.value.problems]


def test_release_files_are_no_stacks(stacks: Path) -> None:
    promoted(stacks, "dev", "staging")
    (stacks / "promotion.yaml").write_text("order: [dev]\n", "utf-8")
    assert stack_names(stacks.parent) == ["dev", "local", "prod", "staging"]


texts = st.sampled_from(["1e3", "0o17", "22:00", "yes", "null", "~", "1.5", "a: b", "# no", "", "0x1f", "é\n", "- x"])
keys = texts.filter(lambda text: text and "\n" not in text)
values = st.recursive(
    texts | st.integers(-9, 9) | st.booleans() | st.floats(-1e6, 1e6).map(lambda rate: round(rate, 9)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["web", "db"]), st.dictionaries(keys, values), min_size=1))
def test_whatever_definitions_hold_reads_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, workloads: dict[str, object]
) -> None:
    tree = Located({}, Path("dev.yaml"), 1)
    release = release_of("prod", tree).model_copy(update={"workloads": workloads})
    path = tmp_path_factory.mktemp("release") / "prod.release.yaml"
    path.write_text(release_text(release).replace(release.digest, _digest_of(release)), "utf-8")
    assert read_release(path).workloads == workloads


def _digest_of(release: Release) -> str:
    from solver.demand.release_overlay import body_digest

    return body_digest(release_text(release).split("\n", 3)[3])
