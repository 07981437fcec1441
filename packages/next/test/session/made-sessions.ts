import { createRedstart, type Redstart, type RedstartEvent, type RedstartOptions } from '@redstart/core'
import { onTestFinished } from 'vitest'
import { type NextSessions, nextSessions, type NextSessionsOptions } from '../../src/session/index.ts'

/** What the apps of these tests keep. */
export interface Fields {
  views: number
  basket: { items: string[] }
  note: string
}

/** The sessions of an app, and its instance. */
export interface MadeSessions extends NextSessions<Fields> {
  readonly redstart: Redstart<Fields>
  readonly events: readonly RedstartEvent[]
}

/** Over memory, unless a backend is given; it ends with the test. */
export function madeSessions(
  redstartOptions: RedstartOptions<Fields> = {},
  options: NextSessionsOptions<'eager'> = {},
): MadeSessions {
  const redstart = createRedstart<Fields>({ deadline: '10s', ...redstartOptions })
  onTestFinished(async () => await redstart.close())
  const events: RedstartEvent[] = []
  redstart.events.subscribe((event) => void events.push(event))
  return { ...nextSessions(redstart, options), redstart, events }
}
