"""Recipe: which bases and packages an image of a template is made of, by purpose and processor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from poolwright.images.bases import materials
from poolwright.render.dockerfile import Processor, Purpose
from solver.vocabulary import AcceleratorKind, Architecture, ImageTemplate

FPGA_TOOLS_COMMIT: Final = "47fd5cb3e3022a0902025ef8597f14be9108efcf"
"""Of github.com/aws/aws-fpga: the programs that load images into AWS's FPGAs."""
TORCH_FOR_CPU: Final = "--extra-index-url https://download.pytorch.org/whl/cpu\n"
"""PyPI's torch for Linux brings CUDA's libraries along; PyTorch's own index has it without."""

_PROCESSORS: Final = {
    ImageTemplate.PYTHON: (Processor.CPU, Processor.NVIDIA),
    ImageTemplate.PYTORCH: (Processor.CPU, Processor.NVIDIA, Processor.NEURON),
    ImageTemplate.BERT: (Processor.CPU, Processor.NVIDIA, Processor.NEURON),
    ImageTemplate.TENSORFLOW: (Processor.CPU, Processor.NVIDIA),
    ImageTemplate.FPGA: (Processor.FPGA,),
}
_ENTRIES: Final = {Purpose.SERVING: "main:app", Purpose.BATCH: "main:run", Purpose.TRAINING: "main"}


@dataclass(frozen=True)
class Recipe:
    """Names of `catalog/images/`."""

    base: str
    server: str | None
    """A second base, of which one program is copied."""
    sets: tuple[str, ...]
    entry: str
    """What is started where the demand says nothing."""

    def requirements(self) -> str:
        """The packages file of the build context."""
        plain_torch = "torch" in self.sets and "torch-cuda" not in self.sets
        return (TORCH_FOR_CPU if plain_torch else "") + materials().requirements(self.sets)


def processor_of(kind: AcceleratorKind | None) -> Processor:
    """What a variant computes on."""
    match kind:
        case None:
            return Processor.CPU
        case AcceleratorKind.GPU:
            return Processor.NVIDIA
        case AcceleratorKind.INFERENTIA | AcceleratorKind.TRAINIUM:
            return Processor.NEURON
        case AcceleratorKind.FPGA:
            return Processor.FPGA


def not_made(template: ImageTemplate, processor: Processor, purpose: Purpose, architecture: Architecture) -> str | None:
    """Why there is no such image, as what is allowed instead; None where there is one."""
    allowed = _PROCESSORS[template]
    if processor not in allowed:
        return f"{template} is made for {' and '.join(allowed)}; this variant computes on {processor}"
    served = template is ImageTemplate.TENSORFLOW and purpose is Purpose.SERVING
    if architecture is Architecture.ARM64 and (served or processor is not Processor.CPU):
        return f"{template} on {processor} is made for x86_64: its parts are published for nothing else"
    return None


def recipe(template: ImageTemplate, processor: Processor, purpose: Purpose) -> Recipe:
    """For a combination that is made."""
    serves = purpose is Purpose.SERVING
    base, server, sets = "debian", None, ()
    match template:
        case ImageTemplate.PYTHON | ImageTemplate.FPGA:
            sets = ("uvicorn",) if serves else ()
        case ImageTemplate.TENSORFLOW if serves:
            base = "tensorflow-serving-nvidia" if processor is Processor.NVIDIA else "debian"
            server = None if processor is Processor.NVIDIA else "tensorflow-serving"
            sets = ("boto3",)
        case ImageTemplate.TENSORFLOW:
            sets = ("boto3", "tensorflow-cuda" if processor is Processor.NVIDIA else "tensorflow-cpu")
        case ImageTemplate.PYTORCH | ImageTemplate.BERT:
            bert = template is ImageTemplate.BERT
            sets = ("boto3", *(("litserve",) if serves else ()))
            if processor is Processor.NEURON:
                base = "neuron-training" if purpose is Purpose.TRAINING else "neuron-serving"
                sets = (*sets, *(("optimum-neuron",) if bert else ()))
            else:
                sets = (*sets, "torch", *(("torch-cuda",) if processor is Processor.NVIDIA else ()))
                sets = (*sets, *(("transformers",) if bert else ()))
    return Recipe(base=base, server=server, sets=sets, entry=_ENTRIES[purpose])
