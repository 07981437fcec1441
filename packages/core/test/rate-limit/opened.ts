import {
  type Backend,
  createRedstart,
  type Limiter,
  type Policies,
  type RedstartEvent,
  type RedstartOptions,
} from '../../src/index.ts'
import { appName } from './places.ts'

/** A limiter over a backend, in an app that no other test uses unless one is named. */
export interface OpenedLimiter<P extends Policies> extends AsyncDisposable {
  readonly app: string
  readonly limiter: Limiter<P>
  /** What was told of limits. */
  readonly told: readonly RedstartEvent[]
  of<Type extends RedstartEvent['type']>(type: Type): readonly Extract<RedstartEvent, { type: Type }>[]
}

/** With a deadline that no busy machine misses, and nothing in the background, unless that is asked for. */
export function openLimiter<P extends Policies>(
  backend: Backend | undefined,
  policies: P,
  options: Omit<RedstartOptions, 'policies' | 'backend'> = {},
): OpenedLimiter<P> {
  const app = options.app ?? appName()
  const { limiter, events, close } = createRedstart({
    deadline: '10s',
    limits: { instances: 1 },
    ...options,
    ...(backend !== undefined && { backend }),
    app,
    policies,
  })
  const told: RedstartEvent[] = []
  events.subscribe((event) => told.push(event))
  const of: OpenedLimiter<P>['of'] = (type) =>
    told.filter((event): event is Extract<RedstartEvent, { type: typeof type }> => event.type === type)
  return { app, limiter, told, of, [Symbol.asyncDispose]: close }
}
