import { randomUUID } from 'node:crypto'

/** Which making of something this is: the same for all who were given it out of a cache. */
export interface Made {
  /** How often this process has made it. */
  readonly render: number
  /** The process that made it. */
  readonly instance: string
  /** `12:30:01.250` */
  readonly at: string
}

/** One for the process: bundles have copies of this module. */
const PLACE = Symbol.for('redstart-example.made')

interface Process {
  readonly instance: string
  readonly renders: Map<string, number>
}

/** Counts that something is made now. */
export function made(what: string): Made {
  const { instance, renders } = ofProcess()
  const render = (renders.get(what) ?? 0) + 1
  renders.set(what, render)
  return { render, instance, at: new Date().toISOString().slice(11, 23) }
}

function ofProcess(): Process {
  // Nothing else has this symbol.
  const holder = globalThis as { [PLACE]?: Process }
  return (holder[PLACE] ??= { instance: randomUUID().slice(0, 6), renders: new Map() })
}
