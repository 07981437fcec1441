/**
 * What lies between Redstart and a web framework: the seam that adapters translate to, and the pure rules of HTTP that
 * its policies are made of.
 *
 * @packageDocumentation
 */
export { after, isPromise } from './after.ts'
export { BodyCaptures } from './body-captures.ts'
export {
  type AddressModel,
  type ClientAddress,
  clientAddress,
  type AddressSource,
  type TrustedHeader,
  type TrustedHops,
  type TrustedProxies,
} from './address/client-address.ts'
export { isQuiet, quietly } from './quietly.ts'
export { clientNetwork, type NetworkBits } from './address/client-network.ts'
export type { ForwardedHeader } from './address/forwarded.ts'
export type { Network } from './address/address-set.ts'
export {
  cookieValues,
  parseCookies,
  type RequestCookie,
  sentValues,
  serializeCookie,
  type SetCookie,
} from './cookies.ts'
export { MARKETING_PARAMETERS } from './caching/query.ts'
export { markPrivate, privateReason } from './caching/private-mark.ts'
export { crossSitePolicy, type CrossSiteOptions } from './cross-site.ts'
export { againByServer, type CameRequest } from './again/again-by-server.ts'
export type {
  AnswerAgain,
  Capture,
  Decision,
  HeaderList,
  HttpExchange,
  HttpPolicy,
  Instead,
  LeavingHead,
  Replacement,
  Reply,
  ResponseHead,
  Settlement,
} from './exchange.ts'
export {
  type Decided,
  decideAll,
  enter,
  type PolicyUse,
  type Settle,
  type Steps,
  usePolicy,
  type Within,
} from './policy-use.ts'
export { FetchHeaders } from './fetch/answer-headers.ts'
export type { Later } from './fetch/captures.ts'
export { type FetchAnswer, fetchReply, settleFetch } from './fetch/leaving.ts'
export { readThrough } from './fetch/read-through.ts'
export { targetOfRequest } from './fetch/target.ts'
export { watchFetchRequest } from './fetch/watch-headers.ts'
export type { GateClock } from './limited-fetch/gate.ts'
export { type LimitedFetch, limitedFetch, type LimitedFetchOptions } from './limited-fetch/limited-fetch.ts'
export {
  type AnswerHeaders,
  parseRateLimit,
  type ToldQuota,
  type ToldRateLimit,
} from './limited-fetch/parse-rate-limit.ts'
export { type Problem, problemOf, problemReply } from './problem.ts'
export type { LimitingOptions, RateLimitOptions, RateLimitRule, RequestOutcome, Sooner } from './rate-limit/options.ts'
export type { HeaderFormat, LegacyReset } from './rate-limit/quota-headers.ts'
export { type LimiterSource, limitRequests, rateLimitOf } from './rate-limit/rate-limit-use.ts'
export type { LimitedRoute } from './rate-limit/rules.ts'
export {
  matches as matchesRoute,
  parsePattern as parseRoute,
  pathSegments,
  type RoutePattern,
} from './rate-limit/route-pattern.ts'
export { cloudflareSink, type CloudflareSinkOptions } from './purge/cloudflare-sink.ts'
export type { DeliveryOptions } from './purge/delivery.ts'
export { fastlySink, type FastlySinkOptions } from './purge/fastly-sink.ts'
export type { Purge, PurgeSink } from './purge/purge-sink.ts'
export { type PurgeThrough, purgeThrough } from './purge/purge-through.ts'
export type { PurgeThroughOptions } from './purge/purge-through-options.ts'
export { varnishSink, type VarnishSinkOptions } from './purge/varnish-sink.ts'
export {
  cacheResponses,
  type CacheSource,
  purgePages,
  type PurgePagesOptions,
} from './response-cache/cache-responses.ts'
export { type CacheForOptions, noteLifetime, noteTags } from './response-cache/notes.ts'
export type { CacheResponseOptions, QueryOptions } from './response-cache/options.ts'
export { parseUserAgent, type UserAgent } from './user-agent.ts'
export {
  checkSessionOptions,
  loadSessionOn,
  sessionOn,
  type SessionPlace,
  sessionsFrom,
  type SessionsSource,
} from './session-access.ts'
export { type CookieConnection, endedCookie, SessionCookieFormat, type SessionCookieOptions } from './session-cookie.ts'
export { SessionProperty, type SessionPropertyParts } from './session-property.ts'
export { sessionPolicy, type SessionPolicyOptions, type SessionState } from './session-policy.ts'
export type { GivenHeader, SettledHeaders } from './settled-headers.ts'
export { type HiddenBody, Settling, type Verdict } from './settling.ts'
