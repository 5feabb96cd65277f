"""Half an hour of traffic: memory stays flat, and neither threads nor files are left behind.

``PANTAU_SOAK_MINUTES`` makes it shorter or longer.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from pathlib import Path

import pantau
import pytest
from service import Service, trained

pytest.importorskip("fastapi", reason="pantau[serve] is not installed")


def use(process):
    """The memory in megabytes, the threads and the open files of a process."""
    status = Path(f"/proc/{process}/status").read_text()
    facts = dict(line.split(":", 1) for line in status.splitlines())
    memory = int(facts["VmRSS"].split()[0]) / 1024
    return memory, int(facts["Threads"]), len(os.listdir(f"/proc/{process}/fd"))


def client(service, ended, problems, number):
    row = 0
    while not ended.is_set():
        row += 1
        try:
            asked = {"text": f"bagus sekali, teks {number} {row}", "consent": row % 5 == 0}
            told = service.post("/predict", {**asked, "subject": f"user-{row % 50}"})
            assert told.status == 200, told.body
            if row % 10 == 0:
                said = {"id": told.json["id"], "label": "positive"}
                assert service.post("/feedback", said).status == 200
            if row % 40 == 0:
                texts = [f"lemot {number} {row} {place}" for place in range(50)]
                assert service.post("/predict", {"texts": texts}).status == 200
                assert service.get("/metrics").status == 200
                service.get("/health")
        except Exception as problem:
            problems.append(problem)
            return


@pytest.mark.slow
def test_memory_stays_flat(tmp_path):
    if not Path("/proc/self/status").exists():
        pytest.skip("the system does not tell what a process uses")
    minutes = float(os.environ.get("PANTAU_SOAK_MINUTES", "30"))
    folder = trained(tmp_path / "app")
    with pantau.open(folder) as workspace, Service(folder, ("--look-after", "5")) as service:
        workspace.retrain("sentiment", force=True)
        workspace.challenge("sentiment", 1, 0.2)
        ended, problems = threading.Event(), []
        arguments = (service, ended, problems)
        threads = [threading.Thread(target=client, args=(*arguments, own)) for own in range(4)]
        for thread in threads:
            thread.start()
        seen, end, turn = [], time.monotonic() + minutes * 60, 0
        while time.monotonic() < end and not problems:
            time.sleep(minutes * 60 / 60)
            seen.append(use(service.process.pid))
            turn += 1
            if turn % 6 == 0:
                # Versions come and go.
                version = workspace.info("sentiment")["version"]
                workspace.promote("sentiment", 3 - version)
                workspace.challenge("sentiment", version, 0.2)
        ended.set()
        for thread in threads:
            thread.join()
        assert problems == []
    # The first quarter is for what is made once.
    quarter = len(seen) // 4
    early, late = seen[quarter : 2 * quarter], seen[-quarter:]

    def middle(part, place):
        return statistics.median(own[place] for own in part)

    memory = " ".join(f"{own[0]:.0f}" for own in seen)
    told = f"threads and files: {early[0][1:]} to {late[-1][1:]}; memory: {memory} MB"
    assert middle(late, 0) <= middle(early, 0) * 1.05 + 4, told
    assert middle(late, 1) <= middle(early, 1) + 2, told
    assert middle(late, 2) <= middle(early, 2) + 4, told
    print(told)
