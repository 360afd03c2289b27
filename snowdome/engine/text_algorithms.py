"""Distances between texts, by character, for what the engine only compares by byte."""

from __future__ import annotations

import uuid


def edit_distance(left: str, right: str) -> int:
    """How many characters to insert, delete or replace to make one text the other."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            best = min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
            diagonal, row[j] = row[j], best
    return row[-1]


def _paired(left: str, right: str) -> tuple[list[str], list[str]]:
    """The characters of either text that have an equal one near enough in the other, in their order."""
    reach = max(0, max(len(left), len(right)) // 2 - 1)
    taken = [False] * len(right)
    mine: list[str] = []
    for i, a in enumerate(left):
        for j in range(max(0, i - reach), min(len(right), i + reach + 1)):
            if not taken[j] and right[j] == a:
                taken[j] = True
                mine.append(a)
                break
    return mine, [b for j, b in enumerate(right) if taken[j]]


def jarowinkler(left: str, right: str) -> int:
    """The Jaro-Winkler similarity as a whole number from 0 to 100, cut off."""
    mine, yours = _paired(left, right)
    if not mine:
        return 0
    swapped = sum(a != b for a, b in zip(mine, yours, strict=True)) // 2
    pairs = len(mine)
    similarity = (pairs / len(left) + pairs / len(right) + (pairs - swapped) / pairs) / 3
    if similarity >= 0.7:
        same = 0
        while same < min(4, len(left), len(right)) and left[same] == right[same]:
            same += 1
        similarity += 0.1 * same * (1 - similarity)
    return int(100 * similarity + 1e-9)


def position_in_bytes(wanted: bytes, value: bytes, start: int) -> int:
    """Where ``wanted`` begins in ``value``, from 1, at or after ``start``; 0 if nowhere."""
    return value.find(wanted, max(start, 1) - 1) + 1


def named_uuid(namespace: str, name: str) -> str:
    """The UUID of version 5 that a namespace and a name determine."""
    try:
        return str(uuid.uuid5(uuid.UUID(namespace), name))
    except ValueError:
        raise ValueError(f"SF|100200|22000|Invalid UUID: '{namespace}'") from None
