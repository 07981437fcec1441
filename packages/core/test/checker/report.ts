import type { Node } from './node.ts'
import type { Part, StaleRead } from './oracle.ts'

/** Everything that helps to understand a stale read: what was read, what it should have respected, and the events there. */
export function describeStaleRead(
  { node: id, path, started, part, hit }: StaleRead,
  node: Pick<Node, 'eventsOf'>,
  ended: number,
): string {
  const { names } = hit
  const lines = [
    `stale read on instance ${id} of ${path}, started ${at(started)}, ended ${at(ended)}`,
    `  ${part.path === path ? 'value' : `part ${part.path}`} ${birth(part)}, names ${part.names.join(', ')}`,
    `  invalidation '${hit.kind}' on instance ${hit.node}, called ${at(hit.called)}, resolved ${at(hit.resolved ?? Number.NaN)}, reached ${hit.reached}, names ${names.join(', ')}`,
    `  events of instance ${id}:`,
  ]
  const events = node.eventsOf([path, part.path]).map((heard) => `    ${at(heard.at)} ${JSON.stringify(heard.event)}`)
  return [...lines, ...events].join('\n')
}

function birth({ born, set }: Part): string {
  return set === undefined ? `loaded from ${at(born)}` : `set by call ${set} at ${at(born)}`
}

function at(instant: number): string {
  return `${instant.toFixed(3)} ms`
}
