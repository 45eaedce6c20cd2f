"""Mistakes in `backward`."""

from nnlearn.diagnosis import mistake

from .orders import breadth_first, by_number, collected, nested, on_the_way_in, on_the_way_in_last_first


def add(found):
    for node, slope in found.items():
        node.grad += slope


@mistake("backward")
def backward_overwrites(root):
    """The derivative takes the place of what was in `.grad`: either it is written there with =, or every
    `.grad` is set to 0 first. It should be added, so that two losses that share weights add up, and a
    second call doubles."""
    for node, slope in collected(topological_order(root)[::-1], root).items():
        node.grad = slope


@mistake("backward")
def backward_passes_on_what_was_there(root):
    """The walk collects in `.grad` itself, with 1 in the root. A second call passes on what the first one
    has left in the nodes between: a * a * a gives 12, then 32 and not 24. Collect apart, and add at the
    end."""
    root.grad = 1.0
    for node in reversed(topological_order(root)):
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            parent.grad += node.grad * slope


@mistake("backward")
def backward_passes_on_what_was_there_and_in_the_root(root):
    """The walk collects in `.grad` itself, and adds 1 to that of the root. A second call passes on what the
    first one has left there. Collect apart, and add at the end."""
    root.grad += 1.0
    for node in reversed(topological_order(root)):
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            parent.grad += node.grad * slope


@mistake("backward")
def backward_clears_all_but_the_inputs(root):
    """Nodes that were computed are set to 0 before the walk, and only those without parents add up. Every
    node has to add to what is in its `.grad`."""
    for node in topological_order(root):
        if node.parents:
            node.grad = 0.0
    backward(root)


@mistake("backward")
def backward_is_not_seeded(root):
    """The walk begins with the `.grad` of the root, which is 0, and 0 times anything is 0. The derivative
    of the root by itself is 1: begin with that."""
    for node in reversed(topological_order(root)):
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            parent.grad += node.grad * slope


@mistake("backward")
def backward_sets_the_root_to_1(root):
    """The `.grad` of the root is set to 1, whatever was there before. It is added to, like any other."""
    backward(root)
    root.grad = 1.0


@mistake("backward")
def backward_takes_the_graph_apart(root):
    """The nodes lose their parents after the walk. A second call finds nothing any more: change nothing but
    `.grad`."""
    order = topological_order(root)
    backward(root)
    for node in order:
        node.parents, node.local_gradients = (), ()


@mistake("backward")
def backward_by_the_place_of_the_parent(root):
    """The local gradient of a parent is looked up by where that parent stands among the parents, and a
    parent that is there twice is found at its first place both times. Go through parents and local
    gradients side by side: zip(node.parents, node.local_gradients)."""
    found = {root: 1.0}
    for node in reversed(topological_order(root)):
        for parent in node.parents:
            slope = node.local_gradients[node.parents.index(parent)]
            found[parent] = found.get(parent, 0.0) + found[node] * slope
    add(found)


@mistake("backward")
def backward_leaves_the_root_out(root):
    """The root's own `.grad` stays 0. Its derivative by itself is 1, which is added like any other."""
    before = root.grad
    backward(root)
    root.grad = before


@mistake("backward")
def backward_of_inputs_only(root):
    """Only nodes without parents get something. Every node that the root depends on has a derivative, those
    in the middle too."""
    for node, slope in collected(topological_order(root)[::-1], root).items():
        node.grad += 0.0 if node.parents else slope


@mistake("backward")
def backward_forwards(root):
    """Only the root and its parents get something. Either the walk goes through the topological order
    forwards, and should begin at the root, or it ends after the root: each node has to pass on to its own
    parents."""
    add(collected(topological_order(root), root))


@mistake("backward")
def backward_breadth_first(root):
    """Nodes have their turn by their distance from the root. In c + (c * 2) * 3 the node c is next to the
    root, and passes on before the long way has brought its share. Walk back through a topological order."""
    add(collected(breadth_first(root), root))


@mistake("backward")
def backward_on_the_way_in(root):
    """Nodes have their turn depth-first, as they are met, and some pass on before everything that was
    computed from them has had its turn. Walk back through a topological order."""
    add(collected(on_the_way_in(root), root))


@mistake("backward")
def backward_on_the_way_in_last_first(root):
    """Nodes have their turn when they are taken from the list of what is to do, and some pass on before
    everything that was computed from them has had its turn. Walk back through a topological order."""
    add(collected(on_the_way_in_last_first(root), root))


@mistake("backward")
def backward_tells_nodes_apart_by_number(root):
    """Nodes are told apart by the number that they hold, so that of two with the same one gets nothing.
    Tell them apart by themselves, or by their id()."""
    add(collected(by_number(root)[::-1], root))


@mistake("backward")
def backward_keeps_the_last(root):
    """What comes back on a second way takes the place of the first. Both count: add, with +=, not with =."""
    found = {root: 1.0}
    for node in reversed(topological_order(root)):
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            found[parent] = found[node] * slope
    add(found)


@mistake("backward")
def backward_with_each_parent_once(root):
    """A parent that occurs twice counts once. a * a depends on a in two places, and both send something
    back."""
    found = {root: 1.0}
    for node in reversed(topological_order(root)):
        for parent, slope in dict(zip(node.parents, node.local_gradients, strict=True)).items():
            found[parent] = found.get(parent, 0.0) + found[node] * slope
    add(found)


@mistake("backward")
def backward_calls_itself(root):
    """A function calls itself once for each node on a path, and Python allows about 1,000 nested calls: a
    long chain ends in RecursionError. Keep a list of what is still to do."""
    add(collected(nested(root)[::-1], root))


@mistake("backward")
def backward_walks_every_path(root):
    """Every path from the root is walked on its own. The sum is right, and sixty doublings have 2 ** 60
    paths. Collect at each node first, then pass on once, in the reverse of a topological order."""
    to_do = [(root, 1.0)]
    while to_do:
        node, arriving = to_do.pop()
        node.grad += arriving
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            to_do.append((parent, arriving * slope))


@mistake("backward")
def backward_walks_every_path_by_calls(root):
    """A function calls itself along every path from the root. A long chain ends in RecursionError, and
    sixty doublings have 2 ** 60 paths. Collect at each node first, then pass on once, in the reverse of a
    topological order."""

    def walk(node, arriving):
        node.grad += arriving
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            walk(parent, arriving * slope)

    walk(root, 1.0)


@mistake("backward")
def backward_by_data(root):
    """The walk multiplies by the numbers that the parents hold. It is the local gradients that belong
    there."""
    found = {root: 1.0}
    for node in reversed(topological_order(root)):
        for parent in node.parents:
            found[parent] = found.get(parent, 0.0) + found[node] * parent.data
    add(found)


@mistake("backward")
def backward_returns_the_root(root):
    """The root is given back. `backward` works by what it leaves in the nodes, and returns None, as
    Python's functions do that change something."""
    backward(root)
    return root


@mistake("backward")
def backward_returns_the_derivatives(root):
    """The derivatives are given back. `backward` works by what it leaves in the nodes, and returns None."""
    backward(root)
    return list(collected(topological_order(root)[::-1], root).values())


@mistake("backward")
def backward_leaves_numbers_apart(root):
    """The derivatives are worked out, and no `.grad` gets them. Add to that of each node."""
    collected(topological_order(root)[::-1], root)
