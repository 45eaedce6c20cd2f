"""Known mistakes and how they are recognised. What a topic's `mistakes.py` is written with is found here.

>>> from nnlearn.diagnosis import mistake, wrong_prediction
"""

from nnlearn.diagnosis.gallery import mistake, wrong_prediction

__all__ = ["mistake", "wrong_prediction"]
