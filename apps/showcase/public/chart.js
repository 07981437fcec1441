const SVG = 'http://www.w3.org/2000/svg'
const HEIGHT = 260
const LEFT = 62
const RIGHT = 20
const TOP = 14
const BOTTOM = 30
const SECONDS = 60

/** Milliseconds at which lines are drawn; each is ten times the one below. */
const SCALE = [0.1, 1, 10, 100, 1000]

/** Draws two lines over the last minute on a logarithmic scale: 1 ms and 100 ms both stay legible. */
export function drawChart(svg, history) {
  // One unit is one pixel, so that the words keep their size on a narrow screen.
  const width = svg.clientWidth
  svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`)
  svg.replaceChildren(
    ...SCALE.flatMap((milliseconds) => scaleLine(milliseconds, width)),
    label(LEFT, HEIGHT - 8, 'a minute ago', 'start'),
    label(width - RIGHT, HEIGHT - 8, 'now', 'end'),
    ...series(history, 'uncached', width),
    ...series(history, 'cached', width),
  )
}

function scaleLine(milliseconds, width) {
  const y = yOf(milliseconds)
  return [
    shape('line', { x1: LEFT, x2: width - RIGHT, y1: y, y2: y }),
    label(LEFT - 8, y + 4, `${milliseconds} ms`, 'end'),
  ]
}

function series(history, name, width) {
  const points = history.flatMap((sample, index) =>
    sample[name] === null
      ? []
      : [`${xOf(history.length - 1 - index, width).toFixed(1)},${yOf(sample[name]).toFixed(1)}`],
  )
  if (points.length === 0) return []
  const [x, y] = points[points.length - 1].split(',')
  return [
    shape('polyline', { class: name, points: points.join(' ') }),
    shape('circle', { class: name, cx: x, cy: y, r: 4 }),
  ]
}

function xOf(secondsAgo, width) {
  return width - RIGHT - (secondsAgo / (SECONDS - 1)) * (width - LEFT - RIGHT)
}

function yOf(milliseconds) {
  const [lowest, highest] = [Math.log10(SCALE[0]), Math.log10(SCALE[SCALE.length - 1])]
  const place = (Math.min(highest, Math.max(lowest, Math.log10(milliseconds))) - lowest) / (highest - lowest)
  return HEIGHT - BOTTOM - place * (HEIGHT - TOP - BOTTOM)
}

function label(x, y, text, anchor) {
  const made = shape('text', { x, y, 'text-anchor': anchor })
  made.textContent = text
  return made
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  return made
}
