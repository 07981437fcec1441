const Module = require('node:module')

// It asks for this version of the client and works with no newer one, which the others here have.
/** @type {unknown} */
const original = Reflect.get(Module, '_resolveFilename')
if (typeof original !== 'function') throw new TypeError('this Node.js resolves modules in another way')
const client = require.resolve('redis-4')

/**
 * @param {string} request
 * @param {{ filename?: string } | undefined} parent
 * @param {...unknown} rest
 * @returns {unknown}
 */
function resolved(request, parent, ...rest) {
  const isTheirs = request === 'redis' && parent?.filename?.includes('nextjs-turbo-redis-cache') === true
  return isTheirs ? client : Reflect.apply(original, Module, [request, parent, ...rest])
}
Reflect.set(Module, '_resolveFilename', resolved)

module.exports = require('@trieb.work/nextjs-turbo-redis-cache')
