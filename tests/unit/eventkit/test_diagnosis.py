"""What logs may say of errors: never what was typed, stored or asked of the database."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from eventkit.diagnosis import LONGEST, brief, redacted, trail

SECRET = "13800001111"


class Contact(BaseModel):
    phone: int


def raised(engine: Engine) -> DBAPIError:
    with pytest.raises(DBAPIError) as caught, engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return caught.value


def test_outage_shows_no_statement() -> None:
    error = OperationalError("SELECT secret FROM contacts", {"phone": SECRET}, ConnectionError("refused\nmore"))
    assert "SELECT secret" in str(error), "which is why it is not logged as it is"
    assert brief(error) == "ConnectionError: refused"


def test_connection_error_hides_password() -> None:
    error = raised(create_engine("postgresql+psycopg://bugle:hidden@127.0.0.1:1/bugle"))
    assert brief(error).startswith("OperationalError: connection failed")
    assert "hidden" not in brief(error) and "SELECT" not in " ".join(trail(error))


def test_address_loses_its_password() -> None:
    assert redacted("at postgresql://bugle:hidden@db:5432/bugle") == "at postgresql://bugle:***@db:5432/bugle"
    assert redacted("see http://localhost:8000/docs") == "see http://localhost:8000/docs"


def test_validation_error_hides_input() -> None:
    with pytest.raises(ValidationError) as caught:
        Contact.model_validate({"phone": f"{SECRET} x"})
    assert SECRET in str(caught.value)
    assert brief(caught.value) == "ValidationError: phone int_parsing"


def test_long_message_is_cut() -> None:
    assert brief(ValueError("x" * 1000)) == f"ValueError: {'x' * LONGEST}"
    assert brief(ValueError()) == "ValueError"


def test_trail_tells_causes_first() -> None:
    try:
        try:
            raise KeyError("first")
        except KeyError as error:
            raise ValueError("second") from error
    except ValueError as error:
        told = trail(error)
    assert [line for line in told if "Error" in line] == ["KeyError: 'first'", "ValueError: second"]
    assert "eventkit/test_diagnosis.py:" in told[0] and "raise" not in " ".join(told)
