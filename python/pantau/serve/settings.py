"""How a service is run."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pantau import InvalidInputError

# What older systems read from the environment, and what it is called here.
_OLDER_NAMES = {
    "model": "MODEL_NAME",
    "max_tokens": "MAX_LENGTH",
    "metrics": "METRICS_ENABLED",
    "metrics_port": "PROMETHEUS_PORT",
}
_DEVICES = ("cpu", "prefer_cuda", "require_cuda")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True)
class Settings:
    """How a service is run; each can be set by a variable, such as PANTAU_PORT."""

    #: The model that is asked where a request names none; by default the only one in use.
    model: str | None = None
    #: Where it listens.
    host: str = "127.0.0.1"
    port: int = 8080
    #: How many processes answer.
    workers: int = 1
    #: Where models run: cpu, prefer_cuda, or require_cuda; how many threads each uses; the most
    #: tokens of a text that are read.
    device: str = "cpu"
    threads: int | None = None
    max_tokens: int | None = None
    #: The most texts of a request, the most characters of a text, the most bytes of a body.
    max_texts: int = 100
    max_chars: int = 100_000
    max_body: int = 4 << 20
    #: By when a request must be answered, in seconds.
    deadline: float = 10.0
    #: How many requests a second each key may make, or each address where there are no keys; over a
    #: short time three times as many. None is without a limit.
    rate: float | None = None
    #: Pages of which origins may ask from a browser, such as https://app.example.
    origins: tuple[str, ...] = ()
    #: Addresses of proxies whose word is taken for where a request comes from.
    proxies: tuple[str, ...] = ()
    #: Files of a certificate and its key, for TLS.
    certificate: str | None = None
    private_key: str | None = None
    #: Whether there are metrics, whether older names are among them, whether they need a key.
    metrics: bool = True
    aliases: bool = False
    protect_metrics: bool = False
    #: A port where metrics are alone, need no key, and are not encrypted, besides /metrics.
    metrics_port: int | None = None
    #: Whether there are /docs and /redoc.
    docs: bool = True
    #: Whether it listens beyond this machine although there are no keys.
    open: bool = False
    #: Whether it looks after its models, too: closes windows, trains anew. In seconds, how often.
    look_after: float | None = None
    #: How long requests may take that run when it is told to end, in seconds.
    grace: float = 30.0

    @classmethod
    def make(cls, **given: Any) -> Settings:
        """Settings from what is given, then from the environment."""
        known = {field.name for field in fields(cls)}
        for name in given:
            if name not in known:
                raise InvalidInputError(f"settings: unknown field {name!r}")
        named = {name: value for name, value in given.items() if value is not None}
        if named.get("metrics_port") is not None and named.get("metrics") is False:
            raise InvalidInputError(
                f"metrics_port: {named['metrics_port']}, but there are to be no metrics"
            )
        settings = cls(**{**_environment(os.environ), **named})
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse what cannot be."""
        for name, low, high in [
            ("port", 0, 65_535),
            ("workers", 1, 256),
            ("max_texts", 1, 10_000),
            ("max_chars", 1, 10_000_000),
            ("max_body", 1_000, 1 << 30),
            ("deadline", 0.001, 3_600),
            ("grace", 0, 3_600),
        ]:
            if not low <= getattr(self, name) <= high:
                raise InvalidInputError(
                    f"{name}: {getattr(self, name)}, allowed are {low} to {high}"
                )
        if self.device not in _DEVICES:
            raise InvalidInputError(f"device: {self.device!r} is not one of {', '.join(_DEVICES)}")
        for name in ("threads", "max_tokens"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise InvalidInputError(f"{name}: {value}, allowed are 1 and more")
        if self.metrics_port is not None:
            if not 1 <= self.metrics_port <= 65_535:
                raise InvalidInputError(
                    f"metrics_port: {self.metrics_port}, allowed are 1 to 65535"
                )
            if self.metrics_port == self.port:
                raise InvalidInputError(
                    f"metrics_port: {self.metrics_port} is where the service itself listens"
                )
        if self.rate is not None and not 0 < self.rate <= 1e6:
            raise InvalidInputError(f"rate: {self.rate}, allowed are more than 0, at most 1000000")
        if (self.certificate is None) != (self.private_key is None):
            raise InvalidInputError("certificate and private_key: name both, or neither")
        for path in (self.certificate, self.private_key):
            if path is not None and not Path(path).is_file():
                raise InvalidInputError(f"certificate: there is no file {path}")
        if self.certificate is not None and self.private_key is not None:
            try:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self.certificate, self.private_key)
            except ssl.SSLError as error:
                files = f"{self.certificate} and {self.private_key}"
                raise InvalidInputError(
                    f"certificate: {files} are no certificate and its key ({error.reason})"
                ) from error

    @property
    def running(self) -> dict[str, Any]:
        """How models run, as ``pantau.open`` takes it."""
        return {name: getattr(self, name) for name in ("device", "threads", "max_tokens")}

    @property
    def is_local(self) -> bool:
        """Whether only this machine can ask."""
        return self.host in _LOOPBACK

    def to_json(self) -> str:
        """As JSON, for another process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """What ``to_json`` wrote."""
        read = json.loads(text)
        for name in ("origins", "proxies"):
            read[name] = tuple(read[name])
        return cls(**read)


def _environment(variables: Mapping[str, str]) -> dict[str, Any]:
    """What the environment says."""
    found: dict[str, Any] = {}
    for field in fields(Settings):
        for name in (f"PANTAU_{field.name.upper()}", _OLDER_NAMES.get(field.name, "")):
            text = variables.get(name, "")
            # Kubernetes says by such names where services of the cluster are.
            if text and not (name == _OLDER_NAMES.get(field.name) and text.startswith("tcp://")):
                found[field.name] = _read(name, str(field.type), text)
                break
    return found


def _read(name: str, kind: str, text: str) -> Any:
    if kind.startswith("bool"):
        values = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        if text.lower() not in values:
            raise InvalidInputError(f"{name}: {text!r} is neither true nor false")
        return values[text.lower()]
    if kind.startswith("tuple"):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if kind.startswith(("int", "float")):
        try:
            return int(text) if kind.startswith("int") else float(text)
        except ValueError as error:
            raise InvalidInputError(f"{name}: {text!r} is no number") from error
    return text
