"""Runs jobs of a `.gitlab-ci.yml` as a shell would: variables, `before_script`, `script`, in a clone of its own.

`extends` and `!reference` are followed, and what a project sets as its CI/CD variables goes before what a job says, as
at GitLab. Images, caches and rules are left out: who tests says which job runs.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml

from tests.poolwright.release.workflows import Job

_VARIABLE = re.compile(r"\$(\w+)")
Values = Mapping[str, Any]


class _Loader(yaml.SafeLoader):
    pass


@dataclass(frozen=True)
class _Reference:
    """`!reference [job, key]`."""

    path: list[str]


def _reference(loader: Any, node: Any) -> _Reference:
    return _Reference(loader.construct_sequence(node))


_Loader.add_constructor("!reference", _reference)


@dataclass
class GitLab:
    """A project, which is a bare repository."""

    origin: Path
    work: Path
    environment: dict[str, str]
    """What each job's machine has."""
    variables: dict[str, str] = field(default_factory=dict[str, str])
    """Of the project."""
    jobs: int = 0

    def run(self, name: str, revision: str, **predefined: str) -> Job:
        """One job of a revision, with variables that GitLab predefines; its report of variables is its outputs."""
        self.jobs += 1
        clone = self.work / f"gitlab-{self.jobs}"
        subprocess.run(["git", "clone", "--quiet", str(self.origin), str(clone)], check=True)
        subprocess.run(["git", "-C", str(clone), "checkout", "--quiet", revision], check=True)
        whole = yaml.load((clone / ".gitlab-ci.yml").read_text("utf-8"), Loader=_Loader)
        job = _resolved(whole, name)
        known = {"CI_PROJECT_DIR": str(clone), "CI_COMMIT_SHA": revision, **self.variables, **predefined}
        written = {**whole.get("variables", {}), **job.get("variables", {})}
        given = {key: _value(value, known) for key, value in written.items()}
        lines = [*_lines(whole, job.get("before_script", [])), *_lines(whole, job["script"])]
        done = subprocess.run(
            ["bash", "-e", "-c", "\n".join(lines)],
            cwd=clone,
            env={**self.environment, **given, **known},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        report = clone / str(job.get("artifacts", {}).get("reports", {}).get("dotenv", "none"))
        told = report.read_text("utf-8").splitlines() if report.is_file() else []
        return Job(
            result="failure" if done.returncode else "success",
            code=done.returncode,
            log=done.stdout,
            outputs=dict(line.split("=", 1) for line in told),
        )


def _resolved(whole: Values, name: str) -> dict[str, Any]:
    """A job with what it extends: mappings are merged, everything else is replaced."""
    job = dict(whole[name])
    extended = job.pop("extends", [])
    made: dict[str, Any] = {}
    for each in [extended] if isinstance(extended, str) else extended:
        made = _merged(made, _resolved(whole, each))
    return _merged(made, job)


def _merged(under: Values, over: Values) -> dict[str, Any]:
    made = dict(under)
    for key, value in over.items():
        plain = isinstance(value, Mapping) and "expand" not in value
        both = plain and isinstance(made.get(key), Mapping)
        made[key] = _merged(made[key], cast("Values", value)) if both else value
    return made


def _value(value: Any, known: Mapping[str, str]) -> str:
    if isinstance(value, Mapping):
        content = cast("Values", value)
        assert content["expand"] is False
        return str(content["value"])
    return _VARIABLE.sub(lambda found: known.get(found[1], ""), str(value))


def _lines(whole: Values, script: list[Any]) -> Iterator[str]:
    for each in script:
        if isinstance(each, _Reference):
            job, key = each.path
            yield from _lines(whole, whole[job][key])
        else:
            yield str(each)
