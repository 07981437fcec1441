import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { again } from './asked-again.ts'
import { ask, serve } from './served.ts'

describe('what is written to it', () => {
  it('is dropped as it is written: 100 MB by a handler that does not wait', async () => {
    let most = 0
    const { port, ended } = await again((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024)
      for (let n = 0; n < 100; n++) {
        response.write(chunk)
        most = Math.max(most, response.writableLength)
      }
      response.end()
    })
    await ask(port)
    await ended
    expect(most).toBeLessThan(1024 * 1024)
  })

  it.each([16, 100_000])('leaves others their turns, in pieces of %i bytes that are there at once', async (size) => {
    const piece = Buffer.alloc(size)
    function* endless(): Generator<Buffer> {
      for (;;) yield piece
    }
    let turns = 0
    const { port, ended } = await again(async (_, response) => {
      const stream = Readable.from(endless())
      const turn = (): unknown => (++turns < 20 ? setImmediate(turn) : response.destroy())
      setImmediate(turn)
      await pipeline(stream, response).catch(() => {})
    })
    await ask(port)
    await ended
    expect(turns).toBe(20)
  })

  it('has its writer wait and go on, and the next one as well', async () => {
    const waits: boolean[] = []
    const { port, ended } = await again(async (_, response) => {
      for (let n = 0; n < 3; n++) {
        expect(response.writableNeedDrain).toBe(false)
        const flows = response.write(Buffer.alloc(response.writableHighWaterMark))
        waits.push(flows, response.writableNeedDrain)
        await once(response, 'drain')
      }
      await pipeline(Readable.from([Buffer.alloc(50_000)]), response)
    })
    await ask(port)
    await ended
    expect(waits).toEqual([false, true, false, true, false, true])
  })

  it('keeps nothing that would keep the process', async () => {
    const before = (): number => process.getActiveResourcesInfo().filter((name) => name !== 'Immediate').length
    let [first, second] = [0, 0]
    const { port } = await again(
      (_, response) => {
        response.write('and no end')
        second = before()
      },
      (_, response) => response.end(),
    )
    const server = await serve((_, response) => {
      first = before()
      response.end()
    })
    await ask(server)
    await ask(port)
    expect(second).toBeLessThanOrEqual(first + 1)
  })
})
