#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Receives a file, as the articles doc1 and doc2 do: 64 KiB at a time, until the sender ends.

    python3 receiver.py [PORT]

It takes one connection, and prints how many bytes came in how many receives.
"""
import socket
import sys

RECEIVE_BYTES = 65536
PROGRESS = 10000


def receive(connection):
    """Everything that comes; how many bytes, and how many receives brought some."""
    total = receives = 0
    while data := connection.recv(RECEIVE_BYTES):
        total += len(data)
        receives += 1
        if receives % PROGRESS == 0:
            print("receives:", receives)
    return total, receives


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8082
    with socket.create_server(("127.0.0.1", port)) as server:
        print("listening on port", server.getsockname()[1], flush=True)
        connection, _ = server.accept()
        with connection:
            total, receives = receive(connection)
    print("bytes:", total, "receives:", receives)


if __name__ == "__main__":
    main()
