"""What runs for an exercise, and what does not."""

from __future__ import annotations

from .notebooks import IMPORTS, SOFTMAX, STUB, check, code, notebook, program, read, run, solution, sources

PLAIN = "def softmax(x):\n    return x"


def test_every_statement_of_the_own_cell_runs(tmp_path):
    source = "SCALE = 2\n" + PLAIN + "\nprint(softmax(1))\nfor i in range(3):\n    softmax(i)"
    assert sources(program(tmp_path, solution("softmax", source))) == [
        "SCALE = 2", PLAIN, "print(softmax(1))", "for i in range(3):\n    softmax(i)",
    ]  # fmt: skip


def test_scratch_cells_do_not_run(tmp_path):
    scratch = ["1 / 0", "print('hi')", "for i in range(9): pass", "x = 1 / 0", "import no_such_module", "del np"]
    result = program(tmp_path, *map(code, scratch), solution("softmax", PLAIN))
    assert sources(result) == [PLAIN]


def test_check_cells_do_not_run(tmp_path):
    result = program(tmp_path, solution("softmax", "def softmax(x): return y"), check("softmax", "y = 3"))
    assert sources(result) == ["def softmax(x): return y"]


def test_a_check_cell_without_its_metadata_is_known_by_its_id(tmp_path):
    bare = {**check("softmax", "y = 3"), "metadata": {}}
    result = program(tmp_path, solution("softmax", "def softmax(x): return y"), bare)
    assert sources(result) == ["def softmax(x): return y"]


def test_a_locked_cell_of_imports_is_read(tmp_path):
    imports = code(IMPORTS, "code-001")
    imports["metadata"] = {"nbgrader": {"grade_id": "code-001", "grade": False, "solution": False, "locked": True}}
    assert sources(program(tmp_path, imports, solution("softmax", SOFTMAX))) == [IMPORTS, SOFTMAX]


def test_what_the_exercise_needs_is_taken_from_other_cells_in_their_order(tmp_path):
    cells = [code("EPS = 1e-9"), code("def shifted(x):\n    return x - EPS"), code("UNUSED = 1")]
    result = program(tmp_path, *cells, solution("softmax", "def softmax(x):\n    return shifted(x)"))
    assert sources(result) == [
        "EPS = 1e-9",
        "def shifted(x):\n    return x - EPS",
        "def softmax(x):\n    return shifted(x)",
    ]
    assert run(result)["softmax"](1e-9) == 0


def test_a_helper_below_its_use_is_taken_too(tmp_path):
    result = program(tmp_path, solution("softmax", "def softmax(x): return helper(x)"), code("def helper(x): return 7"))
    assert run(result)["softmax"](0) == 7


def test_a_local_name_does_not_pull_in_a_scratch_variable(tmp_path):
    own = "def softmax(values):\n    total = sum(values)\n    return [part for part in values if total]"
    result = program(tmp_path, code("total = 1 / 0"), code("part = 1 / 0"), solution("softmax", own))
    assert sources(result) == [own]


def test_names_in_decorators_defaults_bases_and_comprehensions_are_needed(tmp_path):
    given = ["def mark(f): return f", "SIZE = 3", "class Base: pass", "WEIGHTS = [1]", "KIND = int"]
    own = "@mark\ndef softmax(x: KIND, n=SIZE):\n    return [w for w in WEIGHTS]\nclass Helper(Base):\n    size = SIZE"
    result = program(tmp_path, *map(code, given), solution("softmax", own))
    assert set(given) <= set(sources(result))


def test_several_assignments_to_a_needed_name_are_all_kept(tmp_path):
    cells = [code("N = 2"), code("N += 1"), code("a, (b, *c) = 1, (2, 3)")]
    result = program(tmp_path, *cells, solution("softmax", "def softmax(x): return N + b"))
    assert run(result)["softmax"](0) == 5


def test_assignments_to_attributes_and_items_do_not_run_elsewhere(tmp_path):
    cells = [code("import math"), code("math.pi = 3"), code("table = {}"), code("table['a'] = 1 / 0")]
    result = program(tmp_path, *cells, solution("softmax", "def softmax(x): return math.pi, table"))
    assert sources(result) == ["import math", "table = {}", "def softmax(x): return math.pi, table"]


def test_a_guarded_import_is_taken_whole(tmp_path):
    guarded = "try:\n    import no_such_module as fast\nexcept ImportError:\n    fast = None"
    result = program(tmp_path, code(guarded), solution("softmax", "def softmax(x): return fast"))
    assert run(result)["softmax"](0) is None


def test_a_guarded_action_is_not_taken(tmp_path):
    guarded = "try:\n    value = 1\n    print(value)\nexcept ImportError:\n    pass"
    result = program(tmp_path, code(guarded), solution("softmax", "def softmax(x): return value"))
    assert sources(result) == ["def softmax(x): return value"]


def test_a_star_import_is_always_taken(tmp_path):
    result = program(tmp_path, code("from math import *"), solution("softmax", "def softmax(x): return exp(x)"))
    assert run(result)["softmax"](0) == 1


def test_other_exercises_come_from_their_own_cells(tmp_path):
    first = "def softmax(x): return 'own'"
    content = notebook(
        code("def softmax(x): return 'draft'", "draft"),
        solution("softmax", first),
        solution("log_softmax", "def log_softmax(x): return softmax(x)"),
        code("def softmax(x): return 'later'", "later"),
    )
    result = read(tmp_path, content, "softmax", "log_softmax").programs["log_softmax"]
    assert sources(result) == [first, "def log_softmax(x): return softmax(x)"]


def test_a_result_kept_under_another_exercises_name_does_not_replace_it(tmp_path):
    content = notebook(
        solution("norm", "def norm(a): return 5\nnorm = norm([3, 4])"),
        solution("cosine", "def cosine(a): return norm(a)"),
    )
    result = read(tmp_path, content, "norm", "cosine").programs["cosine"]
    assert run(result)["cosine"](0) == 5


def test_an_unwritten_exercise_is_taken_as_its_stub(tmp_path):
    result = read(
        tmp_path,
        notebook(solution("softmax", STUB), solution("log_softmax", "def log_softmax(x): return softmax(x)")),
        "softmax",
        "log_softmax",
    ).programs["log_softmax"]
    assert sources(result)[0] == STUB


def test_future_imports_are_merged_at_the_front(tmp_path):
    cells = [
        code("x = 1"),
        code("from __future__ import annotations"),
        code("from __future__ import division, annotations"),
    ]
    result = program(tmp_path, *cells, solution("softmax", "def softmax(x: Unknown) -> Nothing: return x"))
    first = result.fragments[0]
    assert (first.source, first.origin, first.line) == ("from __future__ import annotations, division", "cell 2", 1)
    assert len(result.fragments) == 2


def test_fragments_know_their_lines(tmp_path):
    source = "\n# comment\n\n@staticmethod\n@staticmethod\ndef softmax(x):\n    return '''é\n'''\n\na = 1; b = [\n  2]"
    result = program(tmp_path, code(IMPORTS), solution("softmax", source))
    assert [(item.origin, item.line, item.source) for item in result.fragments] == [
        ("cell 2", 4, "@staticmethod\n@staticmethod\ndef softmax(x):\n    return '''é\n'''"),
        ("cell 2", 10, "a = 1"),
        ("cell 2", 10, "b = [\n  2]"),
    ]


def test_wide_characters_before_a_statement_do_not_shift_it(tmp_path):
    result = program(tmp_path, solution("softmax", "π = '∑é'; softmax = lambda x: π"))
    assert sources(result) == ["π = '∑é'", "softmax = lambda x: π"]


def test_a_syntax_error_is_the_fault_of_its_own_exercise_only(tmp_path):
    broken = "def softmax(x):\n    y = = x\n    return y"
    content = notebook(
        code(IMPORTS), solution("softmax", broken), solution("log_softmax", "def log_softmax(x): return x")
    )
    programs = read(tmp_path, content, "softmax", "log_softmax").programs
    assert programs["softmax"].fragments == []
    heading, line, caret = programs["softmax"].fault.split("\n")
    assert heading.startswith("SyntaxError in cell 2, line 2: ")
    assert line == "    y = = x"
    assert caret.index("^") == line.index("= x")
    assert programs["log_softmax"].fault is None


def test_an_error_that_only_the_compiler_sees_is_a_fault(tmp_path):
    result = program(tmp_path, solution("softmax", "def softmax(x):\n    return x\nreturn 5"))
    assert result.fault.startswith("SyntaxError in cell 1, line 3: 'return' outside function")


def test_wrong_indentation_is_named_as_such(tmp_path):
    result = program(tmp_path, solution("softmax", "def softmax(x):\nreturn x"))
    assert result.fault.startswith("IndentationError in cell 1, line 2: ")


def test_a_broken_cell_that_seems_to_define_the_exercise_is_its_fault(tmp_path):
    result = program(tmp_path, code("x = = 1", "one"), code("def softmax(x):\n    return (x", "two"))
    assert result.fault.startswith("SyntaxError in cell 2, line 2: ")


def test_a_right_definition_elsewhere_counts_instead_of_a_broken_cell(tmp_path):
    result = program(tmp_path, solution("softmax", "def softmax(x: return"), code(PLAIN))
    assert sources(result) == [PLAIN]
    assert any("SyntaxError in cell 1" in notice for notice in result.notices)


def test_a_broken_cell_is_noticed_where_its_names_are_used(tmp_path):
    cells = [code("def helper(x):\n    return = x"), code("EPS = = 1")]
    user = program(tmp_path, *cells, solution("softmax", "def softmax(x): return helper(x)"))
    assert any("uses `helper`" in notice and "SyntaxError in cell 1, line 2" in notice for notice in user.notices)
    assert not any("EPS" in notice for notice in user.notices)
    assert program(tmp_path, *cells, solution("softmax", SOFTMAX)).notices == []


def test_a_main_block_never_runs(tmp_path):
    source = PLAIN + "\nif __name__ == '__main__':\n    print(softmax(data))"
    result = program(tmp_path, code("data = 1 / 0"), solution("softmax", source))
    assert sources(result) == [PLAIN]
    assert result.notices == []


def test_null_bytes_and_half_characters_are_faults_or_harmless(tmp_path):
    cell = solution("softmax", "X")
    content = notebook(cell)
    nul = read(tmp_path, content.replace(b'"X"', b'"def softmax(x):\\n    return \\u0000"')).programs["softmax"]
    assert nul.fault.startswith("SyntaxError in cell 1")
    half = read(tmp_path, content.replace(b'"X"', b"\"softmax = lambda x: '\\ud800'\"")).programs["softmax"]
    assert callable(run(half)["softmax"])


def test_deep_nesting_is_a_fault(tmp_path):
    for deep in (
        "(" * 10_000,
        "-" * 100_000 + "1",
        "+".join("a" * 50_000),
        "x = " + "[" * 150 + "]" * 150 + "\n" + "f(" * 5000 + ")" * 5000,
    ):
        assert program(tmp_path, solution("softmax", deep)).fault.startswith("SyntaxError in cell 1")


def test_thousands_of_branches_are_read(tmp_path):
    chain = "if a == 0:\n    b = 0\n" + "".join(f"elif a == {n}:\n    b = {n}\n" for n in range(400))
    result = program(tmp_path, code(chain), solution("softmax", PLAIN))
    assert sources(result) == [PLAIN]


def test_messages_hold_no_control_characters(tmp_path):
    result = program(tmp_path, solution("softmax", "def softmax(x):\n    return '\x1b[2J' = = 1"))
    assert "\x1b" not in result.fault
