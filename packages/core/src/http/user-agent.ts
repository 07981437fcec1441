import type { Device } from '../session/session-store.ts'

/** What a `User-Agent` header says of its sender, as far as it stays the same for months. */
export interface UserAgent {
  readonly device: Device
  /** `Chrome`, `Firefox`, ...; undefined for one that is not known. */
  readonly browser: string | undefined
  /** `Windows`, `macOS`, `iOS`, `Android`, ...; undefined for one that is not known. */
  readonly os: string | undefined
  /** The first number of its version, where the sender tells the true one; of Windows the name that people use: 7, 10. */
  readonly osMajor: string | undefined
}

/**
 * Reads a `User-Agent` header. Anybody may send any: good for telling a user which of the devices is which, and for
 * noticing that one has changed; never for deciding who somebody is. What comes after 1024 characters is not read.
 */
export function parseUserAgent(header: string | undefined): UserAgent {
  const text = (header ?? '').slice(0, MOST_CHARACTERS)
  return { device: deviceOf(text), browser: familyOf(BROWSERS, text), ...systemOf(text) }
}

/** A family and the words of which one tells it. */
type Families = readonly (readonly [family: string, ...words: readonly string[]])[]

const MOST_CHARACTERS = 1024

/** The more special one first: most of them say that they are Chrome or Safari as well. */
const BROWSERS: Families = [
  ['Edge', 'Edg/', 'EdgA/', 'EdgiOS/', 'Edge/'],
  ['Opera', 'OPR/', 'OPT/', 'OPX/', 'OPiOS/', 'Opera'],
  ['Samsung Internet', 'SamsungBrowser/'],
  ['Vivaldi', 'Vivaldi/'],
  ['Yandex', 'YaBrowser/'],
  ['UC Browser', 'UCBrowser/', 'UCWEB'],
  ['Huawei Browser', 'HuaweiBrowser/'],
  ['MIUI Browser', 'MiuiBrowser/'],
  ['DuckDuckGo', 'DuckDuckGo/', 'Ddg/'],
  ['Silk', 'Silk/'],
  ['Firefox', 'Firefox/', 'FxiOS/', 'Focus/'],
  ['Chrome', 'Chrome/', 'CriOS/', 'Chromium/'],
  ['Internet Explorer', 'MSIE ', 'Trident/'],
  ['Android Browser', 'Android'],
  ['Safari', 'Safari/', 'AppleWebKit/'],
]

/** The more special one first: an iPhone says 'like Mac OS X', Android says Linux. */
const SYSTEMS: Families = [
  ['Windows Phone', 'Windows Phone'],
  ['iOS', 'iPhone', 'iPad', 'iPod'],
  ['Tizen', 'Tizen'],
  ['webOS', 'Web0S', 'webOS'],
  ['KaiOS', 'KAIOS'],
  ['Android', 'Android'],
  ['Windows', 'Windows NT', 'Windows'],
  ['ChromeOS', 'CrOS'],
  ['macOS', 'Macintosh', 'Mac OS X'],
  ['BSD', 'FreeBSD', 'OpenBSD', 'NetBSD'],
  ['Linux', 'Linux', 'X11'],
]

/** What stands before the number; a system that is not here tells none, or one that changes with every update. */
const VERSIONS: Readonly<Record<string, RegExp>> = {
  'Windows Phone': /Windows Phone (?:OS )?(\d{1,3})/,
  iOS: / OS (\d{1,3})_/,
  Android: /Android (\d{1,3})/,
  Windows: /Windows NT (\d{1,2}\.\d)/,
  macOS: /Mac OS X (\d{1,3})/,
  Tizen: /Tizen (\d{1,3})/,
  KaiOS: /KAIOS\/(\d{1,3})/,
}

/** Windows 11 says 10 as well. */
const WINDOWS: Readonly<Record<string, string>> = {
  '10.0': '10',
  '6.3': '8',
  '6.2': '8',
  '6.1': '7',
  '6.0': 'Vista',
  '5.1': 'XP',
}

const BOT = /bot\b|bots\b|crawl|spider|slurp|headless|facebookexternalhit|lighthouse|preview|monitor|archiver/i
const NEITHER = /\bTV\b|SmartTV|SMART-TV|AppleTV|GoogleTV|HbbTV|Web0S|CrKey|BRAVIA|PlayStation|Xbox|Nintendo/
const TABLET = /iPad|Tablet|PlayBook|Silk\/|Kindle/
const MOBILE = /Mobi|iPhone|iPod|Windows Phone|Opera Mini/
const DESKTOP = /Windows NT|Macintosh|X11|CrOS/

function deviceOf(text: string): Device {
  if (BOT.test(text)) return 'bot'
  if (NEITHER.test(text)) return 'other'
  if (TABLET.test(text)) return 'tablet'
  if (MOBILE.test(text)) return 'mobile'
  // Google asks makers to leave 'Mobile' out on tablets.
  if (text.includes('Android')) return 'tablet'
  return DESKTOP.test(text) ? 'desktop' : 'other'
}

function systemOf(text: string): Pick<UserAgent, 'os' | 'osMajor'> {
  const os = familyOf(SYSTEMS, text)
  const told = os === undefined ? undefined : VERSIONS[os]?.exec(text)?.[1]
  return { os, osMajor: os === 'Windows' && told !== undefined ? WINDOWS[told] : told }
}

function familyOf(families: Families, text: string): string | undefined {
  return families.find(([, ...words]) => words.some((word) => text.includes(word)))?.[0]
}
