"""Where a store is, as older scripts say it: a ``db_config``, a URL or a folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

from pantau import InvalidInputError, Store

# What a model is called where older scripts did not say it.
MODEL = "sentiment"
# Where the models are of those who name a database alone.
FOLDER = "workspace"

DbConfig: TypeAlias = Store | Mapping[str, Any] | str | os.PathLike[str]

# What is no part of the address goes into the URL's query.
_SETTINGS = ("application_name", "connect_timeout", "schema", "sslmode", "sslrootcert")
_KEYS = ("host", "port", "dbname", "database", "user", "password", *_SETTINGS)


def open_store(db_config: DbConfig) -> Store:
    """The store that is meant; a Store is used as it is."""
    return db_config if isinstance(db_config, Store) else Store.open(location(db_config))


def location(db_config: DbConfig) -> str:
    """The URL or the path that ``Store.open`` takes.

    >>> from pantau.compat.places import location
    >>> location({"host": "db.example", "dbname": "reviews", "user": "sari", "password": "a/b"})
    'postgresql://sari:a%2Fb@db.example:5432/reviews'
    >>> location("reviews")
    'reviews'
    """
    if isinstance(db_config, Mapping):
        return _url(db_config)
    if isinstance(db_config, (str, os.PathLike)):
        return os.fspath(db_config)
    found = type(db_config).__name__
    raise InvalidInputError(f"db_config: {found} is none of a dict, a URL and a folder")


def _url(config: Mapping[str, Any]) -> str:
    unknown = [str(key) for key in config if key not in _KEYS]
    if unknown:
        raise InvalidInputError(
            f"db_config: unknown key {', '.join(unknown)}; known are {', '.join(_KEYS)}"
        )
    known = {key: str(value) for key, value in config.items() if value is not None}
    names = {known[key] for key in ("dbname", "database") if key in known}
    if len(names) != 1:
        why = "names no database" if not names else "dbname and database are not the same"
        raise InvalidInputError(f"db_config: {why}")
    host = known.get("host") or os.environ.get("POSTGRES_HOST") or "localhost"
    # An address of IPv6 has colons of its own; a folder with a socket has slashes.
    host = f"[{host}]" if ":" in host else quote(host, safe="")
    user = quote(known.get("user", ""), safe="")
    if "password" in known:
        user += ":" + quote(known["password"], safe="")
    settings = urlencode({key: known[key] for key in _SETTINGS if key in known}, quote_via=quote)
    return (
        f"postgresql://{user + '@' if user else ''}{host}:{known.get('port', '5432')}/"
        f"{quote(names.pop(), safe='')}{'?' + settings if settings else ''}"
    )
