"""tools/install-actionlint builds a fixed version where Go is, once, and never fails."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "install-actionlint"


def installed(folder: Path, go: str | None) -> subprocess.CompletedProcess[str]:
    """Runs it in a folder where `go` is this script; None: where there is no Go."""
    programs = folder / "programs"
    programs.mkdir()
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in ("mktemp", "rm", "tail"):
        (programs / name).symlink_to(Path("/usr/bin") / name)
    if go is not None:
        (programs / "go").write_text(f"#!/bin/sh\n{go}\n", "utf-8")
        (programs / "go").chmod(0o755)
    return subprocess.run(
        ["/bin/sh", str(SCRIPT)], cwd=folder, env={"PATH": str(programs)}, capture_output=True, text=True, check=False
    )


def test_a_fixed_version_is_built_into_the_environment_of_the_checkout(tmp_path: Path) -> None:
    done = installed(tmp_path, 'echo "$GOBIN $*" > asked')
    assert done.returncode == 0
    place, verb, what = (tmp_path / "asked").read_text("utf-8").split()
    assert (place, verb) == (str(tmp_path / ".venv" / "bin"), "install")
    assert what.startswith("github.com/rhysd/actionlint/cmd/actionlint@v1.")


@pytest.mark.parametrize(
    ("go", "said"), [(None, ""), ("echo 'no such host' >&2; exit 1", "no actionlint could be built: no such host")]
)
def test_without_it_nothing_fails(tmp_path: Path, go: str | None, said: str) -> None:
    done = installed(tmp_path, go)
    assert done.returncode == 0
    assert done.stderr.strip().endswith(said)
