"""Starts a container: fetches the model's weights if some are named, checks them, and becomes the command.

MODEL_SOURCE   s3://bucket/key, where a bucket may be a claim that the workload uses, https://…, or a path that is
               mounted; nothing is fetched without it
MODEL_SHA256   of the file; needed for all that is fetched
MODEL_DIR      where the weights are then: a file, or what an archive (.tar, .tar.gz, .zip) holds
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tarfile
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from poolwright.images.runtime.entry import library, refuse

_BLOCK = 1 << 20
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".zip")


def main() -> None:
    """Weights first, then the command, as the same process: signals reach it."""
    if source := os.environ.get("MODEL_SOURCE"):
        weights(source, os.environ.get("MODEL_SHA256", ""), Path(os.environ.get("MODEL_DIR", "/tmp/model")))
    command = sys.argv[1:]
    if not command:
        refuse("there is no command to start")
    os.execvp(command[0], command)


def weights(source: str, sha256: str, folder: Path) -> Path:
    """Puts what the source holds into the folder, once its checksum is right; a mounted path stays where it is."""
    parts = urlsplit(source)
    if parts.scheme not in ("", "s3", "https", "http"):
        refuse(f"MODEL_SOURCE is {source}; s3://bucket/key, https://… or a mounted path is allowed")
    if not parts.scheme and not Path(source).exists():
        refuse(f"MODEL_SOURCE is {source}, and nothing is mounted there")
    if not parts.scheme and Path(source).is_dir():
        # A folder of a file system has no one checksum; who may write there is said by `uses`.
        if sha256:
            refuse(f"MODEL_SHA256 is of a file, and {source} is a folder")
        return _linked(Path(source), folder)
    if len(sha256) != 64:
        refuse("MODEL_SHA256 is not set to 64 hexadecimal digits; what is fetched is never used unchecked")
    folder.mkdir(parents=True, exist_ok=True)
    name = PurePosixPath(parts.path).name or "model"
    fetched = folder / f".{name}.part"
    digest = hashlib.sha256()
    with fetched.open("wb") as stream:
        for block in _blocks(source, parts.scheme, parts.netloc, parts.path.lstrip("/")):
            digest.update(block)
            stream.write(block)
    if digest.hexdigest() != sha256.lower():
        fetched.unlink()
        refuse(f"{source} has the checksum {digest.hexdigest()}, and MODEL_SHA256 is {sha256}")
    if name.endswith(_ARCHIVES):
        _unpack(fetched, name, folder)
        fetched.unlink()
    else:
        fetched.rename(folder / name)
    print(f"model: {source} is in {folder}, checksum as expected", file=sys.stderr, flush=True)
    return folder


def _linked(source: Path, folder: Path) -> Path:
    if source != folder and not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.symlink_to(source)
    return source


def _blocks(source: str, scheme: str, bucket: str, key: str) -> Iterator[bytes]:
    opened: Any
    if scheme == "s3":
        try:
            boto3 = library("boto3")
        except ImportError:
            refuse("MODEL_SOURCE is in S3, and boto3 is not in the image; add it to the app's requirements.txt")
        opened = boto3.client("s3").get_object(Bucket=bucket_of(bucket), Key=key)["Body"]
    elif scheme:
        opened = urllib.request.urlopen(source, timeout=60)
    else:
        opened = Path(source).open("rb")  # noqa: SIM115 - closed below, as the others are
    stream: BinaryIO = opened
    try:
        while block := stream.read(_BLOCK):
            yield block
    finally:
        stream.close()


def bucket_of(name: str) -> str:
    """The bucket of a claim, whose name Poolwright gives in BUCKET_<CLAIM>; any other name is a bucket's own."""
    return os.environ.get(f"BUCKET_{name.upper().replace('-', '_')}", name)


def _unpack(archive: Path, name: str, folder: Path) -> None:
    """Only files and folders inside of `folder`: an archive's links and absolute paths are refused."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(archive) as packed:
            for entry in packed.infolist():
                if not entry.is_dir():
                    with packed.open(entry) as content:
                        _write(folder, entry.filename, content)
        return
    with tarfile.open(archive) as packed:
        for member in packed:
            if member.isdir():
                continue
            content = packed.extractfile(member) if member.isfile() else None
            if content is None:
                refuse(f"{name} holds {member.name}, which is neither a file nor a folder")
            _write(folder, member.name, content)


def _write(folder: Path, name: str, content: Any) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        refuse(f"the archive holds {name}, which leads out of the folder")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as stream:
        shutil.copyfileobj(content, stream)


if __name__ == "__main__":
    main()
