#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Sends a file by copying it, as the articles doc1 and doc2 do: all of it into memory, then all of
it into the socket. receiver.py has to run.

    python3 copy.py FILE [PORT]
"""
import socket
import sys
import time


def main():
    path, port = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 8082
    sock = socket.create_connection(("127.0.0.1", port))
    start = time.time()
    with sock, open(path, "rb") as file:
        sock.sendall(file.read())
    print(f"seconds: {time.time() - start:.4f}")


if __name__ == "__main__":
    main()
