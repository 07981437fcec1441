import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cpuTimeOf } from '../cpu-time.ts'
import { parseUserAgent } from '../../src/http/user-agent.ts'

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const IPHONE = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'

/** Device, browser, system and its version, of what real ones send. */
const REAL: readonly (readonly [told: string, text: string])[] = [
  ['desktop Chrome Windows 10', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/131.0.0.0 Safari/537.36`],
  [
    'desktop Edge Windows 10',
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0`,
  ],
  [
    'desktop Opera Windows 10',
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/129.0.0.0 Safari/537.36 OPR/115.0.0.0`,
  ],
  ['desktop Firefox Windows 10', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0'],
  ['desktop Internet Explorer Windows 7', 'Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko'],
  ['desktop Internet Explorer Windows XP', 'Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0)'],
  [
    'desktop Yandex Windows 10',
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/128.0.0.0 YaBrowser/24.10.0.0 Safari/537.36`,
  ],
  [
    'desktop Vivaldi Windows 10',
    `Mozilla/5.0 (Windows NT 10.0; WOW64) ${WEBKIT} Chrome/122.0.0.0 Safari/537.36 Vivaldi/6.6.3271.48`,
  ],
  ['desktop Safari macOS 10', `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${IPHONE} Version/18.1 Safari/605.1.15`],
  [
    'desktop Chrome macOS 10',
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Chrome/131.0.0.0 Safari/537.36`,
  ],
  ['desktop Firefox macOS 10', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0'],
  ['desktop Chrome Linux -', `Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} Chrome/131.0.0.0 Safari/537.36`],
  ['desktop Firefox Linux -', 'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0'],
  ['desktop Chrome ChromeOS -', `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${WEBKIT} Chrome/131.0.0.0 Safari/537.36`],
  ['desktop Firefox BSD -', 'Mozilla/5.0 (X11; FreeBSD amd64; rv:130.0) Gecko/20100101 Firefox/130.0'],
  [
    'mobile Safari iOS 18',
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_1_1 like Mac OS X) ${IPHONE} Version/18.1.1 Mobile/15E148 Safari/604.1`,
  ],
  [
    'mobile Chrome iOS 17',
    `Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) ${IPHONE} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1`,
  ],
  [
    'mobile Firefox iOS 18',
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) ${IPHONE} FxiOS/132.0 Mobile/15E148 Safari/605.1.15`,
  ],
  [
    'mobile Edge iOS 17',
    `Mozilla/5.0 (iPhone; CPU iPhone OS 17_7_1 like Mac OS X) ${IPHONE} Version/17.0 EdgiOS/130.0.2849.80 Mobile/15E148 Safari/604.1`,
  ],
  [
    'tablet Safari iOS 12',
    'Mozilla/5.0 (iPad; CPU OS 12_5_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1',
  ],
  ['mobile Chrome Android 10', `Mozilla/5.0 (Linux; Android 10; K) ${WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36`],
  ['tablet Chrome Android 13', `Mozilla/5.0 (Linux; Android 13; SM-X906C) ${WEBKIT} Chrome/130.0.0.0 Safari/537.36`],
  [
    'mobile Samsung Internet Android 14',
    `Mozilla/5.0 (Linux; Android 14; SM-S928B) ${WEBKIT} SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36`,
  ],
  ['mobile Firefox Android 14', 'Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0'],
  [
    'mobile Android Browser Android 4',
    'Mozilla/5.0 (Linux; U; Android 4.0.3; de-de; GT-I9100) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30',
  ],
  [
    'mobile MIUI Browser Android 12',
    `Mozilla/5.0 (Linux; U; Android 12; en-us; 2107113SG) ${WEBKIT} Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.4.0-g`,
  ],
  [
    'tablet Silk Android 9',
    `Mozilla/5.0 (Linux; Android 9; KFTRWI) ${WEBKIT} Silk/126.5.1 like Chrome/126.0.6478.186 Safari/537.36`,
  ],
  [
    'mobile Edge Windows Phone 10',
    `Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) ${WEBKIT} Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15063`,
  ],
  [
    'mobile Opera - -',
    'Opera/9.80 (J2ME/MIDP; Opera Mini/9.80 (S60; SymbOS; U; en); U; en) Presto/2.5.25 Version/10.54',
  ],
  ['mobile Firefox KaiOS 3', 'Mozilla/5.0 (Mobile; Nokia 2780; rv:84.0) Gecko/84.0 Firefox/84.0 KAIOS/3.1'],
  [
    'other Samsung Internet Tizen 6',
    `Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) ${WEBKIT} SamsungBrowser/4.0 Chrome/76.0.3809.146 TV Safari/537.36`,
  ],
  [
    'other Chrome webOS -',
    `Mozilla/5.0 (Web0S; Linux/SmartTV) ${WEBKIT} Chrome/87.0.4280.88 Safari/537.36 WebAppManager`,
  ],
  [
    'other Edge Windows 10',
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) ${WEBKIT} Chrome/58.0.3029.110 Safari/537.36 Edge/18.19041`,
  ],
  ['bot - - -', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
  [
    'bot Chrome Android 6',
    `Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) ${WEBKIT} Chrome/131.0.6778.69 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)`,
  ],
  ['bot - - -', 'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)'],
  ['bot - - -', 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)'],
  ['bot Chrome Linux -', `Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} HeadlessChrome/131.0.0.0 Safari/537.36`],
  ['other - - -', 'curl/8.11.0'],
  ['other - - -', 'PostmanRuntime/7.42.0'],
  ['other - - -', 'okhttp/4.12.0'],
]

it.each(REAL)('%s: %s', (told, text) => {
  const { device, browser, os, osMajor } = parseUserAgent(text)
  expect([device, browser ?? '-', os ?? '-', osMajor ?? '-'].join(' ')).toBe(told)
})

it('is the same for the next version of a browser', () => {
  for (const [, text] of REAL) {
    const next = text.replaceAll(
      /(Chrome|Firefox|Safari|Edg|OPR|Version|rv:|Gecko)(\/|)(\d+)/g,
      (_, name, slash, major) => `${name}${slash}${Number(major) + 1}`,
    )
    expect(parseUserAgent(next)).toEqual(parseUserAgent(text))
  }
})

it.each([undefined, '', ' ', '-', 'Mozilla/5.0', '\u0000', '😀'])('knows nothing of %j', (header) => {
  expect(parseUserAgent(header)).toEqual({ device: 'other', browser: undefined, os: undefined, osMajor: undefined })
})

it('reads 1024 characters and no more', () => {
  expect(parseUserAgent(`${' '.repeat(1016)}Firefox/`).browser).toBe('Firefox')
  expect(parseUserAgent(`${' '.repeat(1017)}Firefox/`).browser).toBeUndefined()
})

it('tells one of few things of any text, and soon', () => {
  const words = fc.constantFrom(
    'Android ',
    'Windows NT ',
    ' OS ',
    'Mac OS X ',
    'Windows Phone ',
    'OS ',
    '9',
    '.',
    '_',
    '; ',
    'bot',
    'Mobi',
  )
  fc.assert(
    fc.property(fc.oneof(anyText(), fc.string({ unit: words, maxLength: 50 })), (text) => {
      const { device, osMajor } = parseUserAgent(text)
      expect(['desktop', 'mobile', 'tablet', 'bot', 'other']).toContain(device)
      expect(osMajor ?? '1').toMatch(/^(\d{1,3}|XP|Vista)$/)
    }),
  )
  const taken = cpuTimeOf(() => {
    for (const word of ['Windows Phone ', 'Android ', ' OS ', '9', 'bo', '\t']) parseUserAgent(word.repeat(100_000))
  })
  expect(taken).toBeLessThan(500)
})

/** Any code units, halves of pairs as well. */
function anyText(): fc.Arbitrary<string> {
  return fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) })
}
