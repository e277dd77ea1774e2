# SPDX-License-Identifier: GPL-2.0
"""The documents' receiver: takes what comes until the connection ends, and prints how much it was.

Serves one connection instead of any number, on a free port of this machine.
"""
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.bind(("127.0.0.1", 0))
sock.listen(1)
print(f"Start server on port {sock.getsockname()[1]}", flush=True)
connection, client_addr = sock.accept()
size = 0
try:
    i = 0
    while True:
        data = connection.recv(65536)
        i += 1
        if data:
            size += len(data)
        else:
            break
    print(f"Total size: {size}")
finally:
    connection.close()
