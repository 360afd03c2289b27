"""128-bit integers of Arrow's decimals, taken apart with numpy: no Python object per value."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_BILLION = 1_000_000_000
# 2**64 in units of 10**9, and what is left.
_HIGH_QUOTIENT, _HIGH_REST = divmod(1 << 64, _BILLION)


def null_mask(array: pa.Array) -> Mask | None:
    """True where ``array`` is NULL; None if it nowhere is."""
    if array.null_count == 0:
        return None
    mask: Mask = array.is_null().to_numpy(zero_copy_only=False)
    return mask


def raw_64(array: pa.Array) -> Ints:
    """The 64-bit values of ``array``; anything where it is NULL."""
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros(len(array), np.int64)
    return np.frombuffer(buffer, np.int64, len(array), 8 * array.offset)


def words(array: pa.Array) -> tuple[Ints, Ints]:
    """The low (as signed) and the high 64 bits of each decimal128 in ``array``; 0 where it is NULL."""
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros(len(array), np.int64), np.zeros(len(array), np.int64)
    raw = np.frombuffer(buffer, np.int64, 2 * len(array), 16 * array.offset)
    low, high = raw[0::2], raw[1::2]
    mask = null_mask(array)
    if mask is None:
        return low, high
    return np.where(mask, 0, low), np.where(mask, 0, high)


def fits_64(low: Ints, high: Ints) -> bool:
    """Whether every value is a 64-bit integer, ``low`` then being the value."""
    return bool(np.array_equal(low >> 63, high))


def seconds_and_nanos(array: pa.Array) -> tuple[Ints, Ints]:
    """Nanoseconds (decimal128, years -9999 to 9999) as whole seconds, rounded down, and the rest."""
    low, high = words(array)
    if fits_64(low, high):
        seconds = low // _BILLION
        return seconds, low - seconds * _BILLION
    unsigned = low.view(np.uint64) if low.flags.c_contiguous else np.ascontiguousarray(low).view(np.uint64)
    quotient = unsigned // np.uint64(_BILLION)
    rest = (unsigned - quotient * np.uint64(_BILLION)).astype(np.int64)
    rest += high * _HIGH_REST
    carry = rest // _BILLION
    return high * _HIGH_QUOTIENT + quotient.astype(np.int64) + carry, rest - carry * _BILLION
