#!/usr/bin/python3
"""Chaos: random objects, kills, faults and accidents; an oracle checks whether a law was broken.

    run.py [--seconds N | --worlds N] [--seed N] [--store s3|file|both] [OPTION]...
    run.py --self-test [--seed N] [--store s3|file|both] [OPTION]...

    --percent N           each kind of fault hits this percentage of the requests (5)
    --without NAME,...    leave out these faults or kinds of ETag (see bucket.py), `checksums`,
                          `archived` or `locked`
    --bin FOLDER          the programs (SENIORITY_BIN, or bin/)
    --folder FOLDER       where worlds live (build/chaos)
    --self-test           damage a healthy world in many ways; 1 if the oracle does not find each

World N has the seed --seed + N; with --seed alone, just that world runs. The seed decides the
objects, the settings, the schedule and the faults; the timing of the processes depends on the
machine. Status 0: no law was broken; 1: one was, and the last line says which, on which object, and
how to run that world again.
"""
import argparse
import collections
import os
import random
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
import plants  # noqa: E402
from accidents import Broken  # noqa: E402
from world import World  # noqa: E402


def table(counts, worlds, seconds):
    order = ("rounds", "killed: ", "S3 requests", "fault: ", "bit flips", "Redis restarts", "model restarts", "disk full", "clock jumps", "")
    place = lambda name: next(i for i, start in enumerate(order) if name.startswith(start))
    rows = [("worlds", worlds), ("seconds", int(seconds))] + sorted(counts.items(), key=lambda row: (place(row[0]), row[0]))
    width = max(len(name) for name, _ in rows)
    return "".join("%-*s %8d\n" % (width, name, count) for name, count in rows)


def self_test(seed, options):
    world = World(seed, options, collections.Counter())
    status = 1
    try:
        results = list(plants.self_test(world))
        for what, found, right in results:
            print("%s: %s: %s" % ("ok" if right else "not ok", what, ": ".join(found[:2]) if found else "nothing is found"))
        status = 0 if all(right for _, _, right in results) else 1
    finally:
        world.close(keep=status != 0)
    return status


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--worlds", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--store", choices=("s3", "file", "both"), default="both")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--percent", type=float, default=5)
    parser.add_argument("--without", default=[], type=lambda text: text.split(","))
    parser.add_argument("--bin", default=os.environ.get("SENIORITY_BIN", os.path.join(ROOT, "bin")))
    parser.add_argument("--folder", default=os.path.join(ROOT, "build", "chaos"))
    options = parser.parse_args()
    if options.seconds is None and options.worlds is None:
        options.seconds, options.worlds = (60, None) if options.seed is None else (None, 1)
    options.bin = os.path.abspath(options.bin)
    options.folder = os.path.abspath(options.folder)
    options.pipeline = os.path.join(ROOT, "pipeline.sh")
    options.shim = os.path.join(options.folder, "shim.so")
    os.makedirs(options.folder, exist_ok=True)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", options.shim, os.path.join(HERE, "shim.c")], check=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1000000)
    print("seed %d" % seed, flush=True)
    if options.self_test:
        sys.exit(self_test(seed, options))
    counts, worlds, begun, found = collections.Counter(), 0, time.monotonic(), None
    while not found and (worlds < options.worlds if options.worlds else time.monotonic() - begun < options.seconds):
        world = World(seed + worlds, options, counts)
        keep = True
        try:
            world.live()
            keep = False
        except Broken as broken:
            without = " WITHOUT=" + ",".join(options.without) if options.without else ""
            found = "BROKEN: %s: %s: %s" % broken.args + ": make chaos SEED=%d STORE=%s%s (kept: %s)" % (
                world.seed, options.store, without, os.path.relpath(world.folder))
            world.tell(found)
        finally:
            world.close(keep)
        worlds += 1
    print(table(counts, worlds, time.monotonic() - begun), end="")
    if found:
        print(" ".join(found.split()))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
