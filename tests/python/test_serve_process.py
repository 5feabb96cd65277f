"""``pantau serve`` as a process: its end, several of them, TLS, a store that is away."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import pantau
import pytest
from service import Service, trained

pytest.importorskip("fastapi", reason="pantau[serve] is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("serve") / "app")


def clients(service, count, until):
    """Clients that ask until something is so; the answers they got, and what went wrong."""
    answered, problems = [], []

    def ask():
        while not until.is_set():
            try:
                answer = service.post("/predict", {"text": "bagus sekali"})
                (answered if answer.status == 200 else problems).append(answer.json)
            except (OSError, ValueError) as error:
                problems.append(error)
                if service.process.poll() is not None:
                    return

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    return answered, problems, threads


def test_what_was_answered_is_there_after_its_end(folder):
    until = threading.Event()
    with Service(folder) as service:
        answered, _, threads = clients(service, 4, until)
        while len(answered) < 200:
            time.sleep(0.01)
        service.stop()
        until.set()
        for thread in threads:
            thread.join()
        assert service.process.returncode == 0
    with pantau.open(folder) as workspace:
        missing = [own["id"] for own in answered if workspace.store.prediction(own["id"]) is None]
    assert missing == [] and len(answered) >= 200


def test_what_was_answered_is_there_after_a_kill(folder):
    until = threading.Event()
    with Service(folder) as service:
        answered, _, threads = clients(service, 2, until)
        while len(answered) < 100:
            time.sleep(0.01)
        service.process.send_signal(signal.SIGKILL)
        until.set()
        for thread in threads:
            thread.join()
        service.process.wait()
    with pantau.open(folder) as workspace:
        end = time.monotonic() + 60
        rest = [own["id"] for own in answered]
        while rest and time.monotonic() < end:
            time.sleep(0.2)
            rest = [id for id in rest if workspace.store.prediction(id) is None]
    assert rest == [] and len(answered) >= 100


def test_several_processes_tell_the_sum(folder):
    with Service(folder, ("--workers", "2")) as service:
        line = re.compile(r'pantau_http_requests_total\{route="/predict",status="200"\} (\d+)')
        before = line.search(service.get("/metrics").body.decode())
        start = int(before[1]) if before else 0
        seen = []
        for round in range(1, 41):
            assert service.post("/predict", {"text": "bagus"}).status == 200
            told = int(line.search(service.get("/metrics").body.decode())[1])
            seen.append(told)
            assert told <= start + round
        # Whichever process is asked, it never falls, and in the end it is the sum.
        assert seen == sorted(seen)
        end = time.monotonic() + 15
        while told < start + 40 and time.monotonic() < end:
            time.sleep(0.2)
            told = int(line.search(service.get("/metrics").body.decode())[1])
        assert told == start + 40
        assert "pantau_processes 2" in service.get("/metrics").body.decode()
        # A promotion reaches both within a second.
        with pantau.open(folder) as workspace:
            version = workspace.retrain("sentiment", force=True)["training_result"]["version"]
        time.sleep(1.5)
        versions = {
            service.post("/predict", {"text": "bagus"}).json["model_version"] for _ in range(20)
        }
        assert versions == {str(version)}


def test_several_processes_count_together(folder):
    (folder / "rate.table").unlink(missing_ok=True)
    with Service(folder, ("--workers", "2", "--rate", "1")) as service:
        # Every request has a connection of its own, so that either process may get it.
        started = time.monotonic()
        statuses = [service.post("/predict", {"text": "bagus"}).status for _ in range(40)]
        allowed = 3 + (time.monotonic() - started)
        assert statuses[:3] == [200] * 3 and statuses.count(200) <= allowed


def children(pid):
    """The processes that another has started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = path.read_text().rsplit(") ", 1)[1].split()[1]
        except OSError:
            continue
        if int(parent) == pid:
            found.append(int(path.parent.name))
    return found


def listens(pid, port):
    """Whether a process listens on a port of this machine."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {
        f"socket:[{row[9]}]" for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"
    }
    return any(os.readlink(path) in sockets for path in Path(f"/proc/{pid}/fd").iterdir())


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's /proc")
def test_metrics_outlive_the_process_that_tells_them(folder):
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Service(folder, ("--workers", "2", "--metrics-port", str(port))) as service:
        inner = dataclasses.replace(service)
        inner.port = port

        def wait_for(line):
            end, page = time.monotonic() + 30, "nobody tells the metrics"
            while time.monotonic() < end:
                try:
                    page = inner.get("/metrics").body.decode()
                    if line in page:
                        return
                except OSError:
                    pass
                time.sleep(0.1)
            raise AssertionError(page)

        wait_for("pantau_processes 2")
        [holder] = [pid for pid in children(service.process.pid) if listens(pid, port)]
        os.kill(holder, signal.SIGKILL)
        wait_for("pantau_processes 2")


def test_promotions_are_noticed_by_no_client(folder):
    with pantau.open(folder) as workspace, Service(folder) as service:
        if len(workspace.registry.model("sentiment")["versions"]) < 2:
            workspace.retrain("sentiment", force=True)
        until = threading.Event()
        answered, problems, threads = clients(service, 32, until)
        for version in [1, 2, 1, 2]:
            workspace.promote("sentiment", version)
            time.sleep(0.8)
        until.set()
        for thread in threads:
            thread.join()
        assert problems == []
        assert {own["model_version"] for own in answered} >= {"1", "2"}


def test_it_speaks_tls(folder, tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is missing, which makes the certificate")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-out", certificate, "-keyout", key),
        ],
        check=True,
        capture_output=True,
    )
    options = ("--certificate", str(certificate), "--private-key", str(key))
    with Service(folder, options, scheme="https") as service:
        assert service.post("/predict", {"text": "bagus"}).json["sentiment"] == "positive"


def test_it_goes_on_without_its_store(folder, tmp_path):
    copy = tmp_path / "app"
    shutil.copytree(folder, copy)
    with Service(copy) as service:
        assert service.get("/health").json["status"] == "ok"
        # As if its disk were gone.
        os.rename(copy / "store", copy / "elsewhere")
        (copy / "store").write_text("no store")
        # What is open already may go on; the answers do in any case.
        for _ in range(20):
            assert service.post("/predict", {"text": "bagus"}).status == 200


def test_it_looks_after_its_models(folder):
    with pantau.open(folder) as workspace:
        workspace.configure("sentiment", triggers={"new_data": 30, "min_interval": "0s"})
        before = len(workspace.store.retrainings("sentiment"))
        with Service(folder, ("--look-after", "1")) as service:
            for row in range(40):
                text = f"keren sekali, teks {row}"
                told = service.post("/predict", {"text": text, "consent": True}).json
                service.post("/feedback", {"id": told["id"], "label": "positive"})
            end = time.monotonic() + 60
            while time.monotonic() < end:
                found = workspace.store.retrainings("sentiment")
                if len(found) > before and found[0]["status"] != "running":
                    break
                time.sleep(0.2)
        workspace.configure("sentiment", triggers={"new_data": None, "min_interval": None})
        assert found[0]["status"] == "completed", found[0]
