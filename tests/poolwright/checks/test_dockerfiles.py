"""Each rule for Dockerfiles refuses what it is there for, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolwright.checks.dockerfiles import RULES, faults_of, instructions

PAGE = Path(__file__).resolve().parents[3] / "docs" / "images.md"
BEGIN, END = "<!-- rules -->\n", "<!-- /rules -->"
DIGEST = f"sha256:{'a' * 64}"
GOOD = f"""\
FROM debian:bookworm-slim@{DIGEST} AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc && rm -rf /var/lib/apt/lists/*
COPY . /src
FROM debian:bookworm-slim@{DIGEST}
LABEL org.opencontainers.image.source="https://git.example.com/a" org.opencontainers.image.licenses="MIT"
COPY --from=build /src /app
USER 10001
HEALTHCHECK CMD ["/app/check"]
CMD ["/app/run"]
"""
BAD = {
    "base-pinned": ("debian:bookworm-slim@" + DIGEST + "\nLABEL", "debian:bookworm-slim\nLABEL"),
    "no-latest": (f"debian:bookworm-slim@{DIGEST} AS", f"debian:latest@{DIGEST} AS"),
    "no-remote-add": ("COPY . /src", "ADD https://example.com/src.tar /src"),
    "no-piped-download": ("COPY . /src", "RUN set -o pipefail; curl -s https://example.com/i | sh"),
    "no-sudo": ("COPY . /src", "RUN sudo make"),
    "lean-packages": (" --no-install-recommends", ""),
    "numeric-user": ("USER 10001", "USER root"),
    "exec-form": ('CMD ["/app/run"]', "CMD /app/run"),
    "health-check": ('HEALTHCHECK CMD ["/app/check"]\n', ""),
    "pipefail": ("COPY . /src", "RUN cat list | sort > out"),
    "labels": ('org.opencontainers.image.licenses="MIT"', ""),
    "no-secrets": ("COPY . /src", "ENV API_TOKEN=abc"),
}


def test_a_good_dockerfile_has_no_fault() -> None:
    assert faults_of(GOOD) == []


def test_every_rule_has_a_case() -> None:
    assert list(BAD) == [name for name, _, _ in RULES]


@pytest.mark.parametrize("rule", BAD)
def test_a_rule_refuses_what_it_is_for(rule: str) -> None:
    before, after = BAD[rule]
    assert before in GOOD
    assert [each.rule for each in faults_of(GOOD.replace(before, after, 1))] == [rule]


@pytest.mark.parametrize(
    "line",
    [
        "ARG PASSWORD",
        "ENV AWS_SECRET_ACCESS_KEY abc",
        "RUN echo AKIAABCDEFGHIJKLMNOP",
        "RUN git clone https://me:hush@git.example.com/a",
    ],
)
def test_secrets_are_found_in_every_instruction(line: str) -> None:
    assert [each.rule for each in faults_of(GOOD.replace("COPY . /src", line))] == ["no-secrets"]


def test_the_name_of_a_file_with_a_secret_is_none() -> None:
    assert faults_of(GOOD.replace("COPY . /src", "ENV API_TOKEN_FILE=/run/secrets/token")) == []


def test_lines_go_on_past_comments_and_documents_belong_to_their_instruction() -> None:
    text = "RUN one \\\n# a comment\n  && two\nRUN <<EOF\nUSER root\nEOF\nUSER 1\n"
    assert [(each.line, each.word, " ".join(each.rest.split())) for each in instructions(text)] == [
        (1, "RUN", "one && two"),
        (4, "RUN", "<<EOF USER root EOF"),
        (7, "USER", "1"),
    ]


def test_the_page_lists_every_rule_as_it_is(pytestconfig: pytest.Config) -> None:
    table = "".join(["| rule | do |\n| --- | --- |\n", *(f"| `{name}` | {remedy} |\n" for name, remedy, _ in RULES)])
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    listed, _, after = rest.partition(END)
    if pytestconfig.getoption("--update-cases"):
        PAGE.write_text(f"{before}{BEGIN}{table}{END}{after}", "utf-8")
        return
    assert listed == table, "run: make cases"
