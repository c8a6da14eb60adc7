"""The reports of a class as a folder of pages that can be opened, mailed or printed as they are."""

from __future__ import annotations

from pathlib import Path

from autograder.course import CourseError
from autograder.report.feedback import Feedback, limited
from autograder.report.file_names import INDEX, page_paths
from autograder.report.html import html_class, html_result
from autograder.report.references import References, no_references
from autograder.results import Report, write_atomically


def write_reports(
    report: Report, folder: Path, feedback: Feedback = Feedback.FULL, references: References = no_references
) -> list[Path]:
    """Write the class page and one page for each submission, each file whole or not at all.

    Args:
        feedback: what a submission's page, which is its student's, tells. The class page tells everything.
        references: which reference solutions a submission's page shows.

    Returns:
        The written files: `folder/index.html`, then `folder/<unit>/<student>.html` in the order of the report.

    Raises:
        CourseError: when `folder` cannot be written to.
    """
    pages = [folder / path for path in page_paths(report.results)]
    index = folder / INDEX
    try:
        for page, result in zip(pages, report.results, strict=True):
            write_atomically(page, html_result(limited(result, feedback), references(result)).encode("utf-8"))
        write_atomically(index, html_class(report).encode("utf-8"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CourseError(
            f"Cannot write the reports to {folder} ({reason}): make room there, or name another folder."
        ) from None
    return [index, *pages]
