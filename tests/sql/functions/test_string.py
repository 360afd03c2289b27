"""String functions: the documentation's examples and recorded answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Shown = Callable[[str], str | None]
Refusal = Callable[[str], tuple[int | None, str]]

PARTS = [
    ("SUBSTR('hello', -2, 2)", "lo"),
    ("SUBSTR('hello', 0, 2)", "he"),
    ("SUBSTR('hello', -99, 2)", ""),
    ("SUBSTR('hello', 2, -1)", ""),
    ("SUBSTR('hello', 2)", "ello"),
    ("SUBSTR('hello', 1, 99)", "hello"),
    ("SUBSTR('😀ab', 2)", "ab"),
    ("LEFT('abc', -1)", ""),
    ("RIGHT('abc', 9)", "abc"),
    ("SPLIT_PART('11.22.33', '.', 1)", "11"),
    ("SPLIT_PART('11.22.33', '.', 0)", "11"),
    ("SPLIT_PART('11.22.33', '.', -1)", "33"),
    ("SPLIT_PART('11.22.33', '.', 4)", ""),
    ("SPLIT_PART('|a|b|c|', '|', 1)", ""),
    ("SPLIT_PART('aaa--bbb-BBB--ccc', '--', 2)", "bbb-BBB"),
    ("STRTOK('a.b.c')", "a.b.c"),
    ("STRTOK('a.b.c', '.', 2)", "b"),
    ("STRTOK('user@snowflake.com', '@.', 3)", "com"),
    ("STRTOK('user@snowflake.com', '@.', 4)", None),
    ("STRTOK('', '', 1)", None),
    ("INSERT('abc', 1, 2, 'Z')", "Zc"),
    ("INSERT('abc', 0, 1, 'x')", "xabc"),
    ("INSERT('abc', -2, 1, 'x')", "xc"),
    ("INSERT('abc', 4, 0, 'x')", "abcx"),
    ("INSERT('abc', 1, 2, NULL)", None),
]
SEARCHES = [
    ("CHARINDEX('an', 'banana', 1)", "2"),
    ("CHARINDEX('an', 'banana', 3)", "4"),
    ("CHARINDEX('a', '😀a')", "2"),
    ("POSITION('nan' IN 'banana')", "3"),
    ("POSITION('', 'abc')", "1"),
    ("POSITION('x', 'abc')", "0"),
    ("CONTAINS('banana', 'nan')", "True"),
    ("CONTAINS(5, 5)", "True"),
    ("STARTSWITH('abc', 's')", "False"),
    ("ENDSWITH('banana', 'ana')", "True"),
    ("ENDSWITH(NULL, 'ana')", None),
    ("LIKE('a_', 'a!_', '!')", "True"),
    ("ILIKE('ABC', 'a%')", "True"),
    ("EDITDISTANCE('snow', 'flake')", "5"),
    ("EDITDISTANCE('abcdef', 'abc', 2)", "2"),
    ("EDITDISTANCE('é', 'e')", "1"),
    ("EDITDISTANCE('abc', 'x', -1)", "0"),
    ("JAROWINKLER_SIMILARITY('Snowflake', 'Oracle')", "61"),
    ("JAROWINKLER_SIMILARITY('Ich weiß nicht', 'Ich wei? nicht')", "97"),
    ("JAROWINKLER_SIMILARITY('Gute nacht', 'Ich weis nicht')", "56"),
    ("JAROWINKLER_SIMILARITY('święta', 'swieta')", "77"),
    ("JAROWINKLER_SIMILARITY('', '')", "0"),
    ("JAROWINKLER_SIMILARITY('ab', 'ac')", "66"),
]
CHANGES = [
    ("INITCAP('the sky is blue')", "The Sky Is Blue"),
    ("INITCAP('ÄäÖößÜü')", "Ääöößüü"),
    ("INITCAP('the sky is blue', '')", "The sky is blue"),
    ("INITCAP('iqamqinterestedqinqthisqtopic', 'q')", "IqAmqInterestedqInqThisqTopic"),
    ("INITCAP('this is the new Frame+work', '+')", "This is the new frame+Work"),
    ("LPAD('123.50', 10, '*_')", "*_*_123.50"),
    ("LPAD('abc', 2)", "ab"),
    ("LPAD('abc', 5, '')", "abc"),
    ("LPAD('a', -1, 'x')", ""),
    ("LPAD('😀', 3, 'x')", "xx😀"),
    ("RPAD('123.50', 9, '*-')", "123.50*-*"),
    ("TRIM('❄-❄A❄-❄', '❄-')", "A"),
    ("LTRIM('0000abc', '0')", "abc"),
    ("RTRIM('asss', 'sss')", "a"),
    ("'[' || TRIM('   !   ') || ']'", "[!]"),
    ("REPLACE('down', 'down', 'up')", "up"),
    ("REPLACE('snowball', 'ball')", "snow"),
    ("REVERSE('Hello, world!')", "!dlrow ,olleH"),
    ("TRANSLATE('❄a❄bcdef', 'abc', 'AB')", "❄A❄Bdef"),
    ("REPEAT('xy', 5)", "xyxyxyxyxy"),
    ("REPEAT('xy', 0)", ""),
    ("'[' || SPACE(3) || ']'", "[   ]"),
    ("CONCAT('a', 1, 'b')", "a1b"),
    ("CONCAT('a', NULL)", None),
    ("CONCAT_WS(',', 'one', 'two')", "one,two"),
    ("CONCAT_WS(NULL, 'x')", "x"),
    ("CONCAT_WS(',', 'one', NULL)", None),
    ("CHR(8364)", "€"),
    ("UNICODE('❄')", "10052"),
    ("UNICODE('')", "0"),
    ("ASCII('é')", "195"),
    ("ASCII('😀')", "240"),
    ("ASCII('')", "0"),
    ("LENGTH('😀')", "1"),
    ("OCTET_LENGTH('Β')", "2"),
    ("BIT_LENGTH('Δ')", "16"),
    ("RTRIMMED_LENGTH(' ABCD ')", "5"),
    ("UUID_STRING('fe971b24-9572-4005-b22f-351e9c09274d', 'foo')", "dc0b6f65-fca6-5b4b-9d37-ccc3fde1f3e2"),
    ("'A' = 'a' COLLATE 'en-ci'", "True"),
    ("COLLATION(COLLATE('ñ', 'sp-upper'))", "sp-upper"),
    ("COLLATE('ñ', 'sp-upper') = 'Ñ'", "True"),
]
SOUNDS = [
    ("SOUNDEX('Marsha')", "M620"),
    ("SOUNDEX('robert')", "r163"),
    ("SOUNDEX(' robert')", " 616"),
    ("SOUNDEX('Pfister')", "P236"),
    ("SOUNDEX('Ashcraft')", "A261"),
    ("SOUNDEX('Lloyd')", "L300"),
    ("SOUNDEX('')", "0000"),
    ("SOUNDEX(123)", "1000"),
    ("SOUNDEX_P123('Pfister')", "P123"),
    ("SOUNDEX_P123('Lloyd')", "L430"),
    ("SOUNDEX_P123('Johnson')", "J525"),
]
BINARIES = [
    ("SUBSTR(TO_BINARY('48454C4C4F'), -2, 2)", "4C4F"),
    ("SUBSTR(TO_BINARY('48454C4C4F'), 0, 2)", "4845"),
    ("SUBSTR(TO_BINARY('48454C4C4F'), 9, 2)", ""),
    ("SUBSTR(TO_BINARY('48454C4C4F'), -99, 2)", ""),
    ("LEFT(TO_BINARY('48454C4C4F'), 99)", "48454C4C4F"),
    ("RIGHT(TO_BINARY('48454C4C4F'), 2)", "4C4F"),
    ("REVERSE(TO_BINARY('AABBCC'))", "CCBBAA"),
    ("LPAD(TO_BINARY('4845'), 5, TO_BINARY('0102'))", "0102014845"),
    ("RPAD(TO_BINARY('4845'), 5, TO_BINARY('0102'))", "4845010201"),
    ("LPAD(TO_BINARY('48454C'), 2, TO_BINARY('00'))", "4845"),
    ("LPAD(TO_BINARY(''), 3, TO_BINARY('AB'))", "ABABAB"),
    ("POSITION(TO_BINARY('4C'), TO_BINARY('48454C4C4F'), 4)", "4"),
    ("POSITION(TO_BINARY('99'), TO_BINARY('48454C4C4F'))", "0"),
    ("CONCAT(TO_BINARY('4845'), TO_BINARY('4C4F'))", "48454C4F"),
    ("INSERT(X'6162', 1, 1, X'63')", "6362"),
    ("LENGTH(TO_BINARY('48454C'))", "3"),
]


@pytest.mark.parametrize(("expression", "value"), PARTS + SEARCHES + CHANGES + SOUNDS + BINARIES)
def test_values(shown: Shown, expression: str, value: str | None) -> None:
    assert shown(expression) == value


OBJECTS = [
    ("SPLIT('127.0.0.1', '.')", '["127","0","0","1"]'),
    ("SPLIT('|a||', '|')", '["","a","",""]'),
    ("SPLIT('abc', '')", '["abc"]'),
    ("STRTOK_TO_ARRAY('a@b.c', '@.')", '["a","b","c"]'),
    (
        "PARSE_URL('http://USER:PASS@EXAMPLE.INT:4345/HELLO.PHP?USER=1')",
        '{"fragment":null,"host":"USER:PASS@EXAMPLE.INT","parameters":{"USER":"1"},"path":"HELLO.PHP",'
        '"port":"4345","query":"USER=1","scheme":"http"}',
    ),
    (
        "PARSE_URL('mailto:abc@xyz.com')",
        '{"fragment":null,"host":null,"parameters":null,"path":"abc@xyz.com","port":null,"query":null,'
        '"scheme":"mailto"}',
    ),
    ("PARSE_URL('example.int/hello.php?user=12#nofragment', 1)", '{"error":"scheme not specified"}'),
    (
        "PARSE_IP('192.168.242.188/24', 'INET')",
        '{"family":4,"host":"192.168.242.188","ip_fields":[3232297660,0,0,0],"ip_type":"inet",'
        '"ipv4":3232297660,"ipv4_range_end":3232297727,"ipv4_range_start":3232297472,'
        '"netmask_prefix_length":24,"snowflake$type":"ip_address"}',
    ),
]


@pytest.mark.parametrize(("expression", "value"), OBJECTS)
def test_objects(shown: Shown, expression: str, value: str) -> None:
    assert shown(f"TO_JSON({expression})") == value


AGGREGATES = [
    ("LISTAGG(column1, CHR(10)) WITHIN GROUP (ORDER BY column1 DESC)", "b\na\na"),
    ("LISTAGG(DISTINCT column1, ',' || ' ') WITHIN GROUP (ORDER BY column1)", "a, b"),
]


@pytest.mark.parametrize(("expression", "value"), AGGREGATES)
def test_aggregates(shown: Shown, expression: str, value: str) -> None:
    assert shown(f"{expression} FROM VALUES ('a'), ('b'), ('a')") == value


REFUSED = [
    ("UPPER(TO_BINARY('41'))", 1044, "Invalid argument types for function 'UPPER': (BINARY(8388608))"),
    (
        "LPAD(TO_BINARY('41'), 3)",
        1044,
        "Invalid argument types for function 'LPAD': (BINARY(8388608), NUMBER(1,0))",
    ),
    *(
        (
            f"LENGTH({made})",
            100082,
            "Max LOB size (134217728) exceeded, actual size of parsed column is 1000000000",
        )
        for made in ("REPEAT('x', 1000000000)", "SPACE(1000000000)", "RPAD('x', 1000000000)")
    ),
    ("'ab' LIKE 'a%!' ESCAPE '!'", 100052, "Escape character at end of LIKE pattern"),
    ("CHR(-1)", 100133, "Invalid character code -1 in the CHR input"),
    ("PARSE_URL('example.int/hello.php')", 100139, "Error parsing URL: scheme not specified"),
]


@pytest.mark.parametrize(("expression", "code", "message"), REFUSED)
def test_refusals(refused: Refusal, expression: str, code: int, message: str) -> None:
    assert refused(expression) == (code, message)


def test_random_uuids_differ(shown: Shown) -> None:
    assert shown("COUNT(DISTINCT UUID_STRING()) FROM TABLE(GENERATOR(ROWCOUNT => 10))") == "10"
