#!/usr/bin/env python3
"""A client made from docs/protocol.md alone: seals one session with a server on loopback.

    live_client.py smtp|imap PORT SUITE SERVER-NAME [lie]

Prints what the server said inside the seal, one line each, and exits 0 after an orderly end. With `lie` it hashes a
greeting that the server did not send, as if somebody on the way had changed it. For tests: no deadline but one.
"""

import base64
import os
import re
import socket
import sys

from reader import AESGCM, HYBRID, Card, Initiator, Records, card_lines, imap_reply, next_key, nonce_of, prologue_of
from reader import need, smtp_lines


class Sealer:
    """Seals the records of one direction."""

    def __init__(self, key):
        self.key, self.number = key, 0

    def seal(self, plain):
        if self.number > 0 and self.number % 65536 == 0:
            self.key = next_key(self.key)
        sealed = AESGCM(self.key).encrypt(nonce_of(self.number), plain, b"")
        self.number += 1
        return len(sealed).to_bytes(2, "big") + sealed


class Client:
    def __init__(self, word, port):
        self.word = word
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.stream = self.socket.makefile("rb")
        self.heard, self.said, self.tags = b"", b"", 0
        self.records = self.sealer = None
        self.inside = b""

    def line(self):
        if self.records is None:
            line = self.stream.readline(8192)
            need("line without CRLF", line.endswith(b"\r\n"))
            return line
        while b"\r\n" not in self.inside:
            need("closed too early", not self.records.closed)
            self.inside += self.record()
        line, _, self.inside = self.inside.partition(b"\r\n")
        print(line.decode("latin-1"))
        return line + b"\r\n"

    def record(self):
        """Content of the next record; nothing for the close record."""
        header = self.stream.read(2)
        need("end without close record", len(header) == 2)
        body = self.stream.read(int.from_bytes(header, "big"))
        return self.records.open(header + body)[1:]

    def reply(self, tag):
        text = b""
        while True:
            line = self.line()
            text += line
            if line.startswith(f"{tag} ".encode()) if tag else line[3:4] != b"-":
                return text

    def ask(self, command):
        """The whole reply, and the command's tag; both sides' octets go into the transcript."""
        self.tags += 1
        tag = f"t{self.tags}" if self.word == "imap" else ""
        line = f"{tag} {command}\r\n".lstrip().encode()
        if self.sealer:
            self.socket.sendall(self.sealer.seal(b"\x01" + line))
        else:
            self.socket.sendall(line)
            self.said += line
        text = self.reply(tag)
        self.heard += text
        return text.decode("latin-1"), tag

    def offers(self):
        text, tag = self.ask("CAPABILITY" if self.word == "imap" else "EHLO [127.0.0.1]")
        if self.word == "imap":
            return {t.lower() for t in re.findall(r"XPUBKEY=(\S+)", imap_reply(text, tag)[0][0])}
        words = [line.split(" ") for line in smtp_lines(text, "250")]
        return {token for line in words if line[0] == "XPUBKEY" for token in line[1:]}

    def seal(self, suite, server_name):
        text, tag = self.ask("XPUBKEY")
        card = Card(card_lines("imap" if self.word == "imap" else "submission", text, tag))
        key = next(key for key in card.seal_keys if key["suite"] == suite)
        _, prologue = prologue_of(self.word, suite, key["keyId"], server_name, self.said, self.heard)
        seed = os.urandom(64) if suite == HYBRID else None
        initiator = Initiator(suite, prologue, key["publicKey"], os.urandom(32), seed)
        message1 = base64.b64encode(initiator.message1).decode()
        text, tag = self.ask(f"XSEAL {suite} {key['keyId']} {server_name} {message1}")
        pattern = rf"{tag} OK \[XSEAL (\S+)\] .*\r\n" if tag else r"220 (\S+)\r\n"
        match = re.fullmatch(pattern, text)
        need(f"refused: {text.strip()}", match)
        _, to_server, to_client = initiator.finish(base64.b64decode(match[1]))
        self.sealer, self.records = Sealer(to_server), Records(to_client)

    def close(self):
        while not self.records.closed:
            self.inside += self.record()
        self.socket.sendall(self.sealer.seal(b"\x02"))
        self.socket.shutdown(socket.SHUT_WR)
        need("octets after the close record", self.stream.read() == b"")


def main(word, port, suite, server_name, *lie):
    client = Client(word, int(port))
    client.heard = client.line()
    if lie:
        client.heard = client.heard.replace(b"\r\n", b"!\r\n")
    need("suite not offered", suite in client.offers())
    client.seal(suite, server_name)
    need("fresh greeting", client.line()[:4] in (b"220 ", b"* OK"))
    need("offer inside the seal", not client.offers())
    client.ask("LOGOUT" if word == "imap" else "QUIT")
    client.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
