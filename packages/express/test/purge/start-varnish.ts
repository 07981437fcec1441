import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** A Varnish that answers. */
export interface Varnish {
  readonly url: string
  stop(): Promise<void>
}

const HOW_TO_GET_ONE =
  'This test runs a real Varnish with its module xkey: `apt-get install varnish varnish-modules` (Debian, Ubuntu) or ' +
  '`brew install varnish` and varnish-modules (macOS) gives both. Nothing has to be running.'

/** Starts Varnish in front of a port. @throws Error that says how to get one, where there is none. */
export async function startVarnish(backend: number): Promise<Varnish> {
  const folder = await mkdtemp(join(tmpdir(), 'redstart-varnish-'))
  const vcl = join(folder, 'test.vcl')
  await writeFile(vcl, vclFor(backend))
  const port = await freePort()
  const args = [
    '-F',
    '-a',
    `127.0.0.1:${port}`,
    '-f',
    vcl,
    '-n',
    folder,
    '-s',
    'malloc,16m',
    '-T',
    'none',
    '-j',
    'none',
  ]
  const child = spawn('varnishd', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: searched() },
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const gone = new Promise<string>((resolve) => {
    child.once('error', () => resolve(`varnishd could not be started. ${HOW_TO_GET_ONE}`))
    child.once('exit', () => resolve(`varnishd ended: ${log.slice(-2000)} ${HOW_TO_GET_ONE}`))
  })
  const url = `http://127.0.0.1:${port}`
  const failed = await Promise.race([gone, answering(url)])
  if (failed !== undefined) {
    await end(child, folder)
    throw new Error(failed)
  }
  return { url, stop: async () => await end(child, folder) }
}

/** What the docs of `varnishSink` say. */
function vclFor(port: number): string {
  return `vcl 4.1;
import xkey;
backend default { .host = "127.0.0.1"; .port = "${port}"; }
acl purgers { "127.0.0.1"; }
sub vcl_recv {
  if (req.method == "PURGE") {
    if (client.ip !~ purgers) { return (synth(403)); }
    if (req.http.xkey) {
      set req.http.n-gone = xkey.purge(req.http.xkey);
      return (synth(200));
    }
    if (req.http.redstart-ban) {
      ban("obj.http.surrogate-key ~ " + req.http.redstart-ban);
      return (synth(200));
    }
    set req.http.host = req.http.redstart-host;
    return (purge);
  }
}
sub vcl_backend_response {
  set beresp.http.xkey = beresp.http.surrogate-key;
}
sub vcl_deliver {
  unset resp.http.xkey;
  unset resp.http.surrogate-key;
}
`
}

/** Debian has it among what administrators run, which PATH may leave out. */
function searched(): string {
  return `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // that of TCP
  server.close()
  await once(server, 'close')
  return port
}

/** It compiles its VCL first, which takes seconds on a busy machine. */
async function answering(url: string): Promise<string | undefined> {
  const deadline = AbortSignal.timeout(50_000)
  while (!deadline.aborted) {
    const answer = await fetch(url).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer !== undefined) return undefined
    await setTimeout(50)
  }
  return 'varnishd did not answer within 50 s'
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
