"""`poolwright ansible STACK`: an Ansible inventory and play that prepare the hosts of its Docker sites."""

from __future__ import annotations

from pathlib import Path

from poolwright.cli import console
from poolwright.engine.project import find_project
from solver.errors import ConfigError, Problem
from solver.inputs import fresh_lock, shown


def run(stack: str, *, out: Path, as_json: bool) -> None:
    """Writes the files below `out`, and prints which; files there that are not of the export stay.

    StaleError (4) where the lock is not of today's files; ConfigError (2) where the stack has no Docker site.
    """
    lock = fresh_lock(find_project().root, stack)
    plan = lock.as_plan()
    if not plan.docker_sites:
        problem = Problem(
            file=f"stacks/{stack}.yaml",
            path="sites",
            found="no site of kind docker",
            allowed="a stack with hosts to prepare is allowed",
            hint="docs/docker-sites.md says how hosts are named",
        )
        raise ConfigError([problem])
    from poolwright.render.ansible import ansible_files

    files = ansible_files(plan)
    _refuse_unwritable(out)
    for name, text in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    hosts = sum(len(site.hosts) for site in plan.docker_sites.values())
    if as_json:
        console.print_json({"stack": stack, "folder": str(out), "files": list(files), "hosts": hosts})
        return
    folder = shown(out.resolve())
    print(f"{folder}: {', '.join(files)}")
    print(f"{hosts} {'host' if hosts == 1 else 'hosts'}; what would change there:")
    print(f"  cd {folder} && ansible-playbook -i inventory.yaml prepare.yaml --check")


def _refuse_unwritable(out: Path) -> None:
    """ConfigError where `out`, or what would lie above it, is a file."""
    blocking = next((each for each in (out, *out.parents) if each.exists()), None)
    if blocking is not None and not blocking.is_dir():
        problem = Problem(
            file="", path="--out", found=str(blocking), allowed="a folder is allowed", hint="Name another folder"
        )
        raise ConfigError([problem])
