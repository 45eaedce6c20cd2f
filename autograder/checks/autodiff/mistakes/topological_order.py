"""Mistakes in `topological_order`."""

from nnlearn.diagnosis import mistake

from .orders import (
    as_far_as_there_is_order,
    breadth_first,
    by_number,
    nested,
    on_the_way_in,
    on_the_way_in_last_first,
)


def unless_cyclic(root, order):
    """The row of nodes, where there is no cycle: for mistakes that lie elsewhere."""
    topological_order(root)
    return order


@mistake("topological_order")
def order_calls_itself(root):
    """The function calls itself once for each node on a path, and Python allows about 1,000 nested calls: a
    long chain ends in RecursionError. Keep a list of what is still to do."""
    return nested(root)


@mistake("topological_order")
def order_breadth_first(root):
    """The nodes come by their distance from the root. In y = c + (c * 2) * 3 the node c is next to the
    root, and so it comes after c * 2, which was computed from it. Note a node when all of its parents have
    been noted."""
    return unless_cyclic(root, breadth_first(root)[::-1])


@mistake("topological_order")
def order_on_the_way_in(root):
    """Nodes are noted on the way *in*, before their parents, and the row is turned round. With a short and
    a long way to one node that comes out wrong. Note a node on the way *out*, when its parents have been
    noted."""
    return unless_cyclic(root, on_the_way_in(root)[::-1])


@mistake("topological_order")
def order_on_the_way_in_last_parent_first(root):
    """Nodes are noted when they are taken from the list of what is to do, before their parents, and the row
    is turned round. With a short and a long way to one node that comes out wrong. Note a node when its
    parents have been noted: take it from the list the second time that it comes up."""
    return unless_cyclic(root, on_the_way_in_last_first(root)[::-1])


@mistake("topological_order")
def order_on_the_way_in_as_it_is(root):
    """Nodes are noted on the way in, so that each stands before its parents. Turned round that would still
    be wrong for a short and a long way to one node: note a node on the way *out*, when its parents have
    been noted."""
    return unless_cyclic(root, on_the_way_in(root))


@mistake("topological_order")
def order_breadth_first_as_it_is(root):
    """The nodes come by their distance from the root, which is the first. It should be the last; and turned
    round the row would still be wrong where a short and a long way lead to one node."""
    return unless_cyclic(root, breadth_first(root))


@mistake("topological_order")
def order_backwards(root):
    """The row is the wrong way round: the root is the first, and each node stands *before* its parents.
    That is the order of the walk back. What is asked for is the order of the forward pass."""
    return topological_order(root)[::-1]


@mistake("topological_order")
def order_visits_again(root):
    """A node that is used in several places is there several times. Note which nodes were visited, and pass
    over those: otherwise sixty doublings take longer than anybody lives."""
    topological_order(root)
    order, to_do = [], [(root, False)]
    while to_do:
        node, is_left = to_do.pop()
        if is_left:
            order.append(node)
        else:
            to_do.append((node, True))
            to_do += [(parent, False) for parent in reversed(node.parents)]
    return order


@mistake("topological_order")
def order_walks_every_path(root):
    """Each node is in the order once, but it is *visited* once for every path that leads to it: sixty
    doublings have 2 ** 60 of them. Look whether a node was visited before you go to its parents, not when
    you note it."""
    topological_order(root)
    order, noted, to_do = [], set(), [(root, False)]
    while to_do:
        node, is_left = to_do.pop()
        if not is_left:
            to_do.append((node, True))
            to_do += [(parent, False) for parent in reversed(node.parents)]
        elif node not in noted:
            noted.add(node)
            order.append(node)
    return order


@mistake("topological_order")
def order_tells_nodes_apart_by_number(root):
    """Nodes are told apart by the number that they hold, so two nodes that hold the same are taken for one.
    Keep the nodes themselves in the set, or their id()."""
    return unless_cyclic(root, by_number(root))


@mistake("topological_order")
def order_calls_sharing_a_cycle(root):
    """A node that is met a second time is called a cycle, but it may only be used in two places. A cycle is
    a node that is met while its own parents are still being worked on."""
    seen, to_do = set(), [root]
    while to_do:
        node = to_do.pop()
        if node in seen:
            raise ValueError("cycle")
        seen.add(node)
        to_do += node.parents
    return topological_order(root)


@mistake("topological_order")
def order_calls_waiting_a_cycle(root):
    """A node that is still waiting in the list of what is to do is taken for one that is being worked on,
    and called a cycle when it is met again. Only a node whose own parents are being worked on makes a
    cycle: mark it when it has its turn, not when it is put into the list."""
    order, is_open, to_do = [], {root: True}, [(root, False)]
    while to_do:
        node, is_left = to_do.pop()
        if is_left:
            is_open[node] = False
            order.append(node)
            continue
        to_do.append((node, True))
        for parent in node.parents:
            if is_open.get(parent):
                raise ValueError("cycle")
            if parent not in is_open:
                is_open[parent] = True
                to_do.append((parent, False))
    return order


@mistake("topological_order")
def order_calls_a_parent_twice_a_cycle(root):
    """A node that is a parent twice, as in y = a + a, is called a cycle. It is used in two places, and
    depends on nothing that depends on it."""
    for node in topological_order(root):
        if len(set(node.parents)) < len(node.parents):
            raise ValueError("cycle")
    return topological_order(root)


@mistake("topological_order")
def order_never_notices_a_cycle(root):
    """Nodes that depend on each other give some row, which cannot be right: no order has each of them
    behind the other. A cycle has to be noticed, and to raise a ValueError."""
    return as_far_as_there_is_order(root)


@mistake("topological_order")
def order_notices_loops_of_one_only(root):
    """A node that is its own parent is noticed, and a cycle of several nodes is not. Note which nodes are
    being worked on: meeting one of them again, however far back, is a cycle."""
    order = as_far_as_there_is_order(root)
    if any(node in node.parents for node in order):
        raise ValueError("cycle")
    return order


@mistake("topological_order")
def order_notices_no_loop_of_one(root):
    """A cycle of several nodes is noticed, and a node that is its own parent is not. It depends on itself
    as well."""
    order = as_far_as_there_is_order(root)
    place = {node: number for number, node in enumerate(order)}
    if any(place[parent] > place[node] for node in order for parent in node.parents):
        raise ValueError("cycle")
    return order


@mistake("topological_order")
def order_notices_cycles_through_the_root_only(root):
    """Only a cycle that leads back to the root is noticed. Any node that the root depends on may be in
    one."""
    order = as_far_as_there_is_order(root)
    if any(root in node.parents for node in order):
        raise ValueError("cycle")
    return order


@mistake("topological_order")
def order_says_nothing_of_a_cycle(root):
    """A cycle raises a ValueError, whose message does not say so. Have the word "cycle" in it."""
    try:
        return topological_order(root)
    except ValueError:
        raise ValueError("this graph has no topological order") from None


@mistake("topological_order")
def order_raises_another_error(root):
    """A cycle raises an error of another kind. It should be a ValueError."""
    try:
        return topological_order(root)
    except ValueError as error:
        raise RuntimeError(str(error)) from None


@mistake("topological_order")
def order_leaves_a_cycle_out(root):
    """Nodes in a cycle are left out, and nothing is said. Counting free nodes notices a cycle by what is
    left over: raise a ValueError if not every node was placed."""
    nodes, order, placed = breadth_first(root), [], set()
    is_growing = True
    while is_growing:
        free = [n for n in nodes if n not in placed and placed.issuperset(n.parents)]
        order += free
        placed.update(free)
        is_growing = bool(free)
    return order


@mistake("topological_order")
def order_without_the_root(root):
    """The root is missing. It depends on all the others, and comes last."""
    return topological_order(root)[:-1]


@mistake("topological_order")
def order_of_the_next_ones_only(root):
    """Only the root and its own parents are there. Go on to the parents of those, and so on."""
    topological_order(root)
    return [*dict.fromkeys(root.parents), root]


@mistake("topological_order")
def order_without_the_inputs(root):
    """Nodes without parents are missing. The walk back ends there, and theirs are the derivatives that
    everybody wants."""
    return [node for node in topological_order(root) if node.parents]


@mistake("topological_order")
def order_of_numbers(root):
    """The list has the numbers, and should have the nodes themselves: from a number no walk leads on."""
    return [node.data for node in topological_order(root)]


@mistake("topological_order")
def order_as_a_set(root):
    """What comes back is a set, or an iterator. It should be a list, which has an order, a length, and two
    directions to be walked in."""
    return set(topological_order(root))


@mistake("topological_order")
def order_as_a_tuple(root):
    """What comes back is a tuple, and should be a list."""
    return tuple(topological_order(root))


@mistake("topological_order")
def order_by_size(root):
    """The nodes are sorted by the numbers that they hold. A node may be smaller than its parents, and two
    may be equal: go by what was computed from what."""
    return sorted(topological_order(root), key=lambda node: node.data)
