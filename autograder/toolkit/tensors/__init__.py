"""What graders of PyTorch exercises state in a line. Everything here needs PyTorch; the rest of the toolkit does not.

modules       a student's module: its parameters, weights put into it, its mode
contracts     gradients, dtypes, batches, half precision, dropout, state dicts, side effects
performance   operations, memory and traffic counted, waits for the device found
problems      inputs whose axes have names, so that a counterexample shrinks axis by axis
Lookup        a language model, as an argument: its answers are rows of a table
strategies    attention problems, token batches, sizes and weights for property-based tests
"""

from autograder.toolkit.tensors.contracts import (
    assert_accepts_gaps,
    assert_batches,
    assert_drops,
    assert_every_parameter_learns,
    assert_finite_gradients,
    assert_gradients_agree,
    assert_half_is_finite,
    assert_leaves_switches,
    assert_no_side_effects,
    assert_precisions,
    assert_same_under_settings,
)
from autograder.toolkit.tensors.lookup import Lookup
from autograder.toolkit.tensors.modules import (
    State,
    assert_modes,
    assert_own_parameters,
    assert_parameters,
    assert_state_round_trip,
    copy_state,
    evaluating,
    load_state,
    state_of,
    training,
    twins,
)
from autograder.toolkit.tensors.performance import (
    assert_calls,
    assert_linear_traffic,
    assert_memory_is_linear,
    assert_no_waiting,
    assert_operations_steady,
    assert_peak_at_most,
)
from autograder.toolkit.tensors.problems import Problem
from autograder.toolkit.tensors.strategies import Sizes, attention_problems, sizes, tensors, token_batches, weights_like

__all__ = [
    "Lookup",
    "Problem",
    "Sizes",
    "State",
    "assert_accepts_gaps",
    "assert_batches",
    "assert_calls",
    "assert_drops",
    "assert_every_parameter_learns",
    "assert_finite_gradients",
    "assert_gradients_agree",
    "assert_half_is_finite",
    "assert_leaves_switches",
    "assert_linear_traffic",
    "assert_memory_is_linear",
    "assert_modes",
    "assert_no_side_effects",
    "assert_no_waiting",
    "assert_operations_steady",
    "assert_own_parameters",
    "assert_parameters",
    "assert_peak_at_most",
    "assert_precisions",
    "assert_same_under_settings",
    "assert_state_round_trip",
    "attention_problems",
    "copy_state",
    "evaluating",
    "load_state",
    "sizes",
    "state_of",
    "tensors",
    "token_batches",
    "training",
    "twins",
    "weights_like",
]
