/** The switches of the model: each rule of the protocol that can be taken back, alone or together with others. */
export type RuleName =
  | 'viewFloor'
  | 'everyHit'
  | 'ownProof'
  | 'chain'
  | 'inertHints'
  | 'adoptInOrder'
  | 'markAtOnce'
  | 'proofFromSending'
  | 'skipKeepsMarkers'
  | 'redisFloor'
  | 'pruneOnlyOwn'
  | 'namespacesOfParts'
  | 'oneSnapshot'
  | 'generationFirst'
  | 'randomGeneration'
  | 'joiners'
  | 'staleNotShared'
  | 'proofAtJoin'
  | 'setInvalidates'
  | 'setInTwoSteps'
  | 'setFromCall'
  | 'lowestConfirmed'
  | 'backOffKeepsClock'
  | 'unchangedWritesAll'
  | 'twoClocks'
  | 'deadlinesMerge'
  | 'latestTime'
  | 'errorDecidedAgain'
  | 'staleNotConfirmed'
  | 'ageInOutage'
  | 'noInventedClocks'
  | 'replayFirst'
  | 'overflow'
  | 'runId'
  | 'unlinkAtOnce'
  | 'writeObeysMarkers'
  | 'writeObeysFloor'
  | 'othersKeys'
  | 'seenBefore'
  | 'softRaisesFloor'
  | 'waitForReplicas'
  | 'allReplicas'
  | 'newGenerationContinues'
  | 'onlyKnownRuns'
  | 'onlyItsHistory'

/** What each rule says, after its number in the protocol. */
export const sentences: Readonly<Record<RuleName, string>> = {
  viewFloor:
    'R1: a view has a floor, and an entry below it is asked about; else an absent marker means never invalidated',
  everyHit:
    'R1: every use of an L1 entry is decided; else messages drop entries by name and an epoch per key guards the fill',
  ownProof: 'R2: proof comes from own questions, from their sending on; else any message heard is proof',
  chain: 'R2: the clock moves only along previous -> clock; else to the highest clock seen',
  inertHints: 'R2: a hint of another generation only prompts a question; else its generation is adopted',
  adoptInOrder:
    'R2: a reply older than one already taken never changes the generation; else the last one processed wins',
  markAtOnce: 'R2: the markers of a message that is ahead are raised at once; else when the chain gets there',
  proofFromSending: 'R2: a view that catches up with an answer later is proven from the sending; else from then on',
  skipKeepsMarkers: 'R2: a view that skips to an answer keeps the markers above it; else it starts empty',
  redisFloor: 'R3: pruning a marker raises the floor of its namespace, or of all; else it is just forgotten',
  pruneOnlyOwn: 'R3: pruning an invalidation drops only markers that no later one raised; else all its names',
  namespacesOfParts:
    'R3: an entry is decided by the floors of the namespaces of all its names; else by that of its own',
  oneSnapshot: 'R4: markers come with generation and floor in one snapshot; else missing names are read later, alone',
  generationFirst: 'R4: a load has its generation before it starts; else the write stamps what it finds',
  randomGeneration: 'R4: generations never repeat; else a new one has the old name',
  joiners:
    'R5: a joiner takes only what it could have taken from L1 when it joined; else flights are fenced by declared names',
  staleNotShared:
    'R5: a result with something stale in it is decided again for each joiner, as a deadline may pass meanwhile',
  proofAtJoin: 'R5: a joiner counts the proof that there was when it joined; else one that came while it waited',
  setInvalidates: 'R6: a set invalidates its key first; else it writes with the clock of the day',
  setInTwoSteps: 'R6: no script takes a clock and stores a value; else one does, and may run late',
  setFromCall: 'R6: the age and the local order of a value that is set count from the call; else from the reply',
  lowestConfirmed: "R7: a parent's clock is the lowest one its parts were confirmed at; else its own start",
  backOffKeepsClock: "R7: back-off keeps the entry's clock; else it takes the refresh's",
  unchangedWritesAll: 'R7: `unchanged` writes the payload that the loader saw; else it restamps what is stored',
  twoClocks: 'R8: hard and soft are two clocks that only rise; else the last invalidation overwrites both',
  deadlinesMerge:
    'R8: a passed deadline makes the old soft clock hard, else the earlier one stays; else the last one wins',
  latestTime: "R8: a deadline is held against the latest that Redis's time can be; else against the earliest",
  errorDecidedAgain: 'R8: stale-if-error is decided again when it is served',
  staleNotConfirmed: "R8: an entry that Redis calls stale needs the process's own proof; else it counts as confirmed",
  ageInOutage: 'R9: without proof only data younger than maxStaleness is served; else an outage serves L1',
  noInventedClocks:
    "R9: an outage orders own invalidations by a local counter; else by invented values of Redis's clock",
  replayFirst: 'R9: reads resume after what is pending was sent again; else before',
  overflow: 'R9: a full pending list becomes one invalidation of everything; else the oldest is forgotten',
  runId: 'R10: another server identity starts a new generation',
  unlinkAtOnce:
    'ageing: the script that raises a `k:` marker unlinks its entry; else another command does, which may be lost',
  writeObeysMarkers:
    'ageing: a write under the marker of its key is refused; else the entry lies there until the marker is dropped',
  writeObeysFloor: 'ageing: a write below a dropped marker is refused; else it brings back what was unlinked',
  othersKeys:
    'ageing: an entry with the key of another is decided by the floor of dropped markers, as nothing unlinks it',
  seenBefore:
    'ageing: a snapshot says nothing of an entry that was seen before a marker was raised that is dropped already',
  softRaisesFloor: 'ageing: a `k:` marker that was last raised softly raises the floor, as its entry is still there',
  waitForReplicas: "warm failover: an invalidation has reached all when replicas have it; else with the master's reply",
  allReplicas: 'warm failover: all replicas; else one of them is enough',
  newGenerationContinues:
    'warm failover: a new generation takes over entries up to its first clock; else the old one gives clocks out again',
  onlyKnownRuns:
    'warm failover: only a run that was seen to follow takes over; else one that started from an old disk may',
  onlyItsHistory:
    'warm failover: only a server that last followed the one with the generation takes over; else one that a stale master had set back',
}

/** Which rules hold in a run. */
export type Rules = Readonly<Record<RuleName, boolean>>

/** Every rule but those named. */
export function rulesWithout(...takenBack: readonly RuleName[]): Rules {
  const named = (name: string): boolean => takenBack.some((rule) => rule === name)
  // Object.fromEntries forgets the key type; the keys are those of `sentences`.
  return Object.fromEntries(Object.keys(sentences).map((name) => [name, !named(name)])) as Record<RuleName, boolean>
}
