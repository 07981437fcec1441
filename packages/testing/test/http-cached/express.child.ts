import { loadExpress } from '../../../express/test/express-app.ts'
import { cachedAdapter } from '../../../express/test/cached/adapter.ts'
import { serveCached } from './serve.ts'

serveCached(cachedAdapter(await loadExpress('express')))
