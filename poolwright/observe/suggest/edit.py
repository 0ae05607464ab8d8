"""Writes changed loads into a stack's file: comments, order and forms stay, and what others inherit is not touched."""

from __future__ import annotations

import io
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

from poolwright.observe.suggest.steps import Step
from solver.demand.load import LoadProfile
from solver.plan.whole_file import write_whole

_HEADER = "# Shape: the forecast of {workload} of stack {stack}, from measurements that end on {on}.\nhour,load\n"


def write_steps(path: Path, steps: Sequence[Step], *, on: str) -> tuple[Path, ...]:
    """Writes the loads of some services into the stack's own file, new shapes into traces; gives what was written.

    A value that the stack inherits gets a line of its own here, since the file above it is other stacks' too.
    """
    yaml = _yaml()
    before = path.read_bytes().decode("utf-8")
    content = yaml.load(before.replace("\r\n", "\n"))
    written: list[Path] = []
    for step in steps:
        load = step.change.load
        entry = _mapping(_mapping(_mapping(content, "workloads"), step.workload), "load")
        for field, value in _fields(load).items():
            _put(entry, field, value)
        if step.change.reshaped and load.shape is not None:
            trace = path.parent / "traces" / f"{path.stem}-{step.workload}.csv"
            _write_trace(trace, load.shape, workload=step.workload, stack=path.stem, on=on)
            _put(entry, "trace", f"traces/{trace.name}")
            if step.service.load.trace is None:
                _put(entry, "shape", None)
            written.append(trace)
    text = io.StringIO()
    yaml.dump(content, text)
    ends = "\r\n" if "\r\n" in before else "\n"
    write_whole(path, ends.join(text.getvalue().splitlines()) + ends)
    return (path, *written)


def _fields(load: LoadProfile) -> dict[str, object]:
    """What the file says of a load, but its shape."""
    if load.constant_per_second is not None:
        return {"constant_per_second": _number(load.constant_per_second)}
    if load.hourly_per_second is not None:
        return {"hourly_per_second": [_number(each) for each in load.hourly_per_second]}
    assert load.peak_per_second is not None
    return {"peak_per_second": _number(load.peak_per_second)}


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _put(entry: Any, field: str, value: object) -> None:
    """Sets a value; a list is changed item by item, so that its form stays."""
    if isinstance(value, list) and isinstance(entry.get(field), list):
        entry[field] = _own(entry[field])
        entry[field].clear()
        entry[field].extend(cast("list[object]", value))
    else:
        entry[field] = value


def _mapping(node: Any, key: str) -> Any:
    """The mapping at a key, made where there is none."""
    node[key] = {} if node.get(key) is None else _own(node[key])
    return node[key]


def _own(node: Any) -> Any:
    """A node that no alias shares: what others have by an alias of it stays as it is."""
    if node.anchor.value is None:
        return node
    own = deepcopy(node)
    own.yaml_set_anchor(None)
    return own


def _write_trace(path: Path, shape: tuple[float, ...], *, workload: str, stack: str, on: str) -> None:
    rows = "".join(f"{hour},{value:g}\n" for hour, value in enumerate(shape))
    path.parent.mkdir(exist_ok=True)
    write_whole(path, _HEADER.format(workload=workload, stack=stack, on=on) + rows)


def _yaml() -> Any:
    yaml: Any = YAML()
    yaml.width = 4096
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(type(None), _null)
    return yaml


def _null(representer: Any, _value: object) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")
