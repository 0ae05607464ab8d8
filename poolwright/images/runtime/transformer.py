"""Serves a model of the transformers library, BERT above all, with no code of one's own: `POST /predict`.

    MODEL_DIR   folder with config, weights and tokenizer; see start.py
    TASK        a pipeline of transformers: text-classification, token-classification, fill-mask, feature-extraction, …
    BATCH       most requests that are worked on together (8), and BATCH_WAIT_SECONDS (0.005) to wait for more

A request is `{"inputs": …}`, as the pipeline takes them; the answer is `{"outputs": …}`, as it gives them.
"""

from __future__ import annotations

import os
from typing import Any

from poolwright.images.runtime.entry import library
from poolwright.images.runtime.serve_batches import serve


def main() -> None:
    """Until SIGTERM."""
    lit = library("litserve")
    most = int(os.environ.get("BATCH", "8"))

    class Transformer(lit.LitAPI):
        def setup(self, device: Any) -> None:
            self.answers = pipeline_on(str(device))

        def decode_request(self, request: Any) -> Any:
            return inputs_of(request)

        def predict(self, inputs: Any) -> Any:
            return self.answers(inputs, batch_size=len(inputs)) if most > 1 else self.answers(inputs)

        def encode_response(self, output: Any) -> Any:
            return {"outputs": output}

    serve(Transformer(max_batch_size=most, batch_timeout=float(os.environ.get("BATCH_WAIT_SECONDS", "0.005"))))


def inputs_of(request: Any) -> Any:
    """What a request asks for; 400 to one that asks for nothing."""
    if not isinstance(request, dict) or "inputs" not in request:
        raise library("fastapi").HTTPException(400, 'a JSON object with "inputs" is allowed')
    # What JSON holds is of any type, which pyright does not know of a dict that it has only seen to be one.
    return request["inputs"]  # pyright: ignore[reportUnknownVariableType]


def pipeline_on(device: str) -> Any:
    """The pipeline of `TASK` with the weights of `MODEL_DIR`; nothing is downloaded from a hub."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    task, folder = os.environ.get("TASK", "text-classification"), os.environ.get("MODEL_DIR", "/tmp/model")
    if os.environ.get("ACCELERATOR") == "neuron":
        return library("optimum.neuron").pipeline(task, model=folder)
    return library("transformers").pipeline(task, model=folder, device=device)


if __name__ == "__main__":
    main()
