"""What surrounds code in its process, as the names that lead there: modules, attributes, builtins."""

from __future__ import annotations

from nnlearn.submission.forbidden import is_below

# Modules, with all below: ways into the interpreter, other threads and processes, whatever turns text into
# objects or code, nnlearn's own insides (all but what lessons import).
MODULES = (
    *("ctypes", "_ctypes", "cffi", "threading", "_thread", "concurrent", "multiprocessing", "subprocess"),
    *("builtins", "importlib", "pkgutil", "runpy", "code", "codeop", "inspect", "gc", "unittest", "timeit"),
    *("pickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "pydoc", "doctest"),
    *("profile", "cProfile", "trace", "bdb", "zipimport", "logging.config"),
    *("operator.attrgetter", "operator.methodcaller", "types.FunctionType", "types.CodeType"),
    *("nnlearn.protocol", "nnlearn.submission", "nnlearn.host", "nnlearn.learner", "nnlearn.isolation"),
    *("nnlearn.checking", "nnlearn.diagnosis", "nnlearn.runtime.linux", "nnlearn.runtime.before_fork"),
    *("tensorflow.python.eager", "tensorflow.python.pywrap_tfe", "tensorflow.python._pywrap_tfe"),
    "tensorflow.python.framework.op_callbacks",
)
# Attributes, of whatever: frames and their way outwards, the heap, the inside of functions, ways to any
# attribute, to modules, from text to objects; TensorFlow's callbacks and its C layer.
ATTRIBUTES = frozenset(
    (
        *("tb_frame", "f_back", "f_locals", "f_globals", "f_builtins", "gi_frame", "cr_frame", "ag_frame"),
        *("__subclasses__", "__match_args__", "breakpointhook", "create_module", "get_field"),
        *("_getframe", "_current_frames", "settrace", "setprofile", "modules"),
        *("get_objects", "get_referrers", "get_referents"),
        *("__code__", "__closure__", "__globals__", "__builtins__", "__getattribute__", "__dict__"),
        *("__self__", "__loader__", "__spec__", "load_module", "exec_module"),
        *("__annotations__", "get_type_hints", "ForwardRef", "singledispatch", "singledispatchmethod"),
        *("attrgetter", "methodcaller", "FunctionType", "CodeType", "runstring", "rundocs"),
        *("add_op_callback", "remove_op_callback", "clear_op_callbacks", "op_callbacks"),
        *("TFE_Py_Execute", "TFE_Py_FastPathExecute", "quick_execute", "enable_unsafe_deserialization"),
    )
)
# Keyword arguments that let text or a file become code, and the value with which they do not.
SWITCHES = {"eval_str": False, "allow_pickle": False, "safe_mode": True}
# Harmless with a written name, and on an object of one's own.
ACCESS = frozenset(("getattr", "setattr", "delattr"))
# Never needed; the second kind is also a word that people give to things of their own.
BUILTINS = frozenset(
    ("eval", "exec", "__import__", "globals", "breakpoint", "__builtins__", "__loader__", "__spec__")
)
WORDS = frozenset(("vars", "locals", "compile"))


def leads_inside(name: str) -> bool:
    """Whether a dotted path is one of the modules, or below one."""
    return any(name == module or is_below(name, f"{module}.") for module in MODULES)
