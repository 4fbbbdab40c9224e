"""The sentences of the sources that carry no number, each judged by ours.

Every function says in its first line what a verdict takes; "partly" is a sentence of which a part
holds, or that holds by some measures only.
"""

from collections.abc import Mapping

from vae_helpers.claims import table
from vae_helpers.claims.numbers import silhouette_of
from vae_helpers.claims.table import Claim, yes_if
from vae_helpers.published import validation_losses

_THREE = ("mnist-ae", "mnist-vae", "mnist-conv-vae")
_CHAPTERS = {
    name[:2]: name
    for name in (
        "01_autoencoder",
        "04_sampling",
        "05_interpolation",
        "06_evaluation",
        "07_ae_vs_vae",
        "08_applications",
    )
}


def judged(cards: Mapping[str, dict]) -> list[Claim]:
    """Return a row for each sentence, in the order of the chapters that show it."""
    return [judge(cards) for judge in SENTENCES]


def _measured(chapter, what):
    return table.measured(_CHAPTERS[chapter], what)


def _generated(cards, name):
    return cards[name]["evaluation"]["generated"]


def _distance(cards, name):
    return _generated(cards, name)["fcd"]["mean"]


def _unequal_room(_):
    """By the label of the nearest code; equal classes would get a tenth each."""
    most, least = (
        _measured("01", f"{which} share of the box of a class") for which in ("largest", "smallest")
    )
    return Claim(
        "In a plain AE's latent space the classes take unequal room",
        "no number (B)",
        f"of the box of all codes one class gets {most:.0%} and another {least:.0%}",
        yes_if(most > 2 * least),
        "01",
    )


def _similar_room(_):
    """Yes within a factor of two; partly if the classes are at least more alike than the AE's."""
    ae, vae = (_measured("07", f"Fashion: largest over smallest room, {name}") for name in _PAIR)
    return Claim(
        "In a VAE's latent space the categories take similar amounts of room",
        "no number (B)",
        f"the largest room over the smallest is {vae:.1f}, for the AE {ae:.1f}",
        "yes" if vae < 2 else "partly" if vae < ae else "no",
        "07",
    )


def _poorly_formed(_):
    """By chapter 01's judge of what is no garment."""
    ae = _measured("07", "Fashion: poorly formed, AE, box")
    vae = _measured("07", "Fashion: poorly formed, VAE, N(0, I)")
    return Claim(
        "Of the VAE's samples fewer are poorly formed than of the AE's",
        "no number (B)",
        f"{vae:.0%} of the samples of N(0, I) against {ae:.0%} of the AE's box",
        yes_if(vae < ae),
        "07",
    )


def _noise_gives_digits(cards):
    """The AE's images must lack diversity; the VAE's be at most twice as far as its own copies."""
    ae, vae = (_generated(cards, name) for name in _THREE[:2])
    real = cards["mnist-vae"]["evaluation"]["real"]["diversity"]
    diversity = [one["diversity"]["mean"] / real for one in (ae, vae)]
    distance = vae["fcd"]["mean"]
    copies = _measured("04", "Fréchet classifier distance: VAE, copies")
    no_digits, digits = diversity[0] < 1 / 3, distance < 2 * copies
    return Claim(
        "Noise decoded by the AE gives no digits, by the VAE it does",
        "no number (A)",
        f"diversity {diversity[0]:.2f} against {diversity[1]:.2f} (real digits: 1); but the VAE's "
        f"are at a distance of {distance:.1f}, its copies of real digits at {copies:.1f}",
        "yes" if no_digits and digits else "partly" if no_digits or digits else "no",
        "04",
    )


def _vae_alone_can_be_sampled(cards):
    """True of N(0, I); wrong as soon as a density is fitted to the AE's codes."""
    ae, vae = (_distance(cards, name) for name in _THREE[:2])
    fitted = _measured("04", "Fréchet classifier distance: AE, mixture")
    return Claim(
        "The VAE alone can be sampled",
        "no number (A)",
        f"Fréchet classifier distance from N(0, I): AE {ae:.1f}, VAE {vae:.1f}; from a mixture "
        f"fitted to its codes, the AE gets {fitted:.1f}",
        "no" if ae <= vae else "partly" if fitted < vae else "yes",
        "04, 07",
    )


def _better_decoder(cards):
    """By the loss and by the samples."""
    names = ("mnist-vae", "mnist-conv-vae")
    dense, conv = (
        (validation_losses(cards[name])["loss"], _distance(cards, name)) for name in names
    )
    return Claim(
        "The convolutional VAE is better than the dense one",
        "97.33 against 111.77 nats (A)",
        f"{conv[0]:.2f} against {dense[0]:.2f} nats; Fréchet classifier distance of its samples "
        f"{conv[1]:.1f} against {dense[1]:.1f}",
        yes_if(conv[0] < dense[0] and conv[1] < dense[1]),
        "04, 06",
    )


def _prior_is_to_blame(_):
    """The distance must halve when ten Gaussians take the place of N(0, I)."""
    prior, mixture = (
        _measured("07", f"Fréchet classifier distance: conv VAE, {sampler}")
        for sampler in ("N(0, I)", "mixture")
    )
    return Claim(
        "The Gaussian prior may be why the conv VAE's samples are not better",
        "a hypothesis (A)",
        f"Fréchet classifier distance {prior:.1f} from N(0, I), {mixture:.1f} from a mixture of "
        "ten Gaussians fitted to the posteriors",
        yes_if(mixture < prior / 2),
        "07",
    )


def _smoother(_):
    """A shorter way *and* better middles would be smoother; one of the two is partly so."""
    path = [_measured("05", f"path length over direct distance, {name}") for name in _PAIR]
    middle = [_measured("05", f"middles recognised, {name}") for name in _PAIR]
    points = (path[1] < path[0]) + (middle[1] > middle[0])
    return Claim(
        "The VAE interpolates more smoothly than the AE",
        "",
        f"length of the walk over the direct one {path[1]:.2f} against {path[0]:.2f}; middles "
        f"that are recognised {middle[1]:.0%} against {middle[0]:.0%}",
        ("no", "partly", "yes")[points],
        "05",
    )


def _gilets(_):
    """Yes if half of them change class; partly if more do than after any step of that length."""
    stay = _measured("05", "T-shirts that stay T-shirts, coat − shirt added")
    control = _measured("05", "T-shirts that stay T-shirts, random step as long")
    return Claim(
        "Coat minus shirt, added to a T-shirt, makes a new kind of garment",
        "no number (B)",
        f"{stay:.0%} stay T-shirts; after a random step of the same length {control:.0%}",
        "yes" if stay < min(control, 0.5) else "partly" if stay < control - 0.05 else "no",
        "05",
    )


def _lower_kl(cards):
    """A model with a higher KL that is better in loss and samples refutes it."""
    dense, conv = (
        (*(validation_losses(cards[name])[key] for key in ("kl_loss", "loss")), distance)
        for name in ("mnist-vae", "mnist-conv-vae")
        for distance in (_distance(cards, name),)
    )
    refuted = conv[0] > dense[0] and conv[1] < dense[1] and conv[2] < dense[2]
    return Claim(
        "A lower KL indicates better performance",
        "no number (D)",
        f"the conv VAE pays {conv[0]:.1f} nats of KL, the dense one {dense[0]:.1f}, and is better "
        "in loss and samples",
        yes_if(not refuted),
        "06",
    )


def _distance_and_eye(_):
    """Images that no eye finds fault with must be far by the distance."""
    real, twenty = (
        _measured("06", f"Fréchet classifier distance: {what}")
        for what in ("real digits", "twenty digits, repeated")
    )
    return Claim(
        "The Fréchet distance does not always agree with the eye",
        "no number (D)",
        f"real digits are at {real:.2f}, twenty of them, repeated, at {twenty:.2f}",
        yes_if(twenty > 10 * real),
        "06",
    )


def _ae_first_by_silhouette(cards):
    ae, vae, conv = (silhouette_of(cards[name]) for name in _THREE)
    return Claim(
        "The AE's silhouette is higher than those of the VAE and the conv VAE",
        "no number (A)",
        f"{ae:.4f} against {vae:.4f} and {conv:.4f}",
        yes_if(ae > max(vae, conv)),
        "07",
    )


def _ae_separates_best(cards):
    """By every measure, by some, or by none: yes, partly, no."""
    keys = ("silhouette", "ari", "knn_accuracy", "linear_probe_accuracy")
    names = ("silhouette", "k-means ARI", "nearest neighbours", "linear probe")
    codes = {name: cards[name]["evaluation"]["codes"] for name in _THREE}
    won = [key for key in keys if max(_THREE, key=lambda name: codes[name][key]) == "mnist-ae"]
    best = [word for key, word in zip(keys, names, strict=True) if key in won]
    return Claim(
        "The AE separates the classes best of the three",
        "no number (A)",
        f"first by {', '.join(best) or 'nothing'}; not by "
        + ", ".join(word for word in names if word not in best),
        "yes" if len(won) == len(keys) else "partly" if won else "no",
        "07",
    )


def _difference_too_small(_):
    """Too small to count would be: in some fifth of the test images it goes the other way."""
    won = _measured("07", "fifths in which the conv VAE's silhouette is the higher one")
    return Claim(
        "Between the silhouettes of conv and dense VAE the difference is not big enough",
        "0.1183 against 0.1117 (A)",
        f"in {won:.0f} of 5 disjoint fifths of the test images the conv VAE's is the higher one",
        yes_if(won < 5),
        "07",
    )


def _map_of_the_ae(_):
    """By the labels of the nearest on the map; partly if the dense VAE alone is behind."""
    ae, vae, conv = (
        _measured("07", f"neighbours on the t-SNE map, {name}") for name in (*_PAIR, "conv VAE")
    )
    return Claim(
        "On the t-SNE maps the AE's classes are the most clearly separated",
        "no number (A)",
        f"of the nearest on the map, {ae:.1%} are of the same class for the AE, {vae:.1%} for the "
        f"VAE, {conv:.1%} for the conv VAE",
        "yes" if ae > max(vae, conv) else "partly" if ae > vae else "no",
        "07",
    )


def _term_for_the_classes(_):
    """The silhouette must rise by more than 0.02, several times what training seeds differ by."""
    before, after = (
        _measured("07", f"silhouette {what}")
        for what in ("without it, same training", "with a term for the classes")
    )
    return Claim(
        "A term for the classes in the loss would separate them",
        "a hypothesis (A)",
        f"silhouette {after:.3f} with it, {before:.3f} without, trained alike",
        yes_if(after > before + 0.02),
        "07",
    )


def _denoises_for_free(_):
    """It must beat the median of nine pixels, which has never learned anything."""
    noisy, ae, median = (
        _measured("08", f"{what}, PSNR, dB")
        for what in ("with noise", "AE without training for it", "median filter")
    )
    return Claim(
        "An AE removes noise, which is lost in its embedding",
        "no number (B)",
        f"PSNR {noisy:.1f} dB before, {ae:.1f} dB after; a median filter gets {median:.1f} dB",
        yes_if(ae > median),
        "08",
    )


_PAIR = ("AE", "VAE")
SENTENCES = (
    _unequal_room,
    _similar_room,
    _poorly_formed,
    _noise_gives_digits,
    _vae_alone_can_be_sampled,
    _better_decoder,
    _prior_is_to_blame,
    _smoother,
    _gilets,
    _lower_kl,
    _distance_and_eye,
    _ae_first_by_silhouette,
    _ae_separates_best,
    _difference_too_small,
    _map_of_the_ae,
    _term_for_the_classes,
    _denoises_for_free,
)
