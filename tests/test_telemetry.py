from __future__ import annotations

import json
import logging
import sys
import threading

import pytest

from stormops.telemetry import METRICS, Log, Metrics, take_over_logs


def test_an_undeclared_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        Metrics().count("never_declared_total")
    with pytest.raises(KeyError):
        Log("test").info("never_declared")


def test_every_declared_metric_can_be_used_and_is_on_the_page() -> None:
    metrics = Metrics()
    for name, (kind, _, labels) in METRICS.items():
        given = dict.fromkeys(labels, "x")
        if kind == "counter":
            metrics.count(name, 1, **given)
        elif kind == "gauge":
            metrics.gauge(name, 3, **given)
        else:
            metrics.observe(name, 0.2)
    page = metrics.page()[0].decode()
    assert all(name.removesuffix("_total") in page for name in METRICS)


def test_a_log_line_is_json_with_its_process(capsys: pytest.CaptureFixture[str]) -> None:
    Log("intake").warning("door_unavailable", code=5)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["process"], line["level"], line["code"]) == ("door_unavailable", "intake", "warning", 5)


def test_what_libraries_log_is_one_json_line_without_what_they_were_given(capsys: pytest.CaptureFixture[str]) -> None:
    private = "9 Secret Lane"
    handlers, level = logging.root.handlers[:], logging.root.level
    hook, thread_hook = sys.excepthook, threading.excepthook
    try:
        take_over_logs(Log("intake"))
        server = logging.getLogger("uvicorn.error")
        server.warning("Invalid request from %s", private)
        server.error("Exception in ASGI application", exc_info=ValueError(private))
        sys.excepthook(ValueError, ValueError(private), None)
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
        sys.excepthook, threading.excepthook = hook, thread_hook
    said = capsys.readouterr().err
    assert [json.loads(line)["event"] for line in said.splitlines()] == [
        "library_warned",
        "request_failed",
        "unhandled",
    ]
    assert private not in said
    assert "ValueError" in said
