import { createReadStream, statSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { HttpAnswer } from '../../src/index.ts'

/** Answers in the words of node:http. */
export async function giveAnswer(response: ServerResponse, answer: HttpAnswer): Promise<void> {
  for (const [name, value] of answer.headers ?? []) response.appendHeader(name, value)
  switch (answer.kind) {
    case 'json':
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify(answer.value))
    case 'redirect':
      return void response.writeHead(302, { location: answer.to }).end()
    case 'empty':
      return void response.writeHead(answer.status).end()
    case 'file':
      response.setHeader('content-length', statSync(answer.path).size)
      return await pipeline(createReadStream(answer.path), response)
    case 'stream':
      response.setHeader('content-type', answer.type)
      return await pipeline(Readable.from(answer.body), response).catch(() => {})
    case 'torn':
      response.setHeader('content-type', answer.type).write(answer.first)
      throw answer.error
  }
}
