"""Which images a stack runs, which of them are to be made, and which a new lock may keep."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import pytest

from poolwright.cli.main import run
from poolwright.images.building import refuse_faults
from poolwright.images.pip_settings import pip_settings
from poolwright.images.wanted import State, Wanted, context_hash, running, state_of, unchanged_images, wanted_images
from solver.demand.loader import load_demand
from solver.errors import ConfigError, DemandError, GateError
from solver.inputs import StackInputs, read_inputs
from solver.plan.docker import DockerSitePlan
from solver.plan.images import BuiltImage, with_images
from solver.plan.lock import Lock, read_lock, write_lock

DEMAND = """\
owner: team@example.com
sites:
  desk:
    kind: docker
    hosts: {box: {cpu: 2, memory: 2Gi}}
workloads:
  hello:
    description: Says "hello"
    kind: service
    exposure: public
    image: {build: {template: python, app: apps/hello}}
    load: {constant_per_second: 20}
    variants:
      cpu: {cpu: 250m, memory: 128Mi, throughput_per_second: 200, source: a guess}
  rates:
    kind: service
    image: {reference: "registry.example.com/rates:3"}
    load: {constant_per_second: 20}
    variants:
      cpu: {cpu: 250m, memory: 128Mi, throughput_per_second: 200, source: a guess}
"""
ID = f"sha256:{'e' * 64}"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a planned stack."""
    root = tmp_path_factory.mktemp("planned")
    for name, text in {
        "Pulumi.yaml": "name: trial\nruntime: python\n",
        "stacks/desk.yaml": DEMAND,
        "apps/hello/main.py": "app = None\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    with contextlib.chdir(root):
        assert run(["plan", "desk", "--write"]) == 0
    return root


@pytest.fixture
def folder(planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project, and the user in it."""
    shutil.copytree(planned, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(folder: Path) -> tuple[StackInputs, Lock, dict[str, Wanted]]:
    inputs = read_inputs(folder, "desk")
    lock = read_lock(inputs.lock_path)
    return inputs, lock, wanted_images(inputs.loaded, lock, folder)


def built(wanted: Wanted) -> BuiltImage:
    return BuiltImage(context=context_hash(wanted, None) or "", image_id=ID, size_mib=40)


def with_built(folder: Path) -> Lock:
    """The lock, with images for all that the project makes."""
    inputs, lock, wanted = read(folder)
    images = {key: built(each) for key, each in wanted.items()}
    write_lock(inputs.lock_path, lock.model_copy(update={"images": images}))
    return read_lock(inputs.lock_path)


def states(folder: Path) -> dict[str, State]:
    inputs, lock, wanted = read(folder)
    return {
        f"{row.workload} {row.variant}": state_of(row, wanted.get(row.key or ""), lock.images.get(row.key or ""))
        for row in running(inputs.loaded, lock, wanted)
    }


def test_what_runs_is_listed_with_what_is_known_of_its_image(folder: Path) -> None:
    assert states(folder) == {"hello cpu": State.MISSING, "proxy -": State.MISSING, "rates cpu": State.BY_TAG}
    with_built(folder)
    assert states(folder) == {"hello cpu": State.BUILT, "proxy -": State.BUILT, "rates cpu": State.BY_TAG}
    (folder / "apps/hello/main.py").write_text("app = 1\n", "utf-8")
    assert states(folder) == {"hello cpu": State.CHANGED, "proxy -": State.BUILT, "rates cpu": State.BY_TAG}


def test_the_command_lists_checks_and_speaks_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["images", "desk", "--check"]) == 4
    assert "poolwright images desk --build --write" in capsys.readouterr().err
    with_built(folder)
    assert run(["images", "desk", "--check", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["schema_version"] == 1
    assert [(row["workload"], row["site"], row["state"], row["built_from"]) for row in said["images"]] == [
        ("hello", "desk", "built", "python"),
        ("proxy", "desk", "built", "proxy"),
        ("rates", "desk", "by-tag", None),
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--write"], "--write: found --write; it is allowed together with --build"),
        (["--build", "--push", "ecr"], "a registry is allowed, or ecr with --cloud aws"),
        (["--build", "--push", "https://x"], "ecr, or a registry like registry.example.com/team is allowed"),
        (["--build", "--secret", "token"], "an id and a file that is there"),
        (["--build", "--engine", "unix:///nowhere/docker.sock"], "a Docker Engine is needed there, and none answers"),
        (["--build", "--pip-config", "none.conf"], "a file that can be read is needed"),
    ],
)
def test_options_that_can_not_work_end_with_code_2_and_one_line(
    arguments: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    if "--engine" not in arguments:
        monkeypatch.setattr("poolwright.images.engine.connect", lambda address: None)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    capsys.readouterr()
    assert run(["images", "desk", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error


def test_a_new_plan_keeps_the_images_of_files_that_did_not_change(folder: Path) -> None:
    with_built(folder)
    (folder / "stacks/desk.yaml").write_text(DEMAND.replace("20}", "21}"), "utf-8")
    assert run(["plan", "desk", "--write"]) == 0
    assert sorted(read(folder)[1].images) == ["hello.cpu", "proxy"]
    (folder / "apps/hello/main.py").write_text("app = 1\n", "utf-8")
    assert run(["plan", "desk", "--write"]) == 0
    assert sorted(read(folder)[1].images) == ["proxy"]


def test_an_image_of_a_workload_that_is_gone_is_not_kept(folder: Path) -> None:
    inputs, lock, wanted = read(folder)
    images = {"gone.cpu": built(wanted["hello.cpu"]), "hello.cpu": built(wanted["hello.cpu"])}
    assert unchanged_images(inputs.loaded, lock, images, folder) == ["hello.cpu"]


def test_the_program_builds_with_what_the_lock_names(folder: Path) -> None:
    lock = with_built(folder)
    site = lock.plan_to_build().sites["desk"]
    assert isinstance(site, DockerSitePlan)
    variants = {
        f"{service.key}.{each.key}": each.image_digest for service in site.services for each in service.variants
    }
    assert variants == {"hello.cpu": ID, "rates.cpu": None}
    assert site.network.proxy_digest == ID


def test_an_image_in_a_registry_is_named_by_its_digest_there(folder: Path) -> None:
    lock = with_built(folder)
    pushed = lock.images["hello.cpu"].model_copy(
        update={"repository": "registry.example.com/desk/hello", "digest": f"sha256:{'f' * 64}"}
    )
    site = with_images(lock.as_plan(), {"hello.cpu": pushed}).sites["desk"]
    assert isinstance(site, DockerSitePlan)
    hello = next(service.variants[0] for service in site.services if service.key == "hello")
    assert (hello.image_reference, hello.image_digest) == ("registry.example.com/desk/hello", f"sha256:{'f' * 64}")


def test_a_template_that_is_not_made_for_the_variant_is_an_error_with_its_line(folder: Path) -> None:
    text = DEMAND.replace("template: python", "template: fpga")
    (folder / "stacks/desk.yaml").write_text(text, "utf-8")
    loaded = load_demand(folder / "stacks/desk.yaml")
    lock = read_lock(folder / "stacks/desk.lock.yaml")
    with pytest.raises(DemandError) as refused:
        wanted_images(loaded, lock, folder)
    assert str(refused.value.problems[0]) == (
        'stacks/desk.yaml:11 workloads.hello.image.build: found "fpga"; '
        "fpga is made for fpga; this variant computes on cpu"
    )


def test_a_dockerfile_of_ones_own_is_judged_before_it_is_built(folder: Path) -> None:
    text = DEMAND.replace("template: python", "dockerfile: Dockerfile")
    (folder / "stacks/desk.yaml").write_text(text, "utf-8")
    loaded = load_demand(folder / "stacks/desk.yaml")
    lock = read_lock(folder / "stacks/desk.lock.yaml")
    own = wanted_images(loaded, lock, folder)["hello.cpu"]
    with pytest.raises(DemandError, match="a Dockerfile is needed there"):
        own.context({})
    (folder / "apps/hello/Dockerfile").write_text('FROM debian:latest\nCOPY . /app\nCMD ["/app/run"]\n', "utf-8")
    with pytest.raises(GateError) as refused:
        refuse_faults(own, own.context({}))
    assert "apps/hello/Dockerfile:1 base-pinned: the base debian:latest may be another image tomorrow" in str(
        refused.value
    )
    assert "numeric-user" in str(refused.value)


def test_pip_gets_certificates_and_no_password(tmp_path: Path) -> None:
    configuration, certificates = tmp_path / "pip.conf", tmp_path / "ca.pem"
    configuration.write_text("[global]\nindex-url = https://pypi.example/simple\n", "utf-8")
    certificates.write_text("-----BEGIN CERTIFICATE-----\n", "utf-8")
    made = pip_settings(configuration, certificates)
    assert made is not None
    assert made.configuration == (
        "[global]\nindex-url = https://pypi.example/simple\ncert = /etc/pip/certificates.pem\n"
    )
    configuration.write_text("[global]\nindex-url = https://me:hush@pypi.example/simple\n", "utf-8")
    with pytest.raises(ConfigError, match="without a name and password"):
        pip_settings(configuration, None)
