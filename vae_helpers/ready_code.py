"""The short code at the end of ``vae-helpers preflight``, and the table of those that came in.

It says what was found on a machine – no name, no path – in 30 characters that can be read out on
the phone: Crockford's base 32, which has no I, L, O or U. The last three are a checksum, the rest
modulo a prime: one wrong character, or two neighbours exchanged, never pass as another code.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from vae_helpers import __version__

PREFIX = "VAE"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's
PRIME = 32_749  # the largest below 2¹⁵, which is three characters
GROUP, N_CHARACTERS, N_CHECK = 5, 30, 3
FORMAT = 1

SYSTEMS = (
    "another system",
    "Linux x86-64",
    "Linux arm64",
    "macOS arm64",
    "macOS x86-64",
    "Windows x86-64",
    "Windows arm64",
)
PLACES = ("", "Colab", "hub", "WSL", "container")
BACKENDS = ("no backend", "tensorflow", "jax", "torch")
GPUS = ("no GPU", "GPU", "a GPU that Keras does not see")
# In the order of their bits: add new ones at the end only, up to 14.
CHECKS = (
    "Python",
    "packages",
    "memory",
    "processors",
    "speed",
    "disk",
    "files",
    "models",
    "training",
    "widget",
    "your folder",
)

# Field → bits; their sum is 5 for each character before the checksum.
FIELDS = {
    "format": 3,
    "major": 3,
    "minor": 5,
    "patch": 5,
    "python_minor": 5,
    "python_patch": 6,
    "system": 4,
    "place": 3,
    "memory": 8,
    "processors": 7,
    "backend": 2,
    "backend_major": 2,
    "backend_minor": 6,
    "backend_patch": 4,
    "keras_minor": 6,
    "keras_patch": 3,
    "gpu": 2,
    "disk": 6,
    "rate": 7,
    "failed": 14,
    "tag": 18,
    "time": 16,
}
_EPOCH, _TICK = datetime(2025, 1, 1, tzinfo=UTC), timedelta(hours=2)


class MistypedError(ValueError):
    """A code that nobody's machine has given; the message says how one sees it."""


@dataclass(frozen=True)
class Found:
    """What ``preflight`` found on a machine.

    Attributes:
        edition: of the course, such as "0.1.0".
        python: such as "3.12.11".
        system: one of :data:`SYSTEMS`.
        place: one of :data:`PLACES`.
        memory: gigabytes, to the half.
        processors: to the half.
        backend: one of :data:`BACKENDS`.
        backend_version: such as "2.20.0".
        keras: such as "3.13.2".
        gpu: one of :data:`GPUS`.
        disk: free gigabytes; 63 stands for more as well.
        rate: float32 operations a second, within 5 %; 0 if it was not measured.
        failed: those of :data:`CHECKS` that failed.
        tag: a number drawn by chance for this installation, 0 if there is none.
        when: to two hours, UTC.
    """

    edition: str
    python: str
    system: str
    place: str = ""
    memory: float = 0.0
    processors: float = 0.0
    backend: str = BACKENDS[0]
    backend_version: str = "0.0.0"
    keras: str = "3.0.0"
    gpu: str = GPUS[0]
    disk: int = 0
    rate: float = 0.0
    failed: tuple[str, ...] = ()
    tag: int = 0
    when: datetime = _EPOCH


def encode(found: Found) -> str:
    """Return the code, "VAE-…" in six groups of five; what is out of range takes the nearest."""
    (major, minor, patch), (_, python_minor, python_patch) = map(
        _three, (found.edition, found.python)
    )
    backend, keras = _three(found.backend_version), _three(found.keras)
    values = {
        "format": FORMAT,
        "major": major,
        "minor": minor,
        "patch": patch,
        "python_minor": python_minor,
        "python_patch": python_patch,
        "system": _index(SYSTEMS, found.system),
        "place": _index(PLACES, found.place),
        "memory": round(2 * found.memory),
        "processors": max(1, round(2 * found.processors)),
        "backend": _index(BACKENDS, found.backend),
        "backend_major": backend[0],
        "backend_minor": backend[1],
        "backend_patch": backend[2],
        "keras_minor": keras[1],
        "keras_patch": keras[2],
        "gpu": _index(GPUS, found.gpu),
        "disk": int(found.disk),
        "rate": round(8 * math.log2(found.rate / 1e9)) + 1 if found.rate > 1e9 else 0,
        "failed": sum(2**i for i, check in enumerate(CHECKS) if check in found.failed),
        "tag": found.tag,
        "time": (found.when - _EPOCH) // _TICK,
    }
    number = 0
    for name, bits in FIELDS.items():
        number = number << bits | min(max(0, values[name]), 2**bits - 1)
    number = number << 5 * N_CHECK | number % PRIME
    text = "".join(ALPHABET[number >> 5 * i & 31] for i in reversed(range(N_CHARACTERS)))
    return "-".join([PREFIX, *(text[i : i + GROUP] for i in range(0, len(text), GROUP))])


def decode(code: str) -> Found:
    """Read a code back, in capitals or not, with or without hyphens, O for 0 and I or L for 1.

    Raises:
        MistypedError: if characters are missing, too many, or wrong.
    """
    text = re.sub(rf"(?i)^\W*{PREFIX}", "", _plain(code).strip())
    text = re.sub(r"[\s-]+", "", text).upper().translate(str.maketrans("OIL", "011"))
    if len(text) != N_CHARACTERS:
        raise MistypedError(f"{len(text)} characters instead of {N_CHARACTERS}")
    strange = sorted(set(text) - set(ALPHABET))
    if strange:
        raise MistypedError(f"{', '.join(strange)}: no code has that")
    number = 0
    for sign in text:
        number = number << 5 | ALPHABET.index(sign)
    number, check = number >> 5 * N_CHECK, number & 2 ** (5 * N_CHECK) - 1
    if number % PRIME != check:
        raise MistypedError("a character is wrong, or two are exchanged")
    return _found(number)


def _found(number):
    value = {}
    for name, bits in reversed(FIELDS.items()):
        value[name], number = number & 2**bits - 1, number >> bits
    if value["format"] != FORMAT:
        raise MistypedError("it is of another edition's preflight")
    return Found(
        edition="{major}.{minor}.{patch}".format(**value),
        python="3.{python_minor}.{python_patch}".format(**value),
        system=_at(SYSTEMS, value["system"]),
        place=_at(PLACES, value["place"]),
        memory=value["memory"] / 2,
        processors=value["processors"] / 2,
        backend=BACKENDS[value["backend"]],
        backend_version="{backend_major}.{backend_minor}.{backend_patch}".format(**value),
        keras="3.{keras_minor}.{keras_patch}".format(**value),
        gpu=_at(GPUS, value["gpu"]),
        disk=value["disk"],
        rate=1e9 * 2 ** ((value["rate"] - 1) / 8) if value["rate"] else 0.0,
        failed=tuple(check for i, check in enumerate(CHECKS) if value["failed"] >> i & 1),
        tag=value["tag"],
        when=_EPOCH + value["time"] * _TICK,
    )


@dataclass(frozen=True)
class Sent:
    """A code that came in: the words before it, and what it says or why it says nothing."""

    who: str
    code: str
    found: Found | None
    trouble: str = ""


_SIGNS = "[0-9A-Za-z]"
# Whole codes, also with blanks or a line's end between the groups; then what looks like one.
_WHOLE = rf"(?:[-\s]{{0,3}}{_SIGNS}{{{GROUP}}}){{{N_CHARACTERS // GROUP}}}(?!{_SIGNS})"
_NEARLY = rf"[-\s](?=[-A-Za-z]*\d){_SIGNS}{{2,}}(?:-{_SIGNS}+)+"
_CODE = re.compile(rf"(?i)(?<!{_SIGNS}){PREFIX}(?:{_WHOLE}|{_NEARLY})")
_TIME = re.compile(
    r"^\s*(?:\[[^\]]*\]|[\d.:/,\s-]*\d(?:\s*[AP]M)?(?=[\s,\]-]|$))[\s,\-]*", re.IGNORECASE
)
_NO_NAMES = re.compile(r"(?i)\b(code|preflight|result|here|this|mine|output)\b")


def read(text: str) -> list[Sent]:
    """Return the codes in a text, such as a pasted chat, in its order.

    Who sent one is told by the words before it in its line, "Ann: VAE-…", or by the line above.
    """
    text, sent, end = _plain(text), [], 0
    for match in _CODE.finditer(text):
        before = text[end : match.start()]
        end = match.end()
        try:
            found, trouble = decode(match[0]), ""
        except MistypedError as error:
            found, trouble = None, str(error)
        sent.append(Sent(_who(before), match[0], found, trouble))
    return sent


def _who(before):
    """Return the name in the words since the last code: on the same line, else on the last one."""
    for line in reversed([line for line in before.split("\n") if line.strip()][-2:]):
        words = _TIME.sub("", line).strip(" \t\r-–>*•\"'`|,;")
        words = re.sub(r"[\s,]+\d{1,2}:\d{2}(\s*[AP]M)?$", "", words, flags=re.IGNORECASE)
        name = words.split(":")[0].strip(" *")
        if name and not _NO_NAMES.search(name):
            return name if len(name) <= 24 else name[:23] + "…"
    return ""


def newest(sent: list[Sent]) -> tuple[list[Sent], list[Sent]]:
    """Return the last code of each sender, and those that it stands for."""
    kept: list[Sent] = []
    older: list[Sent] = []
    order = sorted(range(len(sent)), key=lambda i: (_when(sent[i]), i))
    for i in reversed(order):
        (older if any(_same(sent[i], other) for other in kept) else kept).append(sent[i])
    kept.sort(key=sent.index)
    return kept, older


def _when(one):
    return one.found.when if one.found else _EPOCH


def _same(old, new):
    """Say whether two codes are of one sender; nobody is lost by this if in doubt.

    An installation draws a number that stays; on Colab each session draws one, and a code that is
    mistyped tells none: there the name counts.
    """
    named = bool(old.who and new.who)
    if named and old.who.casefold() != new.who.casefold():
        return False
    if old.found is None or new.found is None:
        return named or old.code == new.code
    if old.found.tag and new.found.tag and "Colab" not in (old.found.place, new.found.place):
        return old.found.tag == new.found.tag
    return named or old.found == new.found


# What to tell a learner whose check failed, in a few words.
TO_DO: Mapping[str, str] = {
    "Python": "needs Python 3.11, 3.12 or 3.13",
    "packages": "install the packages again",
    "memory": "less than 4 GB of memory: use Colab or the hub",
    "processors": "less than one processor: use Colab or the hub",
    "speed": "very slow: use Colab or the hub",
    "disk": "make 1 GB of room on the disk",
    "files": "a file of the course is damaged: unpack it again",
    "models": "the models do not open: install the packages again",
    "training": "training does not run: install the packages again",
    "widget": "widgets do not answer: install the packages again",
    "your folder": "home cannot be written: set VAE_COURSE_HOME",
}


def why_not(one: Sent, edition: str = __version__) -> str:
    """Say why somebody is not ready; "" if all is well."""
    if one.found is None:
        return f"the code is mistyped: {one.trouble}. Ask for it again"
    reasons = [TO_DO[check] for check in one.found.failed]
    if one.found.edition != edition:
        reasons.insert(0, f"edition {one.found.edition} of the course, here it is {edition}")
    return "; ".join(reasons)


def table(sent: list[Sent], edition: str = __version__) -> str:
    """Return the table for the instructor: those who are not ready first."""
    kept, older = newest(sent)
    named = [replace(one, who=one.who or f"(no name, {n})") for n, one in enumerate(kept, 1)]
    reasons = {id(one): why_not(one, edition) for one in named}
    named.sort(key=lambda one: not reasons[id(one)])
    trouble = [(f"✗ {one.who}", reasons[id(one)]) for one in named if reasons[id(one)]]
    rows = [("  who", *_HEADS)]
    for one in filter(lambda one: one.found, named):
        rows.append((f"{'✗' if reasons[id(one)] else '✓'} {one.who}", *_cells(one.found)))
    n_mistyped = sum(one.found is None for one in named)
    end = [f"{len(named) - len(trouble)} ready, {len(trouble)} not"]
    if n_mistyped:
        end[0] += f" ({n_mistyped} mistyped)"
    if older:
        names = ", ".join(sorted({one.who or "(no name)" for one in older}))
        end.append(f"More than one code came from {names}: the newest counts")
    parts = [_aligned(trouble)] if trouble else []
    parts += [_aligned(rows), [". ".join(end) + "."]]
    return "\n\n".join("\n".join(part) for part in parts)


_HEADS = ("machine", "memory", "processors", "speed", "Python", "backend", "checked (UTC)")


def _cells(found):
    system = f"{found.system}{', ' + found.place if found.place else ''}"
    gpu = "" if found.gpu == GPUS[0] else f", {found.gpu}"
    backend = f"{found.backend} {found.backend_version}"
    return (
        system,
        f"{found.memory:g} GB",
        f"{found.processors:g}{gpu}",
        f"{found.rate / 1e9:.0f} GFLOP/s" if found.rate else "–",
        found.python,
        found.backend if found.backend == BACKENDS[0] else backend,
        f"{found.when:%d %b %H h}",
    )


def _aligned(rows):
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _plain(text):
    """Replace the hyphens and blanks that chats and word processors put for plain ones."""
    return re.sub(r"[\u2010-\u2015\u2212\u00ad]", "-", re.sub(r"[\u00a0\u2000-\u200a]", " ", text))


def _three(version):
    numbers = [int(number) for number in re.findall(r"\d+", version)[:3]]
    return (*numbers, 0, 0, 0)[:3]


def _index(names, name):
    return names.index(name) if name in names else 0


def _at(names, index):
    return names[index] if index < len(names) else names[0]
