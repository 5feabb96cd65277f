"""A service as a process of its own, and how it is asked."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field

import pantau

DATA = {
    "text": [
        f"{word} sekali aplikasi ini, {row}" for row in range(800) for word in ("bagus", "lemot")
    ],
    "label": ["positive", "negative"] * 800,
}


def trained(folder):
    """A workspace with a model in use, closed."""
    with pantau.open(folder) as workspace:
        workspace.train("sentiment", DATA)
    return folder


@dataclass
class Answered:
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Service:
    """``pantau serve`` on a free port, from ``with`` to its end."""

    folder: object
    options: tuple = ()
    key: str | None = None
    scheme: str = "http"
    environment: dict = field(default_factory=dict)

    def __enter__(self):
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "pantau", "serve", str(self.folder)]
        command += ["--port", str(self.port), *self.options]
        environment = {**os.environ, **self.environment}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.process.poll() is not None:
                printed, _ = self.process.communicate()
                raise AssertionError(printed)
            try:
                self.get("/health")
                return self
            except (ConnectionError, urllib.error.URLError):
                time.sleep(0.05)
        raise AssertionError("the service did not start")

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        self.process.stdout.close()

    def stop(self):
        """Tell it to end, and wait until it has; what it printed."""
        self.process.terminate()
        printed, _ = self.process.communicate(timeout=60)
        return printed

    def ask(self, method, path, body=None, headers=None, raw=None):
        told = {"content-type": "application/json", **(headers or {})}
        if self.key:
            told["authorization"] = f"Bearer {self.key}"
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        url = f"{self.scheme}://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, data, told, method=method)
        context = ssl._create_unverified_context() if self.scheme == "https" else None
        try:
            with urllib.request.urlopen(request, timeout=60, context=context) as answer:
                return Answered(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answered(error.code, dict(error.headers), error.read())

    def get(self, path, **named):
        return self.ask("GET", path, **named)

    def post(self, path, body=None, **named):
        return self.ask("POST", path, body, **named)
