"""What sqlfluff's jinja templater sees as `adapter`: nothing but names, for the linter only.

dbt chooses a dialect's macro at run time. The linter has no adapter, so a dispatched macro is shown
to it as a plain function call of the same name; that parses, and nothing is executed.
Nothing that dbt or the pipeline runs belongs here.
"""

from collections.abc import Callable


def _rendered(argument: object) -> str:
    """Return a macro's argument as SQL the linter can read."""
    if isinstance(argument, dict):
        return ", ".join(_rendered(value) for value in argument.values())
    if isinstance(argument, list | tuple):
        return ", ".join(_rendered(value) for value in argument)
    text = str(argument)
    # A separator such as ',' is an argument of the macro, not an expression of its own.
    return text if any(character.isalnum() for character in text) else repr(text)


def dispatch(name: str, macro_namespace: str | None = None) -> Callable[..., str]:
    """Return a stand-in for the dispatched macro `name`.

    Args:
        name: the macro's name without its dialect prefix.
        macro_namespace: dbt's package name; unused here.

    Returns:
        A function that renders its arguments as a SQL function call.
    """
    del macro_namespace

    def call(*arguments: object) -> str:
        return f"{name}({', '.join(_rendered(argument) for argument in arguments)})"

    return call
