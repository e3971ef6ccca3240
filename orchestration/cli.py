"""The command line: ``rapport <command>``.

Here: the list of commands, exit codes, and the one place where an error becomes a sentence. Not
here: what a command does (commands/, one module each, imported only when its command is called, so
that ``rapport sql`` does not wait for Dagster).

Exit codes: 0 done; 1 not done, with the reason; 2 wrong usage; 75 the home is in use by another
process; 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import importlib
import os
import sys
import traceback
from datetime import UTC, datetime

import click

from orchestration.errors import HomeBusyError, RapportError
from orchestration.home import Home, home_path

EXIT_FAILED = 1
EXIT_BUSY = 75
EXIT_STOPPED = 130

_WORDS_OF_THE_DISK = {
    errno.ENOSPC: "The disk is full: free some space and try again.",
    errno.EDQUOT: "The disk quota is used up: free some space and try again.",
    errno.EROFS: "The home lies on a read-only disk.",
    errno.EACCES: "A file or folder of the home may not be read or written by this account.",
}

# Shown by `rapport --help` without importing anything; each command's own help begins the same.
COMMANDS = {
    "init": "Make a home: folders, a commented rapport.toml and a pseudonym key.",
    "demo": "Simulate a practice, build and serve it.",
    "fetch": "Fetch new pages from practice systems into the inbox.",
    "build": "Land what is in the inbox, build the warehouse, publish a release.",
    "accept": "Take a delivery that is held because too much is missing from it.",
    "check": "Say what would become of one export; writes nothing.",
    "sources": "List the systems whose exports Rapport reads, and what each needs.",
    "serve": "Serve the dashboard over the current release.",
    "report": "Make a paper as a PDF: case, agenda, month, quality or definition.",
    "digest": "Write the weekly digest of every supervisor, and send it if so configured.",
    "sql": "Run one read-only statement on the current release.",
    "releases": "List the releases.",
    "rollback": "Make an older release current.",
    "erase": "Remove a client everywhere, releases included, and prove it.",
    "doctor": "Say what is wrong with this home and how to mend it.",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order of a day's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"orchestration.commands.{cmd_name}")
        return module.command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rapport", message="rapport %(version)s")
def cli() -> None:
    """Rapport: supervision analytics for psychotherapy practices.

    Everything of one practice lies in its home: RAPPORT_HOME, or ./rapport-home.
    """


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: words after ``rapport``; by default those of this process.

    Returns:
        The exit code; nobody ever sees a traceback.
    """
    code = _run(arguments)
    if arguments is None and "dagster" in sys.modules:
        _leave(code)
    return code


def _leave(code: int) -> None:
    """End the process without taking it down piece by piece.

    Freeing what Dagster and dbt hold takes two seconds after everything is done. What must be
    tidied (temporary folders, log files) is registered with atexit, and runs.
    """
    atexit._run_exitfuncs()
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _run(arguments: list[str] | None) -> int:
    # Whatever is written from here on is for its owner alone.
    os.umask(0o077)
    try:
        result = cli.main(arguments, prog_name="rapport", standalone_mode=False)
    except click.exceptions.Abort:
        code = _tell("Stopped.", EXIT_STOPPED)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except HomeBusyError as error:
        code = _tell(str(error), EXIT_BUSY)
    except RapportError as error:
        code = _tell(str(error), EXIT_FAILED)
    except BrokenPipeError:
        # The reader of our output (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        # The boundary of the process: what nobody foresaw is written down, not shown.
        code = _tell(_unforeseen(error), EXIT_FAILED)
    else:
        code = result if isinstance(result, int) else 0
    return code


def _tell(message: str, code: int) -> int:
    click.echo(message, err=True)
    return code


def _unforeseen(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in _WORDS_OF_THE_DISK:
        words = _WORDS_OF_THE_DISK[error.errno]
        return f"{words} What was released still is. See `rapport doctor`."
    said = f"Something unforeseen happened ({type(error).__name__})."
    logs = Home(home_path()).logs
    if not logs.is_dir():
        return f"{said} `rapport doctor` may know more."
    try:
        with (logs / "errors.log").open("a", encoding="utf-8") as log:
            log.write(f"--- {datetime.now(UTC).isoformat(timespec='seconds')}\n")
            log.write("".join(traceback.format_exception(error)))
    except OSError:
        return f"{said} It could not be written down either; `rapport doctor` may know why."
    return f"{said} Details: logs/errors.log in the home."


if __name__ == "__main__":
    sys.exit(main())
