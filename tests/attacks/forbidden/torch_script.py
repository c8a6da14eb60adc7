"""Let the script interpreter call it.

expected: forbidden
"""

import torch


def weights(scores):
    graph = torch._C.parse_ir(
        "graph(%x : Tensor):\n  %d : int = prim::Constant[value=0]()\n  %n : NoneType = prim::Constant()\n  %y : Tensor = aten::softmax(%x, %d, %n)\n  return (%y)"
    )
    return torch._C._create_function_from_graph("f", graph)(scores)
