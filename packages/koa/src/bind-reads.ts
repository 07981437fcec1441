import { AsyncResource } from 'node:async_hooks'
import { Readable } from 'node:stream'

/** Has whatever makes a body when it is read do so as if that were here and now, whoever reads it, and whenever. */
export function bindReads(body: unknown): void {
  if (body instanceof Readable) bindMethod(body, '_read')
  else if (body instanceof ReadableStream) bindReader(body)
}

function bindReader(stream: ReadableStream): void {
  const here = new AsyncResource('redstart.body')
  const inherited: unknown = Reflect.get(stream, 'getReader')
  if (typeof inherited !== 'function') return
  const getReader = (...args: unknown[]): unknown => {
    const reader: unknown = Reflect.apply(inherited, stream, args)
    if (typeof reader === 'object' && reader !== null) bindMethod(reader, 'read', here)
    return reader
  }
  Object.defineProperty(stream, 'getReader', { value: getReader, configurable: true, writable: true })
}

function bindMethod(target: object, name: string, here: AsyncResource = new AsyncResource('redstart.body')): void {
  const inherited: unknown = Reflect.get(target, name)
  if (typeof inherited !== 'function') return
  const bound = (...args: unknown[]): unknown =>
    here.runInAsyncScope(() => Reflect.apply(inherited, target, args) as unknown)
  Object.defineProperty(target, name, { value: bound, configurable: true, writable: true })
}
