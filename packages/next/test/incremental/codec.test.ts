import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeValue } from '../../src/incremental/decode-value.ts'
import { encodeValue } from '../../src/incremental/encode-value.ts'
import type { IncrementalValue } from '../../src/incremental/values.ts'
import { decodeEntry, encodeEntry } from '../../src/use-cache/kept-entry.ts'

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constant('\ud800 half'), fc.constant(''))
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))
const headers = fc.dictionary(fc.string(), fc.oneof(text, fc.integer(), fc.array(text)))
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined })
const status = maybe(fc.integer({ min: 100, max: 599 }))

const values: fc.Arbitrary<IncrementalValue | null> = fc.oneof(
  fc.constant(null),
  fc.record({
    kind: fc.constant('FETCH' as const),
    data: fc.record(
      {
        headers: fc.dictionary(fc.string(), text),
        body: fc.oneof(
          text,
          bytes.map((body) => body.toString('base64')),
        ),
        url: text,
        status: fc.integer(),
      },
      { requiredKeys: ['headers', 'body', 'url'] },
    ),
    revalidate: fc.oneof(fc.integer(), fc.constant(Infinity), fc.constant(0xff_ff_ff_fe)),
  }),
  fc.record({
    kind: fc.constant('APP_PAGE' as const),
    html: text,
    rscData: maybe(bytes),
    headers: maybe(headers),
    postponed: maybe(text),
    status,
    segmentData: maybe(fc.array(fc.tuple(text, bytes)).map((segments) => new Map(segments))),
  }),
  fc.record({ kind: fc.constant('APP_ROUTE' as const), body: bytes, status: fc.integer(), headers }),
  fc.record({
    kind: fc.constant('PAGES' as const),
    html: text,
    pageData: fc.dictionary(fc.string(), fc.jsonValue()),
    headers: maybe(headers),
    status,
  }),
  fc.record({ kind: fc.constant('REDIRECT' as const), props: fc.dictionary(fc.string(), fc.jsonValue()) }),
  fc.record({
    kind: fc.constant('IMAGE' as const),
    etag: text,
    upstreamEtag: text,
    buffer: bytes,
    extension: text,
  }),
)

const facts = fc.record({
  cacheControl: maybe(
    fc.record({
      revalidate: fc.oneof(fc.constant(false as const), fc.integer({ min: 0 }), fc.constant(Infinity)),
      expire: maybe(fc.oneof(fc.integer({ min: 0 }), fc.constant(Infinity))),
    }),
  ),
  born: fc.double({ noNaN: true }),
  timestamp: fc.double({ noNaN: true }),
  process: fc.uuid(),
})

/** As JSON has it: it has no -0, and buffers are lists there. */
function json(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null))
}

describe('what is kept of pages, fetches and images', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(values, facts, (value, kept) => {
        const shown = decodeValue(encodeValue(value, kept))
        expect(shown?.cacheControl).toEqual(kept.cacheControl)
        expect(shown?.born).toBe(kept.born === 0 ? 0 : kept.born)
        expect(json(shown?.value)).toEqual(json(value))
        if (value?.kind === 'APP_PAGE' && shown?.value?.kind === 'APP_PAGE')
          expect([...(shown.value.segmentData ?? [])]).toEqual([...(value.segmentData ?? [])])
      }),
      { numRuns: 60 },
    )
  })

  it('has buffers and maps where Next.js calls their methods', () => {
    const segmentData = new Map([['/_tree', Buffer.from([0, 255])]])
    const page: IncrementalValue = {
      ...{ kind: 'APP_PAGE', html: '<p>', rscData: Buffer.from([1, 254]), headers: { 'x-next-cache-tags': 'a,b' } },
      ...{ postponed: 'state', status: 200, segmentData },
    }
    const shown = decodeValue(
      encodeValue(page, { cacheControl: undefined, born: 1, timestamp: 1, process: 'p' }),
    )?.value
    expect(shown).toEqual(page)
    expect(shown?.kind === 'APP_PAGE' && shown.segmentData?.get('/_tree')).toEqual(Buffer.from([0, 255]))
  })

  it('is nothing where bytes are of something else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (array) => {
        expect(decodeValue(array)).toBeUndefined()
        expect(decodeEntry(array)).toBeUndefined()
      }),
    )
  })

  it('is nothing, or something whole, where bytes were cut or changed', () => {
    const whole = values.chain((value) => facts.map((kept) => encodeValue(value, kept)))
    fc.assert(
      fc.property(whole, fc.nat(), fc.integer({ min: 0, max: 255 }), (good, place, byte) => {
        expect(decodeValue(good.subarray(0, place % good.length))).toBeUndefined()
        const changed = Buffer.from(good)
        changed[place % good.length] = byte
        expect(() => [decodeValue(changed), decodeEntry(changed)]).not.toThrow()
      }),
      { numRuns: 60 },
    )
  })

  it('is of its version only', () => {
    const good = encodeValue(null, { cacheControl: undefined, born: 1, timestamp: 1, process: 'p' })
    expect(decodeValue(good)).toBeDefined()
    good[3] = 2
    expect(decodeValue(good)).toBeUndefined()
  })
})

describe('what is kept of a use cache entry', () => {
  it('comes back as it was', () => {
    const seconds = fc.oneof(fc.double({ min: 0, noNaN: true }), fc.constant(0xff_ff_ff_fe))
    const entries = fc.record({
      ...{ tags: fc.array(text), stale: seconds, expire: seconds, revalidate: seconds },
      ...{
        born: fc.double({ noNaN: true, min: 0 }),
        timestamp: fc.double({ noNaN: true, min: 0 }),
        process: fc.uuid(),
      },
    })
    fc.assert(
      fc.property(entries, bytes, (entry, body) => {
        expect(decodeEntry(encodeEntry(entry, body))).toEqual({ ...entry, bytes: body })
      }),
    )
  })
})
