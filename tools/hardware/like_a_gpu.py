"""A start-up file of IPython that lets TensorFlow on a processor compute as on a GPU.

The factors of products and convolutions keep ten bits after the point, as in the units of an A100,
L4 or H100 (TensorFloat-32); what is added up stays in float32. And XLA compiles wherever Keras
leaves it open.
"""

import functools

import vae_helpers.backend  # isort: skip  # noqa: F401  starts TensorFlow without its notes

import tensorflow as tf
from keras.src.trainers import trainer
from tensorflow.python.ops import gen_linalg_ops, gen_math_ops, gen_nn_ops

PRODUCTS = {
    gen_math_ops: ("mat_mul", "batch_mat_mul_v2", "batch_mat_mul_v3"),
    gen_nn_ops: ("conv2d", "conv2d_backprop_input", "conv2d_backprop_filter"),
    gen_linalg_ops: ("einsum",),
}
DROPPED = 13  # of the 23 bits of a float32


def rounded(x):
    """Round to ten bits after the point; gradients go through as if nothing had happened."""
    if isinstance(x, list | tuple):
        return type(x)(map(rounded, x))
    if not (tf.is_tensor(x) and x.dtype == tf.float32):
        return x
    bits = tf.bitcast(x, tf.int32) + (1 << DROPPED - 1)
    nearest = tf.bitcast(tf.bitwise.bitwise_and(bits, -(1 << DROPPED)), tf.float32)
    return x + tf.stop_gradient(nearest - x)  # exact: the two are neighbours


def with_rounded_factors(product):
    @functools.wraps(product)
    def on_tensor_cores(*factors, **options):
        options = {name: rounded(value) for name, value in options.items()}
        return product(*map(rounded, factors), **options)

    return on_tensor_cores


def become_a_gpu():
    for module, names in PRODUCTS.items():
        for name in names:
            setattr(module, name, with_rounded_factors(getattr(module, name)))
    trainer.Trainer._resolve_auto_jit_compile = trainer.model_supports_jit


if __name__ == "__main__":  # IPython runs its start-up files in the notebook's own name
    become_a_gpu()
