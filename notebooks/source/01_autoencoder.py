# %% [markdown]
# # 01 · Autoencoder

# %%
from vae_helpers.checks import chapter01 as exercises


# %% exercise="count_parameters"
def count_parameters(kernel_size, channels, filters):
    """Count the weights and biases of a convolution with square kernels."""
    # <solution>
    return (kernel_size**2 * channels + 1) * filters
    # </solution>


# %%
exercises.count_parameters.check(count_parameters)
# exercises.count_parameters.hint()
# exercises.count_parameters.solution()
