import { drawChart } from './chart.js'

const element = (id) => document.getElementById(id)

const live = new EventSource('/live')
live.addEventListener('message', ({ data }) => show(JSON.parse(data)))
live.addEventListener('error', () => status('lost', 'no connection'))

/** Fills the page from one state; see src/state.ts. */
function show(state) {
  const { phase } = state
  const ready = phase.type === 'ready'
  element('start').hidden = ready
  element('content').hidden = !ready
  status(ready ? 'live' : phase.type === 'failed' ? 'lost' : '', ready ? 'live' : phase.type)
  element('where').textContent = ready ? `${state.database}. Cache: ${state.cache}.` : ''
  if (ready) showReady(state)
  else showStart(phase)
}

function status(kind, text) {
  element('status').className = `status ${kind}`
  element('status').textContent = text
}

function showStart(phase) {
  const failed = phase.type === 'failed'
  element('start-label').textContent = failed ? phase.message : capital(phase.label)
  const bar = element('start-bar')
  bar.hidden = failed
  // Without a value the bar only says that something happens: PostgreSQL starting.
  if (phase.share > 0) bar.value = phase.share
  else bar.removeAttribute('value')
}

function showReady({ apps, hits, probes, history, invalidations }) {
  const [dashboard] = probes
  element('rate').textContent = hits.lastMinute.reads === 0 ? '–' : percent(hits.lastMinute.rate)
  element('rate-note').textContent =
    `${count(hits.lastMinute.reads)} reads in the last minute; ${percent(hits.total.rate)} since the start; ` +
    `${count(hits.entries)} entries, ${count(Math.ceil(hits.bytes / 1024))} kB`
  element('with').textContent = milliseconds(dashboard.cached)
  element('with-note').textContent = dashboard.cached ? `${times(dashboard)} times faster` : 'measuring'
  element('without').textContent = milliseconds(dashboard.uncached)
  drawChart(element('chart'), history)
  element('probes').replaceChildren(...probes.map(probeRow))
  element('apps').replaceChildren(...apps.flatMap(appLink))
  element('none').hidden = invalidations.length > 0
  element('invalidations').replaceChildren(...invalidations.map(invalidationItem))
}

function appLink({ name, framework, url }) {
  return [', ', make('a', { href: url, textContent: name }), ` on ${framework}`]
}

function probeRow(probe) {
  const link = make('a', { href: probe.path, textContent: probe.label })
  return make(
    'tr',
    {},
    make('td', {}, link),
    make('td', { className: 'number cached', textContent: milliseconds(probe.cached) }),
    make('td', { className: 'number uncached', textContent: milliseconds(probe.uncached) }),
    make('td', { className: 'number', textContent: probe.cached ? `${times(probe)}×` : '–' }),
  )
}

function invalidationItem({ names, reached, remote, age }) {
  const who = remote
    ? 'by another process'
    : reached === 'all'
      ? 'reached every instance'
      : 'reached this instance only; sent again when Redis answers'
  return make(
    'li',
    {},
    make('span', { className: 'when', textContent: `${ago(age)}, ${who}` }),
    ...names.map((name) => make('span', { className: 'name', textContent: name })),
  )
}

element('order').addEventListener('click', (event) => void write(event.currentTarget, placeOrder))
element('price').addEventListener('click', (event) => void write(event.currentTarget, changePrice))

async function write(button, work) {
  button.disabled = true
  try {
    element('result').textContent = await work()
  } catch (error) {
    element('result').textContent = `That did not work: ${error.message}`
  } finally {
    button.disabled = false
  }
}

/** Orders something and reads the dashboard at once, to show that the next read has it. */
async function placeOrder() {
  const before = await ask('/api/restaurants/1/analytics')
  const dish = 1 + Math.floor(Math.random() * 60)
  const order = { restaurant: 1, table: 1 + Math.floor(Math.random() * 40), lines: [{ dish, quantity: 1 }] }
  const placed = await send('POST', '/api/orders', order)
  const after = await ask('/api/restaurants/1/analytics')
  const menu = await ask('/api/restaurants/1/menu')
  return (
    `Order ${placed.body.id} for ${euros(placed.body.totalCents)}. The very next dashboard was a ${after.cache} and counts it: ` +
    `${count(before.body.orders)} orders became ${count(after.body.orders)}. The menu says: ${menu.status}.`
  )
}

async function changePrice() {
  const id = 21 + Math.floor(Math.random() * 10)
  const before = await ask(`/api/dishes/${id}`)
  const priceCents = before.body.priceCents + (Math.random() < 0.5 || before.body.priceCents < 400 ? 10 : -10)
  await send('PATCH', `/api/dishes/${id}/price`, { priceCents })
  const after = await ask(`/api/dishes/${id}`)
  return `${before.body.name}: ${euros(before.body.priceCents)} became ${euros(after.body.priceCents)}, on the dish, its category and the menu.`
}

function ask(path) {
  return answer(fetch(path))
}

function send(method, path, body) {
  return answer(fetch(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }))
}

async function answer(response) {
  const got = await response
  const body = await got.json()
  if (!got.ok) throw new Error(body.detail)
  return { cache: got.headers.get('x-cache'), status: got.headers.get('cache-status'), body }
}

function make(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function count(number) {
  return number.toLocaleString('en')
}

function euros(cents) {
  return `€${(cents / 100).toFixed(2)}`
}

/** Never 100 % while something was missed. */
function percent(share) {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)}%`
}

function milliseconds(value) {
  if (value === null) return '–'
  return value < 10 ? value.toFixed(1) : String(Math.round(value))
}

function times({ cached, uncached }) {
  const factor = uncached / cached
  return factor < 10 ? factor.toFixed(1) : count(Math.round(factor))
}

function ago(age) {
  const seconds = Math.round(age / 1000)
  if (seconds < 2) return 'just now'
  return seconds < 90 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`
}
