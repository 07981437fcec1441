import type { HttpAdapter, HttpAppElsewhere, HttpAppReport } from '@redstart/testing'

/** An app that a runtime serves: it is made anew for each test, in a process that goes on. */
export function runtimeAdapter(portOf: () => number, refuses: NonNullable<HttpAdapter['refuses']>): HttpAdapter {
  return {
    settlesErrors: true,
    refuses,
    start: async () => {
      const port = portOf()
      await control(port, 'POST', '/__begin')
      return { port, elsewhere: elsewhere(port), close: async () => {} }
    },
  }
}

function elsewhere(port: number): HttpAppElsewhere {
  return {
    report: async (known) => {
      const response = await control(port, 'GET', `/__report?known=${known.join(',')}`)
      // Our own app made it.
      return (await response.json()) as HttpAppReport
    },
    sendSecondEvent: async () => void (await control(port, 'POST', '/__second')),
  }
}

async function control(port: number, method: string, path: string): Promise<Response> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, signal: AbortSignal.timeout(20_000) })
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return response
}
