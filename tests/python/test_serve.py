"""``pantau serve``: every route, as a client sees it."""

from __future__ import annotations

import asyncio
import dataclasses
import http.client
import json
import re
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pantau
import pytest
from service import Service, trained

pytest.importorskip("fastapi", reason="pantau[serve] is not installed")
from pantau.serve import Keys, Settings, create_app
from pantau.serve.allowance import Allowance
from pantau.serve.exporter import Exporter


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("serve") / "app")


@pytest.fixture(scope="module")
def service(folder):
    with Service(folder, ("--max-texts", "5", "--max-body", "20000")) as running:
        # Something was asked before, whichever test comes first.
        assert running.post("/predict", {"text": "bagus sekali"}).status == 200
        assert running.get("/nowhere").status == 404
        end = time.monotonic() + 30
        while running.get("/stats").json["total_predictions"] < 1 and time.monotonic() < end:
            time.sleep(0.05)
        yield running


def test_a_text_gets_its_answer(service):
    answer = service.post("/predict", {"text": "Bagus sekali!", "review_id": "r-1"})
    assert answer.status == 200
    told = answer.json
    assert told["sentiment"] == told["label"] == "positive"
    assert told["confidence"] == max(told["probabilities"].values()) > 0.8
    assert (told["review_id"], told["model"], told["model_version"]) == ("r-1", "sentiment", "1")
    assert re.fullmatch(r"2\d{3}-\d\d-\d\dT.*Z", told["timestamp"])
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    fast = service.post("/predict", {"text": "Lemot", "return_probabilities": False}).json
    assert fast["probabilities"] is None and fast["sentiment"] == "negative"


@pytest.mark.parametrize("route", ["/predict", "/predict/batch"])
def test_texts_get_theirs(service, route):
    texts = {"texts": ["bagus", "lemot", ""], "review_ids": ["a", "b", "c"]}
    told = service.post(route, texts).json
    assert told["total"] == 3 and told["model_version"] == "1"
    assert [own["sentiment"] for own in told["predictions"][:2]] == ["positive", "negative"]
    assert [own["review_id"] for own in told["predictions"]] == ["a", "b", "c"]
    assert "empty" in told["predictions"][2]["flags"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "text: Field required"),
        ({"text": 1}, "text: Input should be a valid string"),
        ({"text": "a", "texts": ["a"]}, "text: Extra inputs are not permitted"),
        ({"texts": []}, "texts: List should have at least 1 item"),
        ({"texts": ["a"] * 6}, "texts: List should have at most 5 items"),
        ({"texts": ["a", 2]}, "texts.1: Input should be a valid string"),
        ({"texts": ["a", "b"], "review_ids": ["1"]}, "review_ids: 1 for 2 texts"),
        ({"text": "a", "consent": "yes"}, "consent: Input should be a valid boolean"),
        ([], "text: Input should be a valid dictionary"),
    ],
)
def test_what_cannot_be_answered_is_told(service, body, problem):
    answer = service.post("/predict", body)
    assert answer.status == 422
    assert problem in answer.json["error"]["message"], answer.body
    assert answer.json["request_id"] == answer.headers["x-request-id"]


def test_errors_have_one_form(service):
    cases = [
        (service.post("/predict", {"text": "a", "model": "nobody"}), 404, "not_found"),
        (service.post("/predict", raw=b"{"), 422, "invalid_input"),
        (service.post("/predict", raw=b"x" * 20_001), 413, "too_large"),
        (service.get("/nowhere"), 404, "not_found"),
        (service.get("/predict"), 405, "method"),
        (service.post("/model/promote", {"version": 9}), 404, "not_found"),
    ]
    for answer, status, kind in cases:
        assert (answer.status, answer.json["error"]["kind"]) == (status, kind), answer.body
    hint = service.get("/model/reload")
    assert hint.status == 405 and "POST /model/reload" in hint.json["error"]["message"]


def test_a_request_keeps_its_id(service):
    given = service.get("/", headers={"x-request-id": "trace-7"})
    assert given.headers["x-request-id"] == "trace-7"
    odd = service.get("/", headers={"x-request-id": "no spaces allowed"})
    assert re.fullmatch(r"[0-9a-f]{32}", odd.headers["x-request-id"])


def test_feedback_reaches_the_answer(service, folder):
    answer = service.post("/predict", {"text": "bagus sekali"}).json
    said = service.post("/feedback", {"id": answer["id"], "correct": False, "label": "negative"})
    assert (said.status, said.json) == (200, {"id": answer["id"], "found": True})
    assert service.post("/feedback", {"id": "x", "correct": True}).json["found"] is False
    assert service.post("/feedback", {"id": answer["id"]}).status == 422
    assert service.post("/feedback", {"id": answer["id"], "label": "great"}).status == 422
    with pantau.open(folder) as workspace:
        assert workspace.store.prediction(answer["id"])["actual_label"] == "negative"


def test_text_is_kept_with_consent_only(service, folder):
    secret = service.post("/predict", {"text": "rahasia", "subject": "u-1"}).json
    shared = service.post("/predict", {"text": "hubungi a@b.example", "consent": True}).json
    with pantau.open(folder) as workspace:
        service.post("/feedback", {"id": shared["id"], "correct": True})
        assert workspace.store.prediction(secret["id"])["input_text"] is None
        assert workspace.store.prediction(shared["id"])["input_text"] == "hubungi [EMAIL]"


def test_it_says_what_and_how_it_is(service):
    assert service.get("/").json["models"] == ["sentiment"]
    health = service.get("/health").json
    assert health["status"] == "ok" and health["model_loaded"] and health["store_reachable"]
    assert (health["model_version"], health["provider"]) == ("1", "cpu")
    assert health["uptime_seconds"] > 0 and health["problems"] == []
    info = service.get("/model/info").json
    assert info["model_name"] == "sentiment" and info["labels"] == ["negative", "positive"]
    assert info["kind"] == "tfidf-logistic"
    stats = service.get("/stats").json
    assert stats["total_predictions"] >= 1 and 0 <= stats["positive_ratio"] <= 1
    drift = stats["drift_status"]
    assert drift["drift_detected"] is False and 0 <= drift["drift_score"] < 1


def test_metrics_are_text_or_json(service):
    page = service.get("/metrics")
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    text = page.body.decode()
    assert 'pantau_http_requests_total{route="/predict",status="200"}' in text
    assert 'route="unmatched"' in text and 'route="/nowhere"' not in text
    told = service.get("/metrics", headers={"accept": "application/json"})
    assert told.json["average_confidence"] > 0.5
    assert "drift_score" in told.json["drift_status"]


def test_the_description_is_there(service):
    paths = service.get("/openapi.json").json["paths"]
    assert {"/", "/health", "/predict", "/predict/batch", "/model/info", "/metrics"} <= set(paths)
    for page in ("/docs", "/redoc"):
        shown = service.get(page)
        assert shown.status == 200
        # All that it loads is here.
        places = re.findall(rb'(?:src|href|url)[=:] ?["\']([^"\']+)', shown.body)
        assert len(places) >= 3 and not [own for own in places if not own.startswith(b"/")]
        for place in places:
            assert service.get(place.decode()).status == 200
    page = service.get("/metrics").body.decode()
    assert 'pantau_http_requests_total{route="/docs/files",status="200"}' in page


def test_the_description_says_who_may_ask(service):
    told = service.get("/openapi.json").json
    assert set(told["components"]["securitySchemes"]) == {"bearer", "key"}
    # Without keys everybody may.
    assert {} in told["paths"]["/predict"]["post"]["security"]
    assert "security" not in told["paths"]["/health"]["get"]
    named = {own["name"] for own in told["tags"]}
    used = {tag for own in told["paths"].values() for way in own.values() for tag in way["tags"]}
    assert used == named
    assert told["paths"]["/model/promote"]["post"]["tags"] == ["looking after it"]


def test_who_looks_after_it_can_look_and_change(service, folder):
    assert service.get("/model/check").json["model"] == "sentiment"
    assert service.get("/model/triggers").json["should_retrain"] is False
    assert service.get("/model/rollout").json["champion"] == 1
    assert isinstance(service.get("/model/to_label").json, list)
    record = service.post("/model/retrain", {"force": True}).json
    assert record["status"] == "completed"
    assert service.post("/predict", {"text": "bagus"}).json["model_version"] == "2"
    back = service.post("/model/rollback", {"reason": "a try"})
    assert back.json == {"model": "sentiment", "model_version": "1"}
    assert service.post("/model/promote", {"version": 2}).json["model_version"] == "2"
    assert service.post("/model/promote", {"version": 1}).json["model_version"] == "1"
    assert service.post("/model/reload").json == {"model": "sentiment", "model_version": "1"}
    history = service.get("/model/history").json
    assert history[-1]["what"] == "promote"
    with pantau.open(folder) as workspace:
        deeds = [(own["actor"], own["action"]) for own in workspace.store.audit_trail()]
    assert ("nobody", "POST /model/rollback") in deeds
    assert not any(action.startswith("GET") for _, action in deeds)


def test_keys_open_what_they_may(folder):
    keys = Keys(folder)
    asker, chief = keys.add("asker"), keys.add("chief", ("admin",))
    try:
        with Service(folder) as service:
            assert service.get("/health").status == service.get("/metrics").status == 200
            as_json = {"accept": "application/json"}
            assert service.get("/metrics", headers=as_json).status == 401
            refused = service.post("/predict", {"text": "bagus"})
            assert (refused.status, refused.json["error"]["kind"]) == (401, "unauthorized")
            assert refused.headers["www-authenticate"] == "Bearer"
            assert service.get("/model/info").status == 401
            service.key = asker + "x"
            assert service.post("/predict", {"text": "bagus"}).status == 401
            service.key = asker
            assert service.post("/predict", {"text": "bagus"}).status == 200
            assert service.post("/model/reload").status == 403
            clicked = {"id": "x", "correct": True, "source": "audit"}
            assert service.post("/feedback", clicked).status == 422
            service.key = None
            told = {"x-api-key": chief}
            assert service.post("/model/reload", headers=told).status == 200
            assert service.post("/feedback", clicked, headers=told).status == 200
            keys.remove("chief")
            import time

            time.sleep(1.2)
            assert service.post("/model/reload", headers=told).status == 401
            keys.remove("asker")
            time.sleep(1.2)
            # The last key is gone, and nothing is open.
            assert service.post("/predict", {"text": "bagus"}).status == 401
            assert service.post("/model/reload").status == 401
        content = (folder / "keys.json").read_text()
        assert asker not in content and chief not in content
        with pantau.open(folder) as workspace:
            trail = workspace.store.audit_trail()
        mine = [own for own in trail if own["action"] == "POST /model/reload"]
        # Whoever has no key at all is counted, and not kept.
        assert [own["actor"] for own in mine[-2:]] == ["key asker", "key chief"]
        assert [own["detail"]["status"] for own in mine[-2:]] == [403, 200]
    finally:
        (folder / "keys.json").unlink()


async def status_of(app, path, root="", key=""):
    """The status of a POST to an application in this process."""
    told = [(b"x-api-key", key.encode())] if key else []
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode()}
    scope |= {"root_path": root, "scheme": "http", "query_string": b"", "http_version": "1.1"}
    scope |= {"headers": [*told, (b"content-type", b"application/json")], "client": ("x", 1)}
    statuses = []

    async def receive():
        return {"type": "http.request", "body": b'{"text": "bagus"}', "more_body": False}

    async def send(message):
        statuses.append(message.get("status"))

    await app(scope, receive, send)
    return statuses[0]


def test_a_mounted_service_asks_for_the_same_keys(folder, tmp_path):
    from starlette.applications import Starlette
    from starlette.routing import Mount

    keys = Keys(tmp_path)
    asker = keys.add("asker")
    with pantau.open(folder) as workspace:
        app = create_app(workspace, Settings.make(), keys=keys)
        outer = Starlette(routes=[Mount("/api", app)])
        for own, root in [(outer, ""), (app, "/api")]:

            def ask(path, key="", own=own, root=root):
                return asyncio.run(status_of(own, path, root, key))

            assert ask("/api/predict") == 401
            assert ask("/api/predict", asker) == 200
            assert ask("/api/model/reload", asker) == 403


def test_a_body_without_a_length_is_limited_too(service):
    pieces = (b"x" * 1_000 for _ in range(30))
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    told = {"content-type": "application/json"}
    connection.request("POST", "/predict", pieces, told, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["error"]["kind"]) == (413, "too_large")
    connection.close()


def test_many_make_keys_at_once(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        secrets = list(pool.map(lambda row: Keys(tmp_path).add(f"key-{row}"), range(16)))
    keys = Keys(tmp_path)
    assert {keys.find(secret).name for secret in secrets} == {f"key-{row}" for row in range(16)}
    (tmp_path / "keys.json").write_text("broken")
    with pytest.raises(pantau.IncompatibleError):
        Keys(tmp_path).find(secrets[0])


def test_nobody_says_where_somebody_else_comes_from(folder):
    with Service(folder, ("--rate", "1")) as service:
        statuses = [
            service.post("/predict", {"text": "a"}, headers={"x-forwarded-for": f"10.0.0.{row}"})
            for row in range(8)
        ]
        assert 429 in [own.status for own in statuses]


def test_names_that_people_write_are_no_labels(service):
    body = {"texts": ["a"] * 5, "model": "zz-nobody"}
    assert service.post("/predict", body).status == 404
    assert "zz-nobody" not in service.get("/metrics").body.decode()


def test_keys_are_made_by_rules(folder):
    keys = Keys(folder)
    assert not keys and keys.all() == []
    with pytest.raises(pantau.InvalidInputError, match="'a b', allowed are"):
        keys.add("a b")
    with pytest.raises(pantau.InvalidInputError, match="'root' is none of predict, admin"):
        keys.add("a", ("root",))
    keys.add("a")
    with pytest.raises(pantau.ConflictError, match="is there already"):
        keys.add("a")
    keys.remove("a")
    with pytest.raises(pantau.NotFoundError, match="key a not found"):
        keys.remove("a")
    (folder / "keys.json").write_text("{}")
    with pytest.raises(pantau.IncompatibleError, match="is no file of keys"):
        keys.all()
    (folder / "keys.json").unlink()


def test_who_asks_too_often_waits(folder):
    # Whoever asked before has had some of it.
    (folder / "rate.table").unlink(missing_ok=True)
    with Service(folder, ("--rate", "2")) as service:
        statuses = [service.post("/predict", {"text": "bagus"}).status for _ in range(12)]
        assert statuses[:6] == [200] * 6 and 429 in statuses
        late = service.post("/predict", {"text": "bagus"})
        assert late.json["error"]["kind"] == "rate" and int(late.headers["retry-after"]) >= 1
        # Whoever looks whether it lives is not counted.
        assert all(service.get("/health").status == 200 for _ in range(10))


def test_who_asks_is_counted_by_time(monkeypatch):
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    allowance = Allowance(2.0)
    assert [allowance.wait("sari") for _ in range(6)] == [0.0] * 6
    assert allowance.wait("sari") == 0.5 and allowance.wait("budi") == 0.0
    # To ask in vain costs nothing; half a second is worth one request.
    now += 0.5
    assert (allowance.wait("sari"), allowance.wait("sari")) == (0.0, 0.5)
    # However long somebody waits, three seconds' worth is the most.
    now += 3600
    assert [allowance.wait("sari") > 0 for _ in range(8)] == [False] * 6 + [True] * 2
    # A clock that began anew gives nobody less, and nobody more.
    now = 5.0
    assert allowance.wait("sari") == 0.5
    # More people than there are places: those that asked just now are remembered.
    for row in range(20_000):
        assert allowance.wait(f"10.0.{row // 256}.{row % 256}") == 0.0
    now += 1.0
    assert [allowance.wait("last") > 0 for _ in range(7)] == [False] * 6 + [True]
    assert [allowance.wait("last") > 0 for _ in range(2)] == [True] * 2
    # Less than one a second begins with one.
    slow = Allowance(0.1)
    assert (slow.wait("sari"), slow.wait("sari")) == (0.0, 10.0)


@pytest.mark.skipif(sys.platform == "win32", reason="processes do not count together on Windows")
def test_those_of_one_folder_count_together(tmp_path):
    first, second = Allowance(1.0, tmp_path), Allowance(1.0, tmp_path)
    assert [own.wait("sari") > 0 for own in (first, second, first, second)] == [False] * 3 + [True]
    assert Allowance(1.0, tmp_path).wait("sari") > 0 and Allowance(1.0).wait("sari") == 0
    # Who tidies up keeps nobody from beginning anew.
    (tmp_path / "rate.table").unlink()
    assert Allowance(1.0, tmp_path).wait("sari") == 0
    assert second.wait("sari") > 0
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "rate.table").write_bytes(b"broken")
    assert Allowance(1.0, tmp_path / "broken").wait("sari") == 0


def test_metrics_are_let_go_however_early():
    class Slow:
        def metrics(self, *, aliases):
            return ""

    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for wait in [0.0, 0.001, 0.05, 0.3]:
        exporter = Exporter(Slow(), "127.0.0.1", port, aliases=False)
        exporter.start()
        time.sleep(wait)
        ended = threading.Thread(target=exporter.stop, daemon=True)
        ended.start()
        ended.join(10)
        assert not ended.is_alive(), wait


def test_pages_of_some_origins_may_ask(folder):
    with Service(folder, ("--origin", "https://app.example")) as service:
        asks = {"origin": "https://app.example", "access-control-request-method": "POST"}
        allowed = service.ask("OPTIONS", "/predict", headers=asks)
        assert allowed.headers["access-control-allow-origin"] == "https://app.example"
        other = service.ask("OPTIONS", "/predict", headers={**asks, "origin": "https://x.example"})
        assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize(
    ("named", "problem"),
    [
        ({"port": 70_000}, "port: 70000, allowed are 0 to 65535"),
        ({"workers": 0}, "workers: 0, allowed are 1 to 256"),
        ({"rate": 0}, "rate: 0, allowed"),
        ({"metrics_port": 0}, "metrics_port: 0, allowed are 1 to 65535"),
        ({"metrics_port": 9100, "metrics": False}, "metrics_port: 9100, but there are to be no"),
        ({"port": 9100, "metrics_port": 9100}, "metrics_port: 9100 is where the service itself"),
        ({"certificate": "x"}, "name both"),
        ({"certificate": "x", "private_key": "y"}, "there is no file x"),
        ({"prot": 1}, "unknown field 'prot'"),
    ],
)
def test_settings_that_cannot_be_are_refused(named, problem):
    with pytest.raises(pantau.InvalidInputError, match=re.escape(problem)):
        Settings.make(**named)


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("PANTAU_PORT", "9000")
    monkeypatch.setenv("PANTAU_ORIGINS", "https://a.example, https://b.example")
    monkeypatch.setenv("MODEL_NAME", "sentiment")
    monkeypatch.setenv("METRICS_ENABLED", "false")
    monkeypatch.setenv("PROMETHEUS_PORT", "9100")
    settings = Settings.make(workers=2)
    assert (settings.port, settings.workers, settings.model) == (9000, 2, "sentiment")
    assert settings.origins == ("https://a.example", "https://b.example")
    assert settings.metrics is False and settings.metrics_port == 9100
    # Kubernetes says so where a service is that is called prometheus.
    monkeypatch.setenv("PROMETHEUS_PORT", "tcp://10.0.0.1:9090")
    assert Settings.make().metrics_port is None
    assert Settings.from_json(settings.to_json()) == settings
    assert Settings.make(port=1234).port == 1234
    monkeypatch.setenv("PANTAU_PORT", "many")
    with pytest.raises(pantau.InvalidInputError, match="PANTAU_PORT: 'many' is no number"):
        Settings.make()
    monkeypatch.setenv("PANTAU_PORT", "1")
    monkeypatch.setenv("PANTAU_DOCS", "perhaps")
    with pytest.raises(pantau.InvalidInputError, match="PANTAU_DOCS: 'perhaps'"):
        Settings.make()


def test_strangers_need_keys(folder):
    with pantau.open(folder) as workspace, pytest.raises(pantau.InvalidInputError) as refused:
        workspace.serve(host="0.0.0.0")
    assert "can be reached from elsewhere, and there are no keys" in str(refused.value)


def test_metrics_can_be_left_out_or_have_older_names(folder):
    with Service(folder, ("--no-metrics", "--no-docs")) as service:
        assert service.get("/metrics").status == service.get("/docs").status == 404
    with Service(folder, ("--aliases",)) as service:
        service.post("/predict", {"text": "bagus"})
        assert "sentiment_predictions_total{" in service.get("/metrics").body.decode()


def test_metrics_can_have_a_port_of_their_own(tmp_path):
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = trained(tmp_path / "app")
    secret = Keys(folder).add("web")
    with Service(folder, ("--metrics-port", str(port), "--protect-metrics")) as service:
        service.key = secret
        service.post("/predict", {"text": "bagus"})
        inner = dataclasses.replace(service)
        inner.port, inner.key = port, None
        page = inner.get("/metrics")
        assert page.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "pantau_predictions_total{" in page.body.decode()
        # The same as at the service, which wants a key there; and nothing else.
        names = {line.split(" ")[0] for line in page.body.decode().splitlines()}
        there = service.get("/metrics").body.decode().splitlines()
        assert names <= {line.split(" ")[0] for line in there}
        service.key = None
        assert service.get("/metrics").status == 401
        assert [inner.get(path).status for path in ("/", "/stats", "/model/check")] == [404] * 3
        assert inner.post("/predict", {"text": "bagus"}).status == 501
        head = inner.ask("HEAD", "/metrics")
        assert (head.status, head.body) == (200, b"") and int(head.headers["content-length"])
        assert "Python" not in head.headers["Server"]
        # A port that is taken is told before anything runs.
        command = [sys.executable, "-m", "pantau", "serve", str(folder), "--port", "0"]
        command += ["--metrics-port", str(port)]
        refused = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert refused.returncode == 1
        assert f"metrics_port: {port} of 127.0.0.1 cannot be had" in refused.stderr
    # Once it has ended, the port is free.
    with closing(socket.socket()) as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))


def test_without_a_model_it_says_so(tmp_path):
    pantau.open(tmp_path / "empty").close()
    with Service(tmp_path / "empty") as service:
        health = service.get("/health")
        assert health.status == 503 and health.json["status"] == "unavailable"
        refused = service.post("/predict", {"text": "bagus"})
        assert refused.status == 404, refused.body
        assert json.loads(service.get("/").body)["models"] == []
