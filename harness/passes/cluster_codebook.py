"""A codebook for a tensor of weights, and its indices in few bits. Pure functions on arrays; no graph is known here.

Scalar quantization for the least squared error: Lloyd's algorithm (Least squares quantization in PCM, IEEE Transactions on
Information Theory 28, 1982). A codebook of 2^b values starts from that of 2^(b-1), each of its cells cut in two (Linde, Buzo
& Gray, An algorithm for vector quantizer design, IEEE Transactions on Communications 28, 1980): so another bit never adds
error. Sharing the weights of a layer in this way is Han, Mao & Dally, Deep Compression (ICLR 2016).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from harness.interfaces import Array

ITERATIONS: Final = 50
ENOUGH: Final = 1e-4
"""Relative gain of a round below which Lloyd's algorithm ends."""
WIDTHS: Final = (8, 4, 2, 1)
"""Bits of an index that are kept together: those of which a whole number makes a byte."""


class Clustered(NamedTuple):
    """A tensor as ``codebook[indices]``; the codebook is sorted, and the indices are flat."""

    codebook: Array
    indices: Array


def cluster(values: Array, bits: int) -> Clustered:
    """Return ``values`` by at most 2^``bits`` shared ones; exactly, where there are no more.

    Zeros that are more than their share, as pruning leaves them, stay zeros.
    """
    flat = np.ravel(values)
    distinct = np.unique(flat)
    book = distinct if len(distinct) <= 2**bits else _codebook(flat, bits)
    return Clustered(book, nearest(book, flat))


def nearest(codebook: Array, values: Array) -> Array:
    """Return the index of the nearest entry of a sorted ``codebook`` for each of ``values``, as uint8."""
    return np.searchsorted((codebook[1:] + codebook[:-1]) / 2, values).astype(np.uint8)


def _codebook(flat: Array, bits: int) -> Array:
    book = lloyd(flat, bits)
    if int((flat == 0).sum()) << bits > len(flat):
        book[np.abs(book).argmin()] = 0
    return np.unique(book.astype(flat.dtype))


def lloyd(values: Array, bits: int) -> Array:
    """Return a sorted codebook of at most 2^``bits`` entries with a (locally) least squared error over flat ``values``."""
    ordered = np.sort(values).astype(np.float64)
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    book = np.array([ordered.mean()])
    for _ in range(bits):
        book = _improved(_split(book, ordered, sums), ordered, sums)
    return book


def _split(book: Array, ordered: Array, sums: Array) -> Array:
    """Return the means of both halves of each cell, cut at its entry."""
    cuts = np.concatenate([_edges(book, ordered), np.searchsorted(ordered, book)])
    return _means(np.sort(cuts), sums)


def _improved(book: Array, ordered: Array, sums: Array) -> Array:
    """Return ``book`` after rounds of Lloyd's algorithm: nearest entry, then the mean of what is nearest."""
    total, before = float(ordered @ ordered), np.inf
    for _ in range(ITERATIONS):
        edges = _edges(book, ordered)
        book = _means(edges, sums)
        counts = np.diff(edges)
        error = total - float(counts[counts > 0] @ book**2)
        if before - error <= ENOUGH * error:
            break
        before = error
    return book


def _edges(book: Array, ordered: Array) -> Array:
    """Return where in ``ordered`` the cell of each entry begins, and the end."""
    inner = np.searchsorted(ordered, (book[1:] + book[:-1]) / 2)
    return np.concatenate([[0], inner, [len(ordered)]])


def _means(edges: Array, sums: Array) -> Array:
    """Return the mean of each cell that is not empty."""
    counts = np.diff(edges)
    totals = np.diff(sums[edges])
    return totals[counts > 0] / counts[counts > 0]


def planes(indices: Array, bits: int) -> list[tuple[int, Array]]:
    """Return flat ``indices`` of ``bits`` bits as bytes: (width, bytes) for each run of bits, the highest first.

    Five bits are a plane of four and one of one, so that an index never lies across two bytes.
    """
    left, found = bits, []
    for width in WIDTHS:
        if left >= width:
            left -= width
            found.append((width, _packed(indices >> left & (1 << width) - 1, width)))
    return found


def _packed(values: Array, width: int) -> Array:
    per = 8 // width
    rows = np.zeros((-(-len(values) // per), per), np.uint8)
    rows.ravel()[: len(values)] = values
    shifts = (width * np.arange(per)[::-1]).astype(np.uint8)
    packed: Array = np.bitwise_or.reduce(rows << shifts, axis=1).astype(np.uint8)
    return packed


def table(width: int) -> Array:
    """Return what each byte of a plane holds, shape (256, indices in a byte), uint8."""
    shifts = width * np.arange(8 // width)[::-1]
    held: Array = (np.arange(256)[:, None] >> shifts & (1 << width) - 1).astype(np.uint8)
    return held
