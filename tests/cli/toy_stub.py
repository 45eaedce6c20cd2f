"""What a learner of the miniature course has to write."""

STUB = "exercises/toy/toy.py"
NOT_WRITTEN = 'raise NotImplementedError("softmax: not written yet")'


def write_softmax(root, code="return logits"):
    file = root / STUB
    assert NOT_WRITTEN in file.read_text()
    file.write_text(file.read_text().replace(NOT_WRITTEN, code))
    return file
