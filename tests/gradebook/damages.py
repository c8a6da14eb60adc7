"""What happens to notebooks between a student and a gradebook, each done to a submission that is otherwise right.

`DAMAGES` holds them all: whose work it is (the damage's name), the unit, the exercises that a person would give nothing for,
and a phrase of the explanation.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import nbformat

from autograder.course import Course
from autograder.quiz.names import answer_cell, question_of
from autograder.quiz.samples import sample_answers
from autograder.release import source_notebook

EVERYTHING = ("*",)
TOO_DEAR = {"train"}
"""Right answers that take a minute to grade: nobody in this class has written them."""

Json: TypeAlias = Any


@dataclass
class Work:
    """One student's finished notebook, before it is handed in to `folder`."""

    course: Course
    unit: str
    student: str
    notebook: dict[str, Json] = field(init=False)
    name: str = field(init=False)
    """Of the file."""

    def __post_init__(self) -> None:
        unit = self.course.unit(self.unit)
        self.name = unit.notebook.name
        self.notebook = json.loads(unit.notebook.read_bytes())
        solved = {
            cell.id: cell.source for cell in source_notebook(unit.script).cells if cell.metadata.nbgrader.solution
        }
        solved = {name: source for name, source in solved.items() if name not in TOO_DEAR}
        for name, source in {**solved, **sample_answers(self.course, unit, self.student)}.items():
            self.cell(name)["source"] = source

    @property
    def folder(self) -> Path:
        return self.course.root / "submitted" / self.student / self.unit

    @property
    def cells(self) -> list[dict[str, Json]]:
        return self.notebook["cells"]

    @property
    def questions(self) -> list[str]:
        """The questions of the quiz."""
        return [question for question in (question_of(cell["id"]) for cell in self.cells) if question]

    def cell(self, name: str) -> dict[str, Json]:
        return next(cell for cell in self.cells if cell["id"] == name)

    def add(self, place: int, source: str) -> dict[str, Json]:
        cell = {"cell_type": "code", "id": f"new-{place}", "metadata": {}, "outputs": [], "source": source}
        self.cells.insert(place, {**cell, "execution_count": None})
        return self.cells[place]

    def written(self) -> bytes:
        return json.dumps(self.notebook, indent=1, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Damage:
    student: str
    unit: str
    lost: tuple[str, ...]
    """The exercises that get nothing; the others get all."""
    told: str
    """Part of what the student, or for a `warned` one the instructor, is told; empty where there is nothing to say."""
    warned: bool
    done: Callable[[Work], bytes | None]
    """Changes the work; returns the bytes to hand in where they are no longer the notebook's."""

    def hand_in(self, course: Course) -> None:
        work = Work(course, self.unit, self.student)
        work.folder.mkdir(parents=True)
        content = self.done(work)
        (work.folder / work.name).write_bytes(work.written() if content is None else content)


DAMAGES: list[Damage] = []

Doing: TypeAlias = Callable[[Work], bytes | None]


def damage(unit: str, *lost: str, told: str = "", warned: bool = False) -> Callable[[Doing], Doing]:
    def register(done: Doing) -> Doing:
        DAMAGES.append(Damage(done.__name__.replace("_", "-"), unit, lost, told, warned, done))
        return done

    return register


@damage("01_vectors", "norm", told="The cell of `norm` is gone")
def cell_deleted(work: Work) -> None:
    work.cells.remove(work.cell("norm"))


@damage("01_vectors", told="There are 2 cells of `dot`")
def cell_copied_and_spoilt(work: Work) -> None:
    work.cells.insert(1, {**work.cell("dot"), "id": "a1b2c3d4", "source": "def dot(a, b):\n    return 0.0\n"})


@damage("01_vectors")
def žofie_ærø(work: Work) -> None:
    work.cell("dot")["source"] += "\n\nΔ = dot([1.0], [2.0])  # größer ≠ gleich: 🂡\n"
    work.add(2, "print('Ω ≠ 🂡')")


@damage("02_softmax", *EVERYTHING, told="not valid JSON")
def cut_off(work: Work) -> bytes:
    return work.written()[:3000]


@damage("02_softmax", "softmax_backward", told="`softmax_backward` is not written yet")
def claims_points_in_locked_cells(work: Work) -> None:
    work.cell("softmax_backward")["source"] = "def softmax_backward(y, dy, axis=-1):\n    raise NotImplementedError\n"
    for cell in work.cells:
        if cell["id"].startswith("check-"):
            claimed = {"output_type": "execute_result", "data": {"text/plain": "300.0"}, "execution_count": 1}
            cell.update(source="300.0", outputs=[{**claimed, "metadata": {}}])
            cell["metadata"]["nbgrader"].update(points=300, locked=False)


@damage("02_softmax", "the first question", told="is code, which is not run")
def quiz_answer_edited(work: Work) -> None:
    name = work.questions[0]
    work.cell(answer_cell(name))["source"] = f'quiz.answer("{name}", my_answers["{name}"])'


@damage("02_softmax", told="is graded as softmax.ipynb", warned=True)
def file_renamed(work: Work) -> None:
    work.name = "softmax (final).ipynb"


@damage("03_attention", *EVERYTHING, told="The notebook is empty")
def file_emptied(work: Work) -> bytes:
    return b""


@damage("03_attention")
def cells_moved(work: Work) -> None:
    answers = [cell for cell in work.cells if cell["metadata"].get("nbgrader", {}).get("solution")]
    work.notebook["cells"] = [cell for cell in work.cells if cell not in answers] + answers[::-1]


@damage("03_attention")
def huge_outputs(work: Work) -> None:
    printed = {"output_type": "stream", "name": "stdout", "text": "0123456789\n" * 800_000}
    work.cell("project")["outputs"] = [printed]


@damage("04_masks")
def ids_changed(work: Work) -> None:
    for number, cell in enumerate(work.cells):
        cell["id"] = f"changed-{number}"


@damage("04_masks")
def metadata_removed(work: Work) -> None:
    work.notebook["metadata"] = {}
    for cell in work.cells:
        cell["metadata"] = {}


@damage("04_masks")
def ids_all_alike(work: Work) -> None:
    for cell in work.cells:
        cell["id"] = "same"


@damage("05_multihead")
def kernel_died(work: Work) -> None:
    died = {"output_type": "error", "ename": "DeadKernelError", "evalue": "Kernel died", "traceback": ["\x1b[31mdied"]}
    for cell in work.cells:
        if cell["cell_type"] == "code":
            cell.update(outputs=[died], execution_count=999)
            cell["metadata"]["ExecuteTime"] = {"start_time": "never"}


@damage("05_multihead")
def kernel_of_another_language(work: Work) -> None:
    work.notebook["metadata"] = {
        "kernelspec": {"display_name": "Julia 1.9", "language": "julia", "name": "julia-1.9"},
        "language_info": {"name": "julia", "file_extension": ".jl"},
    }


@damage("05_multihead")
def byte_order_mark_and_windows_lines(work: Work) -> bytes:
    for cell in work.cells:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    return b"\xef\xbb\xbf" + work.written().replace(b"\n", b"\r\n")


@damage("06_tensors", "norm", told="SyntaxError")
def syntax_error(work: Work) -> None:
    work.cell("norm")["source"] = "def norm(x, dim=-1:\n    return x.norm(dim=dim)\n"


@damage("06_tensors")
def endless_scratch_cells(work: Work) -> None:
    work.add(0, "while True:\n    pass")
    work.add(5, "raise SystemExit")


@damage("07_positions", told="%matplotlib")
def magics_and_shell_lines(work: Work) -> None:
    own = work.cell("sinusoidal_positions")
    own["source"] = "%matplotlib inline\n!pip install torch\n" + own["source"]
    work.cell("TokenEmbedding")["source"] = "%%time\n" + work.cell("TokenEmbedding")["source"]


@damage("07_positions", told="raised ValueError")
def line_that_raises(work: Work) -> None:
    work.cell("sinusoidal_positions")["source"] += "\nsinusoidal_positions(5, 3)\n"


@damage("08_addnorm", told="old format")
def saved_as_format_3(work: Work) -> bytes:
    return json.dumps(nbformat.reads(work.written().decode(), as_version=3)).encode()


@damage("08_addnorm", told="says it has format 5")
def says_it_is_format_5(work: Work) -> None:
    work.notebook["nbformat"] = 5


@damage("09_encoder", told="encoder-Copy1.ipynb was ignored")
def two_notebooks(work: Work) -> None:
    (work.folder / "encoder-Copy1.ipynb").write_bytes(b"{}")


@damage("09_encoder", told="data.csv")
def extra_files(work: Work) -> None:
    (work.folder / "notes").mkdir()
    for name in ("data.csv", ".DS_Store", "notes/grade_encoder.py", "notes/mistakes.py"):
        (work.folder / name).write_text("raise SystemExit")


@damage("10_decoder", "Decoder", told="is no code cell any more")
def answer_turned_to_text(work: Work) -> None:
    own = work.cell("Decoder")
    own["cell_type"] = "markdown"
    del own["outputs"], own["execution_count"]


@damage("10_decoder", told="not in its own cell")
def answer_in_a_new_cell(work: Work) -> None:
    own = work.cell("Decoder")
    work.add(len(work.cells), own["source"])
    work.cells.remove(own)


@damage("11_transformer", "train")
def late(work: Work) -> None:
    (work.folder / "timestamp.txt").write_text("2030-01-02 00:00:00.000000 UTC")


@damage("11_transformer", *EVERYTHING, told="is gone")
def notebook_of_another_unit(work: Work) -> bytes:
    return Work(work.course, "02_softmax", work.student).written()


@damage("12_efficient", *EVERYTHING, told="KiB of code")
def data_in_the_code(work: Work) -> None:
    work.add(3, f"data = {list(range(40_000))}")


@damage("12_efficient", *EVERYTHING, told="a web page")
def web_page(work: Work) -> bytes:
    return b"<!DOCTYPE html><title>Jupyter</title>"


@damage("12_efficient", "online_softmax", told="ended its own process")
def ends_the_process(work: Work) -> None:
    work.cell("online_softmax")["source"] = "import os\n\ndef online_softmax(x, block_size):\n    os._exit(0)\n"
