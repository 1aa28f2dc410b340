"""`make images` and `make images-load`: the five images, by whichever builder runs, and onto the nodes of a trial cluster.

It needs nothing but Python, so that an operator's machine needs no virtual environment.
"""

from __future__ import annotations

import argparse
import contextlib
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SERVICES = ("gateway", "cache", "executor", "monitor", "sandbox")
BUILDERS: Mapping[str, tuple[str, ...]] = {
    "docker": ("docker", "build"),
    "podman": ("podman", "build"),
    "buildah": ("buildah", "bud", "--layers"),
}
LOADERS: Mapping[str, tuple[str, ...]] = {
    "kind-": ("kind", "load", "image-archive", "--name"),
    "k3d-": ("k3d", "image", "import", "--cluster"),
}
"""By how the kube context's name begins; the rest of it is the cluster's name."""


class ImagesError(Exception):
    """What is missing, and the cure."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the images are called, and whether the executor's has the `claude` program."""

    registry: str
    tag: str
    claude: bool = False

    def name(self, service: str) -> str:
        """Return an image's whole name; the chart's names, without a registry those of the nodes' own images."""
        prefix = f"{self.registry.rstrip('/')}/" if self.registry else ""
        return f"{prefix}parley-{service}:{self.tag}"

    def arguments(self, service: str) -> list[str]:
        """Return what follows the builder's command."""
        told = {"SERVICE": service, "VERSION": self.tag, "REVISION": revision()}
        if self.claude and service == "executor":
            told["CLAUDE"] = "1"
        pairs = (f"--build-arg={name}={value}" for name, value in told.items())
        return ["-t", self.name(service), *pairs]


def main() -> int:
    """Do what the command line says."""
    given = parsed()
    wanted = Wanted(given.registry, given.tag or chart_version(), given.claude)
    try:
        if given.action == "load":
            load(wanted, given.command)
        else:
            build(wanted, given.command, push=given.action == "push")
    except ImagesError as error:
        sys.stderr.write(f"images: {error}\n")
        return 1
    except subprocess.CalledProcessError as error:
        return int(error.returncode)
    return 0


def parsed() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=("build", "push", "load"), help="push builds, too")
    parser.add_argument("--registry", default="", help="registry and path before the names")
    parser.add_argument("--tag", default="", help="the chart's appVersion by default")
    parser.add_argument("--claude", action="store_true", help="put the claude program into the executor's")
    parser.add_argument(
        "--command", type=shlex.split, default=[], help="a builder or loader in place of those that are looked for"
    )
    return parser.parse_args()


def build(wanted: Wanted, command: Sequence[str], *, push: bool) -> None:
    """Build all, and push them if asked."""
    if push and not wanted.registry:
        raise ImagesError("PUSH=1 needs REGISTRY=…, such as registry.example/parley")
    # A command that is given has the context in it.
    words = [*command] if command else [*BUILDERS[builder()]]
    context = [] if command else ["."]
    for service in SERVICES:
        run(*words, *wanted.arguments(service), *context)
    if push:
        for service in SERVICES:
            run(builder(), "push", wanted.name(service))


def load(wanted: Wanted, command: Sequence[str]) -> None:
    """Put all onto the nodes of the current context's cluster."""
    names = [wanted.name(service) for service in SERVICES]
    if command:
        run(*command, *names)
        return
    loader = loader_of(context())
    for name in names:
        with archive(name) as path:
            run(*loader, path)


def loader_of(context: str) -> list[str]:
    """Return the command that takes an archive's path."""
    if context == "minikube":
        return ["minikube", "image", "load"]
    for prefix, words in LOADERS.items():
        if context.startswith(prefix):
            return [*words, context.removeprefix(prefix)]
    raise ImagesError(
        f"the context {context!r} is no kind, k3d or minikube; push the images (make images REGISTRY=… PUSH=1) "
        "or name the loader (LOAD='…', which gets the images' names)"
    )


@contextlib.contextmanager
def archive(name: str) -> Iterator[str]:
    """Yield the path of one image's archive: all three loaders take one, whichever builder made the image."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "image.tar")
        run(*saving(builder(), name, path))
        yield path


def saving(tool: str, name: str, path: str) -> list[str]:
    """Return the command that writes an archive."""
    if tool == "buildah":
        return ["buildah", "push", name, f"docker-archive:{path}:{name}"]
    form = ["--format", "docker-archive"] if tool == "podman" else []
    return [tool, "save", *form, "-o", path, name]


def builder() -> str:
    """Return the first builder that runs: a docker client without its engine does not."""
    for name in BUILDERS:
        if shutil.which(name) and quiet(name, "info").returncode == 0:
            return name
    raise ImagesError("no docker, podman or buildah runs here; start one, or name a builder (BUILD='…')")


def context() -> str:
    """Return the name of the cluster that kubectl talks to."""
    if shutil.which("kubectl") is None:
        raise ImagesError("no kubectl; it says which cluster the images are for")
    return quiet("kubectl", "config", "current-context").stdout.strip()


def chart_version() -> str:
    """Return the appVersion, which the chart takes for the tag."""
    lines = (ROOT / "charts" / "parley" / "Chart.yaml").read_text(encoding="utf-8").splitlines()
    return next(line.partition(":")[2].strip(" \"'") for line in lines if line.startswith("appVersion:"))


def revision() -> str:
    """Return the commit, with a mark when the tree has changes; nothing outside a checkout."""
    return quiet("git", "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*").stdout.strip()


def quiet(*words: str) -> subprocess.CompletedProcess[str]:
    """Run, and keep what it says."""
    return subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)


def run(*words: str) -> None:
    """Run, and show what it says."""
    print("images:", shlex.join(words), flush=True)
    subprocess.run(words, cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
