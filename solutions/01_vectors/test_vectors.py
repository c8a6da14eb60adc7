"""The checks that you can see: worked numbers, and properties that hold for every right answer."""

import math

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.toolkit import (
    assert_agrees,
    assert_inputs_unchanged,
    assert_steady_operations,
    assert_value_error,
    exercise,
    matrices,
    require,
    vectors,
)

NO_DOT = ["numpy.dot", "numpy.inner", "numpy.vdot", "numpy.einsum", "numpy.matmul", "math.sumprod"]
NO_NORM = ["numpy.linalg.norm", "numpy.hypot", "math.hypot", "math.dist"]
NO_NUMPY = [
    "numpy.array", "numpy.asarray", "numpy.asanyarray", "numpy.fromiter", "numpy.zeros", "numpy.sum", "numpy.prod", "numpy.mean",
    "numpy.multiply", "numpy.square", "numpy.sqrt", "numpy.power", "numpy.absolute", "numpy.hypot", "numpy.clip", "numpy.isclose",
    "numpy.allclose", "numpy.dot", "numpy.inner", "numpy.vdot", "numpy.einsum", "numpy.matmul", "numpy.linalg.norm",
]  # fmt: skip

APPLE, FRUIT, CAR = [0.8, 0.6, 0.1, -0.2], [0.7, 0.5, 0.2, -0.1], [-0.1, -0.3, 0.9, 0.8]


def number(value):
    """`value` as a float, if it is a number at all."""
    require(type(value) in (float, np.float64), "is not a float", value)
    return float(value)


def rows(value):
    """Row numbers as a list, if `value` is an array of whole numbers."""
    one_by_one = isinstance(value, np.ndarray) and value.dtype.kind in "iu" and value.ndim == 1
    require(one_by_one, "is not an array of row numbers of shape (k,)", value)
    return value.tolist()


def components(vector):
    """The components of a Vector as a list."""
    found = vector.components
    require(type(found) in (list, tuple), "components is neither a list nor a tuple", found)
    return list(found)


def ask(vector, question, *others):
    """`vector.question(*others)`, if that is a method."""
    method = getattr(vector, question)
    require(callable(method), f"`{question}` is not a method: it has to be called, as in `v.{question}(...)`", method)
    return method(*others)


@exercise("dot", forbidden=NO_DOT)
class TestDot:
    def test_gives_the_worked_example(self, student):
        """By hand: 1.0·0.3 + 0.5·0.7 + 2.0·(−0.1) = 0.3 + 0.35 − 0.2 = 0.45."""
        assert_agrees(student.dot([1.0, 0.5, 2.0], [0.3, 0.7, -0.1]), 0.45)

    def test_takes_lists_and_arrays(self, student):
        """By hand: 1·4 + 2·5 + 3·6 = 32. NumPy arrays are indexed and walked along like lists."""
        assert_agrees(student.dot([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]), 32.0)
        assert_agrees(student.dot(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])), 32.0)

    def test_returns_a_float_for_whole_numbers_and_for_nothing(self, student):
        """1·3 + 2·4 = 11, and nothing adds up to nothing: the contract promises the floats 11.0 and 0.0."""
        assert_agrees(student.dot([1, 2], [3, 4]), 11.0)
        assert_agrees(student.dot([], []), 0.0)

    @given(a=vectors(min_size=3, max_size=3), b=vectors(min_size=3, max_size=3))
    def test_order_of_the_vectors_does_not_matter(self, student, a, b):
        """a·b and b·a are sums of the same products."""
        expected = number(student.dot(b, a))
        assert_agrees(student.dot(a, b), expected)

    def test_refuses_different_lengths(self, student):
        """There is no dot product of 2 numbers with 3: say so with a ValueError that names both lengths."""
        assert_value_error(student.dot, [1.0, 2.0], [1.0, 2.0, 3.0], names=["2", "3"])


@exercise("norm", forbidden=NO_NORM)
class TestNorm:
    def test_gives_the_worked_example(self, student):
        """By hand: √(3² + 4²) = √25 = 5."""
        assert_agrees(student.norm([3.0, 4.0]), 5.0)

    def test_has_no_direction(self, student):
        """An arrow that points backwards is as long as one that points forwards: √((−3)² + 4²) = 5."""
        assert_agrees(student.norm([-3.0, 4.0]), 5.0)
        assert_agrees(student.norm(np.array([-1.0, -2.0, -2.0])), 3.0)

    def test_of_zeros_is_zero(self, student):
        """A float, 0.0."""
        assert_agrees(student.norm([0.0, 0.0, 0.0]), 0.0)

    @given(a=vectors())
    def test_twice_the_vector_is_twice_as_long(self, student, a):
        """Doubling all components doubles the length."""
        expected = 2.0 * number(student.norm(a))
        assert_agrees(student.norm(2.0 * a), expected)


@exercise("cosine_similarity")
class TestCosineSimilarity:
    def test_gives_the_worked_example(self, student):
        """By hand: (3·1 + 4·0) / (5 · 1) = 0.6."""
        assert_agrees(student.cosine_similarity([3.0, 4.0], [1.0, 0.0]), 0.6)

    def test_tells_same_right_angle_and_opposite(self, student):
        """The same way is 1, at a right angle 0, the opposite way −1, however long the arrows are."""
        assert_agrees(student.cosine_similarity([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]), 1.0)
        assert_agrees(student.cosine_similarity([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]), 0.0)
        assert_agrees(student.cosine_similarity([1.0, 2.0, 3.0], [-1.0, -2.0, -3.0]), -1.0)

    def test_finds_fruit_nearer_to_apple_than_car(self, student):
        """By hand: 0.90 / √(1.05 · 0.79) ≈ 0.988 for fruit, −0.33 / √(1.05 · 1.55) ≈ −0.259 for car."""
        fruit, car = student.cosine_similarity(APPLE, FRUIT), student.cosine_similarity(APPLE, CAR)
        assert_agrees(fruit, 0.9 / math.sqrt(1.05 * 0.79))
        assert_agrees(car, -0.33 / math.sqrt(1.05 * 1.55))

    def test_of_a_vector_of_zeros_is_zero(self, student):
        """There is nothing to divide by: the answer is 0.0 by agreement, not NaN and not an error."""
        assert_agrees(student.cosine_similarity([0.0, 0.0], [1.0, 2.0]), 0.0)
        assert_agrees(student.cosine_similarity([1.0, 2.0], [0.0, 0.0]), 0.0)

    @given(a=vectors(), factor=st.sampled_from([0.1, 0.3, 3.0, 7.0, -0.7, -5.0]))
    @example(a=np.array([0.3, 0.9]), factor=1.0)
    @example(a=np.array([0.7, 0.6]), factor=3.0)
    @example(a=np.array([0.4, 0.8, 0.7]), factor=3.0)
    def test_stays_within_one(self, student, a, factor):
        """Rounding carries the quotient a little beyond 1 or −1 for some parallel vectors: bring it back."""
        cosine = number(student.cosine_similarity(a, factor * a))
        require(-1.0 <= cosine <= 1.0, f"{cosine!r} lies outside of [-1, 1]")

    def test_refuses_different_lengths(self, student):
        """Vectors with 2 and with 3 components cannot be compared: say so with a ValueError that names both lengths."""
        assert_value_error(student.cosine_similarity, [1.0, 2.0], [1.0, 2.0, 3.0], names=["2", "3"])


@exercise("angle")
class TestAngle:
    def test_knows_the_common_angles(self, student):
        """45°, 90° and 135° are π/4, π/2 and 3π/4 in radians."""
        assert_agrees(student.angle([1.0, 0.0], [1.0, 1.0]), math.pi / 4)
        assert_agrees(student.angle([1.0, 0.0], [0.0, 2.0]), math.pi / 2)
        assert_agrees(student.angle([1.0, 0.0], [-3.0, 3.0]), 3 * math.pi / 4)

    def test_of_parallel_and_opposite_vectors(self, student):
        """0 and π: at the ends, too, where rounding can carry the cosine out of the arc cosine's reach."""
        for a in ([1.0, 2.0, 3.0], [0.3, 0.9], [0.7, 0.6], [0.4, 0.8, 0.7], APPLE, FRUIT, CAR):
            same, opposite = number(student.angle(a, [3 * x for x in a])), number(student.angle(a, [-x for x in a]))
            require(abs(same) <= 1e-7, "is not 0 for vectors that point the same way", same)
            require(abs(opposite - math.pi) <= 1e-7, "is not π for vectors that point opposite ways", opposite)

    def test_refuses_a_vector_of_zeros(self, student):
        """It points nowhere, so there is no angle: raise a ValueError."""
        assert_value_error(student.angle, [0.0, 0.0], [1.0, 2.0])
        assert_value_error(student.angle, [1.0, 2.0], [0.0, 0.0])


@exercise("Vector", forbidden=NO_NUMPY)
class TestVector:
    def test_remembers_its_components(self, student):
        """Store what was given on `self.components`, as a list or a tuple."""
        assert_agrees(components(student.Vector([3.0, 4.0])), [3.0, 4.0])

    def test_gives_the_worked_examples(self, student):
        """By hand: 3·1 + 4·0 = 3; √(3² + 4²) = 5; 3 / (5 · 1) = 0.6."""
        v, w = student.Vector([3.0, 4.0]), student.Vector([1.0, 0.0])
        assert_agrees(ask(v, "dot", w), 3.0)
        assert_agrees(ask(v, "norm"), 5.0)
        assert_agrees(ask(v, "cosine", w), 0.6)

    def test_two_vectors_are_independent(self, student):
        """Making a second vector, or asking for a cosine, leaves the first as it was."""
        v = student.Vector([3.0, 4.0])
        ask(v, "cosine", student.Vector([1.0, 2.0]))
        assert_agrees(components(v), [3.0, 4.0])

    def test_cosine_with_zeros_is_zero(self, student):
        """The same rule as in `cosine_similarity`."""
        zeros, other = student.Vector([0.0, 0.0]), student.Vector([1.0, 2.0])
        assert_agrees(ask(zeros, "cosine", other), 0.0)
        assert_agrees(ask(other, "cosine", zeros), 0.0)

    def test_refuses_different_dimensions(self, student):
        """A ValueError that names both numbers of components."""
        v, w = student.Vector([1.0, 2.0]), student.Vector([1.0, 2.0, 3.0])
        assert_value_error(v.dot, w, names=["2", "3"])


@exercise("cosine_similarity_matrix")
class TestCosineSimilarityMatrix:
    def test_gives_the_worked_example(self, student):
        """By hand: [3, 4] has the dot products 3, 8, 0 with the rows of y, so 3/(5·1) = 0.6, 8/(5·2) = 0.8, and 0 for zeros."""
        x, y = np.array([[3.0, 4.0], [1.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
        assert_agrees(student.cosine_similarity_matrix(x, y), np.array([[0.6, 0.8, 0.0], [1.0, 0.0, 0.0]]))

    @given(x=matrices(columns=3), y=matrices(columns=3))
    def test_has_a_row_for_each_x_and_a_column_for_each_y(self, student, x, y):
        """n rows in x and m rows in y make n·m pairs: the shape is (n, m)."""
        cosines, shape = student.cosine_similarity_matrix(x, y), (len(x), len(y))
        require(
            isinstance(cosines, np.ndarray) and cosines.shape == shape, f"is not an array of shape {shape}", cosines
        )

    @given(x=matrices(columns=3))
    def test_is_one_on_the_diagonal_of_x_with_itself(self, student, x):
        """Every row is similar to itself with cosine 1, a row of zeros with 0. Look at the row's length."""
        cosines = student.cosine_similarity_matrix(x, x)
        require(isinstance(cosines, np.ndarray) and cosines.ndim == 2, "is not an array with rows and columns", cosines)
        assert_agrees(cosines.diagonal().copy(), np.any(x != 0.0, axis=1).astype(float))

    def test_leaves_its_inputs_alone(self, student):
        """Scaling rows with `/=` writes into the caller's array."""
        assert_inputs_unchanged(
            student.cosine_similarity_matrix, np.array([[3.0, 4.0]]), np.array([[1.0, 2.0], [2.0, 0.0]])
        )

    def test_has_no_loop_over_rows(self, student):
        """Ten times as many rows must not mean more steps of Python: use operations on whole arrays."""
        x, y = np.ones((30, 4)), np.ones((50, 4))
        assert_steady_operations(student.cosine_similarity_matrix, small=[x[:3], y[:5]], large=[x, y])

    def test_refuses_rows_of_different_lengths(self, student):
        """A ValueError that names both lengths."""
        assert_value_error(student.cosine_similarity_matrix, np.ones((6, 2)), np.ones((7, 3)), names=["2", "3"])


@exercise("most_similar")
class TestMostSimilar:
    def test_gives_the_worked_example(self, student):
        """By hand: the cosines are 0, 1, −1 and 0.707, so the order is 1, 3, 0, 2."""
        query, keys = np.array([1.0, 0.0]), np.array([[0.0, 1.0], [2.0, 0.0], [-1.0, 0.0], [1.0, 1.0]])
        assert_agrees(rows(student.most_similar(query, keys, 2)), [1, 3])
        assert_agrees(rows(student.most_similar(query, keys, 4)), [1, 3, 0, 2])

    def test_returns_one_row_number_unless_told_otherwise(self, student):
        """Fruit (row 1) is nearest to apple. The answer is an array of shape (1,), not a single number."""
        assert_agrees(rows(student.most_similar(APPLE, [CAR, FRUIT])), [1])

    def test_puts_the_first_of_equals_first(self, student):
        """Rows 0, 2 and 3 are the same: they come in the order 0, 2, 3."""
        keys = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
        assert_agrees(rows(student.most_similar(np.array([1.0, 0.0]), keys, 3)), [0, 2, 3])

    def test_refuses_an_impossible_k(self, student):
        """With 3 keys, k is 1, 2 or 3. Anything else: a ValueError that names it."""
        assert_value_error(student.most_similar, np.array([1.0, 0.0]), np.ones((3, 2)), 0, names=["0"])
        assert_value_error(student.most_similar, np.array([1.0, 0.0]), np.ones((3, 2)), 4, names=["4"])
