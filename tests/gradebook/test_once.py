"""A schema is checked once, and what is validated against it every time; gradebooks of one database share what SQLAlchemy has compiled."""

from __future__ import annotations

import jsonschema
import nbgrader.api
import pytest
from nbgrader.api import Gradebook

from autograder.gradebook import once
from autograder.gradebook.register import scripts_on_path

SCHEMA = {"type": "object", "properties": {"points": {"type": "number"}}, "required": ["points"]}


@pytest.fixture
def checked(monkeypatch):
    """The schemas that were checked, in order."""
    checked = []
    validator = jsonschema.validators.validator_for(SCHEMA)
    original = validator.check_schema
    monkeypatch.setattr(
        validator, "check_schema", lambda schema, *rest, **named: (checked.append(schema), original(schema))
    )
    monkeypatch.setattr(once, "_checked", set())
    monkeypatch.setattr(jsonschema, "validate", jsonschema.validate)  # to be put back
    once.check_each_schema_once()
    return checked


def test_a_schema_is_checked_once(checked):
    for points in (1, 2.5, 3):
        jsonschema.validate({"points": points}, dict(SCHEMA))
    assert checked == [SCHEMA]


def test_another_schema_is_checked_too(checked):
    jsonschema.validate({"points": 1}, SCHEMA)
    with pytest.raises(jsonschema.SchemaError):
        jsonschema.validate({"points": 1}, {"type": "of no kind"})
    assert len(checked) == 2


@pytest.mark.parametrize("wrong", [{}, {"points": "3"}, []])
def test_what_does_not_fit_is_refused_every_time(checked, wrong):
    for _ in range(3):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, SCHEMA)
        jsonschema.validate({"points": 1}, SCHEMA)


@pytest.fixture
def connected(monkeypatch):
    monkeypatch.setattr(nbgrader.api, "create_engine", nbgrader.api.create_engine)  # to be put back
    once.connect_to_each_database_once()
    with scripts_on_path():
        yield


def test_gradebooks_of_one_database_share_an_engine_and_see_what_the_other_has_written(connected, tmp_path):
    url, other = (f"sqlite:///{tmp_path / name}.db" for name in ("one", "other"))
    with Gradebook(url) as first, Gradebook(url) as second, Gradebook(other) as third:
        assert first.engine is second.engine is not third.engine
        first.add_student("ann")
        assert [student.id for student in second.students] == ["ann"]
        assert third.students == []
    with Gradebook(url) as again:
        assert [student.id for student in again.students] == ["ann"]
