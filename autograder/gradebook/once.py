"""What nbgrader does again for every submission or cell, done once in a process that records many: half of what recording takes.

jsonschema would check nbgrader's own schema for each cell of a notebook, and SQLAlchemy would forget all statements that it has compiled
with each of the ten gradebooks that a submission opens.
"""

from __future__ import annotations

import functools
import json
from typing import Any

import jsonschema
import nbgrader.api
from jsonschema.validators import validator_for

_validate = jsonschema.validate
_checked: set[str] = set()


def do_things_once() -> None:
    """From now on, in this process."""
    check_each_schema_once()
    connect_to_each_database_once()


def check_each_schema_once() -> None:
    """`jsonschema.validate` checks a schema the first time only, and what is validated against it every time."""
    jsonschema.validate = _validate_with_a_known_schema


def connect_to_each_database_once() -> None:
    """All gradebooks of a database share an engine. To close one of them closes its connections, as before."""
    nbgrader.api.create_engine = functools.cache(nbgrader.api.create_engine)


def _validate_with_a_known_schema(instance: Any, schema: Any, *arguments: Any, **options: Any) -> None:
    """Raises jsonschema.ValidationError, as `jsonschema.validate` does."""
    written = json.dumps(schema, sort_keys=True)
    if arguments or options or written not in _checked:
        _validate(instance, schema, *arguments, **options)
        _checked.add(written)
    else:
        validator_for(schema)(schema).validate(instance)
