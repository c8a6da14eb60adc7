"""Where submissions lie, whose they are, and to which unit they belong."""

from __future__ import annotations

import io
import os
import zipfile

import pytest

from autograder.course import CourseError, Unit
from autograder.course_units import exercise_names
from autograder.submission import find_submissions, read_submission

from .notebooks import course, notebook, released_course, solution, sources

SOFTMAX = notebook(solution("softmax", "def softmax(x): return 1"))
VECTORS = notebook(solution("dot", "def dot(a, b): return 1"), solution("norm", "def norm(a): return 1"))
EMPTY = notebook()


@pytest.fixture
def the_course(tmp_path):
    return course(tmp_path / "course")


def write(root, files: dict[str, bytes | str]):
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def pairs(found) -> list[tuple[str, str]]:
    return [(item.unit, item.student) for item in found]


@pytest.mark.parametrize("start", ["", "submitted"])
def test_nbgraders_folders_are_understood(tmp_path, the_course, start):
    root = write(
        tmp_path / "hand",
        {
            "submitted/bob/02_softmax/softmax.ipynb": SOFTMAX,
            "submitted/ann/02_softmax/softmax.ipynb": SOFTMAX,
            "submitted/ann/02_softmax/timestamp.txt": "2024-01-01",
            "submitted/ann/01_vectors/vectors.ipynb": VECTORS,
        },
    )
    found = find_submissions([root / start], the_course)
    assert pairs(found) == [("01_vectors", "ann"), ("02_softmax", "ann"), ("02_softmax", "bob")]
    assert all(item.notices == [] for item in found)
    assert found[0].source.endswith("ann/01_vectors/vectors.ipynb")


@pytest.mark.parametrize(
    "start", ["submitted/ann", "submitted/ann/02_softmax", "submitted/ann/02_softmax/softmax.ipynb"]
)
def test_one_students_own_folder_is_named_after_them(tmp_path, the_course, start):
    root = write(tmp_path, {"submitted/ann/02_softmax/softmax.ipynb": SOFTMAX})
    assert pairs(find_submissions([root / start], the_course)) == [("02_softmax", "ann")]


def test_a_plain_folder_of_students_is_understood(tmp_path, the_course):
    files = {
        "ann.ipynb": SOFTMAX,
        "bob/softmax.ipynb": SOFTMAX,
        "cat/02_softmax/softmax.ipynb": SOFTMAX,
        "dan.zip": packed({"softmax.ipynb": SOFTMAX}),
        "eve.py": "def softmax(x): return 1",
        "fay/anything.ipynb": SOFTMAX,
        "gil.zip": packed({"my work/02_softmax/softmax.ipynb": SOFTMAX}),
    }
    found = find_submissions([write(tmp_path / "class", files)], the_course)
    assert pairs(found) == [("02_softmax", student) for student in ("ann", "bob", "cat", "dan", "eve", "fay", "gil")]
    for item in found:
        assert sources(read_submission(item, ["softmax"]).programs["softmax"]) == ["def softmax(x): return 1"]


def test_the_whole_exercises_folder_of_a_student_gives_a_submission_per_unit(tmp_path, the_course):
    files = {
        "ann/exercises/01_vectors/vectors.ipynb": VECTORS,
        "ann/exercises/01_vectors/test_vectors.py": "def test_dot(): pass",
        "ann/exercises/01_vectors/stand_ins.py": "def dot(a, b): pass",
        "ann/exercises/02_softmax/softmax.ipynb": SOFTMAX,
    }
    found = find_submissions([write(tmp_path, files) / "ann"], the_course)
    assert pairs(found) == [("01_vectors", "ann"), ("02_softmax", "ann")]
    assert all(item.notices == [] for item in found)


def test_a_single_file_needs_no_folder(tmp_path, the_course):
    root = write(
        tmp_path / "tmp", {"softmax.ipynb": SOFTMAX, "ann.ipynb": SOFTMAX, "bob.py": "def softmax(x): return 1"}
    )
    assert pairs(find_submissions([root / "softmax.ipynb"], the_course)) == [("02_softmax", "submission")]
    assert pairs(find_submissions([root / "ann.ipynb"], the_course)) == [("02_softmax", "ann")]
    assert pairs(find_submissions([root / "bob.py"], the_course)) == [("02_softmax", "bob")]


def test_the_same_file_given_twice_counts_once(tmp_path, the_course):
    root = write(tmp_path / "class", {"ann.ipynb": SOFTMAX})
    assert len(find_submissions([root, root / "ann.ipynb"], the_course)) == 1


@pytest.mark.parametrize(
    "copy", ["softmax-Copy1.ipynb", "softmax (1).ipynb", "softmax - Copy.ipynb", "02_softmax copy 2.ipynb"]
)
def test_a_copy_counts_less_than_the_file_itself(tmp_path, the_course, copy):
    root = write(tmp_path / "class", {f"ann/{copy}": EMPTY, "ann/softmax.ipynb": SOFTMAX, f"bob/{copy}": SOFTMAX})
    ann, bob = find_submissions([root], the_course)
    assert ann.source == "ann/softmax.ipynb"
    assert any(copy in notice and "ignored" in notice for notice in ann.notices)
    assert (bob.student, bob.source) == ("bob", f"bob/{copy}")


def test_other_files_are_ignored_with_a_notice(tmp_path, the_course):
    files = {
        "ann/softmax.ipynb": SOFTMAX,
        "ann/data.csv": "1",
        "ann/helpers.py": "def f(): pass",
        "ann/readme.md": "hi",
    }
    (found,) = find_submissions([write(tmp_path / "class", files)], the_course)
    (notice,) = found.notices
    assert "ann/data.csv" in notice
    assert "ann/helpers.py" in notice
    assert "readme" not in notice
    assert read_submission(found, ["softmax"]).notices == [notice]


def test_hidden_files_and_checkpoints_are_passed_over(tmp_path, the_course):
    files = {
        "ann/softmax.ipynb": SOFTMAX,
        "ann/.ipynb_checkpoints/softmax-checkpoint.ipynb": SOFTMAX,
        "ann/._softmax.ipynb": b"junk",
        "__MACOSX/ann/softmax.ipynb": b"junk",
    }
    (found,) = find_submissions([write(tmp_path / "class", files)], the_course)
    assert (found.student, found.notices) == ("ann", [])


def test_links_that_lead_out_of_the_folder_are_not_followed(tmp_path, the_course):
    write(tmp_path / "secret", {"softmax.ipynb": SOFTMAX, "bob/softmax.ipynb": SOFTMAX})
    root = write(tmp_path / "class", {"ann/softmax.ipynb": SOFTMAX, "dan/softmax.ipynb": SOFTMAX})
    (root / "eve").mkdir()
    (root / "eve/softmax.ipynb").symlink_to(tmp_path / "secret/softmax.ipynb")
    (root / "bob").symlink_to(tmp_path / "secret/bob")
    (root / "dan/softmax.ipynb").rename(root / "dan/real.ipynb")
    (root / "dan/softmax.ipynb").symlink_to("real.ipynb")
    assert pairs(find_submissions([root], the_course)) == [("02_softmax", "ann"), ("02_softmax", "dan")]


def test_pipes_and_folders_named_like_notebooks_are_passed_over(tmp_path, the_course):
    root = write(tmp_path / "class", {"ann.ipynb": SOFTMAX})
    os.mkfifo(root / "bob.ipynb")
    (root / "cat.ipynb").mkdir()
    assert pairs(find_submissions([root], the_course)) == [("02_softmax", "ann")]


def test_a_group_folder_keeps_every_students_file(tmp_path, the_course):
    root = write(tmp_path / "class", {"monday/ann.ipynb": SOFTMAX, "monday/bob.ipynb": SOFTMAX})
    assert pairs(find_submissions([root], the_course)) == [("02_softmax", "ann"), ("02_softmax", "bob")]


def test_a_download_from_moodle_is_named_after_its_students(tmp_path, the_course):
    content = packed({"Ann Lee_4711_assignsubmission_file/softmax.ipynb": SOFTMAX})
    root = write(tmp_path, {"download.zip": content})
    assert pairs(find_submissions([root / "download.zip"], the_course)) == [("02_softmax", "Ann Lee")]


def test_the_unit_can_be_told_by_the_exercises_inside(tmp_path, the_course):
    root = write(tmp_path / "class", {"ann.ipynb": VECTORS, "bob.ipynb": SOFTMAX, "cat.py": "def dot(a, b): pass"})
    assert pairs(find_submissions([root], the_course)) == [
        ("01_vectors", "ann"), ("01_vectors", "cat"), ("02_softmax", "bob"),
    ]  # fmt: skip


def test_an_ambiguous_file_is_named(tmp_path, the_course):
    both = notebook(solution("softmax", "def softmax(x): return 1"), solution("dot", "def dot(a, b): return 1"))
    root = write(tmp_path / "class", {"ann.ipynb": both})
    with pytest.raises(
        CourseError, match=r"ann\.ipynb could belong to 01_vectors or 02_softmax: name the unit with --unit"
    ):
        find_submissions([root], the_course)
    assert pairs(find_submissions([root], the_course, "softmax")) == [("02_softmax", "ann")]


def test_a_unit_that_is_given_leaves_out_the_others(tmp_path, the_course):
    root = write(tmp_path / "class", {"ann/vectors.ipynb": VECTORS, "ann/softmax.ipynb": SOFTMAX, "bob.ipynb": VECTORS})
    assert pairs(find_submissions([root], the_course, "01")) == [("01_vectors", "ann"), ("01_vectors", "bob")]


def test_a_damaged_file_never_stops_the_batch(tmp_path, the_course):
    files = {
        "ann.ipynb": SOFTMAX,
        "bob.ipynb": b"{",
        "cat.zip": b"PK\x03\x04 broken",
        "dan.ipynb": b"",
        "eve.ipynb": EMPTY,
    }
    files["fay.zip"] = packed({"notes.txt": b"hi"})
    found = find_submissions([write(tmp_path / "class", files)], the_course)
    assert pairs(found) == [("02_softmax", student) for student in ("ann", "bob", "cat", "dan", "eve", "fay")]
    programs = {item.student: read_submission(item, ["softmax"]).programs["softmax"] for item in found}
    assert programs["ann"].fragments
    assert "not valid JSON" in programs["bob"].fault
    assert "cannot be read as a zip file" in programs["cat"].fault
    assert "empty" in programs["dan"].fault
    assert "gone" in programs["eve"].missing
    assert "holds no notebook" in programs["fay"].fault


@pytest.mark.parametrize("name", ["ann.ipynb", "ann.py", "ann.zip", "class", "words.txt"])
def test_a_missing_path_is_named(tmp_path, the_course, name):
    with pytest.raises(CourseError, match=f"{name} does not exist"):
        find_submissions([tmp_path / name], the_course)


def test_a_folder_without_submissions_is_named(tmp_path, the_course):
    root = write(tmp_path / "class", {"notes.txt": "hi", "helpers.py": "def f(): pass"})
    with pytest.raises(CourseError, match="class holds no submissions: expected"):
        find_submissions([root], the_course)
    with pytest.raises(CourseError, match="holds no submissions of 01_vectors"):
        find_submissions([write(root, {"ann/softmax.ipynb": SOFTMAX})], the_course, "01_vectors")


def test_other_kinds_of_files_are_refused_by_name(tmp_path, the_course):
    root = write(tmp_path, {"ann.txt": "hi", "helpers.py": "def f(): pass"})
    with pytest.raises(CourseError, match=r"ann\.txt is no submission"):
        find_submissions([root / "ann.txt"], the_course)
    with pytest.raises(CourseError, match=r"helpers\.py defines no exercise"):
        find_submissions([root / "helpers.py"], the_course)


def test_a_unit_that_does_not_exist_is_named(tmp_path, the_course):
    with pytest.raises(CourseError, match="There is no unit '09'"):
        find_submissions([tmp_path], the_course, "09")


def test_a_corrupt_zip_given_directly_is_named(tmp_path, the_course):
    root = write(tmp_path, {"ann.zip": packed({"softmax.ipynb": SOFTMAX})[:-30]})
    with pytest.raises(CourseError, match=r"ann\.zip cannot be read as a zip file"):
        find_submissions([root / "ann.zip"], the_course)


def test_a_damaged_notebook_given_alone_asks_for_its_unit(tmp_path, the_course):
    root = write(tmp_path / "tmp", {"ann.ipynb": b"{"})
    with pytest.raises(CourseError, match=r"ann\.ipynb does not tell which unit"):
        find_submissions([root / "ann.ipynb"], the_course)
    (found,) = find_submissions([root / "ann.ipynb"], the_course, "softmax")
    assert read_submission(found, ["softmax"]).programs["softmax"].fault


def test_a_zip_of_a_class_is_read_in_memory(tmp_path, the_course):
    content = packed({"class/ann/softmax.ipynb": SOFTMAX, "class/bob/softmax.ipynb": SOFTMAX, "__MACOSX/x.ipynb": b""})
    root = write(tmp_path / "there", {"class.zip": content})
    found = find_submissions([root / "class.zip"], the_course)
    assert pairs(found) == [("02_softmax", "ann"), ("02_softmax", "bob")]
    assert sources(read_submission(found[1], ["softmax"]).programs["softmax"]) == ["def softmax(x): return 1"]
    assert [path.name for path in root.iterdir()] == ["class.zip"]


@pytest.mark.parametrize(
    "name", ["../softmax.ipynb", "/etc/softmax.ipynb", "a/../../softmax.ipynb", "C:/softmax.ipynb", "..\\softmax.ipynb"]
)
def test_names_that_lead_out_of_a_zip_are_ignored(tmp_path, the_course, name):
    root = write(tmp_path / "class", {"eve.zip": packed({name: SOFTMAX}), "ann.ipynb": SOFTMAX})
    eve = find_submissions([root], the_course)[1]
    assert eve.member is None
    assert "holds no notebook" in read_submission(eve, ["softmax"]).programs["softmax"].fault


def test_links_in_a_zip_are_ignored(tmp_path, the_course):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("softmax.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    root = write(tmp_path, {"eve.zip": buffer.getvalue()})
    with pytest.raises(CourseError, match="holds no submissions"):
        find_submissions([root / "eve.zip"], the_course)


def test_zips_that_would_unpack_to_too_much_are_refused(tmp_path, the_course):
    root = write(tmp_path, {"big.zip": packed({f"{n}.bin": bytes(2**25) for n in range(3)})})
    with pytest.raises(CourseError, match="would unpack to 96 MiB; at most 64"):
        find_submissions([root / "big.zip"], the_course)
    write(tmp_path, {"many.zip": packed({f"{n}.txt": b"" for n in range(2001)})})
    with pytest.raises(CourseError, match="holds 2001 files; at most 2000"):
        find_submissions([root / "many.zip"], the_course)


def test_a_member_that_lies_about_its_size_is_a_fault(tmp_path, the_course):
    content = bytearray(packed({"ann/softmax.ipynb": bytes(2**27)}))
    place = content.rindex(b"PK\x01\x02") + 24
    content[place : place + 4] = (100).to_bytes(4, "little")
    root = write(tmp_path, {"class.zip": bytes(content)})
    (found,) = find_submissions([root / "class.zip"], the_course)
    assert read_submission(found, ["softmax"]).programs["softmax"].fault


def test_an_encrypted_member_is_a_fault(tmp_path, the_course):
    content = bytearray(packed({"ann/softmax.ipynb": SOFTMAX}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.rindex(mark) + offset] |= 1
    root = write(tmp_path, {"class.zip": bytes(content)})
    (found,) = find_submissions([root / "class.zip"], the_course)
    assert "encrypted" in read_submission(found, ["softmax"]).programs["softmax"].fault


def test_names_that_no_encoding_can_write_are_shown_replaced(tmp_path, the_course):
    root = tmp_path / "class"
    root.mkdir()
    with open(os.path.join(os.fsencode(root), b"ann\xff.ipynb"), "wb") as file:
        file.write(SOFTMAX)
    (found,) = find_submissions([root], the_course)
    assert found.student == "ann\N{REPLACEMENT CHARACTER}"
    assert read_submission(found, ["softmax"]).programs["softmax"].fragments


def test_a_hostile_name_costs_no_time(tmp_path, the_course):
    root = write(tmp_path / "class", {"ann/softmax.ipynb": SOFTMAX, "ann/" + "copy----" * 29 + "x.ipynb": SOFTMAX})
    assert pairs(find_submissions([root], the_course)) == [("02_softmax", "ann")]


def test_exercise_names_come_from_the_script_or_the_released_notebook(tmp_path):
    for made in (course(tmp_path / "a"), released_course(tmp_path / "b")):
        assert exercise_names(made.unit("vectors")) == ["dot", "norm"]
        assert exercise_names(made.unit("softmax")) == ["softmax", "log_softmax"]


def test_a_unit_without_files_or_with_a_damaged_notebook_is_named(tmp_path):
    unit = Unit("02_softmax", tmp_path)
    with pytest.raises(CourseError, match="02_softmax has no"):
        exercise_names(unit)
    write(tmp_path, {"exercises/02_softmax/softmax.ipynb": b"{"})
    with pytest.raises(CourseError, match="is damaged"):
        exercise_names(unit)
