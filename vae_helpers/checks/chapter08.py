"""Exercises of chapter 08: applications."""

import numpy as np

from vae_helpers import baselines, coding
from vae_helpers.checks.advice import advice
from vae_helpers.checks.core import (
    Prediction,
    Question,
    SelfTest,
    Wrong,
    call,
    describe_error,
    exercise,
    expect,
    expect_function,
    expect_number,
    show,
    unpack,
)

LOG_2 = np.log(2)


SLOTS = (0, 3, 4, 9, 16)  # four symbols: 3, 1, 5 and 7 slots of 16
MANY_BITS = "A message has thousands of bits. "
ONLY_WHOLE = (
    "work with Python's whole numbers, with `//` and `%` alone (floats and NumPy's have 64 bits)."
)


@exercise(
    hints=(
        "The symbol's first slot is `edges[symbol]`, its last one lies before `edges[symbol + 1]`; "
        "the total is `edges[-1]`.",
        "How often does the width go into the state, and what is left over? `state // width` and "
        "`state % width`.",
        "Whole blocks of the total, then the symbol's start, then what was left over: "
        "`state // width * edges[-1] + start + state % width`.",
    ),
    title="Push",
)
def push(answer):
    """Put a symbol on top of a message that is one whole number."""
    expect_function(
        answer,
        coding.push,
        [
            (13, 1, (0, 5, 8)),
            (0, 0, (0, 5, 8)),
            *((state, symbol, SLOTS) for state in (29, 100, 631) for symbol in (0, 2, 3)),
            (7, 1, SLOTS),
        ],
        mistakes=PUSH_MISTAKES,
        terms=_push_terms,
        look_at="Push symbol 1 with the edges (0, 5, 8), width 3, onto 13: four whole blocks of 8, "
        "start 5, and 1 left over make 38.",
        rtol=0,
        atol=0.1,
    )
    rng, state = np.random.default_rng(5), 1 << 300
    for symbol in rng.choice(4, size=400, p=np.diff(SLOTS) / 16).tolist():
        ours, state = coding.push(state, symbol, SLOTS), _long(answer, state, symbol, SLOTS)
        if state != ours or not isinstance(state, int):
            raise Wrong(
                f"{MANY_BITS}Small ones are right, but one of {ours.bit_length()} bits becomes "
                f"{type(state).__name__} {_short(state)}: {ONLY_WHOLE}",
                "large",
            )
    return _length_of_message(answer)


def _length_of_message(answer):
    """Tell how long 1,000 random symbols became, beside −log₂ p."""
    symbols = np.random.default_rng(6).choice(4, size=1_000, p=np.diff(SLOTS) / 16).tolist()
    state = 1 << 100
    for symbol in symbols:
        state = _long(answer, state, symbol, SLOTS)
    expected = -np.log2(np.diff(SLOTS) / 16)[symbols].sum()
    return (
        f"1,000 random symbols made a message longer by {state.bit_length() - 101:,} bits; "
        f"their −log₂ p add up to {expected:,.0f}."
    )


def _long(answer, state, *rest):
    """Call the learner's function with a message that is too long to be shown."""

    def on_a_long_message():
        return answer(state, *rest)

    try:
        return call(on_a_long_message)
    except Wrong as verdict:
        if isinstance(verdict.__cause__, OverflowError):
            text = f"{MANY_BITS}Small ones are right, but a long one stopped with "
            raise Wrong(
                f"{text}{describe_error(verdict.__cause__)}: {ONLY_WHOLE}", "large"
            ) from None
        raise


def _short(value):
    text = repr(value)
    return text if len(text) < 30 else f"{text[:12]}…"


def _of_symbol(symbol, edges):
    return edges[symbol], edges[symbol + 1] - edges[symbol], edges[-1]


def _push_terms(state, symbol, edges):
    start, width, total = _of_symbol(symbol, edges)
    return {
        "the whole blocks, state // width · total": state // width * total,
        "the start": start,
        "what is left over, state % width": state % width,
    }


def _push_with(formula):
    return lambda state, symbol, edges: formula(state, *_of_symbol(symbol, edges))


PUSH_MISTAKES = (
    (
        _push_with(lambda state, start, width, total: state * total // width + start),
        "That has the right length, but nobody can undo it: the blocks must be whole, "
        "`state // width * edges[-1]`, and what is left over, `state % width`, goes beside the "
        "start.",
    ),
    (
        _push_with(lambda state, start, width, total: state / width * total + start),
        "`/` makes a fraction: whole blocks are `state // width`.",
    ),
    (
        _push_with(
            lambda state, start, width, total: state / width * total + start + state % width
        ),
        "`/` makes a fraction: whole blocks are `state // width`.",
    ),
    (
        _push_with(
            lambda state, start, width, total: state // total * width + start + state % width
        ),
        "Width and total are exchanged in the blocks: that shortens the message, as `pop` does.",
    ),
    (
        _push_with(lambda state, start, width, total: state // total * width + state % total),
        "That is a step of `pop`: pushing must make the message longer.",
    ),
    (
        _push_with(
            lambda state, start, width, total: state // total * total + start + state % width
        ),
        "The blocks are counted by the total: count them by the width, `state // width`.",
    ),
    (
        _push_with(
            lambda state, start, width, total: state // width * width + start + state % width
        ),
        "Each block must become one of the total: `state // width * edges[-1]`.",
    ),
    (
        _push_with(
            lambda state, start, width, total: state // width * total + start + state % total
        ),
        "What is left over is `state % width`: there are only `width` slots for it.",
    ),
    (
        lambda state, symbol, edges: (
            state // edges[symbol + 1] * edges[-1] + edges[symbol] + state % edges[symbol + 1]
        ),
        "The width of a symbol is the *difference* of its two edges.",
    ),
    (
        lambda state, symbol, edges: _push_with(
            lambda state, start, width, total: (
                state // width * total + start + width + state % width
            )
        )(state, symbol, edges),
        "The symbol's first slot is `edges[symbol]`; `edges[symbol + 1]` belongs to the next one.",
    ),
    (
        lambda state, symbol, edges: coding.push(state, symbol, edges) - edges[symbol] + symbol,
        "You added the symbol's number: its slots begin at `edges[symbol]`, the start.",
    ),
    (
        lambda state, symbol, edges: _push_with(
            lambda state, start, width, total: state // width * len(edges) + start + state % width
        )(state, symbol, edges),
        "`len(edges)` counts edges: the total of the slots is the last edge, `edges[-1]`.",
    ),
    (
        _push_with(lambda state, start, width, total: total * state + start),
        "That is right if all widths are 1: a likely symbol, with many slots, must cost less.",
    ),
)


@exercise(
    hints=(
        "Undo `push` from its end: what is the rest of the state after all whole blocks of the "
        "total? That is the slot.",
        "The slot tells the symbol: how many edges are at most as large? One less is its number. "
        "`sum(edge <= slot for edge in edges) - 1`.",
        "The blocks shrink from the total to the width, and what was left over is the slot's place "
        "within the symbol: `state // edges[-1] * width + slot - start`.",
    ),
    title="Pop",
)
def pop(answer):
    """Take a symbol from the top of a message, and return both."""
    states = (38, 5, 100, 617, 899, 1204, 1205, 1206)
    expect_function(
        answer,
        coding.pop,
        [
            (38, (0, 5, 8)),
            (37, (0, 5, 8)),
            *((state, SLOTS) for state in states),
            (48, (0, 1, 3, 7, 12)),
        ],
        mistakes=POP_MISTAKES,
        parts=("symbol", "state"),
        look_at="Pop 38 with the edges (0, 5, 8): slot 6 belongs to symbol 1; four blocks of its "
        "width 3, and 1 left over, are 13.",
        rtol=0,
        atol=0.1,
    )
    rng, state = np.random.default_rng(7), (1 << 500) + 12345
    start, symbols = state, rng.choice(4, size=400, p=np.diff(SLOTS) / 16).tolist()
    for symbol in symbols:
        state = coding.push(state, symbol, SLOTS)
    for symbol in reversed(symbols):
        right = coding.pop(state, SLOTS)
        found, left = unpack(_long(answer, state, SLOTS), ("symbol", "state"), "What `pop` returns")
        if left != right[1] or found != symbol or not isinstance(left, int):
            raise Wrong(
                f"{MANY_BITS}Small ones are right, but of one of {state.bit_length()} bits you "
                f"leave {type(left).__name__} {_short(left)}: {ONLY_WHOLE}",
                "large",
            )
        state = left
    expect(state == start, "What is left is not the message that was there before.")
    return "400 random symbols came back, the last one first, and the message below is whole."


def _pop_with(formula, symbol_of=lambda symbol: symbol):
    def pop(state, edges):
        symbol, _ = coding.pop(state, edges)
        start, width, total = _of_symbol(symbol, edges)
        return symbol_of(symbol), formula(state, state % total, start, width, total)

    return pop


def _left(state, slot, start, width, total):
    return state // total * width + slot - start


POP_MISTAKES = (
    (lambda state, edges: coding.pop(state, edges)[::-1], "First the symbol, then the state."),
    (
        _pop_with(_left, lambda symbol: symbol + 1),
        "The symbol is one too large: symbols count from 0, so take one off.",
    ),
    (
        _pop_with(lambda *numbers: None, lambda symbol: symbol + 1),
        "The symbol is one too large: symbols count from 0, so take one off.",
    ),
    (
        lambda state, edges: (sum(edge < state % edges[-1] for edge in edges) - 1, None),
        "A slot that is equal to an edge belongs to the symbol that begins there: `<=`.",
    ),
    (
        lambda state, edges: (state % edges[-1], None),
        "That is the slot: the symbol is the one whose slots hold it.",
    ),
    (
        _pop_with(lambda state, slot, start, width, total: state // total * width + slot),
        "Take the symbol's start off the slot: what was left over counts from 0.",
    ),
    (
        _pop_with(lambda state, slot, start, width, total: state // total * width + slot + start),
        "Take the symbol's start *off* the slot: `push` had added it.",
    ),
    (
        _pop_with(lambda state, slot, start, width, total: state // total * width),
        "What was left over is lost: add the slot's place within the symbol, `slot - start`.",
    ),
    (
        _pop_with(lambda state, slot, start, width, total: state // width * total + slot - start),
        "Width and total are exchanged: that makes the message longer, as `push` does.",
    ),
    (
        _pop_with(lambda state, slot, start, width, total: state // total * total + slot - start),
        "The blocks must shrink from total to width: `state // edges[-1] * width`.",
    ),
    (
        _pop_with(lambda state, slot, start, width, total: state // width * width + slot - start),
        "The blocks are counted by the total: `state // edges[-1]`.",
    ),
    (
        _pop_with(lambda state, slot, start, width, total: state // total + slot - start),
        "Each block of the total becomes one of the symbol's width: `state // edges[-1] * width`.",
    ),
    (
        _pop_with(lambda state, slot, start, width, total: state / total * width + slot - start),
        "`/` makes a fraction: whole blocks are `state // edges[-1]`.",
    ),
    (
        _pop_with(lambda state, slot, start, width, total: state // total),
        "That forgets the width: `state // edges[-1] * width + slot - start`.",
    ),
    (
        _pop_with(lambda state, slot, start, width, total: state),
        "The state is still the old one: the symbol must come off it.",
    ),
)


@exercise(
    hints=(
        "Begin with a table of ones, `np.ones(shape)`; each known value adds 1 to the cell of its "
        "context (row) and value (column).",
        "`np.add.at(table, (known_contexts, known), 1)` counts all of them, also where a cell "
        "comes twice. Then each row is divided by its sum, `table.sum(axis=1, keepdims=True)`.",
        "Look up the new ones, `table[new_contexts, new]`, and add up −log₂ of them for each "
        "image: `.reshape(len(new), -1).sum(axis=1)`.",
    ),
    title="Count the neighbours",
)
def counted_bits(answer):
    """Return the bits of each new image under a table of counts."""
    rng = np.random.default_rng(2)

    def case(n, m, size, shape, last=None):
        """Draw images whose values depend on their contexts; some cells are never seen."""
        contexts = [rng.integers(shape[0] - 1, size=(k, *size)) for k in (n, m)]
        known, new = ((c + rng.integers(2, size=c.shape)) % shape[1] for c in contexts)
        contexts[1].flat[0] = shape[0] - 1  # a context that nobody has seen
        return known, contexts[0], new, contexts[1], shape

    expect_function(
        answer,
        baselines.counted_bits,
        [
            case(2, 2, (2, 2), (3, 2)),
            case(5, 3, (3, 4), (4, 2)),
            case(6, 4, (5,), (3, 5)),
            case(3, 7, (4, 2), (5, 4)),
        ],
        mistakes=COUNT_MISTAKES,
        unreduced=_counted,
        look_at="Three zeros and a one were seen in a context: with the ones at the start that is "
        "4 and 2, so there a 0 has the probability ⅔ and costs 0.58 bits.",
    )
    return "No network, and what it learned fits into one table."


def _table(known, contexts, shape, first=1.0):
    table = np.full(shape, float(first))
    np.add.at(table, (contexts, known), 1)
    return table


def _rows(table):
    return table / table.sum(axis=1, keepdims=True)


def _look_up(new, new_contexts, p):
    with np.errstate(divide="ignore", invalid="ignore"):
        return -np.log2(p[new_contexts, new]).reshape(len(new), -1)


def _counted(known, known_contexts, new, new_contexts, shape):
    return _look_up(new, new_contexts, _rows(_table(known, known_contexts, shape)))


def _count_with(probabilities=_rows, first=1.0, of_images=lambda bits: bits.sum(axis=1)):
    """Return the exercise's function with one of its parts changed."""

    def bits(known, known_contexts, new, new_contexts, shape):
        with np.errstate(divide="ignore", invalid="ignore"):
            p = probabilities(_table(known, known_contexts, shape, first))
        return of_images(_look_up(new, new_contexts, p))

    return bits


def _seen_once(known, known_contexts, new, new_contexts, shape):
    table = np.ones(shape)
    table[known_contexts, known] += 1
    return _look_up(new, new_contexts, _rows(table)).sum(axis=1)


def _without_contexts(known, known_contexts, new, new_contexts, shape):
    counts = _table(known, known_contexts, shape, 0).sum(axis=0) + 1
    return -np.log2((counts / counts.sum())[new]).reshape(len(new), -1).sum(axis=1)


def _exchanged(known, known_contexts, new, new_contexts, shape):
    table = np.ones(shape)
    np.add.at(table, (known, known_contexts), 1)
    return _look_up(new, new_contexts, _rows(table)).sum(axis=1)


COUNT_MISTAKES = (
    (
        _count_with(first=0),
        "What was never seen has the probability 0 here, and would cost infinitely many bits: "
        "begin with ones, `np.ones(shape)`.",
    ),
    (
        _count_with(lambda t: (t - 1) / (t - 1).sum(axis=1, keepdims=True) + 1e-9, 1),
        "What was never seen must cost no fortune: begin with ones, `np.ones(shape)`.",
    ),
    *(
        (_count_with(first=first), f"The table begins with {first:g}: begin with a 1 in each cell.")
        for first in (0.5, 2, 0.1, 0.01, 1e-3, 1e-6, 1e-9)
    ),
    (
        _seen_once,
        "A cell that occurs many times was counted once only: `table[…] += 1` forgets repetitions, "
        "`np.add.at(table, (known_contexts, known), 1)` does not.",
    ),
    (
        lambda known, a, new, b, shape: _counted(new, b, new, b, shape).sum(axis=1),
        "You counted the new images themselves: the receiver does not have those. Count `known`.",
    ),
    (
        lambda known, a, new, b, shape: _counted(new, b, known, a, shape).sum(axis=1),
        "Known and new are exchanged: count `known`, and send `new`.",
    ),
    (
        _count_with(lambda table: table / table.sum()),
        "The whole table adds up to 1: given a context, the probabilities of its *row* must.",
    ),
    (
        _count_with(lambda table: table / table.sum(axis=0)),
        "The columns add up to 1: given a context, the probabilities of its *row* must.",
    ),
    (
        _count_with(lambda table: table / (table.sum(axis=1, keepdims=True) - table.shape[1] + 1)),
        "The ones of *all* cells of a row count in its sum, or its probabilities add up to more "
        "than 1: first the ones, then the division.",
    ),
    (
        _count_with(lambda table: table / (table.sum(axis=1, keepdims=True) - table.shape[1])),
        "The ones of *all* cells of a row count in its sum, or its probabilities add up to more "
        "than 1: first the ones, then the division.",
    ),
    (
        _exchanged,
        "Rows are contexts and columns are values: `(known_contexts, known)`, in this order.",
    ),
    (
        _without_contexts,
        "The contexts are not used: a row of the table for each of them.",
    ),
    (
        lambda known, a, new, b, shape: np.full(len(new), np.log2(shape[1]) * new[0].size),
        "That is the cost if all values are equally likely: look up the counts.",
    ),
    (
        _count_with(of_images=lambda bits: bits.mean(axis=1)),
        "That is the mean over an image: all its values must be sent, so add up.",
    ),
    (
        _count_with(of_images=lambda bits: bits.sum()),
        "That is the sum over all images: return one number for each.",
    ),
    (
        _count_with(of_images=lambda bits: bits.sum(axis=1).mean()),
        "That is the mean over images: return one number for each.",
    ),
    (
        _count_with(of_images=lambda bits: -bits.sum(axis=1)),
        "The sign is wrong: a message has no negative length.",
    ),
    (
        _count_with(of_images=lambda bits: bits.sum(axis=1) * LOG_2),
        "Those are nats: use `np.log2`.",
    ),
    (
        _count_with(of_images=lambda bits: np.ceil(bits).sum(axis=1)),
        "You rounded the bits of each value up: fractions of bits count, and add up.",
    ),
    (
        _count_with(of_images=lambda bits: (2**-bits).sum(axis=1)),
        "Those are probabilities: the bits are −log₂ of them.",
    ),
    (
        _count_with(of_images=lambda bits: (bits * 2**-bits).sum(axis=1)),
        "−p log₂ p is a part of the entropy, an average: this value is there, and costs −log₂ p.",
    ),
    (
        lambda known, a, new, b, shape: _look_up(new, b, _table(known, a, shape)).sum(axis=1),
        "Those are counts: divide each row by its sum first.",
    ),
)


@exercise(
    hints=(
        "`score[odd]` are the anomalies' scores, `score[~odd]` the others'.",
        "All differences at once: `score[odd][:, None] - score[~odd]` has a row for each anomaly "
        "and a column for each ordinary image.",
        "The share of differences above 0, `np.mean(difference > 0)`, and half the share of those "
        "that are 0.",
    ),
    title="Pairs",
)
def pair_auc(answer):
    """Return the share of pairs in which the anomaly scores higher; a tie counts one half."""
    rng = np.random.default_rng(3)

    def case(n, odd_share, levels):
        odd = np.arange(n) < max(2, round(odd_share * n))
        score = np.round(rng.normal(size=n) + odd, levels)
        which = rng.permutation(n)
        return odd[which], score[which]

    ties = np.array([True, False, False, True, False]), np.array([2.0, 2.0, 1.0, 0.5, 3.0])
    expect_function(
        answer,
        _pair_auc,
        [ties, case(8, 0.4, 0), case(40, 0.2, 1), case(60, 0.1, 0)],
        mistakes=PAIR_MISTAKES,
        look_at="Anomalies with 2 and 0.5, ordinary images with 2, 1 and 3: of six pairs one is in "
        "the right order and one is a tie, which makes 1.5 / 6 = 0.25.",
    )
    return "That is the area under the ROC curve, without any curve."


def _difference(odd, score):
    return score[odd][:, None] - score[~odd]


def _pair_auc(odd, score):
    difference = _difference(odd, score)
    return np.mean(difference > 0) + np.mean(difference == 0) / 2


def _average_precision(odd, score):
    from sklearn.metrics import average_precision_score

    return average_precision_score(odd, score)


PAIR_MISTAKES = (
    (
        lambda odd, score: np.mean(_difference(odd, score) > 0),
        "Ties are missing: they count one half, or a score that is the same for all gets 0.",
    ),
    (
        lambda odd, score: np.mean(_difference(odd, score) >= 0),
        "Ties count in full here: they count one half, or a score that is the same for all gets 1.",
    ),
    (
        lambda odd, score: 1 - _pair_auc(odd, score),
        "The order is turned round: the *anomaly* must score higher.",
    ),
    (
        lambda odd, score: np.mean(_difference(odd, score) < 0),
        "The order is turned round: the *anomaly* must score higher. And ties count one half.",
    ),
    (
        lambda odd, score: (
            np.sum(_difference(odd, score) > 0) + np.sum(_difference(odd, score) == 0) / 2
        ),
        "That is the number of pairs: divide by how many there are.",
    ),
    (
        lambda odd, score: np.mean(np.sign(_difference(odd, score))),
        "That goes from −1 to 1, with a tie at 0: count a wrong order 0, a tie ½, a right one 1.",
    ),
    (
        lambda odd, score: _all_pairs(score, odd),
        "Pairs of two anomalies, or of two ordinary images, say nothing: one of each.",
    ),
    (
        lambda odd, score: np.mean(score[odd] > score[~odd].mean()),
        "That compares with the ordinary *mean*: compare with each ordinary image.",
    ),
    (
        lambda odd, score: np.mean(score[odd].mean() > score[~odd]),
        "That compares the anomalies' *mean*: compare each of them.",
    ),
    (
        lambda odd, score: np.mean(score[odd][:, None] - score[~odd]),
        "That is the mean difference: only its sign counts.",
    ),
    (
        _average_precision,
        "That is the average precision, which depends on how many anomalies there are: here only "
        "pairs count.",
    ),
    (
        lambda odd, score: np.mean((score > np.median(score)) == odd),
        "That is the accuracy at one threshold: no threshold is needed, only pairs.",
    ),
)


def _all_pairs(score, odd):
    difference = score[odd][:, None] - score
    return np.mean(difference > 0) + np.mean(difference == 0) / 2


def _sigmoid(logits):
    return 0.5 * (1 + np.tanh(logits / 2))


def _softplus_form(images, logits):
    return np.logaddexp(0, logits) - images * logits


def _kl_of_dimensions(z_mean, z_log_var):
    return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)


def conditional_vae_class():
    """Return the course's own conditional VAE, a class like the one that exercise 5 asks for."""
    import vae_helpers as vh
    from vae_helpers.backend import keras

    ops = keras.ops

    class ConditionalVAE(keras.Model):
        """A VAE whose encoder and decoder get a one-hot label (Sohn et al. 2015)."""

        image_shape = (28, 28, 1)

        def __init__(self, latent_dim=3, n_classes=10):
            super().__init__()
            self.encoder = vh.models.dense_encoder((28 * 28 + n_classes,), (300,), latent_dim)
            self.decoder = vh.models.dense_decoder((28, 28, 1), (300,), latent_dim + n_classes)
            self.sampling = vh.models.Sampling(seed=0)

        def encode(self, images, labels):
            """Map images (n, 28, 28, 1) and one-hot labels to (z_mean, z_log_var)."""
            flat = ops.reshape(images, (-1, 28 * 28))
            return self.encoder(ops.concatenate([flat, labels], axis=1))

        def decode(self, z, labels):
            """Map codes and one-hot labels to logits (n, 28, 28, 1)."""
            return self.decoder(ops.concatenate([z, labels], axis=1))

        def call(self, inputs):
            """Map (images, labels) to z_mean, z_log_var and the logits of one sample."""
            z_mean, z_log_var = self.encode(*inputs)
            logits = self.decode(self.sampling((z_mean, z_log_var)), inputs[1])
            return {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            """Return the mean of reconstruction + KL of a batch, in nats."""
            reconstruction = vh.models.reconstruction_loss(x[0], y_pred["logits"])
            kl = vh.models.kl_per_dimension(y_pred["z_mean"], y_pred["z_log_var"])
            return ops.mean(reconstruction + ops.sum(kl, axis=1))

    return ConditionalVAE


@exercise(
    hints=(
        "`ops.reshape(images, (-1, 784))` flattens; `ops.concatenate([flat, labels], axis=1)` puts "
        "the labels beside it. Both parts of the model then take one row of numbers.",
        "`decode` is the same with `z` in place of the pixels. What `self.encoder` and "
        "`self.decoder` return is what your methods return.",
        "The loss: the images are `x[0]`, and `y_pred` is the dict that `call` returns. The KL is "
        "summed over the dimensions, `ops.sum(…, axis=1)`; then both together are averaged.",
    ),
    title="A conditional VAE",
)
def conditional_vae(answer):
    """Write the concatenation and the loss of a conditional VAE."""
    from vae_helpers.backend import keras

    if not isinstance(answer, type) or not issubclass(answer, keras.Model):
        raise Wrong(f"Expected your class, a `keras.Model`, got {show(answer)}.")
    model = call(answer)
    expect(isinstance(model, keras.Model), f"Your class makes {show(model)}: expected a model.")
    rng = np.random.default_rng(4)
    images = rng.random((3, 28, 28, 1)).astype("float32")
    labels = np.eye(10, dtype="float32")[[7, 1, 4]]
    latent_dim = model.decoder.input_shape[-1] - 10  # theirs to choose
    z = rng.normal(size=(3, latent_dim)).astype("float32")
    for n in (3, 2):
        _check_encode(model, images[:n], labels[:n])
        _check_decode(model, z[:n], labels[:n])
        _check_loss(model, images[:n], labels[:n], rng)
    if keras.backend.backend() == "tensorflow":  # which can tell
        _expect_gradients_of_loss(model, images, labels, rng)
        _expect_gradients_of_networks(model, images, z, labels)
    _expect_to_train(model, images, labels)
    return "Two concatenations: now the label says what, and the code only has to say how."


ENCODE_EXCHANGED = (
    "`encode` returns the two exchanged: first `z_mean`, then `z_log_var`, as `self.encoder` does."
)


ENCODE = (
    "`encode` flattens the images to (n, 784), puts the labels beside them (`axis=1`), and calls "
    "`self.encoder`."
)
DECODE = "`decode` puts the labels beside the codes (`axis=1`), and calls `self.decoder`."


def _ops():
    from vae_helpers.backend import keras

    return keras.ops


def _check_encode(model, images, labels):
    ops = _ops()
    flat = images.reshape(len(images), -1)
    with advice(ENCODE):
        got = call(model.encode, ops.convert_to_tensor(images), ops.convert_to_tensor(labels))
    got = unpack(got, ("z_mean", "z_log_var"), "What `encode` returns")
    rights = [_numbers(model.encoder(_beside(*pair)), "") for pair in _orders(flat, labels)]
    _expect_one_of(
        _numbers(got, "`encode`"),
        rights,
        [
            *((right[::-1], ENCODE_EXCHANGED) for right in rights),
            (
                _numbers(model.encoder(_beside(flat / 255, labels)), ""),
                "`encode` divides the images by 255: their pixels are in [0, 1] already.",
            ),
            (
                _numbers(model.encoder(_beside(np.round(flat), labels)), ""),
                "`encode` rounds the images: hand on the pixels as they are.",
            ),
            (
                _numbers(model.encoder(_beside(flat, np.zeros_like(labels))), ""),
                "`encode` does not use the labels: put them beside the pixels.",
            ),
            (
                _numbers(model.encoder(_beside(np.zeros_like(flat), labels)), ""),
                "`encode` does not use the images: put their pixels beside the labels.",
            ),
        ],
        "`encode` must give `self.encoder` the flat pixels with the labels beside them, unchanged.",
    )


def _check_decode(model, z, labels):
    ops = _ops()
    with advice(DECODE):
        got = call(model.decode, ops.convert_to_tensor(z), ops.convert_to_tensor(labels))
    _expect_one_of(
        _numbers([got], "`decode`"),
        [_numbers([model.decoder(_beside(*pair))], "") for pair in _orders(z, labels)],
        [
            (
                _numbers([model.decoder(_beside(z, np.zeros_like(labels)))], ""),
                "`decode` does not use the labels: put them beside the codes.",
            ),
            (
                _numbers([model.decoder(_beside(np.zeros_like(z), labels))], ""),
                "`decode` does not use the codes: put them beside the labels.",
            ),
            (
                1 / (1 + np.exp(-_numbers([model.decoder(_beside(z, labels))], ""))),
                "`decode` returns probabilities: the loss needs the logits as they are.",
            ),
        ],
        "`decode` must give `self.decoder` the codes with the labels beside them, unchanged.",
    )


def _check_loss(model, images, labels, rng):
    logits = rng.normal(size=images.shape).astype("float32")
    n = len(images)
    z_mean, z_log_var = rng.normal(size=(2, n, 4)).astype("float32")
    output = {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}
    cross_entropy = _softplus_form(images, logits).reshape(n, -1)
    reconstruction = cross_entropy.sum(axis=1)
    kl = _kl_of_dimensions(z_mean, z_log_var)
    right = np.mean(reconstruction + kl.sum(axis=1))
    tensors = {name: _ops().convert_to_tensor(value) for name, value in output.items()}
    with advice("`x` is the pair (images, labels), as Keras hands it over: the images are `x[0]`."):
        got = call(model.compute_loss, x=(images, labels), y_pred=tensors)
    expect_number(
        _plain(got),
        right,
        f"`compute_loss` of {n} images",
        look_at="It is the mean over images of reconstruction + KL, both sums within an image.",
        mistakes={
            reconstruction.mean(): "The KL divergence is missing.",
            kl.sum(axis=1).mean(): "The reconstruction is missing.",
            n * right: "That is the sum over the images: return their mean.",
            -right: "The sign is turned round: a loss is made small, so return the costs.",
            right / LOG_2: "Those are bits: the loss is in nats.",
            np.mean(reconstruction) + kl.mean(): "Sum the KL over dimensions before the mean.",
            np.mean(reconstruction) + kl.sum(): "Average the KL over images, too.",
            cross_entropy.mean() + kl.sum(axis=1).mean(): "Sum over pixels: a mean hides them.",
            np.mean(reconstruction - kl.sum(axis=1)): "Both are costs: add the KL.",
            np.mean(kl.sum(axis=1) - reconstruction): "Both are costs: add the reconstruction.",
            **{
                np.mean(reconstruction + beta * kl.sum(axis=1)): f"The KL counts {beta:g} times: "
                "here it has no weight, β = 1."
                for beta in (0.1, 0.5, 2.0, 4.0, 10.0, 784.0)
            },
        },
    )


NOT_OPS = (
    "something on its way is not `keras.ops` (NumPy, `stop_gradient` and `float` cut the gradient)."
)


def _expect_gradients_of_networks(model, images, z, labels):
    """Raise Wrong unless gradients pass `encode` and `decode`, from inputs and weights alike."""
    import tensorflow as tf

    for name, given in (("encode", images), ("decode", z)):
        given = tf.constant(given)
        with tf.GradientTape() as tape:
            tape.watch(given)
            output = call(getattr(model, name), given, tf.constant(labels))
            total = tf.add_n([tf.reduce_sum(part) for part in tf.nest.flatten(output)])
        network = model.encoder if name == "encode" else model.decoder
        slopes = tape.gradient(total, [given, *network.trainable_variables])
        cut = any(slope is None for slope in slopes)
        expect(not cut, f"`{name}` gives the right values, but no gradient: {NOT_OPS}", "gradient")


def _expect_gradients_of_loss(model, images, labels, rng):
    """Raise Wrong unless the gradients of both parts of the loss pass."""
    import tensorflow as tf

    z_mean, z_log_var = (tf.constant(part) for part in rng.normal(size=(2, 3, 4)).astype("float32"))
    logits = tf.constant(rng.normal(size=images.shape).astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch([z_mean, z_log_var, logits])
        output = {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}
        loss = call(model.compute_loss, x=(images, labels), y_pred=output)
    try:
        slopes = tape.gradient(tf.convert_to_tensor(loss), [z_mean, z_log_var, logits])
    except Exception as error:
        raise Wrong(f"The gradient stopped with {describe_error(error)}.", "exception") from error
    expected = (
        z_mean / 3,
        (np.exp(z_log_var) - 1) / 6,
        (_sigmoid(np.asarray(logits, dtype=float)) - images) / 3,
    )
    for slope, right, name in zip(slopes, expected, ("z_mean", "z_log_var", "logits"), strict=True):
        expect(
            slope is not None and np.allclose(slope, right, rtol=1e-3, atol=1e-4),
            f"The loss is right, but its gradient for `{name}` is not: {NOT_OPS}",
            "gradient",
        )


def _expect_to_train(model, images, labels):
    """Raise Wrong if the class cannot be trained, as it is compiled into a graph for that."""
    from vae_helpers.backend import keras

    try:
        model.compile(optimizer=keras.optimizers.SGD(1e-3))
        model.fit((images, labels), batch_size=2, verbose=0, shuffle=False)
    except Exception as error:
        raise Wrong(
            f"All values are right, but `fit` stopped with {describe_error(error)}. Keras compiles "
            "the class before it trains: use `ops` alone, no NumPy, and no fixed number of images "
            "(`-1` in `ops.reshape`).",
            "graph",
        ) from error


def _orders(first, labels):
    return (first, labels), (labels, first)


def _beside(*parts):
    return np.concatenate(parts, axis=1)


def _numbers(tensors, what):
    """Return tensors as one array; Wrong if they are none, or differ in shape."""
    try:
        return np.stack([np.asarray(_plain(tensor), dtype=float) for tensor in tensors])
    except Exception:
        raise Wrong(f"{what} returned {show(tensors)}: return what the network returns.") from None


def _plain(tensor):
    """Return a tensor of any backend as an array, and anything else as it is."""
    from vae_helpers.backend import keras

    try:
        return keras.ops.convert_to_numpy(tensor) if hasattr(tensor, "dtype") else tensor
    except Exception:
        return tensor


def _expect_one_of(got, rights, mistakes, message):
    def same(other):
        return got.shape == other.shape and np.allclose(got, other, rtol=1e-3, atol=1e-4)

    if any(same(right) for right in rights):
        return
    for mistake, text in mistakes:
        if same(mistake):
            raise Wrong(text)
    if got.shape != rights[0].shape:
        text = f"It returned the shape {got.shape[1:]}, expected {rights[0].shape[1:]}."
        raise Wrong(f"{message} {text}")
    raise Wrong(message)


best_denoiser = Prediction(
    "Digits with noise of standard deviation 0.5. Which tool comes closest to the clean images?",
    {
        "a": "The AE as it is: noise does not fit through its code.",
        "b": "The VAE that is trained with noise in and clean targets out.",
        "c": "Ridge regression: a linear map from noisy to clean pixels.",
        "d": "The median of each pixel and its eight neighbours.",
    },
    right="c",
    feedback={
        "a": "The bottleneck alone wins about one decibel. The AE does return something clean, but "
        "seldom the digit that went in: its encoder has never met noise, and for an image unlike "
        "all others a network may answer anything.",
        "b": "It beats the median and a blur, but all that it knows of an image must pass through "
        "ten numbers. And it expects noise everywhere: clean images become worse than through the "
        "plain VAE.",
        "c": "It has seen which pixels go together and averages over hundreds of them, where a "
        "blur takes the nearest. It has no bottleneck, which is its whole secret: a denoiser in "
        "earnest is a network without one.",
        "d": "A median is made for single pixels that are black or white by mistake. Against noise "
        "in every pixel even a blur is better.",
    },
    name="best_denoiser",
    chapter=__name__,
)


shortest_message = Prediction(
    "Black and white digits of 784 pixels. Which needs the fewest bits?",
    {
        "a": "The VAE: it knows what digits look like.",
        "b": "The table: P(pixel | ten neighbours), counted.",
        "c": "PNG: it has been tuned for decades.",
    },
    right="b",
    feedback={
        "a": "About 156 bits, 26 of them for the code. Its decoder must name 784 independent "
        "probabilities from ten numbers, and pays for each edge that is a pixel off.",
        "b": "About 152 bits. A stroke goes on where it came from, and the pixels beside and above "
        "say where that is. (With the place on the page as context, 142.) The two know different "
        "things: code, copy *and* neighbours together need about 140.",
        "c": "It looks for repeated strings of bytes, which digits hardly have: some 600 bits "
        "without its wrapping. To be shorter than a PNG proves little.",
    },
    name="shortest_message",
    chapter=__name__,
)


self_test = SelfTest(
    Question(
        "A plain autoencoder gets images with strong noise. What comes out?",
        {
            "a": "The clean images: noise does not fit through the bottleneck.",
            "b": "Something clean, but often of another digit.",
            "c": "The noise again.",
        },
        right="b",
        feedback={
            "a": "One decibel was all that the bottleneck won: section 1.",
            "b": "Its encoder has never met noise; it must be trained with noise in, clean out.",
            "c": "The decoder cannot draw noise. What it draws is clean, and often wrong. See "
            "section 1.",
        },
    ),
    Question(
        "A black and white image costs 90 nats of reconstruction and 18 nats of KL. How long is "
        "its message with bits back?",
        {
            "a": "about 156 bits",
            "b": "about 108 bits, the sum of the two",
            "c": "about 26 bits, those of the code",
        },
        right="a",
        feedback={
            "a": "108 nats / log 2: code and pixels together, lossless.",
            "b": "That is in nats: divide by log 2, as in section 2.",
            "c": "That is the code alone: the picture would not be the same. See section 2.",
        },
    ),
    Question(
        "A detector was trained without ones, and ones get the *best* ELBO of all. Why?",
        {
            "a": "The training set was too small.",
            "b": "Ones look like sevens.",
            "c": "They are simple: little ink makes a short message.",
        },
        right="c",
        feedback={
            "a": "With all images it is the same: section 3.",
            "b": "Sevens get no such score. Look at the PNG sizes in section 3.",
            "c": "Likelihood measures how cheap an image is to describe, not how ordinary it is.",
        },
    ),
    Question(
        "A detector never rings, and one image in ten is an anomaly. Which number shows that it is "
        "useless?",
        {
            "a": "its accuracy",
            "b": "its ROC AUC",
            "c": "its share of false alarms",
        },
        right="b",
        feedback={
            "a": "It is right in nine cases of ten: section 3.",
            "b": "A score that is the same for all gets 0.5, like a coin.",
            "c": "It never raises one: the number looks perfect. See section 3.",
        },
    ),
    Question(
        "Why did images from a VAE that was trained on the same 100 labelled images not help?",
        {
            "a": "They hold nothing that the 100 images do not hold.",
            "b": "There were too few of them.",
            "c": "A support vector machine cannot learn from generated images.",
        },
        right="a",
        feedback={
            "a": "Facts must come from somewhere: more images, or knowing about shifts.",
            "b": "There were ten times as many as real ones, and they did not help: section 4.",
            "c": "It learned well from shifted ones: section 4.",
        },
    ),
    chapter=__name__,
)
