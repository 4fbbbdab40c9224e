"""What the chapters say of trained models holds for three training seeds: the record says so."""

import over_seeds
import pytest

from vae_helpers import zoo

over_seeds.load_claims()
RECORD = over_seeds.recorded()


def test_every_claim_is_recorded_and_every_record_is_of_a_claim():
    assert set(RECORD) == set(over_seeds.CLAIMS)


@pytest.mark.parametrize("key", sorted(RECORD), ids=" ".join)
def test_the_claim_holds_for_three_seeds_at_least(key):
    entry = RECORD[key]
    assert len(entry["seeds"]) >= 3
    assert over_seeds.bears_out(key, entry), entry


@pytest.mark.parametrize("key", sorted(RECORD), ids=" ".join)
def test_it_was_measured_with_the_checkpoints_of_today(key):
    for name, sha256 in RECORD[key]["checkpoints"].items():
        assert zoo.card(name)["sha256"] == sha256, f"{name} is another one now: measure again"


def test_the_table_is_current():
    assert over_seeds.TABLE.read_text(encoding="utf-8") == over_seeds.table()


def test_a_claim_that_fails_for_one_seed_fails(monkeypatch):
    one = over_seeds.Claim("99", "It is large.", None, lambda v: v["size"] > 1, "N = 3.")
    monkeypatch.setitem(over_seeds.CLAIMS, ("99", "size"), one)
    assert over_seeds.bears_out(("99", "size"), {"seeds": {"0": {"size": 2}, "1": {"size": 3}}})
    assert not over_seeds.bears_out(("99", "size"), {"seeds": {"0": {"size": 2}, "1": {"size": 1}}})


def test_an_unknown_claim_does_not_hold():
    assert not over_seeds.bears_out(("99", "none"), {"seeds": {}})
