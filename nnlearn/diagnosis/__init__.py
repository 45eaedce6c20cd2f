"""Known mistakes and how they are recognised. What a topic's `mistakes` are written with is found here.

>>> from nnlearn.diagnosis import mistake
"""

from nnlearn.diagnosis.gallery import mistake

__all__ = ["mistake"]
