"""No test reaches the network, nor does a process that it starts."""

import socket
import subprocess
import sys

import pytest

NOWHERE = "192.0.2.1"  # kept free for documentation: nobody has it


def test_a_connection_is_refused():
    with pytest.raises(RuntimeError, match=f"a test reaches for the network: '{NOWHERE}'"):
        socket.create_connection((NOWHERE, 80), timeout=1)
    with pytest.raises(RuntimeError, match=r"reaches for the network: 'example\.org'"):
        socket.getaddrinfo("example.org", 443)


def test_loopback_is_not():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=60).close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_child_process_finds_no_proxy(scheme):
    code = f"import urllib.request as r; r.urlopen('{scheme}://{NOWHERE}/', timeout=60)"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "Connection refused" in child.stderr
