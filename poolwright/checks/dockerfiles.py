"""Dockerfiles: what every image's must hold, the templates' and one's own, before it is built."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_CONTINUES: Final = re.compile(r"\\[ \t]*$")
_HEREDOC: Final = re.compile(r"<<-?[\"']?(?P<word>[A-Za-z_]\w*)[\"']?")
_PINNED: Final = re.compile(r"(^|@)sha256:[0-9a-f]{64}$")
_SECRET_NAME: Final = re.compile(
    r"(secret|passw(or)?d|token|private_?key|api_?key|access_?key|credential)", re.IGNORECASE
)
_SECRET_VALUE: Final = re.compile(
    r"\b(AKIA|ASIA)[A-Z0-9]{16}\b|\bghp_\w+|\bsk_live_\w+|-----BEGIN|://[^/\s:@\"']+:[^/\s@\"']+@"
)
_NUMERIC_USER: Final = re.compile(r"^[1-9][0-9]*(:[0-9]+)?$")


@dataclass(frozen=True)
class Instruction:
    """One instruction, its continuation lines joined."""

    line: int
    word: str
    """In capitals: FROM, RUN, …"""
    rest: str


@dataclass(frozen=True)
class DockerfileFault:
    """What is wrong, where, and what to do."""

    rule: str
    line: int
    text: str
    remedy: str


def instructions(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile, as the Docker Engine reads them: comments inside of continued lines are none of
    it, and the lines of a here-document belong to their instruction."""
    found: list[Instruction] = []
    lines = iter(enumerate(text.splitlines(), start=1))
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        joined = line
        while _CONTINUES.search(joined):
            joined = _CONTINUES.sub("", joined)
            _, following = next(lines, (0, ""))
            joined += "\\" if following.lstrip().startswith("#") else following
        head, _, rest = joined.strip().partition(" ")
        documents = _HEREDOC.finditer(rest) if head.upper() in ("RUN", "COPY", "ADD") else ()
        for word in [match["word"] for match in documents]:
            for _, following in lines:
                rest += f"\n{following}"
                if following.strip() == word:
                    break
        found.append(Instruction(number, head.upper(), rest.strip()))
    return found


class _Stages:
    """The instructions, and those of the last stage."""

    def __init__(self, text: str) -> None:
        self.all = instructions(text)
        starts = [number for number, each in enumerate(self.all) if each.word == "FROM"]
        self.last = self.all[starts[-1] :] if starts else self.all
        self.end = self.all[-1].line if self.all else 1

    def named(self, *words: str, last: bool = False) -> list[Instruction]:
        return [each for each in (self.last if last else self.all) if each.word in words]


Rule = Callable[[_Stages], Iterator[tuple[int, str]]]


def _base(stages: _Stages) -> Iterator[tuple[int, str]]:
    names: set[str] = set()
    for each in stages.named("FROM"):
        words = [word for word in each.rest.split() if not word.startswith("--")]
        image = words[0] if words else ""
        if image not in names and image != "scratch" and not _PINNED.search(image):
            yield each.line, f"the base {image} may be another image tomorrow"
        if len(words) == 3:
            names.add(words[2])
    for each in stages.named("COPY"):
        source = re.search(r"--from=(\S+)", each.rest)
        if source and source[1] not in names and not source[1].isdigit() and not _PINNED.search(source[1]):
            yield each.line, f"the image {source[1]}, which files are copied from, may be another one tomorrow"


def _latest(stages: _Stages) -> Iterator[tuple[int, str]]:
    for each in stages.named("FROM"):
        if re.search(r":latest(@|\s|$)", each.rest):
            yield each.line, "the tag latest says nothing"


def _add(stages: _Stages) -> Iterator[tuple[int, str]]:
    for each in stages.named("ADD"):
        if re.search(r"\b(https?|git|ssh)(://|@)", each.rest) and "--checksum=" not in each.rest:
            yield each.line, "ADD fetches from an address without a checksum"


def _download(stages: _Stages) -> Iterator[tuple[int, str]]:
    for each in stages.named("RUN"):
        if re.search(r"\b(curl|wget)\b[^|;&]*\|\s*(sudo\s+)?(ba|z|da)?sh\b", each.rest):
            yield each.line, "a download is run without a look at it"


def _sudo(stages: _Stages) -> Iterator[tuple[int, str]]:
    for each in stages.named("RUN"):
        if re.search(r"(^|[;&|(]\s*|\s)sudo\s", each.rest):
            yield each.line, "sudo is used"


def _packages(stages: _Stages) -> Iterator[tuple[int, str]]:
    for each in stages.named("RUN"):
        if re.search(r"(^|[;&|(\s])apt\s+(-\S+\s+)*install\b", each.rest):
            yield each.line, "apt is for people: its options change"
        if not re.search(r"apt-get\s+(-\S+\s+)*install\b", each.rest):
            continue
        if "--no-install-recommends" not in each.rest:
            yield each.line, "packages come with what they only recommend"
        if "/var/lib/apt/lists" not in each.rest and "--mount=type=cache" not in each.rest:
            yield each.line, "the lists of packages stay in the layer"


def _user(stages: _Stages) -> Iterator[tuple[int, str]]:
    users = stages.named("USER", last=True)
    if not users:
        yield stages.end, "the last stage runs as root"
    elif not _NUMERIC_USER.match(users[-1].rest):
        yield users[-1].line, f"the user {users[-1].rest} is root, or a name that can't be checked before it runs"


def _exec(stages: _Stages) -> Iterator[tuple[int, str]]:
    for each in stages.named("CMD", "ENTRYPOINT", last=True):
        try:
            value: object = json.loads(each.rest)
        except ValueError:
            value = None
        if not isinstance(value, list):
            yield each.line, f"{each.word} runs in a shell, which keeps SIGTERM to itself"


def _health(stages: _Stages) -> Iterator[tuple[int, str]]:
    if not stages.named("HEALTHCHECK", last=True):
        yield stages.end, "nothing says how the container is checked"


def _pipes(stages: _Stages) -> Iterator[tuple[int, str]]:
    safe = False
    for each in stages.all:
        if each.word == "FROM":
            safe = False
        elif each.word == "SHELL":
            safe = "pipefail" in each.rest
        elif each.word == "RUN" and not safe and "pipefail" not in each.rest:
            plain = re.sub(r"'[^']*'|\"[^\"]*\"|\|\|", "", each.rest)
            if "|" in plain:
                yield each.line, "a command before a pipe may fail without a word"


def _labels(stages: _Stages) -> Iterator[tuple[int, str]]:
    said = " ".join(each.rest for each in stages.named("LABEL", last=True))
    for name in ("source", "licenses"):
        if f"org.opencontainers.image.{name}" not in said:
            yield stages.end, f"no label says the image's {name}"


def _secrets(stages: _Stages) -> Iterator[tuple[int, str]]:
    for each in stages.named("ENV", "ARG", "LABEL"):
        for name in re.findall(r"([A-Za-z_]\w*)=", each.rest) or [each.rest.split(" ")[0]]:
            if _SECRET_NAME.search(name) and each.word != "LABEL" and not name.endswith("_FILE"):
                yield each.line, f"{each.word} {name} stays in the image's history"
    for each in stages.all:
        if _SECRET_VALUE.search(each.rest):
            yield each.line, f"a key or password stands in {each.word}"


RULES: Final[Sequence[tuple[str, str, Rule]]] = (
    ("base-pinned", "Name the base by digest: name:tag@sha256:…", _base),
    ("no-latest", "Name a version", _latest),
    ("no-remote-add", "Fetch with a checksum, or put the file beside the Dockerfile", _add),
    ("no-piped-download", "Fetch, compare a checksum, then run", _download),
    ("no-sudo", "RUN is root's already; the last USER has no rights to gain", _sudo),
    ("lean-packages", "apt-get install --no-install-recommends … && rm -rf /var/lib/apt/lists/* in one RUN", _packages),
    ("numeric-user", "End with USER and a number above 0: USER 10001:10001", _user),
    ("exec-form", 'Write it as a list: CMD ["program", "argument"]', _exec),
    ("health-check", "Add HEALTHCHECK; HEALTHCHECK NONE for a job", _health),
    ("pipefail", 'Put SHELL ["/bin/bash", "-o", "pipefail", "-c"] before it', _pipes),
    ("labels", "Add LABEL org.opencontainers.image.source=… and org.opencontainers.image.licenses=…", _labels),
    ("no-secrets", "Name it in `secrets` of the workload; for the build alone use RUN --mount=type=secret", _secrets),
)  # fmt: skip
"""Name, remedy, and the function that finds what breaks it."""


def faults_of(dockerfile: str) -> list[DockerfileFault]:
    """Everything wrong with a Dockerfile, by line."""
    stages = _Stages(dockerfile)
    found = [DockerfileFault(name, line, text, remedy) for name, remedy, rule in RULES for line, text in rule(stages)]
    return sorted(found, key=lambda each: (each.line, each.rule))
