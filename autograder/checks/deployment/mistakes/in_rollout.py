"""Mistakes in `in_rollout`: where a user's place comes from."""

import random
import zlib

from nnlearn.diagnosis import mistake


def in_steps(
    user,
    share,
    salt="",
    *,
    checks=lambda share: 0 <= share <= 1,
    text=lambda salt, user: f"{salt}:{user}",
    digest=lambda text: hashlib.sha256(text.encode()).digest(),
    place=lambda digest: int.from_bytes(digest[:8], "big") / 2**64,
    belongs=lambda place, share: place < share,
):
    """The right one, but for what is given."""
    if not checks(share):
        raise ValueError(f"share {share}")
    return belongs(place(digest(text(salt, user))), share)


def hash_of_text(text):
    """What `hash` gives for a text of ASCII in a process with PYTHONHASHSEED=0, as learners' code has it
    when it is graded: SipHash-1-3 without a key. Elsewhere each process has its own."""
    mask, data = 2**64 - 1, text.encode("ascii", "replace")
    v0, v1, v2, v3 = 0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573

    def turned(x, by):
        return ((x << by) | (x >> (64 - by))) & mask

    def mixed(v0, v1, v2, v3):
        v0, v2 = (v0 + v1) & mask, (v2 + v3) & mask
        v1, v3 = turned(v1, 13) ^ v0, turned(v3, 16) ^ v2
        v0, v2 = (turned(v0, 32) + v3) & mask, (v2 + v1) & mask
        return v0, turned(v1, 17) ^ v2, turned(v2, 32), turned(v3, 21) ^ v0

    for begin in range(0, len(data) // 8 * 8 + 1, 8):
        block = int.from_bytes(data[begin : begin + 8], "little")
        if begin + 8 > len(data):
            block |= (len(data) & 255) << 56
        v0, v1, v2, v3 = mixed(v0, v1, v2, v3 ^ block)
        v0 ^= block
    v2 ^= 255
    for _ in range(3):
        v0, v1, v2, v3 = mixed(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3


@mistake("in_rollout")
def built_in_hash(user, share, salt=""):
    """Python's `hash` gives a text another number in each process: two servers disagree, and a restart
    draws anew. Take SHA-256 of hashlib."""
    return in_steps(
        user,
        share,
        salt,
        digest=lambda text: hash_of_text(text).to_bytes(8, "big"),
    )


@mistake("in_rollout")
def draws_at_random(user, share, salt=""):
    """Each call draws anew, so a user gets both versions in turn. The place comes from the user's name, and
    stays."""
    return in_steps(user, share, salt, place=lambda _digest: random.random())  # noqa: S311


@mistake("in_rollout")
def ignores_the_salt(user, share, salt=""):  # noqa: ARG001
    """The salt is not used: the same users are the first in every release."""
    return in_steps(user, share)


@mistake("in_rollout")
def salt_at_the_end(user, share, salt=""):
    """The text is user:salt. Promised is salt:user; another text is another draw, and two servers would
    disagree."""
    return in_steps(user, share, salt, text=lambda salt, user: f"{user}:{salt}")


@mistake("in_rollout")
def without_the_colon(user, share, salt=""):
    """Salt and user follow each other without the colon. With it, salt "1" and user "23" are not salt "12"
    and user "3"; and promised it is."""
    return in_steps(user, share, salt, text=lambda salt, user: f"{salt}{user}")


@mistake("in_rollout")
def colon_with_a_salt_alone(user, share, salt=""):
    """Without a salt the colon is left out as well. The text is f"{salt}:{user}" in any case."""
    return in_steps(user, share, salt, text=lambda salt, user: f"{salt}:{user}" if salt else f"{user}")


@mistake("in_rollout")
def percent_steps(user, share, salt=""):
    """The digest is taken modulo 100, so that there are only whole percents. A share of 0.0005 is possible:
    take the place from 0 to 1."""
    return in_steps(user, share, salt, place=lambda digest: int.from_bytes(digest, "big") % 100 / 100)


@mistake("in_rollout")
def percent_steps_of_eight_bytes(user, share, salt=""):
    """The first eight bytes are taken modulo 100, so there are only whole percents, and other users in them
    than promised. The place is the number divided by 2**64."""
    return in_steps(user, share, salt, place=lambda digest: int.from_bytes(digest[:8], "big") % 100 / 100)


@mistake("in_rollout")
def thousand_buckets(user, share, salt=""):
    """Users are sorted into 1000 buckets, by the remainder of the number: shares between two of them do not
    count, and other users belong to a share than promised. The place is the number divided by 2**64."""
    return in_steps(user, share, salt, place=lambda digest: int.from_bytes(digest[:8], "big") % 1000 / 1000)


@mistake("in_rollout")
def thousand_buckets_of_the_digest(user, share, salt=""):
    """The whole digest is taken modulo 1000: there are 1000 buckets, and other users in them than promised.
    The place is the number of the first eight bytes, divided by 2**64."""
    return in_steps(user, share, salt, place=lambda digest: int.from_bytes(digest, "big") % 1000 / 1000)


@mistake("in_rollout")
def ten_thousand_buckets(user, share, salt=""):
    """Users are sorted into 10,000 buckets, by the remainder of the number: other users belong to a share
    than promised. The place is the number divided by 2**64."""
    return in_steps(user, share, salt, place=lambda digest: int.from_bytes(digest[:8], "big") % 10000 / 10000)


@mistake("in_rollout")
def whole_percents(user, share, salt=""):
    """The place is cut to whole percents, so shares between two of them do not count. Keep all digits."""
    return in_steps(
        user, share, salt, place=lambda digest: int.from_bytes(digest[:8], "big") * 100 // 2**64 / 100
    )


@mistake("in_rollout")
def little_endian(user, share, salt=""):
    """The bytes are read with the least significant one first. Promised is the most significant first:
    "big"."""
    return in_steps(user, share, salt, place=lambda digest: int.from_bytes(digest[:8], "little") / 2**64)


@mistake("in_rollout")
def last_bytes(user, share, salt=""):
    """The last eight bytes of the digest are taken. Promised are the first."""
    return in_steps(user, share, salt, place=lambda digest: int.from_bytes(digest[-8:], "big") / 2**64)


@mistake("in_rollout")
def md5(user, share, salt=""):
    """The digest is MD5's. Promised is SHA-256: with another one, servers would disagree."""
    return in_steps(user, share, salt, digest=lambda text: hashlib.md5(text.encode()).digest())


@mistake("in_rollout")
def sha1(user, share, salt=""):
    """The digest is SHA-1's. Promised is SHA-256: with another one, servers would disagree."""
    return in_steps(user, share, salt, digest=lambda text: hashlib.sha1(text.encode()).digest())


@mistake("in_rollout")
def checksum(user, share, salt=""):
    """A checksum, zlib.crc32, takes the digest's place. It is made to find broken bits, and names that are
    alike get places that are; promised is SHA-256."""
    return in_steps(
        user, share, salt, digest=lambda text: zlib.crc32(text.encode()).to_bytes(4, "big") + bytes(4)
    )


@mistake("in_rollout")
def divides_by_one_less(user, share, salt=""):
    """The number is divided by 2**63, so places go from 0 to 2 and half of the users belong to no share.
    Eight bytes are below 2**64."""
    return in_steps(user, share, salt, place=lambda digest: int.from_bytes(digest[:8], "big") / 2**63)


@mistake("in_rollout")
def the_others(user, share, salt=""):
    """Those above the share belong to it: with a share of 5 %, 95 % get the new version. It is the place
    that is below the share."""
    return in_steps(user, share, salt, belongs=lambda place, share: place >= share)


@mistake("in_rollout")
def at_the_place_too(user, share, salt=""):
    """A user whose place equals the share belongs to it as well. Promised is the place below the share: <,
    not <=."""
    return in_steps(user, share, salt, belongs=lambda place, share: place <= share)


@mistake("in_rollout")
def from_the_top(user, share, salt=""):
    """Users with the highest places belong to it, 1 - place < share. As many, but others: it is the place
    that is below the share."""
    return in_steps(user, share, salt, belongs=lambda place, share: 1 - place < share)


@mistake("in_rollout")
def salted_by_the_share(user, share, salt=""):
    """The share is hashed along: with each widening all users are drawn again, and most of the first lose
    the new version."""
    return in_steps(user, share, salt, text=lambda salt, user: f"{salt}:{share}:{user}")


@mistake("in_rollout")
def any_share(user, share, salt=""):
    """A share below 0 or above 1 is not refused: 5, where 5 % is meant, gives it to everybody."""
    return in_steps(user, share, salt, checks=lambda _share: True)


@mistake("in_rollout")
def any_large_share(user, share, salt=""):
    """A share above 1 is not refused: 5, where 5 % is meant, gives it to everybody."""
    return in_steps(user, share, salt, checks=lambda share: share >= 0)


@mistake("in_rollout")
def refuses_the_ends(user, share, salt=""):
    """Shares of 0 and 1 are refused. They are nobody and everybody."""
    return in_steps(user, share, salt, checks=lambda share: 0 < share < 1)


@mistake("in_rollout")
def share_in_percent(user, share, salt=""):
    """The share is taken for percents, and divided by 100. It goes from 0 to 1."""
    return in_steps(user, share, salt, belongs=lambda place, share: place < share / 100)


@mistake("in_rollout")
def by_the_repr(user, share, salt=""):
    """repr puts quotation marks round a text, so '7' and 7 have different places. Promised is
    f"{salt}:{user}"."""
    return in_steps(user, share, salt, text=lambda salt, user: f"{salt}:{user!r}")


@mistake("in_rollout")
def ascii_alone(user, share, salt=""):
    """Letters beyond ASCII are left out, or raise an error. Names are encoded in UTF-8."""
    return in_steps(
        user, share, salt, digest=lambda text: hashlib.sha256(text.encode("ascii", "ignore")).digest()
    )


@mistake("in_rollout")
def lower_case(user, share, salt=""):
    """The text is changed before it is hashed, to lower case or without spaces. Promised is the text as it
    is."""
    return in_steps(user, share, salt, text=lambda salt, user: f"{salt}:{user}".replace(" ", "").lower())


@mistake("in_rollout")
def texts_alone(user, share, salt=""):
    """Only texts are hashed, and a number raises an error. f"{salt}:{user}" takes both."""
    return in_steps(user, share, salt, text=lambda salt, user: salt + ":" + user)
