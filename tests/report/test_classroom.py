from msgspec.structs import replace

from autograder.report.classroom import internal_faults, unit_tables
from autograder.results import ExerciseResult, Result, TestResult, Verdict

from .sample import LAST_AXIS, NO_MAXIMUM, NO_ROOT, sample_report


def scored(student: str, points: float, verdict: Verdict = Verdict.FAILED, exercise: str = "dot") -> Result:
    test = TestResult("t", "t", verdict, points, 4.0)
    return Result(
        student, "01_vectors", points, 4.0, "confined", [ExerciseResult(exercise, verdict, points, 4.0, [test])]
    )


def tables(results: list[Result]):
    return unit_tables(results, ["page"] * len(results))


def test_submissions_are_counted_by_the_share_of_the_points():
    points = [0.0, 0.5, 2.0, 2.5, 3.5, 3.9, 4.0]
    (table,) = tables([scored(f"s{each}", each) for each in points])
    assert [(bar.label, bar.count) for bar in table.distributions[0].bars] == [
        ("none", 1), ("to half", 2), ("over half", 3), ("all", 1),
    ]  # fmt: skip
    assert table.median_points == 2.5
    assert table.full_marks == 1


def test_a_fault_of_ours_counts_in_no_bar_and_no_median():
    (table,) = tables([scored("a", 4.0, Verdict.PASSED), scored("b", 0.0, Verdict.INTERNAL)])
    assert sum(bar.count for bar in table.distributions[0].bars) == 1
    assert table.median_points == 4.0
    assert table.graded == 1
    assert ("not graded: our fault", "internal", 1) in table.distributions[0].verdicts


def test_a_class_without_marks_has_no_median():
    (table,) = tables([scored("b", 0.0, Verdict.INTERNAL)])
    assert table.median_points is None


def test_a_mistake_counts_once_for_each_submission():
    result = scored("a", 0.0)
    tests = [replace(result.exercises[0].tests[0], name=name, mistake="no root") for name in ("one", "two", "three")]
    twice = replace(result, exercises=[replace(result.exercises[0], tests=tests)])
    (table,) = tables([twice, replace(twice, submission="b")])
    assert [(mistake.mistake, mistake.count) for mistake in table.mistakes] == [("no root", 2)]


def test_mistakes_of_the_sample_are_counted_by_hand():
    vectors, softmax = tables(sample_report().results)
    assert [(mistake.mistake, mistake.count) for mistake in vectors.mistakes] == [(NO_ROOT, 3)]
    assert {(mistake.mistake, mistake.count) for mistake in softmax.mistakes} == {(LAST_AXIS, 3), (NO_MAXIMUM, 3)}


def test_frequent_mistakes_come_first():
    def with_mistake(student: str, mistake: str) -> Result:
        result = scored(student, 0.0)
        test = replace(result.exercises[0].tests[0], mistake=mistake)
        return replace(result, exercises=[replace(result.exercises[0], tests=[test])])

    (table,) = tables([with_mistake("a", "rare"), with_mistake("b", "usual"), with_mistake("c", "usual")])
    assert [mistake.mistake for mistake in table.mistakes] == ["usual", "rare"]


def test_an_exercise_that_a_submission_does_not_have_leaves_its_cell_empty():
    (table,) = tables([scored("a", 1.0), scored("b", 1.0, exercise="norm")])
    assert table.exercises == ["dot", "norm"]
    assert [[cell and cell.name for cell in row.cells] for row in table.rows] == [["dot", None], [None, "norm"]]


def test_every_fault_of_ours_is_listed_with_its_cause():
    (fault,) = internal_faults(sample_report().results)
    assert (fault.submission, fault.unit, fault.exercise) == ("Grace Hopper", "02_softmax", "softmax_backward")
    assert fault.messages == ["the worker could not be started: no process slots left"]
