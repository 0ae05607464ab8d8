"""The environment in which the Pulumi engine works on a stack: on the sandbox, or on AWS.

On AWS it is the user's own: backend, credentials, plugins and log-ins are as they are, and only the CLI is put on PATH.
On the sandbox everything is this checkout's: state in a folder, stand-in plugins at the front of PATH, a passphrase of
its own, and a copy of the stack's Pulumi configuration. The copy is needed because a configuration file names its
secrets' key (`encryptionsalt` and the like), and the sandbox must neither have the real key nor write its own into a
file that is committed.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from poolwright.engine import language_host
from poolwright.engine.cli_binary import LAUNCHERS_MARK, PulumiCli
from poolwright.engine.project import PROJECT_FILE, Project
from solver.errors import ConfigError, EngineError, Problem


class Cloud(StrEnum):
    """Where a stack's resources are made."""

    SANDBOX = "sandbox"
    AWS = "aws"


@dataclass(frozen=True, kw_only=True)
class EngineEnvironment:
    """The variables of one stack on one cloud, beside what the process has already."""

    project: Project
    stack: str
    cloud: Cloud
    cli: PulumiCli
    path: tuple[Path, ...]
    """Folders that go before PATH."""
    variables: Mapping[str, str]
    removed: tuple[str, ...] = field(default=())
    """Variables that must not be set: they would go before one of ours."""

    def complete(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """A whole environment for a child process."""
        values = dict(os.environ if base is None else base)
        for name in self.removed:
            values.pop(name, None)
        values.update(self.variables)
        values["PATH"] = os.pathsep.join([*map(str, self.path), *_without_launchers(values.get("PATH", os.defpath))])
        return values

    def shell_lines(self) -> tuple[str, ...]:
        """Lines for `eval` in a POSIX shell."""
        folders = os.pathsep.join(shlex.quote(str(folder)) for folder in self.path)
        now = os.environ.get("PATH", os.defpath)
        kept = os.pathsep.join(_without_launchers(now))
        rest = '"$PATH"' if kept == now else shlex.quote(kept)
        removed = (f"unset {name}" for name in self.removed)
        values = (f"export {name}={shlex.quote(value)}" for name, value in self.variables.items())
        return (f"export PATH={folders}{os.pathsep}{rest}", *removed, *values)


_SANDBOX_VARIABLES = (
    "POOLWRIGHT_SANDBOX_DIR",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
    "PULUMI_HOME",
    "PULUMI_OPTION_CONFIG_FILE",
    "PULUMI_OPTION_PRESERVE_CONFIG",
)
"""What the sandbox sets and AWS must not have from it."""


def prepare(project: Project, stack: str, cloud: Cloud, cli: PulumiCli) -> EngineEnvironment:
    """Makes what the stack's engine needs (nothing on AWS) and returns its environment."""
    project.require_stack(stack)
    variables = {"PULUMI_SKIP_UPDATE_CHECK": "1", "PULUMI_STACK": stack, "POOLWRIGHT_CLOUD": cloud.value}
    if cloud is Cloud.AWS:
        # A shell that has evaluated the sandbox's environment must not take the sandbox for AWS.
        left = _SANDBOX_VARIABLES if "POOLWRIGHT_SANDBOX_DIR" in os.environ else ()
        return EngineEnvironment(
            project=project, stack=stack, cloud=cloud, cli=cli, path=(cli.folder,), variables=variables, removed=left
        )
    _make_folders(project)
    _write_launchers(project, stack, cli)
    mirror_config(project, stack)
    environment = EngineEnvironment(
        project=project,
        stack=stack,
        cloud=cloud,
        cli=cli,
        path=(project.launchers, cli.folder),
        variables=variables
        | {
            "PULUMI_BACKEND_URL": project.state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(project.passphrase_file),
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(project.pulumi_home),
            "PULUMI_OPTION_CONFIG_FILE": str(_mirror(project, stack)),
            "PULUMI_OPTION_PRESERVE_CONFIG": "true",
            "POOLWRIGHT_HOME": str(project.home),
            "POOLWRIGHT_SANDBOX_DIR": str(project.sandbox),
        },
        removed=("PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN"),
    )
    _make_stack(environment)
    return environment


def mirror_config(project: Project, stack: str) -> Path:
    """Writes the sandbox's copy of a stack's Pulumi configuration, with the sandbox's key in place of the real one.

    A secret of the real configuration can't be read here, by design; the sandbox gets the word `sandbox` instead.
    """
    source = project.config_file(stack)
    settings = _settings(source)
    target = _mirror(project, stack)
    salt = _settings(target).get("encryptionsalt") if target.exists() else None
    for key in ("encryptionsalt", "encryptedkey", "secretsprovider"):
        settings.pop(key, None)
    if salt is not None:
        settings["encryptionsalt"] = salt
    settings["config"] = _without_secrets(settings.get("config") or {})
    # JSON is YAML, and needs no emitter.
    text = f"# Made from {source.name} for the sandbox at each command: change that file, not this one.\n"
    _replace(target, text + json.dumps(settings, indent=2, default=str) + "\n")
    return target


def project_name(project: Project) -> str:
    """The project's name, as `Pulumi.yaml` says."""
    name = _settings(project.root / PROJECT_FILE).get("name")
    if not isinstance(name, str):
        problem = Problem(file=PROJECT_FILE, path="name", found=repr(name), allowed="the project's name")
        raise ConfigError([problem])
    return name


def _without_launchers(path: str) -> list[str]:
    """The folders of a PATH but for those of a sandbox, which this or another project may have put there."""
    return [folder for folder in path.split(os.pathsep) if not (Path(folder) / LAUNCHERS_MARK).exists()]


def _mirror(project: Project, stack: str) -> Path:
    return project.sandbox_config / f"Pulumi.{stack}.yaml"


def _make_folders(project: Project) -> None:
    try:
        for folder in (project.state, project.sandbox, project.launchers, project.sandbox_config, project.pulumi_home):
            folder.mkdir(parents=True, exist_ok=True)
        if not project.passphrase_file.exists():
            fresh = project.passphrase_file.with_name(f".passphrase.{os.getpid()}")
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as out:
                out.write(secrets.token_urlsafe(32))
            # A link fails where another process was first, whose passphrase then holds.
            try:
                os.link(fresh, project.passphrase_file)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
    except OSError as failure:
        raise EngineError(
            f"{project.home} can't be written: {failure.strerror}",
            hint="POOLWRIGHT_HOME=/a/writable/folder chooses another place for the sandbox",
        ) from failure


def _write_launchers(project: Project, stack: str, cli: PulumiCli) -> None:
    from poolwright.engine.sandbox import plugins

    plugins.write_plugins(project.launchers)
    if cli.language_host is None:
        language_host.write_launcher(project.launchers)
    else:
        (project.launchers / language_host.LAUNCHER).unlink(missing_ok=True)
    source = shlex.quote(str(project.config_file(stack).parent)) + '/Pulumi."$stack".yaml'
    mirror = shlex.quote(str(project.sandbox_config)) + '/Pulumi."$stack".yaml'
    refresh = f"{shlex.quote(sys.executable)} -m poolwright.engine.environment"
    packages = shlex.quote(str(Path(__file__).resolve().parents[2]))
    # Plain pulumi reads the sandbox's copy of the configuration, so the copy is made anew when its source is newer.
    text = (
        "#!/bin/sh\n"
        f"stack=${{PULUMI_STACK:-{shlex.quote(stack)}}}\n"
        f"if [ {source} -nt {mirror} ]; then\n"
        f'    PYTHONPATH={packages} {refresh} {shlex.quote(str(project.root))} "$stack" || exit\n'
        "fi\n"
        f'exec {shlex.quote(str(cli.path))} "$@"\n'
    )
    launcher = project.launchers / "pulumi"
    _replace(launcher, text)
    launcher.chmod(0o755)
    (project.launchers / LAUNCHERS_MARK).touch()


def _make_stack(environment: EngineEnvironment) -> None:
    """Creates the sandbox's empty stack where there is none, so that plain `pulumi up` finds it."""
    project = environment.project
    name = project_name(project)
    if (project.state / ".pulumi" / "stacks" / name / f"{environment.stack}.json").exists():
        return
    # In a folder with this project file `stack init` writes the new key into the copy, not into stacks/.
    _replace(project.sandbox_config / PROJECT_FILE, f"name: {name}\nruntime: python\n")
    command = [str(environment.cli.path), "--non-interactive", "stack", "init", environment.stack]
    answer = subprocess.run(
        command,
        cwd=project.sandbox_config,
        env=environment.complete(),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0 and "already exists" not in answer.stderr:
        raise EngineError(f"the sandbox's stack {environment.stack} can't be created: {answer.stderr.strip()}")


def _settings(path: Path) -> dict[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as failure:
        line = getattr(getattr(failure, "problem_mark", None), "line", None)
        problem = Problem(file=str(path), line=None if line is None else line + 1, allowed=f"YAML: {failure}")
        raise ConfigError([problem]) from failure
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError([Problem(file=str(path), found=type(content).__name__, allowed="a mapping")])
    return cast("dict[str, Any]", content)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        if set(entries) == {"secure"}:
            return "sandbox"
        return {key: _without_secrets(entry) for key, entry in entries.items()}
    if isinstance(value, list):
        return [_without_secrets(entry) for entry in cast("list[Any]", value)]
    return value


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def main(arguments: list[str]) -> None:
    """`environment PROJECT STACK`: what the launcher of `pulumi` calls when a configuration has changed."""
    from poolwright.engine.project import find_project
    from solver.errors import PoolwrightError

    folder, stack = arguments
    try:
        mirror_config(find_project(Path(folder)), stack)
    except PoolwrightError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None


if __name__ == "__main__":
    main(sys.argv[1:])
