"""`make cluster-test`: the chart on a real cluster, the current context's; it ends with a table of what holds."""

from __future__ import annotations

import argparse
import asyncio
import sys

from cluster.kube import Kube, KubeError, refuse_unmarked
from cluster.report import Row, as_markdown, write
from cluster.steps import ALWAYS, STEPS, Loss, Stand, forget, nobody, tried


def main() -> int:
    """Return 0 if every step that was tried holds, 2 where it may not run."""
    given = parsed()
    stand = Stand(Kube(given.namespace, given.set), Loss(given.lost_node, given.lose_node, given.node_back))
    try:
        asyncio.run(refuse_unmarked(given.namespace))
        rows = asyncio.run(all_steps(stand, given.only))
    except KubeError as error:
        sys.stderr.write(f"cluster-test: {error}\n")
        return 2
    write(rows)
    sys.stdout.write("\n" + as_markdown(rows) + "\n")
    return int(any(row.holds is False for row in rows))


def parsed() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="cluster-test", description=__doc__)
    parser.add_argument("only", nargs="*", help="words of the steps to run; what they stand on is run too")
    parser.add_argument("--namespace", default="parley-test", help="a namespace with the label that allows it")
    parser.add_argument("--set", action="append", default=[], metavar="VALUE", help="as helm's, for every installation")
    parser.add_argument("--lost-node", default="", help="the name of a node that may be lost")
    parser.add_argument("--lose-node", default="", help="the command that ends it")
    parser.add_argument("--node-back", default="", help="the command that brings it back")
    return parser.parse_args()


async def all_steps(stand: Stand, only: list[str]) -> list[Row]:
    """Try one after the other; without the first there is nothing to try."""
    rows: list[Row] = []
    await nobody(stand.kube)
    for name, step in STEPS:
        if only and step not in ALWAYS and not any(word in name for word in only):
            continue
        row = await tried(name, step, stand)
        rows.append(row)
        sys.stdout.write(row.line + "\n")
        sys.stdout.flush()
        if row is rows[0] and not row.holds:
            break
    await forget(stand.kube)
    return rows


if __name__ == "__main__":
    sys.exit(main())
