"""Serves SavedModels with TensorFlow Serving, which batches, watches `MODEL_DIR` for versions and counts its load.

It is a child of this process, which lets requests come for `DRAIN_SECONDS` after SIGTERM before it ends the server:
TensorFlow Serving itself ends at once. Prometheus reads `/monitoring/prometheus/metrics` on the port of the service.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

SERVER = "tensorflow_model_server"
_MONITORING = 'prometheus_config { enable: true, path: "/monitoring/prometheus/metrics" }\n'


def command(folder: Path) -> list[str]:
    """The server's command line; `folder` takes the file that turns its metrics on."""
    monitoring = folder / "monitoring.config"
    monitoring.write_text(_MONITORING, encoding="utf-8")
    line = [
        SERVER,
        f"--port={os.environ.get('GRPC_PORT', '8500')}",
        f"--rest_api_port={os.environ.get('PORT', '8501')}",
        f"--model_name={os.environ.get('MODEL_NAME', 'model')}",
        f"--model_base_path={os.environ.get('MODEL_DIR', '/tmp/model')}",
        f"--monitoring_config_file={monitoring}",
    ]
    if os.environ.get("BATCH"):
        batching = folder / "batching.config"
        batching.write_text(f"max_batch_size {{ value: {int(os.environ['BATCH'])} }}\n", encoding="utf-8")
        line += ["--enable_batching=true", f"--batching_parameters_file={batching}"]
    return line


def main() -> int:
    """Until SIGTERM, or until the server ends by itself."""
    server = subprocess.Popen(command(Path(os.environ.get("TMPDIR", "/tmp"))))

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(float(os.environ.get("DRAIN_SECONDS", "5")))
        server.terminate()

    signal.signal(signal.SIGTERM, stop)
    code = server.wait()
    return 0 if code == -signal.SIGTERM else abs(code)


if __name__ == "__main__":
    sys.exit(main())
