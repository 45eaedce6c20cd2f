"""Mistakes in `gradient`."""

from nnlearn.diagnosis import mistake

from .orders import breadth_first, by_number, collected, nested, on_the_way_in, on_the_way_in_last_first


@mistake("gradient")
def gradient_breadth_first(root, sources):
    """Nodes have their turn by their distance from the root. In c + (c * 2) * 3 the node c is next to the
    root, and passes on before the long way has brought its share. Walk back through a topological order."""
    found = collected(breadth_first(root), root)
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_on_the_way_in(root, sources):
    """Nodes have their turn depth-first, as they are met, and some pass on before everything that was
    computed from them has had its turn. Walk back through a topological order."""
    found = collected(on_the_way_in(root), root)
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_on_the_way_in_last_first(root, sources):
    """Nodes have their turn when they are taken from the list of what is to do, and some pass on before
    everything that was computed from them has had its turn. Walk back through a topological order."""
    found = collected(on_the_way_in_last_first(root), root)
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_forwards(root, sources):
    """The walk goes through the topological order forwards. It begins at the root: turn the order round, so
    that a node has its turn when everything that was computed from it has had its turn."""
    found = collected(topological_order(root), root)
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_tells_nodes_apart_by_number(root, sources):
    """Nodes are told apart by the number that they hold, so what belongs to two of them is mixed up.
    Collect by the nodes themselves, or by their id()."""
    found = {root.data: 1.0}
    for node in reversed(by_number(root)):
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            found[parent.data] = found.get(parent.data, 0.0) + found.get(node.data, 0.0) * slope
    return [found.get(source.data) for source in sources]


@mistake("gradient")
def gradient_is_not_seeded(root, sources):
    """The walk begins with 0 at the root, and 0 times anything is 0. The derivative of the root by itself
    is 1: begin with that."""
    found = dict.fromkeys(topological_order(root), 0.0)
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_seeded_with_the_loss(root, sources):
    """The walk begins with the number that the root holds. The derivative of the root by itself is 1,
    whatever it holds."""
    return [None if slope is None else slope * root.data for slope in gradient(root, sources)]


@mistake("gradient")
def gradient_keeps_the_last(root, sources):
    """What comes back on a second way takes the place of the first. Both count: add, with +=, not with =."""
    found = {root: 1.0}
    for node in reversed(topological_order(root)):
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            found[parent] = found[node] * slope
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_keeps_the_first(root, sources):
    """A node that has something already gets no more. What comes back on a second way has to be added."""
    found = {root: 1.0}
    for node in reversed(topological_order(root)):
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            found.setdefault(parent, found[node] * slope)
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_multiplies_the_ways(root, sources):
    """What comes back on two ways is multiplied. Along a way local gradients are multiplied; those of
    several ways are added."""
    found = {root: 1.0}
    for node in reversed(topological_order(root)):
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            found[parent] = found.get(parent, 1.0) * found[node] * slope
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_adds_along_a_way(root, sources):
    """Local gradients are added along a way. They are multiplied: through two steps that each double, a
    change comes out four times as large."""
    found = {root: 1.0}
    for node in reversed(topological_order(root)):
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            found[parent] = found.get(parent, 0.0) + found[node] + slope
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_with_each_parent_once(root, sources):
    """A parent that occurs twice counts once. a * a depends on a in two places, and both send something
    back."""
    found = {root: 1.0}
    for node in reversed(topological_order(root)):
        for parent, slope in dict(zip(node.parents, node.local_gradients, strict=True)).items():
            found[parent] = found.get(parent, 0.0) + found[node] * slope
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_by_the_place_of_the_parent(root, sources):
    """The local gradient of a parent is looked up by where that parent stands among the parents, and a
    parent that is there twice is found at its first place both times. Go through parents and local
    gradients side by side: zip(node.parents, node.local_gradients)."""
    found = {root: 1.0}
    for node in reversed(topological_order(root)):
        for parent in node.parents:
            slope = node.local_gradients[node.parents.index(parent)]
            found[parent] = found.get(parent, 0.0) + found[node] * slope
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_leaves_ways_of_slope_0_out(root, sources):
    """Ways on which a local gradient is 0 are not followed, so what lies behind gets None. The root depends
    on it, with slope 0: 0.0."""
    found, reached = {root: 1.0}, {root}
    for node in reversed(topological_order(root)):
        if node not in reached or not found[node]:
            continue
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            reached.add(parent)
            found[parent] = found.get(parent, 0.0) + found[node] * slope
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_with_the_int_1(root, sources):
    """The walk begins with 1, an int, and the root as a source gets that. Begin with 1.0: derivatives are
    floats."""
    found = {root: 1} | {
        node: slope
        for node, slope in collected(topological_order(root)[::-1], root).items()
        if node is not root
    }
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_gives_zeros(root, sources):
    """A source that the root does not depend on gets 0.0, and should get None: a slope of 0 and no
    connection at all are two different things."""
    return [slope or 0.0 for slope in gradient(root, sources)]


@mistake("gradient")
def gradient_gives_none_for_zero(root, sources):
    """A slope of 0 comes out as None. The root does depend on that source, so it is 0.0: ask whether
    something is there, not whether it is true."""
    return [slope or None for slope in gradient(root, sources)]


@mistake("gradient")
def gradient_raises_for_strangers(root, sources):
    """A source that the root does not depend on raises KeyError. It should get None: `.get(source)` of a
    dictionary gives that."""
    found = collected(topological_order(root)[::-1], root)
    return [found[source] for source in sources]


@mistake("gradient")
def gradient_uses_grad(root, sources):
    """The walk collects in `.grad`, adds to what was there, and leaves it there. `gradient` is to give
    fresh numbers and to leave every `.grad` alone: collect in a dictionary."""
    is_known = set(topological_order(root))
    root.grad = 1.0
    for node in reversed(topological_order(root)):
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            parent.grad += node.grad * slope
    return [source.grad if source in is_known else None for source in sources]


@mistake("gradient")
def gradient_clears_grad(root, sources):
    """The walk sets every `.grad` to 0, collects there, and leaves it. What a training loop has gathered in
    `.grad` is lost. Collect in a dictionary, and leave `.grad` alone."""
    order = topological_order(root)
    for node in order:
        node.grad = 0.0
    root.grad = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            parent.grad += node.grad * slope
    return [source.grad if source in order else None for source in sources]


@mistake("gradient")
def gradient_clears_grad_afterwards(root, sources):
    """The walk collects in `.grad`, which is set to 0 before and after. What a training loop has gathered
    there is lost. Collect in a dictionary, and leave `.grad` alone."""
    slopes = gradient(root, sources)
    for node in topological_order(root):
        node.grad = 0.0
    return slopes


@mistake("gradient")
def gradient_calls_itself(root, sources):
    """A function calls itself once for each node on a path, and Python allows about 1,000 nested calls: a
    long chain ends in RecursionError. Keep a list of what is still to do."""
    found = collected(nested(root)[::-1], root)
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_walks_every_path(root, sources):
    """Every path from the root is walked on its own. The sum is right, and sixty doublings have 2 ** 60
    paths. Collect at each node first, then pass on once, in the reverse of a topological order."""
    found, to_do = {}, [(root, 1.0)]
    while to_do:
        node, arriving = to_do.pop()
        found[node] = found.get(node, 0.0) + arriving
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            to_do.append((parent, arriving * slope))
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_walks_every_path_by_calls(root, sources):
    """A function calls itself along every path from the root. A long chain ends in RecursionError, and
    sixty doublings have 2 ** 60 paths. Collect at each node first, then pass on once, in the reverse of a
    topological order."""
    found = {}

    def walk(node, arriving):
        found[node] = found.get(node, 0.0) + arriving
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            walk(parent, arriving * slope)

    walk(root, 1.0)
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_of_the_next_ones_only(root, sources):
    """Only the parents of the root get something. Each of them passes it on to its own parents, and so on."""
    found = collected([root], root)
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_of_inputs_only(root, sources):
    """Only nodes without parents have a derivative here. One can differentiate by any node, in the middle
    or the root itself, where it is 1."""
    slopes = gradient(root, sources)
    return [None if source.parents else slope for source, slope in zip(sources, slopes, strict=True)]


@mistake("gradient")
def gradient_of_the_root_is_none(root, sources):
    """The root as a source gets None. Its derivative by itself is 1."""
    slopes = gradient(root, sources)
    return [None if source is root else slope for source, slope in zip(sources, slopes, strict=True)]


@mistake("gradient")
def gradient_by_data(root, sources):
    """The walk multiplies by the numbers that the parents hold. It is the local gradients that belong
    there."""
    found = {root: 1.0}
    for node in reversed(topological_order(root)):
        for parent in node.parents:
            found[parent] = found.get(parent, 0.0) + found[node] * parent.data
    return [found.get(source) for source in sources]


@mistake("gradient")
def gradient_as_a_dictionary(root, sources):
    """What comes back is a dictionary. It should be a list, in the order of the sources."""
    return dict(zip(sources, gradient(root, sources), strict=True))


@mistake("gradient")
def gradient_as_a_tuple(root, sources):
    """What comes back is a tuple, and should be a list."""
    return tuple(gradient(root, sources))


@mistake("gradient")
def gradient_of_different_sources(root, sources):
    """A source that occurs twice has one entry. There has to be one for each place in the list."""
    return gradient(root, list(dict.fromkeys(sources)))


@mistake("gradient")
def gradient_in_the_order_of_the_walk(root, sources):
    """The entries come in the order in which the walk meets the sources. They should be in the order of the
    list of sources."""
    place = {node: number for number, node in enumerate(reversed(topological_order(root)))}
    return gradient(root, sorted(sources, key=lambda source: place.get(source, len(place))))
