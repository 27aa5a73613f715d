"""Damages picture files in ways that decoders meet: flipped bytes, cut and repeated parts, wrong lengths and sizes."""

import random
import struct
import zlib
from collections.abc import Callable

from shared.recognition.picture_file.png import SIGNATURE

INTERESTING = (0, 1, 2, 3, 4, 7, 8, 0x7F, 0x80, 0xC0, 0xC4, 0xD8, 0xD9, 0xDA, 0xE1, 0xFE, 0xFF)
Mutation = Callable[[bytearray, random.Random], None]


def mutate(data: bytes, dice: random.Random) -> bytes:
    """One to four random mutations. The checksums of a PNG are corrected most of the time."""
    mutated = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        if len(mutated) > 12:
            dice.choice(MUTATIONS)(mutated, dice)
    return correct_checksums(bytes(mutated)) if dice.random() < 0.8 else bytes(mutated)


def correct_checksums(data: bytes) -> bytes:
    """A PNG with the right checksums behind its chunks, as an attacker would send it. Other files stay as they are."""
    if not data.startswith(SIGNATURE):
        return data
    parts, start = [SIGNATURE], len(SIGNATURE)
    while start + 12 <= len(data):
        end = start + 8 + int.from_bytes(data[start : start + 4])
        if end + 4 > len(data):
            break
        parts += [data[start:end], zlib.crc32(data[start + 4 : end]).to_bytes(4)]
        start = end + 4
    return b"".join([*parts, data[start:]])


def _place(data: bytearray, dice: random.Random) -> int:
    """A place in the file, more often near its start, where the headers are."""
    return dice.randrange(min(len(data), 64) if dice.random() < 0.5 else len(data))


def _flip(data: bytearray, dice: random.Random) -> None:
    data[_place(data, dice)] ^= 1 << dice.randrange(8)


def _set(data: bytearray, dice: random.Random) -> None:
    data[_place(data, dice)] = dice.choice(INTERESTING)


def _set_number(data: bytearray, dice: random.Random) -> None:
    """A length or a size of two or four bytes, in either byte order."""
    layout = dice.choice((">H", "<H", ">I", "<I"))
    number = dice.choice((0, 1, 2, 0x100, 0x4000, 0x7FFF, 0xFFFF, len(data), 0x7FFFFFFF, 0xFFFFFFFF))
    content = struct.pack(layout, number & (0xFFFF if layout[1] == "H" else 0xFFFFFFFF))
    place = _place(data, dice)
    data[place : place + len(content)] = content


def _cut(data: bytearray, dice: random.Random) -> None:
    del data[_place(data, dice) :]


def _remove(data: bytearray, dice: random.Random) -> None:
    place = _place(data, dice)
    del data[place : place + dice.randint(1, 40)]


def _repeat(data: bytearray, dice: random.Random) -> None:
    place = _place(data, dice)
    data[place:place] = data[place : place + dice.randint(1, 200)] * dice.randint(1, 4)


def _move(data: bytearray, dice: random.Random) -> None:
    source, target, length = _place(data, dice), _place(data, dice), dice.randint(1, 100)
    data[target : target + length] = data[source : source + length]


def _append(data: bytearray, dice: random.Random) -> None:
    data += dice.randbytes(dice.randint(1, 100))


MUTATIONS: tuple[Mutation, ...] = (_flip, _flip, _set, _set, _set_number, _cut, _remove, _repeat, _move, _append)
