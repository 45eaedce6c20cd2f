"""Formulas of lessons: found in Markdown, and put into plain text for terminals."""
# ruff: noqa: RUF001 - Greek letters are meant as such

from __future__ import annotations

import re
from collections.abc import Callable

_CODE = re.compile(r"^```.*?^```[^\n]*$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$\w])\$(?!\s)([^$\n]+?)(?<!\s)\$(?![\w$])", re.DOTALL)
_SYMBOLS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η",
    "theta": "θ", "lambda": "λ", "mu": "μ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "omega": "ω", "Delta": "Δ", "Phi": "Φ", "Omega": "Ω", "Sigma": "Σ", "cdot": "·", "times": "×", "pm": "±",
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "neq": "≠", "ne": "≠", "approx": "≈", "to": "→",
    "rightarrow": "→", "infty": "∞", "partial": "∂", "sum": "Σ", "prod": "Π", "top": "T", "odot": "⊙",
    "ldots": "...", "cdots": "...", "dots": "...", "in": "∈", "max": "max", "min": "min", "log": "log",
    "exp": "exp", "tanh": "tanh", "propto": "∝", "nabla": "∇", "sim": "~",
    "lfloor": "⌊", "rfloor": "⌋", "lVert": "‖", "rVert": "‖", "mid": "|", "star": "*", "ell": "ℓ",
    "leftarrow": "←", "Rightarrow": "⇒",    "ast": "*",
}  # fmt: skip
_GROUP = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
_STEPS: tuple[tuple[str, str], ...] = (
    (r"\\q?quad(?![A-Za-z])", " ; "),
    (r"\\begin\{cases\}", "{ "),
    (r"\\end\{cases\}", ""),
    (r"\\(?:begin|end)\{[^}]*\}(?:\{[^}]*\})?", ""),
    (r"\\(?:mathrm|text|mathbf|mathit|operatorname|mathbb|mathcal|boldsymbol)\s*" + _GROUP, r"\1"),
    (r"\\underbrace\s*" + _GROUP + r"_" + _GROUP, r"\1 [\2]"),
    (r"\\(?:left|right|big|Big|bigg|limits|displaystyle)(?![A-Za-z])\.?", ""),
    (r"\\[td]?frac\s*" + _GROUP + r"\s*" + _GROUP, r"(\1)/(\2)"),
    (r"\\[td]?frac\s*(\w)\s*(\w)", r"\1/\2 "),
    (r"\\sqrt\s*" + _GROUP, r"√(\1)"),
    (r"\\sqrt\s+(\w)", r"√\1"),
    (r"\\hat\s*\{?(\w)\}?", "\\1\u0302"),
    (r"\\bar\s*\{?(\w)\}?", "\\1\u0304"),
    (r"\\tilde\s*\{?(\w)\}?", "\\1\u0303"),
)


def replace_formulas(markdown: str, replace: Callable[[str, bool], str]) -> str:
    """`markdown` with `replace(tex, on_its_own_line)` in place of each formula; code is left alone."""
    pieces, end = [], 0
    for code in _CODE.finditer(markdown):
        pieces += [_in_text(markdown[end : code.start()], replace), code.group()]
        end = code.end()
    return "".join([*pieces, _in_text(markdown[end:], replace)])


def _in_text(text: str, replace: Callable[[str, bool], str]) -> str:
    return _FORMULA.sub(lambda m: replace((m[1] or m[2]).strip(), m[1] is not None), text)


def readable(tex: str) -> str:
    r"""A formula as text: `\frac{1}{n}` becomes `1/n`. What is not known stays as it is."""
    text = " ".join(tex.split())
    for _ in range(4):  # formulas stand within formulas
        for pattern, put in _STEPS:
            text = re.sub(pattern, put, text)
    text = re.sub(r",?\s*\\\\", ";  ", text)
    text = re.sub(r"\\([A-Za-z]+)", lambda m: _SYMBOLS.get(m[1], m[1]), text)
    text = (
        re.sub(r"\\[,;:! ]", " ", text)
        .replace("\\{", "{")
        .replace("\\}", "}")
        .replace("&", " ")
        .replace("\\_", "_")
    )
    text = re.sub(r"([_^])\{(\w|\w\w)\}", r"\1\2", text)
    text = re.sub(r"\((\w)\)/\((\w)\)", r"\1/\2", text)
    return " ".join(text.split())
