"""The closing table: every verdict follows from the numbers, whichever way they fall."""

import copy

import pytest

from vae_helpers import claims, zoo
from vae_helpers.claims import table

REAL = {name: zoo.card(name) for name in zoo.names()}
FCD = ("evaluation", "generated", "fcd", "mean")
DIVERSITY = ("evaluation", "generated", "diversity", "mean")


@pytest.fixture
def cards(monkeypatch):
    """Cards to change."""
    changed = copy.deepcopy(REAL)
    monkeypatch.setattr(zoo, "card", lambda name: changed[name])
    return changed


@pytest.fixture
def rows(monkeypatch):
    """Numbers of the chapters, {what: number}, that stand before those that were measured."""
    changed = {}
    real = table.measured
    monkeypatch.setattr(
        table, "measured", lambda chapter, what: changed.get(what) or real(chapter, what)
    )
    return changed


def verdict(of):
    (found,) = [claim for claim in claims.claims() if of in claim.claim]
    return found.reproduced


def test_the_numbers_of_the_bundled_models():
    table = claims.claims()
    losses = [claim for claim in table if claim.claim.startswith("Validation loss")]
    assert len(losses) == 6
    assert [claim.reproduced for claim in losses] == ["yes"] * 5 + ["none"]
    for number in ("84.74", "111.77", "97.33", "0.2540", "135.89", "0.1117", "0.1183"):
        assert number in table.markdown()


def test_each_claim_stands_once_and_has_its_chapter():
    found = claims.claims()
    assert len({claim.claim for claim in found}) == len(found) >= 25
    for claim in found:
        assert all(part.isdigit() and len(part) == 2 for part in claim.chapter.split(", "))


@pytest.mark.parametrize(
    ("path", "value", "claim", "expected"),
    [
        (("mnist-ae", "parameters", "encoder"), 238_511, "numbers of parameters", "no"),
        (("mnist-ae", "metrics", "validation", "loss"), 84.75, "loss of `mnist-ae`", "no"),
        (("mnist-ae", "metrics", "validation", "loss"), 84.74, "loss of `mnist-ae`", "yes"),
        (("fashion-conv-vae", "metrics", "test", "kl_loss"), 11.0, "fashion-conv-vae", "no"),
        (("mnist-vae", "evaluation", "codes", "silhouette"), 0.13, "codes of `mnist-vae`", "no"),
        (("mnist-vae", "evaluation", "codes", "silhouette"), 0.2, "silhouette is higher", "no"),
        (("mnist-ae", "evaluation", "codes", "silhouette"), 0.1, "AE separates", "no"),
        (("mnist-conv-vae", *FCD), 30, "convolutional", "no"),
        (("mnist-conv-vae", *FCD), 30, "lower KL", "yes"),
        (("mnist-conv-vae", "metrics", "validation", "kl_loss"), 17, "lower KL", "yes"),
        (("mnist-ae", *DIVERSITY), 5.0, "no digits", "no"),
        (("mnist-vae", *FCD), 9.0, "no digits", "yes"),
        (("mnist-ae", *FCD), 20.0, "VAE alone", "no"),
    ],
)
def test_other_numbers_give_other_verdicts(cards, path, value, claim, expected):
    assert verdict(claim) != expected or value == 84.74
    *folders, last = path
    place = cards
    for folder in folders:
        place = place[folder]
    place[last] = value
    assert verdict(claim) == expected


@pytest.mark.parametrize(
    ("claim", "numbers", "expected"),
    [
        ("plain AE's", {"largest share of the box of a class": 0.13}, "no"),
        ("similar amounts of room", {"Fashion: largest over smallest room, VAE": 1.9}, "yes"),
        ("similar amounts of room", {"Fashion: largest over smallest room, VAE": 99.0}, "no"),
        ("poorly formed", {"Fashion: poorly formed, VAE, N(0, I)": 0.01}, "yes"),
        ("VAE alone", {"Fréchet classifier distance: AE, mixture": 22.0}, "yes"),
        ("may be why", {"Fréchet classifier distance: conv VAE, mixture": 5.0}, "no"),
        ("more smoothly", {"path length over direct distance, VAE": 9.0}, "no"),
        ("more smoothly", {"middles recognised, VAE": 0.99}, "yes"),
        ("T-shirt", {"T-shirts that stay T-shirts, coat − shirt added": 0.01}, "yes"),
        (
            "T-shirt",
            {
                "T-shirts that stay T-shirts, coat − shirt added": 0.6,
                "T-shirts that stay T-shirts, random step as long": 0.7,
            },
            "partly",
        ),
        ("the eye", {"Fréchet classifier distance: twenty digits, repeated": 0.001}, "no"),
        (
            "not big enough",
            {"fifths in which the conv VAE's silhouette is the higher one": 4},
            "yes",
        ),
        ("t-SNE", {"neighbours on the t-SNE map, AE": 0.99}, "yes"),
        ("t-SNE", {"neighbours on the t-SNE map, AE": 0.01}, "no"),
        ("term for the classes", {"silhouette with a term for the classes": 0.1}, "no"),
        ("removes noise", {"AE without training for it, PSNR, dB": 20.0}, "yes"),
    ],
)
def test_other_numbers_of_a_chapter_give_other_verdicts(rows, claim, numbers, expected):
    assert verdict(claim) != expected or len(numbers) > 1
    rows.update(numbers)
    assert verdict(claim) == expected


def test_an_ae_first_by_every_measure_would_separate_best(cards):
    for key in cards["mnist-ae"]["evaluation"]["codes"]:
        cards["mnist-ae"]["evaluation"]["codes"][key] = 0.99
    assert verdict("AE separates") == "yes"


def test_a_chapters_number_is_found_or_missed(monkeypatch):
    """Of the full mode where there is one, else of the quick one."""
    kept = {
        "01_a": {mode: {"measured": [{"what": mode, "ours": 1}]} for mode in ("quick", "full")},
        "02_b": {"quick": {"measured": [{"what": "both", "ours": 2}]}},
    }
    for number, runs in enumerate(kept["01_a"].values()):
        runs["measured"].append({"what": "both", "ours": 10 + number})
    monkeypatch.setattr(table, "read_json", lambda _: kept)
    assert table.measured("01_a", "both") == 11
    assert table.measured("01_a", "quick") == 1
    assert table.measured("02_b", "both") == 2
    with pytest.raises(KeyError, match="no measured number 'nothing'"):
        table.measured("01_a", "nothing")
