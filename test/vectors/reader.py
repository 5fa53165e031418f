#!/usr/bin/env python3
"""An independent reader of docs/protocol.md's test vectors: none of the project's code is used.

    reader.py WORDLIST FILE...

Checks each file and prints `ok FILE` or `DIFFERS FILE: why`; exits 1 when any differs. Needs Python 3.9
and the `cryptography` package (Debian: python3-cryptography) for X25519, Ed25519 and AES-256-GCM.
ML-KEM-768 is not in Debian 12's version of it and stands below in plain Python, from FIPS 203.
It is for checking, not for secrets: nothing here runs in constant time.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import sys
from datetime import datetime, timezone

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CLASSICAL = "nk-25519-aesgcm-sha256"
HYBRID = "nkhfs-25519-mlkem768-aesgcm-sha256"
# docs/protocol.md section 5: token, Noise name, octets of message 1 and of message 2.
SUITES = {
    CLASSICAL: ("Noise_NK_25519_AESGCM_SHA256", 48, 48),
    HYBRID: ("Noise_NKhfs_25519+MLKEM768_AESGCM_SHA256", 1248, 1152),
}
BIP39_SHA256 = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"


class Differs(Exception):
    """The vector is not what the specification makes of it."""


class CardRefused(Exception):
    """The card is not one that a client may use."""


def same(what, got, expected):
    if got != expected:
        raise Differs(f"{what}: expected {str(expected)[:80]!r}, got {str(got)[:80]!r}")


def need(what, condition):
    if not condition:
        raise Differs(what)


def octets(text):
    if re.fullmatch(r"(?:[0-9a-f]{2})*", text) is None:
        raise Differs(f"not lower-case hexadecimal: {text[:40]}")
    return bytes.fromhex(text)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# --- ML-KEM-768: FIPS 203. Names of functions and variables are the standard's. ---

Q = 3329
K = 3
DU, DV = 10, 4


def _bit_reverse_7(i):
    return int(f"{i:07b}"[::-1], 2)


ZETAS = [pow(17, _bit_reverse_7(i), Q) for i in range(128)]
GAMMAS = [pow(17, 2 * _bit_reverse_7(i) + 1, Q) for i in range(128)]


def byte_encode(d, values):
    number = 0
    for i, value in enumerate(values):
        number |= value << (d * i)
    return number.to_bytes(32 * d, "little")


def byte_decode(d, data):
    number = int.from_bytes(data, "little")
    mask = (1 << d) - 1
    modulus = Q if d == 12 else 1 << d
    return [((number >> (d * i)) & mask) % modulus for i in range(256)]


def compress(d, values):
    return [(((x << d) + Q // 2) // Q) % (1 << d) for x in values]


def decompress(d, values):
    return [(y * Q + (1 << (d - 1))) >> d for y in values]


def sample_ntt(seed):
    stream = hashlib.shake_128(seed).digest(2016)
    result, i = [], 0
    while len(result) < 256:
        b0, b1, b2 = stream[i : i + 3]
        i += 3
        for candidate in (b0 + 256 * (b1 % 16), b1 // 16 + 16 * b2):
            if candidate < Q and len(result) < 256:
                result.append(candidate)
    return result


def sample_poly_cbd_2(data):
    bits = int.from_bytes(data, "little")
    result = []
    for i in range(256):
        four = (bits >> (4 * i)) & 15
        result.append(((four & 1) + (four >> 1 & 1) - (four >> 2 & 1) - (four >> 3)) % Q)
    return result


def ntt(f):
    f, i, length = list(f), 1, 128
    while length >= 2:
        for start in range(0, 256, 2 * length):
            zeta = ZETAS[i]
            i += 1
            for j in range(start, start + length):
                t = zeta * f[j + length] % Q
                f[j + length] = (f[j] - t) % Q
                f[j] = (f[j] + t) % Q
        length //= 2
    return f


def ntt_inverse(f):
    f, i, length = list(f), 127, 2
    while length <= 128:
        for start in range(0, 256, 2 * length):
            zeta = ZETAS[i]
            i -= 1
            for j in range(start, start + length):
                t = f[j]
                f[j] = (t + f[j + length]) % Q
                f[j + length] = zeta * (f[j + length] - t) % Q
        length *= 2
    return [x * 3303 % Q for x in f]


def multiply_ntts(f, g):
    h = []
    for i in range(128):
        a0, a1, b0, b1 = f[2 * i], f[2 * i + 1], g[2 * i], g[2 * i + 1]
        h += [(a0 * b0 + a1 * b1 * GAMMAS[i]) % Q, (a0 * b1 + a1 * b0) % Q]
    return h


def add(*polynomials):
    return [sum(values) % Q for values in zip(*polynomials)]


def dot(row, column):
    return add(*(multiply_ntts(f, g) for f, g in zip(row, column)))


def noise(seed, first, count):
    """PRF and SamplePolyCBD with eta = 2."""
    return [
        sample_poly_cbd_2(hashlib.shake_256(seed + bytes([first + i])).digest(128)) for i in range(count)
    ]


def matrix(rho):
    return [[sample_ntt(rho + bytes([j, i])) for j in range(K)] for i in range(K)]


def kem_key_gen(d, z):
    """ML-KEM.KeyGen_internal: encapsulation key, decapsulation key."""
    seed = hashlib.sha3_512(d + bytes([K])).digest()
    rho, sigma = seed[:32], seed[32:]
    a = matrix(rho)
    s = [ntt(p) for p in noise(sigma, 0, K)]
    e = [ntt(p) for p in noise(sigma, K, K)]
    t = [add(dot(a[i], s), e[i]) for i in range(K)]
    ek = b"".join(byte_encode(12, p) for p in t) + rho
    dk = b"".join(byte_encode(12, p) for p in s)
    return ek, dk + ek + hashlib.sha3_256(ek).digest() + z


def k_pke_encrypt(ek, m, r):
    t = [byte_decode(12, ek[384 * i : 384 * (i + 1)]) for i in range(K)]
    need("ML-KEM key is not reduced", b"".join(byte_encode(12, p) for p in t) == ek[: 384 * K])
    a = matrix(ek[384 * K :])
    y = [ntt(p) for p in noise(r, 0, K)]
    e1 = noise(r, K, K)
    e2 = noise(r, 2 * K, 1)[0]
    u = [add(ntt_inverse(dot([a[j][i] for j in range(K)], y)), e1[i]) for i in range(K)]
    mu = decompress(1, byte_decode(1, m))
    v = add(ntt_inverse(dot(t, y)), e2, mu)
    c1 = b"".join(byte_encode(DU, compress(DU, p)) for p in u)
    return c1 + byte_encode(DV, compress(DV, v))


def kem_encaps(ek, m):
    """ML-KEM.Encaps_internal: shared secret, ciphertext."""
    same("length of the ML-KEM key", len(ek), 1184)
    g = hashlib.sha3_512(m + hashlib.sha3_256(ek).digest()).digest()
    return g[:32], k_pke_encrypt(ek, m, g[32:])


def kem_decaps(dk, c):
    """ML-KEM.Decaps_internal."""
    same("length of the ML-KEM ciphertext", len(c), 1088)
    dk_pke, ek, h, z = dk[:1152], dk[1152:2336], dk[2336:2368], dk[2368:]
    u = [decompress(DU, byte_decode(DU, c[320 * i : 320 * (i + 1)])) for i in range(K)]
    v = decompress(DV, byte_decode(DV, c[960:]))
    s = [byte_decode(12, dk_pke[384 * i : 384 * (i + 1)]) for i in range(K)]
    w = ntt_inverse(dot(s, [ntt(p) for p in u]))
    m = byte_encode(1, compress(1, [(a - b) % Q for a, b in zip(v, w)]))
    g = hashlib.sha3_512(m + h).digest()
    if k_pke_encrypt(ek, m, g[32:]) == c:
        return g[:32]
    return hashlib.shake_256(z + c).digest(32)


# --- X25519, Ed25519 and the objects of Noise, revision 34 ---


def x25519_public(secret):
    key = X25519PrivateKey.from_private_bytes(secret)
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def x25519(secret, public):
    """Raises ValueError when the result is all zero."""
    return X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(public))


# The encodings of Ed25519's points of small order: whoever takes one as an identity takes any signature.
SMALL_ORDER = {
    bytes.fromhex(y)
    for y in (
        "01" + 31 * "00",
        "ec" + 30 * "ff" + "7f",
        32 * "00",
        31 * "00" + "80",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
}


def verify(signature, message, public):
    y = int.from_bytes(public, "little") & (2**255 - 1)
    if y >= 2**255 - 19 or public in SMALL_ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


def nonce_of(number):
    return bytes(4) + number.to_bytes(8, "big")


def next_key(key):
    """REKEY of Noise, section 4.2."""
    return AESGCM(key).encrypt(nonce_of(2**64 - 1), bytes(32), b"")[:32]


class Symmetric:
    """SymmetricState, with its CipherState inside."""

    def __init__(self, name):
        raw = name.encode("ascii")
        self.h = raw.ljust(32, b"\0") if len(raw) <= 32 else sha256(raw)
        self.ck, self.k, self.n = self.h, None, 0

    def mix_hash(self, data):
        self.h = sha256(self.h, data)

    def _hkdf(self, material):
        temp = hmac.new(self.ck, material, "sha256").digest()
        first = hmac.new(temp, b"\x01", "sha256").digest()
        return first, hmac.new(temp, first + b"\x02", "sha256").digest()

    def mix_key(self, material):
        self.ck, self.k = self._hkdf(material)
        self.n = 0

    def encrypt(self, plain):
        sealed = AESGCM(self.k).encrypt(nonce_of(self.n), plain, self.h)
        self.n += 1
        self.mix_hash(sealed)
        return sealed

    def decrypt(self, sealed):
        plain = AESGCM(self.k).decrypt(nonce_of(self.n), sealed, self.h)
        self.n += 1
        self.mix_hash(sealed)
        return plain

    def split(self):
        return self._hkdf(b"")


def begin(suite, prologue, seal_public):
    state = Symmetric(SUITES[suite][0])
    state.mix_hash(prologue)
    state.mix_hash(seal_public)
    return state


class Initiator:
    """Writes message 1, reads message 2."""

    def __init__(self, suite, prologue, seal_public, ephemeral, kem_seed=None):
        self.suite, self.e, self.kem = suite, ephemeral, None
        self.state = state = begin(suite, prologue, seal_public)
        public = x25519_public(ephemeral)
        state.mix_hash(public)
        state.mix_key(x25519(ephemeral, seal_public))
        message = public
        if suite == HYBRID:
            same("length of the ML-KEM seed", len(kem_seed), 64)
            self.kem = kem_key_gen(kem_seed[:32], kem_seed[32:])
            message += state.encrypt(self.kem[0])
        self.message1 = message + state.encrypt(b"")
        same("length of message 1", len(self.message1), SUITES[suite][1])

    def finish(self, message2):
        """Handshake hash, key to the server, key to the client."""
        same("length of message 2", len(message2), SUITES[self.suite][2])
        state, remote, rest = self.state, message2[:32], message2[32:]
        state.mix_hash(remote)
        state.mix_key(x25519(self.e, remote))
        if self.kem:
            self.cipher_text = state.decrypt(rest[:1104])
            self.shared = kem_decaps(self.kem[1], self.cipher_text)
            state.mix_key(self.shared)
            rest = rest[1104:]
        same("payload of message 2", state.decrypt(rest), b"")
        return (state.h, *state.split())


def respond(suite, prologue, seal_secret, message1, ephemeral, coins=None):
    """Message 2, handshake hash, key to the server, key to the client."""
    same("length of message 1", len(message1), SUITES[suite][1])
    state = begin(suite, prologue, x25519_public(seal_secret))
    remote, rest = message1[:32], message1[32:]
    state.mix_hash(remote)
    state.mix_key(x25519(seal_secret, remote))
    if suite == HYBRID:
        kem_public, rest = state.decrypt(rest[:1200]), rest[1200:]
    same("payload of message 1", state.decrypt(rest), b"")
    public = x25519_public(ephemeral)
    state.mix_hash(public)
    state.mix_key(x25519(ephemeral, remote))
    message = public
    if suite == HYBRID:
        shared, cipher_text = kem_encaps(kem_public, coins)
        message += state.encrypt(cipher_text)
        state.mix_key(shared)
    message += state.encrypt(b"")
    return (message, state.h, *state.split())


def prologue_of(word, suite, key_id, server_name, client_octets, server_octets):
    transcript = sha256(sha256(client_octets), sha256(server_octets))
    head = f"letterlock-leg 1\n{word}\n{suite}\n{key_id}\n{server_name}\n"
    return transcript, head.encode("ascii") + transcript


class Records:
    """Opens the records of one direction."""

    def __init__(self, key):
        self.first_key, self.key, self.generation, self.number = key, key, 0, 0
        self.closed = False

    def open(self, record, number=None):
        """One whole record with its length in front; gives type octet and content."""
        number = self.number if number is None else number
        self.number = number + 1
        need("record after the close record", not self.closed)
        length = int.from_bytes(record[:2], "big")
        same("length in front of the record", length, len(record) - 2)
        need("length of a record out of bounds", 17 <= length <= 65535)
        while self.generation < number // 65536:
            self.key = next_key(self.key)
            self.generation += 1
        plain = AESGCM(self.key).decrypt(nonce_of(number), record[2:], b"")
        if plain == b"\x02":
            self.closed = True
        else:
            need("record is neither data nor close", plain[:1] == b"\x01" and len(plain) > 1)
        return plain


# --- The key card ---

KEY = r"([A-Za-z0-9+/]{43}=)"
SIGNATURE = r"([A-Za-z0-9+/]{86}==)"
TIME = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"
CARD_LINES = [
    ("identity", re.compile(rf"identity ed25519 {KEY}"), 1, 1),
    ("name", re.compile(r"name ((?=.{1,253}$)[a-z0-9_:](?:[a-z0-9_.:-]*[a-z0-9_:])?)"), 0, 16),
    ("seal", re.compile(rf"seal ([a-z0-9-]{{1,64}}) ([a-z0-9-]{{1,32}}) {KEY} {TIME} {TIME}"), 1, 8),
    ("successor", re.compile(rf"successor ed25519 {KEY} {SIGNATURE}"), 0, 1),
    ("predecessor", re.compile(rf"predecessor ed25519 {KEY} {SIGNATURE}"), 0, 4),
    ("signature", re.compile(rf"signature {SIGNATURE}"), 1, 1),
]


def accept(condition, why):
    if not condition:
        raise CardRefused(why)


def canonical_base64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise CardRefused(str(error)) from error
    accept(base64.b64encode(data).decode() == text, "base64 is not canonical")
    return data


def time_of(text):
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError as error:
        raise CardRefused(str(error)) from error


def link_input(newer):
    return f"letterlock successor v1\ned25519 {base64.b64encode(newer).decode()}".encode()


def link_of(named, signature, newer, older):
    made = canonical_base64(signature)
    accept(verify(made, link_input(newer), older), "signature of a link")
    return dict(identity=canonical_base64(named), signingInput=link_input(newer).decode(), signature=made)


class Card:
    """A card that was read and verified; raises CardRefused."""

    def __init__(self, lines):
        accept(len(lines) <= 32 and all(re.fullmatch(r"[ -~]{1,512}", line) for line in lines), "form")
        accept(lines[:1] == ["letterlock-key-card 1"], "version")
        found, rest = {}, lines[1:]
        for name, pattern, least, most in CARD_LINES:
            found[name] = []
            while rest and (match := pattern.fullmatch(rest[0])):
                found[name].append(match.groups())
                rest = rest[1:]
            accept(least <= len(found[name]) <= most, f"number of {name} lines")
        accept(not rest, "unknown or misplaced line")
        self.identity = canonical_base64(found["identity"][0][0])
        self.names = [name for (name,) in found["name"]]
        accept(len(set(self.names)) == len(self.names), "a name twice")
        self.seal_keys = [self._seal_key(*words) for words in found["seal"]]
        named = {(key["suite"], key["keyId"]) for key in self.seal_keys}
        accept(len(named) == len(self.seal_keys), "a key id twice")
        self.signing_input = "".join(f"{line}\n" for line in ["letterlock key card v1", *lines[:-1]])
        self.signature = canonical_base64(found["signature"][0][0])
        accept(verify(self.signature, self.signing_input.encode(), self.identity), "signature")
        self.successor = None
        for named, signature in found["successor"]:
            self.successor = link_of(named, signature, newer=canonical_base64(named), older=self.identity)
        self.predecessors, seen = [], [self.identity]
        for named, signature in found["predecessor"]:
            older = canonical_base64(named)
            accept(older not in seen, "an identity twice")
            self.predecessors.append(link_of(named, signature, newer=seen[-1], older=older))
            seen.append(older)

    @staticmethod
    def _seal_key(suite, key_id, key, valid_from, valid_until):
        accept(time_of(valid_from) < time_of(valid_until), "validity")
        public = canonical_base64(key)
        return dict(suite=suite, keyId=key_id, publicKey=public, validFrom=valid_from, validUntil=valid_until)


def smtp_lines(text, code):
    """Texts of a whole SMTP reply."""
    lines = wire_lines(text)
    for at, line in enumerate(lines):
        same("SMTP reply", line[:4], code + (" " if at == len(lines) - 1 else "-"))
    return [line[4:] for line in lines]


def wire_lines(text):
    need("line without CRLF", text.endswith("\r\n"))
    lines = text[:-2].split("\r\n")
    need("bare CR or LF", not any("\r" in line or "\n" in line for line in lines))
    return lines


def imap_reply(text, tag):
    """Untagged lines without `* `, and what follows the tag."""
    *untagged, last = wire_lines(text)
    need("untagged line expected", all(line.startswith("* ") for line in untagged))
    need("tagged line expected", last.startswith(f"{tag} "))
    return [line[2:] for line in untagged], last[len(tag) + 1 :]


def card_lines(service, text, tag):
    if service == "submission":
        return smtp_lines(text, "250")
    untagged, last = imap_reply(text, tag)
    need("XPUBKEY refused", last.startswith("OK"))
    need("card line expected", all(line.startswith("XPUBKEY ") for line in untagged))
    return [line[8:] for line in untagged]


def raw_link(link):
    return {**link, "identity": octets(link["identity"]), "signature": octets(link["signature"])}


def check_cards(document, words):
    need("no cards", document["cards"] and document["refused"])
    for expected in document["cards"]:
        card = Card(expected["lines"])
        secret = Ed25519PrivateKey.from_private_bytes(octets(expected["identitySecretKey"]))
        public = secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        same("identity of the secret key", card.identity, public)
        same("identity", card.identity, octets(expected["identity"]))
        same("signing input", card.signing_input, expected["signingInput"])
        same("signature made again", card.signature, secret.sign(card.signing_input.encode()))
        digest = sha256(b"letterlock fingerprint v1\n", card.identity)
        same("fingerprint digest", digest, octets(expected["fingerprint"]["digest"]))
        bits = int.from_bytes(digest, "big")
        spoken = " ".join(words[(bits >> (256 - 11 * (i + 1))) & 2047] for i in range(8))
        same("fingerprint words", spoken, expected["fingerprint"]["words"])
        same("names", card.names, expected["names"])
        keys = [{**key, "publicKey": octets(key["publicKey"])} for key in expected["sealKeys"]]
        same("seal keys", card.seal_keys, keys)
        links = [expected["successor"]] if expected["successor"] else []
        same("successor", [card.successor] if card.successor else [], [raw_link(link) for link in links])
        same("predecessors", card.predecessors, [raw_link(link) for link in expected["predecessors"]])
        same("card over SMTP", card_lines("submission", expected["smtpReply"], ""), expected["lines"])
        same("card over IMAP", card_lines("imap", expected["imapReply"], "a"), expected["lines"])
    for bad in document["refused"]:
        try:
            Card(bad["lines"])
        except CardRefused:
            continue
        raise Differs(f"a card that must be refused was read: {bad['name']}")


# --- One handshake ---


def optional_octets(document, name):
    return octets(document[name]) if name in document else None


def must_refuse(name, attempt):
    try:
        attempt()
    except (Differs, InvalidTag, ValueError):
        return
    raise Differs(f"a message that must be refused was taken: {name}")


def check_handshake(document, _words):
    suite = document["suite"]
    need("unknown suite", suite in SUITES)
    same("Noise name", document["noiseName"], SUITES[suite][0])
    client_octets, server_octets = (document[n].encode("latin-1") for n in ("clientOctets", "serverOctets"))
    same("hash of the client's octets", sha256(client_octets), octets(document["clientHash"]))
    same("hash of the server's octets", sha256(server_octets), octets(document["serverHash"]))
    words = (document["serviceWord"], suite, document["keyId"], document["serverName"])
    transcript, prologue = prologue_of(*words, client_octets, server_octets)
    same("transcript", transcript, octets(document["transcript"]))
    same("prologue", prologue, octets(document["prologue"]))
    seal_secret, seal_public = octets(document["sealSecretKey"]), octets(document["sealPublicKey"])
    same("seal key", x25519_public(seal_secret), seal_public)
    client_e, server_e = (octets(document[f"{side}EphemeralSecretKey"]) for side in ("client", "server"))
    same("client's ephemeral", x25519_public(client_e), octets(document["clientEphemeralPublicKey"]))
    same("server's ephemeral", x25519_public(server_e), octets(document["serverEphemeralPublicKey"]))
    kem_seed, coins = (optional_octets(document, n) for n in ("clientKemSeed", "serverKemCoins"))

    initiator = Initiator(suite, prologue, seal_public, client_e, kem_seed)
    same("message 1", initiator.message1, octets(document["message1"]))
    message2, *as_server = respond(suite, prologue, seal_secret, initiator.message1, server_e, coins)
    same("message 2", message2, octets(document["message2"]))
    as_client = list(initiator.finish(message2))
    same("what both sides derive", as_client, as_server)
    names = ("handshakeHash", "clientToServerKey", "serverToClientKey")
    same("handshake hash and keys", as_client, [octets(document[name]) for name in names])
    if suite == HYBRID:
        same("ML-KEM key", initiator.kem[0], octets(document["clientKemPublicKey"]))
        same("ML-KEM ciphertext", initiator.cipher_text, octets(document["kemCipherText"]))
        same("ML-KEM secret", initiator.shared, octets(document["kemSharedSecret"]))
        forged = bytes([initiator.cipher_text[0] ^ 1]) + initiator.cipher_text[1:]
        rejected = kem_decaps(initiator.kem[1], forged)
        same("ML-KEM secret of a forged ciphertext", rejected, octets(document["kemRejectedSecret"]))
        same("ML-KEM secret of the server", kem_encaps(initiator.kem[0], coins)[0], initiator.shared)

    for given in document["refusedMessages1"]:
        message = octets(given["message"])
        must_refuse(given["name"], lambda: respond(suite, prologue, seal_secret, message, server_e, coins))
    for given in document["refusedMessages2"]:
        again = Initiator(suite, prologue, seal_public, client_e, kem_seed)
        message = octets(given["message"])
        must_refuse(given["name"], lambda: again.finish(message))

    for direction, key in zip(("clientToServer", "serverToClient"), as_client[1:]):
        records = Records(key)
        for given in document["records"][direction]:
            plain = records.open(octets(given["record"]), given["number"])
            same(f"plaintext of record {given['number']}", plain, octets(given["plaintext"]))
        need("direction without a close record", records.closed)


# --- One session ---


class Session:
    """Follows a session from its first octet as both sides do."""

    def __init__(self, document):
        self.document = document
        self.service = document["service"]
        self.word = {"submission": "smtp", "imap": "imap"}[self.service]
        self.said = {"client": b"", "server": b""}
        self.offered = set()
        self.card = None
        self.refused = list(document["refusedAttempts"])
        self.keys = None

    def check(self):
        clear = [step for step in self.document["steps"] if "clear" in step]
        sealed = self.document["steps"][len(clear) :]
        need("clear text after the seal", all("record" in step for step in sealed))
        senders = [step["from"] for step in clear]
        same("turns in the clear phase", senders, ["server", "client"] * (len(clear) // 2) + ["server"])
        self._greeting(clear[0]["clear"], "clear greeting")
        self._say("server", clear[0]["clear"])
        for command, reply in zip(clear[1::2], clear[2::2]):
            need("not sealed by the last step", self.keys is None)
            self._exchange(command["clear"], reply["clear"])
        need("not sealed", self.keys is not None)
        need("a refused attempt that was not made", not self.refused)
        self._records(sealed)

    def _say(self, side, text):
        self.said[side] += text.encode("latin-1")

    def _greeting(self, text, what):
        start = "220 " if self.word == "smtp" else "* OK "
        need(what, text.startswith(start) and len(wire_lines(text)) == 1)

    def _exchange(self, command, reply):
        need("more than one command line", len(wire_lines(command)) == 1)
        tag, words = "", command[:-2].split(" ")
        if self.word == "imap":
            tag, *words = words
        if words[0] == "XSEAL":
            return self._seal(command, tag, words[1:], reply)
        if words[0] == "EHLO":
            for line in smtp_lines(reply, "250")[1:]:
                keyword, *tokens = line.split(" ")
                if keyword.upper() == "XPUBKEY":
                    self.offered = {token.lower() for token in tokens}
        elif words[0] == "CAPABILITY":
            untagged, _ = imap_reply(reply, tag)
            found = re.findall(r"XPUBKEY=(\S+)", untagged[0], re.IGNORECASE)
            self.offered = {token.lower() for token in found}
        elif words[0] == "XPUBKEY":
            self.card = Card(card_lines(self.service, reply, tag))
        else:
            raise Differs(f"unexpected command in clear: {words[0]}")
        self._say("client", command)
        self._say("server", reply)

    def _seal(self, command, tag, words, reply):
        need("XSEAL line too long", len(command) <= 4096)
        same("number of XSEAL's words", len(words), 4)
        suite, key_id, server_name, text = words
        need("suite that was not offered", suite in self.offered and suite in SUITES)
        same("suite", suite, self.document["suite"])
        same("server name", server_name, self.document["serverName"])
        message1 = canonical_base64(text)
        transcript, prologue = prologue_of(
            self.word, suite, key_id, server_name, self.said["client"], self.said["server"]
        )
        if self.refused:
            attempt = self.refused.pop(0)
            same("key id of the refused attempt", key_id, attempt["keyId"])
            secret = octets(attempt["clientEphemeralSecretKey"])
            again = Initiator(suite, prologue, octets(attempt["sealPublicKey"]), secret)
            same("message 1 of the refused attempt", message1, again.message1)
            wanted = "504 5.5.4 " if self.word == "smtp" else f"{tag} NO [XSEAL-KEY] "
            need("refusal", reply.startswith(wanted) and len(wire_lines(reply)) == 1)
            self._say("client", command)
            self._say("server", reply)
            return
        same("transcript", transcript, octets(self.document["transcript"]))
        same("prologue", prologue, octets(self.document["prologue"]))
        self._handshake(suite, key_id, prologue, message1, self._message2(tag, reply))

    def _message2(self, tag, reply):
        same("lines of the reply to XSEAL", len(wire_lines(reply)), 1)
        if self.word == "smtp":
            pattern = r"220 ([A-Za-z0-9+/=]+)\r\n"
        else:
            pattern = rf"{tag} OK \[XSEAL ([A-Za-z0-9+/=]+)\] sealed\r\n"
        match = re.fullmatch(pattern, reply)
        need("reply to XSEAL", match)
        return canonical_base64(match[1])

    def _handshake(self, suite, key_id, prologue, message1, message2):
        document = self.document
        need("sealed without a card", self.card)
        same("identity on the card", self.card.identity, octets(document["identity"]))
        need("card of another host", document["serverName"] in self.card.names)
        named = [k for k in self.card.seal_keys if (k["suite"], k["keyId"]) == (suite, key_id)]
        need("key that is not on the card", named)
        now = time_of(document["now"])
        need("key not valid now", time_of(named[0]["validFrom"]) <= now < time_of(named[0]["validUntil"]))
        seal_secret = octets(document["sealSecretKey"])
        same("seal key", x25519_public(seal_secret), named[0]["publicKey"])
        client_e, server_e = (octets(document[f"{side}EphemeralSecretKey"]) for side in ("client", "server"))
        kem_seed, coins = (optional_octets(document, n) for n in ("clientKemSeed", "serverKemCoins"))
        initiator = Initiator(suite, prologue, named[0]["publicKey"], client_e, kem_seed)
        same("message 1", message1, initiator.message1)
        made, *as_server = respond(suite, prologue, seal_secret, message1, server_e, coins)
        same("message 2", message2, made)
        as_client = list(initiator.finish(message2))
        same("what both sides derive", as_client, as_server)
        same("handshake hash", as_client[0], octets(document["handshakeHash"]))
        self.keys = {"client": Records(as_client[1]), "server": Records(as_client[2])}

    def _records(self, steps):
        heard = {"client": "", "server": ""}
        same("who speaks first inside the seal", steps[0]["from"], "server")
        self._greeting(steps[0]["data"], "fresh greeting")
        for step in steps:
            plain = self.keys[step["from"]].open(octets(step["record"]))
            if step.get("close") is True:
                same("close record", plain, b"\x02")
                continue
            same("close", step.get("close"), None)
            same("content of a record", plain, b"\x01" + step["data"].encode("latin-1"))
            heard[step["from"]] += step["data"]
        for side, text in heard.items():
            wire_lines(text)
            need(f"{side} closes", self.keys[side].closed)
            need("offer or seal inside the seal", not re.search(r"XPUBKEY|XSEAL|STARTTLS", text, re.IGNORECASE))


def check_session(document, _words):
    Session(document).check()


CHECKS = {"key-card": check_cards, "handshake": check_handshake, "session": check_session}


def check_file(path, words):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    need("unknown kind of vectors", document.get("kind") in CHECKS)
    CHECKS[document["kind"]](document, words)


def main(arguments):
    if len(arguments) < 2:
        print(__doc__)
        return 2
    word_list, *paths = arguments
    with open(word_list, "rb") as file:
        raw = file.read()
    if hashlib.sha256(raw).hexdigest() != BIP39_SHA256:
        print(f"DIFFERS {word_list}: not the English list of BIP39")
        return 1
    failures = 0
    for path in paths:
        try:
            check_file(path, raw.decode("ascii").split())
            print(f"ok {path}")
        except InvalidTag:
            failures += 1
            print(f"DIFFERS {path}: does not decrypt")
        except (Differs, CardRefused, KeyError, TypeError, ValueError, IndexError) as error:
            failures += 1
            print(f"DIFFERS {path}: {type(error).__name__}: {error}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
