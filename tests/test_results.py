"""The tables of the README and of docs/results.md say what the cards say."""

import pytest
import results

from vae_helpers import zoo


def test_the_generated_tables_are_fresh():
    assert results.main(["--check"]) == 0, "run make results"


def test_a_changed_card_makes_both_files_stale(monkeypatch, capsys):
    original = zoo.card

    def changed(name, *args, **kwargs):
        card = original(name, *args, **kwargs)
        if name == "mnist-ae":
            card["metrics"]["validation"]["loss"] += 1
        return card

    monkeypatch.setattr(zoo, "card", changed)
    assert results.main(["--check"]) == 1
    out = capsys.readouterr().out
    assert "README.md is stale" in out
    assert "results.md is stale" in out


def test_the_tables_hold_the_numbers_of_the_cards():
    page = results.results_page()
    for name in zoo.names():
        for losses in zoo.card(name)["metrics"].values():
            assert f" {losses['loss']:.2f} |" in page
    for published in ("84.74", "111.77", "97.33", "0.2540", "135.89"):
        assert published in page
        assert published in results.readme_table()


def test_the_published_form_of_the_weighted_loss():
    """500 × the mean over 1,024 pixels + KL, with the published parts: 130.74 + 5.15 = 135.89."""
    losses = {"reconstruction_loss": 130.74 * 1024 / 500, "kl_loss": 5.15, "loss": 0.0}
    assert results.PUBLISHED["fashion-conv-vae"].form(losses) == pytest.approx(135.89)
    per_pixel = results.PUBLISHED["fashion-conv-ae"].form({"loss": 0.2540 * 1024})
    assert per_pixel == pytest.approx(0.2540)


def test_an_estimate_at_its_cap_is_shown_as_a_range():
    """With 10,000 images no estimate of a mutual information exceeds log 10,000 = 9.21 nats."""
    posterior = {"kl": 18.0, "aggregated_posterior_kl": 0.5, "mutual_information": 9.1}
    evaluation = {"protocol": {"n": 10_000}, "posterior": posterior}
    cell = results._cell(evaluation, "posterior", "mutual_information", 2)
    assert cell == "9.10 to 17.50"
    posterior["mutual_information"] = 5.0
    assert results._cell(evaluation, "posterior", "mutual_information", 2) == "5.00"
    assert results._cell({}, "posterior", "mutual_information", 2) == "–"
