"""The closing table: every verdict follows from the numbers, whichever way they fall."""

import copy

import pytest

from vae_helpers import claims, zoo

REAL = {name: zoo.card(name) for name in zoo.names()}


@pytest.fixture
def cards(monkeypatch):
    """Cards to change."""
    changed = copy.deepcopy(REAL)
    monkeypatch.setattr(zoo, "card", lambda name: changed[name])
    return changed


def verdict(of):
    (found,) = [claim for claim in claims.claims() if of in claim.claim]
    return found.reproduced


def test_the_numbers_of_the_bundled_models():
    table = claims.claims()
    losses = [claim for claim in table if claim.claim.startswith("Validation loss")]
    assert len(losses) == 6
    assert [claim.reproduced for claim in losses] == ["yes"] * 5 + ["none"]
    assert verdict("AE separates") == "partly"
    assert verdict("VAE alone") == "partly"
    for number in ("84.74", "111.77", "97.33", "0.2540", "135.89", "0.1117", "0.1183"):
        assert number in table.markdown()


@pytest.mark.parametrize(
    ("path", "value", "claim", "expected"),
    [
        (("mnist-ae", "parameters", "encoder"), 238_511, "numbers of parameters", "no"),
        (("mnist-ae", "metrics", "validation", "loss"), 84.75, "loss of `mnist-ae`", "no"),
        (("mnist-ae", "metrics", "validation", "loss"), 84.74, "loss of `mnist-ae`", "yes"),
        (("fashion-conv-vae", "metrics", "test", "kl_loss"), 11.0, "fashion-conv-vae", "no"),
        (("mnist-vae", "evaluation", "codes", "silhouette"), 0.13, "`mnist-vae`", "no"),
        (("mnist-vae", "evaluation", "codes", "silhouette"), 0.2, "silhouette is higher", "no"),
        (("mnist-ae", "evaluation", "codes", "silhouette"), 0.1, "AE separates", "no"),
        (("mnist-conv-vae", "evaluation", "generated", "fcd", "mean"), 30, "convolutional", "no"),
        (("mnist-ae", "evaluation", "generated", "precision", "mean"), 0.6, "no digits", "no"),
        (("mnist-ae", "evaluation", "generated", "fcd", "mean"), 20.0, "VAE alone", "no"),
    ],
)
def test_other_numbers_give_other_verdicts(cards, path, value, claim, expected):
    *folders, last = path
    place = cards
    for folder in folders:
        place = place[folder]
    place[last] = value
    found = [one for one in claims.claims() if claim in one.claim]
    assert expected in [one.reproduced for one in found]
    assert claims.Claims(found)._repr_html_().count(claims.VERDICTS[expected])


def test_an_ae_first_by_every_measure_would_separate_best(cards):
    for key in cards["mnist-ae"]["evaluation"]["codes"]:
        cards["mnist-ae"]["evaluation"]["codes"][key] = 0.99
    assert verdict("AE separates") == "yes"


@pytest.mark.parametrize(
    ("path", "middles", "expected"),
    [((1.5, 1.4), (0.6, 0.7), "yes"), ((1.5, 1.4), (0.6, 0.5), "partly"), ((1, 2), (1, 0), "no")],
)
def test_smoother_needs_a_shorter_way_and_better_middles(monkeypatch, path, middles, expected):
    numbers = {"path": dict(zip(("AE", "VAE"), path, strict=True))}
    numbers["middles"] = dict(zip(("AE", "VAE"), middles, strict=True))
    monkeypatch.setattr(
        claims, "measured", lambda _, what: numbers[what.split()[0]][what.rpartition(" ")[2]]
    )
    assert claims._smoother().reproduced == expected


@pytest.mark.parametrize(("fitted", "expected"), [(21.0, "partly"), (22.0, "yes")])
def test_only_a_fitted_ae_that_beats_the_vae_speaks_against_the_vae(
    monkeypatch, cards, fitted, expected
):
    cards["mnist-vae"]["evaluation"]["generated"]["fcd"]["mean"] = 21.5
    monkeypatch.setattr(claims, "measured", lambda *_: fitted)
    assert claims._vae_alone_can_be_sampled(cards).reproduced == expected


@pytest.mark.parametrize(("most", "expected"), [(0.19, "no"), (0.21, "yes")])
def test_unequal_room_differs_by_more_than_a_factor_of_two(monkeypatch, most, expected):
    shares = {"largest": most, "smallest": 0.1}
    monkeypatch.setattr(claims, "measured", lambda _, what: shares[what.partition(" ")[0]])
    assert claims._unequal_room().reproduced == expected


def test_a_chapters_number_is_found_or_missed(monkeypatch):
    """Of the full mode where there is one, else of the quick one."""
    kept = {
        "01_a": {mode: {"measured": [{"what": mode, "ours": 1}]} for mode in ("quick", "full")},
        "02_b": {"quick": {"measured": [{"what": "both", "ours": 2}]}},
    }
    for number, runs in enumerate(kept["01_a"].values()):
        runs["measured"].append({"what": "both", "ours": 10 + number})
    monkeypatch.setattr(claims, "read_json", lambda _: kept)
    assert claims.measured("01_a", "both") == 11
    assert claims.measured("01_a", "quick") == 1
    assert claims.measured("02_b", "both") == 2
    with pytest.raises(KeyError, match="no measured number 'nothing'"):
        claims.measured("01_a", "nothing")
