"""Lean packages of pulumi_aws; in interpreters of their own, since a package is lean or whole for a whole process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
START = "from components.aws.lean_sdk import lean; lean(); import sys; import pulumi_aws as aws\n"


def printed(code: str, *, start: str = START) -> str:
    """What the code prints, run after `lean()`."""
    done = subprocess.run([sys.executable, "-c", start + code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_resource_loads_its_own_module_and_no_other() -> None:
    code = "vpc = aws.ec2.Vpc; print(vpc.__name__, 'pulumi_aws.ec2.instance' in sys.modules)"
    assert printed(code) == "Vpc False"


def test_a_package_that_was_taken_before_is_lean_too() -> None:
    code = "from pulumi_aws import ecs; c = ecs.Cluster; print('pulumi_aws.ecs.service' in sys.modules)"
    assert printed(code) == "False"


def test_look_ups_nested_arguments_enums_and_modules_are_there_as_ever() -> None:
    code = """
from pulumi_aws.ec2 import RouteTableRouteArgs
print(callable(aws.ec2.get_ami), aws.ec2.RouteTableRouteArgs is RouteTableRouteArgs, aws.ec2.InstanceType.__name__)
print(aws.ec2.vpc.Vpc is aws.ec2.Vpc, len(dir(aws.ec2)) > 500)
"""
    assert printed(code) == "True True InstanceType\nTrue True"


def test_a_name_that_does_not_exist_is_missed_as_ever() -> None:
    assert printed("print(hasattr(aws.ec2, 'Moon'))") == "False"


def test_the_program_can_be_imported_without_any_resources() -> None:
    """What is loaded by then is loaded as a whole."""
    code = """
import stacks.program
packages = {name: sys.modules[name] for name in sys.modules if name.startswith("pulumi_aws.") and name.count(".") == 1}
print(sorted(n for n, m in packages.items() if type(m).__name__ != "_LazyModule" and hasattr(m, "__path__")))
"""
    assert printed(code, start="import sys\n") == "[]"


def test_the_full_site_needs_no_whole_package() -> None:
    code = """
from stacks.program import aws_pools
from tests.components import plans
from tests.recorder import record
record(lambda: aws_pools("main", plans.full_site(), plans.plan(), plans.ACCOUNT_ID))
packages = [m for n, m in sys.modules.items() if n.startswith("pulumi_aws.") and n.count(".") == 1]
used = [m for m in packages if hasattr(m, "__path__")]
print(sorted(m.__name__ for m in used if type(m).__name__ not in ("LeanPackage", "_LazyModule")))
"""
    assert printed(code) == "[]"
