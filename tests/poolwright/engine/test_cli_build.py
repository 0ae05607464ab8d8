"""Building the CLI: which Go is used, and what is said when it can't be done."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from poolwright.engine import cli_build, cli_download, cli_left_out
from poolwright.engine.cli_binary import CliOrigin
from solver.errors import EngineError

GO = """#!/bin/sh
if [ "$1" = version ]; then echo "go version go{version} linux/amd64"; exit; fi
{body}
"""
PACKAGES = sorted({each.relative_to(cli_left_out.LEFT_OUT) for each in cli_left_out.LEFT_OUT.rglob("*.go")})
VENDOR = "; ".join(
    f"mkdir -p vendor/{each.parent}; : > vendor/{each.parent}/whole.go; : > vendor/{each}" for each in PACKAGES
)
BUILD = f"""
if [ "$1" = mod ]; then {VENDOR}; exit; fi
for argument; do
    [ "$previous" = -o ] && target=$argument
    previous=$argument
done
echo "go: downloading example.org/a v1" >&2
echo "example.org/a" >&2
printf '#!/bin/sh\\necho v{cli_build.VERSION}\\n' > "$target"
chmod +x "$target"
"""


def _nearly_full(folder: Path) -> SimpleNamespace:
    return SimpleNamespace(free=1 << 30)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that, with the system's own, is all of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "chmod", "mkdir"):
        (folder / name).symlink_to(shutil.which(name) or "/bin/sh")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("POOLWRIGHT_CACHE", str(tmp_path / "cache"))
    return folder


def _go(folder: Path, version: str, body: str = BUILD) -> None:
    go = folder / "go"
    go.write_text(GO.format(version=version, body=body), encoding="utf-8")
    go.chmod(0o755)


def test_the_cli_is_built_with_the_go_on_path(path: Path) -> None:
    _go(path, "1.26.1")
    said: list[str] = []

    cli = cli_build.build(said.append)

    assert (cli.origin, cli.version) == (CliOrigin.BUILT, cli_build.VERSION)
    assert any("using Go 1.26.1 on PATH" in line for line in said)


def test_a_failed_build_shows_the_last_words_of_go_and_where_the_log_is(path: Path) -> None:
    _go(path, "1.26.1", body='echo "dial tcp: no route to the proxy" >&2; exit 1')

    with pytest.raises(EngineError, match=r"(?s)no route to the proxy.*build\.log"):
        cli_build.build(lambda text: None)


def test_other_clouds_and_the_explorer_of_an_api_are_left_out_and_nothing_else(tmp_path: Path) -> None:
    for each in PACKAGES:
        package = tmp_path / each.parent
        package.mkdir(parents=True, exist_ok=True)
        for name in ("one.go", "two.go", *({each.name} - {"left_out.go"})):
            (package / name).write_text("package other\n", encoding="utf-8")

    cli_left_out.leave_out(tmp_path)

    operations = tmp_path / "github.com/pulumi/pulumi/pkg/v3/operations"
    assert sorted(each.name for each in operations.iterdir()) == ["one.go", "operations_gcp.go", "two.go"]
    assert "GCPOperationsProvider" in (operations / "operations_gcp.go").read_text(encoding="utf-8")
    api = tmp_path / "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi/cloud"
    assert sorted(each.name for each in api.iterdir()) == ["one.go", "schema.go", "spec.go", "two.go"]
    blobs = tmp_path / "gocloud.dev/blob"
    assert [each.name for each in sorted(blobs.rglob("*.go"))] == ["left_out.go", "left_out.go"]


def test_a_package_that_is_no_more_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"has no package github\.com/pulumi/pulumi/pkg/v3/authhelpers"):
        cli_left_out.leave_out(tmp_path)


def test_an_old_go_is_replaced_by_the_one_of_pypi(path: Path, tmp_path: Path) -> None:
    _go(path, "1.21.0")
    own = tmp_path / "cache" / "go" / "toolchain" / "go" / "bin"
    own.mkdir(parents=True)
    _go(own, "1.26.6")
    said: list[str] = []

    cli = cli_build.build(said.append)

    assert cli.origin is CliOrigin.BUILT
    assert any("too old" in line for line in said)
    assert not (tmp_path / "cache" / "go").exists()


def test_a_full_disk_is_noticed_before_anything_is_fetched(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", _nearly_full)

    with pytest.raises(EngineError, match=r"(?s)needs 5 GiB.*POOLWRIGHT_CACHE"):
        cli_build.build(lambda text: None)


def test_the_committed_module_names_the_version_that_is_built() -> None:
    module = (cli_build.MODULE / "go.mod").read_text(encoding="utf-8")

    assert f"github.com/pulumi/pulumi/pkg/v3 v{cli_build.VERSION}" in module
    assert f"go {'.'.join(map(str, cli_build.OLDEST_GO))}" in module
    assert (cli_build.MODULE / "go.sum").is_file()


def test_the_download_is_of_the_release_of_the_locked_sdk() -> None:
    lock = (Path(__file__).resolve().parents[3] / "requirements" / "project.lock").read_text(encoding="utf-8")

    assert f"\npulumi=={cli_download.VERSION} " in lock
