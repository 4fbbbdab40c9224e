"""A folder of drawn flowers, with some odd files among them, to try everything out."""

import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from vae_helpers import _arguments

PETALS = {"clover": 3, "daisy": 8, "lily": 5}


def draw_flowers(folder: str | os.PathLike, n: int = 1_200, seed: int = 0) -> Path:
    """Draw pictures of flowers, dark on light, into a new folder: three sub-folders of PNGs.

    Among them are what real folders hold, too: a picture that breaks off, a copy of another one,
    a photograph lying on its side (JPEG with EXIF), a note, and a hidden file.

    Args:
        folder: a new or an empty one.
        n: how many, from 3.
        seed: of their sizes, places and turns.

    Raises:
        ValueError: if the folder holds anything.
    """
    folder = Path(folder)
    n = _arguments.whole_number(n, "n", 3, 100_000)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"folder={str(folder)!r} holds files: allowed is a new or an empty folder")
    generator = np.random.default_rng(_arguments.whole_number(seed, "seed", 0))
    for kind in PETALS:
        (folder / kind).mkdir(parents=True)
    for i in range(n):
        kind = list(PETALS)[i % len(PETALS)]
        _flower(PETALS[kind], generator).save(folder / kind / f"{kind}-{i // 3 + 1:04}.png")
    _odd_files(folder, generator)
    return folder


def _flower(petals, generator, size=(80, 64)):
    """Draw one flower, with edges smooth by way of twice its size."""
    width, height = size
    angle = np.linspace(0, 2 * np.pi, 200)
    radius = generator.uniform(18, 26) * (1 + 0.4 * np.cos(petals * angle)) / 1.4
    turn = generator.uniform(-0.25, 0.25) + np.pi / 2
    centre = np.array(size) / 2 + generator.uniform(-4, 4, 2)
    points = centre + radius[:, None] * np.stack([np.cos(angle - turn), np.sin(angle - turn)], 1)
    paper = tuple(int(255 - x) for x in generator.uniform(0, 12, 3))
    colour = tuple(int(x) for x in generator.uniform(10, 110, 3))
    picture = Image.new("RGB", (2 * width, 2 * height), paper)
    draw = ImageDraw.Draw(picture)
    draw.polygon([tuple(2 * point) for point in points], fill=colour)
    heart = generator.uniform(3, 6)
    draw.ellipse([*(2 * (centre - heart)), *(2 * (centre + heart))], fill=paper)
    return picture.resize(size, Image.Resampling.BOX)


def _odd_files(folder, generator):
    some = folder / "clover" / "clover-0001.png"
    content = some.read_bytes()
    (folder / "clover" / "broken.png").write_bytes(content[: len(content) // 2])
    (folder / "clover" / "copy of clover-0001.png").write_bytes(content)
    (folder / "clover" / ".hidden").write_text("what a system leaves behind\n", "utf-8")
    (folder / "daisy" / "notes.txt").write_text("Photograph the lilies tomorrow.\n", "utf-8")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be seen, it has to be turned by 90° clockwise
    on_its_side = _flower(PETALS["lily"], generator).rotate(90, expand=True)
    on_its_side.save(folder / "lily" / "from-a-phone.jpg", exif=exif, quality=95)
