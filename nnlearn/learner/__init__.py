"""The learner as checks see them: what they touch, where its code is, what can go wrong there."""
