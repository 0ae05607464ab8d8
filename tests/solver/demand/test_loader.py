from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from solver.demand.content import content_digest
from solver.demand.loader import LoadedDemand, find_stack, load_demand, stack_names
from solver.errors import ConfigError, DemandError

ROOT = Path(__file__).parents[3]
WHOLE = Path(__file__).with_name("whole.yaml").read_text("utf-8")
LOAD = "{constant_per_second: 5, events: {sale-day: {date: 2026-11-27, times: 8}}}"
TRACE = "hour,load\n" + "".join(f"{hour},{1 + hour % 24}\n" for hour in range(168))


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    Path("whole.yaml").write_text(WHOLE, "utf-8")


def load(text: str, name: str = "dev.yaml") -> LoadedDemand:
    Path(name).write_text(text, "utf-8")
    return load_demand(Path(name))


def refusals(text: str) -> list[str]:
    with pytest.raises(DemandError) as refused:
        load(text)
    return [str(problem) for problem in refused.value.problems]


def test_the_stack_is_called_as_its_file_is() -> None:
    assert load("inherits: whole.yaml", "prod.yaml").demand.stack == "prod"
    assert load("inherits: whole.yaml\nstack: live", "prod.yaml").demand.stack == "live"


def test_a_file_whose_name_is_no_stacks_name_needs_one() -> None:
    with pytest.raises(DemandError, match=r'My_Stack\.yaml:1 stack: found "My_Stack"; a name of lower-case'):
        load("inherits: whole.yaml", "My_Stack.yaml")


def test_the_message_of_the_style_guide_comes_out_as_it_stands_there() -> None:
    Path("stacks").mkdir()
    text = "inherits: ../whole.yaml\nworkloads:\n" + "\n" * 38 + "  web: {variants: {gpu: {memory: 16 GB}}}\n"
    Path("stacks/prod.yaml").write_text(text, "utf-8")
    with pytest.raises(DemandError) as refused:
        load_demand(Path("stacks/prod.yaml"))
    assert str(refused.value) == (
        'stacks/prod.yaml:41 workloads.web.variants.gpu.memory: found "16 GB"; a quantity like 16Gi is allowed. '
        "Did you mean 16Gi?"
    )


def test_all_mistakes_of_all_files_are_in_one_error_in_order() -> None:
    Path("base.yaml").write_text(
        WHOLE.replace("memory: 1Gi", "memory: 1G").replace("kind: bucket", "kind: s3"), "utf-8"
    )
    found = refusals(
        "inherits: base.yaml\nlimits:\n  gap: 0\n  gap: 0.01\n  node_group: 3\nworkloads:\n  web:\n    port: true\n"
        "    calls: [wbe]\n  report: {kind: batch, calls: [wbe]}\n"
    )
    assert [line.split("; ")[0] for line in found] == [
        'base.yaml:22 workloads.web.variants.gpu.memory: found "1G"',
        'base.yaml:49 storage.documents.kind: found "s3"',
        "dev.yaml:4 limits.gap: found the key a second time",
        'dev.yaml:5 limits.node_group: found the key "node_group"',
        "dev.yaml:8 workloads.web.port: found true",
        'dev.yaml:10 workloads.report.calls.0: found "wbe"',
    ]


def test_a_missing_key_is_told_at_the_line_that_removed_it_or_of_what_lacks_it() -> None:
    found = refusals("inherits: whole.yaml\nworkloads:\n  web:\n    load: null\n  new: {kind: service}\n  other: {}\n")
    assert found == [
        "dev.yaml:4 workloads.web.load: found nothing; a mapping of peak_per_second, trace, shape, hourly_per_second, "
        "constant_per_second, forecast, service_level, quantiles, events, week_of is needed",
        "dev.yaml:5 workloads.new.image: found nothing; a mapping of reference, digest, size_mib, framework, build is "
        "needed",
        "dev.yaml:5 workloads.new.load: found nothing; a mapping of peak_per_second, trace, shape, hourly_per_second, "
        "constant_per_second, forecast, service_level, quantiles, events, week_of is needed",
        "dev.yaml:5 workloads.new.variants: found nothing; a mapping of 1 or more entries, each a mapping with cpu, "
        "memory, throughput_per_second, source, is needed",
        "dev.yaml:6 workloads.other.kind: found nothing; service, batch or training is needed",
    ]


def test_only_the_first_two_hundred_mistakes_are_listed_and_the_rest_is_counted() -> None:
    found = refusals("inherits: whole.yaml\n" + "".join(f"k{number}: 1\n" for number in range(300)))
    assert len(found) == 200
    assert found[-1].endswith("100 more mistakes are not listed")


@pytest.mark.parametrize("number", ["1e400", "9" * 39, "-.inf", ".nan", '"5"', "[5]", "true"])
def test_a_load_is_a_finite_number_within_bounds(number: str) -> None:
    (line,) = refusals(f"inherits: whole.yaml\nworkloads: {{web: {{load: {{constant_per_second: {number}}}}}}}")
    assert "a number above 0 and at most 1000000000 is allowed" in line


@pytest.mark.parametrize(("value", "found"), [(".nan", ".nan"), ("-3", "-3"), ("-.inf", "-.inf")])
def test_an_hours_load_is_neither_negative_nor_no_number(value: str, found: str) -> None:
    hours = ", ".join(["1"] * 5 + [value] + ["1"] * 18)
    (line,) = refusals(
        "inherits: whole.yaml\nworkloads:\n  web:\n    load:\n      constant_per_second: null\n"
        f"      hourly_per_second:\n        [{hours}]\n"
    )
    assert line == (
        f"dev.yaml:7 workloads.web.load.hourly_per_second.5: found {found}; a number from 0 to 1000000000 is allowed"
    )


@pytest.mark.parametrize(
    ("load_lines", "message"),
    [
        ("{}", "one of peak_per_second, hourly_per_second, constant_per_second, forecast is allowed; none is given"),
        ("{peak_per_second: 5}", "peak_per_second is allowed together with a trace or a shape; neither is given"),
        ("{constant_per_second: 5, shape: [1, 2]}", "a list of 24 to 168 values"),
        (f"{{constant_per_second: 5, shape: {[1] * 24}}}", "a trace or a shape is allowed with peak_per_second only"),
        (f"{{peak_per_second: 5, shape: {[1] * 25}}}", "24 or 168 values of shape are allowed; it has 25"),
        (f"{{peak_per_second: 5, shape: {[0] * 24}}}", "at least one hour above 0 in shape is allowed; all are 0"),
        (f"{{hourly_per_second: {[0] * 24}}}", "at least one hour above 0 in hourly_per_second is allowed"),
        (f"{{peak_per_second: 5, shape: {[1] * 24}, trace: x.csv}}", "a trace or a shape is allowed; both are given"),
    ],
)
def test_a_load_has_exactly_one_form(load_lines: str, message: str) -> None:
    Path("base.yaml").write_text(WHOLE.replace(LOAD, load_lines), "utf-8")
    (line,) = refusals("inherits: base.yaml")
    assert line.startswith("base.yaml:14 workloads.web.load")
    assert message in line


def test_a_child_that_changes_the_form_of_a_load_is_told_how_to_drop_the_inherited_one() -> None:
    (line,) = refusals(f"inherits: whole.yaml\nworkloads:\n  web:\n    load: {{hourly_per_second: {[1] * 24}}}")
    assert line == (
        "dev.yaml:4 workloads.web.load: one of peak_per_second, hourly_per_second, constant_per_second, forecast is "
        "allowed; hourly_per_second and constant_per_second are given. "
        "Write `constant_per_second: null` to drop what whole.yaml:14 sets"
    )


def test_a_trace_gives_the_shape_and_the_peak_its_height() -> None:
    Path("traces").mkdir()
    Path("traces/day.csv").write_text(TRACE, "utf-8")
    text = WHOLE.replace(LOAD, "{peak_per_second: 48, trace: traces/day.csv}")
    loaded = load(text)
    service = loaded.demand.workloads["web"]
    assert service.kind == "service"
    week = service.load.week_per_second()
    assert (week[0], week[23], max(week), len(week)) == (2.0, 48.0, 48.0, 168)
    assert [str(file) for file in loaded.files] == ["dev.yaml", "traces/day.csv"]


def test_a_traces_path_counts_from_the_file_that_names_it() -> None:
    Path("common/traces").mkdir(parents=True)
    Path("common/traces/day.csv").write_text(TRACE, "utf-8")
    text = WHOLE.replace(LOAD, "{peak_per_second: 48, trace: traces/day.csv}")
    Path("common/base.yaml").write_text(text, "utf-8")
    assert [str(file) for file in load("inherits: common/base.yaml").files] == [
        "common/base.yaml",
        "dev.yaml",
        "common/traces/day.csv",
    ]


def test_a_missing_trace_and_a_wrong_row_are_told_with_the_other_mistakes() -> None:
    Path("day.csv").write_text(TRACE.replace("5,6\n", "5,?\n", 1), "utf-8")
    text = WHOLE.replace(LOAD, "{peak_per_second: 0, trace: day.csv}")
    assert [line.split(";")[0] for line in refusals(text)] == [
        'day.csv:7: found "5,?"',
        "dev.yaml:14 workloads.web.load.peak_per_second: found 0",
    ]
    found = refusals(text.replace("day.csv", "night.csv").replace("peak_per_second: 0", "peak_per_second: 1"))
    assert found == [
        'dev.yaml:14 workloads.web.load.trace: found "night.csv"; an existing CSV file is allowed. '
        "The path counts from the folder of the file that names it"
    ]


def test_comments_order_formatting_and_spreading_over_files_leave_the_digests_as_they_are() -> None:
    whole = load(WHOLE)
    lines = WHOLE.splitlines()
    commented = "\n".join(f"{line}  # why" if line and not line.startswith("#") else line for line in lines)
    reordered = WHOLE.replace("owner: team@example.com\n", "") + 'owner: "team@example.com"\n'
    for text in (commented, reordered, "inherits: whole.yaml\nowner: team@example.com"):
        again = load(text)
        assert (again.digest, again.content_digest) == (whole.digest, whole.content_digest)


def test_writing_out_a_default_changes_the_content_but_not_the_demand() -> None:
    plain, written_out = load("inherits: whole.yaml"), load("inherits: whole.yaml\ndata_protection: true")
    assert plain.digest == written_out.digest
    assert plain.content_digest != written_out.content_digest


def test_a_changed_number_or_trace_changes_both_digests() -> None:
    Path("day.csv").write_text(TRACE, "utf-8")
    text = WHOLE.replace(LOAD, "{peak_per_second: 48, trace: day.csv}")
    before = load(text)
    changed = load(text.replace("48", "49"))
    Path("day.csv").write_text(TRACE.replace("0,1\n", "0,2\n", 1), "utf-8")
    retraced = load(text)
    assert len({each.digest for each in (before, changed, retraced)}) == 3
    assert len({each.content_digest for each in (before, changed, retraced)}) == 3


def test_the_content_digest_needs_no_validation() -> None:
    assert content_digest(Path("whole.yaml")) == load_demand(Path("whole.yaml")).content_digest
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, solver.demand.content; print('pydantic' in sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert loaded.stdout == "False\n"


def test_reading_twice_gives_the_same() -> None:
    assert load("inherits: whole.yaml") == load("inherits: whole.yaml")


def test_a_loaded_demand_names_the_line_of_any_of_its_values() -> None:
    loaded = load("inherits: whole.yaml\nlimits:\n  gap: 0.01")
    assert (
        str(loaded.problem(("limits", "gap"), "less is allowed"))
        == "dev.yaml:3 limits.gap: found 0.01; less is allowed"
    )
    assert str(loaded.problem(("limits", "fold"), "day is allowed")) == "dev.yaml:2 limits.fold: day is allowed"
    assert (
        str(loaded.problem(("sites", "main", "region"), "no"))
        == 'whole.yaml:5 sites.main.region: found "eu-west-1"; no'
    )


def test_a_missing_stack_file_is_told_by_its_path() -> None:
    with pytest.raises(DemandError, match=r"^gone\.yaml: an existing stack file is allowed$"):
        load_demand(Path("gone.yaml"))


def project_with(*files: str) -> Path:
    Path("stacks").mkdir()
    for name in files:
        Path("stacks", name).write_text("", "utf-8")
    return Path()


def test_the_stacks_of_a_project_are_its_files_without_base_locks_and_pulumis_own() -> None:
    root = project_with("base.yaml", "dev.yaml", "prod.yaml", "dev.lock.yaml", "Pulumi.dev.yaml", "README.md")
    assert stack_names(root) == ["dev", "prod"]
    assert find_stack(root, "dev") == Path("stacks/dev.yaml")


@pytest.mark.parametrize(
    ("stack", "hint"),
    [
        ("pord", "Did you mean prod?"),
        ("base", "A stack is a file stacks/<stack>.yaml"),
        ("../dev", "Did you mean dev?"),
        ("", "A stack is a file stacks/<stack>.yaml"),
    ],
)
def test_an_unknown_stack_is_told_with_those_that_exist(stack: str, hint: str) -> None:
    root = project_with("base.yaml", "dev.yaml", "prod.yaml")
    with pytest.raises(ConfigError) as refused:
        find_stack(root, stack)
    assert str(refused.value) == f'stack: found "{stack}"; one of dev, prod is allowed. {hint}'


def test_a_project_without_stacks_says_so() -> None:
    with pytest.raises(ConfigError, match="stacks holds no stack file"):
        find_stack(Path(), "dev")
