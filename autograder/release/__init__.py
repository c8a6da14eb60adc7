"""From `solutions/`, which is secret, to `exercises/`, which is what students get.

source.py     the percent script's cells (autograder.percent_script) as the source notebook that nbgrader wants
agreement.py  the script, its hidden grader and its visible checks name the same exercises and points
generate.py   nbgrader's own generate step, in a temporary course
fresh.py      a whole release in memory, made from an allow-list of files
leaks.py      the proof that nothing secret is in a release
manifest.py   what the last build wrote, so that a student's changes are noticed
swap.py       all of the new files or none of them
build.py      all of it, and whether the committed release is still what a build would make
"""

from autograder.release.build import BuildReport, build, stale
from autograder.release.leaks import leaks
from autograder.release.manifest import EditedFile
from autograder.release.source import source_notebook

__all__ = ["BuildReport", "EditedFile", "build", "leaks", "source_notebook", "stale"]
