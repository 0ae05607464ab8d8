"""The house stays as its guide says: borders at run time, sizes and names of modules, tables that name real files."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("solver", "components", "stacks", "poolwright")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST_MODULE = 330
"""Lines; the guide says near or under 300."""
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core", "shared"}

FILE_IN_TABLE = re.compile(r"`((?:[\w.{},<>*/-]+/)?[\w.{},<>*-]+\.(?:py|yaml|csv|md|toml|j2|in|lock|mod))`")


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _loaded_by(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter has after a statement."""
    script = f"{statement}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(answer.stdout.split())


def _imports_of_package(package: str) -> str:
    names = [_shown(path).removesuffix(".py").replace("/", ".") for path in MODULES if _shown(path).startswith(package)]
    modules = [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]
    return "\n".join(f"import {name}" for name in modules)


def test_components_load_no_solver() -> None:
    loaded = _loaded_by(_imports_of_package("components/"))

    assert loaded & {"pulp", "highspy", "poolwright", "stacks"} == set()


def test_the_solver_loads_no_cloud() -> None:
    loaded = _loaded_by(_imports_of_package("solver/"))

    assert loaded & {"pulumi", "pulumi_aws", "pulumi_docker", "jinja2", "boto3", "components"} == set()


def test_the_program_loads_no_solver_and_no_command() -> None:
    loaded = _loaded_by("import stacks.program")

    assert loaded & {"pulp", "highspy", "typer", "rich"} == set()


@pytest.mark.parametrize("path", MODULES, ids=_shown)
def test_a_module_stays_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())

    assert lines <= LONGEST_MODULE, f"{_shown(path)} has {lines} lines: it has more than one subject"


def test_a_package_marker_holds_a_docstring_and_nothing_else() -> None:
    crowded = [
        _shown(path)
        for path in MODULES
        if path.name == "__init__.py"
        and not all(
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            for node in ast.parse(path.read_text(encoding="utf-8")).body
        )
    ]

    assert crowded == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        _shown(path) for path in MODULES if ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]

    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [_shown(path) for path in MODULES if path.stem in VAGUE_NAMES] == []


def test_tests_mirror_the_tree() -> None:
    """A test folder is named after a folder of the house, so that the test of a module is where one looks for it."""
    folders = sorted({path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")})
    own = {Path(), Path("tools"), Path("bench"), Path("releases")}

    assert [str(folder) for folder in folders if folder not in own and not (ROOT / folder).is_dir()] == []
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize("guide", ["README.md", "CONTRIBUTING.md"])
def test_the_tables_of_a_guide_name_files_that_exist(guide: str) -> None:
    text = (ROOT / guide).read_text(encoding="utf-8")
    named = [name for line in text.splitlines() if line.startswith("|") for name in FILE_IN_TABLE.findall(line)]
    patterns = [re.sub(r"<[^>]*>", "*", name) for name in named]

    assert [name for name in patterns if not _exists(name)] == []


def test_a_decision_has_a_number_of_its_own_and_says_it() -> None:
    """Two changes under way at once may take the same number: that of the later one has to be raised."""
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbered = Counter(path.name[:4] for path in files)
    told = {path.name: re.match(r"# (\d+)[.:] ", path.read_text(encoding="utf-8")) for path in files}

    assert [number for number, times in numbered.items() if times > 1] == []
    assert [name for name, title in told.items() if title is None or int(title[1]) != int(name[:4])] == []


def _exists(pattern: str) -> bool:
    """Whether a name as a guide writes it (`stacks/<stack>.yaml`, `components/{a,b}.py`) stands for a file."""
    braces = re.search(r"\{([^}]*)\}", pattern)
    if braces is not None:
        choices = braces[1].split(",")
        return all(_exists(pattern[: braces.start()] + choice + pattern[braces.end() :]) for choice in choices)
    if any(ROOT.glob(pattern)):
        return True
    own = (*PACKAGES, "bench", "catalog", "docs", "tests", "tools")
    return "/" not in pattern and any(any((ROOT / folder).rglob(pattern)) for folder in own)
