"""Known mistakes of unit 01: each must fail the grader in the test that is meant for it, and says what went wrong."""

import functools
import math

import numpy as np

from autograder.toolkit.variants import mistake

# ---- dot


@mistake(
    "dot",
    caught_by="test_refuses_different_lengths",
    says="Different lengths are not noticed: the rest of the longer vector is silently dropped.",
)
def stops_at_the_shorter_vector(a, b):
    return float(sum(float(x) * float(y) for x, y in zip(a, b)))


@mistake(
    "dot",
    caught_by="test_refuses_different_lengths",
    says="A vector with a single component is stretched along the other one by NumPy's broadcasting instead of being refused.",
)
def stretches_a_single_number(a, b):
    return float(np.sum(np.asarray(a, dtype=float) * np.asarray(b, dtype=float)))


@mistake(
    "dot",
    caught_by="test_refuses_different_lengths",
    says="Different lengths raise the right error, but its message does not say which lengths were found.",
)
def refuses_without_naming_the_lengths(a, b):
    if len(a) != len(b):
        raise ValueError("the vectors are not equally long")
    return float(sum(float(x) * float(y) for x, y in zip(a, b)))


@mistake(
    "dot",
    caught_by="test_refuses_different_lengths",
    says="Different lengths raise an AssertionError; the contract asks for a ValueError.",
)
def asserts_equal_lengths(a, b):
    assert len(a) == len(b), f"{len(a)} and {len(b)} components"
    return float(sum(float(x) * float(y) for x, y in zip(a, b)))


@mistake(
    "dot",
    caught_by="test_computes_whole_numbers_as_floats",
    says="Whole numbers are added up as whole numbers, so the answer is an int where a float is promised.",
)
def returns_whole_numbers(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    return sum(x * y for x, y in zip(a, b))


@mistake(
    "dot",
    caught_by="test_computes_whole_numbers_as_floats",
    says="Whole numbers are multiplied in the array's own integer type, where large products overflow; a float of the sum comes too late.",
)
def overflows_in_integers(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    return float(np.sum(np.asarray(a) * np.asarray(b)))


@mistake(
    "dot",
    caught_by="test_adds_up_the_products",
    says="The sign of each product is lost: products of numbers with different signs must count against the sum.",
)
def adds_up_sizes(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    return float(sum(abs(float(x) * float(y)) for x, y in zip(a, b)))


@mistake(
    "dot", caught_by="test_adds_up_the_products", says="One component is left out: the first position is number 0."
)
def skips_the_first_component(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    total = 0.0
    for i in range(1, len(a)):
        total += float(a[i]) * float(b[i])
    return total


@mistake(
    "dot",
    caught_by="test_adds_up_the_products",
    says="Every component of one vector is multiplied with every component of the other; only those in the same place belong together.",
)
def multiplies_everything_with_everything(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    return float(sum(float(x) for x in a)) * float(sum(float(y) for y in b))


@mistake(
    "dot", caught_by="test_adds_up_the_products", says="The products are returned one by one, without being added up."
)
def returns_the_products(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    return [float(x) * float(y) for x, y in zip(a, b)]


@mistake(
    "dot",
    caught_by="test_adds_up_the_products",
    says="The running total is returned inside the loop, after the first product.",
)
def returns_too_early(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    total = 0.0
    for x, y in zip(a, b):
        total += float(x) * float(y)
        return total
    return total


@mistake(
    "dot",
    caught_by="test_is_as_exact_as_floats_are",
    says="The answer is rounded to a few decimals, which turns small numbers into zero.",
)
def rounds_the_answer(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    return round(float(sum(float(x) * float(y) for x, y in zip(a, b))), 10)


@mistake(
    "dot",
    caught_by="test_is_as_exact_as_floats_are",
    says="The numbers are squeezed into 32-bit floats on the way, and half of their digits are lost.",
)
def computes_in_single_precision(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    return float(np.sum(np.asarray(a, np.float32) * np.asarray(b, np.float32)))


@mistake(
    "dot",
    caught_by="test_leaves_its_inputs_alone",
    says="The products are stored in the first vector, which belongs to the caller.",
)
def writes_into_the_first_vector(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    if isinstance(a, np.ndarray):
        a = a.astype(float)
    for i in range(len(a)):
        a[i] = float(a[i]) * float(b[i])
    return float(sum(a))


@mistake(
    "dot",
    caught_by="test_leaves_its_inputs_alone",
    says="The first vector is multiplied in place with *=, which changes the caller's array.",
)
def multiplies_in_place(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    a = np.asarray(a, dtype=float)
    a *= np.asarray(b, dtype=float)
    return float(a.sum())


@mistake(
    "dot",
    caught_by="test_of_empty_vectors_is_zero",
    says="Empty vectors are refused or crash; a sum without terms is 0.0.",
)
def needs_a_first_component(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    return functools.reduce(lambda total, term: total + term, [float(x) * float(y) for x, y in zip(a, b)])


@mistake(
    "dot",
    caught_by="test_cost_grows_like_the_length",
    says="The function calls itself for every component and copies the rest each time: Python gives up after about a thousand.",
)
def calls_itself_for_every_component(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    if len(a) == 0:
        return 0.0
    return float(a[0]) * float(b[0]) + dot(a[1:], b[1:])


@mistake(
    "dot",
    caught_by="test_cost_grows_like_the_length",
    says="A loop inside a loop visits all pairs of positions, although only equal positions count.",
)
def loops_inside_a_loop(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    total = 0.0
    for i in range(len(a)):
        for j in range(len(b)):
            if i == j:
                total += float(a[i]) * float(b[j])
    return total


@mistake(
    "dot",
    caught_by="test_cost_grows_like_the_length",
    says="A table of all products is made, of which only the diagonal is used: its size is the square of the length.",
)
def makes_a_table_of_all_products(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    return float(np.trace(np.outer(np.asarray(a, float), np.asarray(b, float))))


@mistake(
    "dot",
    caught_by="test_adds_up_the_products",
    says="The dot product is taken from NumPy; here you write it yourself.",
)
def calls_the_library(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    return float(np.dot(np.asarray(a, float), np.asarray(b, float)))


@mistake(
    "dot",
    caught_by="test_adds_up_the_products",
    says="The operator @ is NumPy's ready-made dot product; here you write it yourself.",
)
def uses_the_operator(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    return float(np.asarray(a, float) @ np.asarray(b, float))


@mistake(
    "dot",
    caught_by="test_computes_whole_numbers_as_floats",
    says="Whole numbers are made integers of 64 bits before they are multiplied. Products of large ones do not fit there either; floats "
    "have room for all of them.",
)
def whole_numbers_in_64_bits(a, b):
    if len(a) != len(b):
        raise ValueError(f"a has {len(a)} components, b has {len(b)}")
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype.kind in "iu" and b.dtype.kind in "iu":
        a, b = a.astype(np.int64), b.astype(np.int64)
    return float((a * b).sum())


# ---- norm


@mistake(
    "norm",
    caught_by="test_is_the_root_of_the_sum_of_squares",
    says="The sizes of the components are added up without squares and root. That is another length, the 1-norm.",
)
def adds_up_the_components(a):
    return float(sum(abs(float(x)) for x in a))


@mistake(
    "norm",
    caught_by="test_is_the_root_of_the_sum_of_squares",
    says="The root is missing: this is the square of the length.",
)
def forgets_the_root(a):
    return float(sum(float(x) ** 2 for x in a))


@mistake(
    "norm",
    caught_by="test_is_the_root_of_the_sum_of_squares",
    says="The squares are averaged instead of added up, so the length does not grow with the dimension.",
)
def averages_the_squares(a):
    return math.sqrt(sum(float(x) ** 2 for x in a) / max(len(a), 1))


@mistake(
    "norm",
    caught_by="test_is_the_root_of_the_sum_of_squares",
    says="The components are added up first and squared afterwards, so numbers of different signs cancel.",
)
def squares_the_sum(a):
    return math.sqrt(sum(float(x) for x in a) ** 2)


@mistake(
    "norm", caught_by="test_is_the_root_of_the_sum_of_squares", says="The largest component is taken for the length."
)
def takes_the_largest(a):
    return float(max((abs(float(x)) for x in a), default=0.0))


@mistake(
    "norm",
    caught_by="test_is_the_root_of_the_sum_of_squares",
    says="Only the first two components are looked at; a vector may have any number of them.",
)
def knows_two_dimensions_only(a):
    return math.sqrt(sum(float(x) ** 2 for x in a[:2]))


@mistake(
    "norm",
    caught_by="test_of_zeros_and_of_nothing_is_zero",
    says="A small number is added under the root, so a vector of zeros gets a length and small lengths are wrong.",
)
def adds_a_small_number(a):
    return math.sqrt(sum(float(x) ** 2 for x in a) + 1e-12)


@mistake(
    "norm",
    caught_by="test_of_zeros_and_of_nothing_is_zero",
    says="A vector without components is not handled; a sum without terms is 0.",
)
def needs_a_component(a):
    return math.sqrt(functools.reduce(lambda total, square: total + square, [float(x) ** 2 for x in a]))


@mistake(
    "norm",
    caught_by="test_of_zeros_and_of_nothing_is_zero",
    says="A length of zero is replaced by one. That is handy before a division, but it is not the length.",
)
def gives_zeros_the_length_one(a):
    return math.sqrt(sum(float(x) ** 2 for x in a)) or 1.0


@mistake(
    "norm",
    caught_by="test_is_right_for_huge_and_tiny_numbers",
    says="Short vectors are taken for zero: 1e-100 is small, but it is a length.",
)
def takes_short_for_zero(a):
    length = math.sqrt(sum(float(x) ** 2 for x in a))
    return length if length > 1e-12 else 0.0


@mistake(
    "norm",
    caught_by="test_is_right_for_huge_and_tiny_numbers",
    says="The numbers are squeezed into 32-bit floats, where 1e100 is infinite and 1e-100 zero.",
)
def measures_in_single_precision(a):
    return float(np.sqrt(np.sum(np.asarray(a, np.float32) ** 2)))


@mistake(
    "norm",
    caught_by="test_computes_whole_numbers_as_floats",
    says="Whole numbers are squared in the array's own integer type, where large squares overflow.",
)
def squares_whole_numbers(a):
    return float(np.sqrt(np.sum(np.asarray(a) ** 2)))


@mistake(
    "norm", caught_by="test_leaves_its_input_alone", says="The components are squared in place, in the caller's vector."
)
def squares_in_place(a):
    if isinstance(a, np.ndarray) and a.dtype.kind != "f":
        a = a.astype(float)
    for i in range(len(a)):
        a[i] = float(a[i]) ** 2
    return math.sqrt(sum(a))


@mistake(
    "norm",
    caught_by="test_cost_grows_like_the_length",
    says="The sum is made anew for every component: the work grows like the square of the length.",
)
def adds_up_again_and_again(a):
    total = 0.0
    for i in range(len(a)):
        total = sum(float(x) ** 2 for x in a[: i + 1])
    return math.sqrt(total)


@mistake(
    "norm",
    caught_by="test_is_the_root_of_the_sum_of_squares",
    says="The length is taken from NumPy; here you write it yourself.",
)
def calls_linalg(a):
    return float(np.linalg.norm(np.asarray(a, float)))


@mistake(
    "norm",
    caught_by="test_is_the_root_of_the_sum_of_squares",
    says="math.hypot is a ready-made length; here you write it yourself.",
)
def calls_hypot(a):
    return math.hypot(*[float(x) for x in a])


# ---- cosine_similarity


@mistake(
    "cosine_similarity",
    caught_by="test_stays_within_one",
    says="The rounded quotient is returned as it is, and it can be a little more than 1.",
)
def lets_rounding_through(a, b):
    lengths = norm(a) * norm(b)
    return dot(a, b) / lengths if lengths else 0.0


@mistake(
    "cosine_similarity",
    caught_by="test_of_a_vector_of_zeros_is_zero",
    says="A vector of zeros makes the code divide by zero.",
)
def divides_by_zero(a, b):
    return max(-1.0, min(1.0, dot(a, b) / (norm(a) * norm(b))))


@mistake(
    "cosine_similarity",
    caught_by="test_of_a_vector_of_zeros_is_zero",
    says="A vector of zeros gives NaN: NumPy divides 0 by 0 without an error.",
)
def gives_nan_for_zeros(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    a, b = np.asarray(a, float), np.asarray(b, float)
    with np.errstate(all="ignore"):
        return float(np.clip(np.sum(a * b) / (np.sqrt(np.sum(a * a)) * np.sqrt(np.sum(b * b))), -1, 1))


@mistake(
    "cosine_similarity",
    caught_by="test_of_a_vector_of_zeros_is_zero",
    says="Only the first vector is checked for zeros; the second can be the one.",
)
def checks_the_first_vector_only(a, b):
    product = dot(a, b)
    if norm(a) == 0:
        return 0.0
    return max(-1.0, min(1.0, product / (norm(a) * norm(b))))


@mistake(
    "cosine_similarity",
    caught_by="test_of_a_vector_of_zeros_is_zero",
    says="A vector of zeros raises an error. That is right for the angle; the cosine is 0.0 by agreement.",
)
def refuses_zeros(a, b):
    product = dot(a, b)
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("a vector of zeros has no direction")
    return max(-1.0, min(1.0, product / (norm(a) * norm(b))))


@mistake(
    "cosine_similarity",
    caught_by="test_of_a_vector_of_zeros_is_zero",
    says="Two vectors of zeros are called equal, with cosine 1; by agreement a vector of zeros is similar to nothing.",
)
def calls_zeros_equal(a, b):
    product, lengths = dot(a, b), norm(a) * norm(b)
    if lengths == 0:
        return 1.0 if norm(a) == norm(b) else 0.0
    return max(-1.0, min(1.0, product / lengths))


@mistake(
    "cosine_similarity",
    caught_by="test_depends_on_directions_only",
    says="A small number is added to the lengths, or compared with them, to avoid a division by zero. Only a length that is zero is zero.",
)
def adds_a_small_number_to_the_lengths(a, b):
    return max(-1.0, min(1.0, dot(a, b) / (norm(a) * norm(b) + 1e-12)))


@mistake(
    "cosine_similarity",
    caught_by="test_depends_on_directions_only",
    says="A small number is added to the lengths, or compared with them, to avoid a division by zero. Only a length that is zero is zero.",
)
def treats_short_as_zero(a, b):
    product = dot(a, b)
    if norm(a) < 1e-10 or norm(b) < 1e-10:
        return 0.0
    return max(-1.0, min(1.0, product / (norm(a) * norm(b))))


@mistake(
    "cosine_similarity",
    caught_by="test_depends_on_directions_only",
    says="The squared lengths are multiplied before the root is taken: for large or small vectors the product becomes infinite or zero.",
)
def multiplies_squared_lengths(a, b):
    product, squares = dot(a, b), dot(a, a) * dot(b, b)
    if squares == 0:
        return 0.0
    return max(-1.0, min(1.0, product / math.sqrt(squares)))


@mistake(
    "cosine_similarity",
    caught_by="test_is_the_dot_product_over_both_lengths",
    says="Only one of the two lengths divides the dot product, so the other still counts.",
)
def divides_by_one_length(a, b):
    product, length = dot(a, b), norm(a)
    return max(-1.0, min(1.0, product / length)) if length else 0.0


@mistake(
    "cosine_similarity",
    caught_by="test_is_the_dot_product_over_both_lengths",
    says="The lengths are missing: this is the dot product, cut off at 1 and −1.",
)
def forgets_the_lengths(a, b):
    return max(-1.0, min(1.0, dot(a, b)))


@mistake(
    "cosine_similarity",
    caught_by="test_is_the_dot_product_over_both_lengths",
    says="The dot product is divided by the squares of the lengths: a root is missing.",
)
def divides_by_squared_lengths(a, b):
    product, lengths = dot(a, b), dot(a, a) * dot(b, b)
    return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


@mistake(
    "cosine_similarity",
    caught_by="test_is_the_dot_product_over_both_lengths",
    says="The sign is lost: vectors that point opposite ways have the cosine −1, not 1.",
)
def loses_the_sign(a, b):
    product, lengths = dot(a, b), norm(a) * norm(b)
    return min(1.0, abs(product) / lengths) if lengths else 0.0


@mistake(
    "cosine_similarity",
    caught_by="test_is_the_dot_product_over_both_lengths",
    says="Negative cosines are cut off at 0. The range of the cosine begins at −1.",
)
def cuts_off_at_zero(a, b):
    product, lengths = dot(a, b), norm(a) * norm(b)
    return max(0.0, min(1.0, product / lengths)) if lengths else 0.0


@mistake(
    "cosine_similarity",
    caught_by="test_is_the_dot_product_over_both_lengths",
    says="The mean of each vector is subtracted first. That is the correlation, not the cosine.",
)
def subtracts_the_mean(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    if len(a) == 0:
        return 0.0
    a, b = [float(x) - float(sum(a)) / len(a) for x in a], [float(x) - float(sum(b)) / len(b) for x in b]
    product, lengths = dot(a, b), norm(a) * norm(b)
    return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


@mistake(
    "cosine_similarity", caught_by="test_depends_on_directions_only", says="The cosine is rounded to a few decimals."
)
def rounds_the_cosine(a, b):
    product, lengths = dot(a, b), norm(a) * norm(b)
    return max(-1.0, min(1.0, round(product / lengths, 9))) if lengths else 0.0


@mistake(
    "cosine_similarity",
    caught_by="test_refuses_different_lengths",
    says="Different lengths are not noticed: the rest of the longer vector is dropped from the dot product.",
)
def compares_what_there_is(a, b):
    product, lengths = sum(float(x) * float(y) for x, y in zip(a, b)), norm(a) * norm(b)
    return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


@mistake(
    "cosine_similarity",
    caught_by="test_takes_whole_numbers_and_leaves_inputs_alone",
    says="The vectors are brought to length 1 in place, in the caller's arrays.",
)
def normalises_in_place(a, b):
    dot(a, b)
    a, b = np.asarray(a, float), np.asarray(b, float)
    if not (np.any(a) and np.any(b)):
        return 0.0
    a /= np.sqrt(np.sum(a * a))
    b /= np.sqrt(np.sum(b * b))
    return float(np.clip(np.sum(a * b), -1.0, 1.0))


@mistake(
    "cosine_similarity",
    caught_by="test_takes_whole_numbers_and_leaves_inputs_alone",
    says="Whole numbers are multiplied in the array's own integer type, where large products overflow.",
)
def compares_whole_numbers(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    a, b = np.asarray(a), np.asarray(b)
    lengths = np.sqrt(np.sum(a * a, dtype=float)) * np.sqrt(np.sum(b * b, dtype=float))
    return float(np.clip(np.sum(a * b) / lengths, -1.0, 1.0)) if lengths else 0.0


@mistake(
    "cosine_similarity",
    caught_by="test_cost_grows_like_the_length",
    says="The lengths are computed anew for every component: the work grows like the square of the length.",
)
def divides_in_every_step(a, b):
    if dot(a, b) is None or norm(a) == 0 or norm(b) == 0:
        return 0.0
    return max(-1.0, min(1.0, sum(float(x) / norm(a) * (float(y) / norm(b)) for x, y in zip(a, b))))


@mistake(
    "cosine_similarity",
    caught_by="test_depends_on_directions_only",
    says="A cosine that is nearly 1 or -1 is made 1 or -1. Only what lies beyond has to be brought back: two directions may be close and "
    "yet not the same.",
)
def nearly_one_is_made_one(a, b):
    product, lengths = dot(a, b), norm(a) * norm(b)
    if lengths == 0.0:
        return 0.0
    cosine = product / lengths
    return float(round(cosine)) if abs(abs(cosine) - 1.0) < 1e-8 else cosine


# ---- angle


@mistake(
    "angle",
    caught_by="test_is_the_arc_cosine_of_the_cosine",
    says="The angle is in degrees; the contract asks for radians.",
)
def answers_in_degrees(a, b):
    cosine = cosine_similarity(a, b)
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("a vector of zeros has no direction")
    return math.degrees(math.acos(cosine))


@mistake(
    "angle",
    caught_by="test_is_the_arc_cosine_of_the_cosine",
    says="This is the cosine itself; the angle is what the arc cosine makes of it.",
)
def answers_with_the_cosine(a, b):
    cosine = cosine_similarity(a, b)
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("a vector of zeros has no direction")
    return cosine


@mistake(
    "angle",
    caught_by="test_is_the_arc_cosine_of_the_cosine",
    says="The dot product goes into the arc cosine without being divided by the lengths.",
)
def forgets_to_divide(a, b):
    product = dot(a, b)
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("a vector of zeros has no direction")
    return math.acos(max(-1.0, min(1.0, product)))


@mistake(
    "angle",
    caught_by="test_is_the_arc_cosine_of_the_cosine",
    says="The sign of the cosine is lost, so angles beyond π/2 are folded back.",
)
def folds_wide_angles_back(a, b):
    cosine = cosine_similarity(a, b)
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("a vector of zeros has no direction")
    return math.acos(abs(cosine))


@mistake(
    "angle", caught_by="test_is_the_arc_cosine_of_the_cosine", says="The arc sine is used in place of the arc cosine."
)
def uses_the_arc_sine(a, b):
    cosine = cosine_similarity(a, b)
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("a vector of zeros has no direction")
    return math.asin(cosine)


@mistake(
    "angle",
    caught_by="test_is_the_arc_cosine_of_the_cosine",
    says="The directions of the two vectors in the plane are subtracted: that has a sign, can exceed π, and knows two components only.",
)
def subtracts_directions(a, b):
    dot(a, b)
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("a vector of zeros has no direction")
    a, b = [*map(float, a), 0.0], [*map(float, b), 0.0]
    return math.atan2(b[1], b[0]) - math.atan2(a[1], a[0])


@mistake(
    "angle",
    caught_by="test_of_parallel_and_opposite_vectors",
    says="A cosine that rounding has carried beyond 1 goes into the arc cosine, which raises a math domain error.",
)
def leaves_the_domain(a, b):
    product, lengths = dot(a, b), norm(a) * norm(b)
    if lengths == 0:
        raise ValueError("a vector of zeros has no direction")
    return math.acos(product / lengths)


@mistake(
    "angle",
    caught_by="test_of_parallel_and_opposite_vectors",
    says="A cosine that rounding has carried beyond 1 goes into the arc cosine, and NumPy answers NaN.",
)
def gives_nan_for_parallel_vectors(a, b):
    product, lengths = dot(a, b), norm(a) * norm(b)
    if lengths == 0:
        raise ValueError("a vector of zeros has no direction")
    with np.errstate(all="ignore"):
        return float(np.arccos(product / lengths))


@mistake(
    "angle",
    caught_by="test_of_parallel_and_opposite_vectors",
    says="The cosine is cut off well before 1, so parallel vectors get an angle.",
)
def cuts_off_too_early(a, b):
    cosine = cosine_similarity(a, b)
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("a vector of zeros has no direction")
    return float(np.arccos(np.clip(cosine, -1 + 1e-7, 1 - 1e-7)))


@mistake(
    "angle",
    caught_by="test_of_parallel_and_opposite_vectors",
    says="The cosine is cut off at the top only; rounding can carry it below −1, too.",
)
def cuts_off_at_the_top_only(a, b):
    product, lengths = dot(a, b), norm(a) * norm(b)
    if lengths == 0:
        raise ValueError("a vector of zeros has no direction")
    return math.acos(min(1.0, product / lengths))


@mistake(
    "angle",
    caught_by="test_refuses_a_vector_of_zeros",
    says="A vector of zeros gets a right angle with everything, because its cosine is 0 by agreement.",
)
def gives_zeros_a_right_angle(a, b):
    return math.acos(cosine_similarity(a, b))


@mistake(
    "angle",
    caught_by="test_refuses_a_vector_of_zeros",
    says="A vector of zeros makes the code divide by zero; the contract asks for a ValueError.",
)
def divides_by_a_length_of_zero(a, b):
    return math.acos(max(-1.0, min(1.0, dot(a, b) / (norm(a) * norm(b)))))


@mistake(
    "angle",
    caught_by="test_refuses_a_vector_of_zeros",
    says="Only the first vector is checked for zeros; the second can be the one.",
)
def looks_at_the_first_only(a, b):
    cosine = cosine_similarity(a, b)
    if norm(a) == 0:
        raise ValueError("a vector of zeros has no direction")
    return math.acos(cosine)


@mistake(
    "angle",
    caught_by="test_is_the_arc_cosine_of_the_cosine",
    says="A cosine of 0 is taken for a vector of zeros, so right angles are refused.",
)
def refuses_right_angles(a, b):
    cosine = cosine_similarity(a, b)
    if cosine == 0:
        raise ValueError("a vector of zeros has no direction")
    return math.acos(cosine)


@mistake(
    "angle",
    caught_by="test_depends_on_directions_only",
    says="Short vectors are refused as if they were vectors of zeros.",
)
def refuses_short_vectors(a, b):
    cosine = cosine_similarity(a, b)
    if norm(a) < 1e-9 or norm(b) < 1e-9:
        raise ValueError("a vector of zeros has no direction")
    return math.acos(cosine)


@mistake(
    "angle",
    caught_by="test_is_exact_away_from_the_ends",
    says="The angle is computed in 32-bit floats, and half of its digits are lost.",
)
def measures_angles_in_single_precision(a, b):
    cosine = cosine_similarity(a, b)
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("a vector of zeros has no direction")
    if abs(cosine) > 0.999999:
        return math.acos(cosine)
    return float(np.arccos(np.float32(cosine)))


@mistake(
    "angle",
    caught_by="test_keeps_the_general_rules",
    says="Different lengths are not noticed: the rest of the longer vector is dropped.",
)
def ignores_surplus_components(a, b):
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("a vector of zeros has no direction")
    size = min(len(a), len(b))
    return math.acos(cosine_similarity(a[:size], b[:size]))


@mistake(
    "angle",
    caught_by="test_keeps_the_general_rules",
    says="The vectors are brought to length 1 in place, in the caller's arrays.",
)
def normalises_before_measuring(a, b):
    cosine = cosine_similarity(a, b)
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("a vector of zeros has no direction")
    for vector in (a, b):
        if not isinstance(vector, np.ndarray) or vector.dtype.kind == "f":
            length = norm(vector)
            for i in range(len(vector)):
                vector[i] = vector[i] / length
    return math.acos(cosine)


@mistake(
    "angle",
    caught_by="test_is_exact_away_from_the_ends",
    says="Cosines that are nearly 1 or -1 count as 1 or -1. The arc cosine is steep there: a difference in the tenth digit is an angle "
    "that one can see.",
)
def nearly_parallel_is_made_parallel(a, b):
    cosine = cosine_similarity(a, b)
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("a vector of zeros has no direction")
    if math.isclose(abs(cosine), 1.0, rel_tol=1e-9):
        cosine = math.copysign(1.0, cosine)
    return math.acos(cosine)


@mistake(
    "angle",
    caught_by="test_is_exact_away_from_the_ends",
    says="The cosine is rounded so that it does not exceed 1. The arc cosine is steep there, so small angles lose their digits: cut off "
    "what lies beyond, and leave the rest as it is.",
)
def rounds_before_the_arc_cosine(a, b):
    product, lengths = dot(a, b), norm(a) * norm(b)
    if lengths == 0.0:
        raise ValueError("a vector of zeros has no direction")
    return math.acos(round(product / lengths, 12))


# ---- Vector


@mistake(
    "Vector",
    caught_by="test_remembers_its_components",
    says="The list of components is made in the body of the class, so all vectors share it.",
)
class SharesOneList:
    components = []  # noqa: RUF012

    def __init__(self, components):
        self.components.extend(components)

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        return float(sum(x * y for x, y in zip(self.components, other.components)))

    def norm(self):
        return math.sqrt(self.dot(self))

    def cosine(self, other):
        product, lengths = self.dot(other), self.norm() * other.norm()
        return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


@mistake(
    "Vector",
    caught_by="test_remembers_its_components",
    says="The components are put in order of size; a vector's numbers belong to their places.",
)
class SortsItsComponents:
    def __init__(self, components):
        self.components = sorted(components)

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        return float(sum(x * y for x, y in zip(self.components, other.components)))

    def norm(self):
        return math.sqrt(self.dot(self))

    def cosine(self, other):
        product, lengths = self.dot(other), self.norm() * other.norm()
        return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


@mistake(
    "Vector",
    caught_by="test_remembers_its_components",
    says="The components live in a NumPy array; this class is to be plain Python.",
)
class KeepsAnArray:
    def __init__(self, components):
        self.components = np.array(components, dtype=float)

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        return float((self.components * other.components).sum())

    def norm(self):
        return math.sqrt(self.dot(self))

    def cosine(self, other):
        product, lengths = self.dot(other), self.norm() * other.norm()
        return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


@mistake(
    "Vector",
    caught_by="test_dot_adds_up_the_products",
    says="NumPy computes the dot product; this class is to be plain Python.",
)
class AsksNumpy:
    def __init__(self, components):
        self.components = list(components)

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        return float(np.dot(self.components, other.components))

    def norm(self):
        return math.sqrt(sum(x * x for x in self.components))

    def cosine(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        product = sum(x * y for x, y in zip(self.components, other.components))
        lengths = self.norm() * other.norm()
        return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


@mistake(
    "Vector",
    caught_by="test_norm_is_the_length",
    says="`norm` is a property or a stored number here; the contract asks for a method, called as v.norm().",
)
class HasALengthAsProperty:
    def __init__(self, components):
        self.components = list(components)

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        return float(sum(x * y for x, y in zip(self.components, other.components)))

    @property
    def norm(self):
        return math.sqrt(self.dot(self))

    def cosine(self, other):
        product, lengths = self.dot(other), self.norm * other.norm
        return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


@mistake(
    "Vector",
    caught_by="test_norm_is_the_length",
    says="The root is missing in `norm`: this is the square of the length.",
)
class ForgetsTheRoot:
    def __init__(self, components):
        self.components = list(components)

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        return float(sum(x * y for x, y in zip(self.components, other.components)))

    def norm(self):
        return self.dot(self)

    def cosine(self, other):
        product, lengths = self.dot(other), math.sqrt(self.norm()) * math.sqrt(other.norm())
        return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


@mistake(
    "Vector",
    caught_by="test_dot_adds_up_the_products",
    says="`dot` returns the products one by one, as a new Vector; the dot product is their sum.",
)
class MultipliesComponents:
    def __init__(self, components):
        self.components = list(components)

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        return Vector([x * y for x, y in zip(self.components, other.components)])

    def norm(self):
        return math.sqrt(sum(self.dot(self).components))

    def cosine(self, other):
        product, lengths = sum(self.dot(other).components), self.norm() * other.norm()
        return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


@mistake(
    "Vector",
    caught_by="test_cosine_is_that_of_the_functions",
    says="`cosine` divides by this vector's length twice and never by the other's.",
)
class ForgetsTheOthersLength:
    def __init__(self, components):
        self.components = list(components)

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        return float(sum(x * y for x, y in zip(self.components, other.components)))

    def norm(self):
        return math.sqrt(self.dot(self))

    def cosine(self, other):
        product, lengths = self.dot(other), self.norm() * self.norm()
        return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


@mistake(
    "Vector",
    caught_by="test_cosine_is_that_of_the_functions",
    says="`cosine` divides by zero when one of the vectors has nothing but zeros in it.",
)
class DividesByZero:
    def __init__(self, components):
        self.components = list(components)

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        return float(sum(x * y for x, y in zip(self.components, other.components)))

    def norm(self):
        return math.sqrt(self.dot(self))

    def cosine(self, other):
        return max(-1.0, min(1.0, self.dot(other) / (self.norm() * other.norm())))


@mistake(
    "Vector",
    caught_by="test_cosine_stays_within_one",
    says="`cosine` returns the rounded quotient as it is, and it can be a little more than 1.",
)
class LetsRoundingThrough:
    def __init__(self, components):
        self.components = list(components)

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        return float(sum(x * y for x, y in zip(self.components, other.components)))

    def norm(self):
        return math.sqrt(self.dot(self))

    def cosine(self, other):
        product, lengths = self.dot(other), self.norm() * other.norm()
        return product / lengths if lengths else 0.0


@mistake(
    "Vector",
    caught_by="test_refuses_different_dimensions",
    says="`dot` does not notice different numbers of components: the rest of the longer vector is dropped.",
)
class StopsAtTheShorterVector:
    def __init__(self, components):
        self.components = list(components)

    def dot(self, other):
        return float(sum(x * y for x, y in zip(self.components, other.components)))

    def norm(self):
        return math.sqrt(self.dot(self))

    def cosine(self, other):
        product, lengths = self.dot(other), self.norm() * other.norm()
        return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


@mistake(
    "Vector",
    caught_by="test_refuses_different_dimensions",
    says="`dot` refuses different numbers of components, but `cosine`, which adds up on its own, does not.",
)
class RefusesInDotOnly:
    def __init__(self, components):
        self.components = list(components)

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        return float(sum(x * y for x, y in zip(self.components, other.components)))

    def norm(self):
        return math.sqrt(self.dot(self))

    def cosine(self, other):
        product = sum(x * y for x, y in zip(self.components, other.components))
        lengths = self.norm() * other.norm()
        return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


@mistake(
    "Vector",
    caught_by="test_methods_leave_the_components_alone",
    says="`cosine` brings the vectors to length 1 and keeps them that way: a question must not change the vector.",
)
class NormalisesItself:
    def __init__(self, components):
        self.components = list(components)

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        return float(sum(x * y for x, y in zip(self.components, other.components)))

    def norm(self):
        return math.sqrt(self.dot(self))

    def cosine(self, other):
        self.dot(other)
        if not (self.norm() and other.norm()):
            return 0.0
        for vector in (self, other):
            length = vector.norm()
            vector.components = [x / length for x in vector.components]
        return max(-1.0, min(1.0, self.dot(other)))


@mistake(
    "Vector",
    caught_by="test_is_right_for_whole_huge_and_tiny_numbers",
    says="`cosine` multiplies the squared lengths before it takes the root: that overflows for large vectors and fades for small.",
)
class MultipliesSquaredLengths:
    def __init__(self, components):
        self.components = list(components)

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        return float(sum(x * y for x, y in zip(self.components, other.components)))

    def norm(self):
        return math.sqrt(self.dot(self))

    def cosine(self, other):
        product, squares = self.dot(other), self.dot(self) * other.dot(other)
        return max(-1.0, min(1.0, product / math.sqrt(squares))) if squares else 0.0


@mistake(
    "Vector",
    caught_by="test_is_right_for_whole_huge_and_tiny_numbers",
    says="`dot` of whole numbers is an int; a float is promised.",
)
class ReturnsWholeNumbers:
    def __init__(self, components):
        self.components = list(components)

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} and {len(other.components)} components")
        return sum(x * y for x, y in zip(self.components, other.components))

    def norm(self):
        return math.sqrt(self.dot(self))

    def cosine(self, other):
        product, lengths = self.dot(other), self.norm() * other.norm()
        return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


# ---- cosine_similarity_matrix


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_has_no_loop_over_rows",
    says="Every pair of rows is visited in a Python loop.",
)
def loops_over_all_pairs(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")
    dtype = np.result_type(x, y) if np.issubdtype(np.result_type(x, y), np.floating) else np.float64
    result = np.zeros((len(x), len(y)), dtype)
    for i in range(len(x)):
        for j in range(len(y)):
            result[i, j] = cosine_similarity(x[i], y[j])
    return result


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_has_no_loop_over_rows",
    says="The dot products are made at once, but the lengths of the rows one by one in a Python loop.",
)
def loops_over_the_lengths(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")

    def unit(rows):
        rows = rows if rows.dtype.kind == "f" else rows.astype(float)
        lengths = np.array([np.linalg.norm(row) or 1.0 for row in rows], dtype=rows.dtype)
        return rows / lengths.reshape(-1, 1)

    return unit(x) @ unit(y).T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_has_no_loop_over_rows",
    says="The rows of x are worked on one after the other; only those of y are taken together.",
)
def loops_over_the_rows_of_x(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")

    def unit(rows):
        rows = rows if rows.dtype.kind == "f" else rows.astype(float)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths == 0, 1, lengths)

    first, second = unit(x), unit(y)
    result = np.zeros((len(x), len(y)), np.result_type(first, second))
    for i, row in enumerate(first):
        result[i] = second @ row
    return result


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_has_no_loop_over_rows",
    says="np.apply_along_axis calls a Python function for every row: a loop in disguise.",
)
def hides_the_loop(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")

    def unit(rows):
        rows = rows if rows.dtype.kind == "f" else rows.astype(float)
        if len(rows) == 0:
            return rows
        return np.apply_along_axis(lambda row: row / row.dtype.type(np.linalg.norm(row) or 1), 1, rows)

    return unit(x) @ unit(y).T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_rows_of_zeros_give_zeros",
    says="Rows of zeros are divided by their length of 0 and give NaN.",
)
def gives_nan_for_rows_of_zeros(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")

    def unit(rows):
        rows = rows if rows.dtype.kind == "f" else rows.astype(float)
        with np.errstate(all="ignore"):
            return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    return unit(x) @ unit(y).T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_rows_of_zeros_give_zeros",
    says="Rows of zeros of x are taken care of, those of y are not.",
)
def forgets_zeros_in_y(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")
    x, y = (rows if rows.dtype.kind == "f" else rows.astype(float) for rows in (x, y))
    first, second = np.linalg.norm(x, axis=1, keepdims=True), np.linalg.norm(y, axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        return (x / np.where(first == 0, 1, first)) @ (y / second).T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_depends_on_directions_only",
    says="A small number is added to the lengths, or put in their place, to avoid a division by zero. Beside short rows it is large.",
)
def adds_a_small_number_to_lengths_of_rows(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")

    def unit(rows):
        rows = rows if rows.dtype.kind == "f" else rows.astype(float)
        return rows / (np.linalg.norm(rows, axis=1, keepdims=True) + rows.dtype.type(1e-12))

    return unit(x) @ unit(y).T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_depends_on_directions_only",
    says="A small number is added to the lengths, or put in their place, to avoid a division by zero. Beside short rows it is large.",
)
def has_a_smallest_length(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")

    def unit(rows):
        rows = rows if rows.dtype.kind == "f" else rows.astype(float)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), rows.dtype.type(1e-8))

    return unit(x) @ unit(y).T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_depends_on_directions_only",
    says="The squared lengths are multiplied before the root is taken, and that product becomes infinite or zero for large or small rows.",
)
def takes_the_root_of_the_product(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")
    x, y = (rows if rows.dtype.kind == "f" else rows.astype(float) for rows in (x, y))
    with np.errstate(all="ignore"):
        squares = np.sum(x * x, axis=1)[:, None] * np.sum(y * y, axis=1)[None, :]
        return x @ y.T / np.sqrt(np.where(squares == 0, 1, squares))


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_compares_every_row_with_every_row",
    says="The lengths are those of the columns: the sum runs along the wrong axis.",
)
def measures_columns(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")

    def unit(rows):
        rows = rows if rows.dtype.kind == "f" else rows.astype(float)
        lengths = np.linalg.norm(rows, axis=0, keepdims=True)
        return rows / np.where(lengths == 0, 1, lengths)

    return unit(x) @ unit(y).T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_compares_every_row_with_every_row",
    says="The lengths have shape (n,) and are lined up with the columns, not with the rows.",
)
def lines_lengths_up_with_columns(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")

    def unit(rows):
        rows = rows if rows.dtype.kind == "f" else rows.astype(float)
        lengths = np.linalg.norm(rows, axis=1)
        return rows / np.where(lengths == 0, 1, lengths)

    return unit(x) @ unit(y).T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_compares_every_row_with_every_row",
    says="Only the rows of x are divided by their lengths; those of y still count with theirs.",
)
def divides_by_the_lengths_of_x(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")
    x, y = (rows if rows.dtype.kind == "f" else rows.astype(float) for rows in (x, y))
    lengths = np.linalg.norm(x, axis=1, keepdims=True)
    return (x / np.where(lengths == 0, 1, lengths)) @ y.T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_compares_every_row_with_every_row",
    says="All rows are divided by one length, that of the whole matrix.",
)
def measures_the_whole_matrix(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")
    x, y = (rows if rows.dtype.kind == "f" else rows.astype(float) for rows in (x, y))
    return (x / (np.linalg.norm(x) or 1)) @ (y / (np.linalg.norm(y) or 1)).T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_compares_every_row_with_every_row",
    says="Rows and columns of the answer are swapped: rows belong to x, columns to y.",
)
def swaps_rows_and_columns(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")

    def unit(rows):
        rows = rows if rows.dtype.kind == "f" else rows.astype(float)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths == 0, 1, lengths)

    return unit(y) @ unit(x).T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_compares_every_row_with_every_row",
    says="The mean of each row is subtracted first. That gives correlations, not cosines.",
)
def correlates_rows(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")

    def unit(rows):
        rows = rows if rows.dtype.kind == "f" else rows.astype(float)
        rows = rows - rows.mean(axis=1, keepdims=True)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths == 0, 1, lengths)

    return unit(x) @ unit(y).T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_compares_every_row_with_every_row",
    says="Negative cosines are cut off at 0. The range of the cosine begins at −1.",
)
def cuts_negative_cosines_off(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")

    def unit(rows):
        rows = rows if rows.dtype.kind == "f" else rows.astype(float)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths == 0, 1, lengths)

    return np.clip(unit(x) @ unit(y).T, 0, 1)


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_keeps_the_type_and_takes_whole_numbers_and_lists",
    says="Everything is turned into float64, so float32 goes in and float64 comes out.",
)
def answers_in_double_precision(x, y):
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")

    def unit(rows):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths == 0, 1, lengths)

    return unit(x) @ unit(y).T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_keeps_the_type_and_takes_whole_numbers_and_lists",
    says="Whole numbers are multiplied in the array's own integer type, where large products overflow.",
)
def multiplies_rows_of_whole_numbers(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")

    def lengths(rows):
        found = np.sqrt(np.sum(rows * rows, axis=1).astype(rows.dtype if rows.dtype.kind == "f" else np.float64))
        return np.where(found > 0, found, 1)

    return x @ y.T / (lengths(x)[:, None] * lengths(y)[None, :])


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_keeps_the_type_and_takes_whole_numbers_and_lists",
    says="Lists are not turned into arrays: the code asks them for their shape.",
)
def wants_arrays(x, y):
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")

    def unit(rows):
        rows = rows if rows.dtype.kind == "f" else rows.astype(float)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths == 0, 1, lengths)

    return unit(x) @ unit(y).T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_takes_any_layout_and_leaves_inputs_alone",
    says="The rows are divided in place with /=, in the caller's array.",
)
def divides_in_place(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} components")
    x, y = (rows if rows.dtype.kind == "f" else rows.astype(float) for rows in (x, y))
    for rows in (x, y):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        rows /= np.where(lengths == 0, 1, lengths)
    return x @ y.T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_refuses_rows_of_different_lengths",
    says="Rows with a single component are stretched along the others by broadcasting instead of being refused.",
)
def stretches_rows_of_one_number(x, y):
    x, y = np.asarray(x), np.asarray(y)
    x, y = (rows if rows.dtype.kind == "f" else rows.astype(float) for rows in (x, y))

    def unit(rows):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths == 0, 1, lengths)

    return np.sum(unit(x)[:, None, :] * unit(y)[None, :, :], axis=-1)


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_refuses_rows_of_different_lengths",
    says="Rows of different lengths raise an AssertionError; the contract asks for a ValueError.",
)
def asserts_rows_of_equal_length(x, y):
    x, y = np.asarray(x), np.asarray(y)
    assert x.shape[1] == y.shape[1], f"{x.shape[1]} and {y.shape[1]} components"

    def unit(rows):
        rows = rows if rows.dtype.kind == "f" else rows.astype(float)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths == 0, 1, lengths)

    return unit(x) @ unit(y).T


@mistake(
    "cosine_similarity_matrix",
    caught_by="test_keeps_the_type_and_takes_whole_numbers_and_lists",
    says="Only whole numbers with a sign are made floats. Those without one, such as uint8, are multiplied in their own type, where the "
    "squares do not fit.",
)
def unsigned_numbers_are_forgotten(x, y):
    x, y = (a.astype(np.float64) if a.dtype.kind == "i" else a for a in (np.asarray(x), np.asarray(y)))
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f"rows of x have {x.shape[-1]} components, rows of y {y.shape[-1]}")
    lengths_x, lengths_y = (np.sqrt((a * a).sum(axis=1, keepdims=True)) for a in (x, y))
    return (x / np.where(lengths_x == 0, 1, lengths_x)) @ (y / np.where(lengths_y == 0, 1, lengths_y)).T


# ---- most_similar


@mistake(
    "most_similar",
    caught_by="test_ranks_by_falling_cosine",
    says="The least similar rows come first: NumPy sorts upwards.",
)
def ranks_upwards(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    return np.argsort(cosines, kind="stable")[:k]


@mistake(
    "most_similar",
    caught_by="test_ranks_by_falling_cosine",
    says="Rows are ranked by the dot product, so long rows have an advantage.",
)
def ranks_by_dot_product(query, keys, k=1):
    cosine_similarity_matrix([query], keys)
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    products = np.asarray(keys, float) @ np.asarray(query, float)
    return np.argsort(-products, kind="stable")[:k]


@mistake(
    "most_similar",
    caught_by="test_ranks_by_falling_cosine",
    says="Rows are ranked by the distance between the arrowheads. Two arrows can point the same way and end far apart.",
)
def ranks_by_distance(query, keys, k=1):
    cosine_similarity_matrix([query], keys)
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    distances = np.sum((np.asarray(keys, float) - np.asarray(query, float)) ** 2, axis=1)
    return np.argsort(distances, kind="stable")[:k]


@mistake(
    "most_similar",
    caught_by="test_ranks_by_falling_cosine",
    says="The sign of the cosine is ignored: rows that point the opposite way are ranked as similar.",
)
def ranks_by_size_of_cosine(query, keys, k=1):
    cosines = np.abs(cosine_similarity_matrix([query], keys)[0])
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    return np.argsort(-cosines, kind="stable")[:k]


@mistake(
    "most_similar",
    caught_by="test_ranks_by_falling_cosine",
    says="The k best rows are found, but they are not put in order.",
)
def leaves_the_best_unordered(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    return np.sort(np.argsort(-cosines, kind="stable")[:k])


@mistake(
    "most_similar",
    caught_by="test_ranks_by_falling_cosine",
    says="The cosines of the best rows are returned, not the numbers of the rows.",
)
def returns_cosines(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    return np.sort(cosines)[::-1][:k]


@mistake(
    "most_similar",
    caught_by="test_ranks_by_falling_cosine",
    says="For every row its place in the ranking is returned, where the rows in the order of the ranking were asked for.",
)
def returns_places(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    return np.argsort(np.argsort(-cosines, kind="stable"), kind="stable")[:k]


@mistake(
    "most_similar",
    caught_by="test_returns_one_row_unless_told_otherwise",
    says="For k = 1 a single number is returned in place of an array of shape (1,).",
)
def returns_a_single_number(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    order = np.argsort(-cosines, kind="stable")[:k]
    return order[0] if k == 1 else order


@mistake(
    "most_similar",
    caught_by="test_returns_one_row_unless_told_otherwise",
    says="A list is returned; the contract asks for an integer array.",
)
def returns_a_list(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    return np.argsort(-cosines, kind="stable")[:k].tolist()


@mistake(
    "most_similar",
    caught_by="test_puts_the_first_of_equals_first",
    says="The rising order is turned around, and with it the order of rows that are equally similar.",
)
def turns_the_order_around(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    return np.argsort(cosines, kind="stable")[::-1][:k]


@mistake(
    "most_similar",
    caught_by="test_puts_the_first_of_equals_first",
    says="Equals are not kept in order: NumPy's default way of sorting, and np.argpartition, promise nothing about them.",
)
def sorts_without_stability(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    return np.argsort(-cosines)[:k]


@mistake(
    "most_similar",
    caught_by="test_puts_the_first_of_equals_first",
    says="Equals are not kept in order: NumPy's default way of sorting, and np.argpartition, promise nothing about them.",
)
def picks_any_of_equals(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    best = np.sort(np.argpartition(-cosines, k - 1)[:k])
    return best[np.argsort(-cosines[best], kind="stable")]


@mistake(
    "most_similar",
    caught_by="test_counts_zeros_as_cosine_zero",
    says="Rows of zeros land behind all others, as NaN does when it is sorted; their cosine is 0, which is more than a negative one.",
)
def loses_rows_of_zeros(query, keys, k=1):
    cosine_similarity_matrix([query], keys)
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    query, keys = np.asarray(query, float), np.asarray(keys, float)
    with np.errstate(all="ignore"):
        cosines = (keys / np.linalg.norm(keys, axis=1, keepdims=True)) @ (query / np.linalg.norm(query))
    return np.argsort(-cosines, kind="stable")[:k]


@mistake(
    "most_similar",
    caught_by="test_counts_zeros_as_cosine_zero",
    says="Rows of zeros land behind all others, as NaN does when it is sorted; their cosine is 0, which is more than a negative one.",
)
def puts_zeros_last(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    cosines = np.where(np.any(np.asarray(keys) != 0, axis=1), cosines, -2.0)
    return np.argsort(-cosines, kind="stable")[:k]


@mistake(
    "most_similar",
    caught_by="test_refuses_an_impossible_k",
    says="k is not checked: slicing silently returns fewer rows, or counts from the end.",
)
def slices_without_checking(query, keys, k=1):
    return np.argsort(-cosine_similarity_matrix([query], keys)[0], kind="stable")[:k]


@mistake(
    "most_similar",
    caught_by="test_refuses_an_impossible_k",
    says="k = n is refused, although all rows may be asked for.",
)
def refuses_all_rows(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if not 1 <= k < max(len(keys), 2):
        raise ValueError(f"k is {k}")
    return np.argsort(-cosines, kind="stable")[:k]


@mistake(
    "most_similar",
    caught_by="test_refuses_an_impossible_k",
    says="A k that is too large is cut down to the number of keys without a word.",
)
def cuts_k_down(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if k < 1:
        raise ValueError(f"k is {k}")
    return np.argsort(-cosines, kind="stable")[: min(k, len(keys))]


@mistake(
    "most_similar",
    caught_by="test_refuses_an_impossible_k",
    says="The error for an impossible k does not say which k was asked for.",
)
def refuses_without_naming_k(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if not 1 <= k <= len(keys):
        raise ValueError("k must be at least one and at most the number of keys")
    return np.argsort(-cosines, kind="stable")[:k]


@mistake(
    "most_similar",
    caught_by="test_has_no_loop_over_the_keys",
    says="The cosines are computed one key at a time in a Python loop.",
)
def loops_over_the_keys(query, keys, k=1):
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    cosines = np.array([cosine_similarity(query, key) for key in keys])
    return np.argsort(-cosines, kind="stable")[:k]


@mistake(
    "most_similar",
    caught_by="test_has_no_loop_over_the_keys",
    says="Python's sorted looks at the keys one by one; NumPy can sort the whole array.",
)
def sorts_in_python(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    return np.array(sorted(range(len(keys)), key=lambda row: (-cosines[row], row))[:k])


@mistake(
    "most_similar",
    caught_by="test_keeps_the_general_rules",
    says="The query is brought to length 1 in place, in the caller's array.",
)
def scales_the_query_in_place(query, keys, k=1):
    cosines = cosine_similarity_matrix([query], keys)[0]
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    if isinstance(query, np.ndarray) and query.dtype.kind == "f" and np.any(query):
        query /= np.linalg.norm(query)
    return np.argsort(-cosines, kind="stable")[:k]


@mistake(
    "most_similar",
    caught_by="test_keeps_the_general_rules",
    says="Keys of another length than the query are cut down to what both have instead of being refused.",
)
def cuts_components_off(query, keys, k=1):
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}")
    query, keys = np.asarray(query), np.asarray(keys)
    size = min(len(query), keys.shape[1])
    return np.argsort(-cosine_similarity_matrix([query[:size]], keys[:, :size])[0], kind="stable")[:k]


@mistake(
    "most_similar",
    caught_by="test_tells_close_cosines_apart",
    says="The cosines are rounded before they are sorted, so that close ones count as equal.",
)
def cosines_rounded(query, keys, k=1):
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}, there are {len(keys)} keys")
    cosines = np.round(cosine_similarity_matrix(np.asarray(query)[np.newaxis, :], keys)[0], 8)
    return np.argsort(-cosines, kind="stable")[:k]


@mistake(
    "most_similar",
    caught_by="test_keeps_the_general_rules",
    says="Whole numbers are multiplied in the array's own integer type, where large products overflow.",
)
def multiplies_whole_numbers(query, keys, k=1):
    query, keys = np.asarray(query), np.asarray(keys)
    if query.shape != keys.shape[1:]:
        raise ValueError(f"{query.size} components against {keys.shape[1]}")
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}, expected 1 to {len(keys)}")
    lengths = np.linalg.norm(keys, axis=1)
    scores = keys @ query / np.where(lengths == 0, 1, lengths)
    return np.argsort(-scores, kind="stable")[:k]
