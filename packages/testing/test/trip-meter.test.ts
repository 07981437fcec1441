import { describe, expect, it } from 'vitest'
import { encodeCommand } from '../src/resp.ts'
import { TripMeter } from '../src/trip-meter.ts'

const meter = (): {
  sent: (...commands: string[]) => void
  received: (text: string) => void
  bytes: TripMeter
  trips: () => number
} => {
  let trips = 0
  const bytes = new TripMeter(() => (trips += 1))
  return {
    bytes,
    trips: () => trips,
    sent: (...commands) => bytes.sent(Buffer.concat(commands.map((command) => encodeCommand(command.split(' '))))),
    received: (text) => bytes.received(Buffer.from(text)),
  }
}

const confirmed = (type: string, channel: string): string =>
  `${type}3\r\n$9\r\nsubscribe\r\n$${channel.length}\r\n${channel}\r\n:1\r\n`
const message = (type: string): string => `${type}3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n`

describe('TripMeter', () => {
  it('counts a pipeline once, and what is sent before its last reply', () => {
    const { sent, received, trips } = meter()
    sent('GET a', 'GET b')
    sent('GET c')
    received('$1\r\n1\r\n_\r\n')
    sent('GET d')
    expect(trips()).toBe(1)
    received('-ERR no\r\n*1\r\n:1\r\n')
    sent('GET e')
    expect(trips()).toBe(2)
  })

  it('counts a command that comes in pieces once, also when the one before it is answered meanwhile', () => {
    const { bytes, received, trips } = meter()
    const two = Buffer.concat([encodeCommand(['PING']), encodeCommand(['SET', 'k', 'v'.repeat(100)])])
    bytes.sent(two.subarray(0, 50))
    received('+PONG\r\n')
    bytes.sent(two.subarray(50))
    expect(trips()).toBe(1)
    received('+O')
    bytes.sent(encodeCommand(['PING']))
    expect(trips()).toBe(1)
    received('K\r\n+PONG\r\n')
    bytes.sent(encodeCommand(['PING']))
    expect(trips()).toBe(2)
  })

  it.each(['>', '*'])('waits for each confirmation of SUBSCRIBE, told by %s', (type) => {
    const { sent, received, trips } = meter()
    sent('SUBSCRIBE a b')
    received(confirmed(type, 'a'))
    sent('PING')
    received(confirmed(type, 'b'))
    sent('PING')
    expect(trips()).toBe(1)
    received('+PONG\r\n+PONG\r\n')
    sent('PING')
    expect(trips()).toBe(2)
  })

  it('takes an error for the whole reply to SUBSCRIBE', () => {
    const { sent, received, trips } = meter()
    sent('SUBSCRIBE a b')
    received('-NOPERM no\r\n')
    sent('PING')
    expect(trips()).toBe(2)
  })

  it.each(['>', '*'])('begins and ends no trip by messages, told by %s', (type) => {
    const { sent, received, trips } = meter()
    sent('SUBSCRIBE c')
    received(confirmed(type, 'c') + message(type))
    expect(trips()).toBe(1)
    sent('PING')
    if (type === '>') received(message(type))
    sent('PING')
    expect(trips()).toBe(2)
    received('+PONG\r\n+PONG\r\n')
    received(message(type))
    sent('PING')
    expect(trips()).toBe(3)
  })
})
