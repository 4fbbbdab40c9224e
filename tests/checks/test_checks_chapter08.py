"""The checkers of chapter 08."""

import bisect

import numpy as np
import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong
from sklearn.metrics import roc_auc_score

from vae_helpers import baselines
from vae_helpers.checks import chapter08
from vae_helpers.checks.core import SelfTest, exercises_of


@pytest.mark.parametrize("name", list(exercises_of("08")))
def test_robust(name):
    assert_robust(getattr(chapter08, name))


def test_push():
    exercise = chapter08.push

    def of(symbol, edges):
        return edges[symbol], edges[symbol + 1] - edges[symbol], edges[-1]

    def changed(formula):
        return lambda state, symbol, edges: formula(state, *of(symbol, edges))

    assert_right(exercise, changed(lambda s, a, w, t: s // w * t + a + s % w))
    assert_right(exercise, changed(lambda s, a, w, t: divmod(s, w)[0] * t + a + divmod(s, w)[1]))
    assert_right(exercise, changed(lambda s, a, w, t: s + s // w * (t - w) + a))
    wrong = {
        "nobody can undo it": changed(lambda s, a, w, t: s * t // w + a),
        "a fraction": changed(lambda s, a, w, t: s / w * t + a + s % w),
        "as `pop` does": changed(lambda s, a, w, t: s // t * w + a + s % w),
        "the start": changed(lambda s, a, w, t: s // w * t + s % w),
        "what is left over": changed(lambda s, a, w, t: s // w * t + a),
        "only `width` slots": changed(lambda s, a, w, t: s // w * t + a + s % t),
        "*difference*": lambda s, k, e: s // e[k + 1] * e[-1] + e[k] + s % e[k + 1],
        "the next one": lambda s, k, e: changed(lambda s, a, w, t: s // w * t + a + w + s % w)(
            s, k, e
        ),
        "must cost less": changed(lambda s, a, w, t: t * s + a),
        "whole numbers": changed(lambda s, a, w, t: int(s / w) * t + a + s % w),
        "38": changed(lambda s, a, w, t: s // w * t + a * (s % w)),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda s, k, e: ...)


def test_pop():
    exercise = chapter08.pop

    def changed(left, symbol_of=None):
        def pop(state, edges):
            slot = state % edges[-1]
            symbol = sum(edge <= slot for edge in edges) - 1
            start, width = edges[symbol], edges[symbol + 1] - edges[symbol]
            found = symbol if symbol_of is None else symbol_of(slot, edges)
            return found, left(state, slot, start, width, edges[-1])

        return pop

    def right(s, slot, a, w, t):
        return s // t * w + slot - a

    def with_numpy(slot, edges):
        return np.searchsorted(edges, slot, side="right") - 1

    assert_right(exercise, changed(right))
    assert_right(exercise, changed(right, lambda slot, e: bisect.bisect_right(e, slot) - 1))
    assert_right(exercise, changed(right, lambda slot, e: int(with_numpy(slot, e))))
    assert_right(exercise, changed(right, with_numpy))  # of the small edges, not of the state
    wrong = {
        "First the symbol": lambda s, e: changed(right)(s, e)[::-1],
        "one too large": changed(right, lambda slot, e: sum(edge <= slot for edge in e)),
        "`<=`": changed(right, lambda slot, e: sum(edge < slot for edge in e) - 1),
        "That is the slot": changed(right, lambda slot, e: slot),
        "counts from 0": changed(lambda s, slot, a, w, t: s // t * w + slot),
        "start *off*": changed(lambda s, slot, a, w, t: s // t * w + slot + a),
        "is lost": changed(lambda s, slot, a, w, t: s // t * w),
        "as `push` does": changed(lambda s, slot, a, w, t: s // w * t + slot - a),
        "must shrink": changed(lambda s, slot, a, w, t: s // t * t + slot - a),
        "a fraction": changed(lambda s, slot, a, w, t: s / t * w + slot - a),
        "still the old one": changed(lambda s, slot, a, w, t: s),
        "whole numbers": changed(lambda s, slot, a, w, t: int(s / t) * w + slot - a),
        "expected 2 values": lambda s, e: changed(right)(s, e)[0],
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda s, e: ...)


@pytest.mark.filterwarnings("ignore")  # of the wrong answers
def test_counted_bits():
    exercise = chapter08.counted_bits

    def counted(
        first=1.0,
        rows=lambda t: t / t.sum(axis=1, keepdims=True),
        reduce=lambda bits: bits.sum(axis=1),
        log=np.log2,
    ):
        def bits(known, a, new, b, shape):
            table = np.full(shape, first)
            np.add.at(table, (a, known), 1)
            return reduce(-log(rows(table)[b, new]).reshape(len(new), -1))

        return bits

    def loop(known, a, new, b, shape):
        table = np.ones(shape)
        for row, column in zip(a.ravel(), known.ravel(), strict=True):
            table[row, column] += 1
        return [
            sum(
                -np.log2(table[r, c] / table[r].sum())
                for r, c in zip(i.ravel(), x.ravel(), strict=True)
            )
            for i, x in zip(b, new, strict=True)
        ]

    def once(known, a, new, b, shape):
        table = np.ones(shape)
        table[a, known] += 1
        table /= table.sum(axis=1, keepdims=True)
        return -np.log2(table[b, new]).reshape(len(new), -1).sum(axis=1)

    assert_right(exercise, counted())
    assert_right(exercise, loop)
    assert_right(exercise, baselines.counted_bits)
    wrong = {
        "never seen": counted(first=0.0),
        "begins with 0.5": counted(first=0.5),
        "once only": once,
        "receiver does not have": lambda k, a, n, b, s: counted()(n, b, n, b, s),
        "exchanged": lambda k, a, n, b, s: counted()(n, b, k, a, s),
        "of its *row*": counted(rows=lambda t: t / t.sum()),
        "columns": counted(rows=lambda t: t / t.sum(axis=0)),
        "contexts are not used": lambda k, a, n, b, s: counted()(k, 0 * a, n, 0 * b, (1, s[1])),
        "all its values": counted(reduce=lambda bits: bits.mean(axis=1)),
        "over all images": counted(reduce=lambda bits: bits.sum()),
        "mean over images": counted(reduce=lambda bits: bits.sum(axis=1).mean()),
        "sign": counted(reduce=lambda bits: -bits.sum(axis=1)),
        "nats": counted(log=np.log),
        "divide each row": counted(rows=lambda t: t),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda k, a, n, b, s: ...)


def test_pair_auc():
    exercise = chapter08.pair_auc

    def difference(odd, score):
        return score[odd][:, None] - score[~odd]

    def by_loop(odd, score):
        wins = [(a > b) + 0.5 * (a == b) for a in score[odd] for b in score[np.logical_not(odd)]]
        return sum(wins) / len(wins)

    assert_right(exercise, by_loop)
    assert_right(exercise, roc_auc_score)
    assert_right(exercise, lambda o, s: (np.sign(difference(o, s)).mean() + 1) / 2)
    wrong = {
        "Ties are missing": lambda o, s: np.mean(difference(o, s) > 0),
        "Ties count in full": lambda o, s: np.mean(difference(o, s) >= 0),
        "turned round": lambda o, s: 1 - by_loop(o, s),
        "number of pairs": lambda o, s: by_loop(o, s) * o.sum() * (~o).sum(),
        "from −1 to 1": lambda o, s: np.sign(difference(o, s)).mean(),
        "two anomalies": lambda o, s: np.mean(0.5 * (1 + np.sign(s[o][:, None] - s))),
        "ordinary *mean*": lambda o, s: np.mean(s[o] > s[~o].mean()),
        "only its sign": lambda o, s: difference(o, s).mean(),
        "one threshold": lambda o, s: np.mean((s > np.median(s)) == o),
        "1.5 / 6": lambda o, s: np.mean(difference(o, s) > 1),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda o, s: ...)


@pytest.fixture(scope="module")
def right_class():
    return chapter08.conditional_vae_class()


def changed(right, **methods):
    """Return the course's class with some methods replaced."""
    return type("Mine", (right,), methods)


def numpy_encode(self, images, labels):
    """Give the right values, but outside of any graph."""
    flat = np.asarray(images).reshape(-1, 784)
    return self.encoder(np.concatenate([flat, np.asarray(labels)], axis=1))


def cut_second(self, images, labels):
    """Return the log-variance without a gradient."""
    from vae_helpers.backend import keras

    ops = keras.ops
    flat = ops.reshape(images, (-1, 784))
    return [ops.stop_gradient(self.encoder(ops.concatenate([flat, labels], axis=1))[1])]


def eager_only(self, images, labels):
    """Give right values and gradients, but not within a graph."""
    from vae_helpers.backend import keras

    ops = keras.ops
    flat = ops.reshape(images, (-1, 784))
    if float(ops.max(labels)) != 1:
        raise ValueError("the labels are not one-hot")
    return self.encoder(ops.concatenate([flat, labels], axis=1))


def test_conditional_vae(right_class):
    import vae_helpers as vh
    from vae_helpers.backend import keras

    ops = keras.ops
    exercise = chapter08.conditional_vae

    def flat(images):
        return ops.reshape(images, (-1, 784))

    def beside(*parts):
        return ops.concatenate(parts, axis=1)

    assert_right(exercise, right_class)
    labels_first = changed(
        right_class,
        encode=lambda self, x, y: self.encoder(beside(y, flat(x))),
        decode=lambda self, z, y: self.decoder(beside(y, z)),
    )
    assert_right(exercise, labels_first)
    larger = changed(right_class, __init__=lambda self: right_class.__init__(self, latent_dim=10))
    assert_right(exercise, larger)  # the size of the code is theirs to choose

    encoders = {
        "`encode` does not use the labels": lambda s, x, y: s.encoder(beside(flat(x), 0 * y)),
        "`encode` does not use the images": lambda s, x, y: s.encoder(beside(0 * flat(x), y)),
        "expected 2 values": lambda s, x, y: s.encoder(beside(flat(x), y))[0],
        "two exchanged": lambda s, x, y: s.encoder(beside(flat(x), y))[::-1],
        "in [0, 1] already": lambda s, x, y: s.encoder(beside(flat(x) / 255, y)),
        "ops.reshape(x, (3, 784))": lambda s, x, y: s.encoder(beside(ops.reshape(x, (3, 784)), y)),
        "unchanged": lambda s, x, y: s.encoder(beside(flat(x) / 2, y)),
        "stopped with": lambda s, x, y: s.encoder(flat(x)),
        "what the network returns": lambda s, x, y: ("a", "b"),
    }
    for piece, encode in encoders.items():
        assert_wrong(exercise, changed(right_class, encode=encode), piece)
    decoders = {
        "`decode` does not use the labels": lambda s, z, y: s.decoder(beside(z, 0 * y)),
        "`decode` does not use the codes": lambda s, z, y: s.decoder(beside(0 * z, y)),
        "probabilities": lambda s, z, y: ops.sigmoid(s.decoder(beside(z, y))),
        "shape": lambda s, z, y: s.decoder(beside(z, y))[..., 0],
        "stopped with": lambda s, z, y: s.decoder(z),
    }
    for piece, decode in decoders.items():
        assert_wrong(exercise, changed(right_class, decode=decode), piece)

    def loss(combine):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            kl_parts = vh.models.kl_per_dimension(y_pred["z_mean"], y_pred["z_log_var"])
            return combine(vh.models.reconstruction_loss(x[0], y_pred["logits"]), kl_parts)

        return changed(right_class, compute_loss=compute_loss)

    losses = {
        "KL divergence is missing": lambda r, k: ops.mean(r),
        "reconstruction is missing": lambda r, k: ops.mean(ops.sum(k, axis=1)),
        "return their mean": lambda r, k: ops.sum(r) + ops.sum(k),
        "before the mean": lambda r, k: ops.mean(r) + ops.mean(k),
        "over images, too": lambda r, k: ops.mean(r) + ops.sum(k),
        "a mean hides": lambda r, k: ops.mean(r) / 784 + ops.mean(ops.sum(k, axis=1)),
        "add the KL": lambda r, k: ops.mean(r - ops.sum(k, axis=1)),
        "expected one number": lambda r, k: r + ops.sum(k, axis=1),
        "not right": lambda r, k: ops.mean(r) + 3 * ops.mean(k) + 1,
        "β = 1": lambda r, k: ops.mean(r + 0.1 * ops.sum(k, axis=1)),
        "gradient for `z_mean`": lambda r, k: ops.mean(r + ops.stop_gradient(ops.sum(k, axis=1))),
    }
    for piece, combine in losses.items():
        assert_wrong(exercise, loss(combine), piece)

    in_numpy = changed(right_class, encode=numpy_encode)
    assert_wrong(exercise, in_numpy, "`encode` gives the right values", "no gradient")
    one_cut = changed(
        right_class,
        encode=lambda self, x, y: (self.encoder(beside(flat(x), y))[0], *cut_second(self, x, y)),
    )
    assert_wrong(exercise, one_cut, "no gradient")
    graph_only = changed(right_class, encode=lambda self, x, y: eager_only(self, x, y))
    assert_wrong(exercise, graph_only, "`fit` stopped", "no NumPy")
    no_pair = changed(
        right_class,
        compute_loss=lambda self, x=None, y=None, y_pred=None, **_: ops.mean(
            vh.models.reconstruction_loss(x, y_pred["logits"])
        ),
    )
    assert_wrong(exercise, no_pair, "the images are `x[0]`")
    assert_wrong(
        exercise,
        changed(right_class, encode=lambda s, x, y: s.encoder(beside(x, y))),
        "flattens the images to (n, 784)",
    )

    for name in ("encode", "decode", "compute_loss"):
        stub = changed(right_class, **{name: lambda self, *args, **kwargs: ...})
        assert_not_attempted(exercise, stub)
    assert_wrong(exercise, right_class(), "your class")
    assert_wrong(exercise, dict, "your class")


def test_the_courses_class_learns_and_separates_label_from_code(right_class):
    from vae_helpers.backend import keras

    keras.utils.set_random_seed(0)
    model = right_class()
    labels = np.eye(10, dtype="float32")[np.arange(200) % 2]
    images = np.broadcast_to(labels[:, :1, None, None], (200, 28, 28, 1)).astype("float32")
    model.compile(optimizer=keras.optimizers.Adam(1e-2))
    losses = model.fit((images, labels), batch_size=50, epochs=15, verbose=0).history["loss"]
    assert losses[-1] < 0.1 * losses[0]
    drawn = np.asarray(model.decode(np.zeros((2, 3), "float32"), labels[:2]))
    assert drawn[0].min() > 0 > drawn[1].max()  # white for label 0, black for label 1


def test_self_test():
    exercise = chapter08.self_test
    assert isinstance(exercise, SelfTest)
    right = {1: "b", 2: "a", 3: "c", 4: "b", 5: "a"}
    assert_right(exercise, right)
    assert_wrong(exercise, {**right, 2: "b"}, "divide by log 2")
    assert_wrong(exercise, {**right, 4: "a"}, "nine cases")
    assert_not_attempted(exercise, dict.fromkeys(right, ...))
