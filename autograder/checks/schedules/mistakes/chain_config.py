"""Mistakes in `Chain`: what is refused, and what is made again."""

from nnlearn.diagnosis import mistake

from .chain import Picks


@mistake("Chain")
class LeavesMembersInTheConfig(Picks):
    """get_config hands over the schedules as they are, and nobody makes them again: Keras writes
    dictionaries of them, and from_config gets these. Make objects of the dictionaries, with
    keras.optimizers.schedules.deserialize."""

    def get_config(self):
        return {"schedules": self.schedules, "boundaries": self.boundaries}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@mistake("Chain")
class HasNoMembersInTheConfig(Picks):
    """The schedules are missing in get_config, so that nothing can be made again. Return them, each as what
    keras.optimizers.schedules.serialize makes of it."""

    def get_config(self):
        return {"boundaries": self.boundaries}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@mistake("Chain")
class WritesThemAsText(Picks):
    """get_config has a text, or a name, for each schedule, from which nobody can make it again. Use
    keras.optimizers.schedules.serialize."""

    def get_config(self):
        schedules = [one if isinstance(one, (int, float)) else str(one) for one in self.schedules]
        return {"schedules": schedules, "boundaries": self.boundaries}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@mistake("Chain")
class WritesTheirConfigs(Picks):
    """get_config has the configuration of each schedule, but not its class, so that nobody knows what to
    make of it. keras.optimizers.schedules.serialize writes both."""

    def get_config(self):
        schedules = [one.get_config() if callable(one) else one for one in self.schedules]
        return {"schedules": schedules, "boundaries": self.boundaries}


@mistake("Chain")
class AcceptsAnyCount(Picks):
    """The number of boundaries is not compared with that of schedules, so that some never rule, or nobody
    rules. There is one boundary fewer than schedules; raise a ValueError otherwise."""

    def __init__(self, schedules, boundaries):
        edges = [0, *boundaries]
        super().__init__([0.0] * len(edges), boundaries)
        self.schedules = list(schedules)


@mistake("Chain")
class AcceptsAnyOrder(Picks):
    """Boundaries that do not rise are taken. Compare each with the one before, and raise a ValueError."""

    def __init__(self, schedules, boundaries):
        super().__init__(schedules, range(1, len(boundaries) + 1))
        self.boundaries = list(boundaries)
        if boundaries and min(boundaries) <= 0:
            raise ValueError("boundaries have to be above 0")


@mistake("Chain")
class AcceptsABoundaryTwice(Picks):
    """A boundary may come twice: comparing with sorted does not notice it. Each has to be larger than the
    one before, or a schedule never rules."""

    def __init__(self, schedules, boundaries):
        super().__init__(schedules, range(1, len(boundaries) + 1))
        self.boundaries = list(boundaries)
        if self.boundaries != sorted(self.boundaries) or (boundaries and boundaries[0] <= 0):
            raise ValueError("boundaries have to rise")


@mistake("Chain")
class AcceptsABoundaryOfZero(Picks):
    """A boundary of 0 or below is taken, and the first schedule never rules. Raise a ValueError."""

    def __init__(self, schedules, boundaries):
        moved = [boundary + 10 for boundary in boundaries]
        super().__init__(schedules, moved)
        self.boundaries = list(boundaries)


@mistake("Chain")
class AcceptsNothing(Picks):
    """A chain of no schedules is made, and has no rate. Raise a ValueError."""

    def __init__(self, schedules, boundaries):
        if schedules or boundaries:
            super().__init__(schedules, boundaries)


@mistake("Chain")
class ChangesTheConfig(Picks):
    """from_config puts the schedules that it has made into the dictionary that it was given, so that
    whoever gave it cannot use it a second time. Make a new list."""

    @classmethod
    def from_config(cls, config):
        deserialize = keras.optimizers.schedules.deserialize
        for place, one in enumerate(config["schedules"]):
            config["schedules"][place] = deserialize(one) if isinstance(one, dict) else one
        return cls(**config)
