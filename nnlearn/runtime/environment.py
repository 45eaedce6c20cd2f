"""The environment variables under which TensorFlow computes the same, and starts fast, in every process.

They are read when TensorFlow is imported or first used. Grading compares arrays from different processes,
so the process with the reference needs them as well.
"""

# oneDNN compiles machine code on first use, which costs 0.1 s in each process and pays off only for models
# much larger than a check trains; it also rounds differently from one processor to the next.
TENSORFLOW_ENVIRONMENT = {
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TENSORFLOW_USE_CUSTOM_CONTRACTION_KERNEL": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
}

WARM_ENVIRONMENT = TENSORFLOW_ENVIRONMENT | {
    "MPLBACKEND": "Agg",  # a figure must not open a window at each save
    "PYTHONUTF8": "1",
    "OPENBLAS_NUM_THREADS": "1",  # a process with threads could not fork safely
    "OMP_NUM_THREADS": "1",
}
"""That of the process that a watch keeps warm, whatever the watch itself has."""
