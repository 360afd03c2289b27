"""Casts and conversion functions, digests and encodings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Shown = Callable[[str], str | None]
Refusal = Callable[[str], tuple[int | None, str]]

CASTS = [
    ("2.5::NUMBER(2,0)", "3"),
    ("-2.5::NUMBER(2,0)", "-3"),
    ("2.45::NUMBER(3,1)", "2.5"),
    ("'1.5e3'::NUMBER(10,2)", "1500.00"),
    ("' 12 '::NUMBER", "12"),
    ("'2.5'::NUMBER", "3"),
    ("TRUE::NUMBER(3,1)", "1.0"),
    ("2.5::FLOAT::NUMBER", "3"),
    ("'-Infinity'::FLOAT", "-inf"),
    ("'NaN'::FLOAT::VARCHAR", "NaN"),
    ("PI()::VARCHAR", "3.141592654"),
    ("100000::FLOAT::VARCHAR", "100000"),
    ("1e20::FLOAT::VARCHAR", "1e+20"),
    ("1.50::NUMBER(5,2)::VARCHAR", "1.50"),
    ("TRUE::VARCHAR", "true"),
    ("'abcdef'::VARCHAR(3)", "abc"),
    ("'yes'::BOOLEAN", "True"),
    ("'Off'::BOOLEAN", "False"),
    ("0.0::BOOLEAN", "False"),
    ("2::BOOLEAN", "True"),
    ("TRY_CAST('abc' AS NUMBER)", None),
    ("TRY_CAST('1_000' AS NUMBER)", None),
    ("TRY_CAST('12345' AS NUMBER(3,0))", None),
    ("'48656c'::BINARY", "48656C"),
    ("X'48656C'::VARCHAR", "48656C"),
]
FUNCTIONS = [
    ("TO_NUMBER('12.3456')", "12"),
    ("TO_DECIMAL('12.3456', 10, 1)", "12.3"),
    ("TO_NUMERIC('1,234.56', '9,999.99', 6, 2)", "1234.56"),
    ("TO_NUMBER('$ 345.12', '$999.00', 6, 2)", "345.12"),
    ("TO_NUMBER('ae5', 'XXX')", "2789"),
    ("TRY_TO_NUMBER('abc')", None),
    ("TRY_TO_NUMBER('123', '99')", None),
    ("TO_DOUBLE('90.12-', '999.99MI')", "-90.12"),
    ("TRY_TO_DOUBLE('x')", None),
    ("TO_BOOLEAN('on')", "True"),
    ("TRY_TO_BOOLEAN('x')", None),
    ("TO_BINARY('IQ==', 'BASE64')", "21"),
    ("TO_BINARY('IQ==', 'UTF-8')", "49513D3D"),
    ("TRY_TO_BINARY('A B', 'HEX')", None),
    ("TO_CHAR(12.50)", "12.50"),
    ("TO_CHAR(1234.5, '9,999.99')", " 1,234.5 "),
    ("TO_VARCHAR(X'4142', 'utf-8')", "AB"),
    ("TO_CHAR(X'4142', 'BASE64')", "QUI="),
    ("TO_VARCHAR(LOG(3, 4))", "1.261859507"),
    ("TO_CHAR(5, NULL)", None),
]
ENCODINGS = [
    ("HEX_ENCODE('Snowflake')", "536E6F77666C616B65"),
    ("HEX_ENCODE('SNOW', 0)", "534e4f57"),
    ("HEX_ENCODE(123)", "313233"),
    ("HEX_ENCODE(MD5_BINARY('a'))", "0CC175B9C0F1B6A831C399E269772661"),
    ("HEX_DECODE_STRING('536E6F77')", "Snow"),
    ("HEX_DECODE_BINARY('48454C4C4F')", "48454C4C4F"),
    ("TRY_HEX_DECODE_STRING('127')", None),
    ("TRY_HEX_DECODE_STRING('AB')", None),
    ("BASE64_ENCODE('Snowflake')", "U25vd2ZsYWtl"),
    ("BASE64_ENCODE(X'00FF')", "AP8="),
    ("BASE64_ENCODE('hello world of base64', 8.7)", "aGVsbG8gd\n29ybGQgb2\nYgYmFzZTY\n0"),
    ("BASE64_ENCODE('hello world of base64', 0 - 1)", "aGVsbG8gd29ybGQgb2YgYmFzZTY0"),
    ("BASE64_DECODE_STRING('U25vd2ZsYWtl')", "Snowflake"),
    ("BASE64_DECODE_BINARY('SEVMUA==', '$')", "48454C50"),
    ("TRY_BASE64_DECODE_STRING('invalid_base64')", None),
    ("TRY_BASE64_DECODE_BINARY('invalid_base64!')", None),
    ("COMPRESS('Snowflake', 'SNAPPY')", "0920536E6F77666C616B65"),
    ("BASE64_ENCODE(COMPRESS('hello', 'zlib'))", "eJzLSM3JyQcABiwCFQ=="),
    ("DECOMPRESS_STRING(COMPRESS('hello', 'zstd(19)'), 'zstd')", "hello"),
    ("DECOMPRESS_STRING(COMPRESS('', ' BZ2 '), 'bz2')", ""),
    ("DECOMPRESS_BINARY(X'0920536E6F77666C616B65', 'snappy')", "536E6F77666C616B65"),
    ("COMPRESS(NULL, 'deflate')", None),
]
DIGESTS = [
    ("MD5('a')", "0cc175b9c0f1b6a831c399e269772661"),
    ("MD5(TO_BINARY('61'))", "0cc175b9c0f1b6a831c399e269772661"),
    ("MD5_NUMBER_LOWER64('Snowflake')", "9203306159527282910"),
    ("MD5_NUMBER_UPPER64('test')", "688887797400064883"),
    ("SHA1('b')", "e9d71f5ee7c92d6dc9e92ffdad17b8bd49418f98"),
    ("SHA2('a')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
    ("SHA2('a', 0)", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
    ("SHA2_BINARY('test', 224)", "90A3ED9E32B2AAF4C61C410EB925426119E1A9DC53D4286ADE99A809"),
    ("HASH(10) = HASH(10.0) AND HASH(10) = HASH(10::FLOAT)", "True"),
    ("HASH(10) = HASH('10')", "False"),
    ("HASH(1.5) = HASH(1.50::NUMBER(10,4))", "True"),
    ("HASH(NULL) IS NULL", "False"),
    ("HASH(1, 2) = HASH(2, 1)", "False"),
]


@pytest.mark.parametrize(("expression", "value"), CASTS + FUNCTIONS + ENCODINGS + DIGESTS)
def test_values(shown: Shown, expression: str, value: str | None) -> None:
    assert shown(expression) == value


REFUSED = [
    ("'abc'::NUMBER", 100038, "Numeric value 'abc' is not recognized"),
    ("''::NUMBER", 100038, "Numeric value '' is not recognized"),
    ("'1_000'::NUMBER", 100038, "Numeric value '1_000' is not recognized"),
    ("'12345'::NUMBER(3,0)", 100039, "Numeric value '12345' is out of range"),
    ("'maybe'::BOOLEAN", 100037, "Boolean value 'maybe' is not recognized"),
    ("12345::VARCHAR(3)", 100078, "String '12345' is too long and would be truncated"),
    ("'HELP'::BINARY", 100115, "The following string is not a legal hex-encoded value: 'HELP'"),
    ("TO_NUMBER('1,234')", 100038, "Numeric value '1,234' is not recognized"),
    ("HEX_DECODE_STRING('cdefg')", 100115, "The following string is not a legal hex-encoded value: 'cdefg'"),
    (
        "BASE64_DECODE_BINARY('cdefg')",
        100116,
        "The following string is not a legal base64-encoded value: 'cdefg'",
    ),
    ("BASE64_DECODE_STRING('qw==')", 100144, "Invalid UTF8 detected while decoding 'qw=='"),
    ("COMPRESS('hello', 'gzip')", 100194, "Unknown compression method 'gzip'"),
    (
        "DECOMPRESS_STRING(X'DEADBEEF', 'ZLIB(9)')",
        100195,
        "Can't compress data (too large output or invalid), method: 'ZLIB(9)'",
    ),
    (
        "TRY_TO_NUMBER(5)",
        1065,
        "Function TRY_CAST cannot be used with arguments of types NUMBER(1,0) and NUMBER(38,0)",
    ),
]


@pytest.mark.parametrize(("expression", "code", "message"), REFUSED)
def test_refusals(refused: Refusal, expression: str, code: int, message: str) -> None:
    assert refused(expression) == (code, message)


MESSAGES = [
    ("12345::NUMBER(3,0)", "value 12345"),
    ("'inf'::FLOAT::NUMBER", "value inf"),
    ("TO_NUMBER('405.958', '9,999.99')", "Can't parse '405.958' as number with format '9,999.99'"),
    (
        "TO_NUMBER('1e5', '9e9')",
        "Bad input format model '9e9' for FIXED: invalid numeric format keyword: 'e9'",
    ),
    ("TO_CHAR(1, '9Q')", "Bad output format model '9Q' for FIXED: invalid numeric format keyword: 'Q'"),
    ("BASE64_ENCODE('a', 0, 'abc')", "Invalid Base64 custom alphabet or padding characters: 'abc'"),
]


@pytest.mark.parametrize(("expression", "ending"), MESSAGES)
def test_messages(refused: Refusal, expression: str, ending: str) -> None:
    assert refused(expression)[1].endswith(ending)
