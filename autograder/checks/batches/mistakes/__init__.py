"""Mistakes that people really make in the topic `batches`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    shuffle_buffer,
    batch_source,
    batch_source_epochs,
    batch_source_transform,
    random_flip,
    random_crop,
    mixup,
    pad_batch,
    bucket_batches,
)
