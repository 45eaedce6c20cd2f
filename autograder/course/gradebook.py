"""Makes nbgrader's gradebook.

nbgrader does this itself when it first needs one, by running `alembic` from PATH, which is not there unless
the virtual environment is activated. Here alembic is asked as a library instead.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from autograder.course.roster import Student
from nnlearn.errors import OutputError


def make_gradebook(file: Path, course_id: str, students: Sequence[Student]) -> None:
    """Write a gradebook with these students; it is there whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SQLAlchemyError

    partial = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        _make_tables(partial)
        with Gradebook(f"sqlite:///{partial}", course_id) as gradebook:
            for student in students:
                fields = asdict(student)
                gradebook.add_student(fields.pop("id"), **fields)
            gradebook.engine.dispose()
        partial.rename(file)
    except (OSError, SQLAlchemyError) as error:
        raise OutputError(f"{file} cannot be written: {error}", "look at the folder's rights") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


def _make_tables(file: Path) -> None:
    """The tables of this version of nbgrader, marked as of that version."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from nbgrader.api import Base
    from nbgrader.dbutil import ALEMBIC_DIR
    from sqlalchemy import create_engine, text

    config = Config()
    config.set_main_option("script_location", ALEMBIC_DIR)
    version = ScriptDirectory.from_config(config).get_current_head()
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
    engine.dispose()
