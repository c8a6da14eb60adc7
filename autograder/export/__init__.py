"""Results for other systems than nbgrader: spreadsheets, learning management systems, Gradescope.

    tables.py       rows for a spreadsheet, for Canvas' and for Moodle's gradebook
    gradescope.py   one Result as Gradescope's results.json
    package.py      a unit's autograder as the zip file that Gradescope asks for

A Result with a fault of ours is no basis for marks: its points are left empty, and it is named.
"""

from autograder.export.gradescope import results_json
from autograder.export.package import gradescope_zip
from autograder.export.tables import canvas_table, moodle_table, spreadsheet

__all__ = ["canvas_table", "gradescope_zip", "moodle_table", "results_json", "spreadsheet"]
