"""The Pulumi project that a command works on, and where it keeps what belongs to this checkout alone.

Everything that is made while working lies under `.poolwright` in the project (`POOLWRIGHT_HOME` names another place):
the sandbox's state and cloud, the launchers of its plugins, its passphrase. Nothing there is shared or committed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from solver.errors import ConfigError, Problem

PROJECT_FILE = "Pulumi.yaml"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A folder with a `Pulumi.yaml`, and the working files of this checkout."""

    root: Path
    """Folder of `Pulumi.yaml`."""
    home: Path
    """Working files: `.poolwright` in the project, or POOLWRIGHT_HOME."""

    @property
    def stacks(self) -> Path:
        """Folder of the demand files, the locks and Pulumi's own configuration."""
        return self.root / "stacks"

    @property
    def state(self) -> Path:
        """Pulumi's state of the sandbox's stacks, a `file://` backend."""
        return self.home / "state"

    @property
    def sandbox(self) -> Path:
        """What the sandbox's clouds hold: the stand-in provider's own record of the resources."""
        return self.home / "sandbox"

    @property
    def launchers(self) -> Path:
        """Folder for the front of PATH: plugins of the sandbox, the language host, `pulumi` itself."""
        return self.home / "bin"

    @property
    def sandbox_config(self) -> Path:
        """Folder of the Pulumi configuration that the sandbox's stacks use, made from `stacks/Pulumi.<stack>.yaml`."""
        return self.home / "config"

    @property
    def pulumi_home(self) -> Path:
        """PULUMI_HOME of the sandbox, so that it neither sees nor changes the log-ins and plugins of this user."""
        return self.home / "pulumi"

    @property
    def passphrase_file(self) -> Path:
        """The sandbox's passphrase, made once for this checkout; readable by its owner alone."""
        return self.home / "passphrase"

    def begun(self, stack: str) -> Path:
        """What a command on the sandbox's stack has begun to create and not seen the end of."""
        return self.home / "begun" / f"{stack}.jsonl"

    def kept_state(self, stack: str) -> Path:
        """The state of the sandbox's stack as it was before the last command."""
        return self.home / "kept" / f"{stack}.json"

    def config_file(self, stack: str) -> Path:
        """Pulumi's own configuration of a stack, as committed."""
        return self.stacks / f"Pulumi.{stack}.yaml"

    def stack_names(self) -> tuple[str, ...]:
        """Stacks that have a Pulumi configuration, in order."""
        names = (path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in self.stacks.glob("Pulumi.*.yaml"))
        return tuple(sorted(names))

    def require_stack(self, stack: str) -> None:
        """Raises ConfigError, with the names that exist, when there is no such stack."""
        if self.config_file(stack).is_file():
            return
        known = ", ".join(self.stack_names()) or "none yet"
        problem = Problem(
            file=_shown(self.config_file(stack)),
            found=f"no stack {stack}",
            allowed=f"stacks of this project: {known}",
            hint=f"A new stack needs stacks/{stack}.yaml and stacks/Pulumi.{stack}.yaml",
        )
        raise ConfigError([problem])


def find_project(start: Path | None = None) -> Project:
    """The project of a folder (the current one by default) or of its nearest parent that has a `Pulumi.yaml`."""
    folder = (start or Path.cwd()).resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / PROJECT_FILE).is_file():
            home = os.environ.get("POOLWRIGHT_HOME")
            return Project(root=candidate, home=Path(home).absolute() if home else candidate / ".poolwright")
    problem = Problem(
        file=str(folder),
        allowed=f"a folder with {PROJECT_FILE}, or one below it",
        hint="Run the command in the project's checkout",
    )
    raise ConfigError([problem])


def _shown(path: Path) -> str:
    """A path as the user would type it: relative to the current folder where that is shorter."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
