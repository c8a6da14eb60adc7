"""How nbgrader reads notebooks here: submissions are rebuilt from the release, releases made from the percent script.

nbgrader creates these by name, with its converter as `parent`. Every step of a submission, from reading to saving its
scores, runs inside `from_filename`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode

from autograder.course import CourseError, Unit, find_course
from autograder.gradebook.confirm import withhold
from autograder.gradebook.rebuild import rebuild
from autograder.gradebook.secrecy import refuse_secrets
from autograder.quiz.writing import released_quiz
from autograder.release import source_notebook
from autograder.release.leaks import leaks_in
from autograder.submission import Found
from autograder.submission.cells import UnreadableError
from autograder.submission.notebook import notebook_cells
from autograder.submission.read import content_of


class SubmissionExporter(NotebookExporter):
    """For `nbgrader autograde`. What raises here leaves the submission without a score, marked for review."""

    def from_filename(self, filename: str, resources: dict[str, Any] | None = None, **kw: Any) -> Any:
        assert resources is not None
        try:
            names = resources["nbgrader"]
            directory = self.parent.coursedir
            folder = Path(directory.format_path(directory.submitted_directory, names["student"], names["assignment"]))
            if Path(filename).parent.resolve() != folder.resolve():  # nbgrader's second round, on its own copy
                return super().from_filename(filename, resources=resources, **kw)
            course = find_course(Path(directory.root))
            unit = course.unit(names["assignment"])
            destination = directory.format_path(directory.autograded_directory, names["student"], names["assignment"])
            refuse_secrets(course, unit, Path(destination))
            notebook = rebuilt_submission(unit, Path(filename), names["student"])
            convert: Any = self.from_notebook_node  # not annotated by nbconvert
            return convert(notebook, resources=resources, **kw)
        except Exception:
            withhold(resources["nbgrader"])
            raise


class ReleaseExporter(NotebookExporter):
    """For `nbgrader generate_assignment`: the source is the percent script, whatever the notebook beside it holds."""

    def from_filename(self, filename: str, resources: dict[str, Any] | None = None, **kw: Any) -> Any:
        assert resources is not None
        names = resources["nbgrader"]
        directory = self.parent.coursedir
        course = find_course(Path(directory.root))
        unit = course.unit(names["assignment"])
        if names["notebook"] != unit.slug:
            raise CourseError(
                f"{filename} is not the notebook of {unit.name}, {unit.slug}.ipynb: no other is released. Move it away."
            )
        destination = Path(directory.format_path(directory.release_directory, ".", unit.name))
        refuse_secrets(course, unit, destination)
        convert: Any = self.from_notebook_node
        output, resources = convert(source_notebook(unit.script), resources=resources, **kw)
        # nbgrader copies what lies beside the source; the quiz is made, as in a build, and deleted with the old release.
        quiz = released_quiz(course, unit)
        files = {f"{unit.slug}.ipynb": output.encode("utf-8"), **quiz}
        found = leaks_in(course, {f"{unit.name}/{name}": data for name, data in files.items()})
        if found:
            raise CourseError(f"The release would give away what is secret: {' '.join(found)}")
        for name, data in quiz.items():
            (destination / name).write_bytes(data)
        return output, resources


def released_notebook(unit: Unit) -> NotebookNode:
    """The notebook that students got. Raises CourseError when it is missing or damaged."""
    try:
        return nbformat.read(unit.notebook, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError) as error:
        raise CourseError(f"{unit.notebook} cannot be read ({error}): run `autograder build`.") from None


def rebuilt_submission(unit: Unit, path: Path, student: str) -> NotebookNode:
    """What nbgrader sees of the file at `path`. Raises CourseError for a link: it may lead to anybody's work."""
    release = released_notebook(unit)
    if path.is_symlink():
        raise CourseError(f"{path} is a link: replace it by the file that {student} handed in.")
    try:
        cells, notices = notebook_cells(content_of(Found(student, unit.name, str(path))))
    except UnreadableError as error:
        return rebuild(release, [], [str(error)])
    return rebuild(release, cells, notices)
