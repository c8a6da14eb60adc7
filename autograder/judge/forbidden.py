"""Calls that an exercise forbids: what a name in its list stands for, and whose call it is.

How they are caught while they run: `guard` in a student's own process, where everything has to be put back; `watch` in a worker, where
nothing does. Neither searches the text of a submission.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

STAND_INS = "<stand-ins>"
"""The file name of public stand-ins: what they call is not the student's doing."""

MATMUL_OPERATOR = "@"
# The same computation by its other names. Functions are dotted names from a module.
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "numpy.dot": (
        "numpy.tensordot", "numpy.linalg.tensordot", "numpy.linalg.multi_dot", "numpy.correlate", "numpy.convolve",
        "numpy._core.multiarray.correlate", "numpy._core.multiarray.correlate2", "numpy.ma.dot", "numpy.ma.correlate",
        "numpy.ma.convolve",
    ),
    "numpy.matmul": ("numpy.linalg.matmul", "numpy.matvec", "numpy.vecmat", "operator.matmul", "operator.imatmul"),
    "numpy.inner": ("numpy.ma.inner", "numpy.ma.innerproduct"),
    "numpy.vdot": ("numpy.vecdot", "numpy.linalg.vecdot"),
    "numpy.einsum": ("numpy.einsum_path", "numpy._core.multiarray.c_einsum"),
    "numpy.linalg.norm": ("numpy.linalg.vector_norm", "numpy.linalg.matrix_norm"),
    "math.hypot": (),
    "math.dist": (),
    "math.sumprod": (),
    "torch.softmax": (),
    "torch.log_softmax": (),
    "scipy.special.softmax": ("scipy.special.log_softmax",),
    "torch.nn.functional.scaled_dot_product_attention": (
        "torch._C._nn.scaled_dot_product_attention", "torch._scaled_dot_product_attention_math",
    ),
    "torch.nn.MultiheadAttention": ("torch.nn.functional.multi_head_attention_forward",),
    "torch.linalg.norm": ("torch.linalg.vector_norm", "torch.linalg.matrix_norm", "torch.nn.functional.normalize"),
    "torch.cdist": ("torch.dist", "torch.pdist", "torch.pairwise_distance", "torch._euclidean_dist"),
    "torch.nn.functional.cosine_similarity": (
        "torch.nn.functional.cosine_embedding_loss", "torch.nn.CosineSimilarity", "torch.nn.CosineEmbeddingLoss",
    ),
    "torch.nn.functional.layer_norm": (),
    "torch.nn.functional.batch_norm": (),
    "torch.nn.functional.cross_entropy": ("torch._C._nn.cross_entropy_loss",),
}  # fmt: skip
# Methods, as `module.Class.method`. Those of types written in C are seen by the name that the profiler reports, without the module.
METHODS: dict[str, tuple[str, ...]] = {
    "numpy.dot": ("numpy.ndarray.dot", "numpy.ma.MaskedArray.dot", "numpy.matrix.__mul__", "numpy.matrix.__rmul__"),
}
OPERATORS: dict[str, str] = {"numpy.matmul": MATMUL_OPERATOR}
# PyTorch's own operations (ATen names): whatever is asked for, by function, method, module, script or transformation, ends in them.
TORCH_OPERATIONS: dict[str, tuple[str, ...]] = {
    "torch.softmax": ("_softmax", "softmax", "_safe_softmax", "_masked_softmax", "special_softmax"),
    "torch.log_softmax": ("_log_softmax", "log_softmax", "special_log_softmax"),
    "numpy.dot": ("dot", "inner", "tensordot"),
    "numpy.vdot": ("vdot", "linalg_vecdot"),
    "numpy.matmul": ("mm", "bmm", "mv", "matmul", "addmm", "addmv", "baddbmm", "addbmm", "linear"),
    "numpy.linalg.norm": ("norm", "linalg_vector_norm", "linalg_norm"),
    "torch.nn.functional.scaled_dot_product_attention": (
        "scaled_dot_product_attention", "_scaled_dot_product_attention_math", "_scaled_dot_product_flash_attention_for_cpu",
        "_scaled_dot_product_flash_attention", "_scaled_dot_product_efficient_attention",
        "_scaled_dot_product_cudnn_attention", "_scaled_dot_product_fused_attention_overrideable",
        "_flash_attention_forward", "_efficient_attention_forward", "_cudnn_attention_forward",
        "_native_multi_head_attention", "_transformer_encoder_layer_fwd",
    ),
    "torch.nn.MultiheadAttention": (
        "_native_multi_head_attention", "_triton_multi_head_attention", "_transformer_encoder_layer_fwd",
    ),
    "torch.linalg.norm": (
        "norm", "linalg_vector_norm", "linalg_norm", "linalg_matrix_norm", "frobenius_norm", "nuclear_norm",
        "norm_except_dim", "_foreach_norm", "_weight_norm", "_weight_norm_interface", "renorm",
    ),
    "torch.cdist": ("cdist", "_cdist_forward", "pdist", "_pdist_forward", "pairwise_distance"),
    "torch.nn.functional.cosine_similarity": ("cosine_similarity", "cosine_embedding_loss"),
    "torch.nn.functional.layer_norm": ("layer_norm", "native_layer_norm", "group_norm", "native_group_norm"),
    "torch.nn.functional.batch_norm": (
        "batch_norm", "native_batch_norm", "_native_batch_norm_legit", "_batch_norm_with_update", "instance_norm",
    ),
    "torch.nn.functional.cross_entropy": ("cross_entropy_loss",),
}  # fmt: skip
# A ready-made class is forbidden by its own name, `torch.nn.MultiheadAttention`: making one is the call.

_LIBRARIES = ("numpy", "torch", "scipy")
_OURS = f"{Path(__file__).parent.parent}/"
_back: Callable[[FrameType], FrameType | None] = vars(FrameType)["f_back"].__get__
# kept: a worker hides our frames from the attribute (`seal`)


class ForbiddenCall(BaseException):
    """Raised inside the student's code where it makes a forbidden call. Not an Exception: `except Exception` must not hide it."""


def functions_of(names: list[str]) -> Iterator[str]:
    for name in names:
        yield from (name, *FUNCTIONS.get(name, ()))


def methods_of(names: list[str]) -> list[str]:
    return [method for name in names for method in METHODS.get(name, ())]


def operations_of(names: list[str]) -> list[str]:
    return [operation for name in names for operation in TORCH_OPERATIONS.get(name, ())]


def forbids_operator(names: list[str]) -> bool:
    return any(OPERATORS.get(name) == MATMUL_OPERATOR for name in names)


def resolve(dotted: str) -> Any:
    """What has that name, if its module is loaded already: what is not loaded has nothing to call yet."""
    module, _, attribute = dotted.rpartition(".")
    return getattr(sys.modules.get(module), attribute, None)


def owner_of(method: str) -> tuple[type, str] | None:
    """The class of `module.Class.method` and the method's name, if its module is loaded."""
    owner, _, name = method.rpartition(".")
    cls = resolve(owner)
    return (cls, name) if isinstance(cls, type) and name in vars(cls) else None


def is_students(frame: FrameType | None, name: str) -> bool:
    """Is a call of `name`, made in `frame`, the student's? A library's own use is not, and no stand-in's is.

    A library uses a function itself when its code names it. One that merely calls what it was given (`apply_along_axis(np.dot, …)`)
    acts for its caller.
    """
    while frame is not None and _is_library(frame.f_code.co_filename):
        if _names(frame.f_code, name):
            return False
        frame = _back(frame)
    return frame is not None and frame.f_code.co_filename != STAND_INS


def is_students_operation(frame: FrameType | None) -> bool:
    """The same for an operation of PyTorch: a library that computes it does so for whoever called the library."""
    while frame is not None and (_is_library(frame.f_code.co_filename) or _is_ours(frame.f_code.co_filename)):
        frame = _back(frame)
    return frame is not None and frame.f_code.co_filename != STAND_INS


def spoken(operation: str) -> str:
    """`_softmax` is `torch.softmax` to a student."""
    return "torch." + operation.strip("_").replace("special_", "special.").replace("linalg_", "linalg.")


def library_roots() -> tuple[str, ...]:
    """The folders of the libraries that are loaded. A file name below one of them is a library's."""
    files = [getattr(sys.modules.get(name), "__file__", None) for name in _LIBRARIES]
    return tuple(f"{Path(file).parent}/" for file in files if file)


@cache
def _is_library(file_name: str) -> bool:
    return file_name.startswith(library_roots())


def _is_ours(file_name: str) -> bool:
    return file_name.startswith(_OURS)


@cache
def _names(code: CodeType, name: str) -> bool:
    if name == MATMUL_OPERATOR:
        return any(step.argrepr in ("@", "@=") for step in dis.get_instructions(code))
    return name in code.co_names


def matmul_offsets(code: CodeType) -> frozenset[int]:
    """Where in `code` the operator is executed."""
    return frozenset(step.offset for step in dis.get_instructions(code) if step.argrepr in ("@", "@="))


Report = Callable[[str], object]
"""What is done about a forbidden call, given the name that the student would use."""
