"""Make the course's invented data again, byte for byte: `python data/make_data.py [DIR]`.

The files must not depend on who makes them. So the only source of chance is `random.Random.random`,
whose sequence Python guarantees for a seed; whatever decides a value is integer arithmetic; and the
gzip header carries neither a name nor a time.
"""

from __future__ import annotations

import gzip
import io
import sys
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple

SEED = 20120501
FIRST_MONTH = (2012, 5)
MONTHS = 120

CHANNELS = ("search_engine", "social_media", "video", "email")


class Campaign(NamedTuple):
    """A campaign: its share of a quiet month, and how much more it gets in its best month."""

    name: str
    share: int
    best_month: int
    boost: int


CAMPAIGNS = (
    Campaign("winter_sports", 18, 12, 22),
    Campaign("first_snow", 11, 11, 16),
    Campaign("youth_on_ice", 9, 1, 8),
    Campaign("trail_and_summit", 10, 8, 9),
    Campaign("sports_across_cultures", 9, 7, 3),
    Campaign("building_community", 8, 9, 3),
    Campaign("family_weekend", 9, 2, 6),
    Campaign("world_series", 8, 10, 10),
    Campaign("spring_break", 9, 3, 14),
    Campaign("nba_finals", 8, 6, 9),
    Campaign("uefa", 8, 5, 9),
    Campaign("super_bowl", 8, 2, 12),
    Campaign("summer_games", 7, 7, 9),
    Campaign("thanksgiving", 7, 11, 12),
    Campaign("year_in_review", 6, 12, 8),
)


class Month(NamedTuple):
    """A calendar month with what each channel spent and what the shops took, in cents."""

    year: int
    month: int
    spend: tuple[int, ...]
    revenue_cents: int


# People who know the public lesson know these ten months: they are kept to the last digit.
KNOWN_MONTHS = (
    Month(2012, 5, (516431, 517618, 516729, 517208), 326430011),
    Month(2012, 6, (506497, 504679, 501098, 501947), 320848233),
    Month(2012, 7, (522780, 521395, 522762, 518405), 331196698),
    Month(2012, 8, (519959, 520537, 520685, 521584), 331175281),
    Month(2012, 9, (507211, 507404, 511364, 507363), 320856306),
    Month(2012, 10, (518942, 520863, 522768, 519950), 333402846),
    Month(2012, 11, (505715, 505221, 505292, 503748), 318589464),
    Month(2012, 12, (520148, 520711, 521427, 520724), 333457096),
    Month(2013, 1, (522151, 518635, 520583, 521167), 331645544),
    Month(2013, 2, (467736, 474679, 469856, 469784), 299504221),
)

# All factors are per mille. A channel's budget for a day is DAILY_BUDGET times all that apply.
DAILY_BUDGET = 16_700
SEASON = (1120, 1060, 980, 900, 870, 860, 870, 900, 980, 1040, 1130, 1180)
TREND = {  # at the start of the planned years and at their end
    "search_engine": (1000, 1150),
    "social_media": (970, 1280),
    "video": (940, 1420),
    "email": (1020, 640),
}
CHANNEL_TRIALS = {  # half years in which the marketing team tried one channel louder or quieter
    (2014, 2, "video"): 1600,
    (2015, 1, "search_engine"): 520,
    (2015, 2, "email"): 1750,
    (2016, 2, "social_media"): 480,
    (2017, 1, "video"): 560,
    (2018, 1, "email"): 1900,
    (2018, 2, "search_engine"): 1400,
    (2019, 1, "social_media"): 1450,
    (2021, 1, "search_engine"): 620,
}
QUIET_SPRING = {(2020, 3): 760, (2020, 4): 480, (2020, 5): 520, (2020, 6): 700}
PLAN_JITTER = 240

# Revenue in cents from spend in units of 1,000: a base, what a channel brings by itself, and what two
# bring together (a channel with itself: each further unit brings less).
BASE_CENTS = 29_000_000
ALONE_CENTS = {"search_engine": 121_000, "social_media": 96_000, "video": 79_000, "email": 82_000}
TOGETHER_CENTS = {
    ("search_engine", "video"): 340,
    ("social_media", "email"): 300,
    ("search_engine", "social_media"): 60,
    ("search_engine", "search_engine"): -105,
    ("social_media", "social_media"): -70,
    ("video", "video"): -60,
    ("email", "email"): -75,
}
NOISE_CENTS = 11_000_000

COST_PER_CLICK_CENTS = {"search_engine": 765, "social_media": 745, "video": 790, "email": 730}
WEEKDAY_SHARE = (92, 90, 92, 97, 108, 116, 105)

# The churn lessons: customers of the same kind of shop, and what they ordered in one year.
CUSTOMER_SEED = 20240101
CUSTOMERS = 3_000
FIRST_CUSTOMER, FIRST_ORDER = 100_001, 5_000_001
FIRST_REGISTRATION, LAST_REGISTRATION = date(2020, 9, 1), date(2024, 9, 30)
ORDER_YEAR = 2024


class Segment(NamedTuple):
    """A kind of customer: share in percent, orders in a plain year, order in cents, per mille of the rest."""

    name: str
    share: int
    orders: int
    cents: int
    returned: int
    leaving: int


SEGMENTS = (
    Segment("family", 38, 8, 14_500, 150, 13),
    Segment("enthusiast", 27, 10, 19_000, 100, 9),
    Segment("student", 24, 8, 7_500, 190, 19),
    Segment("club", 11, 12, 42_000, 70, 7),
)
REGIONS = {"alpine": 26, "north": 22, "south": 19, "east": 17, "west": 16}  # percent
REGION_LEAVING = {"west": 1700, "alpine": 750}  # per mille: in the west parcels arrive late
ORDER_SEASON = (1450, 1250, 950, 760, 700, 680, 640, 760, 950, 1150, 1400, 1650)
CANCELLED = 30
MOODS = (1000, 350, 100, 0)  # what is left of the zeal to order in the months of leaving


def main(arguments: Sequence[str]) -> None:
    """Write every file into the directory named, by default the one this script is in."""
    target = Path(arguments[0]) if arguments else Path(__file__).parent
    months = list(all_months())
    write_gzip(target / "campaign_spend.csv.gz", campaign_spend_csv(months))
    write(target / "monthly_revenue.csv", monthly_revenue_csv(months))
    shoppers = list(all_customers())
    write(target / "customers.csv", customers_csv(shoppers))
    write(target / "orders.csv", orders_csv(shoppers))


def write(path: Path, content: bytes) -> None:
    """Write the bytes and say so."""
    path.write_bytes(content)
    print(f"{path}: {len(content):,} bytes")


def write_gzip(path: Path, content: bytes) -> None:
    """Write the bytes compressed, unless the file holds them already: zlib builds compress differently."""
    if path.exists() and gzip.decompress(path.read_bytes()) == content:
        print(f"{path}: unchanged")
        return
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as packed:
        packed.write(content)
    write(path, buffer.getvalue())


def all_months() -> Iterator[Month]:
    """Yield the known months and then the invented ones, in order."""
    yield from KNOWN_MONTHS
    rng = Random(SEED)
    for index in range(len(KNOWN_MONTHS), MONTHS):
        year, month = nth_month(index)
        spend = tuple(planned_spend(rng, index, channel) for channel in CHANNELS)
        yield Month(year, month, spend, revenue_cents(rng, spend))


def nth_month(index: int) -> tuple[int, int]:
    """Return the year and month that many months after the first."""
    year, month = FIRST_MONTH
    years, month0 = divmod(month - 1 + index, 12)
    return year + years, month0 + 1


def planned_spend(rng: Random, index: int, channel: str) -> int:
    """Return what a channel spends in the index-th month, in whole currency units."""
    year, month = nth_month(index)
    half = 1 if month <= 6 else 2
    factors = (
        SEASON[month - 1],
        trend(index, channel),
        CHANNEL_TRIALS.get((year, half, channel), 1000),
        QUIET_SPRING.get((year, month), 1000),
        1000 + between(rng, -PLAN_JITTER, PLAN_JITTER),
    )
    amount = DAILY_BUDGET * monthrange(year, month)[1]
    for factor in factors:
        amount = amount * factor // 1000
    return amount


def trend(index: int, channel: str) -> int:
    """Return a channel's trend in the index-th month, per mille."""
    start, end = TREND[channel]
    planned = len(KNOWN_MONTHS)
    return start + (end - start) * (index - planned) // (MONTHS - 1 - planned)


def revenue_cents(rng: Random, spend: Sequence[int]) -> int:
    """Return a month's revenue for what the channels spent, with chance added, in cents."""
    by_channel = dict(zip(CHANNELS, spend, strict=True))
    alone = sum(ALONE_CENTS[channel] * by_channel[channel] for channel in CHANNELS) // 1000
    together = sum(
        cents * by_channel[one] * by_channel[other] for (one, other), cents in TOGETHER_CENTS.items()
    )
    return BASE_CENTS + alone + together // 1_000_000 + bell(rng, NOISE_CENTS)


def campaign_spend_csv(months: Sequence[Month]) -> bytes:
    """Return one line per day, campaign and channel; a month's costs add up to its spend."""
    rng = Random(SEED + 1)
    lines = ["CAMPAIGN,CHANNEL,DATE,TOTAL_CLICKS,TOTAL_COST,ADS_SERVED"]
    for month in months:
        lines += month_lines(rng, month)
    return text(lines)


def month_lines(rng: Random, month: Month) -> list[str]:
    """Return the lines of a month, by day, campaign and channel."""
    days = monthrange(month.year, month.month)[1]
    dates = [date(month.year, month.month, day + 1) for day in range(days)]
    keys = [(day, campaign) for day in dates for campaign in CAMPAIGNS]
    costs = [daily_costs(rng, total, keys) for total in month.spend]
    lines = []
    for row, (day, campaign) in enumerate(keys):
        for column, channel in enumerate(CHANNELS):
            cost = costs[column][row]
            clicks, served = reach(rng, channel, cost)
            lines.append(f"{campaign.name},{channel},{day.isoformat()},{clicks},{cost},{served}")
    return lines


def daily_costs(rng: Random, total: int, keys: Sequence[tuple[date, Campaign]]) -> list[int]:
    """Split a month's total over its days and campaigns; the parts add up exactly."""
    weights = [
        campaign_share(campaign, day.month) * WEEKDAY_SHARE[day.weekday()] * between(rng, 70, 130)
        for day, campaign in keys
    ]
    return apportion(total, weights)


def campaign_share(campaign: Campaign, month: int) -> int:
    """Return a campaign's weight in a month: full boost in its best one, half beside it."""
    away = min((month - campaign.best_month) % 12, (campaign.best_month - month) % 12)
    return 2 * campaign.share + campaign.boost * max(0, 2 - away)


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split an integer by weights, the largest remainders rounded up, so that nothing is lost."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def reach(rng: Random, channel: str, cost: int) -> tuple[int, int]:
    """Return the clicks that a cost bought, and the ads served for them: about two a click."""
    price = COST_PER_CLICK_CENTS[channel] * between(rng, 93, 107) // 100
    clicks = max(1, cost * 100 // price)
    return clicks, clicks * between(rng, 185, 210) // 100


def monthly_revenue_csv(months: Sequence[Month]) -> bytes:
    """Return one line per month; revenue with two decimals."""
    lines = ["YEAR,MONTH,REVENUE"]
    for month in months:
        units, cents = divmod(month.revenue_cents, 100)
        lines.append(f"{month.year},{month.month},{units}.{cents:02d}")
    return text(lines)


class Customer(NamedTuple):
    """A customer, with what nobody sees: how often they come, and how pleased they are, per mille."""

    number: int
    segment: Segment
    registered: date
    region: str
    pace: int
    pleased: int


class Order(NamedTuple):
    """An order: day, whose, how much, and what became of it."""

    day: date
    customer: int
    cents: int
    status: str


def all_customers() -> Iterator[Customer]:
    """Yield the customers, numbered in the order in which they registered."""
    rng = Random(CUSTOMER_SEED)
    days = (LAST_REGISTRATION - FIRST_REGISTRATION).days
    registered = sorted(between(rng, 0, days) for _ in range(CUSTOMERS))
    for index, day in enumerate(registered):
        segment = SEGMENTS[pick(rng, [segment.share for segment in SEGMENTS])]
        region = list(REGIONS)[pick(rng, list(REGIONS.values()))]
        pace = between(rng, 500, 1000) * between(rng, 700, 1900) // 1000
        pleased = between(rng, 0, 500) + between(rng, 0, 500)
        since = FIRST_REGISTRATION + timedelta(day)
        yield Customer(FIRST_CUSTOMER + index, segment, since, region, pace, pleased)


def orders_of(rng: Random, customer: Customer) -> Iterator[Order]:
    """Yield a customer's orders of the year: who is leaving comes less often first, and spends less."""
    if gone_before(rng, customer):
        return
    fading = disappointed = 0
    for month in range(1, 13):
        disappointed = disappointed * 850 // 1000
        if fading or chance(rng, leaving(customer, month, disappointed)):
            fading = min(fading + 1, len(MOODS) - 1)
        for order in orders_of_month(rng, customer, month, MOODS[fading]):
            disappointed += 1000 * (order.status == "RETURNED")
            yield order


def gone_before(rng: Random, customer: Customer) -> bool:
    """Tell whether a customer had left for good before the year began; the longer registered, the likelier."""
    years = max(0, ORDER_YEAR - 1 - customer.registered.year)
    return chance(rng, customer.segment.leaving * years * 3 // 2)


def leaving(customer: Customer, month: int, disappointed: int) -> int:
    """Return how likely it is that a customer begins to leave in a month, per mille."""
    months = (ORDER_YEAR - customer.registered.year) * 12 + month - customer.registered.month
    if months < 0:
        return 0
    likely = customer.segment.leaving * REGION_LEAVING.get(customer.region, 1000) // 1000
    likely = likely * (1800 - 1600 * customer.pleased // 1000) // 1000
    likely = likely * (2600 if months < 8 else 1000) // 1000
    hurt = disappointed * (24 if months < 20 else 3)  # a return hurts whoever is still new
    return likely * (1000 + hurt) // 1000


def orders_of_month(rng: Random, customer: Customer, month: int, mood: int) -> Iterator[Order]:
    """Yield the orders of a month, at most one a day."""
    yearly = customer.segment.orders * customer.pace * mood // 1000 * ORDER_SEASON[month - 1] // 1000
    for day in range(1, monthrange(ORDER_YEAR, month)[1] + 1):
        today = date(ORDER_YEAR, month, day)
        if today >= customer.registered and between(rng, 1, 366_000) <= yearly:
            cents = order_cents(rng, customer, mood)
            yield Order(today, customer.number, cents, status(rng, customer))


def order_cents(rng: Random, customer: Customer, mood: int) -> int:
    """Return what an order costs, in cents: many small ones, a few large ones."""
    cents = customer.segment.cents * between(rng, 250, 1300) // 1000 * between(rng, 500, 2100) // 1000
    return cents * (700 + 3 * mood // 10) // 1000


def status(rng: Random, customer: Customer) -> str:
    """Return what became of an order; who is displeased sends more back."""
    if chance(rng, CANCELLED):
        return "CANCELLED"
    returned = customer.segment.returned * (2000 - 2 * customer.pleased) // 1000
    return "RETURNED" if chance(rng, returned) else "COMPLETED"


def customers_csv(customers: Sequence[Customer]) -> bytes:
    """Return one line per customer."""
    lines = ["CUSTOMER_ID,SEGMENT,REGISTRATION_DATE,REGION"]
    for customer in customers:
        since = customer.registered.isoformat()
        lines.append(f"{customer.number},{customer.segment.name},{since},{customer.region}")
    return text(lines)


def orders_csv(customers: Sequence[Customer]) -> bytes:
    """Return one line per order, numbered by day."""
    rng = Random(CUSTOMER_SEED + 1)
    orders = sorted(order for customer in customers for order in orders_of(rng, customer))
    lines = ["ORDER_ID,CUSTOMER_ID,ORDER_DATE,AMOUNT,STATUS"]
    for number, order in enumerate(orders, start=FIRST_ORDER):
        units, cents = divmod(order.cents, 100)
        day = order.day.isoformat()
        lines.append(f"{number},{order.customer},{day},{units}.{cents:02d},{order.status}")
    return text(lines)


def text(lines: Sequence[str]) -> bytes:
    """Return the lines as ASCII with Unix line ends, on every platform."""
    return ("\n".join(lines) + "\n").encode("ascii")


def between(rng: Random, low: int, high: int) -> int:
    """Return an integer from low to high, both included."""
    return low + int(rng.random() * (high - low + 1))


def chance(rng: Random, per_mille: int) -> bool:
    """Return whether something happens that happens so many times in a thousand."""
    return between(rng, 1, 1000) <= per_mille


def pick(rng: Random, shares: Sequence[int]) -> int:
    """Return an index, drawn by shares."""
    return bisect_left(list(accumulate(shares)), between(rng, 1, sum(shares)))


def bell(rng: Random, deviation: int) -> int:
    """Return a roughly normal integer around 0 (twelve uniform draws have variance 1)."""
    return sum(between(rng, -deviation, deviation) for _ in range(12)) // 2


if __name__ == "__main__":
    main(sys.argv[1:])
