# %% [markdown]
# # A toy
#
# > What is it for?
#
# To test the tools with.

# %%
import keras
from keras import ops

# %% tags=["demo"]
print("a demonstration of", keras.backend.backend())

# %% tags=["demo", "figure"]
# figure: line | A straight line that rises from the lower left to the upper right.
import matplotlib.pyplot as plt

plt.plot([0, 1], [0, 1])
plt.xlabel("x")
plt.ylabel("y")


# %%
def softmax(logits, axis=-1):
    """Turn logits into probabilities along `axis`.

    Args:
        logits: Tensor of any shape, float32.
        axis: The axis along which the probabilities add up to 1.

    Returns:
        A tensor of the same shape.
    """
    # BEGIN SOLUTION
    z = ops.convert_to_tensor(logits)
    shifted = ops.exp(z - ops.max(z, axis=axis, keepdims=True))
    return shifted / ops.sum(shifted, axis=axis, keepdims=True)
    # END SOLUTION


# %%
class Scale(keras.layers.Layer):
    """Multiplies its input by `factor`."""

    def __init__(self, factor=2.0, **kwargs):
        # BEGIN SOLUTION
        super().__init__(**kwargs)
        self.factor = factor
        # END SOLUTION

    def call(self, x):
        # BEGIN SOLUTION
        return x * self.factor
        # END SOLUTION


# %%
PREDICTIONS = ...

# %% [markdown] tags=["response"] name="why"
# Why is the maximum subtracted?

# %% [markdown]
# ## To go on with
#
# 1. *Easy.* Add up three probabilities.
# 2. *Harder.* What does softmax make of three equal numbers?
# 3. *Open.* Where do probabilities come from?
