"""A device that is not here: told in every form of the report, never taken for a pass, and without cost."""

from __future__ import annotations

from autograder.devices import Device
from autograder.grading.asked import Asked, asked_of
from autograder.grading.matrix import Matrix
from autograder.grading.outcome import not_run, passed, unverified
from autograder.report import html_exercise, text_exercise
from autograder.results import (
    ExerciseResult,
    Report,
    Result,
    TestResult,
    Verdict,
    decode_report,
    encode,
    exercise_verdict,
)
from autograder.toolkit import on_devices, points


class Grader:
    @points(3)
    @on_devices
    def test_adds_up(self, student): ...

    @points(2)
    def test_is_told(self, student): ...


class Item:
    """What pytest collects of a test, as far as it says where the test runs."""

    cls = Grader

    def __init__(self, function, **parameters):
        self.function = function
        self.callspec = type("CallSpec", (), {"params": parameters})


def asked(device: str, available: list[str]) -> Asked:
    return asked_of(Item(Grader.test_adds_up, device=device), available)


def exercise(*tests: TestResult) -> ExerciseResult:
    return ExerciseResult("add", exercise_verdict(list(tests)), 1.5, 3.0, list(tests))


HERE = ["cpu", "simulated"]
ON_CUDA = unverified(asked("cuda", HERE))


def test_points_are_shared_out_among_the_devices_that_are_here():
    shares = {device: asked(device, HERE).points for device in ("cpu", "simulated", "cuda")}
    assert shares == {"cpu": 1.5, "simulated": 1.5, "cuda": 0.0}
    assert sum(asked(device, [*HERE, "cuda"]).points for device in ("cpu", "simulated", "cuda")) == 3.0


def test_a_test_that_has_nothing_to_do_with_devices_keeps_its_name_and_points():
    found = asked_of(Item(Grader.test_is_told), HERE)
    assert (found.name, found.title, found.points) == ("test_is_told", "Is told", 2.0)


def test_name_and_title_say_where_a_test_ran():
    found = passed(asked("simulated", HERE))
    assert (found.name, found.title, found.function) == (
        "test_adds_up[simulated]",
        "Adds up, on a simulated GPU",
        "test_adds_up",
    )


def test_what_was_not_verified_neither_passes_nor_spoils_an_exercise():
    right = passed(asked("cpu", HERE))
    wrong = TestResult("t", "t", Verdict.FAILED, 0, 1)
    assert exercise_verdict([right, ON_CUDA]) is Verdict.PASSED
    assert exercise_verdict([right, ON_CUDA, wrong]) is Verdict.FAILED
    assert exercise_verdict([ON_CUDA]) is Verdict.UNVERIFIED


def test_text_and_html_say_what_was_not_verified_and_why():
    result = exercise(passed(asked("cpu", HERE)), ON_CUDA)
    for shown in (text_exercise(result), html_exercise(result)):
        assert "1 test not verified here: this machine has no CUDA GPU" in shown
    assert "Adds up, on a CUDA GPU" not in text_exercise(result)


def test_many_tests_of_one_missing_device_are_told_in_one_line():
    result = exercise(passed(asked("cpu", HERE)), ON_CUDA, ON_CUDA, ON_CUDA)
    assert text_exercise(result).count("not verified here") == 1
    assert "3 tests not verified here" in text_exercise(result)


def test_the_verdict_survives_json():
    report = Report([Result("ada", "01_add", 1.5, 3.0, "confined", [exercise(ON_CUDA)])])
    data = encode(report)
    assert b'"not verified here"' in data
    assert decode_report(data).results[0].exercises[0].tests[0].verdict is Verdict.UNVERIFIED


def test_every_device_has_words_for_where_a_test_ran():
    titles = {asked(device.value, list(Device)).title for device in Device}
    assert titles == {"Adds up, on the CPU", "Adds up, on a simulated GPU", "Adds up, on a CUDA GPU"}


def test_a_kill_matrix_has_one_column_for_all_devices():
    on_devices = [passed(asked(device, HERE)) for device in HERE]
    assert Matrix("add", exercise(*on_devices, ON_CUDA)).tests == ["test_adds_up"]


def test_a_missing_device_does_not_speak_against_the_reference():
    right, wrong = passed(asked("cpu", HERE)), not_run(asked("simulated", HERE), Verdict.FAILED, "")
    assert Matrix("add", exercise(right, ON_CUDA)).failed_by_the_reference == []
    assert Matrix("add", exercise(right, wrong, ON_CUDA)).failed_by_the_reference == ["test_adds_up"]
