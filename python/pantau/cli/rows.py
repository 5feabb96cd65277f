"""Files of rows: read as columns, written whole or not at all."""

from __future__ import annotations

import csv
import importlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import pantau

Table = dict[str, list[Any]]

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_READ = ".csv, .tsv, .json, .jsonl, .ndjson, .parquet or .txt"
_WRITTEN = (".csv", ".tsv", ".json", ".jsonl")


def read(path: str) -> Table:
    """The columns of a file; of a .txt file the lines, as the column ``text``."""
    if not os.path.isfile(path):
        raise pantau.NotFoundError(f"file {path} not found: check the path")
    ending = Path(path).suffix.lower()
    try:
        if ending in _DELIMITERS:
            table = _read_csv(path, _DELIMITERS[ending])
        elif ending == ".json":
            table = _read_json(path)
        elif ending in (".jsonl", ".ndjson"):
            table = _of_records(path, _json_lines(path))
        elif ending == ".parquet":
            table = _read_parquet(path)
        elif ending == ".txt":
            with open(path, encoding="utf-8-sig", newline="\n") as lines:
                table = {"text": [line.rstrip("\r\n") for line in lines]}
        else:
            raise pantau.InvalidInputError(f"{path}: its name does not end in {_READ}")
    except UnicodeDecodeError as error:
        raise pantau.InvalidInputError(f"{path}: is not UTF-8 ({error.reason})") from error
    if not table or not next(iter(table.values())):
        raise pantau.InvalidInputError(f"{path}: has no rows")
    return table


def column(table: Table, name: str, path: str) -> list[Any]:
    """One column of a table."""
    if name not in table:
        names = ", ".join(f'"{other}"' for other in table)
        raise pantau.InvalidInputError(f'{path}: no column "{name}" among {names}')
    return table[name]


def texts(table: Table, name: str, path: str) -> list[str]:
    """A column of texts; a missing one is empty."""
    return ["" if cell is None else str(cell) for cell in column(table, name, path)]


def check_ending(path: str, endings: tuple[str, ...] = _WRITTEN) -> str:
    """What the name of a file to write ends in; better asked before the work than after it."""
    ending = Path(path).suffix.lower()
    if ending not in endings:
        known = " or ".join([*filter(None, [", ".join(endings[:-1])]), endings[-1]])
        raise pantau.InvalidInputError(f"{path}: its name does not end in {known}")
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise pantau.NotFoundError(f"folder {folder} not found, in which {path} is to be")
    return ending


def write(path: str, table: Table) -> None:
    """Write columns into a file, as its name ends."""
    ending = check_ending(path)
    names = list(table)
    records = zip(*table.values(), strict=True)
    with whole(path) as file:
        if ending in _DELIMITERS:
            writer = csv.writer(file, delimiter=_DELIMITERS[ending])
            writer.writerow(names)
            writer.writerows(records)
        elif ending == ".jsonl":
            for row in records:
                file.write(json.dumps(dict(zip(names, row, strict=True))) + "\n")
        else:
            json.dump([dict(zip(names, row, strict=True)) for row in records], file, indent=2)
            file.write("\n")


@contextmanager
def whole(path: str) -> Iterator[TextIO]:
    """A file to write into, which is there only once all of it is written."""
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, "w", encoding="utf-8", newline="") as file:
            yield file
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.remove(part)


def _read_csv(path: str, delimiter: str) -> Table:
    before = csv.field_size_limit(2**31 - 1)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            names = next(reader, [])
            if len(set(names)) < len(names):
                raise pantau.InvalidInputError(f"{path}: two columns have the same name")
            table: Table = {name: [] for name in names}
            for row in reader:
                if not row:
                    continue
                if len(row) != len(names):
                    cells = f"{len(row)} cells, the first line {len(names)}"
                    problem = f"{path}: line {reader.line_num} has {cells}"
                    raise pantau.InvalidInputError(problem)
                for name, cell in zip(names, row, strict=True):
                    table[name].append(cell)
            return table
    except csv.Error as error:
        raise pantau.InvalidInputError(f"{path}: is no CSV ({error})") from error
    finally:
        csv.field_size_limit(before)


def _read_json(path: str) -> Table:
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except ValueError as error:
        if isinstance(error, UnicodeDecodeError):
            raise
        raise pantau.InvalidInputError(f"{path}: is no JSON ({error})") from error
    if isinstance(content, dict):
        lengths = {len(cells) if isinstance(cells, list) else -1 for cells in content.values()}
        if len(lengths) > 1 or -1 in lengths:
            raise pantau.InvalidInputError(f"{path}: its columns are no lists of one length")
        return content
    return _of_records(path, enumerate(content, 1) if isinstance(content, list) else [(1, content)])


def _json_lines(path: str) -> Iterator[tuple[int, Any]]:
    with open(path, encoding="utf-8-sig", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except ValueError as error:
                    problem = f"{path}: line {number} is no JSON ({error})"
                    raise pantau.InvalidInputError(problem) from error


def _of_records(path: str, records: Any) -> Table:
    table: Table = {}
    for rows, (number, record) in enumerate(records):
        if not isinstance(record, dict):
            raise pantau.InvalidInputError(f"{path}: row {number} is no object")
        for name, cell in record.items():
            table.setdefault(name, [None] * rows).append(cell)
        for cells in table.values():
            if len(cells) <= rows:
                cells.append(None)
    return table


def _read_parquet(path: str) -> Table:
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        problem = f"{path}: reading Parquet here needs pyarrow, which is not installed"
        raise pantau.IncompatibleError(problem) from error
    try:
        table: Table = parquet.read_table(path).to_pydict()
    except (ValueError, OSError) as error:
        raise pantau.InvalidInputError(f"{path}: is no Parquet ({error})") from error
    return table
