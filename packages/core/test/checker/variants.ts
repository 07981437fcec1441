import { LOAD_VARIANTS } from './load-variants.ts'
import type { Variant } from './variant.ts'

export const VARIANTS: readonly Variant[] = [
  {
    name: 'one call that loads several tells only the first what it read',
    patches: [
      {
        file: 'cache/batch.ts',
        from: 'new BatchFrame(this.#frames, first, frames)',
        to: 'new BatchFrame(this.#frames, first, [first])',
      },
    ],
    kinds: ['key', 'move'],
    readings: ['meals'],
  },
  {
    name: 'what a batch loader returns is given to another item',
    patches: [
      {
        file: 'cache/batch.ts',
        from: 'return (_item, n) => (loaded as readonly unknown[])[n]',
        to: 'return (_item, n) => (loaded as readonly unknown[])[items - 1 - n]',
      },
    ],
    readings: ['meals'],
  },
  {
    name: 'a peek is not decided',
    patches: [
      {
        file: 'cache/scope.ts',
        from: 'const held = this.#engine.held.peek(path, { shape, schema })',
        to: "const entry = this.#engine.l1.get(path); const held = entry && entry.form.shape === shape && entry.form.schema === schema ? { kind: 'fresh' as const, entry } : undefined",
      },
    ],
    readings: ['peek', 'peekDefined', 'dish', 'stock'],
  },
  {
    name: 'a touch makes an entry as young as it lives long',
    patches: [
      {
        file: 'cache/write.ts',
        from: 'if (done) entry.live(freshUntil, staleUntil)',
        to: 'if (done) { entry.live(freshUntil, staleUntil); entry.clock = Infinity }',
      },
    ],
    kinds: ['key', 'touch'],
    readings: ['dish', 'stock', 'note'],
  },
  {
    name: 'a token is the moment of the set',
    patches: [
      {
        file: 'cache/setter.ts',
        from: 'earliest(moment.since), ...moment }',
        to: 'earliest(moment.since), ...moment, clock: engine.coherence.view.clock }',
      },
    ],
    kinds: ['key', 'tag', 'token'],
    readings: ['note', 'get'],
  },
  {
    name: 'many values are set without an invalidation',
    patches: [
      {
        file: 'cache/setter.ts',
        from: 'invalidator.raise(paths.map(keyName)',
        to: 'invalidator.raise(paths.slice(0, 1).map(keyName)',
      },
    ],
    kinds: ['sets'],
    readings: ['note'],
  },
  {
    name: 'what a claim finds is taken as it is',
    patches: [
      {
        file: 'cache/course.ts',
        from: "if (found.kind === 'fresh' && isNewer(found.entry, flight.known && { entry: flight.known }))",
        to: "if (found.kind !== 'missing')",
      },
    ],
    kinds: ['lazy'],
    readings: ['roast'],
  },
  {
    name: 'a claim is always granted',
    patches: [
      {
        file: 'cache/claims.ts',
        from: 'return claimed.granted ? this.#hold(path, token, claimed.failures) : claimed',
        to: 'return this.#hold(path, token, 0)',
      },
    ],
    kinds: ['key'],
    readings: ['roast'],
  },
  {
    name: 'what a soft timeout serves is not decided',
    patches: [
      {
        file: 'cache/read.ts',
        from: 'if (entry === undefined || !entries.servable(path, entry)) return undefined',
        to: 'if (entry === undefined) return undefined',
      },
    ],
    kinds: ['key', 'lazy'],
    readings: ['soup'],
  },
  {
    name: 'a remembered failure outlives what would end it',
    patches: [
      {
        file: 'cache/failed-loads.ts',
        from: "if (now < failure.until && this.#coherence.decide(failure.stamp, now) === 'valid')",
        to: 'if (now < failure.until)',
      },
    ],
    kinds: ['key', 'tag'],
    readings: ['errand'],
  },
  {
    name: 'a failed load is remembered without what it had read',
    patches: [
      {
        file: 'cache/load.ts',
        from: 'const names = [...impliedNames(plan.path), ...notes.tagNames, ...frame.names]',
        to: 'const names = [...impliedNames(plan.path), ...notes.tagNames]',
      },
    ],
    kinds: ['key', 'move'],
    readings: ['errand'],
  },
  {
    name: 'a forced read joins any load',
    patches: [
      {
        file: 'cache/read.ts',
        from: "if (flight.kind === 'forced' && flight.order > this.#begun && fits(flight.form, plan.form)) {",
        to: 'if (fits(flight.form, plan.form)) {',
      },
    ],
    readings: ['order'],
  },
  {
    name: 'a load that timed out gives up its turn',
    patches: [{ file: 'cache/runs.ts', from: 'turn.abandon(plan.loadTimeout)', to: 'turn.abandon(0)' }],
    readings: ['soup', 'order'],
  },
  {
    name: 'nothing has an early end',
    patches: [
      { file: 'cache/load-context.ts', from: 'value === undefined || value === null ? negativeTtl : ttl', to: 'ttl' },
    ],
    kinds: ['token'],
    readings: ['maybe'],
  },
  {
    name: 'entries of any version are read',
    patches: [{ file: 'cache/unpack.ts', from: 'if (wire.shape !== form.shape) return OF_ANOTHER_VERSION', to: '' }],
    readings: ['recipe', 'getRecipe'],
  },
  {
    name: 'memory gives an entry to readers of any version',
    patches: [
      {
        file: 'cache/scope.ts',
        from: 'if (entry.form.shape !== shape || entry.form.schema !== schema) return undefined',
        to: '',
      },
    ],
    kinds: ['token'],
    readings: ['recipe', 'getRecipe'],
  },
  {
    name: 'the text of a tenant is not escaped',
    patches: [
      { file: 'cache/tenant-names.ts', from: '`%@${escapePart(checkTenant(id))}:`', to: '`%@${checkTenant(id)}:`' },
    ],
    readings: ['guest', 'getGuest'],
  },
  {
    name: 'a tag of one tenant is that of all',
    patches: [{ file: 'cache/tenant-names.ts', from: 'tags: tags.map((tag) => this.tagOf(tag)),', to: 'tags,' }],
    kinds: ['tenant'],
    readings: ['guest'],
  },
  {
    name: 'of several noted invalidations one is made after the commit',
    patches: [{ file: 'cache/after-commit.ts', from: 'joined(noted).map(', to: 'noted.slice(0, 1).map(' }],
    kinds: ['commit'],
    readings: ['dish'],
  },
  {
    name: 'nothing is invalidated a second time',
    patches: [
      {
        file: 'cache/targets.ts',
        from: 'if (settle !== undefined) this.#settling.add(',
        to: 'if (settle === 0) this.#settling.add(',
      },
    ],
    kinds: ['settle'],
    readings: ['order'],
  },
  {
    name: 'listeners are not told of what others invalidate',
    patches: [
      {
        file: 'cache/invalidation-watch.ts',
        from: 'if (!names.some(wants)) return undefined',
        to: 'if (remote || !names.some(wants)) return undefined',
      },
    ],
    readings: ['dish'],
  },
  {
    name: 'a lazy mark leaves no mark on what is fresh',
    patches: [
      {
        file: 'cache/held.ts',
        from: "return { kind: verdict === 'stale' ? 'stale' : freshness, entry }",
        to: 'return { kind: freshness, entry }',
      },
    ],
    kinds: ['lazy'],
    readings: ['get', 'peek', 'dish'],
  },
  {
    name: 'stale entries live on',
    patches: [
      { file: 'cache/entry.ts', from: "return time < entry.staleUntil ? 'stale' : 'expired'", to: "return 'stale'" },
      // Else it would seldom be there when it is next read.
      { file: 'cache/l1.ts', from: 'if (this.#puts % SWEPT !== 0) return', to: 'return' },
    ],
    kinds: ['token'],
    readings: ['snack', 'drink'],
  },
  ...LOAD_VARIANTS,
]
