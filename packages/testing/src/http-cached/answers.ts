import { Buffer } from 'node:buffer'
import type { HeaderList } from '@redstart/core/http'
import type { Received } from '../http/client.ts'
import type { CachedAnswer } from './cached-adapter.ts'

/** Fresh for a minute, for everybody. */
export const PUBLIC = 'public, max-age=60'

/** A page of text. */
export function page(text: string, headers: Readonly<Record<string, string>> = {}, status = 200): CachedAnswer {
  const list: HeaderList = Object.entries({ 'content-type': 'text/plain; charset=utf-8', ...headers })
  return { status, headers: list, body: { way: 'send', bytes: Buffer.from(text) } }
}

/** The same, fresh for a minute, for everybody. */
export function publicPage(text: string, headers: Readonly<Record<string, string>> = {}): CachedAnswer {
  return page(text, { 'cache-control': PUBLIC, ...headers })
}

/** What the cache said of an answer, without its name: `hit; ttl=60`. */
export function said({ headers }: Pick<Received, 'headers'>): string {
  return (headers['cache-status'] ?? '').replace(/^Redstart; /, '')
}

/** Whether an answer came from the cache. */
export function isHit(received: Pick<Received, 'headers'>): boolean {
  return said(received).startsWith('hit')
}

/** The body as text. */
export function textOf({ body }: Pick<Received, 'body'>): string {
  return body.toString()
}
