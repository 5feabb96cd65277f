"""Metrics on a port of their own, for networks where Prometheus sees nothing else."""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

import pantau

# Where it says what it listens on, the server of the service does so, too.
LOG = logging.getLogger("uvicorn.error")
#: What Prometheus wants to be told that a page is.
PAGE_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# How often a process tries whether the one that has the port has gone, in seconds.
_AGAIN = 1.0


class Exporter:
    """Answers ``/metrics`` on a port of its own, and nothing else.

    Of several processes one has the port, and tells the sum; if it ends, another takes over.
    """

    def __init__(self, workspace: pantau.Workspace, host: str, port: int, *, aliases: bool) -> None:
        self._place = (host, port)
        self._page = lambda: workspace.metrics(aliases=aliases)
        self._ends = threading.Event()
        self._server: _Server | None = None
        self._thread = threading.Thread(target=self._run, name="pantau-metrics", daemon=True)

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._ends.set()
        while self._thread.is_alive():
            # One that has the port since a moment ago, too.
            if self._server is not None:
                self._server.shutdown()
            self._thread.join(0.1)

    def _run(self) -> None:
        problem = ""
        while not self._ends.is_set():
            try:
                server = _Server(self._place, self._page)
            except OSError as error:
                # Mostly another process of this service has it, which is as it should be.
                if error.errno != errno.EADDRINUSE and str(error) != problem:
                    LOG.error("metrics_port: %s cannot be had: %s", self._place[1], error)
                problem = str(error)
                self._ends.wait(_AGAIN)
                continue
            LOG.info("Metrics on http://%s:%s/metrics, without a key", *self._place)
            with server:
                self._server = server
                # Also if it is told to end by now: whoever tells it waits until this has run.
                server.serve_forever(poll_interval=0.1)


def check_free(host: str, port: int) -> None:
    """Tell before anything runs that a port cannot be had."""
    try:
        _Server((host, port), str).server_close()
    except OSError as error:
        raise pantau.InvalidInputError(
            f"metrics_port: {port} of {host} cannot be had: {error.strerror}"
        ) from error


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Elsewhere it would let two have the same port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, place: tuple[str, int], page: Callable[[], str]) -> None:
        if ":" in place[0]:
            self.address_family = socket.AF_INET6
        self.page = page
        super().__init__(place, _Handler)

    def server_bind(self) -> None:
        """Without asking the network what this machine is called, which can take long."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "pantau"
    # Somebody who asks and says no more does not hold a thread for ever.
    timeout = 10

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        try:
            self._answer()
        except ConnectionError:
            # Whoever asked is gone.
            self.close_connection = True

    def _answer(self) -> None:
        if self.path.split("?", 1)[0] != "/metrics":
            self.send_error(404, "there is /metrics alone")
            return
        try:
            page = self.server.page().encode()
        except pantau.Error as error:
            self.send_error(500, "the metrics cannot be read")
            LOG.error("metrics: %s", error)
            return
        self.send_response(200)
        self.send_header("content-type", PAGE_TYPE)
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(page)

    def version_string(self) -> str:
        """Not which Python this is."""
        return self.server_version

    def log_message(self, format: str, *parts: Any) -> None:
        """Who has read the metrics is not worth a line."""
