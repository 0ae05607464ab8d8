"""Plain `pulumi` commands in the environment that `poolwright env` prints, with the project's own language host."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from poolwright.engine.preview import Operation

if TYPE_CHECKING:
    from .conftest import ProbeProject

pytestmark = pytest.mark.engine


def _shell(project: ProbeProject, command: str, *, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs one command in a shell that has evaluated the environment's lines, as a user would."""
    lines = "\n".join(project.environment.shell_lines())
    return subprocess.run(
        ["sh", "-c", f"{lines}\n{command}"],
        cwd=cwd or project.root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _committed(project: ProbeProject) -> str:
    return project.environment.project.config_file("dev").read_text(encoding="utf-8")


def test_plain_pulumi_previews_builds_exports_and_destroys_the_stack(probe_project: ProbeProject) -> None:
    probe_project.want({"a": {"kind": "x"}})
    config = _committed(probe_project)

    preview = _shell(probe_project, "pulumi preview")
    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert "+ 2 to create" in preview.stdout

    up = _shell(probe_project, "pulumi up --yes")
    assert up.returncode == 0, up.stdout + up.stderr
    assert _shell(probe_project, "pulumi stack output greeting").stdout.strip() == "hello"

    exported = json.loads(_shell(probe_project, "pulumi stack export").stdout)
    urns = [resource["urn"].rpartition("::")[2] for resource in exported["deployment"]["resources"]]
    assert sorted(urns) == ["a", "default", "probing-dev"]

    destroy = _shell(probe_project, "pulumi destroy --yes")
    assert destroy.returncode == 0, destroy.stdout + destroy.stderr
    assert _committed(probe_project) == config


def test_plain_pulumi_and_poolwright_see_the_same_stack(probe_project: ProbeProject) -> None:
    probe_project.want({"a": {"kind": "x"}})
    up = _shell(probe_project, "pulumi up --yes --skip-preview")
    assert up.returncode == 0, up.stdout + up.stderr

    def build() -> None:
        import pulumi

        pulumi.CustomResource("probe:index:Thing", "a", {"kind": "x", "serial": None})
        pulumi.export("count", 1)
        pulumi.export("greeting", pulumi.Config().require("greeting"))

    seen = probe_project.engine(build).preview()

    assert seen.changed == ()
    assert seen.count(Operation.SAME) == 2
    assert seen.outputs == {"count": 1, "greeting": "hello"}


def test_a_changed_configuration_reaches_plain_pulumi_at_once(probe_project: ProbeProject) -> None:
    committed = probe_project.environment.project.config_file("dev")
    text = "config:\n  probing:greeting: good morning\n"
    committed.write_text(text, encoding="utf-8")

    up = _shell(probe_project, "pulumi up --yes --skip-preview && pulumi stack output greeting")

    assert up.stdout.strip().endswith("good morning"), up.stdout + up.stderr
    assert _committed(probe_project) == text


def test_no_everyday_command_writes_into_the_committed_configuration(probe_project: ProbeProject) -> None:
    config = _committed(probe_project)
    commands = (
        "stack",
        "stack ls",
        "stack output --show-secrets",
        "stack export",
        "config",
        "refresh --yes",
        "cancel --yes",
    )

    for command in commands:
        ended = _shell(probe_project, f"pulumi {command}")
        assert ended.returncode == 0, (command, ended.stdout, ended.stderr)
        assert _committed(probe_project) == config, command


def test_an_error_for_the_user_is_shown_without_a_traceback(probe_project: ProbeProject) -> None:
    probe_project.want_error("no machine holds workload search")

    ended = _shell(probe_project, "pulumi preview")

    assert ended.returncode != 0
    assert "no machine holds workload search" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr


def test_a_failed_check_ends_plain_pulumi_too(probe_project: ProbeProject) -> None:
    probe_project.want({f"t{number}": {"fail": "check" if number == 3 else None} for number in range(8)})

    ended = _shell(probe_project, "pulumi preview")

    assert ended.returncode != 0
    assert "the check says no" in ended.stdout
