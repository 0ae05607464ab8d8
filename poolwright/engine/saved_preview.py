"""A preview in a file: `poolwright preview --save` writes it, and other commands read it instead of the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from poolwright.engine.preview import Preview
from solver.errors import ConfigError, Problem, StaleError
from solver.schema import Schema


class SavedPreview(Schema):
    """The file's content; secrets in it are masked."""

    schema_version: Literal[1] = 1
    """Of this format."""
    cloud: str
    """sandbox or aws."""
    lock_digest: str
    """Of the lock that was previewed."""
    preview: dict[str, object]
    """The Preview."""


_PREVIEWS = TypeAdapter(Preview)


def save_preview(path: Path, preview: Preview, *, cloud: str, lock_digest: str) -> None:
    """Writes the file."""
    content = SavedPreview(cloud=cloud, lock_digest=lock_digest, preview=_PREVIEWS.dump_python(preview, mode="json"))
    path.write_text(content.model_dump_json(indent=1) + "\n", encoding="utf-8")


def saved_preview(path: Path, *, stack: str, lock_digest: str) -> tuple[Preview, str]:
    """The preview and its cloud; ConfigError for a file of something else, StaleError for one of another lock."""
    try:
        content = SavedPreview.model_validate_json(path.read_text(encoding="utf-8"))
        preview = _PREVIEWS.validate_python(content.preview)
    except OSError as error:
        raise ConfigError([_problem(path, str(error.strerror or error))]) from error
    except (ValidationError, UnicodeDecodeError) as error:
        raise ConfigError([_problem(path, "something else")]) from error
    if preview.stack != stack:
        raise ConfigError([_problem(path, f"a preview of {preview.stack}")])
    if content.lock_digest != lock_digest:
        raise StaleError(f"{path} is a preview of another lock", hint=f"Run: poolwright preview {stack} --save {path}")
    return preview, content.cloud


def _problem(path: Path, found: str) -> Problem:
    return Problem(
        file=str(path),
        path="--preview",
        found=found,
        allowed="a file that `poolwright preview STACK --save FILE` wrote is allowed",
    )
