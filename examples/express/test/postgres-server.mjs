// A PostgreSQL that listens on TCP, for the driver to talk to: PGlite, with the bytes of one client handed through.
// In a worker, like the one of the app. Posts its port.
import { createServer } from 'node:net'
import { parentPort } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'

const database = await PGlite.create()

const server = createServer((socket) => {
  let answered = Promise.resolve()
  socket.on('data', (bytes) => {
    answered = answered.then(async () => {
      const reply = await database.execProtocolRaw(new Uint8Array(bytes))
      if (reply.length > 0) socket.write(reply)
    })
  })
  socket.on('error', () => socket.destroy())
})

// One session serves all connections, so there may be only one at a time.
server.maxConnections = 1
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
