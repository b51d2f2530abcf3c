#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Roost authors
"""Compares Roost with C programs and virsh on one private daemon, and holds it to its limits.

hack/bench builds what is measured, prepares the state directory and calls this. Both sides of a comparison take turns,
so that whatever else the machine does hits both. Prints a table, writes every sample as JSON, and exits with status 1
where a limit is missed.
"""

import argparse
import json
import os
import pwd
import signal
import statistics
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

SCHEMA = "/usr/share/libvirt/schemas/domain.rng"


class Row:
    """One line of the table: ours, the floor where there is one, and the limit of ours or of the ratio."""

    def __init__(self, what, unit, ours, floor=None, limit=None, of_ratio=False, scale=1.0):
        self.what, self.unit, self.limit, self.of_ratio = what, unit, limit, of_ratio
        self.samples = {"ours": ours, "floor": floor}
        self.ours = statistics.median(ours) * scale
        self.floor = statistics.median(floor) * scale if floor else None
        self.ratio = self.ours / self.floor if floor else None

    @property
    def holds(self):
        if self.limit is None:
            return None
        return (self.ratio if self.of_ratio else self.ours) <= self.limit

    def cells(self):
        limit = "" if self.limit is None else f"{self.limit:.2f}" if self.of_ratio else f"{self.limit:g} {self.unit}"
        return [
            self.what, f"{self.ours:.{1 if self.ours >= 1 else 2}f} {self.unit}", "" if self.floor is None else f"{self.floor:.1f} {self.unit}",
            "" if self.ratio is None else f"{self.ratio:.2f}", limit,
            {None: "", True: "yes", False: "MISSED"}[self.holds],
        ]

    def json(self):
        return {
            "what": self.what, "unit": self.unit, "ours": self.ours, "floor": self.floor, "ratio": self.ratio,
            "limit": self.limit, "limit_of": "ratio" if self.of_ratio else "ours", "ok": self.holds,
            "samples": self.samples,
        }


class Peer:
    """A program that does one measured thing for each line it is given, and answers with JSON."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"bench: {self.arguments[0]} ended with status {self.process.wait()}")
        return json.loads(line)

    def ask(self, request=""):
        self.process.stdin.write(f"{request}\n")
        self.process.stdin.flush()
        return self.answer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def run(arguments):
    """Runs a program to its end; its wall time in ms and its peak resident memory in MiB."""
    null = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    start = time.monotonic()
    child = os.posix_spawn(arguments[0], arguments, os.environ, file_actions=null)
    _, status, usage = os.wait4(child, 0)
    wall = (time.monotonic() - start) * 1000
    if status != 0:
        sys.exit(f"bench: {' '.join(arguments)} failed with status {os.waitstatus_to_exitcode(status)}")
    return wall, usage.ru_maxrss / 1024


def taking_turns(count, warm_ups, *sides):
    """Calls the sides in turn, warm_ups and then count times; a list of results for each."""
    samples = [[] for _ in sides]
    for repetition in range(-warm_ups, count):
        for side, results in zip(sides, samples):
            result = side()
            if repetition >= 0:
                results.append(result)
    return samples


def commands(options):
    """`roost --version`, and `roost list` beside `virsh list`."""
    version, virsh_version, ours, theirs = taking_turns(
        options.runs, 3,
        lambda: run([options.roost, "--version"]),
        lambda: run([options.virsh, "--version"]),
        lambda: run([options.roost, "list"]),
        lambda: run([options.virsh, "-c", options.uri, "list", "--all"]))
    wall, memory = (lambda samples: [sample[0] for sample in samples]), (lambda samples: [s[1] for s in samples])
    return [
        Row("roost --version (virsh --version)", "ms", wall(version), wall(virsh_version), limit=12),
        Row("roost list (virsh list --all)", "ms", wall(ours), wall(theirs), limit=1.2, of_ratio=True),
        Row("peak memory of these lists", "MiB", memory(ours), memory(theirs), limit=1.5, of_ratio=True),
    ]


def floor_arguments(options, description):
    """The C program's arguments for the document that Roost planned; makes the directories that it names."""
    domain = ElementTree.fromstring(description["domain_xml"])
    disk = domain.find("devices/disk/source").get("file")
    image = domain.find("devices/disk/backingStore/source").get("file")
    account = pwd.getpwnam(options.account)
    console = os.path.dirname(domain.find("devices/serial/log").get("file"))
    os.mkdir(os.path.dirname(disk), 0o711)
    os.mkdir(console, 0o700)
    os.chown(console, account.pw_uid, account.pw_gid)
    document = os.path.join(options.scratch, "floor.xml")
    with open(document, "w", encoding="utf-8") as file:
        file.write(description["domain_xml"])
    return [options.floor, "spawn", options.uri, document, disk, image, str(options.disk_bytes),
            str(account.pw_uid), str(account.pw_gid)]


def spawns(options):
    """A spawn until the guest runs, beside the C program that does the same work on the same daemon."""
    with Peer([options.bench, "spawn", options.state, options.document]) as ours:
        with Peer(floor_arguments(options, ours.answer())) as floor:
            roost, program = taking_turns(options.spawns, 1, ours.ask, floor.ask)
    steps = {name: [sample["steps_us"][name] for sample in roost] for name in roost[0]["steps_us"]}
    overhead = [s["total_us"] - sum(s["steps_us"].values()) for s in roost]
    rows = [
        Row("spawn to running (C)", "ms", [s["total_us"] for s in roost], [s["total_us"] for s in program],
            limit=1.1, of_ratio=True, scale=1e-3),
        Row("- libvirt's part (C)", "ms", [s["steps_us"]["define"] + s["steps_us"]["start"] for s in roost],
            [s["define_us"] + s["create_us"] for s in program], limit=1000, scale=1e-3),
    ]
    floors = {"disk-0": "overlay_us", "define": "define_us", "start": "create_us"}
    for name, samples in steps.items():
        floor_samples = [s[floors[name]] for s in program] if name in floors else None
        rows.append(Row(f"- step {name}", "ms", samples, floor_samples, scale=1e-3))
    return rows + [Row("- planning, journal, the rest", "ms", overhead, scale=1e-3)]


FIRST_LINE = b"roost: user space starts"


class Console:
    """The log of a guest's console, which grows with each start."""

    def __init__(self, path):
        self.path = path
        self.seen = os.path.getsize(path) if os.path.exists(path) else 0

    def wait(self, start):
        """The time since `start`, in ms, at which the first line of user space is there."""
        text = b""
        while time.monotonic() < start + 60:
            if os.path.exists(self.path):
                with open(self.path, "rb") as file:
                    file.seek(self.seen)
                    text += file.read()
                    self.seen = file.tell()
            if FIRST_LINE in text:
                return (time.monotonic() - start) * 1000
            time.sleep(0.002)
        sys.exit(f"bench: no line of user space in {self.path}")


def boot_through_libvirt(guest, console):
    """Starts a guest that is defined; the time to its first line."""
    start = time.monotonic()
    guest.ask("start")
    took = console.wait(start)
    guest.ask("stop")
    # The log's last words come after the guest's end.
    time.sleep(0.2)
    console.seen = os.path.getsize(console.path)
    return took


def boot_by_hand(domain, path):
    """QEMU with the machine of a domain, as one would start it by hand; the time to its guest's first line."""
    text = lambda place: domain.find(place).text
    memory = int(text("memory")) // 1024
    accelerator, processor = ("kvm", "host") if domain.get("type") == "kvm" else ("tcg", "max")
    arguments = [
        text("devices/emulator"), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-machine", f"{domain.find('os/type').get('machine')},accel={accelerator},usb=off,acpi=off",
        "-cpu", processor,
        "-m", f"{memory}", "-smp", text("vcpu"), "-kernel", text("os/kernel"), "-initrd", text("os/initrd"),
        "-append", text("os/cmdline"), "-chardev", f"file,id=console,path={path}", "-serial", "chardev:console",
        "-device", "virtio-serial-pci", "-chardev", f"socket,id=agent,path={path}.agent,server=on,wait=off",
        "-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
        "-object", "rng-random,id=rng,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng",
    ]
    if os.path.exists(path):
        os.unlink(path)
    console = Console(path)
    start = time.monotonic()
    with subprocess.Popen(arguments, stdin=subprocess.DEVNULL) as qemu:
        try:
            return console.wait(start)
        finally:
            qemu.kill()


def boots(options):
    """From a throw-away guest's start to its first line, beside QEMU by hand, and beside a machine that lasts."""
    with open(options.throwaway, encoding="utf-8") as file:
        document = file.read()
    lasting = os.path.join(options.scratch, "lasting.yaml")
    with open(lasting, "w", encoding="utf-8") as file:
        file.write(document.replace("profile: fast", "profile: standard").replace("name: ", "name: lasting-"))
    with Peer([options.bench, "boot", options.state, options.throwaway]) as fast, \
            Peer([options.bench, "boot", options.state, lasting]) as standard:
        domain, other = (ElementTree.fromstring(guest.answer()["domain_xml"]) for guest in (fast, standard))
        log, other_log = (Console(guest.find("devices/serial/log").get("file")) for guest in (domain, other))
        ours, by_hand, slow = taking_turns(
            options.boots, 2, lambda: boot_through_libvirt(fast, log),
            lambda: boot_by_hand(domain, os.path.join(options.scratch, "by-hand.log")),
            lambda: boot_through_libvirt(standard, other_log))
        for guest in fast, standard:
            guest.ask("delete")
    return [
        Row("start to first user-space line, profile fast (QEMU by hand)", "ms", ours, by_hand, limit=1.15,
            of_ratio=True),
        Row("- the same kernel with profile standard", "ms", slow),
    ]


def validation(options, domain_xml):
    """The C program's time to read and validate a domain's document."""
    path = os.path.join(options.scratch, "document.xml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(domain_xml)
    return json.loads(subprocess.run(
        [options.floor, "validate", SCHEMA, path, "2000"], check=True, stdout=subprocess.PIPE).stdout)["validate_us"]


def documents(options):
    """From the text of a document to validated domain XML, in one process."""
    ours = json.loads(subprocess.run(
        [options.bench, "document", options.document], check=True, stdout=subprocess.PIPE).stdout)
    floor = validation(options, ours["domain_xml"])
    parts = [ours["parse_us"], ours["plan_us"], ours["validated_text_us"]]
    return [
        Row("document to validated XML", "us", [sum(sample) for sample in zip(*parts)], limit=500),
        Row("- document to instance", "us", parts[0]),
        Row("- instance to plan", "us", parts[1]),
        Row("- plan to validated XML (C: XML to validated XML)", "us", parts[2], floor),
    ]


def definitions(options):
    """Instances to validated domain XML, and libvirt's documents to types, in one process."""
    ours = json.loads(subprocess.run(
        [options.bench, "definitions", options.definition, options.corpus], check=True, stdout=subprocess.PIPE).stdout)
    return [
        Row("a simple server to validated XML (C: XML to validated XML)", "us", ours["simple_us"],
            validation(options, ours["simple_xml"]), limit=150),
        Row("four disks and two interfaces to validated XML (C)", "us", ours["large_us"],
            validation(options, ours["large_xml"]), limit=250),
        Row(f"a domain document of {ours['typical_bytes']} bytes to types", "us", ours["reading_us"], limit=150),
        Row(f"libvirt's {ours['corpus_documents']} test documents to types", "s", ours["corpus_us"], limit=2, scale=1e-6),
    ]


def locks(options):
    """An instance's lock, taken and released again, with nobody else about."""
    ours = json.loads(subprocess.run(
        [options.bench, "locks", options.state], check=True, stdout=subprocess.PIPE).stdout)
    return [
        Row("lock taken and released, in process", "us", ours["in_process_us"], limit=1),
        Row("lock taken and released, with the file", "us", ours["with_file_us"], limit=20),
    ]


def calls(options):
    """Calls to libvirt's test driver with 1,000 defined domains, which answers at once."""
    node = ElementTree.Element("node")
    for number in range(1000):
        domain = ElementTree.SubElement(node, "domain", type="test")
        ElementTree.SubElement(domain, "name").text = f"d{number}"
        ElementTree.SubElement(domain, "memory", unit="MiB").text = "64"
        ElementTree.SubElement(ElementTree.SubElement(domain, "os"), "type").text = "hvm"
    path = os.path.join(options.scratch, "thousand.xml")
    ElementTree.ElementTree(node).write(path)
    ours, floor = {}, {}
    # In turn and several times: where the machine puts a process makes twice the difference, for as long as it lives.
    for _ in range(9):
        for program, samples in (options.bench, ours), (options.floor, floor):
            answer = json.loads(subprocess.run(
                [program, "calls", f"test://{path}", "15"], check=True, stdout=subprocess.PIPE).stdout)
            if answer.pop("domains") != 1000:
                sys.exit("bench: the test driver has not 1,000 domains")
            for name, values in answer.items():
                samples.setdefault(name, []).extend(values)
    bare = statistics.median(floor["state_us"])
    return [
        Row("a call through the threads, beyond C (C: to a thread and back)", "us",
            [call - bare for call in ours["state_us"]], floor["hand_over_us"], limit=15),
        Row("states of 1,000 domains (C: the bulk call)", "us", ours["list_us"], floor["list_us"], limit=1.3,
            of_ratio=True),
        Row("instances beside 1,000 domains (C: the bulk call)", "us", ours["instances_us"], floor["list_us"],
            limit=1.3, of_ratio=True),
    ]


def journal(options):
    """What a spawn writes to the journal around its steps, beside as many flushes of as many bytes."""
    with Peer([options.bench, "journal", options.state]) as ours:
        writes = ours.answer()
        with Peer([options.floor, "flush", os.path.join(options.state, "bench.flushes"), str(writes["flushes"]),
                   str(writes["bytes"])]) as floor:
            spawned, flushed = taking_turns(101, 5, ours.ask, floor.ask)
    os.unlink(os.path.join(options.state, "bench.flushes"))
    whole, bare = [s["total_us"] for s in spawned], [s["total_us"] for s in flushed]
    return [
        Row(f"journal and claims in a spawn (C: {writes['flushes']} flushes)", "ms", whole, bare, scale=1e-3),
        Row("- beyond the flushes", "ms", [sample - statistics.median(bare) for sample in whole], limit=5, scale=1e-3),
    ]


def process_of(guest):
    """The process id of a guest's QEMU."""
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/cmdline", encoding="utf-8") as file:
                words = file.read().split("\0")
        except OSError:
            continue
        if f"guest={guest},debug-threads=on" in words:
            return int(entry)
    sys.exit(f"bench: no process has the guest {guest}")


def without_one(ours, guests):
    """The time until all guests but one have answered, while that one's QEMU is stopped."""
    stopped = process_of("fleet-1")
    os.kill(stopped, signal.SIGSTOP)
    try:
        answer = ours.ask("statistics-without 1")
    finally:
        os.kill(stopped, signal.SIGCONT)
    if answer["count"] != guests - 1:
        sys.exit(f"bench: {answer['count']} of {guests - 1} guests answered")
    # The stopped guest's call returns now; the next one finds no call about it under way.
    time.sleep(2)
    return answer


def fleet(options):
    """Many small guests at once, which have nothing to boot from."""
    took = lambda samples: [sample["total_us"] for sample in samples]
    guests, restarted = options.guests, options.guests * 5 // 6
    with Peer([options.bench, "fleet", options.state]) as ours, Peer([options.floor, "fleet", options.uri]) as floor:
        ours.ask(f"make {guests}")
        # Their firmware looks for something to boot for a while.
        time.sleep(10)
        idle = ours.ask("idle 20")
        figures, all_figures, states, all_states = taking_turns(
            21, 2, lambda: ours.ask("statistics"), lambda: floor.ask("statistics"), lambda: ours.ask("states"),
            lambda: floor.ask("states"))
        if any(sample["count"] != guests for sample in figures):
            sys.exit("bench: a guest did not tell its figures")
        alone = [without_one(ours, guests) for _ in range(3)]
        restarts, bare_restarts = taking_turns(
            3, 0, lambda: ours.ask(f"operations {restarted}"), lambda: floor.ask(f"operations {restarted}"))
    return [
        Row(f"figures of {guests} guests (C: the bulk call)", "ms", took(figures), took(all_figures), limit=1.2,
            of_ratio=True, scale=1e-3),
        Row("- with one guest's QEMU stopped, the others'", "ms", took(alone), limit=1000, scale=1e-3),
        Row(f"states of {guests} guests (C: the state-only call)", "us", took(states), took(all_states), limit=1.5,
            of_ratio=True),
        Row(f"{2 * restarted} operations on {restarted} guests at once (C: {restarted} threads)", "ms", took(restarts),
            took(bare_restarts), limit=1.2, of_ratio=True, scale=1e-3),
        Row(f"embedded and idle over {guests} guests: calls in 20 s", "calls", [idle["calls"]], limit=2),
        # Each of the two signs of life wakes up who keeps the time, who asks, and libvirt's event loop, some twice.
        Row("- threads that wake up in 20 s", "times", [idle["wake_ups"]], limit=24),
        Row("- memory", "MiB", [idle["resident_mib"]], limit=40),
    ]


PARTS = [commands, spawns, boots, documents, definitions, locks, calls, journal, fleet]


def print_table(rows):
    table = [["what", "ours", "floor", "ratio", "limit", "ok"]] + [row.cells() for row in rows]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for line in table:
        first, *rest = (cell.ljust(width) if column in (0, 5) else cell.rjust(width)
                        for column, (cell, width) in enumerate(zip(line, widths)))
        print("  ".join([first, *rest]).rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("roost", "bench", "floor", "virsh", "uri", "state", "document", "throwaway", "definition", "corpus",
                 "account", "scratch", "result"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--disk-bytes", type=int, required=True)
    parser.add_argument("--runs", type=int, default=41, help="of each command")
    parser.add_argument("--spawns", type=int, default=15, help="of each kind")
    parser.add_argument("--boots", type=int, default=11, help="of each kind")
    parser.add_argument("--guests", type=int, default=30, help="of the fleet")
    names = [part.__name__ for part in PARTS]
    parser.add_argument("--parts", default=",".join(names), help="of " + ", ".join(names))
    options = parser.parse_args()
    wanted = options.parts.split(",")
    rows = [row for part in PARTS if part.__name__ in wanted for row in part(options)]
    print_table(rows)
    with open(options.result, "w", encoding="utf-8") as file:
        json.dump({"rows": [row.json() for row in rows]}, file, indent=1)
        file.write("\n")
    missed = [row.what for row in rows if row.holds is False]
    for what in missed:
        print(f"bench: missed the limit of: {what}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
