from os import PathLike
from typing import Any

__all__ = ["export", "to_dict"]

def export(pipeline: Any, path: str | PathLike[str]) -> None: ...
def to_dict(pipeline: Any) -> dict[str, Any]: ...
