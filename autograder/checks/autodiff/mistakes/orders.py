"""Rows of nodes that are not in a right order, and walks: what mistakes in several parts have in common."""


def breadth_first(root):
    """By distance from the root, which comes first."""
    order, seen = [root], {root}
    for node in order:
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                order.append(parent)
    return order


def on_the_way_in(root):
    """Depth-first, each node as it is met, the root first."""
    order, seen, to_do = [], set(), [root]
    while to_do:
        node = to_do.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            to_do += reversed(node.parents)
    return order


def on_the_way_in_last_first(root):
    """The same, with the last parent first: what a list of what is to do does by itself."""
    order, seen, to_do = [], set(), [root]
    while to_do:
        node = to_do.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            to_do += node.parents
    return order


def by_number(root):
    """On the way out, with nodes told apart by what they hold."""
    order, entered, to_do = [], set(), [(root, False)]
    while to_do:
        node, is_left = to_do.pop()
        if is_left:
            order.append(node)
        elif node.data not in entered:
            entered.add(node.data)
            to_do.append((node, True))
            to_do += [(parent, False) for parent in node.parents]
    return order


def nested(root):
    """On the way out, by a function that calls itself."""
    order, entered, finished = [], set(), set()

    def visit(node):
        if node in finished:
            return
        if node in entered:
            raise ValueError("cycle")
        entered.add(node)
        for parent in node.parents:
            visit(parent)
        finished.add(node)
        order.append(node)

    visit(root)
    return order


def collected(order, root):
    """What each node has collected after a walk back, given in the order in which nodes are visited."""
    found = {root: 1.0}
    for node in order:
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            found[parent] = found.get(parent, 0.0) + found.get(node, 0.0) * slope
    return found


def as_far_as_there_is_order(root):
    """A right order, and some row of nodes where there is a cycle."""
    order, seen, to_do = [], set(), [(root, False)]
    while to_do:
        node, is_left = to_do.pop()
        if is_left:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            to_do.append((node, True))
            to_do += [(parent, False) for parent in node.parents]
    return order
