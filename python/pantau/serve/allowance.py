"""How often somebody may ask, counted over all processes of a service."""

from __future__ import annotations

import hashlib
import mmap
import os
import secrets
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

# Whoever asks has one of the places of a row, which a hash of the name tells; of a full row the
# one is forgotten that asked longest ago.
_ROWS, _PLACES = 1024, 8
# The hash, how many requests are left, and when that was so.
_ENTRY = struct.Struct("<8sdd")
_NOBODY = bytes(8)
_SALT = 16
_NAME = "rate.table"
_SIZE = _SALT + _ROWS * _PLACES * _ENTRY.size


class Allowance:
    """Each may ask ``rate`` times a second, and has three seconds' worth to begin with.

    Processes that name the same folder count together, in a file of it; on Windows each for itself.
    """

    def __init__(self, rate: float, folder: str | os.PathLike[str] | None = None) -> None:
        self._rate = rate
        self._most = max(1.0, 3 * rate)
        self._file: int | None = None
        if folder is None or fcntl is None:
            self._table = mmap.mmap(-1, _SIZE)
            self._table[:_SALT] = secrets.token_bytes(_SALT)
        else:
            self._file = os.open(Path(folder) / _NAME, os.O_RDWR | os.O_CREAT, 0o600)
            with self._alone():
                if os.fstat(self._file).st_size != _SIZE:
                    os.ftruncate(self._file, 0)
                    os.write(self._file, secrets.token_bytes(_SALT) + bytes(_SIZE - _SALT))
            self._table = mmap.mmap(self._file, _SIZE)
        # Nobody can choose a name that takes another's place.
        self._salt = self._table[:_SALT]

    def wait(self, who: str) -> float:
        """Take a request from what somebody has left; if there is none, how long to wait for it."""
        name = hashlib.blake2b(who.encode("utf-8", "replace"), digest_size=8, key=self._salt)
        hashed = name.digest()
        with self._alone():
            # The same in all processes, and after each start of the machine it begins anew.
            now = time.monotonic()
            place, left = self._find(hashed, now)
            wait = 0.0 if left >= 1 else (1 - left) / self._rate
            _ENTRY.pack_into(self._table, place, hashed, left - 1 if left >= 1 else left, now)
        return wait

    def _find(self, hashed: bytes, now: float) -> tuple[int, float]:
        """Somebody's place, and what is left there."""
        row = int.from_bytes(hashed, "little") % _ROWS
        first = _SALT + row * _PLACES * _ENTRY.size
        oldest, oldest_at = first, float("inf")
        for place in range(first, first + _PLACES * _ENTRY.size, _ENTRY.size):
            own, left, last = _ENTRY.unpack_from(self._table, place)
            if own == hashed:
                return place, min(self._most, left + max(0.0, now - last) * self._rate)
            at = -1.0 if own == _NOBODY else last
            if at < oldest_at:
                oldest, oldest_at = place, at
        return oldest, self._most

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Lets one process look and change at a time; one that dies lets go."""
        if self._file is None or fcntl is None:
            yield
            return
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
