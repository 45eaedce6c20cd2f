"""nbgrader's check of metadata says the same with its schema taken as right."""

import jsonschema
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator

from autograder.course.metadata import schema_taken_as_right

RIGHT = {"schema_version": 3, "grade": True, "solution": False, "locked": True, "grade_id": "a", "points": 1}


@pytest.mark.parametrize(
    ("change", "refused"),
    [({}, False), ({"points": -1}, True), ({"points": "two"}, True), ({"grade": 3}, True)],
)
def test_cells_are_checked_as_ever(change, refused):
    notebook = new_notebook(cells=[new_code_cell("1", metadata={"nbgrader": RIGHT | change})])
    with schema_taken_as_right():
        if refused:
            with pytest.raises(jsonschema.ValidationError):
                MetadataValidator().validate_nb(notebook)
        else:
            MetadataValidator().validate_nb(notebook)


def test_afterwards_schemas_are_checked_again():
    wrong = {"$schema": MetadataValidator().schema["$schema"], "type": "no type"}
    with pytest.raises(RuntimeError), schema_taken_as_right():
        raise RuntimeError
    with pytest.raises(jsonschema.SchemaError):
        jsonschema.validate(1, wrong)
