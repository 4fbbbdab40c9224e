import vae_helpers.metrics


def test_every_public_name_is_there_and_documented():
    for name in vae_helpers.metrics.__all__:
        assert getattr(vae_helpers.metrics, name).__doc__, name
