"""A patient from the options of a command line and from a patient file."""

from __future__ import annotations

from collections.abc import Mapping

from all_cli.knowledge.files import PATIENT, read_small, read_standard_input
from all_cli.knowledge.problems import KnowledgeError, cut, did_you_mean
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.patient import Patient
from all_cli.patient.unreadable import UnreadableError


def patient_from(
    vocabulary: Vocabulary,
    *,
    given: Mapping[str, str],
    flags: Mapping[str, bool | None],
    units: Mapping[str, str] | None = None,
    settings: list[str] | None = None,
    genetics: list[str] | None = None,
    born: str | None = None,
    diagnosed: str | None = None,
    file: str | None = None,
) -> Patient:
    """A patient from command-line options and, first, from a patient file.

    Args:
        vocabulary: the facts.
        given: fact id to the option's text.
        flags: fact id to True, False or None (not given).
        units: fact id to the unit of bare numbers.
        settings: ``fact=value`` texts of ``--set``.
        genetics: texts of ``--genetics``.
        born: date of birth, YYYY-MM-DD.
        diagnosed: date of diagnosis, YYYY-MM-DD.
        file: path of a YAML or JSON patient file, ``-`` for standard input.

    Raises:
        UnreadableError: a value cannot be read, or two contradict each other.
    """
    patient = Patient(vocabulary)
    units = units or {}
    if file is not None:
        _from_file(patient, file)
    for id, text in given.items():
        patient.tell(id, text, vocabulary[id].option or id, units.get(id, ""))
    for id, value in flags.items():
        if value is not None:
            option = vocabulary[id].option
            patient.tell(id, "yes" if value else "no", option if value else f"--no-{option.removeprefix('--')}")
    for setting in settings or ():
        id, sign, text = setting.partition("=")
        if not sign:
            raise UnreadableError("--set", setting, "write it as fact=value, for example --set mrd_d15=0.5%")
        _tell(patient, id.strip(), text.strip(), f"--set {cut(id.strip())}")
    for text in genetics or ():
        patient.tell_genetics(text, "--genetics")
    if born is not None or diagnosed is not None:
        _dates(patient, born, diagnosed)
    patient.conclude()
    return patient


def _tell(patient: Patient, id: str, text: str, said: str) -> None:
    if id == "genetics":
        patient.tell_genetics(text, said)
    elif id in patient.vocabulary:
        patient.tell(id, text, said)
    else:
        facts = patient.vocabulary.facts.values()
        called = [fact.id for fact in facts if id.casefold().replace("_", " ") in fact.columns]
        hint = did_you_mean(id, list(patient.vocabulary)) or "; all-risk facts lists them"
        if len(called) == 1:
            hint = f' — did you mean "{called[0]}"?'
        elif id.casefold() in ("pregnant", "pregnancy"):
            hint = ": all-protocol guide pregnancy says what is known"
        raise UnreadableError(said, "", f'no fact is called "{id}"{hint}')


def _dates(patient: Patient, born: str | None, diagnosed: str | None) -> None:
    from all_cli.patient.age import age_between, read_date
    from all_cli.patient.dates import doubt_of_dates

    if born is None or diagnosed is None:
        missing, other = ("--born", "--diagnosed") if born is None else ("--diagnosed", "--born")
        raise UnreadableError(other, born or diagnosed or "", f"an age needs both dates; {missing} is missing")
    fact = patient.vocabulary["age"]
    dates = read_date("--born", born), read_date("--diagnosed", diagnosed)
    age = age_between(fact, *dates)
    if doubt := doubt_of_dates(fact, *dates, age):
        patient.warnings.append(doubt)
    patient.learn("age", age, "--born and --diagnosed")


def _from_file(patient: Patient, file: str) -> None:
    from all_cli.knowledge.strict_yaml import read_yaml

    name = "standard input" if file == "-" else file
    raw = read_standard_input(PATIENT) if file == "-" else read_small(file, PATIENT)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("--patient", name, "not a text file") from None
    try:
        document = read_yaml(text, name, as_text=True)
    except KnowledgeError as error:
        raise UnreadableError("--patient", name, f"not YAML or JSON: {error.problems[0]}") from None
    if not isinstance(document.data, dict):
        raise UnreadableError("--patient", name, "it should hold facts and values, such as age: 7")
    dates = {}
    for id, value in document.data.items():
        place = document.key_place((id,))
        if id in ("born", "diagnosed"):
            dates[id] = str(value)
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, (dict, list)):
                raise UnreadableError(str(place), id, "a value must be text or a number")
            _tell(patient, id, "" if item is None else str(item), str(place))
    if dates:
        _dates(patient, dates.get("born"), dates.get("diagnosed"))
