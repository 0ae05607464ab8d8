"""Makes the project's own environment, `.venv`, from the locked packages; standard library alone, since it runs first.

Repeated, it compares one digest and ends at once: the digest covers the locks, the project's metadata and the Python
that made the environment. Every package is checked against the hashes of the locks. Which index serves the
packages is this machine's affair: uv, which does not read pip's configuration, is told what pip would use.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".installed"
BOOTSTRAP_LOCK = ROOT / "requirements" / "bootstrap.lock"
PROJECT_LOCK = ROOT / "requirements" / "project.lock"
GO_LOCK = ROOT / "poolwright" / "engine" / "cli_module" / "go-toolchain.lock"
OLDEST_PYTHON = (3, 11)

UV_SETTINGS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
    "no-index": "UV_NO_INDEX",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
}
"""pip's setting, and the variable by which uv takes the same."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lock", action="store_true", help="resolve requirements/*.lock anew, then install them")
    relock = parser.parse_args().lock
    if relock:
        _make_environment()
        _lock(_installer())
    digest = _digest()
    if not relock and VENV_PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == digest:
        return
    _make_environment()
    _install(_installer())
    STAMP.write_text(digest, encoding="utf-8")


def _digest() -> str:
    """What an environment depends on; a moved checkout counts, since scripts in `.venv/bin` hold its path."""
    digest = hashlib.sha256(f"{ROOT}\n".encode())
    for path in (BOOTSTRAP_LOCK, PROJECT_LOCK, ROOT / "pyproject.toml", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _make_environment() -> None:
    """`.venv` with a Python that runs and is new enough; a broken one is made anew."""
    check = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON!r} or sys.prefix == sys.base_prefix)"
    if VENV_PYTHON.exists() and _quiet([str(VENV_PYTHON), "-c", check]) == 0:
        return
    version = ".".join(map(str, sys.version_info[:3]))
    _say(f"making .venv with Python {version} ({sys.executable})")
    if VENV.exists():
        shutil.rmtree(VENV)
    bare = importlib.util.find_spec("ensurepip") is None
    _run([sys.executable, "-m", "venv", *(["--without-pip"] if bare else []), str(VENV)])


def _installer() -> Path:
    """uv of the environment; where it is missing, the first way to get it that works on this machine."""
    uv = VENV / "bin" / "uv"
    if uv.exists() and _quiet([str(uv), "--version"]) == 0:
        return uv
    _say("fetching uv into .venv")
    arguments = ["install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", str(BOOTSTRAP_LOCK)]
    inside = [str(VENV_PYTHON), "-m", "pip"]
    if _quiet([*inside, "--version"]) != 0 and _quiet([str(VENV_PYTHON), "-m", "ensurepip", "--default-pip"]) != 0:
        outside = [sys.executable, "-m", "pip"]
        system_uv = shutil.which("uv")
        if _quiet([*outside, "--version"]) == 0:
            inside = [*outside, "--python", str(VENV_PYTHON)]
        elif system_uv is not None:
            _run([system_uv, "pip", *arguments, "--python", str(VENV_PYTHON)], _uv_environment())
            return uv
        else:
            name = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
            _fail(
                f"{sys.executable} has neither pip nor ensurepip, and uv is not on PATH",
                f"as root: apt-get install {name} (or python3-venv), then run make again",
            )
    _run([*inside, *arguments])
    return uv


def _install(uv: Path) -> None:
    started = time.monotonic()
    environment = _uv_environment()
    _say("installing the locked packages (about 200 MB the first time)")
    python = ["--python", str(VENV_PYTHON)]
    _run([str(uv), "pip", "install", *python, "--quiet", "--require-hashes", "-r", str(PROJECT_LOCK)], environment)
    # The build backend came with the lock, so this step needs no network.
    project = ["--offline", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    _run([str(uv), "pip", "install", *python, "--quiet", *project], environment)
    _say(f"installed in {time.monotonic() - started:.0f} s")


def _lock(uv: Path) -> None:
    """The newest packages that pyproject.toml allows, for every platform, with hashes and without addresses."""
    fixed = [str(uv), "pip", "compile", "--universal", "--python-version", ".".join(map(str, OLDEST_PYTHON))]
    fixed += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--quiet", "--upgrade"]
    fixed += ["--custom-compile-command", "make lock"]
    project = ["pyproject.toml", "--all-extras", "--group", "dev", "--group", "build"]
    for sources, lock in (
        (project, PROJECT_LOCK),
        ([str(BOOTSTRAP_LOCK.with_suffix(".in").relative_to(ROOT))], BOOTSTRAP_LOCK),
        ([str(GO_LOCK.with_suffix(".in").relative_to(ROOT))], GO_LOCK),
    ):
        _say(f"resolving {lock.relative_to(ROOT)}")
        _run([*fixed, *sources, "--output-file", str(lock.relative_to(ROOT))], _uv_environment())


def _uv_environment() -> dict[str, str]:
    """This process's environment with pip's settings added in uv's words; what uv was told directly wins."""
    environment = dict(os.environ)
    environment.setdefault("UV_NO_PROGRESS", "1")
    # pip trusts the machine's own certificates; without this uv would trust only those that it carries.
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    found: dict[str, str] = {}
    for line in _pip_settings():
        name, _, value = line.partition("=")
        key = name.strip().rpartition(".")[2]
        if key not in UV_SETTINGS:
            continue
        try:
            text = str(ast.literal_eval(value))
        except (ValueError, SyntaxError):
            text = value
        # pip lists the environment's own settings first, and they go before those of its files.
        found.setdefault(UV_SETTINGS[key], " ".join(text.split()))
    for name, value in found.items():
        environment.setdefault(name, value.replace(" ", ",") if name == "UV_FIND_LINKS" else value)
    if "UV_FIND_LINKS" in environment and "UV_FIND_LINKS" not in os.environ:
        kept = [link for link in environment["UV_FIND_LINKS"].split(",") if "://" in link or Path(link).exists()]
        if kept:
            environment["UV_FIND_LINKS"] = ",".join(kept)
        else:
            # pip passes over a folder that is not there; uv would stop.
            del environment["UV_FIND_LINKS"]
    return environment


def _pip_settings() -> list[str]:
    """pip's settings on this machine, one `section.key='value'` a line; none where there is no pip to ask."""
    for python in (str(VENV_PYTHON), sys.executable):
        command = [python, "-m", "pip", "config", "list"]
        listing = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        if listing.returncode == 0:
            return listing.stdout.splitlines()
    return []


def _quiet(command: list[str]) -> int:
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    ended = subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
    if ended != 0:
        _fail(f"this command failed with code {ended}: {' '.join(command)}", "its own message is above")


def _say(text: str) -> None:
    print(f"make: {text}", file=sys.stderr, flush=True)


def _fail(message: str, hint: str) -> NoReturn:
    print(f"error: {message}\n  hint: {hint}", file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    main()
