"""The environment of the engine, as far as no engine is needed to see it."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from poolwright.engine import environment
from poolwright.engine.cli_binary import LAUNCHERS_MARK, CliOrigin, PulumiCli
from poolwright.engine.environment import Cloud
from poolwright.engine.project import Project, find_project
from solver.errors import ConfigError, EngineError

FAKE_CLI = """#!/bin/sh
echo "$PWD $*" >> "$CALLS"
case "$*" in *"stack init"*) mkdir -p "$STACKS" && echo '{}' > "$STACKS/dev.json";; esac
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "some project"
    (root / "stacks").mkdir(parents=True)
    (root / "Pulumi.yaml").write_text("name: thing\nruntime: python\nstackConfigDir: stacks\n", encoding="utf-8")
    (root / "stacks" / "Pulumi.dev.yaml").write_text("config:\n  a: b\n", encoding="utf-8")
    return Project(root=root, home=root / ".poolwright")


@pytest.fixture
def cli(tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch) -> PulumiCli:
    path = tmp_path / "cli" / "pulumi"
    path.parent.mkdir()
    path.write_text(FAKE_CLI, encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("STACKS", str(project.state / ".pulumi" / "stacks" / "thing"))
    return PulumiCli(path=path, version="3.259.0", origin=CliOrigin.BUILT)


def test_the_sandbox_has_its_own_backend_passphrase_plugins_and_configuration(project: Project, cli: PulumiCli) -> None:
    prepared = environment.prepare(project, "dev", Cloud.SANDBOX, cli)

    variables = prepared.variables
    assert variables["PULUMI_BACKEND_URL"] == project.state.as_uri()
    assert "%20" in variables["PULUMI_BACKEND_URL"]
    assert variables["PULUMI_STACK"] == "dev"
    assert variables["POOLWRIGHT_SANDBOX_DIR"] == str(project.sandbox)
    assert prepared.path == (project.launchers, cli.folder)
    names = {path.name for path in project.launchers.iterdir()}
    assert {"pulumi", "pulumi-language-python", "pulumi-resource-aws", LAUNCHERS_MARK} <= names


def test_the_passphrase_is_never_shown_and_only_its_owner_may_read_it(project: Project, cli: PulumiCli) -> None:
    prepared = environment.prepare(project, "dev", Cloud.SANDBOX, cli)

    passphrase = project.passphrase_file.read_text(encoding="utf-8")
    assert len(passphrase) >= 40
    assert stat.S_IMODE(project.passphrase_file.stat().st_mode) == 0o600
    assert prepared.variables["PULUMI_CONFIG_PASSPHRASE_FILE"] == str(project.passphrase_file)
    assert passphrase not in "\n".join(prepared.shell_lines())
    again = environment.prepare(project, "dev", Cloud.SANDBOX, cli)
    assert again.variables == prepared.variables
    assert project.passphrase_file.read_text(encoding="utf-8") == passphrase


def test_a_passphrase_of_the_user_does_not_reach_the_sandbox(project: Project, cli: PulumiCli) -> None:
    prepared = environment.prepare(project, "dev", Cloud.SANDBOX, cli)

    complete = prepared.complete({"PULUMI_CONFIG_PASSPHRASE": "real", "PATH": "/bin", "OTHER": "kept"})

    assert "PULUMI_CONFIG_PASSPHRASE" not in complete
    assert complete["OTHER"] == "kept"
    assert complete["PATH"] == f"{project.launchers}:{cli.folder}:/bin"


def test_the_shell_lines_can_be_evaluated_whatever_the_paths_hold(project: Project, cli: PulumiCli) -> None:
    prepared = environment.prepare(project, "dev", Cloud.SANDBOX, cli)
    script = "\n".join(prepared.shell_lines()) + '\nprintf "%s\\n" "$POOLWRIGHT_SANDBOX_DIR" "$PATH"'

    answer = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env={"PATH": "/bin"})

    assert answer.stdout.splitlines() == [str(project.sandbox), f"{project.launchers}:{cli.folder}:/bin"]


def test_on_aws_everything_but_the_cli_is_the_users_own(project: Project, cli: PulumiCli) -> None:
    prepared = environment.prepare(project, "dev", Cloud.AWS, cli)

    assert prepared.path == (cli.folder,)
    assert sorted(prepared.variables) == ["POOLWRIGHT_CLOUD", "PULUMI_SKIP_UPDATE_CHECK", "PULUMI_STACK"]
    assert prepared.removed == ()
    assert not project.home.exists()


def test_a_shell_of_the_sandbox_does_not_take_it_for_aws(
    project: Project, cli: PulumiCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = environment.prepare(project, "dev", Cloud.SANDBOX, cli).complete()
    for name, value in sandbox.items():
        monkeypatch.setenv(name, value)

    aws = environment.prepare(project, "dev", Cloud.AWS, cli)

    complete = aws.complete()
    assert str(project.launchers) not in complete["PATH"].split(os.pathsep)
    assert not {"PULUMI_BACKEND_URL", "PULUMI_HOME", "PULUMI_OPTION_CONFIG_FILE"} & set(complete)
    shown = "\n".join(aws.shell_lines())
    assert "unset PULUMI_BACKEND_URL" in shown
    assert str(project.launchers) not in shown


def test_the_environment_can_be_evaluated_twice(
    project: Project, cli: PulumiCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = environment.prepare(project, "dev", Cloud.SANDBOX, cli).complete({"PATH": "/bin"})
    monkeypatch.setenv("PATH", once["PATH"])

    again = environment.prepare(project, "dev", Cloud.SANDBOX, cli).complete()

    assert again["PATH"].split(os.pathsep).count(str(project.launchers)) == 1


def test_the_stack_is_created_once_and_outside_the_committed_folder(
    project: Project, cli: PulumiCli, tmp_path: Path
) -> None:
    environment.prepare(project, "dev", Cloud.SANDBOX, cli)
    environment.prepare(project, "dev", Cloud.SANDBOX, cli)

    calls = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert calls == [f"{project.sandbox_config} --non-interactive stack init dev"]


def test_the_sandbox_gets_the_configuration_without_the_real_key_and_secrets(project: Project) -> None:
    project.sandbox_config.mkdir(parents=True)
    mirror = project.sandbox_config / "Pulumi.dev.yaml"
    mirror.write_text("encryptionsalt: of-the-sandbox\nconfig:\n  old: value\n", encoding="utf-8")
    real = (
        "encryptionsalt: of-aws\nsecretsprovider: awskms://key\nencryptedkey: abc\n"
        "config:\n  a: b\n  token:\n    secure: AAAB\n  deep:\n    - secure: CCCD\n    - plain\n"
    )
    project.config_file("dev").write_text(real, encoding="utf-8")

    environment.mirror_config(project, "dev")

    assert yaml.safe_load(mirror.read_text(encoding="utf-8")) == {
        "config": {"a": "b", "token": "sandbox", "deep": ["sandbox", "plain"]},
        "encryptionsalt": "of-the-sandbox",
    }
    assert project.config_file("dev").read_text(encoding="utf-8") == real


def test_the_launcher_of_pulumi_renews_an_outdated_configuration_and_starts_the_real_one(
    project: Project, cli: PulumiCli, tmp_path: Path
) -> None:
    prepared = environment.prepare(project, "dev", Cloud.SANDBOX, cli)
    project.config_file("dev").write_text("config:\n  a: changed\n", encoding="utf-8")
    mirror = project.sandbox_config / "Pulumi.dev.yaml"
    newer = mirror.stat().st_mtime + 5

    os.utime(project.config_file("dev"), (newer, newer))

    command = [str(project.launchers / "pulumi"), "stack", "ls"]
    subprocess.run(command, env=prepared.complete(), cwd=project.root, check=True)

    assert yaml.safe_load(mirror.read_text(encoding="utf-8"))["config"] == {"a": "changed"}
    assert (tmp_path / "calls").read_text(encoding="utf-8").splitlines()[-1] == f"{project.root} stack ls"


def test_a_configuration_that_is_no_yaml_is_named_with_its_line(project: Project) -> None:
    project.config_file("dev").write_text("config:\n  a: [1,\n", encoding="utf-8")
    project.sandbox_config.mkdir(parents=True)

    with pytest.raises(ConfigError, match=r"Pulumi\.dev\.yaml:3"):
        environment.mirror_config(project, "dev")


def test_an_unknown_stack_lists_those_that_exist(project: Project, cli: PulumiCli) -> None:
    with pytest.raises(ConfigError, match=r"no stack prud.*stacks of this project: dev"):
        environment.prepare(project, "prud", Cloud.SANDBOX, cli)


def test_a_home_that_can_not_be_written_is_named(project: Project, cli: PulumiCli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    elsewhere = Project(root=project.root, home=tmp_path / "file" / "home")

    with pytest.raises(EngineError, match=r"(?s)can't be written.*POOLWRIGHT_HOME"):
        environment.prepare(elsewhere, "dev", Cloud.SANDBOX, cli)


def test_the_project_is_found_from_any_folder_inside_it(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_project(project.stacks) == project

    monkeypatch.setenv("POOLWRIGHT_HOME", "/elsewhere")
    assert find_project(project.stacks).home == Path("/elsewhere")


def test_outside_a_project_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Pulumi\.yaml"):
        find_project(tmp_path)
