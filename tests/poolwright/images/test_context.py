"""The files of an image: what is in, what is left out, and the hash that names them."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from poolwright.images.context import Context, ContextFile, app_files, runtime_files
from solver.errors import DemandError, Problem

WHERE = Problem(file="stacks/dev.yaml", line=7, path="workloads.shop.image.build.app", allowed="")


def files_of(folder: Path) -> dict[str, ContextFile]:
    return app_files(folder, shown="apps/shop", where=WHERE)


def write(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return folder


def test_times_and_the_order_of_writing_change_neither_the_hash_nor_the_tar(tmp_path: Path) -> None:
    one = write(tmp_path / "one", a_py="a", lib__b_py="b")
    two = write(tmp_path / "two", lib__b_py="b", a_py="a")
    os.utime(two / "a.py", (1, 1))
    first, second = (Context("FROM scratch\n", files_of(folder)) for folder in (one, two))
    assert first.hash == second.hash
    assert first.tar() == second.tar()


@pytest.mark.parametrize("change", ["content", "name", "executable", "dockerfile", "more"])
def test_all_that_the_image_is_made_of_changes_the_hash(change: str) -> None:
    file = ContextFile(b"a")
    plain = Context("FROM scratch\n", {"a": file})
    other = {
        "content": Context("FROM scratch\n", {"a": ContextFile(b"b")}),
        "name": Context("FROM scratch\n", {"b": file}),
        "executable": Context("FROM scratch\n", {"a": ContextFile(b"a", executable=True)}),
        "dockerfile": Context("FROM scratch\nUSER 1\n", {"a": file}),
        "more": Context("FROM scratch\n", {"a": file, "b": ContextFile(b"")}),
    }[change]
    assert other.hash != plain.hash


def test_the_tar_has_no_time_and_no_owner() -> None:
    packed = Context("FROM scratch\n", {"run": ContextFile(b"x", executable=True)}).tar()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        members = {each.name: (each.mtime, each.uid, each.uname, oct(each.mode)) for each in archive}
    assert members == {"Dockerfile": (0, 0, "", "0o644"), "run": (0, 0, "", "0o755")}


def test_what_no_image_needs_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, main_py="", data__big="")
    for name in (".git", "__pycache__"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config").write_text("")
    (tmp_path / "main.pyc").write_text("")
    (tmp_path / ".dockerignore").write_text("# not for the image\ndata/\n")
    (tmp_path / "out").symlink_to("/etc/passwd")
    assert sorted(files_of(tmp_path)) == [".dockerignore", "main.py"]


@pytest.mark.parametrize("name", [".env", "server.key", "id_rsa", ".netrc"])
def test_a_file_that_looks_like_a_secret_is_an_error_with_its_place(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("hush")
    with pytest.raises(DemandError) as refused:
        files_of(tmp_path)
    assert str(refused.value.problems[0]) == (
        f'stacks/dev.yaml:7 workloads.shop.image.build.app: found "apps/shop/{name}"; no secret goes into an image. '
        "Name a secret in `secrets`, or the file in .dockerignore"
    )


def test_an_app_that_is_not_there_is_an_error_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(DemandError, match="a folder of the project is needed"):
        files_of(tmp_path / "none")


def test_what_runs_in_containers_is_a_package_there_and_imports_nothing_else_of_ours() -> None:
    files = runtime_files()
    assert ".poolwright/runtime/poolwright/__init__.py" in files
    for name, file in files.items():
        imported = [line for line in file.content.decode().splitlines() if line.startswith(("from ", "import "))]
        ours = [line for line in imported if "poolwright" in line or "solver" in line or "components" in line]
        assert all(line.startswith("from poolwright.images.runtime.") for line in ours), name
