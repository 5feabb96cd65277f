#!/usr/bin/env python3
"""Real servers for the tests, on loopback, in a folder that is removed afterwards.

    tests/servers.py postgres            one server, until the input ends
    tests/servers.py run s3 mlflow -- make something

The first form prints a line of JSON once the server answers, and obeys lines on its input:
`stop` (as an operator would), `kill` (as a power cut would) and `start`; each is answered by a
line, too. The second starts all servers, runs the command with their addresses in the environment
(PANTAU_TEST_POSTGRES, PANTAU_TEST_S3, PANTAU_TEST_MLFLOW), and stops them.

Without what a server needs the line is `{"missing": "what, and how to get it"}`.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

# Where the servers from PyPI are, apart from the environment that the tests run in.
ENVIRONMENT = Path(__file__).resolve().parent.parent / "build" / "servers" / "bin"
PASSWORD = "rahasia"
PATIENCE = 120.0


class MissingError(Exception):
    """A server is not installed here."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            tail = log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"the server did not start:\n{tail}")
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


class Server:
    """A process in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log.txt"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def facts(self) -> dict[str, str]:
        """What tests need to know."""
        raise NotImplementedError

    def command(self) -> list[str]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError

    # How the process is asked to end.
    ending = signal.SIGTERM
    user: str | None = None

    def start(self) -> None:
        if self.process is not None:
            return
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self.user,
                # Ctrl-C in a terminal is for the tests; they end the servers.
                start_new_session=True,
            )
        wait_until(self.is_ready, self.process, self.log)

    def stop(self, how: signal.Signals | None = None) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        os.killpg(process.pid, how or self.ending)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Postgres(Server):
    ending = signal.SIGINT

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.programs = self.find()
        if os.getuid() == 0:
            # It refuses to run as root.
            names = {entry.pw_name for entry in pwd.getpwall()}
            self.user = "postgres" if "postgres" in names else "nobody"
            shutil.chown(folder, self.user)
        self.data = folder / "data"
        secret = folder / "password"
        secret.write_text(PASSWORD)
        self.own(secret)
        self.run(
            [
                str(self.programs / "initdb"),
                "-D",
                str(self.data),
                "-U",
                "pantau",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "-A",
                "scram-sha-256",
                f"--pwfile={secret}",
            ]
        )
        secret.unlink()
        self.certify()

    @staticmethod
    def find() -> Path:
        found = shutil.which("initdb")
        places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if found is None and not places:
            raise MissingError("PostgreSQL is not installed: apt-get install postgresql")
        return places[-1].parent if places else Path(str(found)).resolve().parent

    def own(self, path: Path) -> None:
        if self.user is not None:
            shutil.chown(path, self.user)

    def run(self, command: list[str]) -> None:
        done = subprocess.run(
            command, capture_output=True, text=True, user=self.user, cwd=self.folder, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]}: {done.stderr}")

    def certify(self) -> None:
        """Makes an authority and a certificate for `localhost`."""
        self.authority = self.folder / "authority.pem"
        openssl = shutil.which("openssl")
        if openssl is None:
            raise MissingError("OpenSSL is not installed: apt-get install openssl")
        key, request = self.folder / "server.key", self.folder / "server.csr"
        certificate, names = self.folder / "server.pem", self.folder / "names"
        names.write_text("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
        new = [openssl, "req", "-newkey", "rsa:2048", "-nodes"]
        authority_key = self.folder / "authority.key"
        self.run(
            [
                *new,
                "-x509",
                "-days",
                "2",
                "-subj",
                "/CN=Test authority",
                "-keyout",
                str(authority_key),
                "-out",
                str(self.authority),
            ]
        )
        self.run([*new, "-subj", "/CN=localhost", "-keyout", str(key), "-out", str(request)])
        self.run(
            [
                openssl,
                "x509",
                "-req",
                "-days",
                "2",
                "-in",
                str(request),
                "-out",
                str(certificate),
                "-CA",
                str(self.authority),
                "-CAkey",
                str(authority_key),
                "-CAcreateserial",
                "-extfile",
                str(names),
            ]
        )
        key.chmod(0o600)
        self.authority.chmod(0o644)
        self.folder.chmod(0o755)

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "ssl": "on",
            "ssl_cert_file": self.folder / "server.pem",
            "ssl_key_file": self.folder / "server.key",
            "max_connections": 100,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *options]

    def is_ready(self) -> bool:
        program = str(self.programs / "pg_isready")
        command = [program, "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def facts(self) -> dict[str, str]:
        url = f"postgresql://pantau:{PASSWORD}@127.0.0.1:{self.port}/postgres"
        return {"url": url, "authority": str(self.authority), "port": str(self.port)}


def program(name: str) -> str:
    path = ENVIRONMENT / name
    if not path.exists():
        raise MissingError(f"{name} is not installed: make build/servers.stamp")
    return str(path)


class S3(Server):
    def command(self) -> list[str]:
        return [program("moto_server"), "-H", "127.0.0.1", "-p", str(self.port)]

    def is_ready(self) -> bool:
        return answers(f"http://127.0.0.1:{self.port}/moto-api/")

    def start(self) -> None:
        super().start()
        # Its memory is new after each start.
        address = f"http://127.0.0.1:{self.port}/pantau"
        request = urllib.request.Request(address, method="PUT")
        request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=test/0/us-east-1/s3/x")
        with urllib.request.urlopen(request, timeout=20):
            pass

    def facts(self) -> dict[str, str]:
        return {"url": "s3://pantau", "endpoint": f"http://127.0.0.1:{self.port}"}


class MLflow(Server):
    def command(self) -> list[str]:
        return [
            *(program("mlflow"), "server", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--backend-store-uri", f"sqlite:///{self.folder / 'mlflow.db'}"),
            *("--artifacts-destination", str(self.folder / "artefacts"), "--workers", "1"),
        ]

    def is_ready(self) -> bool:
        return answers(f"http://127.0.0.1:{self.port}/health")

    def facts(self) -> dict[str, str]:
        return {"url": f"http://127.0.0.1:{self.port}"}


SERVERS: dict[str, type[Server]] = {"postgres": Postgres, "s3": S3, "mlflow": MLflow}


def say(facts: dict[str, str]) -> None:
    print(json.dumps(facts), flush=True)


def serve(name: str) -> None:
    """One server, until the input ends."""
    folder = Path(tempfile.mkdtemp(prefix=f"pantau-{name}-"))
    server: Server | None = None
    try:
        server = SERVERS[name](folder)
        server.start()
        say(server.facts())
        for line in sys.stdin:
            command = line.strip()
            if command == "start":
                server.start()
            elif command == "stop":
                server.stop()
            elif command == "kill":
                server.stop(signal.SIGKILL)
            else:
                say({"error": f"{command!r} is none of start, stop, kill"})
                continue
            say({"done": command})
    except MissingError as missing:
        say({"missing": str(missing)})
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run(names: list[str], command: list[str]) -> int:
    """A command, with servers around it."""
    environment = dict(os.environ)
    started: list[tuple[Server, Path]] = []
    try:
        for name in names:
            folder = Path(tempfile.mkdtemp(prefix=f"pantau-{name}-"))
            try:
                server = SERVERS[name](folder)
                started.append((server, folder))
                server.start()
                environment[f"PANTAU_TEST_{name.upper()}"] = json.dumps(server.facts())
            except MissingError as missing:
                print(f"{name}: {missing}", file=sys.stderr)
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        for server, folder in started:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["run"] and "--" in arguments:
        cut = arguments.index("--")
        names, command = arguments[1:cut], arguments[cut + 1 :]
        if command and all(name in SERVERS for name in names):
            return run(names, command)
    if len(arguments) == 1 and arguments[0] in SERVERS:
        # An end by signal must stop the server, too.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        serve(arguments[0])
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
