"""Real kernels for tests: start one, run cells as a front end does, look at what was recorded."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).parents[2]
_TIMEOUT = 40


@dataclass
class Answer:
    """What a front end got for one cell."""

    status: str
    execution_count: int | None
    error: str = ""
    traceback: str = ""
    outputs: list[dict] = field(default_factory=list)

    @property
    def printed(self):
        return "".join(o["content"]["text"] for o in self.outputs if o["msg_type"] == "stream")

    @property
    def told(self):
        """What was printed and what nbtrack told in notes."""
        notes = [b["text/plain"] for b in self.shown if b["text/plain"].startswith("nbtrack:")]
        return "\n".join([self.printed, *notes]).strip()

    @property
    def shown(self):
        """The mimebundles of ``display``, updates applied."""
        bundles = {}
        for number, output in enumerate(self.outputs):
            if output["msg_type"] in {"display_data", "update_display_data"}:
                key = output["content"].get("transient", {}).get("display_id", number)
                bundles[key] = output["content"]["data"]
        return list(bundles.values())

    @property
    def summary(self):
        """The text of the line under the cell."""
        found = [b["text/plain"] for b in self.shown if re.search("[✓✗■]", b["text/plain"])]
        return found[-1] if found else ""

    @property
    def result(self):
        found = [o for o in self.outputs if o["msg_type"] == "execute_result"]
        return found[-1]["content"]["data"]["text/plain"] if found else None


class Kernel:
    """A kernel in a folder, with the extension loaded."""

    def __init__(self, folder: Path, python: str = sys.executable, *, load: bool = True):
        self.folder = folder
        self.manager = KernelManager()
        self.manager._kernel_spec = KernelSpec(
            argv=[python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="test",
            language="python",
        )
        self.manager.start_kernel(cwd=str(folder), env={**os.environ, "PYTHONPATH": str(ROOT)})
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=_TIMEOUT)
        if load:
            self.run("%load_ext nbtrack")

    @property
    def pid(self):
        return self.manager.provisioner.process.pid

    def send(self, code, cell_id=None, **content):
        """Send a cell and return its message id."""
        message = self.client.session.msg(
            "execute_request",
            {
                "code": code,
                "silent": False,
                "store_history": True,
                "user_expressions": {},
                "allow_stdin": False,
                "stop_on_error": True,
                **content,
            },
            metadata={"cellId": cell_id} if cell_id else {},
        )
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def run(self, code, cell_id=None, timeout=_TIMEOUT, **content):
        """Run a cell to its end."""
        return self.answer(self.send(code, cell_id, **content), timeout)

    def answer(self, message_id, timeout=_TIMEOUT):
        """Wait for the answer to a cell: its outputs up to idle, and the reply."""
        answer = Answer("", None)
        end = time.monotonic() + timeout
        while True:
            message = self.client.get_iopub_msg(timeout=max(0.1, end - time.monotonic()))
            if message["parent_header"].get("msg_id") != message_id:
                continue
            if message["msg_type"] == "status":
                if message["content"]["execution_state"] == "idle":
                    break
            elif message["msg_type"] != "execute_input":
                answer.outputs.append(message)
        while True:
            reply = self.client.get_shell_msg(timeout=max(0.1, end - time.monotonic()))
            if reply["parent_header"].get("msg_id") == message_id:
                break
        content = reply["content"]
        answer.status = content["status"]
        answer.execution_count = content.get("execution_count")
        if answer.status == "error":
            answer.error = f"{content['ename']}: {content['evalue']}"
            answer.traceback = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(content["traceback"]))
        return answer

    def settle(self):
        """Have what the kernel does in the background done."""
        self.run(
            "from nbtrack.notebook.extension import extension_of as _of\n"
            "_of(get_ipython()).kernel.settle()",
            silent=True,
            store_history=False,
        )

    def runs(self, view: str = "ACTIVE_ONLY"):
        """Return all runs of the kernel's folder, oldest first, as another process sees them."""
        self.settle()
        return runs_of(self.folder, view)

    def file(self, run, path: str) -> bytes:
        """Return a file of a run."""
        self.settle()
        return file_of(self.folder, run, path)

    def wait_for(self, path: Path, timeout=_TIMEOUT):
        """Wait until the kernel has made a file."""
        end = time.monotonic() + timeout
        while not path.exists():
            assert time.monotonic() < end, f"{path.name} was not made"
            time.sleep(0.02)

    def interrupt(self):
        self.manager.interrupt_kernel()

    def kill(self, number: int = signal.SIGKILL):
        """End the kernel's process by a signal and wait until it is gone."""
        process = self.manager.provisioner.process
        process.send_signal(number)
        process.wait(timeout=20)

    def close(self):
        self.client.stop_channels()
        with contextlib.suppress(Exception):
            self.manager.shutdown_kernel(now=False)
        self.manager.cleanup_resources()


def store_of(folder: Path):
    """Open the store below a folder."""
    from nbtrack.store.open import open_store

    return open_store(f"sqlite:///{folder}/.nbtrack/nbtrack.db", create=False)


def runs_of(folder: Path, view: str = "ACTIVE_ONLY"):
    """Return all runs below a folder, oldest first."""
    from nbtrack.entities import ViewType

    with store_of(folder) as store:
        experiments = [e.experiment_id for e in store.search_experiments()]
        runs = store.search_runs(experiments, view=ViewType(view))
    return sorted(runs, key=lambda run: run.info.start_time)


def file_of(folder: Path, run, path: str) -> bytes:
    """Return a file of a run."""
    from nbtrack.artifacts import open_artifacts

    with store_of(folder) as store:
        return open_artifacts(run.info.artifact_uri, store.artifact_root).read(path)
