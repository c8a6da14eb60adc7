"""jsonschema without a check that nbgrader asks for again and again: for each cell of a notebook, that nbgrader's own schema is one."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
from jsonschema.validators import validator_for

_validate = jsonschema.validate
_checked: set[str] = set()


def check_each_once() -> None:
    """From now on, in this process, `jsonschema.validate` checks a schema the first time only: a third of what recording takes."""
    jsonschema.validate = _validate_with_a_known_schema


def _validate_with_a_known_schema(instance: Any, schema: Any, *arguments: Any, **options: Any) -> None:
    """Raises jsonschema.ValidationError, as `jsonschema.validate` does."""
    written = json.dumps(schema, sort_keys=True)
    if arguments or options or written not in _checked:
        _validate(instance, schema, *arguments, **options)
        _checked.add(written)
    else:
        validator_for(schema)(schema).validate(instance)
