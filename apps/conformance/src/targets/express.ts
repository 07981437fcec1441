import type { Redstart } from '@redstart/core'
import { cacheResponse, runPolicies, usePolicy } from '@redstart/express'
import express, { type RequestHandler } from 'express'
import { answerInto } from '../origin/answer.ts'
import { bystander } from './bystander.ts'
import type { Layer, Mounted } from './mount.ts'
import { PROFILES } from './profiles.ts'

export function mountExpress(layer: Layer, redstart: Redstart): Mounted {
  const app = express().disable('x-powered-by').disable('etag')
  for (const middleware of inFront(layer, redstart)) app.use(middleware)
  app.use((request, response) => answerInto(request, response))
  return { listener: app }
}

function inFront(layer: Layer, redstart: Redstart): RequestHandler[] {
  if (layer === 'nothing') return []
  return [layer === 'bystander' ? runPolicies([usePolicy(bystander)]) : cacheResponse(redstart, PROFILES[layer])]
}
