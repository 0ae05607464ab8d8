"""The one Jinja2 environment: templates of the project, values of whoever fills in a demand file.

Values are data, never template text: only files of `templates/` are compiled, in the sandbox, and a name that is not
defined is an error. What a value may do to the text around it is decided by the filter that quotes it; each format has
one, and a template that puts a text in without it is refused when it is rendered.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from poolwright.render import pipeline_text
from poolwright.render.quoted import Quoted

_PLAIN: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._/:@+~=-]*$")


def docker_text(value: str) -> Quoted:
    """A text between double quotes in a Dockerfile: of a label, a variable. White space becomes single spaces, since no
    instruction goes on over lines unless the template says so; other control characters are left out."""
    one_line = " ".join(value.split())
    kept = "".join(letter for letter in one_line if letter.isprintable())
    return Quoted('"' + re.sub(r'([\\"$])', r"\\\1", kept) + '"')


def exec_form(values: list[str] | tuple[str, ...]) -> Quoted:
    """A command as a JSON list, which no shell reads."""
    return Quoted(json.dumps(list(values)))


def going_on(last: bool) -> Quoted:
    """What ends a line of an instruction: a backslash, where there is another one."""
    return Quoted("" if last else " \\")


def _finished(value: Any) -> Any:
    """Called for everything that a template prints."""
    if isinstance(value, StrictUndefined):
        return str(value)  # which raises, and names it
    if isinstance(value, Quoted) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and (not value or _PLAIN.match(value)):
        return value
    raise ValueError(f"a template prints {value!r} without a filter that quotes it")


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The environment, made once."""
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        finalize=_finished,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters: dict[str, Any] = {
        "action": pipeline_text.action,
        "docker_text": docker_text,
        "exec_form": exec_form,
        "expression": pipeline_text.expression,
        "github_text": pipeline_text.github_text,
        "going_on": going_on,
        "capitalize": str.capitalize,
        "groovy_script": pipeline_text.groovy_script,
        "groovy_text": pipeline_text.groovy_text,
        "jenkins_value": pipeline_text.jenkins_value,
        "script": pipeline_text.script,
        "yaml_text": pipeline_text.yaml_text,
    }
    made.filters = filters
    return made


def render(template: str, values: dict[str, Any]) -> str:
    """A template of the folder, filled in."""
    return environment().get_template(template).render(values)
