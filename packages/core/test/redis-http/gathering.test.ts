import { expect, it } from 'vitest'
import { Gathering, type Words } from '../../src/redis-http/gathering.ts'

interface Request {
  readonly commands: readonly Words[]
  readonly signal: AbortSignal
  readonly answer: () => void
  readonly fail: (error: Error) => void
}

/** One whose requests are answered by the test: each command with its own name. */
function gathering(): { readonly gathered: Gathering<string>; readonly requests: Request[] } {
  const requests: Request[] = []
  const gathered = new Gathering<string>((commands, signal) => {
    return new Promise((resolve, reject) => {
      const answer = (): void => resolve(commands.map(([name]) => name))
      requests.push({ commands, signal, answer, fail: reject })
    })
  })
  return { gathered, requests }
}

const live = (): AbortSignal => new AbortController().signal
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('sends what is asked in one turn together, and gives each its own', async () => {
  const { gathered, requests } = gathering()
  const replies = [gathered.add([['a']], live()), gathered.add([['b'], ['c']], live()), gathered.add([], live())]
  expect(requests).toHaveLength(0)
  await turn()
  expect(requests.map(({ commands }) => commands)).toEqual([[['a'], ['b'], ['c']]])
  const later = gathered.add([['d']], live())
  await turn()
  expect(requests).toHaveLength(2)
  for (const { answer } of requests) answer()
  expect(await Promise.all([...replies, later])).toEqual([['a'], ['b', 'c'], [], ['d']])
})

it('sends no more than so many at once, never one part of what stays together', async () => {
  const { gathered, requests } = gathering()
  const pair = (n: number): readonly Words[] => [[`${n}`], [`${n}`]]
  const replies = Array.from({ length: 75 }, (_, n) => gathered.add(pair(n), live()))
  const alone = gathered.add([['large', 'x'.repeat(70_000)]], live())
  const more = gathered.add(
    Array.from({ length: 150 }, (): Words => ['many']),
    live(),
  )
  await turn()
  expect(requests.map(({ commands }) => commands.length)).toEqual([100, 50, 1, 150])
  for (const { answer } of requests) answer()
  expect(await Promise.all(replies)).toEqual(Array.from({ length: 75 }, (_, n) => [`${n}`, `${n}`]))
  expect([await alone, await more]).toEqual([['large'], Array.from({ length: 150 }, () => 'many')])
})

it('ends a request when nobody waits for any part of it, and not before', async () => {
  const { gathered, requests } = gathering()
  const [one, other] = [new AbortController(), new AbortController()]
  const replies = Promise.allSettled([gathered.add([['a']], one.signal), gathered.add([['b']], other.signal)])
  await turn()
  one.abort()
  expect(requests[0]?.signal.aborted).toBe(false)
  other.abort()
  expect(requests[0]?.signal.aborted).toBe(true)
  requests[0]?.fail(new Error('ended'))
  expect((await replies).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})

it('sends nothing that nobody waits for any more', async () => {
  const { gathered, requests } = gathering()
  const gone = new AbortController()
  const reply = gathered.add([['a']], gone.signal)
  gone.abort()
  await expect(reply).rejects.toThrow('nobody waited')
  expect(requests).toHaveLength(0)
})

it('a request that fails fails for each part of it', async () => {
  const { gathered, requests } = gathering()
  const replies = Promise.allSettled([gathered.add([['a']], live()), gathered.add([['b']], live())])
  await turn()
  requests[0]?.fail(new Error('broken'))
  for (const reply of await replies) expect(reply).toMatchObject({ status: 'rejected', reason: { message: 'broken' } })
})
