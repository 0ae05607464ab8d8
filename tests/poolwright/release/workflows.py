"""Runs GitHub's workflows as a shell would: each `run` of each job in order, with its variables, in a clone of its own.

Steps that use an action are left out: a clone is what `checkout` gives, the environment of these tests what the
action of the repository installs, and the sandbox needs no credentials. Only the expressions that our templates use are
known; a context where GitHub does not offer it is an error here too.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml

_TOKEN = re.compile(r"\s*(==|!=|&&|\|\||[()!]|'[^']*'|[A-Za-z_][A-Za-z0-9_.-]*)")
_EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
_IN_JOB = ("github", "inputs", "needs", "vars")
_IN_STEP = (*_IN_JOB, "runner", "steps")

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Job:
    """How a job ended."""

    result: str
    """success, failure or skipped."""
    code: int = 0
    """Exit code of the step that failed."""
    failed: str = ""
    """Name of that step."""
    log: str = ""
    """What its steps printed."""
    outputs: Values = field(default_factory=dict[str, Any])
    ran: tuple[str, ...] = ()
    """Names of the steps that ran."""
    left_out: tuple[str, ...] = ()
    """Actions that were not run."""


@dataclass
class Runner:
    """A GitHub of one repository, which is a folder."""

    origin: Path
    """The repository, bare."""
    work: Path
    """Where clones go."""
    environment: dict[str, str]
    """What each job's machine has."""
    variables: dict[str, str] = field(default_factory=dict[str, str])
    jobs: int = 0
    commands: int = 0
    """How many scripts have run."""

    def run(
        self,
        workflow: str,
        *,
        github: Values,
        revision: str,
        only: str | None = None,
        again: Mapping[str, Job] | None = None,
    ) -> dict[str, Job]:
        """Runs a workflow of a revision, or `only` one of its jobs that needs no other; gives its jobs by name.

        Of a run that somebody has run `again`, jobs that succeeded stand.
        """
        parsed = yaml.safe_load(self._show(revision, f".github/workflows/{workflow}"))
        done: dict[str, Job] = {}
        for name, job in parsed["jobs"].items():
            if only not in (None, name):
                continue
            if again is not None and name in again and again[name].result == "success":
                done[name] = again[name]
                continue
            needs = [done[each] for each in job.get("needs", [])]
            needed = {
                each: {"result": done[each].result, "outputs": done[each].outputs} for each in job.get("needs", [])
            }
            contexts = {"github": github, "vars": self.variables, "needs": needed, "inputs": {}}
            whole = all(each.result == "success" for each in needs)
            failed = any(each.result == "failure" for each in needs)
            if not _wanted(job.get("if"), contexts, allowed=_IN_JOB, whole=whole, failed=failed):
                done[name] = Job(result="skipped")
            elif "uses" in job:
                called = self.run(Path(job["uses"]).name, github=github, revision=revision)
                bad = any(each.result == "failure" for each in called.values())
                done |= {f"{name}/{key}": each for key, each in called.items()}
                done[name] = Job(result="failure" if bad else "success")
            else:
                done[name] = self._job(job, contexts, revision)
        return done

    def _job(self, job: Values, contexts: Values, revision: str) -> Job:
        self.jobs += 1
        clone = self.work / f"job-{self.jobs}"
        subprocess.run(["git", "clone", "--quiet", str(self.origin), str(clone)], check=True)
        subprocess.run(["git", "-C", str(clone), "checkout", "--quiet", revision], check=True)
        base = {name: _text(value, contexts, _IN_JOB) for name, value in job.get("env", {}).items()}
        steps: dict[str, Any] = {}
        inside = {**contexts, "steps": steps, "runner": {"temp": str(clone / ".temp"), "os": "Linux"}}
        (clone / ".temp").mkdir()
        log, ran, left_out, failed, code = "", list[str](), list[str](), "", 0
        for number, step in enumerate(job["steps"]):
            if not _wanted(step.get("if"), inside, allowed=_IN_STEP, whole=not failed, failed=bool(failed)):
                continue
            if "uses" in step:
                left_out.append(step["uses"])
                continue
            env = base | {name: _text(value, inside, _IN_STEP) for name, value in step.get("env", {}).items()}
            outcome, said, outputs = self._script(step["run"], env, clone, number, contexts["github"])
            log += said
            ran.append(step["name"])
            steps[step.get("id", f"_{number}")] = {"outputs": outputs}
            if outcome and not failed:
                failed, code = step["name"], outcome
        outputs = {name: _text(value, inside, _IN_STEP) for name, value in job.get("outputs", {}).items()}
        result = "failure" if failed else "success"
        return Job(
            result=result, code=code, failed=failed, log=log, outputs=outputs, ran=tuple(ran), left_out=tuple(left_out)
        )

    def _script(
        self, script: str, env: dict[str, str], clone: Path, number: int, github: Values
    ) -> tuple[int, str, dict[str, str]]:
        self.commands += 1
        out = clone / ".temp" / f"output-{number}"
        out.touch()
        given = {
            **self.environment,
            "GITHUB_OUTPUT": str(out),
            "GITHUB_STEP_SUMMARY": str(clone / ".temp" / "summary.md"),
            "RUNNER_TEMP": str(clone / ".temp"),
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_REF": str(github.get("ref", "refs/heads/main")),
            "GITHUB_SHA": str(github["sha"]),
            "GITHUB_RUN_ID": "7",
            **env,
        }
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=clone,
            env=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        outputs = dict(line.split("=", 1) for line in out.read_text("utf-8").splitlines())
        return done.returncode, done.stdout, outputs

    def _show(self, revision: str, path: str) -> str:
        shown = subprocess.run(
            ["git", "-C", str(self.origin), "show", f"{revision}:{path}"], capture_output=True, text=True, check=True
        )
        return shown.stdout


def _wanted(condition: str | None, contexts: Values, *, allowed: tuple[str, ...], whole: bool, failed: bool) -> bool:
    """Whether a job or step runs: without a word about failures only after success."""
    if condition is None:
        return whole
    match = _EXPRESSION.fullmatch(condition)
    assert match is not None, condition
    states = {"cancelled": False, "failure": failed, "success": whole, "always": True}
    chosen = bool(_Expression(match[1], contexts, allowed, states).value())
    return chosen and (whole or any(f"{name}()" in condition for name in states))


def _text(value: object, contexts: Values, allowed: tuple[str, ...]) -> str:
    """A value with its expressions filled in."""

    def filled(match: re.Match[str]) -> str:
        found = _Expression(match[1], contexts, allowed, {}).value()
        return "" if found is None else str(found)

    return _EXPRESSION.sub(filled, str(value))


class _Expression:
    """`a.b == 'c' && !failure()`: alternatives of conjunctions of comparisons."""

    def __init__(self, code: str, contexts: Values, allowed: tuple[str, ...], states: Mapping[str, bool]) -> None:
        self._tokens = _TOKEN.findall(code)
        self._contexts, self._allowed, self._states = contexts, allowed, states

    def value(self) -> object:
        found = self._all()
        while self._next("||"):
            other = self._all()
            found = found or other
        return found

    def _all(self) -> object:
        found = self._comparison()
        while self._next("&&"):
            other = self._comparison()
            found = found and other
        return found

    def _comparison(self) -> object:
        found = self._one()
        if self._next("=="):
            return _plain(found) == _plain(self._one())
        return _plain(found) != _plain(self._one()) if self._next("!=") else found

    def _one(self) -> object:
        if self._next("!"):
            return not self._one()
        token = self._tokens.pop(0)
        if token.startswith("'"):
            return token[1:-1]
        if self._next("("):
            assert self._next(")"), "a function of this runner takes nothing"
            return self._states[token]
        context, *path = token.split(".")
        assert context in self._allowed, f"{context} is not known here"
        found: Any = self._contexts[context]
        for name in path:
            found = cast("Values", found).get(name) if isinstance(found, Mapping) else None
        return found

    def _next(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            self._tokens.pop(0)
            return True
        return False


def _plain(value: object) -> object:
    """What a variable that nobody has set is to GitHub where it is compared with a text."""
    return "" if value is None else value


def machine(folder: Path, root: Path, origin: Path, calls: Path) -> dict[str, str]:
    """What a job's machine has: our `poolwright`, and a `gh` that remembers what it was asked."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    _program(programs / "poolwright", f'exec {sys.executable} -m poolwright "$@"\n')
    _program(
        programs / "gh",
        f'printf "%s\\n" "$*" >> {calls}\n'
        # What the branch has now.
        f'case "$*" in api*contents*) git -C {origin} show "$TARGET:stacks/$STACK.lock.yaml";; esac\n',
    )
    kept = {
        name: os.environ[name] for name in ("HOME", "LANG", "XDG_CACHE_HOME", "POOLWRIGHT_PULUMI") if name in os.environ
    }
    return {
        **kept,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(root),
        "POOLWRIGHT_HOME": str(folder / "home"),
        "CI": "true",
    }


def _program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}", "utf-8")
    path.chmod(0o755)
