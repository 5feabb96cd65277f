"""What the service says of itself is true: requests made from its description, well and badly
formed, are answered as it says, and never with a mistake of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest
from service import Service, trained

pytest.importorskip("fastapi", reason="pantau[serve] is not installed")
pytest.importorskip("schemathesis", reason="schemathesis is not installed")

# What is unlike its description on purpose: requests for models, versions and answers that are not
# there are well formed, and pairs of lists may differ in length, which no description can say.
_CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
]


def test_every_route_does_what_its_description_says(tmp_path):
    folder = trained(tmp_path / "app")
    with Service(folder, ("--max-texts", "8", "--max-chars", "400")) as service:
        command = [sys.executable, "-m", "schemathesis.cli", "run"]
        command += [f"http://127.0.0.1:{service.port}/openapi.json", "--checks", ",".join(_CHECKS)]
        # Each retraining takes a second or two, and is asked for by a test of its own.
        command += ["--exclude-path", "/model/retrain", "--max-examples", "40", "--seed", "7"]
        command += ["--request-timeout", "30", "--no-color"]
        # In a folder where no file tells it anything else.
        told = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=tmp_path)
    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-2000:]
    assert "Operations:" in told.stdout, told.stdout[-2000:]
