"""Numeric format models: what Snowflake prints and reads by them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from snowdome.engine.number_input import read_number
from snowdome.engine.number_model import BadModel
from snowdome.engine.number_output import print_number

PRINTED = [
    # hexadecimal digits have no place for a sign
    ("255", "XX", "FF"),
    ("15", "XX", " F"),
    ("256", "XX", "##"),
    ("255", "xx", "ff"),
    ("255", "0XXX", "00FF"),
    ("10", "0x", "0a"),
    ("0", "XX", " 0"),
    ("255", "FMXXXX", "FF"),
    ("255.7", "XX", "##"),
    ("-1", "XX", "FF"),
    ("255", "SXX", "+FF"),
    ("-255", "SXX", "-FF"),
    ("255", "XXMI", "FF "),
    ("-255", "XXMI", "FF-"),
    # exponents
    ("1.5", "9.9EEEE", " 1.5E+00"),
    ("1.5", "9.9EE", " 1.5E0   "),
    ("1.5", "9.9EEE", " 1.5E+0"),
    ("-123.456", "9.99EEEE", "-1.23E+02"),
    ("0", "9.9EEEE", " 0. E+00"),
    ("0.00012", "9.9EEEE", " 1.2E-04"),
    ("1.5", "9.9eeee", " 1.5e+00"),
    ("12345", "99.9EEEE", " 12.3E+03"),
    ("1.5", "FM9.9EEEE", "1.5E+00"),
    ("1.5", "9EEEE", " 2E+00"),
    ("1e120", "9.9EEEE", " 1. E+##"),
    ("1.5", "S9.9EEEE", "+1.5E+00"),
    ("-1.5", "9.9EEEEMI", "1.5E+00-"),
    ("1e21", "9EE", " 1E21  "),
    ("-0.001", "9EE", "-1E-3  "),
    ("1234", "9.9EEEEE", " 1.2E+003"),
    # B blanks a whole part of zero
    ("1", "B9", " 1"),
    ("0", "B9", "  "),
    ("0.5", "B9.9", "  .5"),
    ("-0.5", "B9.9", " -.5"),
    ("0", "B99.99", "   .  "),
    ("0", "FMB9", ""),
    ("5", "9B", " 5"),
    ("0", "B$9", "  $"),
    # percent
    ("0.05", "99%", "  5%"),
    ("0.25", "TM9%", "25%"),
    ("0.5", "9.9%", " #.#%"),
    ("-0.05", "99%", " -5%"),
    ("1", "%99", "% ##"),
    ("0.05", "FM99%", "5%"),
    ("0.123", "99.9%", " 12.3%"),
    # literals
    ("1", 'FX"x"9', "x 1"),
    ("1", '"x"9', "x 1"),
    ("1", '9"x"', " 1x"),
    ("12", '9"x"9', " 1x2"),
    ("-1", '"x"9', "x-1"),
    ("1", 'FM"ab"9', "ab1"),
    ("1", "9-9", " - 1"),
    ("-1", "9-9", " --1"),
    ("1", "(9)", "( 1)"),
    ("12", "9  9", " 1  2"),
    ("1", "FM9 9", " 1"),
    ("1", "_9", " 1"),
    ("1", ",", ","),
    ("1", "", ""),
    # as many places as the value needs
    ("1", "FXTM9", "1"),
    ("1.5", "TM9", "1.5"),
    ("-1.5", "TM", "-1.5"),
    ("1.5", "TME", "1.5E0"),
    ("12345", "TME", "1.2345E4"),
    ("100", "TME", "1E2"),
    ("0", "TME", "0E0"),
    ("0.1", "TME", "1E-1"),
    ("1.5", "tme", "1.5e0"),
    ("12.5", "$TM9", "$12.5"),
    ("1", 'TM9"x"', "1x"),
    ("1e30", "TM", "1" + "0" * 30),
    # where the sign and the dollar stand
    ("12", "99S", "12+"),
    ("-7", "MI99", "- 7"),
    ("-7", "99MI", " 7-"),
    ("-7", "$99", " -$7"),
    ("-7", "FM$99", "-$7"),
    ("12", "99$", " 12$"),
    ("12", "9$9", " 1$2"),
    ("12", "9S9", "1+2"),
    ("-123", "99", "-##"),
    ("-123", "99MI", "##-"),
    ("-1234", "99,999", " -1,234"),
    ("12", "00,000", " 00,012"),
    ("-12", "0999", "-0012"),
    # the table of the documentation
    ("-12.391", '">"$99.0"<"', ">-$12.4<"),
    ("0", '">"$99.0"<"', ">  $0.0<"),
    ("3987", '">"$99.0"<"', "> $##.#<"),
    ("-12.391", '">"B9,999.0"<"', ">   -12.4<"),
    ("0", '">"B9,999.0"<"', ">      .0<"),
    ("3987", '">"B9,999.0"<"', "> 3,987.0<"),
    ("-12.391", "TME", "-1.2391E1"),
    ("0.000", "TM9", "0.000"),
    ("-12.391", "0XXX", "FFF4"),
    ("-12.391", "S0XXX", "-000C"),
    ("3987", "S0XXX", "+0F93"),
]


@pytest.mark.parametrize(("value", "model", "expected"), PRINTED)
def test_printing(value: str, model: str, expected: str) -> None:
    assert print_number(Decimal(value), model, False) == expected


def test_the_shorter_form_of_a_float() -> None:
    assert print_number(Decimal("1e300"), "TM", True) == "1E300"
    assert print_number(Decimal("1.5"), "TM", True) == "1.5"


READ = [
    ("1", "9|", "1"),
    ("1", "auto", "1"),
    ("1", "TM9(6,3)", "1"),
    ("1", "fm9", "1"),
    ("1", "B9", "1"),
    ("1", "9G9,9", "1"),
    ("1", "9MI9", "1"),
    ("ff", "XX", "255"),
    ("123", "9099", "123"),
    ("012", "000", "12"),
    ("-12", "99", "-12"),
    ("+12", "99", "12"),
    ("- 12", "99", "-12"),
    (" 12", "99", "12"),
    ("12 ", "99", "12"),
    ("1-", "9S", "-1"),
    ("+12", "S99", "12"),
    ("12-", "99MI", "-12"),
    ("-101", "MI999|999MI", "-101"),
    ("102-", "MI999|999MI", "-102"),
    ("12+", "999.99MI", "12"),
    ("11.3+", "999.99MI", "11.3"),
    ("90.12-", "999.99MI", "-90.12"),
    ("1234", "9,999", "1234"),
    ("12,34", "99,99", "1234"),
    ("1,,234", "9,,999", "1234"),
    ("12.5", "99.99", "12.5"),
    (".5", "B9.9", "0.5"),
    ("5", "9.9", "5"),
    ("1.50", "9.90", "1.5"),
    ("-$12", "$99", "-12"),
    ("$ 12", "$99", "12"),
    ("12$", "99$", "12"),
    ("50%", "99%", "0.5"),
    ("1-1", "9-9", "11"),
    ("1  2", "9 9", "12"),
    ("1 2", "9_9", "12"),
    ("x1", '"x"9', "1"),
    ("1e5", "9EEEE", "100000"),
    ("1.5e3", "9.9EE", "1500"),
    ("1.5e-2", "9.9EE", "0.015"),
    (" ff ", "XX", "255"),
    ("1e5", "TM", "100000"),
    ("1.5e3", "TME", "1500"),
    ("1,234", "TM9(ALL,3)", "1234"),
    ("$1.5", "$TM9", "1.5"),
    ("1", "TM$", "1"),
    ("+1", "STM9", "1"),
    ("1e5", "AUTO", "100000"),
    ("123", "99|999", "123"),
    ("-1", "-9", "-1"),
    ("1,234.5", "9,999.9", "1234.5"),
    ("$1,234.567", "$9,999.000", "1234.567"),
]


@pytest.mark.parametrize(("text", "model", "expected"), READ)
def test_reading(text: str, model: str, expected: str) -> None:
    assert read_number(text, model, True) == Decimal(expected)


NOT_READ = [
    ("123", "99"),
    ("0012", "99"),
    ("12,345", "9,999"),
    ("123.5", "99.9"),
    ("$123", "$99"),
    ("12", "0000"),
    ("12", "9099"),
    ("fff", "XX"),
    (" 123 ", "99"),
    ("  abc  ", "999"),
    ("12-", "99"),
    ("--12", "99"),
    ("1 2", "99"),
    ("-1", "9S"),
    ("1,23", "9,999"),
    (",123", "9,999"),
    ("123,", "9,999"),
    (".5", "9.9"),
    ("1.", "9"),
    ("1.5", "9.90"),
    ("12.50", "$99.99"),
    ("$-12", "$99"),
    ("50", "99%"),
    ("12", "9 9"),
    ("X1", '"x"9'),
    ("1", " 9"),
    ("100000", "9EEEE"),
    ("15e3", "9.9EEEE"),
    ("1.5e1234", "9.9EE"),
    ("1e5", "999"),
    ("-ff", "XX"),
    ("ff", "0XX"),
    ("1e5", "TM9"),
    ("1", "TME"),
    ("1,234", "TM9"),
    ("1$", "TM$"),
    ("1", "STM9"),
    ("-1", "TMS"),
    ("1,234", "AUTO"),
    ("1234", "99|999"),
    ("405.958", "9,999.99"),
]


@pytest.mark.parametrize(("text", "model"), NOT_READ)
def test_what_does_not_fit(text: str, model: str) -> None:
    assert read_number(text, model, True) is None


BAD = [
    ("9e9", "invalid numeric format keyword: 'e9'"),
    ("abc", "invalid numeric format keyword: 'abc'"),
    ("9e9.9", "invalid numeric format keyword: 'e9'"),
    ("9q9", "invalid numeric format keyword: 'q9'"),
    ("Q9,9", "invalid numeric format keyword: 'Q9'"),
    ("9E", "invalid numeric format keyword: 'E'"),
    ("9EEEEEEEE", "invalid numeric format keyword: 'E'"),
    ("PR", "invalid numeric format keyword: 'PR'"),
    ("91", "invalid numeric format keyword: '1'"),
    ("9a_b", "invalid numeric format keyword: 'a_b'"),
    ("9q$", "invalid numeric format keyword: 'q$'"),
    ("9a%", "invalid numeric format keyword: 'a%'"),
    ("9a b", "invalid numeric format keyword: 'a'"),
    ("9MIq", "invalid numeric format keyword: 'q'"),
    ("TMq", "invalid numeric format keyword: 'q'"),
    ("9|abc", "invalid numeric format keyword: 'abc'"),
    ("9+", "invalid character in the format string: '+'"),
    ("9!", "invalid character in the format string: '!'"),
    ("9\t", "invalid character in the format string: '\\011'"),
    ("9é", "invalid character in the format string: '\\303'"),
    ('9"', "missing closing \" in the literal: '\"'"),
    ('9|"x', "missing closing \" in the literal: '\"x'"),
    ("9SS", "format element occurs more than once: 'S'"),
    ("9ss", "format element occurs more than once: 's'"),
    ("9.9.9", "format element occurs more than once: '.'"),
    ("9EEEEEEEEEEEEEE", "format element occurs more than once: 'EEEEEEE'"),
    ("TMTM", "format element occurs more than once: 'TM'"),
    ("9D9.9", "format element conflicts with preceding element(s): '.'"),
    ("9.9D", "format element conflicts with preceding element(s): 'D'"),
    ("SMI9", "format element conflicts with preceding element(s): 'MI'"),
    ("9EEEEEEEEE", "format element conflicts with preceding element(s): 'EE'"),
    ("TM9TME", "format element conflicts with preceding element(s): 'TME'"),
    ("9EE.9", "digit position after an exponent format element: '9EE.9'"),
    ("9X", "cannot mix hexadecimal and decimal format elements: '9X'"),
    ("TMX", "cannot mix hexadecimal and decimal format elements: 'TMX'"),
    ("99X|q", "cannot mix hexadecimal and decimal format elements: '99X'"),
    ("XEE", "hexadecimal exponents are not supported: 'XEE'"),
    ("X,X", "hexadecimal digit group separators are not supported: 'X,X'"),
    ("0.0X", "hexadecimal fractions are not supported: '0.0X'"),
    ("TM99", "cannot mix TM and digit-based numeric format elements: 'TM99'"),
    ("$", "no digit format elements in a numeric format: '$'"),
    ("G", "no digit format elements in a numeric format: 'G'"),
    (",", "missing required input format element(s)"),
    ("", "missing required input format element(s)"),
    ("|9", "missing required input format element(s)"),
    ("9||", "missing required input format element(s)"),
]


@pytest.mark.parametrize(("model", "message"), BAD)
def test_models_that_are_none(model: str, message: str) -> None:
    with pytest.raises(BadModel) as refused:
        read_number("1", model, True)
    assert str(refused.value) == message
