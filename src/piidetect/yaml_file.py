# SPDX-License-Identifier: Apache-2.0
"""Read one YAML file that may come from anybody: nothing in it can run, loop or fill the memory.

Refused: more than 1 MB, aliases (a few bytes of them can stand for gigabytes), tags (objects),
nesting deeper than 16, duplicate keys, several documents, other encodings than UTF-8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_BYTES: Final = 1_000_000
DEEPEST: Final = 16
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnsafeFileError(ValueError):
    """The file isn't plain data; the message says what it has and where."""


class _PlainLoader(_PARSER):  # type: ignore[misc]
    """The safe loader, without duplicate keys."""


def _mapping(loader: Any, node: Any) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise UnsafeFileError(f"line {key_node.start_mark.line + 1}: keys must be strings")
        if key in result:
            raise UnsafeFileError(
                f"line {key_node.start_mark.line + 1}: {key!r} stands there twice"
            )
        result[key] = loader.construct_object(value_node, deep=True)
    return result


_PlainLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _refuse_tricks(text: str) -> None:
    """Go through the events, which costs no memory, before anything is built from them."""
    depth = 0
    for event in yaml.parse(text, Loader=_PARSER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise UnsafeFileError(f"line {line}: aliases and anchors aren't allowed; write it out")
        if getattr(event, "tag", None):
            raise UnsafeFileError(f"line {line}: tags aren't allowed")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise UnsafeFileError(f"line {line}: nested deeper than {DEEPEST}")


def parse(data: bytes) -> Any:
    """Return the content of a YAML document as plain dicts, lists and scalars.

    Raises:
        UnsafeFileError: it is none, or not plain data.
    """
    if len(data) > LARGEST_BYTES:
        raise UnsafeFileError(f"larger than {LARGEST_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnsafeFileError(f"not UTF-8 at byte {error.start}") from None
    try:
        _refuse_tricks(text)
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506  a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = error.problem or "not YAML"
        if "nesting" in problem:  # PyYAML 6.0.4 has a limit of its own, and looks ahead
            problem = f"nested deeper than {DEEPEST}"
        raise UnsafeFileError(f"line {line}: {problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, UnsafeFileError):
            raise
        raise UnsafeFileError("not YAML") from None


def read(path: Path) -> tuple[Any, bytes]:
    """Return the content of a file and its bytes.

    Raises:
        UnsafeFileError: it can't be read, or isn't plain data.
    """
    if not path.is_file():
        raise UnsafeFileError("not a regular file")
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise UnsafeFileError(error.strerror or "can't be read") from None
    return parse(data), data
