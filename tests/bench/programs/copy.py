# SPDX-License-Identifier: GPL-2.0
"""The documents' copying sender: reads the whole file, then sends it. copy.py PORT FILE"""
import socket
import sys

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("127.0.0.1", int(sys.argv[1])))
try:
    with open(sys.argv[2], "rb") as f:
        message = f.read()
        sock.sendall(message)
finally:
    sock.close()
