# Everything in TensorFlow: tensordot for products, segment sums for the table, one-hot labels.
import keras
import tensorflow as tf

PREDICTIONS = {"remember": "x", "ones_upstream": 32.0, "mixing": "BatchNormalization"}


def floating(value):
    value = tf.convert_to_tensor(value)
    return value if value.dtype.is_floating else tf.cast(value, tf.float32)


def at_least_float32(value):
    return tf.cast(value, tf.float32) if value.dtype == tf.float16 else value


def unbroadcast(gradient, shape):
    gradient = floating(gradient)
    if tf.broadcast_static_shape(gradient.shape, tf.TensorShape(shape)) != gradient.shape:
        raise ValueError(f"{shape} was not broadcast to {gradient.shape}")
    padded = [1] * (len(gradient.shape) - len(shape)) + list(shape)
    axes = [axis for axis, size in enumerate(padded) if size == 1]
    total = tf.reduce_sum(at_least_float32(gradient), axis=axes)
    return tf.cast(tf.reshape(total, shape), gradient.dtype)


def affine_backward(upstream, x, kernel):
    upstream, x, kernel = floating(upstream), floating(x), floating(kernel)
    if x.shape[:-1] != upstream.shape[:-1] or kernel.shape != (x.shape[-1], upstream.shape[-1]):
        raise ValueError("x, kernel and upstream have shapes that do not belong together")
    leading = list(range(len(x.shape) - 1))
    return (
        tf.tensordot(upstream, kernel, [[-1], [1]]),
        tf.tensordot(x, upstream, [leading, leading]),
        tf.reduce_sum(upstream, leading),
    )


def softmax_crossentropy_backward(logits, labels, upstream=None):
    logits = floating(logits)
    distance = tf.nn.softmax(logits) - tf.one_hot(labels, logits.shape[-1], dtype=logits.dtype)
    if upstream is None:
        upstream = tf.fill(distance.shape[:-1], tf.cast(1 / max(1, tf.size(labels).numpy()), logits.dtype))
    return distance * tf.expand_dims(floating(upstream), -1)


def gather_backward(upstream, indices, rows):
    upstream, indices = floating(upstream), tf.cast(indices, tf.int64)
    if tf.reduce_any((indices < 0) | (indices >= rows)):
        raise ValueError(f"indices go from 0 to {rows - 1}")
    return tf.math.unsorted_segment_sum(upstream, indices, rows)


def batchnorm_backward(upstream, x, gamma, epsilon=1e-3):
    dtype = floating(x).dtype
    upstream, x, gamma = (at_least_float32(floating(each)) for each in (upstream, x, gamma))
    axes = list(range(len(x.shape) - 1))
    mean, variance = tf.nn.moments(x, axes)
    spread = tf.sqrt(variance + epsilon)
    normal = (x - mean) / spread
    push = gamma * upstream
    pull = tf.reduce_mean(push, axes) + normal * tf.reduce_mean(push * normal, axes)
    results = (push - pull) / spread, tf.reduce_sum(upstream * normal, axes), tf.reduce_sum(upstream, axes)
    return tuple(tf.cast(result, dtype) for result in results)


def mlp_gradients(x, labels, weights):
    x, labels = floating(x), tf.cast(labels, tf.int64)
    weights = [(floating(kernel), floating(bias)) for kernel, bias in weights]
    before, after = [], [x]
    for kernel, bias in weights:
        before.append(after[-1] @ kernel + bias)
        after.append(keras.ops.relu(before[-1]))
    logs = tf.nn.log_softmax(before[-1])
    loss = -tf.reduce_mean(tf.gather(logs, labels, batch_dims=1))
    upstream = (tf.exp(logs) - tf.one_hot(labels, logs.shape[-1], dtype=x.dtype)) / x.shape[0]
    gradients = [None] * len(weights)
    for layer in range(len(weights) - 1, -1, -1):
        gradients[layer] = (tf.matmul(after[layer], upstream, transpose_a=True), tf.reduce_sum(upstream, 0))
        if layer:
            upstream = tf.matmul(upstream, weights[layer][0], transpose_b=True)
            upstream = tf.where(before[layer - 1] > 0, upstream, tf.zeros_like(upstream))
    return loss, gradients
