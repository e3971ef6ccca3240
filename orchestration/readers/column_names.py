"""Names of columns in messages: which may be repeated, and which tell of a person.

Here: judging a header cell by its text, and a dropped column by its first values. Not here: what a
column means, or which columns a reader takes (the readers).

A header cell is text from outside. In a file without a header, or in a sheet with a column per
client, it is somebody's name. So a cell is repeated only when it is written as programs write names
(``client_ref``, ``PHQ9_1``) or made of words that columns are usually called by; everything else is
named by its place, which a spreadsheet shows as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

import polars as pl

# Zero-width, direction-changing and other characters that nobody sees and copying brings along.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")

SAMPLE_ROWS = 1_000
_SHARE_OF_CONTACTS = 0.2
_SHARE_OF_NAMES = 0.5
# A column of kinds ("Group Therapy") has few words; one of people has many, or a new one each time.
_MANY_NAMES = 8

_PLAUSIBLE = re.compile(r"[^\W\d_][\w ./()#%:&?'-]{0,39}")
_NUMBERS = re.compile(r"\d{4}|\d[ -]\d{3}")
_AS_PROGRAMS_WRITE = re.compile(
    r"[a-z][a-z0-9]*(?:[_.:-]+[a-z0-9]+)*|[A-Z]{1,8}_?[0-9]{1,3}[A-Za-z]?"
)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_A-Z]+|[A-Z]*(?![^\W\d_A-Z]))")
_PII_NAME = re.compile(
    r"name|surname|birth|dob|address|street|postcode|post_code|postal|zip|city|phone|mobile|fax"
    r"|e_?mail|ssn|nhs_?n|social|insurance|policy|mrn|passport|employer|carer|contact|guardian"
    r"|parent|note|comment|narrative|text|ip_?addr|latitude|longitude|photo|signature|account"
)
_USUAL = frozenset(
    re.findall(
        "[a-z]+",
        """
absence account activity actual add added addr address admin administration adult after age aim
alcohol alliance allocated amount amt and anonymous answer app applicable appointment approach
appt archive archived area arm arrival arrived ass assessment assigned attachment attempt attend
attendance attended author authorization average balance band baseline before begin bill billed
billing birth block booked booking branch browser calculated call cancel canceled cancellation
cancelled care carer case category cause centre change channel charge chart check checked child
city claim class client clinic clinical clinician closed code collateral collected collection
column comment community comp company complete completed completion conclusion condition
confirmation confirmed consent contact control copay cost count country county couple course
cover cpt create created creation credit csrs csv current custom cutoff dass dat data date day
days deceased declined deductible default delete deleted delivery demographic department deposit
desc description detail details diag diagnosis difference disability discharge discount
distribution dna dob document draft dropout dsm due duration early edit education ehr electronic
email emergency employer employment encounter end ended enquiry entered entry episode error
ethnic ethnicity event exclude expected expiry exported external facility family fax fee fees
female field file final find finished first flag follow followup for form format formatted
frequency from full funder funding future gad gender generated given goal goals gp group gsrs
gst guarantor guardian guid health height high home hospital hour hours icd identifier identity
import include income index individual info initial insurance insured insurer intake internal
interpreter interval invoice invoiced iso issue item items job key kind label language last late
latitude length letter level link list local location locked log loinc longitude low main male
manager marital max mean measure medical medication medium member message method middle min
minor minute minutes misc missed missing mobile modality mode modified month mrn name national
net new next nhs nickname none normal not note notes npi num number obs occupation occurrence
off office old one online onset open opened option order org organisation organization origin
ors other outcome outstanding owner page paid parent participant partner password patient payer
payment pcl pdf pending people per percent percentage period person phone photo phq place plan
planned platform policy position post postal postcode practice practitioner preferred presenting
previous price primary priority private problem procedure process product professional profile
program programme progress project pronouns provider purpose qty quality quantity question
questionnaire race range rate rating raw reason recall receipt received recipient record
recorded recurring ref reference referral referred referrer refund region registered
registration relation relationship release religion reminder remote removed repeat report
request required reschedule rescheduled resource respondent response result return review risk
role room row rule sample satisfaction scale schedule scheduled school score scored second
secondary seconds section send sender sent serial series service session set setting severity
sex sexual sheet short show signature signed site size skip skipped sku slot sms snomed social
source special speciality specialty spend srs ssn staff stage standard start started state
statement status step stop street student subject submission submitted subscale suburb sum
summary supervisee supervision supervisor supplier support surname survey system table tag
target task tax team telehealth telephone template tenant term test text the therapist therapy
threshold ticket time timestamp timezone title tool topic total town transaction transfer
treated treatment trend trigger type unbilled uninvoiced unique unit units unpaid until update
updated url usage use user utc uuid val valid validity value vat version video visit wai wait
waiting walk week weekly weight withdrawn work worker write written year years zip zone
""",
    )
)
_USUAL_SHORT = {"id", "no", "dx", "tx", "rx"}


def clean_name(cell: str) -> str:
    """A header cell without invisible characters, line breaks and outer spaces."""
    return " ".join(INVISIBLE.sub("", cell).split())


def folded_name(cell: str) -> str:
    """How the canonical feeds compare names: case, spaces, hyphens and width do not count."""
    text = unicodedata.normalize("NFKC", clean_name(cell)).casefold()
    return re.sub(r"[\s\-]+", "_", text.strip())


def printable_name(cell: str, place: int) -> str:
    """A column's name for a message; its place when the text could be anything else."""
    is_plausible = _PLAUSIBLE.fullmatch(cell) and not _NUMBERS.search(cell)
    if is_plausible and (_AS_PROGRAMS_WRITE.fullmatch(cell) or _is_usual(cell)):
        return cell
    return f"column {place}"


def _is_usual(cell: str) -> bool:
    """Whether its words are those that columns are called by.

    All of them, but for words of two letters beside others; of many words in one (as programs write
    names: ``CareContPatientTherMode``) half are enough, for nobody is called by so many.
    """
    words = [word.casefold() for word in _WORD.findall(cell)]
    long = [word for word in words if len(word) > 2]
    if not long:
        return len(words) == 1 and words[0] in _USUAL_SHORT
    usual = sum(word in _USUAL or word.removesuffix("s") in _USUAL for word in long)
    return usual == len(long) or (len(long) > 2 and " " not in cell and 2 * usual >= len(long))


def looks_personal(cell: str) -> bool:
    """Whether a column's name says that it identifies a person or holds free text."""
    return _PII_NAME.search(folded_name(cell)) is not None


DROPPED = "columns outside the contract were dropped"


def dropped_warning(label: str, names: Sequence[str], personal: Collection[str] = ()) -> str | None:
    """The sentence that names dropped columns, or None without any.

    Args:
        label: safe label of the file.
        names: printable names of the columns.
        personal: those whose values look like identity (``personal_by_value``).
    """
    if not names:
        return None
    told = [name for name in names if looks_personal(name) or name in personal]
    said = f"{label}: {DROPPED}: {', '.join(names)}"
    if told:
        said += f" (looks like identity or free text: {', '.join(told)}; pii_column_dropped)"
    return said


def personal_by_value(columns: pl.DataFrame) -> set[str]:
    """Names in the frame of text columns whose first values look like people or their contacts."""
    # Imported here because extract/ imports the readers.
    from orchestration.extract.pii import EMAIL, PHONE, TWO_WORDS  # noqa: PLC0415

    found = set()
    for cells in columns.head(SAMPLE_ROWS):
        filled = cells.str.strip_chars().replace("", None).drop_nulls()
        if filled.is_empty():
            continue
        contacts = (filled.str.contains(EMAIL) | filled.str.contains(PHONE)).sum()
        people = filled.filter(filled.str.contains(TWO_WORDS))
        is_varied = people.n_unique() >= min(_MANY_NAMES, max(2, people.len() / 2))
        if contacts >= _SHARE_OF_CONTACTS * filled.len() or (
            is_varied and people.len() >= _SHARE_OF_NAMES * filled.len()
        ):
            found.add(cells.name)
    return found
