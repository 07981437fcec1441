import type { Variant } from './variant.ts'

/** Mistakes in what a load leaves behind beside its value. */
export const LOAD_VARIANTS: readonly Variant[] = [
  {
    name: 'unchanged keeps no names',
    patches: [
      {
        file: 'cache/load.ts',
        from: '() => before && frame.goOnFrom(before.entry, before.since)',
        to: '() => undefined',
      },
    ],
    kinds: ['key', 'tag', 'move'],
    readings: ['leftover'],
  },
  {
    name: 'what was invalidated is there to be gone on from',
    patches: [
      {
        file: 'cache/load.ts',
        from: 'if (!usable) return undefined',
        to: '',
      },
      // Else nobody would know of it.
      {
        file: 'cache/held.ts',
        from: "return verdict === 'gone' ? undefined : { kind: 'expired', entry }",
        to: "return { kind: 'expired', entry }",
      },
    ],
    kinds: ['key', 'tag', 'move'],
    readings: ['leftover'],
  },
  {
    name: 'a part that failed is none',
    patches: [
      { file: 'cache/read-through.ts', from: 'frame.hangOn([...impliedNames(plan.path), ...plan.tagNames])', to: '' },
      { file: 'cache/read-through.ts', from: 'if (read.failed !== undefined) frame.inherit(read.failed)', to: '' },
    ],
    kinds: ['key', 'tag', 'move'],
    readings: ['makeshift'],
  },
  {
    name: 'a part that failed is as young as the whole',
    patches: [
      {
        file: 'cache/read-through.ts',
        from: 'if (read.failed !== undefined) frame.inherit(read.failed)',
        to: 'if (read.failed !== undefined) frame.hangOn([])',
      },
    ],
    kinds: ['key', 'move'],
    readings: ['makeshift'],
  },
]
