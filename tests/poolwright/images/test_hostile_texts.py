"""Whatever people write into a demand file is data in a Dockerfile: never an instruction, a command or a variable."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from poolwright.checks.dockerfiles import instructions
from poolwright.images.assembly import TemplateImage, template_context
from poolwright.images.context import ContextFile
from poolwright.render.dockerfile import Processor, Purpose
from poolwright.render.environment import docker_text, environment, exec_form, render
from solver.demand.containers import ImageBuild
from solver.vocabulary import ImageTemplate
from tests.poolwright.images.test_templates import BASES

PIECES = (
    *("${HOME}", "$(id)", "`id`", ";", "&&", "|", "#", "{{ 7 * 7 }}", "{% raw %}", "RUN id", "USER 0", "FROM evil"),
    *("<<EOF", "=", "%s", "é", "\\", '"', "'"),
)
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*PIECES, *"\n\r\t \u2028\u0085\0\x1b$<"]), max_size=8).map("".join),
)


def dockerfile(title: str) -> str:
    image = TemplateImage(
        template=ImageTemplate.PYTHON,
        purpose=Purpose.SERVING,
        processor=Processor.CPU,
        build=ImageBuild(template=ImageTemplate.PYTHON, app="app"),
        title=title,
        port=8080,
        health_path="/healthz",
    )
    return template_context(image, {"main.py": ContextFile(b"")}, BASES).dockerfile


def unquoted(text: str) -> str:
    """What the Docker Engine makes of a text between double quotes, when it is one word with no variable in it."""
    assert re.fullmatch(r'"(?:[^"\\$]|\\["\\$])*"', text), text
    return re.sub(r'\\(["\\$])', r"\1", text[1:-1])


PLAIN = [(each.word, each.rest) for each in instructions(dockerfile("plain"))]


@settings(max_examples=60)
@given(HOSTILE)
def test_a_label_changes_nothing_but_its_own_value(title: str) -> None:
    made = [(each.word, each.rest) for each in instructions(dockerfile(title))]
    changed = [(mine, plain) for mine, plain in zip(made, PLAIN, strict=True) if mine != plain]
    assert len(changed) <= 1
    for (word, rest), (_, plain) in changed:
        before, _, after = plain.partition('"plain"')
        assert word == "LABEL"
        assert rest.startswith(before)
        assert rest.endswith(after)
        value = rest.removeprefix(before).removesuffix(after)
        assert unquoted(value) == "".join(each for each in " ".join(title.split()) if each.isprintable())


@given(HOSTILE)
def test_a_quoted_text_is_one_line_that_reads_back(text: str) -> None:
    quoted = docker_text(text)
    assert quoted.splitlines() == [quoted]
    assert unquoted(quoted) == "".join(each for each in " ".join(text.split()) if each.isprintable())


@given(st.lists(HOSTILE, max_size=4))
def test_a_command_is_json_of_exactly_its_words(words: list[str]) -> None:
    form = exec_form(words)
    assert json.loads(form) == words
    assert form.isascii()
    assert "\n" not in form


@given(HOSTILE)
def test_a_text_of_a_demand_is_never_read_as_a_template(text: str) -> None:
    assert docker_text(text) == environment().from_string("{{ it | docker_text }}").render(it=text)


@given(HOSTILE)
def test_a_text_without_a_filter_is_refused_unless_it_is_a_plain_word(text: str) -> None:
    template = environment().from_string("{{ it }}")
    if re.fullmatch(r"([A-Za-z0-9][A-Za-z0-9._/:@+~=-]*)?", text):
        assert template.render(it=text) == text
    else:
        with pytest.raises(ValueError, match="without a filter"):
            template.render(it=text)


def test_a_name_that_a_template_does_not_know_is_an_error() -> None:
    with pytest.raises(Exception, match="undefined"):
        environment().from_string("{{ nothing }}").render()
    with pytest.raises(Exception, match="undefined"):
        render("dockerfile/proxy.j2", {})


@given(HOSTILE)
def test_fields_that_stand_bare_in_a_dockerfile_take_no_hostile_text(text: str) -> None:
    taken: list[str] = []
    for field, value in (("entry", text), ("packages", [text]), ("app", text), ("source", text), ("licence", text)):
        try:
            ImageBuild.model_validate({"template": "python", "app": "app", field: value})
        except ValidationError:
            continue
        taken.append(field)
    for field in taken:
        assert not re.search(r"[\s\"'`$\\;&|#<>{}\x00-\x1f]", text.replace(" ", "") if field == "licence" else text)
        assert ".." not in text.split("/")
