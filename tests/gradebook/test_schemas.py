"""A schema is checked once, and what is validated against it every time."""

from __future__ import annotations

import jsonschema
import pytest

from autograder.gradebook import schemas

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
    monkeypatch.setattr(schemas, "_checked", set())
    monkeypatch.setattr(jsonschema, "validate", jsonschema.validate)  # to be put back
    schemas.check_each_once()
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
