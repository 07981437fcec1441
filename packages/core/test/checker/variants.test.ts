import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bundle } from '../processes/bundle.ts'
import { drawn, seededRandom, seedOfRun } from './random.ts'
import type { VariantProgram } from './variant.program.ts'
import type { Variant } from './variant.ts'
import { VARIANTS } from './variants.ts'

const soak = process.env['REDSTART_SOAK'] === '1'
const SEEDS = soak ? 20 : 1
/** How long one run may look, in ms: it ends with what it finds, usually within half a second. */
const LONGEST = soak ? 20_000 : 90_000

/** All of them in a soak; else a few, which the seed draws. */
const FEW = 2

it.each(VARIANTS)('the sources hold what is patched: $name', async ({ patches }) => {
  for (const { file, from } of patches) {
    const source = await readFile(new URL(`../../src/${file}`, import.meta.url), 'utf8')
    expect(source.split(from)).toHaveLength(2)
  }
})

describe('the checker finds that', { timeout: SEEDS * (LONGEST + 10_000) }, () => {
  it.each(soak ? VARIANTS : drawn(VARIANTS, FEW))('$name', async (variant) => {
    const found = await runsOf(variant)
    const after = found.map(({ milliseconds }) => Math.round(milliseconds)).join(', ')
    console.log(`${variant.name}: found in ${found.length} of ${SEEDS} runs, after ${after} ms: ${found[0]?.what}`)
    expect(found.length).toBeGreaterThanOrEqual(soak ? SEEDS - 1 : SEEDS)
  })
})

interface Found {
  readonly what: string
  readonly milliseconds: number
}

/** One short run for each seed, one after the other. */
async function runsOf({ patches, ...narrowed }: Variant): Promise<readonly Found[]> {
  const random = seededRandom(seedOfRun())
  const found: Found[] = []
  const program = await bundle(patches, new URL('variant.program.ts', import.meta.url).pathname)
  try {
    // It exports what that file does.
    const { runInMemory } = (await import(/* @vite-ignore */ pathToFileURL(program.file).href)) as VariantProgram
    for (let run = 0; run < SEEDS; run += 1) {
      const { stale, milliseconds } = await runInMemory({
        ...narrowed,
        seed: random.below(2 ** 31),
        app: 'variant',
        calm: true,
        reads: Infinity,
        invalidations: Infinity,
        longest: LONGEST,
        maxStaleness: 50,
        reopenEvery: 1000,
      })
      if (stale !== undefined) found.push({ what: stale.split('\n', 1)[0] ?? '', milliseconds })
    }
  } finally {
    await program.remove()
  }
  return found
}
