#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The sender of lab 5, changed: the kernel moves the file, and no byte comes into this program.

    python3 sender.py FILE [PORT]
"""
import os
import socket
import sys

CHUNK = 1024 * 1024
RECEIVER = "127.0.0.1"


def send(file, sock):
    """Everything that is in file, through sock. socket.sendfile() does the same."""
    offset = 0
    while True:
        sent = os.sendfile(sock.fileno(), file.fileno(), offset, CHUNK)
        if sent == 0:
            break
        offset += sent


def main():
    path = sys.argv[1]
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 8082
    try:
        sock = socket.create_connection((RECEIVER, port))
    except OSError as error:
        sys.exit(f"{RECEIVER} port {port}: {error}; start build/scenarios/receiver first")
    with sock, open(path, "rb") as file:
        send(file, sock)


if __name__ == "__main__":
    main()
