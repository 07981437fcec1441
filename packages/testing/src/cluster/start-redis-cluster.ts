import { RedstartError } from '@redstart/core'
import { inRange } from '../in-range.ts'
import { findLoopbackPort } from '../loopback-port.ts'
import type { RedisArgument } from '../resp.ts'
import { type RedisServer, startRedis } from '../start-redis.ts'
import { startTogether, stopTogether } from '../start-together.ts'
import { type ClusterNode, formCluster } from './form-cluster.ts'
import { keySlot } from './key-slot.ts'
import { moveSlot, slotOwner } from './move-slot.ts'

/** Settings of a cluster for tests. */
export interface StartRedisClusterOptions {
  /** 1 to 16. @default 3 */
  readonly masters?: number
  /** Of each master, 0 to 4. @default 0 */
  readonly replicas?: number
  /** Of every node; part of `urls` then. */
  readonly password?: string
  /**
   * Milliseconds that a node may be silent before the others hold it to have failed, and a replica takes over: on a busy
   * machine a short time may be over by accident.
   * @default 1500
   */
  readonly nodeTimeout?: number
  /** Arguments for every node's server program, after ours. */
  readonly args?: readonly string[]
}

/** A real Redis Cluster of its own for a test. */
export interface RedisCluster extends AsyncDisposable {
  /** The URLs of `nodes`. */
  readonly urls: readonly string[]
  /**
   * The masters of the beginning, in the order of their slots, each with an equal share; then their replicas in turn.
   * `restart()` of one loses its data and keeps its place in the cluster.
   */
  readonly nodes: readonly RedisServer[]
  /** Like `command` of the node with this index; redirections are not followed. */
  command(node: number, ...args: readonly RedisArgument[]): Promise<unknown>
  /** The slot of a key, 0 to 16383. */
  slotOf(key: string | Uint8Array): number
  /**
   * The index of the node that is the slot's master now.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for a number that is no slot, `STORE_FAILED` when no node that answers
   *   owns it.
   */
  ownerOf(slot: number): Promise<number>
  /**
   * Moves a slot and its keys to another master, and resolves when every node knows. Clients that use the slot see ASK
   * on the way and MOVED at the end.
   *
   * @param to the index of the master.
   * @param meanwhile runs when the keys have moved, while the old master still owns the slot and answers with ASK.
   * @throws RedstartError `INVALID_ARGUMENT` for a number that is no slot or no node, `STORE_FAILED` when a node refuses,
   *   `STORE_TIMEOUT` when it is not done after 10 s; whatever `meanwhile` throws, leaving the slot half moved.
   */
  moveSlot(slot: number, to: number, meanwhile?: () => Promise<void>): Promise<void>
  /** Ends all nodes; may be called again. */
  stop(): Promise<void>
}

/** How often a node is tried on another port for its bus. */
const ATTEMPTS = 3

/**
 * Starts a Redis Cluster on free ports of 127.0.0.1 and waits until every node sees all of it, 2 to 3 seconds. Without
 * replicas it stops serving when a node fails, as Redis does by default.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a number out of its range; `STORE_UNAVAILABLE` like `startRedis`;
 *   `STORE_TIMEOUT` when the nodes do not find together.
 */
export async function startRedisCluster(options: StartRedisClusterOptions = {}): Promise<RedisCluster> {
  const { password } = options
  const masters = inRange('masters', options.masters ?? 3, 1, 16)
  const replicas = inRange('replicas', options.replicas ?? 0, 0, 4)
  const busPorts: number[] = []
  const nodes = await startTogether(masters * (1 + replicas), async (n) => {
    const { server, busPort } = await startNode(options)
    busPorts[n] = busPort
    return server
  })
  const stop = async (): Promise<void> => await stopTogether(nodes)
  try {
    await formCluster(
      nodes.map((server, n) => ({ server, busPort: busPorts[n] ?? 0 })),
      masters,
    )
  } catch (error) {
    await stop()
    throw error
  }
  return {
    urls: nodes.map(({ url }) => url),
    nodes,
    command: async (node, ...args) => await at(nodes, node).command(...args),
    slotOf: keySlot,
    ownerOf: async (slot) => await slotOwner(nodes, slot),
    moveSlot: async (slot, to, meanwhile) => await moveSlot({ nodes, password, slot, to, meanwhile }),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function startNode(options: StartRedisClusterOptions, attempt = 1): Promise<ClusterNode> {
  const { password, nodeTimeout = 1500, args = [] } = options
  const busPort = await findLoopbackPort()
  const settings = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--repl-diskless-sync-delay', '0']
  const timeout = ['--cluster-node-timeout', String(inRange('nodeTimeout', nodeTimeout, 100, 60_000))]
  const signIn = password === undefined ? {} : { password }
  const masterAuth = password === undefined ? [] : ['--masterauth', password]
  try {
    return { busPort, server: await startRedis({ ...signIn, args: [...settings, ...timeout, ...masterAuth, ...args] }) }
  } catch (error) {
    // Another program may have taken the port of the bus.
    if (attempt < ATTEMPTS && RedstartError.is(error, 'STORE_UNAVAILABLE')) return await startNode(options, attempt + 1)
    throw error
  }
}

function at(nodes: readonly RedisServer[], index: number): RedisServer {
  const node = nodes[index]
  if (node !== undefined) return node
  throw new RedstartError('INVALID_ARGUMENT', `The node is ${index}; expected an index of 0 to ${nodes.length - 1}`)
}
