"""The first step of every `make`: which Python, which index, and when nothing is to be done."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHOOSE = ROOT / "tools" / "choose-python"


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "tools" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _python(folder: Path, name: str, *, version: str, ensurepip: bool = True) -> Path:
    """A stand-in that answers the three questions which choose-python asks."""
    path = folder / name
    newer = "0" if tuple(map(int, version.split("."))) >= (3, 11) else "1"
    path.write_text(
        "#!/bin/sh\n"
        'case "$2" in\n'
        f"*version_info*) exit {newer};;\n"
        f"*ensurepip*) exit {0 if ensurepip else 1};;\n"
        f"*executable*) echo {path};;\n"
        "esac\n",
        encoding="utf-8",
    )
    path.chmod(0o755)
    return path


def _choose(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    (folder / "sh").symlink_to(shutil.which("sh") or "/bin/sh")
    environment = {"PATH": str(folder), **variables}
    return subprocess.run([str(CHOOSE)], env=environment, capture_output=True, text=True, check=False)


def test_the_newest_python_of_the_supported_ones_is_chosen(tmp_path: Path) -> None:
    _python(tmp_path, "python3.11", version="3.11")
    newest = _python(tmp_path, "python3.13", version="3.13")
    _python(tmp_path, "python3", version="3.14")

    assert _choose(tmp_path).stdout.strip() == str(newest)


def test_a_shim_with_nothing_behind_it_is_passed_over(tmp_path: Path) -> None:
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    shim.chmod(0o755)
    real = _python(tmp_path, "python3", version="3.11")

    assert _choose(tmp_path).stdout.strip() == str(real)


def test_one_that_can_make_environments_goes_before_one_that_can_not(tmp_path: Path) -> None:
    bare = _python(tmp_path, "python3.13", version="3.13", ensurepip=False)
    whole = _python(tmp_path, "python3.11", version="3.11")
    assert _choose(tmp_path).stdout.strip() == str(whole)

    whole.unlink()
    (tmp_path / "sh").unlink()
    assert _choose(tmp_path).stdout.strip() == str(bare)


def test_without_a_new_enough_python_it_says_what_to_install(tmp_path: Path) -> None:
    _python(tmp_path, "python3", version="3.10")

    answer = _choose(tmp_path)

    assert answer.returncode == 1
    assert "no Python of version 3.11" in answer.stderr
    assert "apt-get install" in answer.stderr


def test_a_python_that_was_named_and_is_too_old_is_named_in_the_error(tmp_path: Path) -> None:
    old = _python(tmp_path, "python3.9", version="3.9")

    answer = _choose(tmp_path, PYTHON=str(old))

    assert answer.returncode == 1
    assert f"PYTHON={old}" in answer.stderr


def test_uv_is_told_what_pip_would_use(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    settings = [
        ":env:.index-url='https://inner.example/simple'",
        f":env:.find-links='/not/there\\n{wheels}'",
        "global.index-url='https://outer.example/simple'",
        "global.cert='/etc/ca.pem'",
        "install.extra-index-url='https://a.example/simple\\nhttps://b.example/simple'",
        "global.no-color='1'",
    ]
    monkeypatch.setattr(bootstrap, "_pip_settings", lambda: settings)
    for name in bootstrap.UV_SETTINGS.values():
        monkeypatch.delenv(name, raising=False)

    environment = bootstrap._uv_environment()

    assert environment["UV_DEFAULT_INDEX"] == "https://inner.example/simple"
    assert environment["UV_INDEX"] == "https://a.example/simple https://b.example/simple"
    assert environment["UV_FIND_LINKS"] == str(wheels)
    assert environment["SSL_CERT_FILE"] == "/etc/ca.pem"


def test_what_uv_was_told_directly_goes_before_pips_settings(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "_pip_settings", lambda: ["global.index-url='https://pip.example/simple'"])
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uv.example/simple")

    assert bootstrap._uv_environment()["UV_DEFAULT_INDEX"] == "https://uv.example/simple"


def test_an_unchanged_environment_is_left_alone(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("nothing was to be done")

    stamp = tmp_path / "stamp"
    stamp.write_text(bootstrap._digest(), encoding="utf-8")
    monkeypatch.setattr(bootstrap, "STAMP", stamp)
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", Path(sys.executable))
    monkeypatch.setattr(bootstrap, "_make_environment", refuse)
    monkeypatch.setattr(sys, "argv", ["bootstrap.py"])

    bootstrap.main()

    stamp.write_text("of another lock", encoding="utf-8")
    with pytest.raises(AssertionError):
        bootstrap.main()


def test_a_python_without_pip_and_ensurepip_says_what_to_install(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)

    def fails(command: list[str]) -> int:
        return 1

    def finds_nothing(name: str) -> None:
        return None

    monkeypatch.setattr(bootstrap, "_quiet", fails)
    monkeypatch.setattr(shutil, "which", finds_nothing)

    with pytest.raises(SystemExit):
        bootstrap._installer()

    assert "apt-get install python3." in capsys.readouterr().err


@pytest.mark.parametrize(
    "lock",
    ["requirements/project.lock", "requirements/bootstrap.lock", "poolwright/engine/cli_module/go-toolchain.lock"],
)
def test_a_lock_pins_everything_with_hashes_and_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)[1:]

    assert blocks
    for block in blocks:
        assert re.match(r"[A-Za-z0-9._-]+==\S+", block), block
        assert "--hash=sha256:" in block, block
    assert "://" not in text


def test_the_makefile_and_ci_are_valid_shell_and_make() -> None:
    environment = {**os.environ, "PYTHON": sys.executable}
    listed = subprocess.run(["make", "help"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert "make preview" in listed.stdout
    subprocess.run(["sh", "-n", str(ROOT / ".ci" / "run")], check=True)
    subprocess.run(["sh", "-n", str(CHOOSE)], check=True)
