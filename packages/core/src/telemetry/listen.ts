import { checkFunction, invalidArgument } from '../errors.ts'
import { HOOKS, type Hooks } from './hooks.ts'
import type { EventListener, Telemetry } from './telemetry.ts'

/**
 * What an instance tells. A listener runs at the place of what it is told of, before that goes on, and is not waited for;
 * what it throws, or rejects with, is told once as `listenerError` and to the logger, and disturbs nothing.
 */
export interface Events {
  /** Hears every event; returns how to stop. The same events are on the diagnostics channel `redstart:event`. */
  subscribe(listener: EventListener): () => void
  /**
   * Hears events of one kind, at no cost for the others; returns how to stop.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for a name that is not one of {@link Hooks}.
   */
  on<Name extends keyof Hooks>(name: Name, listener: (event: Hooks[Name]) => unknown): () => void
  /** Hears the next event of one kind. */
  once<Name extends keyof Hooks>(name: Name, listener: (event: Hooks[Name]) => unknown): () => void
}

export function createEvents(telemetry: Telemetry): Events {
  const on: Events['on'] = (name, listener) => {
    const type = Object.hasOwn(HOOKS, name) ? HOOKS[name] : undefined
    if (type === undefined) throw invalidArgument('the name of a hook', name, `one of ${Object.keys(HOOKS).join(', ')}`)
    checkFunction('an event listener', listener)
    // The table gives each name the type of its event.
    return telemetry.on(type, listener as EventListener)
  }
  return {
    subscribe(listener) {
      checkFunction('an event listener', listener)
      return telemetry.subscribe(listener)
    },
    on,
    once(name, listener) {
      checkFunction('an event listener', listener)
      const stop = on(name, (event) => {
        stop()
        return listener(event)
      })
      return stop
    },
  }
}
