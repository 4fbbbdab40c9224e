"""Files are whole or not there, and what is bundled is checked before it is opened."""

import errno
import json
import os
import stat
import struct
import types
from pathlib import Path

import numpy as np
import pytest

from vae_helpers import files

posix = pytest.mark.skipif(os.name == "nt", reason="permissions and symlinks of POSIX")


@pytest.fixture
def umask():
    """Give a function that sets the umask, and put the old one back."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@posix
@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_permissions_that_the_umask_allows(tmp_path, umask, mask, expected):
    umask(mask)
    files.write_text(tmp_path / "new", "text")
    (tmp_path / "plain").write_text("text")
    assert mode(tmp_path / "new") == mode(tmp_path / "plain") == expected


@posix
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path, umask):
    path = tmp_path / "kept"
    path.write_text("old")
    path.chmod(0o640)
    with files.replacing(path) as temporary:
        temporary.unlink()  # some writers make the file anew
        temporary.write_text("new")
    assert (path.read_text(), mode(path)) == ("new", 0o640)


@posix
def test_a_symlink_stays_one_and_its_target_is_replaced(tmp_path):
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "target.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    files.write_json(link, {"new": True})
    assert link.is_symlink()
    assert json.loads(target.read_text()) == {"new": True}
    assert [path.name for path in target.parent.iterdir()] == ["target.json"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def fail():
        with files.replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_the_content_is_on_the_disk_before_the_name_changes(tmp_path, monkeypatch):
    """A power cut between the two would otherwise leave an empty file of the right name."""
    happened = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(handle):
        kind = "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"
        happened.append((kind, os.fstat(handle).st_size if kind == "file" else None))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", lambda *a: (happened.append("replace"), replace(*a)))
    files.write_text(tmp_path / "file", "1234567")
    assert happened == [("file", 7), "replace", ("folder", None)]


@posix
def test_windows_writes_out_only_what_was_opened_for_writing(tmp_path, monkeypatch):
    """Played: there, fsync refuses a handle that may only read, and a folder has no handle."""
    import fcntl

    def fsync(handle):
        if fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    windows = types.SimpleNamespace(**{**vars(os), "name": "nt", "fsync": fsync})
    monkeypatch.setattr(files, "os", windows)
    files.write_text(tmp_path / "file", "text")
    assert (tmp_path / "file").read_text() == "text"


def test_the_ending_is_kept_and_folders_are_made(tmp_path):
    path = tmp_path / "a" / "b" / "epoch-0001.weights.h5"
    with files.replacing(path) as temporary:
        assert temporary.name.endswith(".weights.h5")
        assert temporary.parent == path.parent
        temporary.write_text("x")
    assert path.read_text() == "x"


def test_text_has_plain_line_ends_everywhere(tmp_path):
    files.write_text(tmp_path / "file", "ä\nb\n")
    assert (tmp_path / "file").read_bytes() == b"\xc3\xa4\nb\n"


FIELDS = {"name": str, "sha256": str, "beta": float | None, "seed": int}
CARD = {"name": "m", "sha256": "0" * 64, "beta": None, "seed": 0}


def test_a_card_that_has_what_it_must_is_read(tmp_path):
    files.write_json(tmp_path / "card.json", {**CARD, "more": [1]})
    assert files.read_card(tmp_path / "card.json", FIELDS) == {**CARD, "more": [1]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "damaged: no JSON"),
        (b"{", "damaged: no JSON"),
        (b"\xff\xfe\xff", "damaged: no JSON"),
        (b"[1]", "no card: list instead of an object"),
        (b"{}", "'name' is missing"),
        (json.dumps({**CARD, "seed": "0"}).encode(), "'seed' is '0'"),
        (json.dumps({**CARD, "sha256": None}).encode(), "'sha256' is None"),
        (json.dumps({k: v for k, v in CARD.items() if k != "beta"}).encode(), "'beta' is missing"),
        (None, "card.json is missing"),
    ],
)
def test_a_card_that_is_none_is_one_clear_line(tmp_path, content, message):
    if content is not None:
        (tmp_path / "card.json").write_bytes(content)
    with pytest.raises(files.DamagedFileError) as raised:
        files.read_card(tmp_path / "card.json", FIELDS)
    text = str(raised.value)
    assert message in text
    assert text.startswith(str(tmp_path / "card.json"))
    assert "\n" not in text


@pytest.mark.parametrize(
    ("beside", "advice"),
    [
        (".git", "git checkout -- vae_helpers/assets/data/x.npz"),
        ("pyproject.toml", "Unpack the course again, or only the file vae_helpers/assets/data/x"),
        (None, "Install the package again"),
    ],
)
def test_what_to_do_in_a_clone_in_a_zip_and_in_an_installed_package(
    tmp_path, monkeypatch, beside, advice
):
    assets = tmp_path / "vae_helpers" / "assets"
    monkeypatch.setattr(files, "ASSETS", assets)
    if beside:
        (tmp_path / beside).mkdir()
    with pytest.raises(files.DamagedFileError, match=r"x\.npz is missing") as raised:
        files.verify_file(assets / "data" / "x.npz", "0" * 64)
    assert advice in str(raised.value)


def test_a_file_of_ones_own_is_not_to_be_had_from_git(tmp_path):
    (tmp_path / "model.keras").write_bytes(b"rubbish")
    with pytest.raises(files.DamagedFileError, match="vae-helpers train NAME") as raised:
        files.verify_file(tmp_path / "model.keras", "0" * 64)
    assert "git" not in str(raised.value)
    assert "pip" not in str(raised.value)


def test_the_bundled_files_lie_in_the_package():
    assert Path(files.__file__).parent / "assets" == files.ASSETS
    assert (files.ASSETS / "checkpoints").is_dir()


class Trap:
    """Unpickling this object would write a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_pickled_objects_are_refused(tmp_path):
    sprung, crafted = tmp_path / "sprung", tmp_path / "crafted.npz"
    np.savez(crafted, x_train=np.array([Trap(sprung)], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        files.read_npz(crafted, files.sha256_of(crafted))
    assert not sprung.exists()


def test_a_wrong_hash_is_found_before_the_file_is_opened(tmp_path, monkeypatch):
    crafted = tmp_path / "crafted.npz"
    crafted.write_bytes(struct.pack("<I", 7))
    monkeypatch.setattr(np, "load", lambda *a, **k: pytest.fail("opened an unverified file"))
    with pytest.raises(files.DamagedFileError):
        files.read_npz(crafted, "0" * 64)
