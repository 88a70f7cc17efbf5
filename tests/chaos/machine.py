"""What a world runs on: Redis, the model, the wall clock, the disk, and the processes of the
product."""
import json
import mmap
import os
import shutil
import signal
import socket
import struct
import subprocess
import time

STAGES = ("s3ls", "s3cat", "senenrich", "s3put", "cursor")


def wait_until(seconds, condition):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError("waited in vain for " + getattr(condition, "__doc__", "") or repr(condition))
        time.sleep(0.02)


class Control:
    """The file that tests/chaos/shim.c reads: the error of the clock, and whether the disk is
    full."""

    def __init__(self, path):
        self.path = path
        with open(path, "wb") as file:
            file.write(bytes(16))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 16)

    def clock(self, seconds):
        self.memory[0:8] = struct.pack("q", int(seconds * 1e9))

    def disk(self, full):
        self.memory[8:16] = struct.pack("q", int(full))


class Disk:
    """A folder on a small file system of its own if we may mount one; otherwise the shim plays a
    full disk."""

    def __init__(self, path, control, size="96m"):
        self.path, self.control = path, control
        self.ballast = os.path.join(path, ".ballast")
        os.makedirs(path)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", path], stderr=subprocess.DEVNULL, check=False)
        self.mounted = done.returncode == 0

    def fill(self, left):
        """Leaves only this many bytes free."""
        if not self.mounted:
            self.control.disk(True)
            return
        with open(self.ballast, "wb") as file:
            for _ in range(20):  # the programs write meanwhile
                space = os.statvfs(self.path)
                try:
                    os.posix_fallocate(file.fileno(), 0, max(1, space.f_bavail * space.f_frsize - left))
                    return
                except OSError:
                    continue

    def free(self):
        self.control.disk(False)
        if os.path.exists(self.ballast):
            os.unlink(self.ballast)

    def keep(self, folder):
        """Copies the contents to a folder, if one is given, and unmounts."""
        self.free()
        if folder:
            shutil.copytree(self.path, folder, dirs_exist_ok=True, symlinks=True)
        if self.mounted:
            subprocess.run(["umount", "-l", self.path], check=False)
            self.mounted = False


class Redis:
    """A redis-server of our own, and a client of our own for it."""

    def __init__(self, folder, password):
        self.folder, self.password = folder, password
        self.socket = os.path.join(folder, "redis.sock")
        self.process = None
        self.program = shutil.which("redis-server") or os.path.join(folder, "redis-server")
        if self.program.startswith(folder):
            os.symlink(shutil.which("redis-check-rdb"), self.program)  # Debian's redis-tools: the name says what it is

    def start(self):
        log = open(os.path.join(self.folder, "redis.log"), "ab")
        self.process = subprocess.Popen(
            [self.program, "--port", "0", "--unixsocket", self.socket, "--requirepass", self.password, "--dir", self.folder,
             "--save", "86400 100000000", "--appendonly", "no", "--daemonize", "no"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        wait_until(20, self.answers)

    def answers(self):
        """Redis"""
        try:
            return self.ask("PING") == b"PONG"
        except (OSError, ValueError):
            return False

    def stop(self, lose):
        """lose: it loses its data."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGKILL if lose else signal.SIGTERM)
        self.process.send_signal(signal.SIGCONT)  # it may be frozen
        self.process.wait()
        self.process = None
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        if lose and os.path.exists(os.path.join(self.folder, "dump.rdb")):
            os.unlink(os.path.join(self.folder, "dump.rdb"))

    def ask(self, *words):
        """One command, by a client of our own. Returns bytes, an integer, a list, or None."""
        with socket.socket(socket.AF_UNIX) as end:
            end.settimeout(5)
            end.connect(self.socket)
            stream = end.makefile("rwb")
            for command in (("AUTH", self.password), words):
                stream.write(b"*%d\r\n" % len(command))
                for word in command:
                    word = word.encode()
                    stream.write(b"$%d\r\n%s\r\n" % (len(word), word))
                stream.flush()
                reply = self.reply(stream)
            return reply

    def reply(self, stream):
        line = stream.readline()
        kind, rest = line[:1], line[1:].strip()
        if kind == b"-" or not line:
            raise ValueError(line.decode())
        if kind == b"$":
            return None if rest == b"-1" else stream.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self.reply(stream) for _ in range(int(rest))]
        return int(rest) if kind == b":" else rest


class Model:
    """senserve. `repeated` in its counts is how many pairs it was asked for more than once since
    it started."""

    def __init__(self, program, folder, env):
        self.program, self.env = program, env
        self.folder = folder
        self.address = "unix:" + os.path.join(folder, "model.sock")
        self.process = None

    def start(self, options=()):
        path = self.address[len("unix:"):]
        if os.path.exists(path):
            os.unlink(path)
        self.process = subprocess.Popen([self.program, "--grpc-server-address", self.address, *options], env=self.env,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=open(os.path.join(self.folder, "model.log"), "ab"))
        wait_until(20, lambda: os.path.exists(path))

    def stop(self, kill=False):
        """Returns its counts, or {} if it was killed."""
        if self.process is None:
            return {}
        self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        self.process.send_signal(signal.SIGCONT)  # it may be frozen
        text = self.process.communicate()[0]
        status, self.process = self.process.returncode, None
        if not kill and status not in (0, -signal.SIGTERM):
            raise RuntimeError("senserve ended with %d" % status)
        return json.loads(text.split(b"\n")[-2]) if text and not kill else {}


def processes(mark):
    """{pid: name} of the running processes that have the mark in their environment."""
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open("/proc/%s/environ" % entry, "rb") as file:
                if mark not in file.read():
                    continue
            with open("/proc/%s/stat" % entry, "rb") as file:
                stat = file.read()
        except OSError:
            continue
        name, rest = stat[stat.index(b"(") + 1:].rsplit(b")", 1)
        if rest.split()[0] not in (b"Z", b"X"):
            found[int(entry)] = name.decode("utf-8", "replace")
    return found


def kill(pid, number):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False
