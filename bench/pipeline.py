"""A change of a definition goes from dev to staging to prod by the steps of the rendered GitHub pipeline: how long?

    python -m bench.pipeline

The project's own stacks, in a clone, on the sandbox, each in an account of its own. The stacks stand before the time
is taken; then each merge runs the workflow `deliver` as GitHub would, and pull requests of promotions are merged as
they come. Soaking is left out: it is waiting by intent.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from tests.poolwright.release.workflows import Job, Runner, Values, machine

ROOT = Path(__file__).resolve().parents[1]
STACKS = ("dev", "staging", "prod")
ACCOUNT = "POOLWRIGHT_SANDBOX_ACCOUNT"


class Accounts(Runner):
    """Each stack in an account of its own."""

    def _script(
        self, script: str, env: dict[str, str], clone: Path, number: int, github: Values
    ) -> tuple[int, str, dict[str, str]]:
        stack = env.get("STACK", STACKS[0])
        return super()._script(script, env | {ACCOUNT: _account(stack)}, clone, number, github)


def _account(stack: str) -> str:
    return f"{STACKS.index(stack) + 1:012d}" if stack in STACKS else f"{0:012d}"


def git(tree: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.com", *arguments]
    return subprocess.run(command, cwd=tree, check=True, capture_output=True, text=True).stdout.strip()


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    if old not in text:
        raise SystemExit(f"{path}: no {old!r} in it")
    path.write_text(text.replace(old, new, 1), "utf-8")


def deliver(runner: Runner, tree: Path, branch: str) -> dict[str, Job]:
    """Merges a branch and runs what a merge runs; ends the bench where a job fails."""
    git(tree, "fetch", "--quiet", "origin")
    git(tree, "checkout", "--quiet", "main")
    git(tree, "merge", "--quiet", "--ff-only", branch)
    git(tree, "push", "--quiet", "origin", "main")
    revision = git(tree, "rev-parse", "HEAD")
    github = {"sha": revision, "repository": "acme/shop", "token": "", "event": {"before": revision}}
    begun = time.monotonic()
    jobs = runner.run("poolwright-deliver.yml", github=github, revision=revision)
    for name, job in jobs.items():
        if job.result == "failure":
            raise SystemExit(f"{name} ended with {job.code} at {job.failed}:\n{job.log[-3000:]}")
    ran = ", ".join(name for name, job in jobs.items() if job.result == "success")
    print(f"{branch:<24} {time.monotonic() - begun:6.1f} s  {ran}")
    return jobs


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pipeline-") as folder:
        home, origin, tree = Path(folder), Path(folder) / "origin", Path(folder) / "tree"
        subprocess.run(["git", "clone", "--quiet", "--bare", "--single-branch", str(ROOT), str(origin)], check=True)
        subprocess.run(["git", "clone", "--quiet", str(origin), str(tree)], check=True)
        git(tree, "checkout", "--quiet", "-B", "main")
        calls = home / "calls"
        calls.touch()
        environment = machine(home, ROOT, origin, calls)
        runner = Accounts(origin=origin, work=home, environment=environment, variables={"POOLWRIGHT_CLOUD": "sandbox"})

        def poolwright(*arguments: str) -> None:
            subprocess.run(["poolwright", *arguments], cwd=tree, check=True, env={**os.environ, **environment})

        poolwright("pipeline", "github", "--write", ".")
        edit(tree / "stacks" / "promotion.yaml", "soak_hours: 24", "soak_hours: 0")
        git(tree, "checkout", "--quiet", "-B", "begin")
        git(tree, "add", "--all")
        git(tree, "commit", "--quiet", "--message", "Pipelines")
        deliver(runner, tree, "begin")
        for stack in STACKS[1:]:
            deliver(runner, tree, f"origin/promote/{stack}")

        begun = time.monotonic()
        git(tree, "checkout", "--quiet", "-B", "change")
        edit(tree / "stacks" / "base.yaml", "{MODEL: bert-large-squad}", '{MODEL: bert-large-squad, BENCH: "1"}')
        poolwright("plan", STACKS[0], "--write", "--json")
        git(tree, "commit", "--quiet", "--all", "--message", "A change")
        deliver(runner, tree, "change")
        for stack in STACKS[1:]:
            deliver(runner, tree, f"origin/promote/{stack}")
        print(f"{STACKS[0]} to {STACKS[-1]}: {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    main()
