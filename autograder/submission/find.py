"""Paths on the command line -> one `Found` per student and unit.

Understood are nbgrader's `submitted/<student>/<unit>/<slug>.ipynb`, plain folders of students (`ann.ipynb`,
`ann.zip`, `ann.py`, `ann/softmax.ipynb`, `ann/02_softmax/softmax.ipynb`), one student's own folder, and single files.
The unit is told by the file's name, else by its folder's, else by the exercises inside; the student by the outermost
folder, else by the file's name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.submission.cells import printable
from autograder.submission.contents import Contents
from autograder.submission.model import Found
from autograder.submission.names import (
    KNOWN_EXTRAS,
    NOBODY,
    NOT_SUBMITTED,
    stem_of,
    student_called,
    tidy,
    unit_called,
    without_copy_suffix,
)
from autograder.submission.search import KINDS, Candidate, candidates

MAX_NAMED = 5
"""Ignored files that one notice names."""


@dataclass(frozen=True)
class Placed:
    """A candidate with its student and unit. `is_named`: the file has the unit's name, its folder the student's."""

    candidate: Candidate
    student: str
    unit: str
    is_named: bool

    @property
    def rank(self) -> tuple[bool, bool, int, int, str]:
        """Of one student's files for a unit the least counts: named after the unit, no copy, a notebook, not deep."""
        stem = stem_of(self.candidate.name)
        kind = KINDS.index(self.candidate.kind)
        return (
            not self.is_named,
            without_copy_suffix(stem) != stem,
            kind,
            len(self.candidate.folders),
            self.candidate.source,
        )


def find_submissions(paths: Sequence[Path], course: Course, unit: str | None = None) -> list[Found]:
    """What there is to grade in `paths`, sorted by unit and student; only `unit`'s if one is given.

    Raises CourseError for a path that is missing or holds no submission, a zip given directly that is damaged, a unit
    that does not exist, and a file whose unit cannot be told.
    """
    wanted = course.unit(unit).name if unit is not None else None
    placer = _Placer(course, wanted)
    for path in paths:
        inside = candidates(path)
        if not placer.place(inside):
            kind = f"submissions of {wanted}" if wanted else "submissions"
            raise CourseError(
                f"{path} holds no {kind}: expected notebooks, .py files or zips, one per student, or one folder each."
            )
    return placer.found()


class _Placer:
    """Sorts candidates into students and units; those whose unit nothing tells wait until all others are placed."""

    def __init__(self, course: Course, wanted: str | None) -> None:
        self._course = course
        self._wanted = wanted
        self._contents = Contents(course)
        self._placed: list[Placed] = []
        self._unknown: list[Candidate] = []
        self._extras: dict[str, list[str]] = defaultdict(list)
        self._seen: set[tuple[Path, str | None]] = set()

    def place(self, inside: list[Candidate]) -> bool:
        """False when nothing among the candidates can be a submission."""
        usable = False
        for candidate in inside:
            if (candidate.path, candidate.member) in self._seen:
                usable = True
                continue
            self._seen.add((candidate.path, candidate.member))
            usable |= self._place(candidate)
        return usable

    def _place(self, candidate: Candidate) -> bool:
        named = unit_called(candidate.name, self._course) if candidate.kind else None
        if named is not None:
            return self._accept(candidate, named.name, is_named=True)
        if not candidate.kind:
            return self._set_aside(candidate)
        around = [*reversed(candidate.folders), *candidate.above[:1]]
        unit = next((found.name for found in (unit_called(name, self._course) for name in around) if found), None)
        if candidate.kind == ".zip":
            return self._accept(candidate, unit) if unit else self._wait(candidate)
        if candidate.kind == ".py" and not (candidate.given and (unit or self._wanted)):
            # A module of another name is an answer only if it defines exercises; otherwise it lies beside one.
            claims = self._contents.units_in(candidate)
            if not claims or (unit is not None and unit not in claims):
                return self._refuse(candidate) if candidate.given else self._set_aside(candidate)
        unit = unit or (self._wanted if candidate.given else None) or self._unit_by_content(candidate)
        return self._accept(candidate, unit) if unit else self._wait(candidate)

    def _unit_by_content(self, candidate: Candidate) -> str | None:
        claims = self._contents.units_in(candidate)
        if self._wanted in claims:
            return self._wanted
        if len(claims) > 1:
            raise CourseError(f"{candidate.path} could belong to {' or '.join(claims)}: name the unit with --unit.")
        return claims[0] if claims else None

    def _accept(self, candidate: Candidate, unit: str, is_named: bool = False) -> bool:
        if self._wanted not in (None, unit):
            return False
        self._placed.append(Placed(candidate, self._student(candidate, is_named), unit, is_named))
        return True

    def _wait(self, candidate: Candidate) -> bool:
        self._unknown.append(candidate)
        return True

    def _set_aside(self, candidate: Candidate) -> bool:
        if not (KNOWN_EXTRAS.match(candidate.name) or NOT_SUBMITTED.match(candidate.name)):
            self._extras[self._student(candidate, is_named=True)].append(candidate.source)
        return False

    def _refuse(self, candidate: Candidate) -> bool:
        raise CourseError(
            f"{candidate.path} defines no exercise of this course: name its unit with --unit if it should."
        )

    def _student(self, candidate: Candidate, is_named: bool) -> str:
        """A file that is not named after the unit is named after its student, unless a folder is."""
        above = candidate.above if is_named else ()
        owner = student_called(candidate.folders, above, self._course)
        return _student_of_file(candidate) if owner == NOBODY and not is_named else owner

    def found(self) -> list[Found]:
        self._place_unknown()
        groups: dict[tuple[str, str], list[Placed]] = defaultdict(list)
        for placed in self._told_apart():
            groups[placed.unit, placed.student].append(placed)
        return [self._found(groups[key]) for key in sorted(groups)]

    def _place_unknown(self) -> None:
        """A damaged or emptied file of a student who handed in nothing else counts for every unit of the batch."""
        units = [self._wanted] if self._wanted else sorted({placed.unit for placed in self._placed})
        if not units and len(self._course.units) == 1:
            units = list(self._course.units)
        known = {placed.student for placed in self._placed}
        for candidate in self._unknown:
            student = self._student(candidate, is_named=False)
            if student in known:
                self._extras[student].append(candidate.source)
            elif not units:
                raise CourseError(
                    f"{candidate.path} does not tell which unit it belongs to: name the unit with --unit."
                )
            else:
                self._placed += [Placed(candidate, student, unit, is_named=False) for unit in units]

    def _told_apart(self) -> list[Placed]:
        """A folder with files of several names, none of them the unit's, is a group's, and each file one student's."""
        shared: dict[tuple[str, str], list[Placed]] = defaultdict(list)
        for placed in self._placed:
            shared[placed.unit, placed.student].append(placed)
        result: list[Placed] = []
        for group in shared.values():
            names = {_student_of_file(placed.candidate) for placed in group}
            if len(names) > 1 and not any(placed.is_named for placed in group):
                group = [replace(placed, student=_student_of_file(placed.candidate)) for placed in group]
            result += group
        return result

    def _found(self, group: list[Placed]) -> Found:
        first, *others = sorted(group, key=lambda placed: placed.rank)
        chosen = first.candidate
        notices = [f"{other.candidate.source} was ignored: {chosen.source} counted." for other in others[:MAX_NAMED]]
        extras = self._extras.get(first.student, [])
        if extras:
            more = f" and {len(extras) - MAX_NAMED} more" if len(extras) > MAX_NAMED else ""
            notices.append(f"Only the notebook of the unit is read; ignored: {', '.join(extras[:MAX_NAMED])}{more}.")
        return Found(
            printable(first.student),
            first.unit,
            str(chosen.path),
            chosen.member,
            printable(chosen.source),
            [printable(notice) for notice in notices],
        )


def _student_of_file(candidate: Candidate) -> str:
    return tidy(without_copy_suffix(stem_of(candidate.name)))
