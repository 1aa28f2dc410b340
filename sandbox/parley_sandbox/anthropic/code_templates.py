"""Small programs for fenced blocks, by language; `$name`, `$n` and `$m` are filled in."""

SAMPLES: dict[str, tuple[str, ...]] = {
    "css": (
        """\
.$name {
  display: grid;
  place-items: center;
  gap: ${n}px;
  max-width: ${m}ch;
}""",
        """\
.$name {
  display: flex;
  justify-content: center;
  align-items: center;
  padding: ${n}px ${m}px;
}""",
    ),
    "html": (
        """\
<section class="$name">
  <h2>$name</h2>
  <p data-count="$n">Item $m of ${n}0.</p>
</section>""",
    ),
    "python": (
        """\
import asyncio


async def $name(limit: int = $n) -> list[int]:
    async with asyncio.timeout($m):
        return [step * step for step in range(limit)]


print(asyncio.run($name()))""",
        '''\
def $name(values: list[float], keep: int = $n) -> float:
    """Return the mean of the best `keep` values."""
    best = sorted(values)[:keep]
    return sum(best) / max(1, len(best))


print($name([$n, $m, ${m}.5]))''',
    ),
    "javascript": (
        """\
export async function $name(limit = $n) {
  const response = await fetch(`/items?limit=$${limit}`);
  if (!response.ok) throw new Error(`status $${response.status}`);
  return (await response.json()).slice(0, $m);
}""",
        """\
const $name = (values) =>
  values.filter((value) => value > $n).map((value) => value * $m);

console.log($name([1, $n, $m]));""",
    ),
    "typescript": (
        """\
type Item = { id: number; label: string };

export function $name(items: Item[], limit = $n): Item[] {
  return items.filter((item) => item.id % $m === 0).slice(0, limit);
}""",
    ),
    "rust": (
        """\
fn $name(limit: u64) -> u64 {
    (1..=limit).filter(|step| step % $n != 0).map(|step| step * $m).sum()
}

fn main() {
    println!("{}", $name(${n}0));
}""",
    ),
    "go": (
        """\
func $name(ctx context.Context, limit int) ([]int, error) {
    ctx, cancel := context.WithTimeout(ctx, $n*time.Second)
    defer cancel()
    found := make([]int, 0, $m)
    for step := range limit {
        found = append(found, step*step)
    }
    return found, ctx.Err()
}""",
    ),
    "sql": (
        """\
SELECT $name, count(*) AS times
FROM events
WHERE happened_at > now() - interval '$n days'
GROUP BY $name
HAVING count(*) >= $m
ORDER BY times DESC;""",
        """\
CREATE INDEX CONCURRENTLY ${name}_idx
    ON events ($name)
    WHERE weight BETWEEN $n AND ${m}00;""",
    ),
    "bash": (
        """\
set -euo pipefail

for attempt in $$(seq 1 $n); do
  if $name --limit $m; then
    echo "done after $$attempt"
    break
  fi
  sleep 1
done""",
    ),
    "yaml": (
        """\
name: $name
replicas: $n
resources:
  limits:
    memory: ${m}Mi
probes:
  readiness: /healthz""",
    ),
    "json": (
        """\
{
  "name": "$name",
  "limit": $n,
  "steps": [1, $n, $m]
}""",
    ),
}
