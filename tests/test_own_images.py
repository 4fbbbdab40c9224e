"""Your own images: what is read, what is left out and why, and that nothing is ever lost."""

import dataclasses
import hashlib
import io
import os
import random
import re
import sys

import numpy as np
import pytest
from PIL import Image

from vae_helpers import evaluation, load_data, own, zoo
from vae_helpers.data import Split
from vae_helpers.own import loading, pictures
from vae_helpers.training import Recipe

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system")


def noise(n=200, side=28, seed=0):
    """Pictures of which no two are alike."""
    return np.random.default_rng(seed).integers(0, 256, (n, side, side)).astype(np.uint8)


def load(source, **options):
    return own.load_images(source, **{"progress": False} | options)


def saved(folder, n=200, seed=0):
    folder.mkdir(parents=True, exist_ok=True)
    for i, pixels in enumerate(noise(n, seed=seed)):
        Image.fromarray(pixels).save(folder / f"{i}.png", compress_level=0)
    return folder


@pytest.fixture(scope="module")
def flowers(tmp_path_factory):
    return own.draw_flowers(tmp_path_factory.mktemp("own") / "flowers", n=180)


@pytest.fixture(scope="module")
def data(flowers):
    return load(flowers, invert=True)


def state_of(folder):
    """Return what a folder holds: names, bytes, times of change and modes."""
    return {
        path.relative_to(folder): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None,
            path.lstat().st_mtime_ns,
            path.lstat().st_mode,
        )
        for path in folder.rglob("*")
    }


def everything(data):
    return np.concatenate([part.images for part in (data.train, data.validation, data.test)])


def as_rows(images):
    return sorted(image.tobytes() for image in images)


# --- what is read


def test_a_folder_with_odd_files(data):
    summary = data.summary
    assert (summary.found, summary.read, summary.hidden) == (184, 181, 1)
    reasons = dict(summary.skipped)
    assert reasons.keys() == {
        "clover/broken.png",
        "clover/copy of clover-0001.png",
        "daisy/notes.txt",
    }
    assert "broken (" in reasons["clover/broken.png"]
    assert reasons["clover/copy of clover-0001.png"] == "the same as clover/clover-0001.png"
    assert "no picture of a known kind" in reasons["daisy/notes.txt"]
    assert summary.done["turned as its EXIF says"] == ("lily/from-a-phone.jpg",)
    assert summary.classes == {"clover": 60, "daisy": 60, "lily": 61}
    assert data.class_names == ("clover", "daisy", "lily")
    assert data.name == "own/flowers"


def test_images_are_as_those_of_the_bundled_sets(data):
    for part in (data.train, data.validation, data.test):
        assert part.images.shape[1:] == (28, 28, 1)
        assert part.images.dtype == np.float32
        assert 0 <= part.images.min() < part.images.max() <= 1
        assert part.labels.dtype == np.int64
        assert len(part.labels) == len(part.images)
    assert np.median(everything(data)) < 0.2  # inverted: light on dark


def test_nothing_in_the_folder_changes(tmp_path):
    folder = saved(tmp_path / "own", 160)
    (folder / "odd.gif").write_bytes(b"GIF89a" + b"\0" * 50)
    before = state_of(folder)
    load(folder)
    load(folder, image_size=32, square="pad", labels=False, seed=3)
    assert state_of(folder) == before


def test_the_summary_is_a_table_and_escapes_names(tmp_path):
    folder = saved(tmp_path / "own", 160)
    (folder / "<b>.txt").write_text("no picture")
    summary = load(folder).summary
    assert "&lt;b&gt;.txt" in summary._repr_html_()
    assert "<b>.txt" not in summary._repr_html_()
    assert "left out" in repr(summary)
    assert "train 112, validation 24, test 24" in repr(summary)
    assert "112 training pictures are few" in repr(summary)


def test_many_that_are_left_out_are_counted(tmp_path):
    folder = saved(tmp_path / "own", 160)
    for i in range(30):
        (folder / f"note {i}.txt").write_text("no picture")
    summary = load(folder).summary
    assert len(summary.skipped) == 30
    assert "30 × no picture of a known kind; first note 0.txt" in repr(summary)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("channels", [None, 1])
def test_an_array_comes_back_as_it_was(dtype, channels):
    array = noise() if dtype == np.uint8 else np.random.default_rng(0).random((200, 28, 28))
    array = array.astype(dtype) if channels is None else array.astype(dtype)[..., None]
    before = array.copy()
    found = load(array)
    expected = array / np.float32(255) if dtype == np.uint8 else array
    expected = expected.astype(np.float32).reshape(-1, 28, 28, 1)
    assert as_rows(everything(found)) == as_rows(expected)
    assert (array == before).all()
    assert found.train.labels is None
    assert found.class_names == ()
    assert found.summary.classes == {}


def test_a_folder_and_an_array_of_the_same_pictures_agree(tmp_path):
    from_folder, from_array = load(saved(tmp_path / "own")), load(noise())
    assert (from_folder.test.images == from_array.test.images).all()


def test_colours_become_grey_alike_in_bytes_and_in_numbers():
    rgb = np.random.default_rng(1).integers(0, 256, (200, 28, 28, 3)).astype(np.uint8)
    in_bytes, in_numbers = load(rgb), load(rgb / 255)
    assert np.abs(in_bytes.train.images - in_numbers.train.images).max() < 1 / 255
    opaque = np.concatenate([rgb / 255, np.ones((200, 28, 28, 1))], axis=3)
    assert load(opaque).train.images == pytest.approx(in_numbers.train.images, abs=1e-6)
    clear = np.concatenate([rgb, np.zeros((200, 28, 28, 1), np.uint8)], axis=3)
    with pytest.raises(ValueError, match="has 1 picture that can be read, and 199 left out"):
        load(clear)  # all white


def test_labels_of_an_array():
    words = np.array(["oak", "elm"])[np.arange(200) % 2]
    found = load(noise(), labels=words)
    assert found.class_names == ("elm", "oak")
    lookup = {image.tobytes(): word for image, word in zip(noise(), words, strict=True)}
    for image, label in zip(found.test.images, found.test.labels, strict=True):
        original = np.round(image[:, :, 0] * 255).astype(np.uint8).tobytes()
        assert found.class_names[label] == lookup[original]
    assert load(noise(), labels=np.arange(200) % 11).class_names[-2:] == ("9", "10")
    assert load(noise(), labels=np.zeros(200, int)).train.labels is None  # one class tells nothing


# --- one picture


def kept(picture, size=28, square="crop", **options):
    """Save a picture, and read it as a learner's."""
    buffer = io.BytesIO()
    picture.save(buffer, **{"format": "PNG"} | options)
    return from_bytes(buffer.getvalue(), size, square)


def from_bytes(content, size=28, square="crop"):
    path = os.path.join(os.environ["OWN_IMAGES_TMP"], "picture")
    with open(path, "wb") as file:
        file.write(content)
    return pictures.from_file(path, size, square)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("OWN_IMAGES_TMP", str(tmp_path))


GREY = Image.fromarray(np.arange(28 * 28).reshape(28, 28).astype(np.uint8))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "1"])
def test_modes(mode):
    image, done = kept(GREY.convert(mode))
    expected = np.asarray(GREY.convert(mode).convert("L")) / 255
    assert image == pytest.approx(expected, abs=1e-6)
    assert image.dtype == np.float32
    assert ("colours turned to grey" in done) == (mode in ("RGB", "RGBA", "P"))


def test_cmyk_and_16_bits():
    image, _ = kept(GREY.convert("RGB").convert("CMYK"), format="TIFF")
    assert image == pytest.approx(np.asarray(GREY) / 255, abs=0.02)
    deep = np.asarray(GREY).astype(np.uint16) * 257
    image, done = kept(Image.fromarray(deep))
    assert image == pytest.approx(np.asarray(GREY) / 255, abs=1e-6)
    assert done == ["16 bits a pixel"]


def test_floating_point_needs_a_white():
    numbers = np.asarray(GREY).astype(np.float32)
    image, _ = kept(Image.fromarray(numbers / 255), format="TIFF")
    assert image == pytest.approx(numbers / 255)
    with pytest.raises(pictures.LeftOutError, match="from 0 to 255: what is white"):
        kept(Image.fromarray(numbers), format="TIFF")
    with pytest.raises(pictures.LeftOutError, match="what is white"):
        kept(Image.fromarray(numbers * np.nan), format="TIFF")
    with pytest.raises(pictures.LeftOutError, match="32 bits a pixel"):
        kept(Image.fromarray(np.asarray(GREY).astype(np.int32)), format="TIFF")


def test_transparent_is_laid_on_white():
    picture = Image.new("RGBA", (28, 28), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 28, 14))
    image, done = kept(picture)
    assert image[:14].max() == 0
    assert image[14:].min() == 1
    assert "transparent, laid on white" in done


def test_exif_turns_a_picture():
    exif = Image.Exif()
    exif[0x0112] = 3
    image, done = kept(GREY, exif=exif)
    assert image == pytest.approx(np.asarray(GREY)[::-1, ::-1] / 255, abs=1e-6)
    assert done == ["turned as its EXIF says"]


def test_of_several_frames_the_first_counts():
    frames = [GREY, GREY.transpose(Image.Transpose.ROTATE_90)]
    image, done = kept(frames[0], format="GIF", save_all=True, append_images=frames[1:])
    assert "of several frames the first" in done
    assert image == pytest.approx(np.asarray(GREY) / 255, abs=0.02)


def test_crop_and_pad():
    wide = Image.new("L", (112, 56), 200)
    wide.paste(10, (28, 0, 84, 56))  # dark in the middle
    cropped, done = kept(wide)
    assert cropped.max() == pytest.approx(10 / 255)
    assert done == ["cut to the centre"]
    padded, done = kept(wide, square="pad")
    assert padded[:6].min() == pytest.approx(200 / 255)  # the frame is as grey as the edge
    assert padded[14, 14] == pytest.approx(10 / 255)
    assert done == ["set into a frame"]
    small, done = kept(GREY.resize((10, 10)), size=32)
    assert small.shape == (32, 32)
    assert done == ["enlarged to 32 pixels"]


def test_a_large_photograph_is_made_small():
    gradient = np.linspace(0, 255, 2_000).astype(np.uint8)
    photograph = Image.fromarray(np.tile(gradient, (1_500, 1))).convert("RGB")
    image, _ = kept(photograph, format="JPEG", quality=95)
    centre = np.interp((np.arange(28) + 0.5) / 28 * 1500 + 250, np.arange(2_000), gradient)
    assert image.mean(axis=0) == pytest.approx(centre / 255, abs=0.02)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no picture of a known kind"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no picture of a known kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture of a known kind"),
        (b"\x89PNG\r\n\x1a\n", "no picture of a known kind"),
        (b"P5 8000 7000 255\n", "above 50 million pixels"),
        (b"P5 60000 60000 255\n", "above 50 million pixels"),
        (b"P5 3 5 255\n" + b"x" * 15, r"3 × 5 pixels: at least 8"),
        (b"P5 9 900 255\n" + b"x" * 8100, r"at most 20 times as long"),
        (b"P5 28 28 255\n" + b"x" * 20, r"broken \("),
    ],
)
def test_what_is_left_out_says_why(content, reason):
    with pytest.raises(pictures.LeftOutError, match=reason):
        from_bytes(content)


def test_a_huge_file_is_not_opened(tmp_path):
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(pictures.MAX_FILE_BYTES + 1)  # no byte of it is on the disk
    with pytest.raises(pictures.LeftOutError, match="above 256 MB"):
        pictures.from_file(path, 28)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_broken_files_are_read_or_left_out_but_never_an_error(kind):
    buffer = io.BytesIO()
    GREY.convert("RGB").save(buffer, kind)
    chance = random.Random(kind)
    for _ in range(40):
        content = bytearray(buffer.getvalue())
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        content = content[: chance.choice([len(content), chance.randrange(len(content))])]
        try:
            image, _ = from_bytes(bytes(content))
        except pictures.LeftOutError:
            continue
        assert image.shape == (28, 28)
        assert np.isfinite(image).all()


@needs_posix
def test_links_pipes_and_strange_names(tmp_path):
    folder = saved(tmp_path / "own", 160)
    (folder / "link.png").symlink_to(folder / "0.png")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.png")
    (folder / ".DS_Store").write_bytes(b"x")
    strange = os.fsencode(folder) + b"/\xff\xfe.txt"
    with open(strange, "wb") as file:
        file.write(b"no picture")
    summary = load(folder).summary
    reasons = dict(summary.skipped)
    assert reasons["link.png"] == reasons["loop"] == "a link, which is not followed"
    assert reasons["pipe.png"] == "no ordinary file"
    assert summary.hidden == 1
    assert summary._repr_html_().encode("utf-8")


# --- classes and parts


def test_pictures_beside_the_classes_are_left_out(tmp_path):
    folder = tmp_path / "own"
    saved(folder / "a" / "deep", 100, seed=1)
    saved(folder / "b", 100, seed=2)
    saved(folder, 3, seed=3)
    found = load(folder)
    assert found.summary.classes == {"a": 100, "b": 100}
    assert ("0.png", "lies beside the folders of the classes") in found.summary.skipped
    flat = load(folder, labels=False)
    assert flat.train.labels is None
    assert flat.summary.read == 203


def test_parts_are_disjoint_and_each_class_has_its_share():
    labels = np.repeat([0, 1, 2], [100, 250, 50])
    found = load(noise(400), labels=labels, validation=0.2, test=40, seed=5)
    parts = (found.train, found.validation, found.test)
    assert [len(part) for part in parts] == [280, 80, 40]
    assert len({image.tobytes() for image in everything(found)}) == 400
    for part in parts:
        shares = np.bincount(part.labels) - len(part) * np.array([100, 250, 50]) / 400
        assert np.abs(shares).max() <= 1
        assert (np.diff(part.labels) != 0).sum() > 5  # in random order


def test_the_seed_decides_the_parts():
    first, again, other = (load(noise(), seed=seed) for seed in (0, 0, 1))
    assert (first.test.images == again.test.images).all()
    assert as_rows(first.test.images) != as_rows(other.test.images)


def test_a_limit_draws_at_random():
    found = load(noise(400), limit=200)
    assert found.summary.read == 200
    assert found.summary.found == 400
    assert "200 files were not drawn" in repr(found.summary)


def test_light_on_dark_is_suggested():
    light = noise() // 8 + 220
    assert "invert=True exchanges the two" in repr(load(light).summary)
    turned = load(light, invert=True)
    assert "exchanges the two" not in repr(turned.summary)
    assert turned.train.images.max() < 0.2


# --- refusals


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("nowhere", {}, "source='nowhere' is no folder: allowed is a folder or array"),
        (__file__, {}, "is a file: allowed is a folder or array: np.load opens .npy"),
        (noise(), {"image_size": 64}, "image_size=64: allowed are 28 and 32"),
        (noise(), {"square": "stretch"}, "square='stretch': allowed are 'crop' and 'pad'"),
        (noise(), {"invert": "no"}, "invert='no': allowed are True and False"),
        (noise(), {"seed": -1}, "seed=-1: allowed is a whole number from 0"),
        (noise(), {"limit": 10}, "limit=10: allowed is a whole number from 150"),
        (noise(), {"validation": 0.01}, "validation=0.01 of 200 pictures: allowed is a share"),
        (noise(), {"test": 0}, "test=0 of 200 pictures: allowed is a share below 1, or a number"),
        (noise(), {"test": 1.5}, "test=1.5 of 200 pictures"),
        (noise(), {"test": 0.6}, "test=0.6 leave 50 of 200 pictures to train with: allowed"),
        (noise(), {"labels": [1, 2]}, "labels has shape (2,) and dtype int64: allowed is (200,)"),
        (noise(), {"labels": np.zeros(200)}, "labels has shape (200,) and dtype float64"),
        (noise()[0], {}, "source has shape (28, 28): allowed is (n, h, w) or (n, h, w, c)"),
        (noise()[:, None], {}, "channels last: np.moveaxis(source, 1, -1)"),
        (noise().astype(int), {}, "source has dtype int64: allowed are uint8"),
        (noise().astype(np.float32), {}, "source has values from 0.0 to 255.0: allowed are pixels"),
        (noise() * np.nan, {}, "source holds NaN or infinity"),
        ([noise()[0], noise()[0, :9]], {}, "source has pictures of different shapes"),
        (noise(149), {}, "has 149 pictures that can be read: allowed are 150 or more"),
        (None, {}, "source has shape ()"),
    ],
)  # fmt: skip
def test_refusals_name_argument_value_and_what_is_allowed(source, options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        load(source, **options)


def test_a_folder_without_pictures_says_what_was_found(tmp_path):
    (tmp_path / "a.txt").write_text("no picture")
    message = r"has 0 pictures that can be read, and 1 left out \(a.txt: no picture of a known kind"
    with pytest.raises(ValueError, match=message):
        load(tmp_path)
    with pytest.raises(ValueError, match="labels=list: allowed for a folder are None"):
        load(tmp_path, labels=[1])


def test_ready_made_parts_are_no_classes(tmp_path):
    saved(tmp_path / "train", 5)
    saved(tmp_path / "test", 5)
    with pytest.raises(ValueError, match="has the folders test, train: allowed are classes"):
        load(tmp_path)


def test_memory_is_stated_before_anything_is_read(monkeypatch):
    monkeypatch.setattr(loading, "_prepared", None)
    monkeypatch.setattr(loading, "MAX_BYTES", 2**20)
    message = r"source has 200 pictures, which at 28 × 28 need .* GB: allowed are .* 167 pictures"
    with pytest.raises(ValueError, match=message):
        load(noise())


# --- a model


SHORT = Recipe(epochs=2, batch_size=50, steps_per_call=2)


@pytest.fixture(scope="module")
def folder(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("own") / "models" / "first"
    losses = own.train("mnist-vae", data, folder, SHORT, progress=False)
    assert losses["loss"][-1] < losses["loss"][0]
    return folder


def test_a_fitted_model_opens_again_with_its_card(folder, data):
    card = zoo.card("mnist-vae", folder=folder)
    assert card["data"]["name"] == "own/flowers"
    assert card["data"]["split"] == {"train": 127, "validation": 27, "test": 27}
    assert "training file" not in card["data"]["validation"]
    found = zoo.evaluate(zoo.load("mnist-vae", folder=folder), data.test.images)
    assert found["loss"] == pytest.approx(card["metrics"]["test"]["loss"], abs=card["tolerance"])
    assert {path.name for path in folder.iterdir()} == {"model.keras", "card.json"}


def test_nothing_is_overwritten_without_being_asked(folder, data, tmp_path):
    before = state_of(folder)
    with pytest.raises(ValueError, match=r"holds a model: allowed is .* or overwrite=True"):
        own.train("mnist-vae", data, folder, SHORT)
    stray = tmp_path / "stray"
    (stray / "unfinished").mkdir(parents=True)
    (stray / "unfinished" / "novel.txt").write_text("Chapter 1")
    with pytest.raises(ValueError, match="holds 'unfinished': allowed is a new or an empty"):
        own.train("mnist-vae", data, stray, SHORT, overwrite=True)
    for name in ("letter.txt", "model.keras"):
        place = tmp_path / name / "folder"
        place.mkdir(parents=True)
        (place / name).write_text("precious")
        with pytest.raises(ValueError, match="allowed is a new or an empty folder"):
            own.train("mnist-vae", data, place, SHORT, overwrite=True)
        assert (place / name).read_text() == "precious"
    with pytest.raises(ValueError, match="is a file: allowed is a new or an empty folder"):
        own.train("mnist-vae", data, tmp_path / "letter.txt" / "folder" / "letter.txt", SHORT)
    assert state_of(folder) == before


def test_overwrite_takes_the_place_of_a_model(folder, data, monkeypatch):
    called = []
    monkeypatch.setattr(zoo, "train", lambda *args, **kwargs: called.append(kwargs))
    own.train("mnist-vae", data, folder, SHORT, overwrite=True)
    assert called[0]["folder"] == folder
    assert not called[0]["resume"]  # short epochs are not worth keeping


def test_refusals_of_train(data, flowers, tmp_path):
    with pytest.raises(ValueError, match="lies among the pictures: allowed is another one"):
        own.train("mnist-vae", data, flowers / "model")
    assert not (flowers / "model").exists()
    message = r"name='fashion-conv-vae' takes pictures of 32 × 32, data has 28 × 28: allowed is"
    with pytest.raises(ValueError, match=message):
        own.train("fashion-conv-vae", data, tmp_path)
    with pytest.raises(ValueError, match="overwrite=1: allowed are True and False"):
        own.train("mnist-vae", data, tmp_path, overwrite=1)
    with pytest.raises(ValueError, match="name='mnist': allowed are mnist-ae"):
        own.train("mnist", data, tmp_path)


@pytest.mark.parametrize("name", zoo.names())
def test_a_recipe_has_about_as_many_steps_whatever_the_set(name):
    base = zoo.entry(name).recipe("shortest")
    for n in (100, 1_234, 50_000):
        images = np.broadcast_to(np.float32(0), (n, 28, 28, 1))
        recipe = own.recipe(name, dataclasses.replace(TINY, train=Split(images, None)), 1_000)
        steps = recipe.epochs * -(-n // recipe.batch_size)
        assert 0.9 * 1_000 < steps < 1.1 * 1_000 or (n == 50_000 and recipe.epochs == 1)
        assert recipe.learning_rate <= base.learning_rate
        assert recipe.precision == "float32"


TINY = dataclasses.replace(load_data("mnist"), name="own/tiny")


# --- the report card


def test_components_are_those_of_pca(data):
    x = data.train.images
    pca, few = own.PrincipalComponents(x, 30), own.PrincipalComponents(x, 3)
    z = pca.encode(x)
    assert z.std(axis=0) == pytest.approx(1, abs=0.01)
    # No plane of 30 dimensions leaves less than the singular values after the thirtieth.
    flat = x.reshape(len(x), -1) - x.reshape(len(x), -1).mean(axis=0)
    values = np.linalg.svd(flat, full_matrices=False)[1]
    left = np.square(x - pca.reconstruct(x)).sum()
    assert 0.85 < left / np.square(values[30:]).sum() < 1  # pixels are clipped, which helps
    assert np.square(x - few.reconstruct(x)).sum() > left
    samples = pca.sample(500, seed=0)
    assert samples.mean(axis=0) == pytest.approx(x.mean(axis=0), abs=0.1)
    assert (samples == pca.sample(500, seed=0)).all()
    assert samples.min() > 0
    assert samples.max() < 1
    with pytest.raises(ValueError, match="latent_dim=0: allowed is a whole number from 1 to 126"):
        own.PrincipalComponents(x, 0)


@pytest.fixture(scope="module")
def without_labels(data):
    parts = {
        name: Split(getattr(data, name).images, None) for name in ("train", "validation", "test")
    }
    return dataclasses.replace(data, **parts, class_names=())


def test_a_report_card_with_classes(data, folder):
    features = own.features(data)
    assert features.accuracy > 0.8
    assert features(data.test.images).shape == (27, 64)
    models = {
        "VAE": zoo.load("mnist-vae", folder=folder),
        "PCA": own.PrincipalComponents(data.train.images, 10),
    }
    reports = {
        name: evaluation.measure(model, data, seeds=2, features=features)
        for name, model in models.items()
    }
    assert reports["VAE"]["protocol"]["features"].startswith("64 features of those of a classifier")
    figure = own.report_card(reports)
    for row in ("squared error of a copy", "Fréchet distance", "classes told by neighbours"):
        assert row in figure.alt
    assert "(real images)" in figure.alt
    reports["PCA"] = {**reports["PCA"], "protocol": {"n": 20, "features": "none"}}
    with pytest.raises(ValueError, match=r"reports\['PCA'\] has another n or other features"):
        own.report_card(reports)


def test_a_report_card_without_classes(without_labels):
    features = own.features(without_labels)
    assert features.accuracy is None
    assert features.__name__ == "32 components of the pixels"
    model = own.PrincipalComponents(without_labels.train.images, 5)
    report = evaluation.measure(model, without_labels, seeds=2, features=features)
    alt = own.report_card({"PCA": report}).alt
    assert "classes told" not in alt
    assert "KL" not in alt
    assert "Fréchet distance" in alt
    with pytest.raises(ValueError, match="data has no classes: allowed are labels of two"):
        own.class_features(without_labels)


def test_a_report_card_without_features(without_labels):
    model = own.PrincipalComponents(without_labels.train.images, 5)
    alt = own.report_card({"PCA": evaluation.measure(model, without_labels, seeds=2)}).alt
    assert "squared error" in alt
    assert "real images" not in alt


def test_drawing_needs_an_empty_folder(tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(ValueError, match="holds files: allowed is a new or an empty folder"):
        own.draw_flowers(tmp_path)
    assert state_of(tmp_path).keys() == {(tmp_path / "mine.txt").relative_to(tmp_path)}
