# SPDX-License-Identifier: GPL-2.0
"""The documents' sendfile sender: 65,535 bytes a call, as doc1 does. sendfile.py PORT FILE"""
import os
import socket
import sys

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("127.0.0.1", int(sys.argv[1])))
try:
    with open(sys.argv[2], "rb") as f:
        offset = 0
        while True:
            ret = os.sendfile(sock.fileno(), f.fileno(), offset, 65535)
            offset += ret
            if ret == 0:
                break
finally:
    sock.close()
