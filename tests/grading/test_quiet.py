"""pytest as grading and checks run it."""

from __future__ import annotations

from pathlib import Path

from autograder.quiet import run_quietly


class Seen:
    def __init__(self):
        self.paths = []
        self.passed = 0

    def pytest_ignore_collect(self, collection_path):
        self.paths.append(collection_path)

    def pytest_runtest_logreport(self, report):
        self.passed += report.when == "call" and report.passed


def test_only_the_folder_of_the_files_is_looked_at(tmp_path):
    for name in ("beside", "unit"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "test_it.py").write_text("def test_it(): pass\n")
    seen = Seen()
    run_quietly([tmp_path / "unit" / "test_it.py"], seen)
    assert seen.passed == 1
    assert all(path.is_relative_to(tmp_path / "unit") for path in seen.paths)


def test_files_of_several_folders_are_all_run(tmp_path):
    files = [tmp_path / name / "test_it.py" for name in ("first", "second")]
    for file in files:
        file.parent.mkdir()
        file.write_text("def test_it(): pass\n")
    seen = Seen()
    run_quietly(files, seen)
    assert seen.passed == 2


def test_a_file_may_be_named_as_seen_from_its_folder(tmp_path, monkeypatch):
    (tmp_path / "test_it.py").write_text("def test_it(): pass\n")
    monkeypatch.chdir(tmp_path)
    seen = Seen()
    run_quietly([Path("test_it.py")], seen)
    assert seen.passed == 1
