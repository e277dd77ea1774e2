#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Sends a file by sendfile, as the articles doc1 (65535 bytes a call) and doc2 (65536) do, until a
call moves nothing. receiver.py has to run.

    python3 sendfile.py FILE [PORT] [BYTES-A-CALL]
"""
import os
import socket
import sys
import time


def send(sock, file, chunk):
    offset = 0
    while sent := os.sendfile(sock.fileno(), file.fileno(), offset, chunk):
        offset += sent


def main():
    path, port = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 8082
    chunk = int(sys.argv[3]) if len(sys.argv) > 3 else 65535
    sock = socket.create_connection(("127.0.0.1", port))
    start = time.time()
    with sock, open(path, "rb") as file:
        send(sock, file, chunk)
    print(f"seconds: {time.time() - start:.4f}")


if __name__ == "__main__":
    main()
