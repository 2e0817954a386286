"""What a user can do wrong: one sentence on standard error, the right exit code, never a stack trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.protocol import app as protocol_app
from all_cli.cli.risk import app as risk_app
from all_cli.protocol.library import ProtocolLibrary

RUNNER = CliRunner()


def risk(*arguments: str, input: str | bytes | None = None) -> Result:
    return RUNNER.invoke(risk_app, list(arguments), input=input)


def protocol(*arguments: str) -> Result:
    return RUNNER.invoke(protocol_app, list(arguments))


def refused(result: Result, code: int, *said: str) -> None:
    """Nothing on standard output, the words on standard error, the code, and no stack trace."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    for words in said:
        assert words in result.stderr
    assert result.stderr.strip()


UNREADABLE = [
    (("--age", "-1"), ("age", "-1", "negative")),
    (("--age", "200"), ("age", "200", "125")),
    (("--age", "seven"), ("seven", "6y3m")),
    (("--age", "900mo00"), ("900mo00",)),
    (("--wbc", "-5"), ("wbc", "-5")),
    (("--wbc", "many"), ("many", "45000/uL")),
    (("--wbc", "45 furlongs"), ("45 furlongs",)),
    (("--wbc", "2000"), ("2000", "above 1000", "2000/uL", "2000e9/L")),
    (("--wbc", "1000.1"), ("1000.1", "above 1000")),
    (("--wbc", "1100"), ("1100", "above 1000", "write 1.1 or 1100/uL")),
    (("--cns", "CNS4"), ("CNS4", "CNS3")),
    (("--lineage", "Z"), ("Z", "B", "T", "MPAL")),
    (("--sex", "q"), ("q", "male", "female")),
    (("--mrd-d8-pb", "0.02"), ("mrd_d8_pb", "0.02%", "fraction")),
    (("--mrd-d15", "0.02"), ("mrd_d15", "0.02%", "fraction")),
    (("--mrd-eoi", "0.02"), ("mrd_eoi", "0.02%", "2%")),
    (("--mrd-eoc", "0.02"), ("mrd_eoc", "0.02%", "fraction")),
    (("--mrd-eoi", "101%"), ("101%",)),
    (("--mrd-eoi", "low"), ("low",)),
    (("--marrow-d15", "M4"), ("M4",)),
    (("--marrow-eoi", "120"), ("120",)),
    (("--weeks-to-cr", "abc"), ("weeks_to_cr", "abc")),
    (("--weeks-to-cr", "-1"), ("-1",)),
    (("--born", "2015-01-01"), ("--diagnosed",)),
    (("--diagnosed", "2015-01-01"), ("--born",)),
    (("--born", "2015-02-30", "--diagnosed", "2020-01-01"), ("2015-02-30", "no such day")),
    (("--born", "1.3.2015", "--diagnosed", "2020-01-01"), ("1.3.2015", "YYYY-MM-DD")),
    (("--born", "2021-01-01", "--diagnosed", "2020-01-01"), ("swapped",)),
    (("--born", "1850-01-01", "--diagnosed", "2020-01-01"), ("1850-01-01", "125")),
    (("--set", "mrd_d15"), ("mrd_d15", "fact=value")),
    (("--set", "=5"), ("fact",)),
    (("--set", "mrd_d51=0.5%"), ("mrd_d51", '"mrd_d15"')),
    (("--set", "lineage=Z"), ("Z", "MPAL")),
    (("--genetics", "BCR-ALB1"), ("BCR-ALB1", "did you mean", "BCR")),
    (("--genetics", "KMT2A deletion"), ("KMT2A deletion", "not the same")),
    (("--genetics", "gobbledygook"), ("gobbledygook",)),
    (("--genetics", "t(12;21), gobbledygook"), ("gobbledygook",)),
]


@pytest.mark.parametrize(("options", "said"), UNREADABLE, ids=[" ".join(options) for options, _ in UNREADABLE])
def test_an_unreadable_value_is_refused_with_what_was_read(options: tuple[str, ...], said: tuple[str, ...]) -> None:
    refused(risk("classify", *options), 2, *said)


def test_a_bare_count_of_1000_is_still_read_and_the_next_number_is_not() -> None:
    assert risk("classify", "--wbc", "1000", "--scheme", "nci-rome").exit_code == 0
    assert risk("classify", "--wbc", "1001", "--scheme", "nci-rome").exit_code == 2


CONTRADICTIONS = [
    (("--ph", "--genetics", "none"), ("bcr_abl1", "--ph", "none")),
    (("--no-ph", "--genetics", "t(9;22)"), ("bcr_abl1", "t(9;22)")),
    (("--genetics", "modal number 40, high hyperdiploidy"), ("modal_chromosomes", "40", "51")),
    (("--genetics", "t(12;21) positive, TEL-AML1 negative"), ("etv6_runx1",)),
    (("--genetics", "KMT2A::AFF1", "--no-kmt2a"), ("kmt2a_r",)),
    (("--testicular", "--sex", "female"), ("sex",)),
    (("--lineage", "B", "--set", "etp=yes"), ("lineage",)),
    (("--age", "3", "--born", "2015-01-01", "--diagnosed", "2022-01-01"), ("age", "3 y", "7 y")),
    (("--wbc", "45", "--set", "wbc=46"), ("wbc", "45", "46")),
]


@pytest.mark.parametrize(("options", "said"), CONTRADICTIONS, ids=[" ".join(options) for options, _ in CONTRADICTIONS])
def test_two_things_that_cannot_both_be_true_are_refused_naming_both(
    options: tuple[str, ...], said: tuple[str, ...]
) -> None:
    refused(risk("classify", *options), 2, "both cannot be true", *said)


RISK_IDS = [
    (("classify", "--scheme", "nci-rom"), ('"nci-rom"', '"nci-rome"')),
    (("schemes", "nci-rme"), ('"nci-rme"', '"nci-rome"')),
    (("facts", "wbx"), ('"wbx"', '"wbc"')),
    (("facts", "mrd_eio"), ('"mrd_eio"', '"mrd_eoi"')),
    (("cite", "smith-1969"), ('"smith-1969"', '"smith-1996"')),
    (("cite", "nci-rome.agee"), ('"agee"', '"age"')),
    (("cite", "nci-rom.age"), ('"nci-rom',)),
]
PROTOCOL_IDS = [
    (("show", "inducton"), ('"inducton"', '"induction"')),
    (("show", "induction", "--risk", "hihg"), ('"hihg"', '"high"')),
    (("show", "induction", "--protocol", "cog-aall023"), ('"cog-aall023"', '"cog-aall0232"')),
    (("show", "induction", "--protocol", "cog-aall0232", "--arm", "dex-hdmxt"), ('"dex-hdmxt"', '"dex-hdmtx"')),
    (("show", "induction", "--age", "200"), ("200", "125")),
    (("show", "induction", "--cns", "CNS4"), ("CNS4", "CNS3")),
    (("show", "induction", "--set", "cnss=CNS1"), ('"cnss"', '"cns"')),
    (("show", "induction", "--set", "cns"), ("fact=value",)),
    (("list", "cog-aall023"), ('"cog-aall023"', '"cog-aall0232"')),
    (("list", "--risk", "hihg"), ('"hihg"', '"high"')),
    (("cite", "cog-aall023"), ('"cog-aall023"', '"cog-aall0232"')),
    (("cite", "cog-aall0232.induction-dex.vrc"), ('"induction-dex.vrc"', '"induction-dex.vcr"')),
]


@pytest.mark.parametrize(("arguments", "said"), RISK_IDS, ids=[" ".join(a) for a, _ in RISK_IDS])
def test_an_unknown_id_is_answered_with_the_nearest(arguments: tuple[str, ...], said: tuple[str, ...]) -> None:
    refused(risk(*arguments), 2, *said)


@pytest.mark.parametrize(("arguments", "said"), PROTOCOL_IDS, ids=[" ".join(a) for a, _ in PROTOCOL_IDS])
def test_an_unknown_protocol_id_is_answered_with_the_nearest(arguments: tuple[str, ...], said: tuple[str, ...]) -> None:
    refused(protocol(*arguments), 2, *said)


@pytest.mark.parametrize("word", ["zzzz", "[/x]", "[bold]", "…", "😀", "'; --"])
def test_a_word_like_nothing_known_is_refused_with_what_there_is(word: str) -> None:
    refused(risk("schemes", word), 2, word, "all-risk schemes lists them")
    refused(protocol("list", word), 2, word, "all-protocol list lists them")
    refused(protocol("show", word), 2, word, "induction")


@pytest.mark.parametrize(
    "arguments",
    [
        ("classify", "--nope"),
        ("classify", "--format", "xml"),
        ("classify", "--color", "sometimes"),
        ("classify", "--mrd-unit", "permille"),
        ("classify", "--age"),
        ("classify", "extra"),
        ("clasify",),
        ("cite",),
        ("batch",),
        ("schemes", "a", "b"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    refused(risk(*arguments), 2)


@pytest.mark.parametrize(
    "arguments", [("show",), ("show", "--protocol"), ("show", "induction", "--format", "pdf"), ("shw",), ("cite",)]
)
def test_a_wrong_protocol_command_line_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    refused(protocol(*arguments), 2)


def test_a_request_that_no_protocol_fits_is_refused_naming_the_request() -> None:
    refused(protocol("show", "induction", "--risk", "infant", "--lineage", "T", "--age", "80"), 2, "T", "80 y")


def test_a_phase_that_a_protocol_does_not_have_is_refused_with_those_it_has(protocols: ProtocolLibrary) -> None:
    kinds = protocols.phase_kinds()
    lacking = [(p, kind) for p in protocols.protocols for kind in kinds if kind not in {f.kind for f in p.phases}]
    assert lacking
    for found, kind in lacking:
        refused(protocol("show", kind, "--protocol", found.id), 2, found.id, *(phase.kind for phase in found.phases))


def test_a_missing_patient_file_cannot_be_read(tmp_path: Path) -> None:
    refused(risk("classify", "--patient", str(tmp_path / "none.yaml")), 3, "none.yaml")


def test_a_folder_is_no_patient(tmp_path: Path) -> None:
    refused(risk("classify", "--patient", str(tmp_path)), 3, str(tmp_path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"- age\n- 7\n", ("facts and values",)),
        (b"seven years old\n", ("facts and values",)),
        (b"", ("facts and values",)),
        (b"age: [\n", ("not YAML",)),
        (b"age: 7\nage: 8\n", ("age", "repeated")),
        (b"age: 7\nagee: 7\n", (":2:1", '"agee"', '"age"')),
        (b"wbc: {a: 1}\n", ("wbc", "text or a number")),
        (b"wbc: [[1]]\n", ("wbc", "text or a number")),
        (b"age: old\n", ("age", "old")),
        (b"mrd_eoi: 0.02\n", ("0.02%",)),
        (b"genetics: foo\n", ("foo",)),
        (b"born: 2015-01-01\n", ("diagnosed",)),
        (b'{"age": 7', ("not YAML",)),
    ],
)
def test_an_unreadable_patient_file_is_refused_with_the_place(
    content: bytes, said: tuple[str, ...], tmp_path: Path
) -> None:
    file = tmp_path / "patient.yaml"
    file.write_bytes(content)
    refused(risk("classify", "--patient", str(file)), 2, *said)


@pytest.mark.parametrize("content", [b"\x00\x01\x02\xff", b"age: \xff\xfe7\n", bytes(range(256))])
def test_a_binary_patient_file_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "patient.yaml"
    file.write_bytes(content)
    result = risk("classify", "--patient", str(file))
    assert result.exit_code in (2, 3)
    refused(result, result.exit_code, "patient.yaml")


def test_patient_text_that_looks_like_markup_is_repeated_as_it_is() -> None:
    refused(risk("classify", "--genetics", "del(9)(p21)[cp18]"), 2, "[cp18]")
    refused(risk("classify", "--genetics", "[/x]"), 2, "[/x]")
    refused(risk("classify", "--wbc", "[bold]45[/bold]"), 2, "[bold]45[/bold]")
