#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Sends a file to build/scenarios/receiver, as most programs would. Lab 5 is about changing it.

    python3 sender.py FILE [PORT]
"""
import socket
import sys

CHUNK = 16 * 1024
RECEIVER = "127.0.0.1"


def send(file, sock):
    """Everything that is in file, through sock. Change this, and nothing else."""
    while True:
        data = file.read(CHUNK)
        if not data:
            break
        sock.sendall(data)


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
