"""Every failure the product can meet, one class per remedy.

    ReconError
    |-- NeedsAPerson            exit 2: usage, configuration or input; nothing was changed
    |   |-- UnreadableFile      the file is not what it should be
    |   |   `-- NeedsAnswer     the file leaves a question open that only a person can answer
    |   |-- UnusableFrame       a DataFrame lacks columns or holds values the engine cannot take
    |   |-- NotConfigured       a setting is missing or wrong
    |   |-- NotConnected        no organisation is connected yet
    |   |-- SetupIncomplete     the walk-through is not finished
    |   `-- ReadOnly            the permission covers reading only
    `-- OtherSideFailed         exit 3: run again to resume
        |-- Unreachable         no answer at all, nothing was sent
        |-- AnswerLost          a write was sent and its answer never came
        |-- LimitReached        Xero's call limit; says when to go on
        |-- Offline             Xero answered that it cannot serve now
        |-- ReconnectNeeded     the permission is gone
        |   `-- Disconnected    the organisation itself was cut off in Xero
        |-- Refused             Xero refused the call itself; its words are passed on
        `-- IncompletePull      what was read is smaller than it can be

Findings about invoices are values (`core`), never exceptions. A message is one sentence a bookkeeper can act on;
it never holds a token, a secret or a client's personal data.
"""


class ReconError(Exception):
    """Something went wrong; the message says what to do next."""

    exit_code = 2


class NeedsAPerson(ReconError):
    """Change the input or the configuration, then try again; nothing was changed."""


class UnreadableFile(NeedsAPerson):
    """Choose the file that Invoice2go or Xero wrote and try again."""


class NeedsAnswer(UnreadableFile):
    """Answer the question: on page Import, or with the named option. question: columns, dates, currency or decimal."""

    def __init__(self, question: str, sentence: str) -> None:
        super().__init__(sentence)
        self.question = question


class UnusableFrame(NeedsAPerson):
    """Correct the named columns and try again."""


class NotConfigured(NeedsAPerson):
    """Set the named setting and start again."""


class NotConnected(NeedsAPerson):
    """Connect an organisation first: page Connect, or `i2g-recon connect`."""


class SetupIncomplete(NeedsAPerson):
    """Finish the set-up first: page Review, or `i2g-recon setup --show`."""


class ReadOnly(NeedsAPerson):
    """The connection may only read; connect again with permission to write before pushing."""


class OtherSideFailed(ReconError):
    """Run again to resume; what was done is kept."""

    exit_code = 3


class Unreachable(OtherSideFailed):
    """Xero cannot be reached; check the internet connection and run again."""


class AnswerLost(OtherSideFailed):
    """The answer of Xero was lost; the product looks up what arrived before it sends again."""


class LimitReached(OtherSideFailed):
    """Xero's call limit is reached; run again when the limit has passed.

    problem: minute, day, concurrent or appminute. retry_after_s: seconds Xero asked for, None when it did not say.
    """

    def __init__(self, message: str, *, problem: str = "", retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.problem, self.retry_after_s = problem, retry_after_s


class Offline(OtherSideFailed):
    """Xero is down for maintenance; run again later."""


class ReconnectNeeded(OtherSideFailed):
    """Connect Xero again; settings and mappings are kept."""


class Disconnected(ReconnectNeeded):
    """The organisation was disconnected in Xero; connect it again, settings and mappings are kept."""


class Refused(OtherSideFailed):
    """Xero refused the call; its words are in the message."""

    def __init__(self, message: str, *, status: int = 0, payload: object = None) -> None:
        super().__init__(message)
        self.status, self.payload = status, payload


class IncompletePull(OtherSideFailed):
    """Fewer invoices arrived than Xero says it has; pull again before trusting any result."""
