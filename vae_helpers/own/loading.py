"""A folder of pictures, or an array, becomes a data set like the bundled ones, with a report."""

import dataclasses
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from tqdm.auto import tqdm

from vae_helpers import _arguments
from vae_helpers.data import IMAGE_SIZES, Data, Split
from vae_helpers.html_table import html_table
from vae_helpers.own import pictures

# What a VAE and a report card need at least.
LEAST, LEAST_TRAIN, LEAST_PART = 150, 100, 20
MAX_BYTES = 2 * 2**30
MAX_FILES = 2_000_000
NOT_HIS = {"Thumbs.db", "desktop.ini", "__MACOSX"}  # what systems leave behind
READY_MADE_PARTS = {"train", "training", "test", "testing", "val", "valid", "validation"}
SHOWN_NAMES, SHOWN_SKIPPED = 3, 12


@dataclass(frozen=True)
class Summary:
    """What became of everything that was found: a table, and its parts to look closer.

    Attributes:
        source: the folder, or "an array".
        found: how many files or pictures there were.
        hidden: how many hidden files, which are not looked at.
        skipped: (name, reason) of each one that is left out.
        done: what was done → names of the pictures to which it was done.
        classes: name → number of pictures; empty without classes.
        parts: "train", "validation", "test" → number of pictures.
        light_edges: share of the pictures that are light along the edge, as paper is.
        megabytes: of the prepared pictures.
        notes: sentences about the whole.
    """

    source: str
    found: int
    hidden: int
    skipped: tuple[tuple[str, str], ...]
    done: dict[str, tuple[str, ...]]
    classes: dict[str, int]
    parts: dict[str, int]
    light_edges: float
    megabytes: float
    notes: tuple[str, ...] = ()

    @property
    def read(self) -> int:
        """How many pictures there are to work with."""
        return sum(self.parts.values())

    def rows(self) -> list[tuple[str, str, str]]:
        """Return the table: what, how many, which."""
        rows = [("found", f"{self.found:,}", self.source)]
        if self.hidden:
            rows.append(("hidden, not looked at", f"{self.hidden:,}", ""))
        if self.skipped:
            rows.append(("left out", f"{len(self.skipped):,}", _first_of(self.skipped)))
        parts = ", ".join(f"{name} {n:,}" for name, n in self.parts.items())
        rows.append(("ready", f"{self.read:,}", f"{parts} ({self.megabytes:.1f} MB)"))
        if self.classes:
            counts = (f"{name} {n:,}" for name, n in self.classes.items())
            rows.append(("classes", f"{len(self.classes):,}", _shortened(counts, SHOWN_SKIPPED)))
        for what, names in self.done.items():
            is_all = len(names) >= self.read
            rows.append(
                (what, "all" if is_all else f"{len(names):,}", _shortened(names) * (not is_all))
            )
        return rows + [("note", "", note) for note in self.notes]

    def __repr__(self):
        return "\n".join(f"{what:<28} {n:>9}  {which}".rstrip() for what, n, which in self.rows())

    def _repr_html_(self):
        heads = ("What", "How many", "Which")
        return html_table(heads, self.rows(), numbers=(1,), caption="Your pictures")


@dataclass(frozen=True)
class OwnData(Data):
    """A learner's own data set: as the bundled ones, and with a summary of what was read.

    Without classes the parts' ``labels`` are None and ``class_names`` is empty.
    """

    summary: Summary = field(repr=False)
    folder: Path | None = None


@dataclass
class _Listing:
    """What there is to prepare: names, what each comes from, and its class or None."""

    source: str
    folder: Path | None
    names: list[str]
    items: Any
    classes: list[str | None]
    skipped: list[tuple[str, str]] = field(default_factory=list)
    hidden: int = 0

    def take(self, chosen):
        self.names = [self.names[i] for i in chosen]
        self.items = [self.items[i] for i in chosen]
        self.classes = [self.classes[i] for i in chosen]


def load_images(
    source: str | os.PathLike | ArrayLike,
    image_size: int = 28,
    *,
    labels: ArrayLike | None = None,
    square: str = "crop",
    invert: bool = False,
    validation: float = 0.15,
    test: float = 0.15,
    limit: int | None = None,
    seed: int = 0,
    progress: bool = True,
) -> OwnData:
    """Make a data set of a folder of pictures, or of an array. Nothing in the folder is changed.

    A folder's sub-folders are the classes, however deep the pictures lie in them; pictures beside
    such sub-folders are left out. With no or one sub-folder there are no classes. Hidden files are
    not looked at, links not followed. What is no picture, or a broken one, is left out and named.
    So is a picture that is the same as an earlier one, pixel by pixel, when it is prepared: in
    training *and* test images it would make every number better than it is. The other rules are in
    :mod:`vae_helpers.own.pictures`.

    Args:
        source: a folder; or pictures (n, h, w), or (n, h, w, c) with 1 channel (grey), 3 (RGB) or 4
            (RGBA): bytes, or floating point in [0, 1].
        image_size: 28 or 32, as the model wants it.
        labels: of an array, (n,) numbers or words; None for no classes. For a folder None takes
            the sub-folders for classes, and False does not.
        square: what to do with pictures that are none: "crop" cuts out the centre, "pad" sets them
            into a frame as grey as their edge.
        invert: exchange light and dark. The course's digits and clothes are light on dark.
        validation: share of the pictures, or their number, for validation.
        test: the same for the test. Both are drawn at random, of each class in its share.
        limit: read only so many, drawn at random, for a first try with a large set.
        seed: of everything drawn at random.
        progress: whether to show a progress bar.

    Returns:
        An :class:`OwnData`, as :func:`vae_helpers.load_data` returns for the bundled sets: parts
        ``train``, ``validation`` and ``test``, their ``images`` float32 in [0, 1] of shape
        (n, image_size, image_size, 1). ``summary`` says what was read, left out and done.

    Raises:
        ValueError: for a folder that does not exist or holds nothing that can be read, an array of
            another shape or range, fewer than 150 pictures, more than fit into 2 GB, or a wrong
            option.
    """
    size = _arguments.one_of(image_size, "image_size", IMAGE_SIZES)
    square = _arguments.one_of(square, "square", pictures.SQUARES)
    invert, progress = _arguments.flag(invert, "invert"), _arguments.flag(progress, "progress")
    seed = _arguments.whole_number(seed, "seed", 0)
    generator = np.random.default_rng(seed)
    listing = _listed(source, labels)
    n_listed = len(listing.names)
    n_found = n_listed + len(listing.skipped)
    if limit is not None:
        _draw(listing, _arguments.whole_number(limit, "limit", LEAST), generator)
    n_not_drawn = n_listed - len(listing.names)
    _check_memory(listing, size)
    images, kept, done = _prepared(listing, size, square, invert, progress)
    if len(images) < LEAST:
        raise ValueError(_too_few(listing, len(images)))
    codes, class_names = _coded([listing.classes[i] for i in kept])
    shares = _shares(len(images), validation, test)
    parts = {
        name: Split(images[rows], None if codes is None else codes[rows])
        for name, rows in _split(codes, len(images), *shares, generator).items()
    }
    del images
    summary = Summary(
        source=listing.source,
        found=n_found,
        hidden=listing.hidden,
        skipped=tuple(listing.skipped),
        done={what: tuple(names) for what, names in done.items()},
        classes={} if codes is None else dict(zip(class_names, _counts(codes), strict=True)),
        parts={name: len(part) for name, part in parts.items()},
        light_edges=float(np.mean([_has_light_edge(i) for p in parts.values() for i in p.images])),
        megabytes=sum(part.images.nbytes for part in parts.values()) / 2**20,
    )
    summary = dataclasses.replace(summary, notes=_notes(summary, invert, n_not_drawn))
    name = "own/" + (_shown(listing.folder.name) if listing.folder else "array")
    return OwnData(
        name,
        **parts,
        class_names=class_names,
        summary=summary,
        folder=listing.folder,
    )


def _listed(source, labels):
    if isinstance(source, str | os.PathLike):
        if labels is not None and labels is not False:
            raise ValueError(
                f"labels={type(labels).__name__}: allowed for a folder are None (its sub-folders "
                "are the classes) and False"
            )
        return _listed_folder(source, labels is None)
    return _listed_array(source, labels)


def _listed_array(source, labels):
    try:
        array = np.asarray(source)
    except ValueError:
        raise ValueError(
            "source has pictures of different shapes: allowed are equal ones, or files in a folder"
        ) from None
    _check_array(array)
    if labels is None or labels is False:
        classes = [None] * len(array)
    else:
        classes = _class_words(labels, len(array))
    names = [f"picture {i:,}" for i in range(len(array))]
    return _Listing(f"an array {array.shape}, {array.dtype}", None, names, array, classes)


def _check_array(array):
    shape = array.shape
    is_grey, has_channels = len(shape) == 3, len(shape) == 4 and shape[3] in (1, 3, 4)
    if not (is_grey or has_channels) or not array.size:
        turn = " (channels last: np.moveaxis(source, 1, -1))"
        is_turned = len(shape) == 4 and shape[1] in (1, 3, 4)
        raise ValueError(
            f"source has shape {shape}: allowed is (n, h, w) or (n, h, w, c) with c = 1, 3 or 4"
            + turn * is_turned
        )
    if array.dtype == np.uint8 or array.dtype == bool:
        return
    if array.dtype.kind != "f":
        raise ValueError(
            f"source has dtype {array.dtype}: allowed are uint8 from 0 to 255, bool, and floating "
            "point in [0, 1]"
        )
    _arguments.pixels(array, "source")


def _class_words(labels, n):
    labels = np.asarray(labels)
    if labels.shape != (n,) or labels.dtype.kind not in "biuUS":
        raise ValueError(
            f"labels has shape {labels.shape} and dtype {labels.dtype}: allowed is ({n:,},), one "
            "whole number or word a picture"
        )
    return [str(word) for word in labels.tolist()]


def _listed_folder(source, with_classes):
    folder = Path(source).expanduser()
    if not folder.is_dir():
        is_file = folder.is_file()
        hint = ": np.load opens .npy and .npz, and a .zip has to be unpacked first" * is_file
        found = "a file" if is_file else "no folder"
        raise ValueError(f"source={str(source)!r} is {found}: allowed is a folder or array{hint}")
    folder = folder.resolve()
    listing = _Listing(_shown(folder), folder, [], [], [])
    for path in _walk(folder, folder, listing):
        inner = path.relative_to(folder).parts
        listing.names.append(_shown(os.path.join(*inner)))
        listing.items.append(path)
        listing.classes.append(_shown(inner[0]) if len(inner) > 1 else None)
    found = {name for name in listing.classes if name is not None}
    if with_classes and len(found) >= 2:
        _refuse_ready_made_parts(source, found)
        _leave_out_what_lies_beside(listing)
    else:
        listing.classes = [None] * len(listing.names)
    return listing


def _walk(folder, top, listing):
    """Yield all ordinary files below a folder, by name; note what is hidden or no such file."""
    try:
        with os.scandir(folder) as entries:
            entries = sorted(entries, key=lambda entry: _natural(entry.name))
    except OSError:
        name = _shown(os.path.relpath(folder, top))
        listing.skipped.append((name, "a folder that cannot be opened"))
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name in NOT_HIS:
            listing.hidden += 1
        elif entry.is_symlink():
            name = _shown(os.path.relpath(entry.path, top))
            listing.skipped.append((name, "a link, which is not followed"))
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), top, listing)
        elif entry.is_file(follow_symlinks=False):
            if len(listing.names) >= MAX_FILES:
                raise ValueError(
                    f"source={_shown(top)!r} has more than {MAX_FILES:,} files: allowed are fewer"
                )
            yield Path(entry.path)
        else:
            name = _shown(os.path.relpath(entry.path, top))
            listing.skipped.append((name, "no ordinary file"))


def _refuse_ready_made_parts(source, found):
    if {name.lower() for name in found} <= READY_MADE_PARTS:
        raise ValueError(
            f"source={str(source)!r} has the folders {', '.join(sorted(found))}: allowed are "
            "classes as sub-folders. Give one of these folders; it is split anew"
        )


def _leave_out_what_lies_beside(listing):
    inside = [i for i, name in enumerate(listing.classes) if name is not None]
    for name, kind in zip(listing.names, listing.classes, strict=True):
        if kind is None:
            listing.skipped.append((name, "lies beside the folders of the classes"))
    listing.take(inside)


def _draw(listing, limit, generator):
    if limit < len(listing.names):
        chosen = generator.permutation(len(listing.names))[:limit]
        listing.take(np.sort(chosen).tolist())


def _check_memory(listing, size):
    """Refuse before anything is read; while a set is split it is there twice."""
    n = len(listing.names)
    needed = 2 * 4 * size**2 * n
    if needed > MAX_BYTES:
        most = MAX_BYTES // (8 * size**2)
        raise ValueError(
            f"source has {n:,} pictures, which at {size} × {size} need {needed / 2**30:.1f} GB: "
            f"allowed are {MAX_BYTES / 2**30:.0f} GB, {most:,} pictures; limit={most} draws so many"
        )


def _prepared(listing, size, square, invert, progress):
    """Return the images, the rows of the listing that they are, and what was done to which."""
    images = np.empty((len(listing.names), size, size, 1), np.float32)
    kept, done, seen = [], {}, {}
    prepare = pictures.from_file if listing.folder else _from_row
    rows = tqdm(listing.names, desc="Reading", unit="picture", leave=False, disable=not progress)
    for i, name in enumerate(rows):
        try:
            image, changes = prepare(listing.items[i], size, square)
            twin = seen.setdefault(hashlib.blake2b(image.tobytes(), digest_size=16).digest(), name)
            if twin is not name:
                raise pictures.LeftOutError(f"the same as {twin}")
        except pictures.LeftOutError as reason:
            listing.skipped.append((name, str(reason)))
            continue
        if image.max() - image.min() < 2 / 255:
            changes.append("one grey all over")
        for change in changes:
            done.setdefault(change, []).append(name)
        images[len(kept), :, :, 0] = 1 - image if invert else image
        kept.append(i)
    if invert and kept:
        done["light and dark exchanged"] = [listing.names[i] for i in kept]
    return images[: len(kept)], kept, done


def _from_row(row, size, square):
    row = np.asarray(row)
    if row.dtype == bool:
        row = row.astype(np.float32)
    return pictures.from_array(
        row if row.dtype == np.uint8 else row.astype(np.float32), size, square
    )


def _too_few(listing, n):
    read = f"{n:,} picture{'s' * (n != 1)} that can be read"
    left_out = f", and {len(listing.skipped):,} left out" * bool(listing.skipped)
    why = f" ({_first_of(listing.skipped)})" * bool(listing.skipped)
    return (
        f"source={listing.source!r} has {read}{left_out}{why}: allowed are {LEAST} or more, "
        f"{LEAST_TRAIN} of them to train with, {LEAST_PART} to validate and {LEAST_PART} to test"
    )


def _coded(classes):
    """Return the classes as numbers (n,) with their names in order, or None and ()."""
    names = sorted({name for name in classes if name is not None}, key=_natural)
    if len(names) < 2:
        return None, ()
    number = {name: i for i, name in enumerate(names)}
    return np.array([number[name] for name in classes], np.int64), tuple(names)


def _counts(codes):
    return np.bincount(codes).tolist()


def _shares(n, validation, test):
    """Return the sizes of the validation and of the test part."""
    sizes = [_share(value, name, n) for value, name in ((validation, "validation"), (test, "test"))]
    if n - sum(sizes) < LEAST_TRAIN:
        raise ValueError(
            f"validation={validation!r} and test={test!r} leave {n - sum(sizes):,} of {n:,} "
            f"pictures to train with: allowed are {LEAST_TRAIN} or more"
        )
    return sizes


def _share(value, name, n):
    is_share = isinstance(value, float | np.floating) and 0 < value < 1
    size = round(float(value) * n) if is_share else value
    if is_share and size >= LEAST_PART:
        return size
    try:
        return _arguments.whole_number(size, name, LEAST_PART, n)
    except ValueError:
        raise ValueError(
            f"{name}={value!r} of {n:,} pictures: allowed is a share below 1, or a number, that "
            f"makes {LEAST_PART} or more"
        ) from None


def _split(codes, n, n_validation, n_test, generator):
    """Return the rows of each part, in random order; every class has its share of each, ± 1."""
    order = generator.permutation(n)
    if codes is not None:
        order = order[np.argsort(codes[order], kind="stable")]
    # Each class is one piece of the order now: even steps along it take of each its share.
    test = _even_steps(n, n_test, generator)
    rest = np.delete(order, test)
    validation = _even_steps(len(rest), n_validation, generator)
    rows = {
        "train": np.delete(rest, validation),
        "validation": rest[validation],
        "test": order[test],
    }
    return {name: generator.permutation(part) for name, part in rows.items()}


def _even_steps(n, k, generator):
    return np.floor((np.arange(k) + generator.random()) * (n / k)).astype(int).clip(max=n - 1)


def _has_light_edge(image):
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    return np.median(edge) > 0.5


def _notes(summary, invert, not_drawn):
    notes = []
    if not_drawn:
        notes.append(f"limit: {not_drawn:,} files were not drawn, and not looked at")
    if summary.light_edges > 0.5:
        share = f"{summary.light_edges:.0%} of the pictures are light along the edge"
        other = "invert=False" if invert else "invert=True"
        notes.append(f"{share}; the course's are light on dark: {other} exchanges the two")
    if summary.parts["train"] < 1_000:
        notes.append(
            f"{summary.parts['train']:,} training pictures are few: compare the curves of training "
            "and validation"
        )
    small = [name for name, n in summary.classes.items() if n < LEAST_PART]
    if small:
        notes.append(f"fewer than {LEAST_PART} pictures: {_shortened(small)}")
    return tuple(notes)


def _first_of(skipped):
    reasons = Counter(reason.partition(" as ")[0].partition(" (")[0] for _, reason in skipped)
    if len(skipped) <= SHOWN_SKIPPED:
        return "; ".join(f"{name}: {reason}" for name, reason in skipped)
    counted = (f"{n:,} × {reason}" for reason, n in reasons.most_common())
    name, reason = skipped[0]
    return f"{_shortened(counted, 6)}; first {name}: {reason}; all in summary.skipped"


def _shortened(words: Iterable[str], n: int = SHOWN_NAMES) -> str:
    words = list(words)
    more = f" … (+ {len(words) - n:,})" if len(words) > n else ""
    return ", ".join(words[:n]) + more


def _shown(path):
    """Return a name that can be printed and kept, whatever bytes it is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def _natural(name):
    """Sort "10.png" after "9.png"."""
    pieces = re.split(r"([0-9]{1,18})", name)
    return [(int(piece), "") if i % 2 else (-1, piece) for i, piece in enumerate(pieces)]
