"""The checkers of chapter 06."""

import numpy as np
import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong
from scipy.linalg import sqrtm
from scipy.special import logsumexp, xlogy

from vae_helpers import metrics
from vae_helpers.checks import chapter06
from vae_helpers.checks.core import SelfTest, exercises_of


@pytest.mark.parametrize("name", list(exercises_of("06")))
def test_robust(name):
    assert_robust(getattr(chapter06, name))


def paid(coins, p):
    return np.where(coins == 1, -np.log(p), -np.log1p(-p))


def per_image(cost):
    return cost.sum(axis=(2, 3, 4)).mean(axis=0)


@pytest.mark.filterwarnings("ignore")
def test_coin_cost():
    exercise = chapter06.coin_cost
    assert_right(exercise, lambda b, p: per_image(-xlogy(b, p) - xlogy(1 - b, 1 - p)))
    assert_right(exercise, lambda b, p: per_image(paid(b, p)))
    assert_right(exercise, lambda b, p: per_image(-np.log(np.where(b == 1, p, 1 - p))))
    error = metrics.reconstruction_error
    assert_right(exercise, lambda b, p: sum(error(t, p, "bce", per_image=True) for t in b) / len(b))
    # The cost is linear in the coins, so the mean coin is enough: the chapter's point.
    assert_right(exercise, lambda b, p: error(b.mean(axis=0), p, "bce", per_image=True))
    wrong = {
        "sign is wrong": lambda b, p: -per_image(paid(b, p)),
        "Only white coins": lambda b, p: per_image(-xlogy(b, p)),
        "Only black coins": lambda b, p: per_image(-xlogy(1 - b, 1 - p)),
        "White and black are exchanged": lambda b, p: per_image(paid(1 - b, p)),
        "Those are bits": lambda b, p: per_image(paid(b, p)) / np.log(2),
        "averaged over pixels": lambda b, p: paid(b, p).mean(axis=(0, 2, 3, 4)),
        "added up the tosses": lambda b, p: paid(b, p).sum(axis=(0, 2, 3, 4)),
        "mean over tosses, the first axis": lambda b, p: paid(b, p).sum(axis=(2, 3, 4)),
        "averaged over images as well": lambda b, p: per_image(paid(b, p)).mean(),
        "Only the first toss": lambda b, p: per_image(paid(b[:1], p)),
        "p for the coins": lambda b, p: per_image(-xlogy(p, p) - xlogy(1 - p, 1 - p) + 0 * b),
        "squared error": lambda b, p: per_image((b - p) ** 2),
        "the computer says NaN": lambda b, p: per_image(-b * np.log(p) - (1 - b) * np.log(1 - p)),
        "probabilities and took the logarithm": lambda b, p: (
            -np.log(np.exp(-paid(b, p).sum(axis=(2, 3, 4))).mean(axis=0))
        ),
        "shape (3,): expected (2,)": lambda b, p: np.ones(3),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda b, p: ...)


def test_iwae_bound():
    exercise = chapter06.iwae_bound
    assert_right(exercise, lambda w: logsumexp(w, axis=1) - np.log(w.shape[1]))
    assert_right(exercise, lambda w: logsumexp(w, axis=1, b=1 / w.shape[1]))
    assert_right(
        exercise,
        lambda w: w.max(axis=1) + np.log(np.exp(w - w.max(axis=1)[:, None]).mean(axis=1)),
    )
    wrong = {
        "the ELBO": lambda w: w.mean(axis=1),
        "subtract log k": lambda w: logsumexp(w, axis=1),
        "has to be subtracted": lambda w: logsumexp(w, axis=1) + np.log(w.shape[1]),
        "number of images: k": lambda w: logsumexp(w, axis=1) - np.log(len(w)),
        "return its logarithm": lambda w: np.exp(w).mean(axis=1),
        "not the NLL": lambda w: -(logsumexp(w, axis=1) - np.log(w.shape[1])),
        "mean over images": lambda w: (logsumexp(w, axis=1) - np.log(w.shape[1])).mean(),
        "along axis 1": lambda w: logsumexp(w, axis=0) - np.log(len(w)),
        "largest weight": lambda w: w.max(axis=1),
        "`logsumexp` stays": lambda w: np.log(np.exp(w).mean(axis=1)),
        "*mean* weight is dominated": lambda w: np.median(w, axis=1),
        "log 200": lambda w: logsumexp(w, axis=1) - np.log(200),
        "one maximum for all images": lambda w: w.max() + np.log(np.exp(w - w.max()).mean(axis=1)),
        "one image by hand": lambda w: logsumexp(w, axis=1) * w.mean(axis=1),
    }
    for piece, answer in wrong.items():
        with np.errstate(all="ignore"):
            assert_wrong(exercise, answer, piece)
    assert_wrong(
        exercise,
        lambda w: np.log(np.exp(np.maximum(w, -700)).mean(axis=1)),
        "around −1,000",
        "no exp of your own",
    )
    assert_not_attempted(exercise, lambda w: ...)


def factor(covariance):
    w, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(w, 0))


def frechet(part):
    """Return a distance whose last part is ``part(cov1, cov2)``."""

    def distance(m1, c1, m2, c2):
        return (m1 - m2) @ (m1 - m2) + np.trace(c1) + np.trace(c2) + part(c1, c2)

    return distance


def nuclear(c1, c2):
    return np.linalg.svd(factor(c1).T @ factor(c2), compute_uv=False).sum()


def test_frechet_distance():
    exercise = chapter06.frechet_distance
    right = frechet(lambda c1, c2: -2 * nuclear(c1, c2))
    assert_right(exercise, right)
    assert_right(exercise, metrics.frechet_distance)
    assert_right(exercise, lambda m1, c1, m2, c2: right(m2, c2, m1, c1))
    wrong = {
        "square root: the number": lambda *a: np.sqrt(max(right(*a), 0)),
        "means are not compared": lambda m1, c1, m2, c2: right(m1, c1, m1, c2),
        "covariances are not compared": lambda m1, c1, m2, c2: np.sum((m1 - m2) ** 2),
        "must be squared": lambda m1, c1, m2, c2: right(m1, c1, m1, c2) + np.linalg.norm(m1 - m2),
        "counts twice": frechet(lambda c1, c2: -nuclear(c1, c2)),
        "must be subtracted": frechet(lambda c1, c2: 2 * nuclear(c1, c2)),
        "singular values is missing": frechet(lambda c1, c2: 0),
        "singular values of S₁S₂": frechet(lambda c1, c2: -2 * np.linalg.norm(c1 @ c2, "nuc")),
        "root of the summed squares": frechet(
            lambda c1, c2: -2 * np.linalg.norm(factor(c1).T @ factor(c2))
        ),
        "largest singular value": frechet(
            lambda c1, c2: -2 * np.linalg.norm(factor(c1).T @ factor(c2), 2)
        ),
        "depends on how": frechet(lambda c1, c2: -2 * np.trace(factor(c1).T @ factor(c2))),
        "root of each entry": frechet(
            lambda c1, c2: -2 * np.trace(np.sqrt(np.maximum(c1 * c2, 0)))
        ),
        "three parts one by one": frechet(lambda c1, c2: -1.9 * nuclear(c1, c2)),
        "is a complex number": frechet(lambda c1, c2: -2 * np.trace(sqrtm(c1 @ c2)) + 0j),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda m1, c1, m2, c2: ...)


def on_both_diagonals(m1, c1, m2, c2):
    little = 1e-6 * np.eye(len(c1))
    return frechet(lambda c1, c2: -2 * nuclear(c1, c2))(m1, c1 + little, m2, c2 + little)


def unclipped(m1, c1, m2, c2):
    def factor(covariance):
        w, vectors = np.linalg.eigh(covariance)
        return vectors * np.sqrt(w)

    overlap = np.linalg.svd(factor(c1).T @ factor(c2), compute_uv=False).sum()
    return frechet(lambda c1, c2: -2 * overlap)(m1, c1, m2, c2)


def by_cholesky(m1, c1, m2, c2):
    product = np.linalg.cholesky(c1).T @ np.linalg.cholesky(c2)
    return frechet(lambda c1, c2: -2 * np.linalg.norm(product, "nuc"))(m1, c1, m2, c2)


@pytest.mark.filterwarnings("ignore")
def test_frechet_distance_of_singular_covariances():
    """What is right for full rank and not for 4 images in 6 dimensions."""
    exercise = chapter06.frechet_distance
    textbook = frechet(lambda c1, c2: -2 * np.trace(sqrtm(c1 @ c2)).real)
    assert_wrong(exercise, textbook, "loses half of the digits")
    with_eps = frechet(lambda c1, c2: -2 * np.trace(sqrtm((c1 + 1e-9 * np.eye(len(c1))) @ c2)).real)
    assert_wrong(exercise, with_eps, "right but for rounding")
    assert_wrong(exercise, on_both_diagonals, "a little on the diagonal")
    assert_wrong(exercise, unclipped, "LinAlgError", "`np.maximum(w, 0)`")
    assert_wrong(exercise, by_cholesky, "Cholesky needs")

    def no_maximum(covariance):
        w, vectors = np.linalg.eigh(covariance)
        return vectors * np.sqrt(w - 1e-15)

    nan = frechet(
        lambda c1, c2: -2 * np.nan_to_num(no_maximum(c1).T @ no_maximum(c2), nan=np.nan).trace()
    )
    assert_wrong(
        exercise,
        lambda m1, c1, m2, c2: (
            metrics.frechet_distance(m1, c1, m2, c2) if len(m1) < 6 else nan(m1, c1, m2, c2)
        ),
        "`np.maximum(w, 0)`",
    )
    complex_root = frechet(lambda c1, c2: -2 * np.trace(sqrtm(c1 @ c2)))
    assert_wrong(exercise, complex_root, "is a complex number")


def distance_of(kernel=lambda x, y: (x @ y.T / x.shape[1] + 1) ** 3, within=None, mixed=-2):
    def of_pairs(k):
        return (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))

    within = within or of_pairs

    def distance(real, generated):
        own = within(kernel(real, real)) + within(kernel(generated, generated))
        return own + mixed * kernel(real, generated).mean()

    return distance


def mixed_without_diagonal(real, generated):
    """Leave out the diagonal of the mixed pairs, where there is one."""
    if len(real) != len(generated):
        return distance_of()(real, generated)
    k = (real @ generated.T / real.shape[1] + 1) ** 3
    off = (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))
    return distance_of()(real, generated) + 2 * k.mean() - 2 * off


def mixed_by_number(real, generated):
    """Pair the first with the first, the second with the second, where that is possible."""
    if len(real) != len(generated):
        return distance_of()(real, generated)
    k = (real @ generated.T / real.shape[1] + 1) ** 3
    return distance_of()(real, generated) + 2 * k.mean() - 2 * np.diag(k).mean()


def test_kernel_distance():
    exercise = chapter06.kernel_distance
    assert_right(exercise, distance_of())
    assert_right(exercise, metrics.kid)
    assert_right(exercise, lambda r, g: distance_of()(g, r))
    wrong = {
        "paired with itself": distance_of(within=np.mean),
        "not n²": distance_of(within=lambda k: (k.sum() - np.trace(k)) / len(k) ** 2),
        "count twice": distance_of(mixed=-1),
        "are subtracted": distance_of(mixed=2),
        "mixed pairs are missing": distance_of(mixed=0),
        "sign is turned": lambda r, g: -distance_of()(r, g),
        "number of features d": distance_of(lambda x, y: (x @ y.T + 1) ** 3),
        "+ 1 in the kernel": distance_of(lambda x, y: (x @ y.T / x.shape[1]) ** 3),
        "is cubic": distance_of(lambda x, y: (x @ y.T / x.shape[1] + 1) ** 2),
        "not of images": distance_of(lambda x, y: (x @ y.T / len(x) + 1) ** 3),
        "twice the right": lambda r, g: 2 * distance_of()(r, g),
        "each set has its own": lambda r, g: distance_of(
            within=lambda k: (k.sum() - np.trace(k)) / len(r) / (len(r) - 1)
        )(r, g),
        "diagonal of the mixed": lambda r, g: mixed_without_diagonal(r, g),
        "by number": lambda r, g: mixed_by_number(r, g),
        "three means": distance_of(lambda x, y: np.abs(x @ y.T / x.shape[1] + 1) ** 3),
        "need not have equally many": lambda r, g: np.mean(r @ r.T + g @ g.T - 2 * r @ g.T),
        "never below 0": lambda r, g: max(0.0, distance_of()(r, g)),
        "expected -13.7": lambda r, g: abs(distance_of()(r, g)),
        "shape (3,): expected ()": lambda r, g: np.ones(3),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda r, g: ...)


def balls(radius=lambda d, k: np.sort(d, axis=1)[:, k], inside=np.less_equal):
    def answer(among_real, to_generated, k):
        table = inside(to_generated, radius(among_real, k)[:, None])
        return table.any(axis=0).mean(), table.any(axis=1).mean()

    return answer


def of_table(read):
    return lambda a, t, k: read(t <= np.sort(a, axis=1)[:, [k]])


def test_precision_coverage():
    exercise = chapter06.precision_coverage
    assert_right(exercise, balls())
    assert_right(exercise, metrics.precision_coverage)
    assert_right(exercise, balls(lambda d, k: np.partition(d, k, axis=1)[:, k]))
    wrong = {
        "neighbour k − 1": balls(lambda d, k: np.sort(d, axis=1)[:, k - 1]),
        "sort each row": balls(lambda d, k: d[:, k]),
        "*nearest* neighbour": balls(lambda d, k: np.sort(d, axis=1)[:, 1]),
        "*furthest* image": balls(lambda d, k: d.max(axis=1)),
        "each image has its own": balls(
            lambda d, k: np.full(len(d), np.sort(d, axis=1)[:, k].mean())
        ),
        "The edge belongs": balls(inside=np.less),
        "*outside* the balls": balls(inside=np.greater_equal),
        "exchanged": of_table(lambda t: (t.any(axis=1).mean(), t.any(axis=0).mean())),
        "an image counts once": of_table(lambda t: (t.mean(), t.any(axis=1).mean())),
        "one ball is enough": of_table(lambda t: (t.sum(axis=0).mean(), t.any(axis=1).mean())),
        "it need not hold all": of_table(lambda t: (t.any(axis=0).mean(), t.all(axis=1).mean())),
        "Both numbers are precision": of_table(lambda t: [t.any(axis=0).mean()] * 2),
        "expected 2 values": of_table(lambda t: t.any(axis=0).mean()),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda a, t, k: ...)
    assert_not_attempted(exercise, lambda a, t, k: (..., ...))


def test_self_test():
    assert isinstance(chapter06.self_test, SelfTest)
    assert_right(chapter06.self_test, {1: "b", 2: "a", 3: "c", 4: "a", 5: "c"})
    assert_wrong(
        chapter06.self_test, dict.fromkeys(range(1, 6), "a"), "2 of 5 right", "the *same* weights"
    )
    assert_not_attempted(chapter06.self_test, dict.fromkeys(range(1, 6), ...))
