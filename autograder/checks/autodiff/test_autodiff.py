"""Checks of the topic `autodiff`.

`Value` is checked by a trusted walk over its parents, and the functions that walk by trusted nodes: each part
is graded on its own. Expected derivatives come from formulas on paper. Those of random graphs come from
a linear system: with the local gradients of all edges in a matrix L, the derivatives d of a root solve
d = e_root + L.T d. Those of the recurrence are carried along forwards, step by step, not by a walk back.
"""

import math

import numpy as np

from nnlearn.checking import check, expect

NEAR = {"rtol": 1e-9, "atol": 1e-12}  # what rounding in float64 may do

# Value -----------------------------------------------------------------------------------------

POINTS = ((2.0, 3.0), (-1.5, 0.5))
OTHER_POINTS = ((0.7, -4.0), (-3.0, -0.25))
TWO_VALUES = {
    "add": lambda a, b: (a + b, 1, 1),
    "sub": lambda a, b: (a - b, 1, -1),
    "mul": lambda a, b: (a * b, b, a),
    "truediv": lambda a, b: (a / b, 1 / b, -a / b**2),
}
SIGNS = {"add": "+", "sub": "-", "mul": "*", "truediv": "/"}
METHODS = {
    "exp": lambda x: (math.exp(x), math.exp(x)),
    "log": lambda x: (math.log(x), 1 / x),
    "tanh": lambda x: (math.tanh(x), 1 / math.cosh(x) ** 2),
    "relu": lambda x: (max(x, 0.0), float(x > 0)),
}


PLAIN = (type(None), bool, int, float, str, bytes, list, tuple, dict, np.ndarray)


def is_number(node, number, words):
    """The node holds this number."""
    with expect.about(node):
        plain = isinstance(node, PLAIN)
        expect.true(not plain, f"{words} should be a Value", f"it is {type(node).__name__}: {node!r}"[:60])
    claim = f"{words} should be {number:.6g}"
    with expect.about(node):
        expect.right_and_finite(expect.number(node.data, claim), number, claim, **NEAR)


def slopes_are(learner, node, sources, slopes, words):
    """The derivatives of the node by these others, by what it says of its parents."""
    found = learner.kit.derivatives(node, *sources)
    names = " and ".join("ab"[: len(slopes)])
    claim = f"the derivative of {words} by {names} should be {' and '.join(f'{s:.6g}' for s in slopes)}"
    expect.items(found, len(slopes), claim)
    expect.true(None not in found, claim, "it does not depend on what it was computed from")
    expect.right_and_finite(found, slopes, claim, **NEAR)


def works_on_two_values(learner, operator, points):
    for a, b in points:
        number, *slopes = TWO_VALUES[operator](a, b)
        sources = learner.Value(a), learner.Value(b)
        words = f"a {SIGNS[operator]} b with a = {a}, b = {b}"
        result = learner.kit.operate(operator, *sources)
        is_number(result, number, words)
        slopes_are(learner, result, sources, slopes, words)


def works_with_numbers(learner, operators, number, on_the_left, points):
    """With an int or a float on one side: the derivative by the `Value` on the other."""
    for x in points:
        for operator in operators:
            sign = SIGNS[operator]
            both = (number, x) if on_the_left else (x, number)
            value, *slopes = TWO_VALUES[operator](*both)
            words = f"{number} {sign} a with a = {x}" if on_the_left else f"a {sign} {number} with a = {x}"
            a = learner.Value(x)
            operands = (number, a) if on_the_left else (a, number)
            result = learner.kit.operate(operator, *operands)
            is_number(result, value, words)
            slopes_are(learner, result, [a], [slopes[on_the_left]], words)


def has_powers(learner, cases):
    for x, exponent, slope in cases:
        a = learner.Value(x)
        result = learner.kit.operate("pow", a, exponent)
        words = f"a ** {exponent} with a = {x}"
        is_number(result, x**exponent, words)
        slopes_are(learner, result, [a], [slope], words)


def has_method(learner, name, points):
    for x in points:
        number, slope = METHODS[name](x)
        a = learner.Value(x)
        result = getattr(a, name)()
        words = f"a.{name}() with a = {x}"
        is_number(result, number, words)
        slopes_are(learner, result, [a], [slope], words)


@check("Value")
def test_value_has_four_attributes(learner):
    """A new Value has its number as a float, a grad of 0.0, and the parents it is given."""
    a, b = learner.Value(3), learner.Value(0.5)
    expect.same(a.data, 3.0, "the data of Value(3) should be the float 3.0")
    expect.same(a.grad, 0.0, "the grad of a new Value should be 0.0")
    expect.same(a.parents, (), "a Value that was not computed should have no parents: ()")
    expect.same(a.local_gradients, (), "a Value that was not computed should have no local gradients: ()")
    node = learner.Value(1.5, (a, b), (0.5, 3.0))
    expect.items(node.parents, 2, "Value(1.5, (a, b), (0.5, 3.0)) should have both parents")
    claim = "Value(1.5, (a, b), (0.5, 3.0)) should have these local gradients"
    expect.same(node.local_gradients, (0.5, 3.0), claim)
    slopes_are(learner, node, [a, b], [0.5, 3.0], "Value(1.5, (a, b), (0.5, 3.0))")


@check("Value")
def test_value_adds(learner):
    """a + b has derivatives 1 and 1."""
    works_on_two_values(learner, "add", POINTS)


@check("Value")
def test_value_subtracts(learner):
    """a - b has derivatives 1 and -1."""
    works_on_two_values(learner, "sub", POINTS)


@check("Value")
def test_value_multiplies(learner):
    """a * b has derivatives b and a."""
    works_on_two_values(learner, "mul", POINTS)


@check("Value")
def test_value_divides(learner):
    """a / b has derivatives 1 / b and -a / b ** 2."""
    works_on_two_values(learner, "truediv", POINTS)


@check("Value")
def test_value_negated(learner):
    """-a has derivative -1."""
    for x in (2.0, -1.5):
        a = learner.Value(x)
        result = learner.kit.operate("neg", a)
        is_number(result, -x, f"-a with a = {x}")
        slopes_are(learner, result, [a], [-1], f"-a with a = {x}")


@check("Value")
def test_value_with_a_number_on_the_right(learner):
    """a + 4, a - 4, a * 4 and a / 4 are right."""
    works_with_numbers(learner, SIGNS, 4, False, (2.0, -1.5))


@check("Value")
def test_value_with_a_number_on_the_left(learner):
    """3 + a and 3 - a are right: 3 - a is not a - 3."""
    works_with_numbers(learner, ("add", "sub"), 3, True, (2.0, -1.5))


@check("Value")
def test_value_with_a_factor_on_the_left(learner):
    """3 * a and 3 / a are right: 3 / a is not a / 3."""
    works_with_numbers(learner, ("mul", "truediv"), 3, True, (2.0, -1.5))


@check("Value")
def test_value_in_a_sum(learner):
    """Python's sum of several Values is right."""
    sources = [learner.Value(x) for x in (2.0, -1.5)]
    result = learner.kit.operate("sum", *sources)
    is_number(result, 0.5, "sum([a, b]) with a = 2.0, b = -1.5")
    slopes_are(learner, result, sources, [1, 1], "sum([a, b])")


@check("Value")
def test_value_used_twice(learner):
    """a + a has derivative 2, a * a has 2a, a - a and a / a have 0."""
    for operator, number, slope in (("add", 6, 2), ("mul", 9, 6), ("sub", 0, 0), ("truediv", 1, 0)):
        a = learner.Value(3.0)
        result = learner.kit.operate(operator, a, a)
        words = f"a {SIGNS[operator]} a with a = 3.0"
        is_number(result, number, words)
        slopes_are(learner, result, [a], [slope], words)


@check("Value")
def test_value_powers(learner):
    """a ** n has derivative n a ** (n - 1), with an int or a float n."""
    has_powers(learner, ((2.0, 3, 12), (-1.5, 2, -3), (4.0, 0.5, 0.25), (2.0, -1, -0.25)))


@check("Value", after=test_value_powers)
def test_value_to_the_power_of_0(learner):
    """a ** 0 is 1 with derivative 0, also at 0."""
    has_powers(learner, ((2.0, 0, 0), (0.0, 0, 0)))


@check("Value")
def test_value_refuses_a_value_as_exponent(learner):
    """a ** b with a Value b raises a TypeError."""
    a, b = learner.Value(2.0), learner.Value(3.0)
    with expect.raises(TypeError, "a ** b with a Value b should raise a TypeError"):
        learner.kit.operate("pow", a, b)


@check("Value")
def test_value_exp_and_log(learner):
    """exp() has itself as derivative, log() has 1 / a."""
    has_method(learner, "exp", (0.5, -2.0))
    has_method(learner, "log", (0.5, 3.0))


@check("Value")
def test_value_tanh(learner):
    """tanh() has derivative 1 - tanh ** 2, and at ±1000 it is ±1 with derivative 0."""
    has_method(learner, "tanh", (0.5, -1.25))
    for x in (1000.0, -1000.0):
        a = learner.Value(x)
        result = a.tanh()
        is_number(result, math.copysign(1, x), f"a.tanh() with a = {x}")
        slopes_are(learner, result, [a], [0], f"a.tanh() with a = {x}")


@check("Value")
def test_value_relu(learner):
    """relu() has derivative 1 above 0, and 0 below and at 0."""
    has_method(learner, "relu", (2.0, -1.5, 0.0))


@check("Value")
def test_value_leaves_its_operands_alone(learner):
    """No operation changes the Values that it is computed from."""
    operations = ("add", "sub", "mul", "truediv")
    for operator in operations:
        a, b = learner.Value(2.0), learner.Value(3.0)
        learner.kit.operate(operator, a, b)
        for node, number, name in ((a, 2.0, "a"), (b, 3.0, "b")):
            claim = f"a {SIGNS[operator]} b should not change {name}"
            expect.same(node.data, number, claim)
            expect.same(node.grad, 0.0, claim)
            expect.same(node.parents, (), claim)


@check("Value")
def test_value_is_told_apart_from_its_equals(learner):
    """Two Values with the same number are not equal, and two elements of a set."""
    a, b = learner.Value(2.0), learner.Value(2.0)
    claim = "a set of Value(2.0), another Value(2.0) and the first one again should have 2 elements"
    expect.same(learner.kit.distinct(a, b, a), 2, claim)
    claim = "Value(2.0) == Value(2.0) should be False: they are two nodes"
    expect.same(learner.kit.operate("eq", a, b), False, claim)


@check("Value", after=test_value_adds)
def test_value_has_tuples(learner):
    """What was computed has tuples of parents and of local gradients, of one length."""
    result = learner.kit.operate("add", learner.Value(2.0), learner.Value(3.0))
    parents, slopes = result.parents, result.local_gradients
    for name, found in (("parents", parents), ("local_gradients", slopes)):
        expect.true(
            isinstance(found, tuple),
            f"the {name} of a + b should be a tuple",
            f"it is a {type(found).__name__}",
        )
    claim = "a + b should have as many local gradients as parents"
    expect.same(len(slopes), len(parents), claim)
    claim = "the local gradients of a + b should be numbers"
    expect.true(all(map(expect.is_number, slopes)), claim, f"they are {slopes!r}"[:60])


@check("Value", hidden=True)
def test_value_at_other_points(learner):
    """All operations with two Values are right for other numbers."""
    for operator in TWO_VALUES:
        works_on_two_values(learner, operator, OTHER_POINTS)


@check("Value", hidden=True)
def test_value_with_other_numbers(learner):
    """Numbers of Python on either side, ints and floats, are right."""
    works_with_numbers(learner, SIGNS, -2.5, False, (0.4, -3.0))
    works_with_numbers(learner, SIGNS, -2.5, True, (0.4, -3.0))
    works_with_numbers(learner, SIGNS, 7, True, (0.4,))


@check("Value", hidden=True)
def test_value_in_a_long_sum(learner):
    """Python's sum is right for one Value, and for one that is there twice."""
    a, b = learner.Value(2.0), learner.Value(-0.5)
    slopes_are(learner, learner.kit.operate("sum", a), [a], [1], "sum([a])")
    result = learner.kit.operate("sum", a, b, a)
    is_number(result, 3.5, "sum([a, b, a]) with a = 2.0, b = -0.5")
    slopes_are(learner, result, [a, b], [2, 1], "sum([a, b, a])")


@check("Value", hidden=True, after=test_value_powers)
def test_value_has_other_powers(learner):
    """Powers are right for negative numbers, for 0, and for exponents of 1 and below 0."""
    has_powers(learner, ((-2.0, 3, 12), (-2.0, -2, 0.25), (1.5, -0.5, -0.5 * 1.5**-1.5), (5.0, 1, 1)))
    has_powers(learner, ((0.0, 1, 1), (0.0, 2, 0), (0.0, 3.0, 0), (1.5, 2.5, 2.5 * 1.5**1.5)))


@check("Value", hidden=True, after=test_value_to_the_power_of_0)
def test_value_to_the_power_of_the_float_0(learner):
    """a ** 0.0 is 1 with derivative 0, also at 0 and below."""
    has_powers(learner, ((0.0, 0.0, 0), (-1.5, 0.0, 0), (-1.5, 0, 0)))


@check("Value", hidden=True)
def test_value_has_methods_at_other_points(learner):
    """exp, log, tanh and relu are right for other numbers."""
    has_method(learner, "exp", (0.0, 1.75, -30.0))
    has_method(learner, "log", (1.0, 20.0, 1e-6))
    has_method(learner, "tanh", (0.0, 2.5, -0.3))
    has_method(learner, "relu", (1e-9, -1e-9, 40.0))


@check("Value", hidden=True)
def test_value_makes_a_new_one(learner):
    """What an operation returns is another object, also where the number stays the same."""
    a = learner.Value(2.0)
    results = {
        "a.relu()": a.relu(),
        "a + 0": learner.kit.operate("add", a, 0),
        "0 + a": learner.kit.operate("add", 0, a),
        "sum([a])": learner.kit.operate("sum", a),
        "a * 1": learner.kit.operate("mul", a, 1),
        "a ** 1": learner.kit.operate("pow", a, 1),
    }
    for words, result in results.items():
        claim = f"{words} should be a new Value, and not a itself"
        expect.same(learner.kit.distinct(a, result), 2, claim)
        expect.same(result.grad, 0.0, "the grad of a new Value should be 0.0")


@check("Value", hidden=True, after=test_value_multiplies)
def test_value_works_its_slopes_out_at_once(learner):
    """Local gradients belong to the moment of the computation: later changes of data do not matter."""
    a, b = learner.Value(2.0), learner.Value(3.0)
    results = [learner.kit.operate("mul", a, b), a.exp(), learner.kit.operate("pow", a, 3)]
    a.data = 10.0
    b.data = 20.0
    for result, slope, words in zip(
        results, (3, math.exp(2), 12), ("a * b", "a.exp()", "a ** 3"), strict=True
    ):
        found = learner.kit.derivatives(result, a)
        claim = f"the derivative of {words} by a should stay when a.data is changed later"
        expect.right_and_finite(found, [slope], claim, **NEAR)


@check("Value", hidden=True)
def test_value_in_formulas(learner):
    """Formulas of many operations have the right derivatives."""
    operate = learner.kit.operate
    a, b = learner.Value(0.6), learner.Value(-1.2)
    inner = operate("sub", operate("mul", operate("mul", 2, a), b), operate("truediv", a, b))
    squashed = inner.tanh()
    shared = operate("pow", operate("add", squashed, operate("mul", a, squashed)), 2)
    z = 2 * 0.6 * -1.2 + 0.6 / 1.2
    h = math.tanh(z)
    is_number(shared, (1.6 * h) ** 2, "(h + a * h) ** 2 with h = (2 * a * b - a / b).tanh()")
    dz = 1 / math.cosh(z) ** 2
    da = 2 * 1.6 * h * (h + 1.6 * dz * (-2.4 + 1 / 1.2))
    db = 2 * 1.6 * h * 1.6 * dz * (1.2 + 0.6 / 1.44)
    slopes_are(learner, shared, [a, b], [da, db], "(h + a * h) ** 2 with h = (2 * a * b - a / b).tanh()")


# graphs ----------------------------------------------------------------------------------------


def given(number):
    """A row of a node that was not computed."""
    return (number, (), ())


# y = a * b + a
PRODUCT = {
    "a": given(2.0),
    "b": given(3.0),
    "p": (6.0, ("a", "b"), (3.0, 2.0)),
    "y": (8.0, ("p", "a"), (1.0, 1.0)),
}
# y = (3 * a) * a ** 2: two ways of one length, which meet again
DIAMOND = {
    "a": given(2.0),
    "l": (6.0, ("a",), (3.0,)),
    "r": (4.0, ("a",), (4.0,)),
    "y": (24.0, ("l", "r"), (4.0, 6.0)),
}
# y = c + (c * 2) * 3 and y = (c * 2) * 3 + c, with c = 2.5 * x: two ways of different lengths
SHORT_FIRST = {
    "x": given(2.0),
    "c": (5.0, ("x",), (2.5,)),
    "p": (10.0, ("c",), (2.0,)),
    "q": (30.0, ("p",), (3.0,)),
    "y": (35.0, ("c", "q"), (1.0, 1.0)),
}
SHORT_LAST = SHORT_FIRST | {"y": (35.0, ("q", "c"), (1.0, 1.0))}
# y = a + a, y = 5 * a - a in one step, and y = a * a
SUM_OF_TWINS = {"a": given(3.0), "y": (6.0, ("a", "a"), (1.0, 1.0))}
DIFFERENCE = {"a": given(3.0), "y": (12.0, ("a", "a"), (5.0, -1.0))}
SQUARE = {"a": given(3.0), "y": (9.0, ("a", "a"), (3.0, 3.0))}
# y = (a + b) * (a * b) with a = b = 2: four numbers are two pairs of equal ones
EQUALS = {
    "a": given(2.0),
    "b": given(2.0),
    "s": (4.0, ("a", "b"), (1.0, 1.0)),
    "p": (4.0, ("a", "b"), (2.0, 2.0)),
    "y": (16.0, ("s", "p"), (4.0, 4.0)),
}
# y = (a * a) * a
CUBE = {"a": given(2.0), "s": (4.0, ("a", "a"), (2.0, 2.0)), "y": (8.0, ("s", "a"), (2.0, 4.0))}


CHAIN_SLOPES = [-1.0, 1.0]


class Chain(dict):
    """The rows of `kit.chain`, which makes them where they are needed."""

    def __init__(self, length):
        super().__init__({"x0": given(1.0)})
        for i in range(1, length):
            self[f"x{i}"] = (1.0, (f"x{i - 1}",), (CHAIN_SLOPES[(i - 1) % 2],))


def graph_of(learner, rows):
    """Trusted nodes, made from these rows."""
    if isinstance(rows, Chain):
        return learner.kit.chain(len(rows), CHAIN_SLOPES)
    return learner.kit.graph(rows)


def doublings(number):
    """y = y + y again and again, from 1."""
    rows = {"x0": given(1.0)}
    for i in range(1, number + 1):
        rows[f"x{i}"] = (2.0**i, (f"x{i - 1}", f"x{i - 1}"), (1.0, 1.0))
    return rows


def random_graph(rng, size):
    """Nodes that depend on up to three before them, a few of them twice on one; `n0` has none."""
    rows = {"n0": given(1.0)}
    for i in range(1, size):
        parents = [f"n{rng.integers(0, i)}" for _ in range(rng.integers(0, 4))]
        rows[f"n{i}"] = (
            float(rng.integers(1, 4)),
            tuple(parents),
            tuple(rng.uniform(-1.5, 1.5, len(parents)).tolist()),
        )
    below = [f"n{i}" for i in range(size - 3, size)]
    return rows | {"y": (1.0, (*below, below[0]), (0.5, -1.0, 2.0, 0.25))}


def needed(rows, root):
    """The names of all that the root depends on, itself included."""
    found, to_do = {root}, [root]
    while to_do:
        new = set(rows[to_do.pop()][1]) - found
        found |= new
        to_do += new
    return found


def derivatives(rows, root):
    """d root / d node for each node that the root depends on, by solving a linear system."""
    names = [name for name in rows if name in needed(rows, root)]
    place = {name: i for i, name in enumerate(names)}
    edges = np.zeros((len(names), len(names)))
    for name in names:
        for parent, slope in zip(*rows[name][1:], strict=True):
            edges[place[name], place[parent]] += slope
    start = np.eye(len(names))[place[root]]
    return dict(zip(names, np.linalg.solve(np.eye(len(names)) - edges.T, start).tolist(), strict=True))


# topological_order -----------------------------------------------------------------------------


def order_is_right(learner, rows, root):
    """The order has all that the root depends on, once each, behind their parents."""
    graph = graph_of(learner, rows)
    found = learner.kit.names_on_graph(learner.topological_order, graph, root)
    listed = isinstance(found, list)
    names = [name for name in found if isinstance(name, str) and name in rows] if listed else []
    place = {name: i for i, name in reversed([*enumerate(names)])}
    wanted = needed(rows, root)
    missing = [name for name in rows if name in wanted and name not in place]
    added = [name for name in place if name not in wanted]
    twice = [name for name in place if names.count(name) > 1] if len(names) < 1000 else []
    late = [
        (name, parent) for name in place for parent in rows[name][1] if place.get(parent, -1) > place[name]
    ]
    is_reversed = (
        bool(names)
        and names[0] == root
        and all(place[parent] > place[name] for name in place for parent in rows[name][1] if parent in place)
    )
    learner.observed(
        {
            "is a": type(found).__name__,
            "strangers": listed and len(found) - len(names),
            "missing": len(missing),
            "added": bool(added),
            "is twice": bool(twice) or len(place) < len(names),
            "is late": bool(late),
            "ends with the root": bool(names) and names[-1] == root,
            "is reversed": is_reversed,
        }
    )
    with expect.about(learner.so_far()):
        expect.true(listed, "topological_order should return a list", f"it is {type(found).__name__}")
        expect.true(len(names) == len(found), "the order should have nodes of the graph, and nothing else")
        claim = "every node that the root depends on should be in the order"
        expect.true(
            not missing, claim, f"{', '.join(missing[:3])} {'is' if len(missing) == 1 else 'are'} missing"
        )
        expect.true(
            not added,
            "what the root does not depend on should not be in the order",
            f"{', '.join(added[:3])} is",
        )
        claim = "every node should be in the order once"
        expect.true(len(place) == len(names), claim, f"{', '.join(twice[:3])} is there more than once")
        claim = "every node should come after its parents"
        expect.true(not late, claim, "{} comes before its parent {}".format(*late[0]) if late else "")
        claim = "the root should be the last of the order"
        expect.true(names[-1] == root, claim)


def calls_it_a_cycle(learner, rows, root, words):
    graph = learner.kit.graph(rows)
    with expect.raises(ValueError, f"{words} should raise a ValueError", "cycle"):
        learner.kit.names_on_graph(learner.topological_order, graph, root)
        learner.observed({"accepted": words})


@check("topological_order")
def test_order_of_a_product(learner):
    """The nodes of y = a * b + a come after their parents, and y comes last."""
    order_is_right(learner, PRODUCT, "y")


@check("topological_order")
def test_order_has_a_shared_node_once(learner):
    """A node that two others were computed from is there once, before both, and is no cycle."""
    order_is_right(learner, DIAMOND, "y")


@check("topological_order")
def test_order_with_a_short_way_first(learner):
    """In y = c + (c * 2) * 3 the node c comes before c * 2."""
    order_is_right(learner, SHORT_FIRST, "y")


@check("topological_order")
def test_order_with_a_short_way_last(learner):
    """In y = (c * 2) * 3 + c the node c comes before c * 2."""
    order_is_right(learner, SHORT_LAST, "y")


@check("topological_order")
def test_order_with_a_parent_twice(learner):
    """In y = a + a the node a is there once."""
    order_is_right(learner, SUM_OF_TWINS, "y")


@check("topological_order")
def test_order_with_equal_numbers(learner):
    """Nodes with the same number are different nodes."""
    order_is_right(learner, EQUALS, "y")


@check("topological_order")
def test_order_of_a_cycle(learner):
    """Nodes that depend on each other raise a ValueError that mentions a cycle."""
    rows = {
        "a": given(1.0),
        "b": (2.0, ("a", "d"), (1.0, 1.0)),
        "c": (3.0, ("b",), (1.0,)),
        "d": (4.0, ("c",), (1.0,)),
    }
    calls_it_a_cycle(learner, rows, "d", "a cycle of three nodes")


@check("topological_order")
def test_order_of_a_node_that_is_its_own_parent(learner):
    """A node that is its own parent raises a ValueError that mentions a cycle."""
    rows = {"a": (1.0, ("a",), (1.0,)), "y": (2.0, ("a",), (1.0,))}
    calls_it_a_cycle(learner, rows, "y", "a node that is its own parent")


@check("topological_order", after=test_order_of_a_product)
def test_order_of_a_long_chain(learner):
    """A chain of 2,000 nodes works: Python allows about 1,000 nested calls."""
    order_is_right(learner, Chain(2000), "x1999")


@check("topological_order", after=test_order_with_a_parent_twice)
def test_order_of_many_doublings(learner):
    """60 doublings y = y + y are 61 nodes, however many paths there are."""
    order_is_right(learner, doublings(60), "x60")


@check("topological_order", hidden=True, after=test_order_of_a_long_chain)
def test_order_of_a_longer_chain(learner):
    """A chain of 10,000 nodes works."""
    order_is_right(learner, Chain(10_000), "x9999")


@check("topological_order", hidden=True)
def test_order_of_random_graphs(learner, rng):
    """The order is right for graphs of many shapes."""
    for size in (8, 15, 30):
        order_is_right(learner, random_graph(rng, size), "y")


@check("topological_order", hidden=True)
def test_order_of_a_part_of_a_graph(learner):
    """What the root does not depend on is not in the order; a root without parents is alone."""
    order_is_right(learner, SHORT_FIRST, "q")
    order_is_right(learner, EQUALS, "b")


@check("topological_order", hidden=True)
def test_order_of_other_cycles(learner):
    """A cycle is found wherever it is: behind a second parent, or far from the root."""
    pair = {"a": (1.0, ("b",), (1.0,)), "b": (1.0, ("a",), (1.0,))}
    calls_it_a_cycle(learner, pair, "a", "two nodes that depend on each other")
    alone = {"a": (1.0, ("a",), (1.0,))}
    calls_it_a_cycle(learner, alone, "a", "a root that is its own parent")
    far = {"l": given(1.0), "k": (1.0, ("k", "l"), (1.0, 1.0)), "s": (1.0, ("l", "k"), (1.0, 1.0))}
    far |= {"t": (1.0, ("l", "s"), (1.0, 1.0)), "y": (1.0, ("t", "l"), (1.0, 1.0))}
    calls_it_a_cycle(learner, far, "y", "a cycle far from the root")


@check("topological_order", hidden=True)
def test_order_of_a_wide_graph(learner):
    """A node with 500 parents, which share theirs, works."""
    rows = {"a": given(1.0)} | {f"m{i}": (1.0, ("a",), (1.0,)) for i in range(500)}
    rows["y"] = (500.0, tuple(f"m{i}" for i in range(500)), (1.0,) * 500)
    order_is_right(learner, rows, "y")


@check("topological_order", hidden=True, after=test_order_of_a_product)
def test_order_changes_no_node(learner):
    """The nodes are left as they are."""
    graph = learner.kit.graph(PRODUCT)
    learner.kit.names_on_graph(learner.topological_order, graph, "y")
    claim = "topological_order should leave the grad of every node alone"
    grads = graph.grads()
    with expect.about(learner.so_far()):
        expect.same(grads, dict.fromkeys(PRODUCT, 0.0), claim)


# gradient --------------------------------------------------------------------------------------


def gradient_is(learner, rows, root, sources, slopes, words=""):
    """The derivatives of the root by these sources."""
    graph = graph_of(learner, rows)
    found = learner.kit.on_graph(learner.gradient, graph, root, sources)
    claim = (
        words or f"the derivatives by {', '.join(sources)} should be {', '.join(f'{s:.6g}' for s in slopes)}"
    )
    expect.items(found, len(sources), claim)
    expect.true(isinstance(found, list), "gradient should return a list", f"it is a {type(found).__name__}")
    expect.true(None not in found, claim, "there is None where the root does depend on the source")
    expect.right_and_finite(found, slopes, claim, **NEAR)
    return found


@check("gradient")
def test_gradient_of_a_product(learner):
    """y = a * b + a at a = 2, b = 3 has derivatives 4 and 2."""
    gradient_is(learner, PRODUCT, "y", ["a", "b"], [4, 2])


@check("gradient")
def test_gradient_with_a_parent_twice(learner):
    """a + a has derivative 2, a * a has 2a: both places count, each with its own local gradient."""
    gradient_is(learner, SUM_OF_TWINS, "y", ["a"], [2])
    gradient_is(learner, DIFFERENCE, "y", ["a"], [4])
    gradient_is(learner, SQUARE, "y", ["a"], [6])


@check("gradient")
def test_gradient_over_a_diamond(learner):
    """What comes back on two ways adds up."""
    gradient_is(learner, DIAMOND, "y", ["a", "l", "r"], [36, 4, 6])


@check("gradient")
def test_gradient_over_ways_of_different_lengths(learner):
    """In c + (c * 2) * 3 and (c * 2) * 3 + c, c has derivative 7, and passes on all of it."""
    gradient_is(learner, SHORT_FIRST, "y", ["c", "x"], [7, 17.5])
    gradient_is(learner, SHORT_LAST, "y", ["c", "x"], [7, 17.5])


@check("gradient")
def test_gradient_of_the_root_itself(learner):
    """The derivative of the root by itself is 1."""
    found = gradient_is(learner, PRODUCT, "y", ["y", "p"], [1, 1])
    with expect.about(found):
        expect.same(found[0], 1.0, "the derivative of the root by itself should be the float 1.0")


@check("gradient")
def test_gradient_tells_none_from_zero(learner):
    """What the root does not depend on gets None; what it depends on with slope 0 gets 0.0."""
    rows = {
        "x": given(-0.5),
        "a": (-1.0, ("x",), (2.0,)),
        "h": (0.0, ("a",), (0.0,)),
        "y": (0.0, ("h",), (5.0,)),
    }
    graph = learner.kit.graph(rows | {"stranger": given(3.0), "above": (0.0, ("y",), (1.0,))})
    found = learner.kit.on_graph(learner.gradient, graph, "y", ["a", "x", "stranger", "above"])
    found = expect.items(found, 4, "there should be an entry for each of the four sources")
    with expect.about(learner.so_far()):
        for slope, name in zip(found[:2], "ax", strict=True):
            claim = f"the derivative by {name} should be 0.0: y depends on it, with slope 0"
            expect.true(slope is not None, claim, "it is None")
            expect.close(slope, 0.0, claim, **NEAR)
        for slope, name in zip(found[2:], ("stranger", "above"), strict=True):
            claim = f"the derivative by {name} should be None: y does not depend on it"
            expect.true(slope is None, claim, f"it is {slope!r}"[:60])


@check("gradient", after=test_gradient_of_a_product)
def test_gradient_leaves_grad_alone(learner):
    """No .grad is changed or used, whatever it holds."""
    graph = learner.kit.graph(PRODUCT)
    graph["a"].grad = 100.0
    graph["p"].grad = 10.0
    found = learner.kit.on_graph(learner.gradient, graph, "y", ["a", "b"])
    claim = "the derivatives should not depend on what is in .grad before"
    expect.right_and_finite(found, [4, 2], claim, **NEAR)
    claim = "gradient should leave every .grad as it was"
    grads = graph.grads()
    with expect.about(learner.so_far()):
        expect.same(grads, {"a": 100.0, "b": 0.0, "p": 10.0, "y": 0.0}, claim)


@check("gradient", after=test_gradient_of_a_product)
def test_gradient_of_a_long_chain(learner):
    """A chain of 2,000 nodes works: Python allows about 1,000 nested calls."""
    gradient_is(learner, Chain(2000), "x1999", ["x0", "x1"], [1, -1])


@check("gradient", after=test_gradient_with_a_parent_twice)
def test_gradient_of_many_doublings(learner):
    """60 doublings y = y + y have derivative 2 ** 60, and each node is visited once."""
    gradient_is(learner, doublings(60), "x60", ["x0", "x59"], [2.0**60, 2])


@check("gradient", hidden=True, after=test_gradient_of_a_long_chain)
def test_gradient_of_a_longer_chain(learner):
    """A chain of 10,000 nodes works."""
    gradient_is(learner, Chain(10_000), "x9999", ["x0", "x9999"], [1, 1])


@check("gradient", hidden=True)
def test_gradient_of_random_graphs(learner, rng):
    """The derivatives by all nodes are right for graphs of many shapes."""
    for size in (8, 15, 30):
        rows = random_graph(rng, size)
        want = derivatives(rows, "y")
        gradient_is(
            learner,
            rows,
            "y",
            list(want),
            list(want.values()),
            "the derivatives by all nodes should be right",
        )


@check("gradient", hidden=True)
def test_gradient_with_equal_numbers(learner):
    """Nodes with the same number have derivatives of their own."""
    want = derivatives(EQUALS, "y")
    gradient_is(learner, EQUALS, "y", list(want), list(want.values()))


@check("gradient", hidden=True)
def test_gradient_by_other_lists_of_sources(learner):
    """Sources in any order, twice, in a tuple, or none at all."""
    gradient_is(learner, PRODUCT, "y", ["b", "a", "b"], [2, 4, 2])
    gradient_is(learner, PRODUCT, "y", ("p", "b"), [1, 2])
    graph = learner.kit.graph(PRODUCT)
    expect.same(
        learner.kit.on_graph(learner.gradient, graph, "y", []), [], "no sources should give an empty list"
    )


@check("gradient", hidden=True)
def test_gradient_of_a_node_in_the_middle(learner):
    """A root in the middle of a graph: what lies above it does not matter."""
    gradient_is(learner, SHORT_FIRST, "q", ["c", "p", "q"], [6, 3, 1])
    gradient_is(learner, {"a": given(2.0)}, "a", ["a"], [1])


# backward --------------------------------------------------------------------------------------


def grads_are(learner, graph, want, words):
    """What each node of the graph has in its grad."""
    found = graph.grads()
    with expect.about(learner.so_far()):
        for name, slope in want.items():
            claim = f"{words}the grad of {name} should be {slope:.6g}"
            expect.right_and_finite(expect.number(found[name], claim), slope, claim, **NEAR)


def backward_is(learner, rows, root, want):
    """One call leaves the derivatives in the nodes, and 0 where the root does not depend on a node."""
    graph = graph_of(learner, rows)
    learner.kit.on_graph(learner.backward, graph, root)
    grads_are(learner, graph, want, "")
    return graph


@check("backward")
def test_backward_of_a_product(learner):
    """y = a * b + a at a = 2, b = 3: grads of 4 and 2, and 1 for y itself."""
    backward_is(learner, PRODUCT, "y", {"y": 1, "p": 1, "a": 4, "b": 2})


@check("backward")
def test_backward_returns_nothing(learner):
    """backward returns None."""
    graph = learner.kit.graph(PRODUCT)
    found = learner.kit.on_graph(learner.backward, graph, "y")
    expect.same(found, None, "backward should return None")


@check("backward")
def test_backward_with_a_parent_twice(learner):
    """a + a gives 2, a * a gives 2a: both places count, each with its own local gradient."""
    backward_is(learner, SUM_OF_TWINS, "y", {"a": 2, "y": 1})
    backward_is(learner, DIFFERENCE, "y", {"a": 4, "y": 1})
    backward_is(learner, SQUARE, "y", {"a": 6, "y": 1})


@check("backward")
def test_backward_over_a_diamond(learner):
    """What comes back on two ways adds up."""
    backward_is(learner, DIAMOND, "y", {"a": 36, "l": 4, "r": 6, "y": 1})


@check("backward")
def test_backward_over_ways_of_different_lengths(learner):
    """In c + (c * 2) * 3 and (c * 2) * 3 + c, the grad of c is 7, and c passes on all of it."""
    backward_is(learner, SHORT_FIRST, "y", {"c": 7, "x": 17.5, "p": 3, "q": 1, "y": 1})
    backward_is(learner, SHORT_LAST, "y", {"c": 7, "x": 17.5, "p": 3, "q": 1, "y": 1})


@check("backward", after=test_backward_of_a_product)
def test_backward_twice(learner):
    """For a * a * a at 2 the first call leaves 12 in a, the second 24."""
    graph = backward_is(learner, CUBE, "y", {"a": 12, "s": 2, "y": 1})
    learner.kit.on_graph(learner.backward, graph, "y")
    grads_are(learner, graph, {"a": 24, "s": 4, "y": 2}, "after two calls for y ")


@check("backward", after=test_backward_of_a_product)
def test_backward_of_two_roots(learner):
    """Calls for two roots that share nodes add up there, and leave other nodes alone."""
    rows = {"a": given(2.0), "l": (6.0, ("a",), (3.0,)), "m": (10.0, ("a",), (5.0,)), "z": given(7.0)}
    graph = backward_is(learner, rows, "l", {"a": 3, "l": 1, "m": 0, "z": 0})
    learner.kit.on_graph(learner.backward, graph, "m")
    grads_are(learner, graph, {"a": 8, "l": 1, "m": 1, "z": 0}, "after calls for l and for m ")


@check("backward", after=test_backward_of_a_product)
def test_backward_of_a_long_chain(learner):
    """A chain of 2,000 nodes works: Python allows about 1,000 nested calls."""
    backward_is(learner, Chain(2000), "x1999", {"x0": 1, "x1": -1, "x1999": 1})


@check("backward", after=test_backward_with_a_parent_twice)
def test_backward_of_many_doublings(learner):
    """60 doublings y = y + y leave 2 ** 60, and each node is visited once."""
    backward_is(learner, doublings(60), "x60", {"x0": 2.0**60, "x59": 2, "x60": 1})


@check("backward", hidden=True, after=test_backward_of_a_long_chain)
def test_backward_of_a_longer_chain(learner):
    """A chain of 10,000 nodes works."""
    backward_is(learner, Chain(10_000), "x9999", {"x0": 1, "x9999": 1})


@check("backward", hidden=True)
def test_backward_of_random_graphs(learner, rng):
    """The grads of all nodes are right for graphs of many shapes, also after a second call."""
    for size in (8, 15, 30):
        rows = random_graph(rng, size)
        want = derivatives(rows, "y")
        graph = backward_is(learner, rows, "y", dict.fromkeys(rows, 0.0) | want)
        learner.kit.on_graph(learner.backward, graph, "y")
        grads_are(learner, graph, {name: 2 * slope for name, slope in want.items()}, "after two calls for y ")


@check("backward", hidden=True)
def test_backward_adds_to_what_is_there(learner):
    """What is in grad before stays, and the derivative is added."""
    graph = learner.kit.graph(PRODUCT | {"z": given(1.0)})
    before = {"a": 100.0, "b": -3.0, "p": 10.0, "y": 0.5, "z": 7.0}
    for name, grad in before.items():
        graph[name].grad = grad
    learner.kit.on_graph(learner.backward, graph, "y")
    grads_are(
        learner, graph, {"a": 104, "b": -1, "p": 11, "y": 1.5, "z": 7}, "with something in every grad before "
    )


@check("backward", hidden=True)
def test_backward_with_equal_numbers(learner):
    """Nodes with the same number have grads of their own."""
    backward_is(learner, EQUALS, "y", derivatives(EQUALS, "y"))


@check("backward", hidden=True)
def test_backward_of_a_root_in_another(learner):
    """A call for a root, and then for a node that it depends on, add up."""
    graph = backward_is(learner, SHORT_LAST, "y", {"c": 7, "p": 3, "q": 1, "y": 1})
    learner.kit.on_graph(learner.backward, graph, "q")
    grads_are(learner, graph, {"c": 13, "x": 32.5, "p": 6, "q": 2, "y": 1}, "after calls for y and for q ")


@check("backward", hidden=True)
def test_backward_leaves_all_else(learner):
    """Only grad is changed."""
    graph = backward_is(learner, PRODUCT, "y", {"a": 4})
    for name, (number, parents, slopes) in PRODUCT.items():
        claim = f"backward should leave all but the grad of {name} as it is"
        expect.same(graph[name].data, number, claim)
        expect.same(graph[name].local_gradients, slopes, claim)
        expect.items(graph[name].parents, len(parents), claim)


# recurrence_gradients --------------------------------------------------------------------------

INPUTS = [1.0, -0.5, 0.3, 0.8, -0.2]


def carried_along(w, u, state, inputs, truncate=None):
    """The last state and its derivatives, carried along from where the truncated part begins."""
    first = 0 if truncate is None else max(0, len(inputs) - truncate)
    by_w, by_u = 0.0, 0.0
    for step, x in enumerate(inputs):
        before, state = state, math.tanh(w * state + u * x)
        slope = 1 - state**2
        if step >= first:
            by_w, by_u = slope * (before + w * by_w), slope * (x + w * by_u)
    return state, by_w, by_u


def recurrence_is(learner, *args, **kwargs):
    answer = learner.recurrence_gradients(*args, **kwargs)
    want = carried_along(*args, **kwargs)
    truncate = kwargs.get("truncate")
    words = "" if truncate is None else f" with truncate={truncate}"
    final, dw, du = expect.items(answer, 3, "the result should be (final, dw, du)")
    with expect.about(learner.so_far()):
        for name, got, number in zip(("final", "dw", "du"), (final, dw, du), want, strict=True):
            claim = f"{name}{words} should be {number:.6g}"
            expect.right_and_finite(expect.number(got, claim), number, claim, **NEAR)


@check("recurrence_gradients")
def test_recurrence_of_one_step(learner):
    """One step: tanh(w h + u x), with derivatives h and x times the slope of tanh."""
    recurrence_is(learner, 0.5, 2.0, 0.25, [0.75])


@check("recurrence_gradients", after=test_recurrence_of_one_step)
def test_recurrence_of_several_steps(learner):
    """Five steps: every use of w and of u counts."""
    recurrence_is(learner, 0.9, 0.5, 0.4, INPUTS)


@check("recurrence_gradients", after=test_recurrence_of_several_steps)
def test_recurrence_truncated(learner):
    """With truncate only the last steps are differentiated, and all of them are run."""
    for truncate in (1, 2, 3, 4):
        recurrence_is(learner, 0.9, 0.5, 0.4, INPUTS, truncate=truncate)


@check("recurrence_gradients", after=test_recurrence_of_several_steps)
def test_recurrence_truncated_beyond_the_beginning(learner):
    """With truncate of as many steps as there are, or more, nothing is left out."""
    for truncate in (5, 6, 100):
        recurrence_is(learner, 0.9, 0.5, 0.4, INPUTS, truncate=truncate)


@check("recurrence_gradients")
def test_recurrence_without_inputs(learner):
    """Without inputs the state stays, and both derivatives are 0."""
    recurrence_is(learner, 0.9, 0.5, 0.4, [])
    recurrence_is(learner, 0.9, 0.5, 0.4, [], truncate=2)


def refuses(learner, truncate, inputs, words=""):
    with expect.raises(ValueError, f"truncate={truncate}{words} should raise a ValueError"):
        learner.recurrence_gradients(0.9, 0.5, 0.4, inputs, truncate=truncate)


@check("recurrence_gradients")
def test_recurrence_refuses_to_truncate_to_nothing(learner):
    """truncate=0 raises a ValueError."""
    refuses(learner, 0, INPUTS)


@check("recurrence_gradients")
def test_recurrence_refuses_to_truncate_to_less(learner):
    """truncate=-1 raises a ValueError."""
    refuses(learner, -1, INPUTS)


@check("recurrence_gradients", hidden=True)
def test_recurrence_refuses_without_inputs_too(learner):
    """truncate below 1 raises a ValueError where there are no inputs."""
    for truncate in (0, -3):
        refuses(learner, truncate, [], " without inputs")


@check("recurrence_gradients", hidden=True, after=test_recurrence_of_several_steps)
def test_recurrence_of_other_numbers(learner, rng):
    """Random weights, states and inputs, of several lengths, truncated and not."""
    for length in (1, 2, 7):
        w, u, state = rng.normal(size=3).tolist()
        inputs = rng.normal(size=length).tolist()
        recurrence_is(learner, w, u, state, inputs)
        for truncate in range(1, length + 2):
            recurrence_is(learner, w, u, state, inputs, truncate=truncate)


@check("recurrence_gradients", hidden=True, after=test_recurrence_of_several_steps)
def test_recurrence_of_a_long_sequence(learner, rng):
    """2,000 steps work, with a large state too."""
    inputs = rng.normal(scale=0.02, size=2000).tolist()
    recurrence_is(learner, 1.0, 1.0, 0.1, inputs)
    recurrence_is(learner, 1.0, 1.0, 5.0, inputs, truncate=1500)


@check("recurrence_gradients", hidden=True, after=test_recurrence_of_several_steps)
def test_recurrence_with_a_weight_of_0(learner):
    """Weights of 0 and whole numbers work."""
    recurrence_is(learner, 0.0, 0.5, 0.4, INPUTS)
    recurrence_is(learner, 0.9, 0.0, 0.4, INPUTS, truncate=2)
    recurrence_is(learner, 1, 1, 0, [1, 0, -1])


@check("recurrence_gradients", hidden=True, after=test_recurrence_truncated)
def test_recurrence_keeps_its_inputs(learner):
    """The list of inputs is left as it is."""
    given_list = list(INPUTS)
    found = learner.kit.arguments_after(learner.recurrence_gradients, 0.9, 0.5, 0.4, given_list, 2)
    expect.same(found[3], INPUTS, "the list of inputs should be left as it is")
