"""Lets a torchvision built for CUDA be imported next to a torch built for the CPU.

`scripts/setup.py` copies this module into the environment's site-packages, with a `.pth` file that
imports it, so that it holds in every process of that environment: vLLM and lmms-eval start their
own workers. It is no part of the mirbench package.

The registries' torchvision is linked against CUDA. Beside a CPU torch its compiled operators cannot
be loaded, and the import then fails because the Python side describes two operators that do not
exist. Image preprocessing, which is all that transformers needs of torchvision, uses neither, so
declaring their schemas is enough. Calling them still fails, as it should.

Nothing is imported and nothing is declared until something imports torchvision. Beside a CUDA
torch, or where the compiled operators do load (a CPU build of torchvision), nothing is declared.
"""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder

SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_libraries = []  # a torch.library.Library withdraws its schemas when it is garbage collected


class _TorchvisionImport(MetaPathFinder):
    """Declares the schemas just before the first import of torchvision, then steps aside."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "torchvision":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and spec.submodule_search_locations:
            _declare_missing_operators(spec.submodule_search_locations[0])
        return None  # the ordinary finders do the import


def _declare_missing_operators(folder):
    try:
        import torch
    except ImportError:
        return  # torchvision's own import will say so
    if torch.version.cuda is not None:
        return
    try:
        torch.ops.load_library(f"{folder}/_C.so")
    except OSError:
        library = torch.library.Library("torchvision", "DEF")
        for schema in SCHEMAS:
            library.define(schema)
        _libraries.append(library)


sys.meta_path.insert(0, _TorchvisionImport())
