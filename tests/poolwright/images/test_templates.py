"""Every template's Dockerfile: as it was reviewed, and right by the checks that one's own has to pass too."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from poolwright.checks.dockerfiles import faults_of, instructions
from poolwright.images.assembly import PipSettings, Resolved, TemplateImage, proxy_context, template_context
from poolwright.images.context import Context, ContextFile
from poolwright.images.recipe import not_made
from poolwright.render.dockerfile import Processor, Purpose
from solver.demand.containers import ImageBuild
from solver.vocabulary import Architecture, ImageTemplate

GOLDEN = Path(__file__).parent / "dockerfiles"
APP = {"main.py": ContextFile(b"app = None\n"), "requirements.txt": ContextFile(b"starlette==1.10.0\n")}
BASES = {
    name: Resolved(f"registry.example/{name}@sha256:{number:064x}")
    for number, name in enumerate(
        ("debian", "caddy", "tensorflow-serving", "tensorflow-serving-nvidia", "neuron-serving", "neuron-training"), 1
    )
}
HERE = {name: Resolved(f"sha256:{'d' * 64}", of_debian_packages=True) for name in ("debian", "caddy")}
MADE = [
    each
    for each in itertools.product(ImageTemplate, Processor, Purpose)
    if not_made(*each, Architecture.X86_64) is None
]


def context(
    template: ImageTemplate,
    processor: Processor,
    purpose: Purpose,
    *,
    bases: dict[str, Resolved] = BASES,
    pip: PipSettings | None = None,
) -> Context:
    bert = template is ImageTemplate.BERT and purpose is Purpose.SERVING
    build = ImageBuild(
        template=template,
        app=None if bert else "apps/shop",
        licence="Apache-2.0",
        source="https://git.example.com/shop",
    )
    image = TemplateImage(
        template=template,
        purpose=purpose,
        processor=processor,
        build=build,
        title='shop, variant a: it\'s "here"',
        port=8080,
        health_path="/healthz",
    )
    return template_context(image, {} if bert else APP, bases, pip)


def check_golden(name: str, dockerfile: str, pytestconfig: pytest.Config) -> None:
    path = GOLDEN / f"{name}.Dockerfile"
    if pytestconfig.getoption("--update-cases"):
        path.write_text(dockerfile, "utf-8")
    assert path.read_text("utf-8") == dockerfile, "run: make cases"


@pytest.mark.parametrize(("template", "processor", "purpose"), MADE, ids=lambda each: each.value)
def test_a_template_gives_the_dockerfile_that_was_reviewed(
    template: ImageTemplate, processor: Processor, purpose: Purpose, pytestconfig: pytest.Config
) -> None:
    dockerfile = context(template, processor, purpose).dockerfile
    assert faults_of(dockerfile) == []
    check_golden(f"{template}-{processor}-{purpose}", dockerfile, pytestconfig)


@pytest.mark.parametrize(("name", "bases"), [("proxy", BASES), ("proxy-of-debian-packages", HERE)])
def test_the_proxy_gives_the_dockerfile_that_was_reviewed(
    name: str, bases: dict[str, Resolved], pytestconfig: pytest.Config
) -> None:
    dockerfile = proxy_context(bases).dockerfile
    assert faults_of(dockerfile) == []
    check_golden(name, dockerfile, pytestconfig)


def test_a_base_that_has_python_needs_no_packages_of_debian(pytestconfig: pytest.Config) -> None:
    dockerfile = context(ImageTemplate.PYTHON, Processor.CPU, Purpose.SERVING, bases=HERE).dockerfile
    assert "apt-get" not in dockerfile
    check_golden("python-of-debian-packages", dockerfile, pytestconfig)


def test_settings_of_pip_stay_in_the_build_stage_and_change_no_name() -> None:
    pip = PipSettings("[global]\nindex-url = https://pypi.example/simple\n", b"-----BEGIN CERTIFICATE-----\n")
    plain = context(ImageTemplate.PYTHON, Processor.CPU, Purpose.SERVING)
    made = context(ImageTemplate.PYTHON, Processor.CPU, Purpose.SERVING, pip=pip)
    assert made.hash == plain.hash
    assert made.unnamed_dockerfile is not None
    final = made.unnamed_dockerfile.rpartition("FROM runtime")[2]
    assert "pip" in made.unnamed_dockerfile
    assert "pip" not in final


def test_no_stage_but_the_last_is_in_the_image_and_it_takes_only_what_runs() -> None:
    dockerfile = context(ImageTemplate.PYTORCH, Processor.NVIDIA, Purpose.SERVING).dockerfile
    last = [each for each in instructions(dockerfile.rpartition("FROM runtime")[2]) if each.word in ("COPY", "RUN")]
    assert [each.rest.split()[-1] for each in last] == ["/opt/venv", "/opt/poolwright", "/app"]


def test_what_has_no_base_to_stand_on_is_not_made() -> None:
    refused = [
        (ImageTemplate.TENSORFLOW, Processor.NEURON, Architecture.X86_64),
        (ImageTemplate.PYTHON, Processor.FPGA, Architecture.X86_64),
        (ImageTemplate.TENSORFLOW, Processor.CPU, Architecture.ARM64),
    ]
    said = [not_made(template, processor, Purpose.SERVING, kind) for template, processor, kind in refused]
    assert said == [
        "tensorflow is made for cpu and nvidia; this variant computes on neuron",
        "python is made for cpu and nvidia; this variant computes on fpga",
        "tensorflow on cpu is made for x86_64: its parts are published for nothing else",
    ]
