"""What preflight finds and says, the code that it ends with, and the table of such codes."""

import io
import itertools
import sys
import textwrap
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_helpers import (
    __version__,
    colab,
    features,
    files,
    machine,
    preflight,
    ready_code,
    training,
    tsne,
    widgets,
    zoo,
)
from vae_helpers.files import DamagedFileError

ALL_WELL = ready_code.Found(
    edition=__version__,
    python="3.12.11",
    system="Linux x86-64",
    place="container",
    memory=23.5,
    processors=2.0,
    backend="tensorflow",
    backend_version="2.20.0",
    keras="3.13.2",
    disk=40,
    tag=12_345,
    when=datetime(2026, 11, 24, 16, tzinfo=UTC),
)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def only(monkeypatch):
    """Return a function that leaves only some of the checks."""

    def leave(*names):
        monkeypatch.setattr(preflight, "CHECKS", {n: preflight.CHECKS[n] for n in names})

    return leave


def run(capsys):
    status = preflight.run()
    return status, capsys.readouterr().out.splitlines()


def code_in(lines):
    [sent] = ready_code.read(lines[-1])
    return sent.found


def test_everything_is_in_place_here(capsys, home):
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the notebook's own
    status, lines = run(capsys)
    assert status == 0, lines
    assert [line.split("  ")[0] for line in lines[: len(preflight.CHECKS)]] == ["✓"] * 12
    assert f"edition {__version__} of the course" in lines[1]
    found = code_in(lines)
    assert found.failed == ()
    assert found.edition == __version__
    assert found.python == sys.version.split()[0]
    assert found.memory == pytest.approx(machine.memory() / 1e9, abs=0.5)
    assert found.backend in ("tensorflow", "jax", "torch")
    assert preflight._tag() == found.tag > 0  # the next time it is the same
    assert str(home) not in lines[-1]
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_a_problem_says_what_to_do_and_the_others_still_run(capsys, monkeypatch, only):
    only("memory", "processors", "disk")
    monkeypatch.setattr(machine, "memory", lambda: 2e9)
    monkeypatch.setattr(machine, "processors", lambda: 0.5)
    status, lines = run(capsys)
    assert status == 1
    assert lines[0] == "✗  memory      2.0 GB: a notebook may need 4 GB"
    assert "What to do: take a larger machine" in lines[1]
    assert lines[2] == "✓  processors  0.5 usable: 2 are better"
    assert "To mend: memory" in " ".join(lines)
    assert code_in(lines).failed == ("memory",)


def test_a_long_error_is_one_short_line(capsys, monkeypatch, only):
    def fail(*_):
        raise TypeError("could not be deserialized\n" + "'config': {}, " * 900)

    only("models")
    monkeypatch.setattr(zoo, "load", fail)
    status, lines = run(capsys)
    assert status == 1
    assert lines[0].startswith("✗  models      could not be deserialized")
    assert len(lines[0]) < 700
    assert "What to do: " in lines[1]


def test_without_the_packages_nothing_that_needs_them_is_tried(capsys, monkeypatch, only):
    only("packages", "models", "disk")
    monkeypatch.setattr(preflight, "_unfit_packages", lambda _: ["keras is missing"])
    monkeypatch.setattr(zoo, "load", lambda *_: pytest.fail("tried"))
    status, lines = run(capsys)
    assert status == 1
    assert lines[0] == "✗  packages    keras is missing"
    assert lines[2] == "?  models      not tried: first mend the packages"
    assert code_in(lines).failed == ("packages",)


def test_packages_that_are_missing_or_too_old(monkeypatch):
    from packaging.requirements import Requirement

    wanted = [Requirement(text) for text in ("numpy>=1", "keras>=99", "nobody-has-this>=1")]
    monkeypatch.setattr(colab, "requirements", lambda _: wanted)
    old, missing = preflight._unfit_packages("tensorflow")
    assert old.startswith("keras is 3.")
    assert old.endswith("needed is >=99")
    assert missing == "nobody-has-this is missing"


def test_every_bundled_file_has_its_hash_looked_at():
    looked_at = {path for path, _ in preflight.bundled_files()}
    there = {
        path
        for path in files.ASSETS.rglob("*")
        if path.suffix in (".npz", ".keras", ".h5") and path.is_file()
    }
    assert looked_at == there
    assert {n: zoo.variants(n) for n in zoo.names() if zoo.variants(n)} == preflight.VARIANTS
    assert len(tsne.names()) == 3


def test_a_damaged_and_a_missing_file_are_named(capsys, monkeypatch, only, tmp_path):
    only("files")
    good, damaged = tmp_path / "good", tmp_path / "damaged"
    good.write_bytes(b"1")
    damaged.write_bytes(b"2")
    sha256 = files.sha256_of(good)
    listed = [(path, sha256) for path in (good, damaged, tmp_path / "missing")]
    monkeypatch.setattr(preflight, "bundled_files", lambda: listed)
    status, lines = run(capsys)
    assert status == 1
    assert lines[0].startswith(f"✗  files       {damaged} is damaged: expected SHA-256")
    assert "(and 1 more)" in lines[0]


@pytest.mark.parametrize("dataset", features.CLASSIFIERS)
def test_the_classifiers_are_opened(capsys, monkeypatch, only, dataset):
    def load(build, path, sha256):
        raise DamagedFileError(f"{path} is damaged")

    only("models")
    monkeypatch.setattr(zoo, "names", lambda: ())
    monkeypatch.setattr(features, "CLASSIFIERS", {dataset: features.CLASSIFIERS[dataset]})
    monkeypatch.setattr(features.weights, "load", load)
    features._classifier.cache_clear()
    status, lines = run(capsys)
    assert status == 1
    assert "model.keras is damaged" in lines[0]


@pytest.mark.parametrize("loss", [float("nan"), 5.0])
def test_a_batch_that_goes_wrong(capsys, monkeypatch, only, loss):
    only("training")
    monkeypatch.setattr(training, "fit", lambda *_, **__: {"loss": [loss]})
    status, lines = run(capsys)
    assert status == 1
    assert f"the loss of one batch is {loss:.0f} nats" in lines[0]


def test_a_widget_that_stands_still_or_fails(capsys, monkeypatch, only):
    only("widget")
    draw = widgets.LatentExplorer.draw

    def once(self, then):
        if self.picture.png:
            return then()
        draw(self)

    for then, words in (
        (lambda: None, "the slider moved, and the picture stayed the same"),
        (lambda: 1 / 0, "a moved slider ended in: ZeroDivisionError"),
    ):
        monkeypatch.setattr(
            widgets.LatentExplorer, "draw", lambda self, then=then: once(self, then)
        )
        status, lines = run(capsys)
        assert status == 1
        assert words in lines[0]


def test_the_learners_folder_cannot_be_written(capsys, home, only):
    only("your folder")
    home.write_text("in the way")
    status, lines = run(capsys)
    assert status == 1
    assert "VAE_COURSE_HOME" in lines[1]
    assert code_in(lines).tag == 0


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_a_terminal_that_cannot_print_the_signs(monkeypatch, only, encoding):
    only("memory", "disk")
    monkeypatch.setattr(machine, "memory", lambda: 2e9)
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    assert preflight.run() == 1
    out.seek(0)
    first, _, disk, *_ = out.read().splitlines()
    good, bad = ("✓", "✗") if encoding == "utf-8" else ("ok", "FAIL")
    assert first.split()[0] == bad
    assert disk.split()[0] == good


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"COLAB_RELEASE_TAG": "release"}, "Colab"),
        ({"JUPYTERHUB_API_URL": "http://hub"}, "hub"),
        ({"KUBERNETES_SERVICE_HOST": "1", "BINDER_SERVICE_HOST": "1"}, "hub"),
    ],
)
def test_where_this_runs(monkeypatch, variables, expected):
    for name in ("COLAB_RELEASE_TAG", "JUPYTERHUB_API_URL", "BINDER_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert preflight.place() == expected
    assert "make" not in preflight._reinstall()  # which they do not have there


# --- the code

CODE = ready_code.encode(replace(ALL_WELL, rate=2e11))


def test_the_code_is_short_and_comes_back():
    assert len(CODE) <= 40
    assert sum(ready_code.FIELDS.values()) == 5 * (ready_code.N_CHARACTERS - ready_code.N_CHECK)
    found = ready_code.decode(CODE)
    assert found.rate == pytest.approx(2e11, rel=0.05)
    assert replace(found, rate=0.0) == ALL_WELL
    assert ready_code.decode(CODE.lower().replace("-", " ")) == found
    assert ready_code.decode(CODE.replace("0", "o").replace("1", "l")) == found


@given(
    st.sampled_from(ready_code.SYSTEMS),
    st.sampled_from(ready_code.PLACES),
    st.floats(0, 1e4),
    st.floats(0, 1e3),
    st.lists(st.sampled_from(ready_code.CHECKS), unique=True),
    st.integers(0, 2**18 - 1),
)
def test_any_machine_comes_back(system, place, memory, processors, failed, tag):
    found = replace(
        ALL_WELL, system=system, place=place, memory=memory, processors=processors,
        failed=tuple(failed), tag=tag,
    )  # fmt: skip
    back = ready_code.decode(ready_code.encode(found))
    assert (back.system, back.place, back.tag) == (system, place, tag)
    assert set(back.failed) == set(failed)
    assert back.memory == pytest.approx(min(memory, 127.5), abs=0.25)
    assert back.processors == pytest.approx(min(max(processors, 0.5), 63.5), abs=0.25)


def test_no_wrong_character_and_no_exchange_of_neighbours_passes():
    text = CODE.replace("-", "")[3:]
    for i, sign in itertools.product(range(len(text)), ready_code.ALPHABET):
        if sign != text[i]:
            with pytest.raises(ready_code.MistypedError, match="wrong"):
                ready_code.decode(f"VAE{text[:i]}{sign}{text[i + 1 :]}")
    for i in range(len(text) - 1):
        if text[i] != text[i + 1]:
            exchanged = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
            with pytest.raises(ready_code.MistypedError, match="exchanged"):
                ready_code.decode(f"VAE{exchanged}")
    with pytest.raises(ready_code.MistypedError, match="29 characters instead of 30"):
        ready_code.decode(CODE[:-1])
    with pytest.raises(ready_code.MistypedError, match="U: no code has that"):
        ready_code.decode(CODE[:-1] + "U")


def code(n, failed=(), hours=0, **changes):
    when = ALL_WELL.when + timedelta(hours=hours)
    return ready_code.encode(replace(ALL_WELL, tag=n, failed=failed, when=when, **changes))


def test_a_pasted_chat():
    chat = f"""
        Please run vae-helpers preflight, or VAE-helpers in capitals, and send the VAE-… code!
        [10:32, 24/11/2026] Ann: {code(1)}
        24/11/2026, 10:33 - Bob Smith: here you are {code(2).lower().replace("-", " ")} thanks
        Cem Öz  10:35 AM
        {code(3)[:-8]}
        Dee: {CODE[:6]}{"X" if CODE[6] != "X" else "Y"}{CODE[7:]}
        {code(4, ["disk"])} and {code(5).replace("-", "–")}
        *Eve*: {code(6)[:21]}
        {code(6)[21:]}
    """
    sent = ready_code.read(textwrap.dedent(chat))
    names = ["Ann", "Bob Smith", "Cem Öz", "Dee", "", "and", "Eve"]
    assert [one.who for one in sent][:4] == names[:4]
    assert sent[6].who == "Eve"
    tags = [one.found and one.found.tag for one in sent]
    assert tags == [1, 2, None, None, 4, 5, 6]
    assert sent[2].trouble == "23 characters instead of 30"
    assert "a character is wrong" in sent[3].trouble


def test_thirty_codes_become_a_table(tmp_path, capsys):
    lines = [f"Learner {n}: {code(n)}" for n in range(1, 26)]
    lines += [f"Mem: {code(26, ['memory'], memory=2.0)}", f"Old: {code(27, edition='0.0.9')}"]
    lines += [f"Gil: {code(28, ['disk'])}", f"Gil: {code(28, hours=4)}", f"Bad: {code(29)[:-3]}"]
    path = tmp_path / "codes.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert preflight.read(path) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0] == f"✗ Mem  {ready_code.TO_DO['memory']}"
    assert out[1] == f"✗ Old  edition 0.0.9 of the course, here it is {__version__}"
    assert out[2].startswith("✗ Bad  the code is mistyped: 27 characters instead of 30")
    assert (
        out[-1]
        == "26 ready, 3 not (1 mistyped). More than one code came from Gil: the newest counts."
    )
    [gil] = [line for line in out[:-1] if "Gil" in line]
    assert gil.startswith("✓ Gil")
    [mem] = [
        line for line in out if line.startswith("✗ Mem  ") and "GB " in line and "2 GB" in line
    ]
    assert "Linux x86-64, container" in mem
    assert len({line.index("tensorflow") for line in out if "tensorflow" in line}) == 1

    path.write_text(code(1))
    assert preflight.read(path) == 0


def test_two_people_are_never_taken_for_one():
    same_words = f"my code: {code(1)}\nmy code: {code(2)}"
    assert len(ready_code.newest(ready_code.read(same_words))[0]) == 2
    same_names = f"Ann: {code(1)}\nAnn: {code(2)}"
    assert len(ready_code.newest(ready_code.read(same_names))[0]) == 2
    same_tag = f"Ann: {code(7)}\nBob: {code(7, hours=2)}"
    assert len(ready_code.newest(ready_code.read(same_tag))[0]) == 2
    no_tag = f"{code(0)} {code(0, hours=2)}"
    assert len(ready_code.newest(ready_code.read(no_tag))[0]) == 2
    again_on_colab = f"Ann: {code(1, place='Colab')}\nann: {code(2, place='Colab', hours=2)}"
    assert len(ready_code.newest(ready_code.read(again_on_colab))[0]) == 1
    mistyped_first = f"Ann: {code(1)[:-1]}\nAnn: {code(1)}"
    assert [one.trouble for one in ready_code.newest(ready_code.read(mistyped_first))[0]] == [""]
    mended = f"Ann: {code(7, ['disk'])}\n{code(7, hours=2)}"
    assert [one.found.failed for one in ready_code.newest(ready_code.read(mended))[0]] == [()]


def test_every_check_has_a_bit_and_advice():
    assert {name for name in preflight.CHECKS if name != "GPU"} == set(ready_code.CHECKS)
    assert set(ready_code.TO_DO) == set(ready_code.CHECKS)
    assert len(ready_code.CHECKS) <= ready_code.FIELDS["failed"]
