"""The learner's code in a confined process, seen from the grader's side; `inside` is that process."""
