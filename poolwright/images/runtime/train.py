"""Starts one worker of a training job: torchrun for PyTorch, `TF_CONFIG` for tf.distribute.

`ENTRY` names the module that trains. With `FRAMEWORK=pytorch` it runs once for each GPU or Neuron core of the machine
(`WORKERS_PER_MACHINE` says otherwise), and `torch.distributed` finds the others; with `tensorflow` it runs once, and
`tf.distribute.MultiWorkerMirroredStrategy()` reads who the others are. The process becomes the trainer, so SIGTERM
reaches it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from poolwright.images.runtime.entry import entry_name
from poolwright.images.runtime.gang import Gang, addresses, gang

_PORT = 29500
_CORES_OF_A_NEURON_DEVICE = 2


def torchrun(members: Gang, module: str) -> list[str]:
    """The command line of one machine's torchrun."""
    return [
        sys.executable,
        "-m",
        "torch.distributed.run",
        f"--nnodes={members.size}",
        f"--node-rank={members.index}",
        f"--nproc-per-node={os.environ.get('WORKERS_PER_MACHINE') or _workers()}",
        f"--master-addr={members.main_address}",
        f"--master-port={_PORT}",
        "--module",
        module,
    ]


def _workers() -> str:
    accelerator = os.environ.get("ACCELERATOR", "cpu")
    if accelerator == "cuda":
        return "gpu"
    if accelerator == "neuron":
        return str(max(1, _CORES_OF_A_NEURON_DEVICE * len(list(Path("/dev").glob("neuron*")))))
    return "1"


def tf_config(members: Gang, found: list[str]) -> str:
    """What tf.distribute reads: every worker's address, and which one this is."""
    workers = [f"{address}:{_PORT}" for address in found]
    return json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": members.index}})


def main() -> None:
    """Becomes the trainer."""
    members, module = gang(), entry_name()
    if os.environ.get("FRAMEWORK") == "pytorch":
        line = torchrun(members, module)
    else:
        os.environ["TF_CONFIG"] = tf_config(members, addresses(members))
        line = [sys.executable, "-m", module]
    os.execv(line[0], line)


if __name__ == "__main__":
    main()
