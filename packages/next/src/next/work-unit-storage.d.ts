/** What is used of `next/dist/server/app-render/work-unit-async-storage.external`, which has no other name. */

export interface WorkUnit {
  /** `request` for one that is served; else something is prerendered, or filled for a cache. */
  readonly type: string
  /** `action` is whatever may set cookies: actions, route handlers, the proxy. */
  readonly phase?: string
}

export declare const workUnitAsyncStorage: { getStore(): WorkUnit | undefined }
