#!/usr/bin/env python3
# The webhook against servers that fail, stall, hang up, refuse, redirect or answer without an end: no
# alert is lost, none is sent for ever, and whatever is given up is told. All of them at once, since
# each waits most of its time.
import glob
import hashlib
import hmac
import http.server
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

import programs

TRACE = os.path.join(programs.ROOT, "corpus/attack/each-unusual-directory/trace.trail")
CERTIFICATE = os.path.join(programs.ROOT, "tests/data/tls/localhost.pem")
KEY = b"a key of ours"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        behaviour = server.behaviours.pop(0) if server.behaviours else 200
        server.requests.append((time.monotonic(), self.path, dict(self.headers), body, behaviour))
        if callable(behaviour):
            self.close_connection = True
            return behaviour(self)
        status, headers = behaviour if isinstance(behaviour, tuple) else (behaviour, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def stalls(handler):
    handler.server.stop.wait(20)


def stalls_after_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    handler.server.stop.wait(20)


def hangs_up(handler):
    handler.connection.shutdown(socket.SHUT_RDWR)


def garbage(handler):
    handler.wfile.write(b"\x1b]0;owned\x07 no HTTP at all\r\n\r\n")


def endless(first, again):
    def answer(handler):
        try:
            handler.wfile.write(first)
            for _ in range(1 << 14):
                handler.wfile.write(again * 64)
            handler.server.endless = True
        except OSError:
            pass
    return answer


endless_headers = endless(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 1000 + b"\r\n")
endless_interim = endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n")
endless_body = endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 1000)


class Server(http.server.ThreadingHTTPServer):
    def __init__(self, behaviours=(), tls=False, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.behaviours = list(behaviours)
        self.requests = []
        self.stop = threading.Event()
        self.endless = False
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.address = f"{'https' if tls else 'http'}://127.0.0.1:{self.server_address[1]}/alerts?t=s3cret"
        threading.Thread(target=self.serve_forever, args=(0.05,)).start()

    def handle_error(self, *_):
        pass

    def close(self):
        self.stop.set()
        self.shutdown()
        self.server_close()

    def ids(self, behaviour=200):
        return [json.loads(line)["event"]["id"] for request in list(self.requests)
                if request[4] == behaviour for line in request[3].splitlines()]


class Webhook(programs.Case):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("trail"))
        shutil.copy(TRACE, self.path("trail"))
        offline = self.run_words("analyze", "--format", "json", TRACE)
        self.ids = [alert["event"]["id"] for alert in programs.alerts(offline.stdout)]
        self.assertGreater(len(self.ids), 20)
        self.write("key", KEY + b"\n")
        os.chmod(self.path("key"), 0o600)

    def server(self, *arguments, **options):
        server = Server(*arguments, **options)
        self.addCleanup(server.close)
        return server

    def analyzer(self, name, sink, *words):
        """`analyze --follow` with this sink; what it leaves begins with `name`."""
        environment = {key: value for key, value in os.environ.items()
                       if not key.lower().endswith("_proxy")}
        with open(self.path(name + ".log"), "ab") as log:
            process = subprocess.Popen(
                programs.program("analyze", "--follow", "--output", name + ".alerts", "--checkpoint",
                                 name + ".checkpoint", "--operations", name + ".operations",
                                 "--metrics", name + ".metrics", "--sink", sink, *words, "trail"),
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def read(self, name):
        try:
            with open(self.path(name)) as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def wait_for(self, condition, what, name):
        end = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), end, f"{what}; it says: {self.read(name + '.log')}")
            time.sleep(0.02)

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(0, process.wait(timeout=30))

    def actions(self, name):
        return [json.loads(line)["event"]["action"] for line in self.read(name + ".operations").splitlines()]

    def dead(self, name):
        return [json.loads(line)["event"]["id"]
                for line in self.read(name + ".spool/dead-letter.ndjson").splitlines()]

    def figure(self, name, figure):
        """What the analyzer tells of its only sink; None before it tells anything."""
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(self.path(name + ".metrics"))
            except OSError:
                return None
            client.shutdown(socket.SHUT_WR)
            text = b"".join(iter(lambda: client.recv(1 << 16), b"")).decode()
        line, = [line for line in text.splitlines() if line.startswith("exectrail_" + figure + "{")]
        return float(line.split()[-1])

    def test_takes_whole_batches_with_a_signature(self):
        server = self.server()
        process = self.analyzer("a", f"webhook:{server.address},key=key")
        self.wait_for(lambda: len(server.ids()) >= len(self.ids), "all alerts", "a")
        self.assertEqual(self.ids, server.ids(), "in their order")
        self.wait_for(lambda: self.figure("a", "sink_sent_total") == len(self.ids), "all are counted", "a")
        self.assertEqual(0, self.figure("a", "sink_waiting"))
        for _, path, headers, body, _ in server.requests:
            self.assertEqual("/alerts?t=s3cret", path)
            self.assertEqual("application/x-ndjson", headers["Content-Type"])
            self.assertEqual("sha256=" + hmac.new(KEY, body, hashlib.sha256).hexdigest(),
                             headers["X-Exectrail-Signature"])
        self.assertLessEqual(len(server.requests), len(self.ids))
        self.end(process)
        self.assertEqual([], self.actions("a"))

    def test_what_passes_is_outlasted(self):
        """Each of these is asked again, and then takes everything."""
        cases = {"fails": 500, "gateway": 502, "many": 429, "busy": (503, {"Retry-After": "1"}), "stalls": stalls, "hangs": hangs_up,
                 "garbage": garbage, "headers": endless_headers, "interim": endless_interim}
        servers = {}
        for name, behaviour in cases.items():
            servers[name] = self.server([behaviour])
            self.analyzer(name, f"webhook:{servers[name].address},timeout=2s")
        for name, server in servers.items():
            with self.subTest(name):
                self.wait_for(lambda: set(server.ids()) == set(self.ids), "all alerts", name)
                first, second = server.requests[:2]
                self.assertEqual(first[3], second[3], "the same batch, byte for byte")
                if name == "busy":
                    self.assertGreaterEqual(second[0] - first[0], 0.99, "the time that is asked for")
                    self.wait_for(lambda: self.actions(name) == ["sink_failing", "sink_works"],
                                  "it is told", name)
                self.assertFalse(server.endless, "it is not read to its end")
                self.assertNotIn("s3cret", self.read(name + ".log"), "addresses may hold secrets")
                self.assertNotIn("\x1b", self.read(name + ".log"))

    def test_an_answer_without_an_end_is_an_answer(self):
        for name, behaviour in (("body", endless_body), ("half", stalls_after_headers)):
            server = self.server([behaviour])
            self.analyzer(name, f"webhook:{server.address},timeout=2s")
            with self.subTest(name):
                self.wait_for(lambda: self.figure(name, "sink_sent_total") == len(self.ids), "all", name)
                self.assertEqual(self.ids, server.ids(behaviour) + server.ids(), "nothing twice")
                self.assertFalse(server.endless)

    def test_what_is_refused_is_a_dead_letter(self):
        there = self.server()
        cases = {"refused": [400] * 50, "gone": [410] * 50, "broken": [500] * 50,
                 "moved": [(302, {"Location": there.address})] * 50,
                 "moved307": [(307, {"Location": there.address})] * 50}
        servers = {name: self.server(behaviours) for name, behaviours in cases.items()}
        for name, server in servers.items():
            self.analyzer(name, f"webhook:{server.address},tries=2,spool={name}.spool")
        for name, server in servers.items():
            with self.subTest(name):
                self.wait_for(lambda: sorted(self.dead(name)) == sorted(self.ids), "dead letters", name)
                self.wait_for(lambda: "dead_letter" in self.actions(name), "it is told", name)
                self.wait_for(lambda: self.figure(name, "sink_dead_letters_total") == len(self.ids),
                              "they are counted", name)
                self.assertEqual([], glob.glob(self.path(name + ".spool/*.batch")))
                tries = 2 if name == "broken" else 1
                bodies = [request[3] for request in server.requests]
                self.assertTrue(all(bodies.count(body) == tries for body in bodies))
        self.assertEqual([], there.requests, "no redirection is followed")

    def test_nothing_is_lost_while_nobody_is_there(self):
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            port = held.getsockname()[1]
        sink = f"webhook:http://127.0.0.1:{port}/alerts,spool=spool"
        process = self.analyzer("away", sink)
        self.wait_for(lambda: glob.glob(self.path("spool/*.batch")), "it is on disk", "away")
        self.wait_for(lambda: self.figure("away", "sink_waiting") == 0, "all is on disk", "away")
        self.wait_for(lambda: "closed\":true" in self.read("away.checkpoint"), "a checkpoint", "away")
        other = self.analyzer("other", sink)
        self.assertEqual(3, other.wait(timeout=30))
        self.assertIn("the spool of another sink", self.read("other.log"))
        process.kill()
        process.wait()
        server = self.server(port=port)
        again = self.analyzer("away", sink)
        self.wait_for(lambda: set(server.ids()) == set(self.ids), "all alerts", "away")
        self.wait_for(lambda: not glob.glob(self.path("spool/*.batch")), "the spool is empty", "away")
        self.end(again)
        self.assertEqual(len(self.ids), len(server.ids()), "and none was sent twice here")

    def test_only_the_right_server_gets_them(self):
        server = self.server(tls=True)
        wrong = self.analyzer("wrong", f"webhook:{server.address}")
        right = self.analyzer("right", f"webhook:{server.address},ca={CERTIFICATE}")
        self.wait_for(lambda: set(server.ids()) == set(self.ids), "all alerts", "right")
        self.wait_for(lambda: self.actions("wrong") == ["sink_failing"], "it is told", "wrong")
        self.assertEqual(self.ids, server.ids(), "one of the two")
        self.end(right)
        wrong.kill()
        self.analyzer("any", f"webhook:{server.address},verify=no")
        self.wait_for(lambda: len(server.ids()) == 2 * len(self.ids), "all again", "any")

    def test_what_is_wrong_with_it_is_said(self):
        os.chmod(self.path("key"), 0o644)
        self.write("empty", "")
        os.chmod(self.path("empty"), 0o600)
        for sink, status, part in (
                ("webhook:ftp://h/x", 2, "https:// or http://"),
                ("webhook:http://u:p@h/x", 2, "no password"),
                ("webhook:http:///x", 2, "has a host"),
                ("webhook:http://h/a b", 2, "neither spaces"),
                ("webhook:http://h/,tries=0", 2, "is none of min="),
                ("webhook:http://h/,timeout=1h", 2, "is none of min="),
                ("unix:/run/x,key=key", 2, "is none of min="),
                ("webhook:http://h/,key=nowhere", 3, "cannot read the key"),
                ("webhook:http://h/,key=key", 3, "can be read by everybody"),
                ("webhook:http://h/,key=empty", 3, "has 0 bytes"),
                ("webhook:http://h/,spool=key", 3, "cannot spool in")):
            with self.subTest(sink):
                self.expect(self.run_words("analyze", "--follow", "--sink", sink, "trail"), status,
                            stderr=part)


if __name__ == "__main__":
    programs.main()
