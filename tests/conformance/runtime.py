"""A runtime takes a container through a case: what its process has seen, and what the host has."""

import ctypes
import fcntl
import json
import os
import pty
import shutil
import signal
import subprocess
import time

import host
from host import ROOT

PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # a container is then our child when its runtime has ended
PATIENCE = 5  # seconds


def fresh_root(name):
    """The rootfs anew, its files linked: a case may write there."""
    place = f"{ROOT}/{name}"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(f"{ROOT}/template-{name}", place, symlinks=True, copy_function=os.link)
    for folder, _, _ in os.walk(place):
        status = os.stat(folder.replace(place, f"{ROOT}/template-{name}"))
        os.chown(folder, status.st_uid, status.st_gid)


def schema_holds(state):
    """What state-schema.json asks for."""
    return (isinstance(state["ociVersion"], str) and isinstance(state["id"], str)
            and state["status"] in ("creating", "created", "running", "stopped", "paused") and state["bundle"].startswith("/")
            and isinstance(state.get("pid", 0), int) and state.get("pid", 0) >= 0
            and all(isinstance(value, str) for value in state.get("annotations", {}).values()))


class Run:
    def __init__(self, name, command, case):
        self.name, self.case, self.lines, self.pid = name, case, [], 0
        self.folder = f"{ROOT}/state-{name}"
        self.command = [*command, "--root", self.folder]
        self.error = ""
        self.said = ""  # by create

    def go(self):
        fresh_root("rootfs")
        if "shifted" in self.case.config["root"].get("path", "") if isinstance(self.case.config.get("root"), dict) else False:
            fresh_root("shifted")
        self.write_config(self.case.config)
        open(f"{ROOT}/log/hooks", "w", encoding="utf-8").close()
        before = host.snapshot(self.folder)
        self.read_end, self.write_end = os.pipe2(os.O_CLOEXEC)
        fcntl.fcntl(self.read_end, 1031, 1 << 20)  # F_SETPIPE_SZ
        for verb in self.case.verbs:
            self.do(verb)
        self.see_output("")
        os.close(self.read_end)
        os.close(self.write_end)
        self.see_root()
        self.see_hooks()
        self.clean(before)
        return self

    def write_config(self, config):
        text = json.dumps(config).replace("/PLACE/", "/lockstep-conformance/").replace('"INFINITY"', str(2**64 - 1))
        with open(f"{ROOT}/bundle/config.json", "w", encoding="utf-8") as file:
            file.write(text)

    def clean(self, before):
        self.reap()
        after = host.snapshot(self.folder)
        self.lines += host.changes(before, after)
        if after == before:
            return
        self.call("delete", "--force", "x")
        if self.pid:
            self.kill(self.pid)
        for left in after["process"] - before["process"]:
            self.kill(int(left.split()[0]))
        self.reap()
        for left in host.new_mounts(before, after):
            subprocess.run(["umount", "--lazy", left.split(" ")[1]], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
        host.sweep(before, after)

    @staticmethod
    def kill(pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def reap(self):
        time.sleep(0.001)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass

    def call(self, *words, out=subprocess.DEVNULL):
        """Its exit status; what it said on standard error stays in self.error."""
        with open(f"{ROOT}/error", "w+", encoding="utf-8", errors="replace") as errors:
            try:
                status = subprocess.run([*self.command, *words], stdin=subprocess.DEVNULL, stdout=out, stderr=errors,
                                        timeout=PATIENCE, check=False).returncode
            except subprocess.TimeoutExpired:
                status = 124
            errors.seek(0)
            self.error = errors.read().strip()
        return status

    def say(self, field, text):
        self.lines.append(f"{field}: {text}")

    def result(self, field, status):
        self.say(field, "ok" if status == 0 else "refused" if status != 124 else "hangs")
        return status == 0

    # --- verbs ---

    def do(self, verb):
        name, _, argument = verb.partition(":")
        if name == "noid":
            self.result(f"{argument} without an ID", self.call(argument))
        elif ":" in verb:
            self.result(f"create {argument}", self.call("create", "--bundle", f"{ROOT}/bundle", argument))
        elif name.startswith("kill-"):
            self.result(name, self.call("kill", "x", name[5:]))
        elif name.startswith("exec"):
            self.exec_(name[5:])
        elif hasattr(self, name.replace("--", "_")):
            getattr(self, name.replace("--", "_"))()
        else:
            self.result(name, self.call(name, "x"))

    def nobundle(self):
        os.makedirs(f"{ROOT}/empty", exist_ok=True)
        self.result("create without a bundle", self.call("create", "--bundle", f"{ROOT}/empty", "x"))

    def create(self):
        pid_file = f"{ROOT}/pid"
        if os.path.exists(pid_file):
            os.unlink(pid_file)
        status = self.call("create", "--bundle", f"{ROOT}/bundle", "--pid-file", pid_file, "x", out=self.write_end)
        self.said = self.error
        if not self.result("create", status):
            return
        if self.error:
            self.say("warning", "yes")
        self.pid = int(host.read(pid_file))
        self.lines += host.describe(self.pid, self.case.config)

    def start(self):
        self.result("start", self.call("start", "x"))

    def delete_force(self):
        self.result("delete--force", self.call("delete", "--force", "x"))

    def change(self):
        config = json.loads(json.dumps(self.case.config))
        config["process"]["args"] = ["/changed"]
        config["hostname"] = "changed"
        self.write_config(config)

    def state(self):
        answer = subprocess.run([*self.command, "state", "x"], capture_output=True, text=True, check=False)
        if not self.result("state", answer.returncode):
            return
        state = json.loads(answer.stdout)
        field = f"state {state.get('status')}"
        for key in ("id", "status", "bundle"):
            self.say(field, f"{key} {state.get(key)}")
        self.say(field, "pid " + ("yes" if state.get("pid") else "no"))
        self.say(field, "ociVersion " + ("yes" if state.get("ociVersion") else "no"))
        if schema_holds(state):
            self.say(field, "as the schema has it")
        for key, value in sorted(state.get("annotations", {}).items()):
            if not key.startswith("io.lockstep."):
                self.say(field, f"annotation {key}={value}".replace("\n", "\\n"))

    def wait(self):
        end = time.monotonic() + PATIENCE
        while self.pid and time.monotonic() < end:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                self.say("exit", "unknown")
                break
            if pid:
                code = os.waitstatus_to_exitcode(status)
                self.say("exit", str(code) if code >= 0 else f"signal {-code}")
                break
            time.sleep(0.0005)
        else:
            self.say("exit", "never")
        self.pid = 0

    def exec_(self, question):
        words = ["/probe", "see"] + (["call", question] if question else [])
        status = self.call("exec", "x", *words, out=self.write_end)
        self.see_output("exec ")
        self.say("exec exit", status)

    def run(self):
        """With a terminal of its own, as a person's."""
        master, slave = pty.openpty()
        with open(f"{ROOT}/error", "w+", encoding="utf-8") as errors:
            process = subprocess.Popen(
                [*self.command, "run", "--bundle", f"{ROOT}/bundle", "x"], stdin=slave, stdout=slave, stderr=errors,
                start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, 0x540E, 0))  # TIOCSCTTY
            os.close(slave)
            text = b""
            while True:
                try:
                    part = os.read(master, 65536)
                except OSError:  # EIO: nobody has it open any more
                    break
                if not part:
                    break
                text += part
            status = process.wait(PATIENCE)
            errors.seek(0)
            self.error = errors.read().strip()
        os.close(master)
        self.lines += [line for line in text.decode(errors="replace").split("\r\n") if line]
        self.say("run", status)
        self.said = self.error

    def ready(self):
        """Until it waits for SIGTERM: bit 14 of the signals that it blocks."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and f"SigBlk:\t{1 << 14:016x}" not in host.read(f"/proc/{self.pid}/status"):
            time.sleep(0.001)

    def occupy(self):
        self.occupier = subprocess.Popen(["sleep", "100"])
        for _, mount, root in host.hierarchies():
            folder = f"{mount}/lockstep-conformance/conformance-taken"
            try:
                os.makedirs(folder, exist_ok=True)
                for file in ("cpuset.cpus", "cpuset.mems"):
                    for place in (os.path.dirname(folder), folder):
                        if os.path.exists(f"{place}/{file}"):
                            with open(f"{place}/{file}", "w", encoding="utf-8") as out:
                                out.write(host.read(f"{mount}/{file}"))
                with open(f"{folder}/cgroup.procs", "w", encoding="utf-8") as procs:
                    procs.write(str(self.occupier.pid))
            except OSError as error:
                self.say("occupied", f"{folder}: {error.strerror}")

    def vacate(self):
        self.occupier.kill()
        self.occupier.wait()

    def link(self):
        for words in ("link add probe0 type veth peer name probe1", "addr add 10.99.0.1/24 dev probe0", "link set probe1 up"):
            subprocess.run(["ip", *words.split()], check=True)

    def unlink(self):
        subprocess.run(["ip", "link", "del", "probe1"], check=False, stderr=subprocess.DEVNULL)

    # --- what was seen ---

    def see_output(self, prefix):
        os.set_blocking(self.read_end, False)
        text = b""
        try:
            while part := os.read(self.read_end, 1 << 20):
                text += part
        except BlockingIOError:
            pass
        self.lines += [prefix + line for line in text.decode(errors="replace").split("\n") if line]
        points = [line.split(" ")[1].rstrip(":") for line in self.lines if line.startswith("mount ")]
        if points and not prefix:
            self.say("order of mounts", " ".join(points))

    def see_root(self):
        for name in ("rootfs", "shifted"):
            if not os.path.exists(f"{ROOT}/{name}"):
                continue
            was = host.tree(f"{ROOT}/template-{name}")
            self.lines += [f"root {path}: {mode}" for path, mode in sorted(host.tree(f"{ROOT}/{name}").items())
                           if was.get(path) != mode]

    def see_hooks(self):
        called = []
        for line in host.read(f"{ROOT}/log/hooks").splitlines():
            name, spaces, side, state = line.split("\t")
            called.append(name)
            self.say(f"hook {name}", side)
            for one in spaces.split():
                kind = one.split(":")[0]
                if kind in host.OWN:
                    self.say(f"hook {name}", f"{kind} " + ("the host's" if one == host.OWN[kind] else "own"))
            try:
                found = json.loads(state)
            except json.JSONDecodeError:
                self.say(f"hook {name}", "no state")
                continue
            for key in ("id", "status", "bundle"):
                self.say(f"hook {name}", f"state {key} {found.get(key)}")
            self.say(f"hook {name}", "state pid " + ("yes" if found.get("pid") else "no"))
        if called:
            self.say("hooks", " ".join(called))

