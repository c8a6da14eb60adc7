"""The hidden grader of unit 01. Every class reads like its row of the curriculum."""

import itertools
import math
from functools import partial

import numpy as np
from hypothesis import assume, example, given
from hypothesis import strategies as st

from autograder.judge.proxy import Handle
from autograder.toolkit import (
    assert_accepts_any_layout,
    assert_agrees,
    assert_computes_integers_in_float64,
    assert_inputs_unchanged,
    assert_keeps_dtype,
    assert_steady_operations,
    assert_value_error,
    assert_work_grows_linearly,
    exercise,
    matrices,
    points,
    require,
    spaced,
    vectors,
)

NO_DOT = ["numpy.dot", "numpy.inner", "numpy.vdot", "numpy.einsum", "numpy.matmul", "math.sumprod"]
NO_NORM = ["numpy.linalg.norm", "numpy.hypot", "math.hypot", "math.dist"]
# Not numpy.add, maximum or minimum: library code calls their `.reduce`, also that behind a stand-in, and a watched function has none.
NO_NUMPY = [
    "numpy.array", "numpy.asarray", "numpy.asanyarray", "numpy.fromiter", "numpy.zeros", "numpy.sum", "numpy.prod", "numpy.mean",
    "numpy.multiply", "numpy.square", "numpy.sqrt", "numpy.power", "numpy.absolute", "numpy.hypot", "numpy.clip", "numpy.isclose",
    "numpy.allclose", "numpy.dot", "numpy.inner", "numpy.vdot", "numpy.einsum", "numpy.matmul", "numpy.linalg.norm",
]  # fmt: skip

APPLE, FRUIT, CAR = [0.8, 0.6, 0.1, -0.2], [0.7, 0.5, 0.2, -0.1], [-0.1, -0.3, 0.9, 0.8]
HUGE, TINY = 1e149, 1e-150
WIDE = 50_000
"""Its square does not fit into 32 bits."""
SIZES = (1, 2, 250, 15_000_000, 2**55)
"""Times numbers of 7 bits: what 8 bits hold, with and without a sign, then 16, 32 and 64 bits."""
FACTORS = (1.0, 3.0, -1.0, -0.7)


def pairs(min_size=1, max_size=6):
    """Two vectors of the same length."""
    sizes = st.integers(min_size, max_size)
    return sizes.flatmap(lambda size: st.tuples(vectors(size, size), vectors(size, size)))


def matrix_pairs():
    """Two matrices with rows of the same length."""
    return st.integers(1, 4).flatmap(lambda d: st.tuples(matrices(columns=d), matrices(columns=d)))


def sizes_and_choices():
    """How many keys there are, and how many of them are asked for."""
    return st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n)))


def parallel_vectors():
    """Vectors of tenths for which the quotient of the cosine with a multiple of themselves rounds beyond 1 or −1, whichever of the
    usual ways it is computed in, for at least one of FACTORS."""
    tenths = [[-6, 2, 3], [-9, 4, 0, -2], [8, 2, 9], [3, 9], [3, 6, 1], [1, 8, 3, 7], [5, 3], [9, 9], [7, 6], [4, 8, 7]]
    return [[number / 10 for number in numbers] for numbers in tenths]


def assert_cost_is_linear(function, *makers):
    """`makers` make vectors of a length; right for thousands of numbers is asked elsewhere."""
    small, large = ([make(size) for make in makers] for size in (200, 800))
    assert_work_grows_linearly(function, small=small, large=large)


def assert_leaves_alone(function, *vectors, right):
    """Lists and arrays are the same after the call; and arrays may be every second number of something longer."""
    assert_inputs_unchanged(function, *vectors)
    assert_inputs_unchanged(function, *map(np.array, vectors))
    assert_agrees(function(*(spaced(np.array(vector)) for vector in vectors)), right)


def assert_refuses_different_lengths(function, *pairs):
    """A ValueError that names both lengths, whichever vector is the shorter one, for lists and for arrays."""
    for short, long in pairs:
        names = [str(short), str(long)]
        for a, b in (([1.0] * short, [2.0] * long), ([2.0] * long, [1.0] * short)):
            assert_value_error(function, a, b, names=names)
            assert_value_error(function, np.array(a), np.array(b), names=names)


def assert_computes_as_floats(function, right, *vectors):
    """Whole numbers as they are, in lists, and in arrays of every type, up to sizes at which no product fits into the type."""
    assert_agrees(function(*vectors), right(*vectors))
    for size in SIZES:
        assert_computes_integers_in_float64(function, right, *(size * np.array(vector) for vector in vectors))


def assert_rows(got, expected):
    """Row numbers: an array of integers of any width."""
    require(isinstance(got, np.ndarray) and got.dtype.kind in "iu", "is not an array of integers", got)
    assert_agrees(got.astype(np.int64), expected.astype(np.int64))


def assert_within_one(cosine):
    """Between -1 and 1, exactly: shown with all digits, for the last one is what matters."""
    require(type(cosine) in (float, np.float64), "is not a float", cosine)
    require(-1.0 <= cosine <= 1.0, f"{float(cosine)!r} lies outside of [-1, 1]")


def make_vector(student, numbers):
    made = student.Vector(numbers)
    require(isinstance(made, Handle), "Vector(...) does not make an object of a class of its own", made)
    return made


def ask(vector, question, *others):
    """`vector.question(*others)`, for a `question` that may turn out not to be a method."""
    method = getattr(vector, question)
    require(callable(method), f"`{question}` is not a method: it has to be called, as in `v.{question}(...)`", method)
    return method(*others)


def assert_components(vector, numbers):
    components = vector.components
    require(type(components) in (list, tuple), "components is neither a list nor a tuple", components)
    plain = all(type(number) in (int, float) for number in components)
    require(plain and list(components) == numbers, "components are not the numbers that were given", components)


def ramp(size):
    return [index / size for index in range(size)]


def waves(size):
    return [math.sin(index) for index in range(size)]


@exercise("dot", points=5, forbidden=NO_DOT)
class TestDot:
    @points(1)
    @given(ab=pairs())
    @example(ab=(np.array([1.0, 0.5, 2.0]), np.array([0.3, 0.7, -0.1])))
    @example(ab=(np.array([1.0, -2.0]), np.array([3.0, 4.0])))
    @example(ab=(np.array([2.0]), np.array([-3.0])))
    def test_adds_up_the_products(self, student, reference, ab):
        """Each number of a is multiplied by the number of b in the same place, and the products are added, signs and all."""
        assert_agrees(student.dot(*ab), reference.dot(*ab))

    @points(0.5)
    def test_of_empty_vectors_is_zero(self, student):
        """A sum without terms is 0, and the answer is a float here, too."""
        assert_agrees(student.dot([], []), 0.0)
        assert_agrees(student.dot(np.zeros(0), np.zeros(0)), 0.0)

    @points(1)
    def test_refuses_different_lengths(self, student):
        """Stopping at the shorter vector, or stretching one number along the other vector, hides a mistake of the caller. Both
        lengths belong in the message."""
        assert_refuses_different_lengths(student.dot, (2, 3), (4, 7), (1, 6), (0, 5))

    @points(0.5)
    def test_computes_whole_numbers_as_floats(self, student, reference):
        """Whole numbers in an array have a fixed width, and a product that does not fit is wrong without an error. Turn numbers into
        floats before you multiply; the answer is a float for lists of whole numbers, too."""
        assert_agrees(student.dot([1, 2], [3, 4]), 11.0)
        assert_computes_as_floats(student.dot, reference.dot, [100, 50, 120], [70, 10, 90])
        assert_computes_as_floats(student.dot, reference.dot, [100, -128, 7], [3, -2, 100])

    @points(0.5)
    def test_is_as_exact_as_floats_are(self, student):
        """Very small and very large numbers count, too: nothing is rounded, cut off or treated as zero on the way."""
        assert_agrees(student.dot([1e-75, 2e-75], [3e-75, 1e-75]), 5e-150, scale=5e-150)
        assert_agrees(student.dot([1e75, 2e75], [3e74, 1e74]), 5e149, scale=5e149)
        assert_agrees(student.dot([1e8, 1.0, -1e8], [1.0, 0.25, 1.0]), 0.25)

    @points(0.5)
    def test_leaves_its_inputs_alone(self, student):
        """The vectors belong to the caller: compute new numbers, do not write into a or b."""
        assert_leaves_alone(student.dot, [1.0, 2.0, 3.0], [4.0, 5.0, 6.0], right=32.0)

    @points(1)
    def test_cost_grows_like_the_length(self, student):
        """One step a number is enough, also for vectors of thousands. A loop inside a loop, slicing or recursion at every step, or a
        table of all pairs is not."""
        assert_agrees(student.dot([0.5] * 3000, [2.0] * 3000), 3000.0)
        assert_cost_is_linear(student.dot, ramp, waves)


@exercise("norm", points=4, forbidden=NO_NORM)
class TestNorm:
    @points(1.5)
    @given(a=vectors())
    @example(a=np.array([3.0, 4.0]))
    @example(a=np.array([-3.0, -4.0, 12.0]))
    @example(a=np.array([-2.0]))
    @example(a=np.array([1.0, 1.0, 1.0, 1.0]))
    def test_is_the_root_of_the_sum_of_squares(self, student, reference, a):
        """Square every component, add up, and take the root of the sum, in this order."""
        assert_agrees(student.norm(a), reference.norm(a))

    @points(0.5)
    def test_of_zeros_and_of_nothing_is_zero(self, student):
        """An arrow without extent has length 0, and the answer is a float here, too."""
        assert_agrees(student.norm([0.0, 0.0, 0.0]), 0.0, scale=1e-100)
        assert_agrees(student.norm([0, 0]), 0.0, scale=1e-100)
        assert_agrees(student.norm([]), 0.0, scale=1e-100)

    @points(0.5)
    def test_is_right_for_huge_and_tiny_numbers(self, student):
        """The squares of 1e150 and 1e-150 still fit into a float. Do not compute in a smaller type, and add no small number to be safe."""
        for size in (HUGE, 1e100, 1e-100, TINY):
            assert_agrees(student.norm([3.0 * size, -4.0 * size]), 5.0 * size, scale=size)
            assert_agrees(student.norm(np.array([2.0 * size, 0.0, 0.0])), 2.0 * size, scale=size)

    @points(0.5)
    def test_computes_whole_numbers_as_floats(self, student, reference):
        """Whole numbers in an array have a fixed width, and a square that does not fit is wrong without an error. Turn numbers into
        floats before you square them."""
        assert_agrees(student.norm([3, 4]), 5.0)
        assert_computes_as_floats(student.norm, reference.norm, [90, 120])
        assert_computes_as_floats(student.norm, reference.norm, [96, -128])

    @points(0.5)
    def test_leaves_its_input_alone(self, student):
        """The vector belongs to the caller: compute new numbers, do not write into a."""
        assert_leaves_alone(student.norm, [3.0, -4.0], right=5.0)

    @points(0.5)
    def test_cost_grows_like_the_length(self, student):
        """One step a number is enough, also for vectors of thousands."""
        assert_agrees(student.norm([2.0] * 2500), 100.0)
        assert_cost_is_linear(student.norm, waves)


@exercise("cosine_similarity", points=5)
class TestCosineSimilarity:
    @points(1)
    @given(ab=pairs())
    @example(ab=(np.array([3.0, 4.0]), np.array([1.0, 0.0])))
    @example(ab=(np.array([1.0, 2.0, 3.0]), np.array([-1.0, -2.0, -3.0])))
    @example(ab=(np.array(APPLE), np.array(FRUIT)))
    @example(ab=(np.array(APPLE), np.array(CAR)))
    @example(ab=(np.array([2.0]), np.array([0.5])))
    def test_is_the_dot_product_over_both_lengths(self, student, reference, ab):
        """Both lengths divide the dot product, and its sign stays: the cosine of opposite vectors is negative."""
        assert_agrees(student.cosine_similarity(*ab), reference.cosine_similarity(*ab))

    @points(1)
    def test_stays_within_one(self, student):
        """The quotient of parallel vectors can round to 1.0000000000000002, and no cosine is that large: bring it back to the nearest
        number that a cosine may be."""
        for a in parallel_vectors():
            for factor in FACTORS:
                cosine = student.cosine_similarity(a, [factor * x for x in a])
                assert_agrees(cosine, math.copysign(1.0, factor), scale=1e-3)
                assert_within_one(cosine)

    @points(0.5)
    def test_of_a_vector_of_zeros_is_zero(self, student):
        """There is nothing to divide by. By agreement the answer is 0.0 whichever of the two vectors it is, or both: not NaN, not an
        error."""
        zeros, other = [0.0, 0.0, 0.0], [1.0, -2.0, 3.0]
        cases = [(zeros, other), (other, zeros), (zeros, zeros), ([], []), ([0, 0], [1, 2])]
        for a, b in [*cases, (np.zeros(2), np.ones(2)), (np.ones(2), np.zeros(2))]:
            assert_agrees(student.cosine_similarity(a, b), 0.0, scale=1e-100)

    @points(1)
    def test_depends_on_directions_only(self, student):
        """Huge and tiny vectors have ordinary cosines. Which number on the way becomes infinite, or fades to zero? And a length of
        1e-150 is small, but it is not zero."""
        for left, right in itertools.product((HUGE, 1e100, 1.0, 1e-100, TINY), repeat=2):
            assert_agrees(student.cosine_similarity([3.0 * left, 4.0 * left], [right, 0.0]), 0.6, scale=1e-3)
            diagonal = student.cosine_similarity(np.array([left, -left]), np.array([0.0, right]))
            assert_agrees(diagonal, -math.sqrt(0.5), scale=1e-3)
        assert_agrees(student.cosine_similarity([1.0, 0.0], [1e-8, 1.0]), 1e-8, scale=1e-3)
        for factor, small in itertools.product((1.0, -1.0), (1e-4, 1.23e-5)):
            nearly = 1 / math.sqrt(1 + small**2)  # no 1 yet, and not to be made one
            assert_agrees(student.cosine_similarity([factor, 0.0], [1.0, small]), factor * nearly, scale=1e-3)

    @points(0.5)
    def test_refuses_different_lengths(self, student):
        """Vectors of different lengths have no cosine: a ValueError that names both lengths."""
        assert_refuses_different_lengths(student.cosine_similarity, (2, 3), (4, 7), (1, 6))

    @points(0.5)
    def test_takes_whole_numbers_and_leaves_inputs_alone(self, student, reference):
        """Whole numbers compute as floats, and the vectors belong to the caller: do not write into a or b."""
        assert_agrees(student.cosine_similarity([3, 4], [1, 0]), 0.6)
        assert_computes_as_floats(student.cosine_similarity, reference.cosine_similarity, [90, 120], [50, 0])
        assert_computes_as_floats(student.cosine_similarity, reference.cosine_similarity, [96, -128], [-7, 100])
        assert_leaves_alone(student.cosine_similarity, [3.0, 4.0], [1.0, 0.0], right=0.6)

    @points(0.5)
    def test_cost_grows_like_the_length(self, student):
        """A few steps a number are enough, also for vectors of thousands."""
        assert_agrees(student.cosine_similarity([0.5] * 3000, [2.0] * 3000), 1.0)
        assert_cost_is_linear(student.cosine_similarity, ramp, waves)


@exercise("angle", points=4)
class TestAngle:
    @points(1)
    @given(ab=pairs())
    @example(ab=(np.array([1.0, 0.0]), np.array([1.0, 1.0])))
    @example(ab=(np.array([1.0, 0.0]), np.array([-1.0, 1.0])))
    @example(ab=(np.array([1.0, 0.0]), np.array([0.0, -2.0])))
    @example(ab=(np.array([3.0, 0.0, 0.0]), np.array([0.5, 0.5, 0.0])))
    def test_is_the_arc_cosine_of_the_cosine(self, student, reference, ab):
        """The angle is in radians, between 0 and π: 0 the same way, π/2 at a right angle, π the opposite way. It has no sign, and it does
        not depend on the lengths."""
        assume(np.any(ab[0]) and np.any(ab[1]))
        # Near 0 and π the arc cosine magnifies the rounding of its argument, so right answers differ by up to about 1e-7.
        assert_agrees(student.angle(*ab), reference.angle(*ab), scale=100.0)

    @points(0.5)
    def test_is_exact_away_from_the_ends(self, student):
        """Between the ends nothing is lost: compute with floats of full width and round nothing."""
        for degrees in (30, 45, 60, 90, 120, 150):
            direction = [2.0 * math.cos(math.radians(degrees)), 2.0 * math.sin(math.radians(degrees))]
            assert_agrees(student.angle([5.0, 0.0], direction), math.radians(degrees), scale=1e-3)
            assert_agrees(student.angle(direction, [0.5, 0.0]), math.radians(degrees), scale=1e-3)
        for small in (1e-4, 1.23e-5):  # the cosine differs from 1 in its ninth digit, then in its eleventh to fifteenth
            assert_agrees(student.angle([1.0, 0.0], [1.0, small]), math.atan(small), scale=1.0)
            assert_agrees(student.angle([-1.0, 0.0], [1.0, small]), math.pi - math.atan(small), scale=1.0)

    @points(1)
    def test_of_parallel_and_opposite_vectors(self, student):
        """0 or π within 1e-7, and never NaN or an error. Rounding carries some cosines just out of the arc cosine's reach; cutting
        them off too early costs the angle its exactness."""
        for a in parallel_vectors():
            for factor in FACTORS:
                found = student.angle(a, [factor * x for x in a])
                assert_agrees(found, 0.0 if factor > 0 else math.pi, scale=100.0)
                require(0.0 <= found <= math.pi, f"{float(found)!r} lies outside of [0, π]")

    @points(0.5)
    def test_refuses_a_vector_of_zeros(self, student):
        """A vector of zeros points nowhere. Its cosine was 0 by agreement, but a right angle it is not: raise a ValueError,
        whichever of the two it is."""
        zeros, other = [0.0, 0.0, 0.0], [1.0, -2.0, 3.0]
        for a, b in ((zeros, other), (other, zeros), (zeros, zeros), (np.zeros(2), np.ones(2)), ([1, 2], [0, 0])):
            assert_value_error(student.angle, a, b)

    @points(0.5)
    def test_depends_on_directions_only(self, student):
        """Huge and tiny vectors have ordinary angles: a small vector is not a vector of zeros."""
        for left, right in itertools.product((HUGE, 1.0, TINY), repeat=2):
            assert_agrees(student.angle([left, 0.0], [right, right]), math.pi / 4)

    @points(0.5)
    def test_keeps_the_general_rules(self, student, reference):
        """Different lengths are a ValueError that names both; whole numbers compute as floats; the vectors belong to the caller."""
        assert_refuses_different_lengths(student.angle, (4, 7), (1, 6))
        assert_agrees(student.angle([1, 0], [0, 2]), math.pi / 2)
        assert_computes_as_floats(student.angle, reference.angle, [100, 0], [120, 120])
        assert_computes_as_floats(student.angle, reference.angle, [96, -128], [-7, 100])
        assert_leaves_alone(student.angle, [1.0, 0.0], [0.0, 2.0], right=math.pi / 2)


@exercise("Vector", points=6, forbidden=NO_NUMPY)
class TestVector:
    @points(1)
    def test_remembers_its_components(self, student):
        """`components` is a list or a tuple with the numbers that were given, in their order. Each vector has its own: a list in the
        body of the class is shared by all of them."""
        numbers = ([3.0, 4.0], [1.0, -2.0, 0.5], [7.0], [2, 0, 1])
        made = [make_vector(student, given_numbers) for given_numbers in numbers]
        for vector, given_numbers in zip(made, numbers, strict=True):
            assert_components(vector, given_numbers)

    @points(1)
    @given(ab=pairs())
    @example(ab=(np.array([1.0, 0.5, 2.0]), np.array([0.3, 0.7, -0.1])))
    @example(ab=(np.array([3.0, 4.0]), np.array([1.0, 0.0])))
    def test_dot_adds_up_the_products(self, student, reference, ab):
        """`v.dot(w)` multiplies the components of both vectors place by place and adds up, as `dot` does."""
        a, b = (numbers.tolist() for numbers in ab)
        assert_agrees(ask(make_vector(student, a), "dot", make_vector(student, b)), reference.dot(a, b))

    @points(1)
    @given(a=vectors())
    @example(a=np.array([3.0, 4.0]))
    @example(a=np.array([-3.0, -4.0, 12.0]))
    def test_norm_is_the_length(self, student, reference, a):
        """`v.norm()` is the Euclidean length, as `norm` computes it."""
        numbers = a.tolist()
        assert_agrees(ask(make_vector(student, numbers), "norm"), reference.norm(numbers))

    @points(1)
    @given(ab=pairs())
    @example(ab=(np.array([3.0, 4.0]), np.array([1.0, 0.0])))
    @example(ab=(np.array([1.0, 2.0]), np.array([-2.0, -4.0])))
    @example(ab=(np.array([0.0, 0.0]), np.array([1.0, 2.0])))
    @example(ab=(np.array([1.0, 2.0]), np.array([0.0, 0.0])))
    @example(ab=(np.array([0.0, 0.0]), np.array([0.0, 0.0])))
    def test_cosine_is_that_of_the_functions(self, student, reference, ab):
        """`v.cosine(w)` keeps the rules of `cosine_similarity`: both lengths divide, and a vector of zeros gives 0.0."""
        a, b = (numbers.tolist() for numbers in ab)
        cosine = ask(make_vector(student, a), "cosine", make_vector(student, b))
        assert_agrees(cosine, reference.cosine_similarity(a, b))
        if not any(a):
            zeros = make_vector(student, a)
            assert_agrees(ask(zeros, "cosine", zeros), 0.0)

    @points(0.5)
    def test_cosine_stays_within_one(self, student):
        """Parallel vectors again: rounding must not carry the cosine out of [-1, 1]."""
        for a in parallel_vectors():
            vector = make_vector(student, a)
            assert_within_one(ask(vector, "cosine", vector))
            for factor in FACTORS:
                cosine = ask(vector, "cosine", make_vector(student, [factor * x for x in a]))
                assert_agrees(cosine, math.copysign(1.0, factor), scale=1e-3)
                assert_within_one(cosine)

    @points(0.5)
    def test_refuses_different_dimensions(self, student):
        """A ValueError that names both numbers of components, from `dot` and from `cosine`."""
        for size, other_size in ((2, 3), (1, 6), (7, 4)):
            v, w = make_vector(student, [1.0] * size), make_vector(student, [2.0] * other_size)
            for question in ("dot", "cosine"):
                assert_value_error(partial(ask, v, question), w, names=[str(size), str(other_size)])

    @points(0.5)
    def test_methods_leave_the_components_alone(self, student):
        """A method answers a question; the components of both vectors stay what they were."""
        v, w = make_vector(student, [3.0, 4.0]), make_vector(student, [1.0, 2.0])
        for question, others in (("dot", [w]), ("norm", []), ("cosine", [w]), ("cosine", [v])):
            ask(v, question, *others)
            assert_components(v, [3.0, 4.0])
            assert_components(w, [1.0, 2.0])

    @points(0.5)
    def test_is_right_for_whole_huge_and_tiny_numbers(self, student):
        """Whole numbers give floats as well. Huge and tiny vectors have ordinary lengths and cosines: which number on the way becomes
        infinite, or fades to zero?"""
        whole = make_vector(student, [3, 4])
        assert_agrees(ask(whole, "dot", make_vector(student, [1, 2])), 11.0)
        assert_agrees(ask(whole, "dot", make_vector(student, [2, 1])), 10.0)
        assert_agrees(ask(whole, "norm"), 5.0)
        assert_agrees(ask(whole, "cosine", make_vector(student, [1, 0])), 0.6)
        for left, right in itertools.product((HUGE, 1.0, TINY), repeat=2):
            v, w = make_vector(student, [3.0 * left, 4.0 * left]), make_vector(student, [right, 0.0])
            assert_agrees(ask(v, "norm"), 5.0 * left, scale=left)
            assert_agrees(ask(v, "cosine", w), 0.6, scale=1e-3)


@exercise("cosine_similarity_matrix", points=8)
class TestCosineSimilarityMatrix:
    @points(2.5)
    @given(xy=matrix_pairs())
    @example(xy=(np.array([[3.0, 4.0], [1.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])))
    @example(xy=(np.array([[1.0, 2.0], [2.0, -1.0]]), np.array([[1.0, 3.0], [4.0, 0.0]])))
    @example(xy=(np.array([APPLE]), np.array([FRUIT, CAR])))
    def test_compares_every_row_with_every_row(self, student, reference, xy):
        """Entry (i, j) is the cosine of row i of x with row j of y. Is each row divided by its own length? Do the lengths
        line up with the rows, not with the columns?"""
        assert_agrees(student.cosine_similarity_matrix(*xy), reference.cosine_similarity_matrix(*xy))

    @points(1)
    def test_rows_of_zeros_give_zeros(self, student):
        """A row of zeros has the cosine 0 with everything, itself included: nothing may divide by its length."""
        x = np.array([[0.0, 0.0, 0.0], [1.0, 2.0, 2.0]])
        y = np.array([[2.0, 4.0, 4.0], [0.0, 0.0, 0.0], [-1.0, -2.0, -2.0]])
        assert_agrees(student.cosine_similarity_matrix(x, y), np.array([[0.0, 0.0, 0.0], [1.0, 0.0, -1.0]]))
        assert_agrees(student.cosine_similarity_matrix(np.zeros((2, 3)), np.zeros((4, 3))), np.zeros((2, 4)))

    @points(1)
    def test_depends_on_directions_only(self, student, reference):
        """Huge and tiny rows have ordinary cosines. Which number on the way becomes infinite or fades to zero? A small number that is
        added to a length to be safe is not small beside a tiny one."""
        directions = np.array([[3.0, 4.0], [1.0, -1.0], [0.0, 2.0]])
        sizes = np.array([[HUGE], [1.0], [TINY]])
        expected = reference.cosine_similarity_matrix(directions, directions[::-1])
        for x in (sizes * directions, sizes[::-1] * directions):
            assert_agrees(student.cosine_similarity_matrix(x, sizes * directions[::-1]), expected, scale=1e-3)

    @points(1)
    def test_keeps_the_type_and_takes_whole_numbers_and_lists(self, student, reference):
        """float32 in, float32 out; whole numbers and lists compute in float64. Which array on the way has a type of its own? Whole
        numbers have a fixed width: turn them into floats before you multiply."""
        x = np.array([[3.0, 4.0, 0.0], [1.0, -2.0, 2.0]])
        y = np.array([[1.0, 1.0, 0.0], [0.0, -3.0, 4.0], [2.0, 1.0, 2.0]])
        assert_keeps_dtype(student.cosine_similarity_matrix, reference.cosine_similarity_matrix, x, y)
        expected = reference.cosine_similarity_matrix(x, y)
        assert_agrees(student.cosine_similarity_matrix(x.tolist(), y.tolist()), expected)
        assert_agrees(student.cosine_similarity_matrix([[3, 4, 0], [1, -2, 2]], y), expected)
        assert_agrees(student.cosine_similarity_matrix((WIDE * x).astype(np.int32), y.astype(np.int8)), expected)
        matrix, right = student.cosine_similarity_matrix, reference.cosine_similarity_matrix
        for size, sign in itertools.product(SIZES, (np.positive, np.abs)):
            assert_computes_integers_in_float64(matrix, right, 30 * size * sign(x), 30 * size * sign(y))

    @points(0.5)
    def test_takes_any_layout_and_leaves_inputs_alone(self, student, reference):
        """The arrays belong to the caller: `/=` writes into them. Transposed, spaced and empty arrays are arrays like any other."""
        x, y = np.array([[3.0, 4.0], [1.0, 2.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [-2.0, 2.0]])
        assert_inputs_unchanged(student.cosine_similarity_matrix, x, y)
        assert_accepts_any_layout(student.cosine_similarity_matrix, reference.cosine_similarity_matrix, x, y)
        assert_agrees(student.cosine_similarity_matrix(np.zeros((0, 2)), y), np.zeros((0, 2)))
        assert_agrees(student.cosine_similarity_matrix(x, np.zeros((0, 2))), np.zeros((3, 0)))

    @points(0.5)
    def test_refuses_rows_of_different_lengths(self, student):
        """Rows of 3 and of 4 numbers cannot be compared, and a row of a single number must not be stretched: a ValueError that
        names both lengths."""
        for left, right in ((3, 4), (1, 5), (5, 1)):
            x, y = np.ones((2, left)), np.ones((7, right))
            assert_value_error(student.cosine_similarity_matrix, x, y, names=[str(left), str(right)])
        assert_value_error(student.cosine_similarity_matrix, np.ones((6, 3)), np.ones((6, 4)), names=["3", "4"])

    @points(1.5)
    def test_has_no_loop_over_rows(self, student):
        """The work issued from Python must not grow with n or m: no `for`, comprehension, `map` or np.vectorize over rows. A row's length
        and all dot products can be computed for all rows at once."""
        x, y = np.random.default_rng(3).normal(size=(64, 5)), np.random.default_rng(4).normal(size=(80, 5))
        assert_steady_operations(student.cosine_similarity_matrix, small=[x[:4], y[:6]], large=[x, y[:6]])
        assert_steady_operations(student.cosine_similarity_matrix, small=[x[:4], y[:6]], large=[x[:4], y])


@exercise("most_similar", points=6)
class TestMostSimilar:
    @points(1.5)
    @given(seed=st.integers(0, 10_000), nk=sizes_and_choices(), d=st.integers(2, 4))
    @example(seed=0, nk=(5, 5), d=3)
    @example(seed=1, nk=(9, 4), d=2)
    def test_ranks_by_falling_cosine(self, student, reference, seed, nk, d):
        """The row with the largest cosine comes first. Long rows have no advantage, and a row that points the opposite way is the least
        similar of all."""
        (n, k), rng = nk, np.random.default_rng(seed)
        query, keys = rng.normal(size=d), rng.normal(size=(n, d)) * rng.choice([0.1, 1.0, 20.0], size=(n, 1))
        cosines = np.sort(reference.cosine_similarity_matrix(query[None, :], keys)[0])
        assume(np.all(np.diff(cosines) > 1e-6))  # rounding may not decide
        assert_rows(student.most_similar(query, keys, k), reference.most_similar(query, keys, k))

    @points(0.5)
    def test_tells_close_cosines_apart(self, student):
        """Cosines that differ in the tenth decimal are different: do not round them, and do not compute in a smaller type."""
        close = np.array([[1.0, 1e-4], [1.0, -2e-5], [3.0, 0.0], [1.0, 2e-4]])
        assert_rows(student.most_similar(np.array([2.0, 0.0]), close, 4), np.array([2, 1, 0, 3]))

    @points(0.5)
    def test_returns_one_row_unless_told_otherwise(self, student):
        """k is 1 when it is not given, and the answer is an integer array of shape (1,) even then."""
        assert_rows(student.most_similar(np.array(APPLE), np.array([CAR, FRUIT])), np.array([1]))
        assert_rows(student.most_similar(np.array([1.0, 0.0]), np.array([[-1.0, 0.0]])), np.array([0]))
        assert_rows(student.most_similar(np.array(APPLE), np.array([CAR, FRUIT]), k=2), np.array([1, 0]))

    @points(1)
    def test_puts_the_first_of_equals_first(self, student):
        """Equal cosines come in the order of the rows, also among many rows: the usual sorting and partitioning promise nothing
        about equals, and turning an order around turns its equals around."""
        one_hot = np.eye(3)
        few = one_hot[[1, 0, 0, 2, 0, 1]]
        assert_rows(student.most_similar(one_hot[0], few, 3), np.array([1, 2, 4]))
        assert_rows(student.most_similar(one_hot[0], few, 6), np.array([1, 2, 4, 0, 3, 5]))
        many = one_hot[np.arange(300) % 3]
        for k in (1, 5, 99, 101, 300):
            order = np.concatenate([np.arange(2, 300, 3), np.delete(np.arange(300), np.arange(2, 300, 3))])
            assert_rows(student.most_similar(one_hot[2], many, k), order[:k])

    @points(0.5)
    def test_counts_zeros_as_cosine_zero(self, student):
        """A row of zeros is as similar as a row at a right angle: behind what points the same way, before what points the opposite
        way. For a query of zeros all rows are equal."""
        keys = np.array([[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
        assert_rows(student.most_similar(np.array([1.0, 0.0]), keys, 5), np.array([2, 1, 3, 4, 0]))
        assert_rows(student.most_similar(np.zeros(2), keys, 5), np.arange(5))
        for a in map(np.array, parallel_vectors()):
            for factor in FACTORS:
                order = np.array([1, 0] if factor > 0 else [0, 1])
                assert_rows(student.most_similar(a, np.array([0.0 * a, factor * a]), 2), order)

    @points(0.5)
    def test_refuses_an_impossible_k(self, student):
        """k rows are asked for, so k is from 1 to the number of keys. Slicing takes what there is without a word: check k yourself, and
        name it in the message of the ValueError."""
        query, keys = np.array([1.0, 0.5]), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        for k in (0, -1, -2, 4, 17):
            assert_value_error(student.most_similar, query, keys, k, names=[str(k)])
        assert_rows(student.most_similar(query, keys, 3), np.array([2, 0, 1]))

    @points(0.5)
    def test_keeps_the_general_rules(self, student):
        """Keys that are not as long as the query are a ValueError that names both lengths; lists, whole numbers, huge and tiny rows
        are fine; query and keys belong to the caller."""
        query, keys = np.array([1.0, 0.5]), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        assert_value_error(student.most_similar, np.ones(4), np.ones((6, 5)), names=["4", "5"])
        assert_value_error(student.most_similar, np.ones(1), np.ones((6, 5)), names=["1", "5"])
        assert_rows(student.most_similar([2, 1], [[1, 0], [0, 1], [1, 1]], 3), np.array([2, 0, 1]))
        wide = (WIDE * keys).astype(np.int32)
        for narrow in (np.array([2, 1], np.int32), np.array([2 * WIDE, WIDE], np.int32)):
            assert_rows(student.most_similar(narrow, wide, 3), np.array([2, 0, 1]))
        for size in (1.0, HUGE, 2 * TINY):
            far_apart = keys * np.array([[1.0], [HUGE], [TINY]])
            assert_rows(student.most_similar(size * query, far_apart, 3), np.array([2, 0, 1]))
        assert_rows(student.most_similar(spaced(query), np.asfortranarray(keys), 3), np.array([2, 0, 1]))
        assert_inputs_unchanged(student.most_similar, query, keys, 2)

    @points(1)
    def test_has_no_loop_over_the_keys(self, student):
        """The work issued from Python must not grow with the number of keys: compare and sort whole arrays."""
        keys = np.random.default_rng(5).normal(size=(160, 4))
        query = keys[7] + 0.1
        assert_steady_operations(student.most_similar, small=[query, keys[:10], 3], large=[query, keys, 3])
