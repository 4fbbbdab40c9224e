"""One picture of any kind becomes a small grey square, by stated rules, or is left out by name.

Of several frames the first counts; a photograph is turned as its EXIF orientation says; what is
transparent is laid on white; colours become grey by 0.299 R + 0.587 G + 0.114 B; pixels of 16 bits
are divided by 65,535; and what is no square is cut to its centre or set into a frame.
"""

import os
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

# Never "all that Pillow knows": some formats, such as EPS, are programs that others would run.
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
SQUARES = ("crop", "pad")

MAX_PIXELS = 50_000_000
MAX_FILE_BYTES = 256 * 2**20
MIN_SIDE = 8
MAX_ASPECT = 20

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as Pillow's convert("L")


class LeftOutError(Exception):
    """Why a picture is left out, in words for the learner."""


def from_file(
    path: str | os.PathLike, size: int, square: str = "crop"
) -> tuple[np.ndarray, list[str]]:
    """Read a picture.

    Args:
        path: of an ordinary file. It is opened for reading alone.
        size: of the result, in pixels.
        square: "crop" cuts the centre square out; "pad" keeps all of the picture, in a frame as
            grey as its edge is.

    Returns:
        The picture (size, size), float32 in [0, 1], and what was done to it, in words.

    Raises:
        LeftOutError: if it cannot be read, is too large, too small or too long.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Pillow finds odd and reads all the same
        try:
            if os.path.getsize(path) > MAX_FILE_BYTES:
                raise LeftOutError(f"a file above {MAX_FILE_BYTES // 2**20} MB")
            with Image.open(path, formats=FORMATS) as picture:
                return _from_opened(picture, size, square)
        except LeftOutError:
            raise
        except UnidentifiedImageError:
            raise LeftOutError(f"no picture of a known kind ({', '.join(FORMATS)})") from None
        except Image.DecompressionBombError:
            raise LeftOutError(_too_large()) from None
        except PermissionError:
            raise LeftOutError("you have no permission to read it") from None
        except Exception as error:  # a broken file may raise anything in a decoder
            raise LeftOutError(f"broken ({_in_short(error)})") from error


def from_array(pixels: np.ndarray, size: int, square: str = "crop") -> tuple[np.ndarray, list[str]]:
    """Prepare a picture (h, w) or (h, w, 1, 3 or 4): bytes, or float32 in [0, 1].

    Arguments, returns and errors are those of :func:`from_file`.
    """
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    _check_sides(pixels.shape[1], pixels.shape[0])
    done = []
    if pixels.dtype == np.uint8:
        picture = _grey(Image.fromarray(np.ascontiguousarray(pixels)), done)
    else:
        picture = Image.fromarray(_grey_numbers(pixels, done))
    return _squared(picture, size, square, done), done


def _from_opened(picture, size, square):
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise LeftOutError(_too_large())
    _check_sides(width, height)
    done = []
    if getattr(picture, "is_animated", False):
        done.append("of several frames the first")
    picture.draft(None, (4 * size, 4 * size))  # of a JPEG, decode no more than that
    picture = _upright(picture, done)
    return _squared(_grey(picture, done), size, square, done), done


def _check_sides(width, height):
    short, long = sorted((width, height))
    if short < MIN_SIDE:
        raise LeftOutError(f"{width} × {height} pixels: at least {MIN_SIDE} a side are needed")
    if long > MAX_ASPECT * short:
        raise LeftOutError(
            f"{width} × {height} pixels: at most {MAX_ASPECT} times as long as wide is allowed"
        )


def _upright(picture, done):
    try:
        is_turned = picture.getexif().get(0x0112, 1) in range(2, 9)
        upright = ImageOps.exif_transpose(picture) if is_turned else picture
    except Exception:  # nonsense in the EXIF says nothing about the pixels
        return picture
    if is_turned:
        done.append("turned as its EXIF says")
    return upright


def _grey(picture, done):
    """Return a picture in one of Pillow's grey modes: bytes "L", or numbers "F" in [0, 1]."""
    picture.load()
    if picture.mode == "F" or picture.mode.startswith("I"):
        return Image.fromarray(_wide_grey(np.asarray(picture), picture.mode, done))
    is_grey = picture.mode in ("1", "L", "LA", "La")
    if picture.has_transparency_data:
        picture = _on_white(picture.convert("RGBA"), done)
    if is_grey:
        return picture.convert("L")
    done.append("colours turned to grey")
    return picture.convert("RGB").convert("L")


def _wide_grey(values, mode, done):
    """Scale pixels of more than 8 bits, where what is white is known."""
    low, high = float(values.min()), float(values.max())
    if mode == "F":
        if not (low >= 0 and high <= 1):  # also false for NaN
            raise LeftOutError(f"floating point, from {low:.3g} to {high:.3g}: what is white?")
        return values.astype(np.float32)
    if low < 0 or high > 65_535 or (mode == "I" and high <= 255):
        raise LeftOutError(f"32 bits a pixel, from {low:.0f} to {high:.0f}: what is white?")
    done.append("16 bits a pixel")
    return values.astype(np.float32) / np.float32(65_535)


def _on_white(picture, done):
    if picture.getchannel("A").getextrema() == (255, 255):
        return picture.convert("RGB")
    done.append("transparent, laid on white")
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    return paper.convert("RGB")


def _grey_numbers(pixels, done):
    if pixels.ndim == 2:
        return pixels
    if pixels.shape[2] == 4:
        alpha = pixels[:, :, 3:]
        if alpha.min() < 1:
            done.append("transparent, laid on white")
        pixels = pixels[:, :, :3] * alpha + (1 - alpha)
    done.append("colours turned to grey")
    return pixels @ LUMA


def _squared(picture, size, square, done):
    """Return pixels (size, size), float32 in [0, 1], of a grey picture."""
    width, height = picture.size
    short, long = sorted((width, height))
    if (short if square == "crop" else long) < size:
        done.append(f"enlarged to {size} pixels")
    if short < long:
        done.append("cut to the centre" if square == "crop" else "set into a frame")
    if square == "crop":
        left, top = (width - short) // 2, (height - short) // 2
        picture = _resized(picture.crop((left, top, left + short, top + short)), size, size)
    elif short < long:
        picture = _framed(picture, size)
    else:
        picture = _resized(picture, size, size)
    pixels = np.asarray(picture)
    if picture.mode == "L":
        return pixels / np.float32(255)
    return np.clip(pixels, 0, 1)


def _framed(picture, size):
    width, height = (max(1, round(size * side / max(picture.size))) for side in picture.size)
    small = _resized(picture, width, height)
    pixels = np.asarray(small)
    edge = np.median(np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]))
    frame = Image.new(small.mode, (size, size), int(edge) if small.mode == "L" else float(edge))
    frame.paste(small, ((size - width) // 2, (size - height) // 2))
    return frame


def _resized(picture, width, height):
    if picture.size == (width, height):
        return picture
    # Bilinear over all pixels that fall together, so that nothing is brighter than it was.
    return picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=3.0)


def _too_large():
    return f"above {MAX_PIXELS // 10**6} million pixels"


def _in_short(error):
    """Return an error's first words, without paths: they stand in a table."""
    text = str(error).split("\n")[0]
    is_plain = text and len(text) <= 60 and "/" not in text and "\\" not in text
    return text if is_plain else type(error).__name__
