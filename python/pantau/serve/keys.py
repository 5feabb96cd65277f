"""Who may ask: keys, of which only hashes are kept."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

from pantau import ConflictError, IncompatibleError, InvalidInputError, NotFoundError

_FORMAT = "pantau keys 1"
_SCOPES = ("predict", "admin")
# How long a change of the file may go unnoticed.
_LOOK = 1.0


@dataclass(frozen=True)
class Key:
    """Somebody who may ask."""

    name: str
    #: What it may do: ``predict``, or ``admin``, which may do everything.
    scopes: tuple[str, ...]
    created_at: str
    hash: str

    def may(self, scope: str) -> bool:
        """Whether it may do something."""
        return scope in self.scopes or "admin" in self.scopes


class Keys:
    """The keys of a workspace, in the file ``keys.json`` of its folder.

    A key is 32 random bytes, so its SHA-256 tells nobody what it is. Processes that serve notice a
    change within a second.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._path = Path(folder) / "keys.json"
        self._looked = 0.0
        self._seen: tuple[int, int] | None = None
        self._by_hash: dict[str, Key] = {}

    def add(self, name: str, scopes: tuple[str, ...] = ("predict",)) -> str:
        """Make a key, and give it: it can never be shown again."""
        if not re.fullmatch(r"[A-Za-z0-9._@-]{1,100}", name):
            raise InvalidInputError(
                f"name: {name!r}, allowed are 1 to 100 letters, digits and any of ._@-"
            )
        for scope in scopes:
            if scope not in _SCOPES:
                raise InvalidInputError(f"scope: {scope!r} is none of {', '.join(_SCOPES)}")
        if not scopes:
            raise InvalidInputError("scope: name one, a key without any may do nothing")
        with self._alone():
            keys = self.all()
            if any(key.name == name for key in keys):
                raise ConflictError(
                    f"key {name}: is there already; remove it first, or take another name"
                )
            secret = "pantau_" + secrets.token_urlsafe(32)
            now = datetime.now(timezone.utc).isoformat(timespec="seconds")
            self._write([*keys, Key(name, tuple(scopes), now, _hash(secret))])
            return secret

    def remove(self, name: str) -> None:
        """Take a key away: within a second it opens nothing any more."""
        with self._alone():
            keys = self.all()
            rest = [key for key in keys if key.name != name]
            if len(rest) == len(keys):
                raise NotFoundError(f"key {name} not found: `list` shows those there are")
            self._write(rest)

    def all(self) -> list[Key]:
        """All keys, the oldest first."""
        if not self._path.exists():
            return []
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            if content["format"] != _FORMAT:
                raise ValueError(f"its format is {content['format']!r}")
            return [Key(**{**key, "scopes": tuple(key["scopes"])}) for key in content["keys"]]
        except (ValueError, KeyError, TypeError) as error:
            raise IncompatibleError(f"{self._path}: is no file of keys ({error})") from error

    def find(self, secret: str) -> Key | None:
        """Whose key it is."""
        self._look()
        return self._by_hash.get(_hash(secret))

    def __bool__(self) -> bool:
        """Whether there are any."""
        self._look()
        return bool(self._by_hash)

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < _LOOK and self._seen is not None:
            return
        self._looked = now
        try:
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_size)
        except FileNotFoundError:
            seen = (0, 0)
        if seen != self._seen:
            # A file that cannot be read opens nothing.
            self._seen, self._by_hash = None, {}
            self._by_hash = {key.hash: key for key in self.all()}
            self._seen = seen

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Lets one process change the file at a time."""
        with self._path.with_suffix(".lock").open("a") as file:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _write(self, keys: list[Key]) -> None:
        content = {"format": _FORMAT, "keys": [asdict(key) for key in keys]}
        # Whole or not at all, and nobody else's to read.
        descriptor, path = tempfile.mkstemp(dir=self._path.parent, prefix=".keys-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        with suppress(OSError):
            # Whoever serves can read it still, also if somebody else writes.
            before = self._path.stat()
            os.chmod(path, before.st_mode & 0o777)
            os.chown(path, before.st_uid, before.st_gid)
        os.replace(path, self._path)
        self._seen = None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
