// SPDX-License-Identifier: GPL-2.0
/* A receiver that copies nothing: recv with MSG_TRUNC drops the bytes inside the kernel. Says
 * "Start server on 127.0.0.1 port N" as the scenarios' receiver does, serves one connection, and
 * says how many bytes came. */
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK_BYTES = 1 << 20 };

int main(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), connection;
	socklen_t length = sizeof(address);
	unsigned long long total = 0;
	ssize_t got;

	if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) ||
	    listen(listener, 1) || getsockname(listener, (struct sockaddr *)&address, &length))
		goto failed;
	printf("Start server on 127.0.0.1 port %d\n", ntohs(address.sin_port));
	fflush(stdout);
	connection = accept(listener, NULL, NULL);
	if (connection < 0)
		goto failed;
	while ((got = recv(connection, NULL, CHUNK_BYTES, MSG_TRUNC)) > 0)
		total += got;
	if (got < 0)
		goto failed;
	printf("Total size: %llu\n", total);
	return 0;

failed:
	perror("discard");
	return 1;
}
