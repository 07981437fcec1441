import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export const dynamic = 'force-dynamic'

/** What the heap holds that is in use. */
export async function GET() {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  for (let times = 0; times < 3; times++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    collect()
  }
  return Response.json(process.memoryUsage())
}
