"""Visitors' texts stay out of the log."""

from __future__ import annotations

import inspect

from rasa.core.channels import rest

from assistant.engine.patches import no_texts_in_logs


def test_texts_of_visitors_stay_out_of_the_log(stock, caplog):
    no_texts_in_logs.apply()
    rest.structlogger.error("rest.message.received.timeout", text="my secret")
    (record,) = caplog.records
    assert record.message == "rest.message.received.timeout"
    assert "my secret" not in str(vars(record))


def test_a_fault_is_logged_with_its_trace_and_without_the_text(stock, caplog):
    no_texts_in_logs.apply()
    try:
        raise RuntimeError("fault")
    except RuntimeError:
        rest.structlogger.exception("rest.message.received.failure", text="my secret")
    assert "RuntimeError: fault" in caplog.text
    assert "my secret" not in caplog.text


def test_rasa_still_writes_texts_into_the_log():
    assert "text=copy.deepcopy(text)" in inspect.getsource(rest.RestInput.blueprint)
